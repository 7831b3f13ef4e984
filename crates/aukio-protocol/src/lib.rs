//! A bounded codec of what Yjs clients send: the frames of the y-websocket protocol, awareness
//! updates, state vectors and document updates of format v1.
//!
//! Everything a stranger can send is read here first. Reading a few hostile bytes with the document
//! engine itself can cost gigabytes (a count of 2³² entries) or the whole process (values nested tens
//! of thousands deep). This crate therefore checks every count against the bytes that are left, every
//! string for UTF-8, every number for its shortest form and every value for its depth, and it
//! allocates nothing that the input has not paid for. It is strict: what it cannot account for to the
//! last byte, it refuses and says at which byte.
//!
//! - [`wire`]: frames, that is, lists of messages;
//! - [`awareness`]: who is here and where their cursor is;
//! - [`update`]: a document update, checked but not applied;
//! - [`state_vector`]: what a replica has seen;
//! - [`Limits`]: every bound in one place.
//!
//! Deliberately absent: sockets, the document engine, update format v2 (no client sends it unasked)
//! and subdocuments.

pub mod awareness;
mod limits;
mod reader;
pub mod state_vector;
pub mod update;
mod value;
pub mod wire;
mod writer;

pub use limits::Limits;
pub use reader::{Malformed, ReadError};
