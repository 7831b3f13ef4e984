//! The nouns and rules of Aukio: what a space, a thread or a member is called, which texts are
//! acceptable, and who may do what. No I/O and no async: everything here is a value or a pure function.

pub mod clock;
pub mod id;
pub mod language;
pub mod policy;
pub mod sector;
pub mod text;
pub mod viewer;

pub use clock::{Clock, Time};
pub use id::{DocumentId, Ids, MessageId, PersonId, SessionId, SpaceId, ThreadId};
pub use language::Language;
pub use sector::Sector;
pub use viewer::{Member, Viewer};
