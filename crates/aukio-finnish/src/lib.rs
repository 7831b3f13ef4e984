//! Finnish words to base forms and compound parts. No I/O, no threads of its own, no text is kept but in the
//! bounded [cache](Analyser) of words.

mod analyser;
mod answer;
mod cache;
mod reading;
mod repair;
mod spelling;
mod transducer;
mod walk;

pub use analyser::{Analyser, Budget, analyze};
pub use reading::{Origin, Part, PartOfSpeech, Reading, Readings};
pub use walk::LONGEST_WORD;
