//! Full-text search: facts in, hits out. No database and no pages: the caller says what there is to find
//! and who may find it, and gets ids back.
//!
//! The index is a cache. It can be thrown away at any time and is then filled again; whatever is wrong with
//! its files, opening it succeeds. Each commit carries the caller's position in its own log, so that after a
//! crash the caller knows where to go on.

mod analyse;
mod fact;
mod query;
mod schema;
mod snippet;
mod store;

pub use analyse::{Analyser, Stemming, Tongue};
pub use fact::{Change, Fact, Key, Kind};
pub use query::{Hit, Query, Results, Sort, TermSet};
pub use snippet::{Piece, marked, snippet};
pub use store::{Builder, Index, IndexError, Opened};
