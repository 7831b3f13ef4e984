//! Suffix stripping by the Snowball rules (<https://snowballstem.org>): no compounds, no consonant gradation.
//! What is left where no analyser knows better, and the yardstick for those that do.

use frostem::{Algorithm, Stemmer};

use crate::{Analyser, Reading, Tongue};

#[derive(Default, Clone, Copy)]
pub struct Stemming;

impl Analyser for Stemming {
    fn readings(&self, tongue: Tongue, word: &str) -> Vec<Reading> {
        // A stem is never more than a guess.
        vec![Reading { lemma: stem(tongue, word), parts: Vec::new(), roots: Vec::new(), known: false }]
    }

    fn version(&self) -> u32 {
        1
    }
}

pub(crate) fn stem(tongue: Tongue, word: &str) -> String {
    let algorithm = match tongue {
        Tongue::Fi => Algorithm::Finnish,
        Tongue::Sv => Algorithm::Swedish,
        Tongue::En => Algorithm::English,
    };
    Stemmer::new(algorithm).stem(word).into_owned()
}
