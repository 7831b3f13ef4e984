//! The best that there is for each language.

use aukio_finnish::Analyser as Finnish;

use crate::{Analyser, Reading, Stemming, Tongue};

/// The analysers of all languages. What none of them can read is stemmed.
#[derive(Default)]
pub struct Languages {
    finnish: Finnish,
}

impl Languages {
    pub fn new() -> Languages {
        Languages::default()
    }

    fn finnish(&self, word: &str) -> Vec<Reading> {
        let readings = self.finnish.analyze(word);
        let reading = |reading: &aukio_finnish::Reading| Reading {
            lemma: reading.lemma.to_lowercase(),
            parts: reading.spans().into_iter().map(|span| span.to_lowercase()).collect(),
            known: reading.is_known(),
        };
        readings.iter().map(reading).collect()
    }
}

/// Raised when what this file makes of readings changes.
const VERSION: u32 = 1;

impl Analyser for Languages {
    fn readings(&self, tongue: Tongue, word: &str) -> Vec<Reading> {
        let readings = match tongue {
            Tongue::Fi => self.finnish(word),
            Tongue::Sv | Tongue::En => Vec::new(),
        };
        if readings.is_empty() { Stemming.readings(tongue, word) } else { readings }
    }

    fn version(&self) -> u32 {
        VERSION * 1000 + Finnish::VERSION
    }
}
