//! Live shared documents: rooms in which Yjs clients meet.
//!
//! Bytes in, bytes out. This crate knows the Yjs protocol and what a text document looks like in it;
//! it knows no sockets, no database and no people. The caller brings a [`Log`] that keeps updates and
//! passes frames between its sockets and the [`Connection`]s it gets from [`Rooms::join`].
//!
//! Read it in this order:
//!
//! 1. `replica.rs`: one document in memory, and how a foreign update gets into it unharmed;
//! 2. `engine.rs`: the same at rest, when nobody has asked for a while;
//! 3. `pending.rs`: which share of an update can be placed now, and the queue for the rest;
//! 4. `log.rs`: what is asked of the store;
//! 5. `session.rs`: one client in a room: its queue, its rights, why it was closed;
//! 6. `presence.rs`: who is here, as told by the server and not by the client;
//! 7. `room/`: the task that owns a replica and the order of everything;
//! 8. `rooms.rs` and `budget.rs`: one room per document, opened once, closed when memory is short;
//! 9. `snapshot.rs` and `history.rs`: how a document and its past are stored in few bytes;
//! 10. `authors.rs`: who wrote what;
//! 11. `walk.rs`, `build.rs` and `canonical.rs`: from the shared tree to a neutral document and back.
//!
//! The order in a room is the promise of the whole crate: an update is decoded, the sender's access is
//! checked, it is applied, appended to the log, and only when the log says that it is safe do the other
//! clients see it and does the sender hear that it is saved. What could not be logged is shown to no one.
//!
//! ```ignore
//! let rooms = Rooms::new(log, Settings::default());
//! let connection = rooms.join(document, Session { actor: Some(7), access: Access::Write, .. }).await?;
//! let (incoming, mut outgoing) = connection.split();
//! // socket → room: incoming.send(frame).await; dropping `incoming` leaves the room
//! // room → socket: while let Some(frame) = outgoing.next().await { … }; then outgoing.reason().code()
//! ```

mod authors;
mod budget;
mod build;
mod canonical;
mod engine;
pub mod history;
mod log;
mod pending;
mod presence;
mod replica;
mod room;
mod rooms;
mod session;
mod snapshot;
mod walk;

pub use aukio_text::tree::Document;
pub use authors::{Authors, Written};
pub use log::{Loaded, Log, LogError, Pending};
pub use replica::{Applied, Replica, ReplicaError, Source};
pub use rooms::{Committed, EditError, JoinError, OpenError, Rooms, Settings, Who};
pub use session::{Access, Close, Connection, Incoming, Outgoing, Session};
pub use snapshot::compact;
