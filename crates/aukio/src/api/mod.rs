//! `/api/v1`: everything public as JSON without a key, and acting for a member with a token of theirs.
//!
//! The rights are those of the pages: the same permits are asked for. `openapi.json` describes every address and
//! every field, and a test holds it to that. Deliberately absent: what pages do not offer to everybody, such as
//! changing roles, and anything that cookies could be borrowed for.

pub mod caller;
mod documents;
pub mod http;
mod people;
pub mod problem;
mod spaces;
mod threads;
pub mod tokens;
mod wire;

/// Whether a request may act, when it comes with a token that was made for acting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    Read,
    Write,
}
