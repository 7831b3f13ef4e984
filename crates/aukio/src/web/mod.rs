//! The web side of the line: requests in, pages out. Slices reach this from their `http.rs` only.

pub mod assets;
pub mod cache;
pub mod diff;
pub mod failure;
pub mod form;
pub mod kept;
pub mod list;
pub mod markup;
pub mod meta;
pub mod page;
pub mod router;
pub mod secure;
pub mod server;
pub mod standing;
pub mod tagged;
pub mod visit;
pub mod websocket;

pub use failure::Failure;
pub use form::{Faults, Form};
pub use meta::Meta;
pub use page::{Page, Section};
pub use visit::{At, Visit};
