//! The lexicon: a weighted transducer, as `tools/convert.py` has written it.
//!
//! It is a graph. Each arc takes a letter of the word (or nothing), writes a [`Symbol`] of the answer (or
//! nothing) and has a weight. Whoever walks from the start to an end and uses up the word on the way has spelt an
//! answer; the lighter the walk, the likelier the answer. Which walk that is, `walk.rs` finds out.
//!
//! Arcs lie state by state, and within a state sorted by the letter they take, so that the arcs for a letter are
//! found by halving. An arc is a number of a [`Label`] (two bytes) and a target (four bytes): 20 MB altogether.

use std::collections::HashMap;
use std::io::Read;
use std::ops::Range;
use std::sync::OnceLock;

use crate::reading::PartOfSpeech;

/// Halves of pykko's weights. 0 is a word of the dictionary; 2 a compound of its words; 6 and more is guessing.
pub(crate) type Weight = u8;

/// A place in the graph. The walk begins at [`START`].
pub(crate) type State = u32;

pub(crate) const START: State = 0;

/// Stands in labels for every letter that has no labels of its own.
const ANY_OTHER: char = char::REPLACEMENT_CHARACTER;

/// A piece of an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Symbol {
    Nothing,
    /// Letters of the base form.
    Text(Box<str>),
    /// The letter of the word, whatever it is.
    Copy,
    /// Between two parts of a compound.
    Joint,
    /// The same where a hyphen stands.
    HyphenJoint,
    /// Where the word was found; the first symbol of every answer.
    Source {
        known: bool,
    },
    /// Ends the source and the columns after the part of speech.
    Tab,
    /// Ends the base form. Some nouns have no singular in the lexicon: «kuntavaalit».
    Kind {
        part_of_speech: PartOfSpeech,
        only_plural: bool,
    },
    /// «+sg», «+ine», «+imper» …
    Tag(Box<str>),
    /// «⟨poet⟩», «⟨dial⟩»: not everyday language.
    Style,
}

#[derive(Debug)]
pub(crate) struct Label {
    pub takes_letter: bool,
    pub writes: u16,
    pub weight: Weight,
}

pub(crate) struct Transducer {
    symbols: Vec<Symbol>,
    labels: Vec<Label>,
    /// Which labels take a letter.
    by_letter: HashMap<char, Range<u16>>,
    /// How many labels take no letter; they come first.
    silent: u16,
    /// Where the arcs of a state begin; one number more than there are states.
    first_arc: Vec<u32>,
    arc_label: Vec<u16>,
    arc_target: Vec<State>,
    /// The least weight from a state to an end, whatever the word.
    least: Vec<Weight>,
    ends: HashMap<State, Weight>,
}

impl Transducer {
    /// The lexicon in the crate, unpacked at the first call (about 0.1 s).
    pub fn embedded() -> &'static Transducer {
        static EMBEDDED: OnceLock<Transducer> = OnceLock::new();
        EMBEDDED.get_or_init(|| {
            let packed: &[u8] = include_bytes!("../data/pykko.zst");
            let mut bytes = Vec::new();
            ruzstd::decoding::StreamingDecoder::new(packed)
                .ok()
                .and_then(|mut decoder| decoder.read_to_end(&mut bytes).ok())
                .and_then(|_| Transducer::read(&mut Bytes(&bytes)))
                .expect("the file is part of the program")
        })
    }

    fn read(bytes: &mut Bytes) -> Option<Transducer> {
        if bytes.take(4)? != b"aukf" {
            return None;
        }
        let [symbols, labels, states, arcs, ends] = bytes.array()?.map(|count: u32| count as usize);
        let symbols = (0..symbols).map(|_| Some(symbol(bytes.text()?))).collect::<Option<_>>()?;
        let (labels, by_letter, silent) = read_labels(bytes, labels)?;
        let least = bytes.take(states)?.to_vec();
        let mut first_arc = vec![0];
        for degree in bytes.take(2 * states)?.chunks_exact(2) {
            first_arc.push(first_arc.last()? + u32::from(u16::from_le_bytes(degree.try_into().ok()?)));
        }
        let arc_label = bytes.take(2 * arcs)?.chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect();
        let four = |four: &[u8]| u32::from_le_bytes([four[0], four[1], four[2], four[3]]);
        let arc_target = bytes.take(4 * arcs)?.chunks_exact(4).map(four).collect();
        let ends = (0..ends).map(|_| Some((bytes.u32()?, bytes.take(1)?[0]))).collect::<Option<_>>()?;
        Some(Transducer { symbols, labels, by_letter, silent, first_arc, arc_label, arc_target, least, ends })
    }

    /// The labels that take the letter; of a letter that the lexicon has never seen, those of any other.
    pub fn labels_of(&self, letter: char) -> Range<u16> {
        self.by_letter.get(&letter).or_else(|| self.by_letter.get(&ANY_OTHER)).cloned().unwrap_or_default()
    }

    /// The labels that take nothing.
    pub fn silent_labels(&self) -> Range<u16> {
        0..self.silent
    }

    /// The arcs of a state whose labels are among the given.
    pub fn arcs(&self, state: State, labels: &Range<u16>) -> impl Iterator<Item = (&Label, State)> {
        let (from, to) = (self.first_arc[state as usize] as usize, self.first_arc[state as usize + 1] as usize);
        let own = &self.arc_label[from..to];
        let start = own.partition_point(|label| *label < labels.start);
        let fitting = own[start..].iter().take_while(|label| **label < labels.end);
        let targets = &self.arc_target[from + start..to];
        fitting.zip(targets).map(|(label, target)| (&self.labels[usize::from(*label)], *target))
    }

    pub fn least_to_end(&self, state: State) -> Weight {
        self.least[state as usize]
    }

    /// The weight of ending at a state, if the walk may end there.
    pub fn end(&self, state: State) -> Option<Weight> {
        self.ends.get(&state).copied()
    }

    pub fn symbol(&self, number: u16) -> &Symbol {
        &self.symbols[usize::from(number)]
    }
}

type Labels = (Vec<Label>, HashMap<char, Range<u16>>, u16);

fn read_labels(bytes: &mut Bytes, count: usize) -> Option<Labels> {
    let (mut labels, mut by_letter, mut silent) = (Vec::new(), HashMap::<char, Range<u16>>::new(), 0);
    for number in 0..u16::try_from(count).ok()? {
        let letter = char::from_u32(bytes.u32()?)?;
        let writes = u16::from_le_bytes(bytes.take(2)?.try_into().ok()?);
        let weight = bytes.take(1)?[0];
        if letter == '\0' {
            silent = number + 1;
        } else {
            by_letter.entry(letter).or_insert(number..number).end = number + 1;
        }
        labels.push(Label { takes_letter: letter != '\0', writes, weight });
    }
    Some((labels, by_letter, silent))
}

/// Understands pykko's names of symbols.
fn symbol(name: &str) -> Symbol {
    match name {
        "" => Symbol::Nothing,
        "\t" => Symbol::Tab,
        "|" | "⁅BOUNDARY⁆" => Symbol::Joint,
        "-" | "⁅HYPHEN⁆" => Symbol::HyphenJoint,
        "\u{fffd}" => Symbol::Copy,
        name if name.starts_with('\t') => {
            let name = name.trim_matches('\t');
            Symbol::Kind { part_of_speech: part_of_speech(name), only_plural: name == "noun-pl" }
        }
        name if name.starts_with('+') && name.len() > 1 => Symbol::Tag(name[1..].into()),
        name if name.starts_with('⟨') => Symbol::Style,
        // «Gfx»: an unknown beginning before a known word.
        name if name.starts_with("Lexicon") => Symbol::Source { known: !name.contains("Gfx") },
        name if name.starts_with("Guesser") => Symbol::Source { known: false },
        letters => Symbol::Text(letters.into()),
    }
}

fn part_of_speech(name: &str) -> PartOfSpeech {
    match name {
        "noun" | "noun-pl" => PartOfSpeech::Noun,
        "proper" | "proper-pl" => PartOfSpeech::Name,
        "adjective" => PartOfSpeech::Adjective,
        "verb" | "adverb+verb" | "conjunction+verb" => PartOfSpeech::Verb,
        "participle" => PartOfSpeech::Participle,
        "adverb" => PartOfSpeech::Adverb,
        "adposition" => PartOfSpeech::Adposition,
        "pronoun" | "pronoun-pl" => PartOfSpeech::Pronoun,
        "numeral" => PartOfSpeech::Numeral,
        "ordinal" => PartOfSpeech::Ordinal,
        "conjunction" => PartOfSpeech::Conjunction,
        "interjection" => PartOfSpeech::Interjection,
        _ => PartOfSpeech::Other,
    }
}

/// What is left of the file.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn array<const N: usize>(&mut self) -> Option<[u32; N]> {
        let numbers: Vec<u32> = (0..N).map(|_| self.u32()).collect::<Option<_>>()?;
        numbers.try_into().ok()
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.take(1)?[0];
        std::str::from_utf8(self.take(length.into())?).ok()
    }
}
