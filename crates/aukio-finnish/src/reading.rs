//! What a word can be read as.

use std::ops::Deref;
use std::sync::Arc;

/// All that a word can be, the likeliest first. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Readings(pub(crate) Arc<[Reading]>);

impl Deref for Readings {
    type Target = [Reading];

    fn deref(&self) -> &[Reading] {
        &self.0
    }
}

impl Readings {
    /// The different base forms in lower case, in the order of the readings: what a search index keeps
    /// of a word. A base form that is what was typed can be told by comparing the two.
    pub fn lemmas(&self) -> Vec<String> {
        distinct(self.iter().map(|reading| reading.lemma.to_lowercase()))
    }

    /// Everything inside the word that can be looked for by itself, in lower case: the parts of compounds as
    /// they stand and as base forms, and runs of parts («kuntademokratia», «demokratiaverkosto»). Never one
    /// of [`lemmas`](Readings::lemmas). Empty for a simple word.
    pub fn parts(&self) -> Vec<String> {
        let lemmas = self.lemmas();
        let parts = self.iter().flat_map(|reading| reading.spans()).map(|span| span.to_lowercase());
        distinct(parts.filter(|part| !lemmas.contains(part)))
    }
}

fn distinct(terms: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = Vec::new();
    for term in terms {
        if !seen.contains(&term) {
            seen.push(term);
        }
    }
    seen
}

/// One way to understand a word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reading {
    /// The base form of the whole word, names with a capital: «kuntademokratiaverkosto», «Jyväskylä».
    pub lemma: String,
    /// The parts of a compound from left to right; one for a simple word.
    pub parts: Vec<Part>,
    pub part_of_speech: PartOfSpeech,
    pub origin: Origin,
}

impl Reading {
    /// Whether the lexicon holds the word (or all parts of it).
    pub fn is_known(&self) -> bool {
        self.origin == Origin::Known
    }

    /// Parts and contiguous runs of parts, each as it stands and as a base form; never the whole word.
    pub fn spans(&self) -> Vec<String> {
        let mut spans = Vec::new();
        let count = self.parts.len();
        for from in 0..count {
            for to in from..count {
                if to - from + 1 == count {
                    continue;
                }
                let before: String = self.parts[from..to].iter().map(|part| part.surface.as_str()).collect();
                let last = &self.parts[to];
                spans.push(format!("{before}{}", last.base));
                if last.surface != last.base && to + 1 < count {
                    spans.push(format!("{before}{}", last.surface));
                }
            }
        }
        spans
    }
}

/// A part of a compound.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// As it stands in the word: «kuntalais».
    pub surface: String,
    /// As it stands in a dictionary: «kuntalainen».
    pub base: String,
}

/// What kind of word it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PartOfSpeech {
    Noun,
    Name,
    Adjective,
    Verb,
    Participle,
    Adverb,
    Adposition,
    Pronoun,
    Numeral,
    Ordinal,
    Conjunction,
    Interjection,
    Other,
}

/// Where a reading comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Origin {
    /// The lexicon.
    Known,
    /// The word is in no lexicon; its end looks like words that are.
    Guessed,
}
