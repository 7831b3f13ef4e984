//! Finds the lightest walks through the lexicon that spell a word.
//!
//! The plain way is to try every arc that fits and turn back at dead ends. It is hopeless for long words, because
//! the same places are reached again and again by different ways, and wasteful for short ones, because everything
//! that might be guessed is tried although the word stands in the dictionary. Three habits make it quick:
//!
//! 1. **A bound.** Nothing heavier than the bound is tried, first the lightest answer there could be at all, then the
//!    lightest of all that had to be turned away, and so on until there is an answer. So all answers found are the
//!    best, and guessing begins only where knowing ends.
//! 2. **Looking ahead.** The file tells for each state the least weight from there to an end. A way that cannot
//!    end within the bound is left before it is walked.
//! 3. **A memory.** A place (state and letter) from which nothing was found with some weight left is not tried again
//!    with the same or less. So the work is bounded by states × letters, and [`MOST_STEPS`] bounds it harder.
//!
//! In the literature this is iterative deepening A* with a transposition table (Korf 1985; Reinefeld and
//! Marsland 1994).

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use crate::transducer::{START, State, Symbol, Transducer, Weight};

/// The longest word that is read, in letters.
pub const LONGEST_WORD: usize = 40;
/// Arcs that may be tried for one word.
pub(crate) const MOST_STEPS: u32 = 300_000;
/// Answers of the same weight; ambiguous words have a handful, each with some tags.
const MOST_ANSWERS: usize = 100;

/// What a walk has written: symbols, each with the letters of the word that were used up after it.
pub(crate) type Answer = Vec<(u16, u8)>;

#[derive(Debug, Default)]
pub(crate) struct Found {
    pub weight: Weight,
    pub answers: Vec<Answer>,
    pub steps: u32,
}

/// The lightest answers for a word of at most [`LONGEST_WORD`] letters, if there are any within the weight.
pub(crate) fn lightest(lexicon: &Transducer, word: &[char], heaviest: Weight) -> Found {
    if word.is_empty() || word.len() > LONGEST_WORD {
        return Found::default();
    }
    let mut walk = Walk {
        lexicon,
        letters: word.iter().map(|letter| lexicon.labels_of(*letter)).collect(),
        bound: lexicon.least_to_end(START),
        turned_away: Weight::MAX,
        dead: HashMap::default(),
        trail: Vec::new(),
        found: Found::default(),
    };
    while walk.bound <= heaviest && walk.found.steps < MOST_STEPS {
        walk.turned_away = Weight::MAX;
        if walk.from(START, 0, 0) {
            walk.found.weight = walk.bound;
            break;
        }
        if walk.turned_away == Weight::MAX {
            break;
        }
        walk.bound = walk.turned_away;
    }
    walk.found
}

struct Walk<'a> {
    lexicon: &'a Transducer,
    /// For each letter of the word the labels that take it.
    letters: Vec<Range<u16>>,
    bound: Weight,
    /// The least weight of what was turned away under this bound.
    turned_away: Weight,
    /// From these places nothing is to be found with so much weight left.
    dead: HashMap<Place, Weight, BuildHasherDefault<PlaceHasher>>,
    trail: Answer,
    found: Found,
}

impl Walk<'_> {
    /// Tries all ways on from a state, with the first letters used up and some weight spent. Tells whether any of
    /// them came to an end.
    fn from(&mut self, state: State, used: u8, spent: Weight) -> bool {
        let left = self.bound - spent;
        let place = Place::new(state, used);
        if self.dead.get(&place).is_some_and(|tried| *tried >= left) {
            return false;
        }
        let mut any = self.end_here(state, used, left);
        any |= self.along(state, used, spent, self.lexicon.silent_labels());
        if let Some(labels) = self.letters.get(usize::from(used)).cloned() {
            any |= self.along(state, used, spent, labels);
        }
        if !any {
            self.dead.insert(place, left);
        }
        any
    }

    fn end_here(&mut self, state: State, used: u8, left: Weight) -> bool {
        let ends = usize::from(used) == self.letters.len() && self.lexicon.end(state).is_some_and(|more| more <= left);
        if ends {
            self.found.answers.push(self.trail.clone());
        }
        ends
    }

    fn along(&mut self, state: State, used: u8, spent: Weight, labels: Range<u16>) -> bool {
        let mut any = false;
        for (label, target) in self.lexicon.arcs(state, &labels) {
            if self.found.steps == MOST_STEPS || self.found.answers.len() == MOST_ANSWERS {
                break;
            }
            self.found.steps += 1;
            let spent = spent + label.weight;
            let total = spent.saturating_add(self.lexicon.least_to_end(target));
            if total > self.bound {
                self.turned_away = self.turned_away.min(total);
                continue;
            }
            let used = used + u8::from(label.takes_letter);
            let writes = *self.lexicon.symbol(label.writes) != Symbol::Nothing;
            if writes {
                self.trail.push((label.writes, used));
            }
            any |= self.from(target, used, spent);
            if writes {
                self.trail.pop();
            }
        }
        any
    }
}

/// A state and the letters used up, in one number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Place(u32);

impl Place {
    fn new(state: State, used: u8) -> Place {
        Place(state * (LONGEST_WORD as u32 + 1) + u32::from(used))
    }
}

/// Places are our own numbers, so one multiplication is enough to spread them.
#[derive(Default)]
struct PlaceHasher(u64);

impl Hasher for PlaceHasher {
    fn write(&mut self, _bytes: &[u8]) {
        unreachable!("a place is one u32");
    }

    fn write_u32(&mut self, place: u32) {
        self.0 = u64::from(place).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(26);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
