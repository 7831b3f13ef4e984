//! The door: words in, readings out.

use frostem::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;

use crate::compound;
use crate::lexicon::Lexicon;
use crate::reading::{Part, Reading, Readings};

/// Longer words have no readings, in characters.
pub const LONGEST_WORD: usize = 40;
/// More readings than these are of no use.
const MOST_READINGS: usize = 6;

/// Reads words by the dictionary. One serves all threads; it remembers no words.
pub struct Analyser {
    lexicon: &'static Lexicon,
}

impl Default for Analyser {
    fn default() -> Analyser {
        Analyser::new()
    }
}

impl Analyser {
    /// Raised whenever the readings of any word change.
    pub const VERSION: u32 = 1;

    /// The first one unpacks the dictionary; all share it.
    pub fn new() -> Analyser {
        Analyser { lexicon: Lexicon::embedded() }
    }

    /// What a word can be, the likeliest first. None for an empty word and one of more than [`LONGEST_WORD`] characters.
    pub fn analyze(&self, word: &str) -> Readings {
        if word.chars().nth(LONGEST_WORD).is_some() {
            return Readings::default();
        }
        let word: String = word.nfc().flat_map(char::to_lowercase).collect();
        let word = word.split(':').next().unwrap_or_default().trim_matches('-');
        if word.is_empty() {
            return Readings::default();
        }
        let mut readings = self.readings(word);
        readings.truncate(MOST_READINGS);
        Readings(readings)
    }

    fn readings(&self, word: &str) -> Vec<Reading> {
        let known = self.known(word);
        if !known.is_empty() {
            return known;
        }
        if let Some((left, right)) = word.rsplit_once('-').filter(|(left, right)| !left.is_empty() && !right.is_empty())
        {
            return self.readings(right).into_iter().map(|reading| hyphenated(left, reading)).collect();
        }
        let compounds = compound::split(self.lexicon, word);
        if !compounds.is_empty() {
            return compounds.into_iter().map(|reading| self.opened(reading)).collect();
        }
        let stem = Stemmer::new(Algorithm::Swedish).stem(word).into_owned();
        vec![Reading::simple(word, stem, false)]
    }

    /// Readings of a word that the dictionary holds as a whole.
    fn known(&self, word: &str) -> Vec<Reading> {
        let bases = self.lexicon.bases(word).into_iter();
        bases.map(|base| self.opened(Reading::simple(word, base.lemma, true))).collect()
    }

    fn opened(&self, reading: Reading) -> Reading {
        Reading { parts: compound::opened(self.lexicon, reading.parts), ..reading }
    }
}

/// A word behind a hyphen with what stands before it; that is not inflected.
fn hyphenated(left: &str, right: Reading) -> Reading {
    let first = Part { surface: format!("{left}-"), base: left.to_owned() };
    let parts = [first].into_iter().chain(right.parts).collect();
    Reading { lemma: format!("{left}-{}", right.lemma), parts, known: right.known }
}

/// [`Analyser::analyze`] without an analyser at hand.
pub fn analyze(word: &str) -> Readings {
    Analyser::new().analyze(word)
}
