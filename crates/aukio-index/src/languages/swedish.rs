//! Swedish for search: what the analyser reads.

use aukio_swedish::Analyser;

use crate::Reading;

/// Raised when what this file makes of readings changes.
const OWN_VERSION: u32 = 1;

/// Reads words for search.
#[derive(Default)]
pub struct Swedish {
    analyser: Analyser,
}

impl Swedish {
    pub const VERSION: u32 = OWN_VERSION * 100 + Analyser::VERSION;

    pub fn readings(&self, word: &str) -> Vec<Reading> {
        let readings = self.analyser.analyze(word);
        let searched = readings.iter().map(|reading| {
            let mut parts = reading.spans();
            parts.retain(|part| *part != reading.lemma);
            Reading { lemma: reading.lemma.clone(), parts, roots: Vec::new(), known: reading.known }
        });
        searched.collect()
    }
}
