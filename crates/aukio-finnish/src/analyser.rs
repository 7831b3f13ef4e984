//! The door: words in, readings out.

use std::sync::OnceLock;

use crate::answer::{Raw, understand};
use crate::cache::Cache;
use crate::reading::{Origin, PartOfSpeech, Reading, Readings};
use crate::transducer::{Transducer, Weight};
use crate::{repair, spelling, walk};

/// Words of running text that are remembered.
const CACHED_WORDS: usize = 50_000;
/// Up to here the lexicon knows a word or all its parts; beyond, finding anything takes a hundred times longer.
const CHEAP: Weight = 5;
/// An unknown word may end in many ways; more base forms than these are of no use.
const MOST_GUESSES: usize = 8;
/// Sides of a hyphen that are read by themselves.
const MOST_SIDES: usize = 4;

/// Reads words by the lexicon and remembers 50 000 of them. One serves all threads.
pub struct Analyser {
    lexicon: &'static Transducer,
    cache: Cache<Entry>,
}

#[derive(Clone)]
struct Entry {
    readings: Readings,
    /// Whether it took guessing.
    dear: bool,
}

impl Default for Analyser {
    fn default() -> Analyser {
        Analyser::new()
    }
}

impl Analyser {
    /// Raised whenever the readings of any word change.
    pub const VERSION: u32 = 1;

    /// The first one unpacks the lexicon (0.1 s, 20 MB); all share it.
    pub fn new() -> Analyser {
        Analyser::remembering(CACHED_WORDS)
    }

    /// With room for another number of words, none included.
    pub fn remembering(words: usize) -> Analyser {
        Analyser { lexicon: Transducer::embedded(), cache: Cache::new(words) }
    }

    /// What a word can be, the likeliest reading first. Capitals do not matter, nor which apostrophe or hyphen is
    /// used. An unknown word is guessed at by its end. No readings has a word of more than
    /// [`LONGEST_WORD`](crate::LONGEST_WORD) characters.
    pub fn analyze(&self, word: &str) -> Readings {
        self.analyze_within(&mut Budget::boundless(), word)
    }

    /// The same for the words of one text: when its unknown words have used up the budget, further unknown
    /// words have no readings. So garbage costs little, and the rest of the text is read as ever. What is read
    /// depends on the text alone, never on what is remembered.
    pub fn analyze_within(&self, budget: &mut Budget, word: &str) -> Readings {
        let word = spelling::normal(word);
        if word.chars().count() > walk::LONGEST_WORD {
            return Readings::default();
        }
        let entry = self.cache.get(&word).or_else(|| {
            let entry = self.read(&word, !budget.is_spent())?;
            self.cache.insert(&word, entry.clone());
            Some(entry)
        });
        match entry {
            Some(entry) if !entry.dear || budget.spend() => entry.readings,
            _ => Readings::default(),
        }
    }

    /// None if it would take guessing and that is not allowed.
    fn read(&self, word: &str, may_guess: bool) -> Option<Entry> {
        if !word.chars().any(char::is_alphabetic) {
            let itself = Raw::simple(word, word, PartOfSpeech::Numeral);
            let readings = if word.is_empty() { vec![] } else { vec![itself] };
            return Some(Entry { readings: finished(readings), dear: false });
        }
        let mut raws = self.known(word);
        let dear = raws.is_empty();
        if dear {
            if !may_guess {
                return None;
            }
            raws = self.unknown(word);
        }
        self.add_singulars(&mut raws);
        repair::mend(word, &mut raws);
        raws.truncate(MOST_GUESSES);
        for raw in &mut raws {
            self.mend_modifiers(raw);
        }
        Some(Entry { readings: finished(raws), dear })
    }

    /// Readings of a word that the lexicon knows, or all of whose parts it knows.
    fn known(&self, word: &str) -> Vec<Raw> {
        self.lightest(word, CHEAP)
    }

    /// The same, mended.
    fn known_as(&self, word: &str) -> Vec<Raw> {
        let mut raws = self.known(word);
        repair::mend(word, &mut raws);
        raws
    }

    /// The lightest readings of a word, however it is capitalised.
    fn lightest(&self, word: &str, heaviest: Weight) -> Vec<Raw> {
        let (mut best, mut readings) = (heaviest, Vec::new());
        let spellings = [Some(word.to_owned()), Some(spelling::capitalised(word)), spelling::abbreviated(word)];
        for spelling in spellings.into_iter().flatten() {
            let letters: Vec<char> = spelling.chars().collect();
            let found = walk::lightest(self.lexicon, &letters, best);
            if found.answers.is_empty() {
                continue;
            }
            if found.weight < best {
                readings.clear();
            }
            best = found.weight;
            let small: Vec<char> = word.chars().collect();
            let letters = if small.len() == letters.len() { &small } else { &letters };
            readings.extend(found.answers.iter().map(|answer| understand(self.lexicon, letters, answer)));
        }
        readings
    }

    /// Readings of a word that has to be guessed at, the surest way first.
    fn unknown(&self, word: &str) -> Vec<Raw> {
        if let Some(full) = repair::full_form_of_modifier(word)
            && let Some(raw) = self.known_as(&full).into_iter().find(|raw| raw.lemma == full)
        {
            return vec![repair::standing_as(word, raw)];
        }
        if let Some(whole) = self.sides(word) {
            return vec![whole];
        }
        let guesses = self.lightest(word, Weight::MAX);
        match repair::before_colon(word) {
            Some(before) if guesses.iter().all(|raw| raw.lemma.contains(':')) => {
                vec![Raw { known: false, ..Raw::simple(word, before, PartOfSpeech::Other) }]
            }
            _ => guesses,
        }
    }

    /// A hyphenated word by its sides: the last tells the form, the others stand as they are.
    fn sides(&self, word: &str) -> Option<Raw> {
        let (left, right) = word.rsplit_once('-')?;
        if left.is_empty() || right.is_empty() || word.split('-').count() > MOST_SIDES {
            return None;
        }
        let read = |side: &str| {
            let mut raws = self.known_as(side);
            if raws.is_empty() {
                raws = self.sides(side).map_or_else(|| self.lightest(side, Weight::MAX), |raw| vec![raw]);
            }
            repair::mend(side, &mut raws);
            raws.into_iter().next()
        };
        let itself = Raw { known: false, ..Raw::simple(left, left, PartOfSpeech::Other) };
        Some(repair::hyphenated(&read(left).unwrap_or(itself), &read(right)?, left))
    }

    fn add_singulars(&self, raws: &mut Vec<Raw>) {
        let only_plural: Vec<Raw> = raws.iter().filter(|raw| raw.only_plural && raw.known).cloned().collect();
        raws.extend(only_plural.iter().filter_map(|raw| {
            let last = &raw.parts.last()?.base;
            repair::in_singular(raw, &self.known(last))
        }));
    }

    /// Gives the beginnings of a compound their base forms: «kunnan» in «kunnanhallitus» is «kunta».
    fn mend_modifiers(&self, raw: &mut Raw) {
        let last = raw.parts.len().saturating_sub(1);
        for part in raw.parts[..last].iter_mut().filter(|part| part.surface == part.base) {
            let readings = self.known_as(&part.surface);
            if let Some(base) = repair::base_of_modifier(&part.surface, &readings) {
                part.base = base;
            } else if let Some(full) = repair::full_form_of_modifier(&part.surface)
                && readings.is_empty()
                && self.known_as(&full).iter().any(|raw| raw.lemma == full)
            {
                part.base = full;
            }
        }
    }
}

fn finished(raws: Vec<Raw>) -> Readings {
    let finish = |raw: Raw| Reading {
        lemma: raw.lemma,
        parts: raw.parts,
        part_of_speech: raw.part_of_speech,
        origin: if raw.known { Origin::Known } else { Origin::Guessed },
    };
    Readings(raws.into_iter().map(finish).collect())
}

/// How many unknown words of a text may still be guessed at.
#[derive(Clone, Debug)]
pub struct Budget {
    guesses: u32,
}

impl Budget {
    /// For one text: 300 guesses.
    pub fn text() -> Budget {
        Budget { guesses: 300 }
    }

    /// For a single word or a query.
    pub fn boundless() -> Budget {
        Budget { guesses: u32::MAX }
    }

    /// Whether unknown words have no readings any more.
    pub fn is_spent(&self) -> bool {
        self.guesses == 0
    }

    /// Pays for a guess, if there is anything left.
    fn spend(&mut self) -> bool {
        let may = !self.is_spent();
        self.guesses = self.guesses.saturating_sub(1);
        may
    }
}

/// [`Analyser::analyze`] of an analyser that the whole process shares.
pub fn analyze(word: &str) -> Readings {
    static SHARED: OnceLock<Analyser> = OnceLock::new();
    SHARED.get_or_init(Analyser::new).analyze(word)
}
