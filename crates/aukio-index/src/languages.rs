//! The best that there is for each language.

use crate::{Analyser, Reading, Stemming, Tongue};

/// The analysers of all languages.
#[derive(Default, Clone, Copy)]
pub struct Languages;

impl Analyser for Languages {
    fn readings(&self, tongue: Tongue, word: &str) -> Vec<Reading> {
        Stemming.readings(tongue, word)
    }

    fn version(&self) -> u32 {
        2
    }
}
