//! Full-text search: facts in, hits out. No database and no pages: the caller says what there is to find
//! and who may find it, and gets ids back.
//!
//! The index is a cache. It can be thrown away at any time and is then filled again; whatever is wrong with
//! its files, opening it succeeds. Each commit carries the caller's position in its own log, so that after a
//! crash the caller knows where to go on.

mod analyse;
mod answer;
mod asker;
mod dictionary;
mod fact;
mod gather;
mod languages;
mod marks;
mod query;
mod question;
mod schema;
mod stemming;
mod store;
mod tokens;
mod tongue;
mod writing;

pub use analyse::{Analyser, Lexicon, Reading};
pub use fact::{Change, Fact, Key, Kind};
pub use gather::{Cursor, NoCursor};
pub use languages::Languages;
pub use marks::{Marks, Piece};
pub use query::{Facets, Filter, Hit, Query, Relaxed, Results, Sort, Suggestion};
pub use stemming::Stemming;
pub use store::{Builder, Index, IndexError, Opened, Standing};
pub use tongue::Tongue;
