//! What the index knows of languages.

use aukio_index::{Analyser, Reading, Stemming, Tongue};

/// The analysers of all languages that people write in here.
pub struct Languages;

impl Analyser for Languages {
    fn readings(&self, tongue: Tongue, word: &str) -> Vec<Reading> {
        Stemming.readings(tongue, word)
    }

    fn version(&self) -> u32 {
        1
    }
}
