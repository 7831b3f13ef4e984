//! English for search: stems, and the few words that no rule of endings brings together.

use crate::stemming::stem;
use crate::{Reading, Tongue};

/// Forms that are unlike their base.
const UNLIKE: [(&str, &str); 24] = [
    ("children", "child"),
    ("men", "man"),
    ("women", "woman"),
    ("people", "person"),
    ("feet", "foot"),
    ("teeth", "tooth"),
    ("mice", "mouse"),
    ("geese", "goose"),
    ("lives", "life"),
    ("leaves", "leaf"),
    ("wolves", "wolf"),
    ("held", "hold"),
    ("met", "meet"),
    ("made", "make"),
    ("said", "say"),
    ("chose", "choose"),
    ("chosen", "choose"),
    ("built", "build"),
    ("taught", "teach"),
    ("taken", "take"),
    ("spoke", "speak"),
    ("spoken", "speak"),
    ("written", "write"),
    ("wrote", "write"),
];

/// Raised when what this file makes of words changes.
pub const VERSION: u32 = 1;

pub fn readings(word: &str) -> Vec<Reading> {
    let word = word.strip_suffix("'s").unwrap_or(word);
    let base = UNLIKE.iter().find(|(form, _)| *form == word).map_or(word, |(_, base)| base);
    // A stem is never more than a guess.
    vec![Reading { lemma: stem(Tongue::En, base), parts: Vec::new(), roots: Vec::new(), known: false }]
}
