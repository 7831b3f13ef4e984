//! Finnish words to base forms and compound parts. No I/O, no threads of its own, no text is kept but in the
//! bounded [cache](Analyser) of words.

mod analyser;
mod reading;

pub use analyser::{Analyser, Budget, LONGEST_WORD, analyze};
pub use reading::{Origin, Part, PartOfSpeech, Reading, Readings};
