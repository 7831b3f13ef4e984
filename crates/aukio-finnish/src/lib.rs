//! Finnish words to base forms and compound parts.
//!
//! Finnish puts into endings and compounds what other languages put into words of their own:
//! «kuntademokratiaverkostossamme» is «in our network of municipal democracy». Whoever looks for *verkosto* or *kunta*
//! wants to find it, and cutting off endings does not help, for the stem changes as well (*käsi*: *käden*, *kättä*,
//! *käsissä*). This crate knows the words:
//!
//! ```
//! let readings = aukio_finnish::analyze("kuntademokratiaverkostossamme");
//! assert_eq!(readings[0].lemma, "kuntademokratiaverkosto");
//! assert!(readings[0].is_known());
//! assert_eq!(readings.parts(), ["kunta", "kuntademokratia", "demokratia", "demokratiaverkosto", "verkosto"]);
//!
//! assert_eq!(aukio_finnish::analyze("käsissä").lemmas(), ["käsissä", "käsi"]);
//! assert_eq!(aukio_finnish::analyze("Jyväskylässä").lemmas(), ["jyväskylä"]);
//! assert_eq!(aukio_finnish::analyze("EU:n").lemmas(), ["eu"]);
//! ```
//!
//! - **A word may be many things.** Each is a [`Reading`]; the likeliest comes first. What is meant in a sentence is
//!   not told: no context is looked at.
//! - **Unknown words** are guessed at by their end; [`Reading::origin`] tells. For a text, give a [`Budget`], so that
//!   a page of garbage costs little.
//! - **Time is bounded.** A word of at most [`LONGEST_WORD`] letters takes 0.06 ms on average and 1 ms at worst
//!   (one core of 2026, no cache); longer ones have no readings. An [`Analyser`] remembers 50 000 words; running text
//!   then goes by at millions of words a second.
//! - **Memory:** 20 MB for the lexicon, which is inside the crate (3.4 MB) and is unpacked at the first word
//!   (0.1 to 0.5 s).
//!
//! Deliberately absent: I/O, threads, tokenising (give words), spelling correction, forms from base forms, what form a
//! word is in. No text is kept but in the bounded cache of words.
//!
//! How it works is told from the inside out in `transducer.rs` (the lexicon), `walk.rs` (the search),
//! `answer.rs` (what was found), `repair.rs` (what is mended) and `analyser.rs` (all together). The lexicon is pykko's,
//! under the MIT licence; its core is Nykysuomen sanalista by Kotus, under CC BY 4.0: see `data/LICENCES.md`.

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
