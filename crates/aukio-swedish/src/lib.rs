//! Swedish words to base forms and compound parts.
//!
//! Swedish writes compounds as one word, puts an s between their parts or changes the first («skola»: «skolväg»), and
//! has the article as an ending. Cutting off endings brings «fönster» and «fönstren» or «bok» and «böcker» nowhere, and
//! finds no «budget» in «medborgarbudgeten». This crate knows the words:
//!
//! ```
//! let readings = aukio_swedish::analyze("medborgarbudgeten");
//! assert_eq!(readings[0].lemma, "medborgarbudget");
//! assert!(readings[0].known);
//! assert_eq!(readings.parts(), ["medborgare", "medborgar", "budget"]);
//!
//! assert_eq!(aukio_swedish::analyze("böckerna").lemmas(), ["bok"]);
//! ```
//!
//! - **A word may be many things.** Each is a [`Reading`]; the likeliest comes first. No context is looked at.
//! - **Unknown words** are stemmed by the Snowball rules; [`Reading::known`] tells.
//! - **Time is bounded.** A word takes 0.06 ms on average (one core of 2026, no cache); it has at most
//!   [`LONGEST_WORD`] characters, and longer ones have no readings.
//! - **Memory:** 5 MB; the crate holds the dictionary (0.6 MB) and unpacks it at the first word (0.03 s).
//!
//! Deliberately absent: I/O, threads, a cache, tokenising (give words), spelling correction, forms from base forms, parts of
//! speech.
//!
//! `lexicon.rs` has the words and takes endings off, `compound.rs` takes compounds apart, `analyser.rs` brings both
//! together. The words are those of the Hunspell dictionary by Göran Andersson, under the LGPL-3.0: see
//! `data/LICENCES.md`; `data/irregular.txt` mends what its rules do not bring together.

mod analyser;
mod compound;
mod lexicon;
mod reading;

pub use analyser::{Analyser, LONGEST_WORD, analyze};
pub use reading::{Part, Reading, Readings};
