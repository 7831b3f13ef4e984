//! The only files that know the columns of `thread`, `message` and what belongs to them.

mod messages;
mod revisions;
mod threads;

pub use messages::*;
pub use revisions::*;
pub use threads::*;
