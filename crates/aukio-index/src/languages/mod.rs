//! The best that there is for each language.

mod english;
mod finnish;
mod swedish;

use finnish::Finnish;
use swedish::Swedish;

use crate::{Analyser, Reading, Stemming, Tongue};

/// The analysers of all languages. What none of them can read is stemmed.
#[derive(Default)]
pub struct Languages {
    finnish: Finnish,
    swedish: Swedish,
}

impl Languages {
    pub fn new() -> Languages {
        Languages::default()
    }
}

impl Analyser for Languages {
    fn readings(&self, tongue: Tongue, word: &str) -> Vec<Reading> {
        let readings = match tongue {
            Tongue::Fi => self.finnish.readings(word),
            Tongue::En => english::readings(word),
            Tongue::Sv => self.swedish.readings(word),
        };
        if readings.is_empty() { Stemming.readings(tongue, word) } else { readings }
    }

    fn version(&self) -> u32 {
        (Finnish::VERSION * 1_000 + Swedish::VERSION) * 100 + english::VERSION
    }
}
