//! What the server asks of a room.

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::batch::After;
use super::recovery::unavailable;
use super::{Room, State};
use crate::log::Log;
use crate::replica::{ReplicaError, Source};
use crate::rooms::{EditError, JoinError, OpenError, Who};
use crate::{Access, Close, Connection, Document, Replica, Session};

/// A change from within; returns the update it made, or `None` if there was nothing to change.
pub(super) type Change = Box<dyn FnOnce(&mut Replica) -> Option<Vec<u8>> + Send>;

pub(crate) enum Control {
    Join { session: Session, reply: oneshot::Sender<Result<Connection, JoinError>> },
    SetAccess { who: Who, access: Access, done: oneshot::Sender<()> },
    SetSchema { version: u64, done: oneshot::Sender<()> },
    Edit { actor: Option<i64>, change: Change, reply: oneshot::Sender<Result<i64, EditError>> },
    Text { reply: oneshot::Sender<Result<(i64, Document), OpenError>> },
    Snapshot { reply: oneshot::Sender<Result<(i64, Vec<u8>), OpenError>> },
    Count { reply: oneshot::Sender<usize> },
    Evict,
    Drain { reason: Close, done: oneshot::Sender<()> },
}

impl Control {
    /// Answers in the name of a document that could not be opened. Whoever asked may have stopped waiting.
    pub fn refuse(self, error: OpenError) {
        match self {
            Control::Join { reply, .. } => drop(reply.send(Err(JoinError::Open(error)))),
            Control::Edit { reply, .. } => drop(reply.send(Err(EditError::Open(error)))),
            Control::Text { reply } => drop(reply.send(Err(error))),
            Control::Snapshot { reply } => drop(reply.send(Err(error))),
            Control::Count { reply } => drop(reply.send(0)),
            Control::SetAccess { done, .. } | Control::SetSchema { done, .. } | Control::Drain { done, .. } => {
                let _ = done.send(());
            }
            Control::Evict => {}
        }
    }
}

impl<L: Log> Room<L> {
    pub(super) fn request(&mut self, request: Control) {
        match request {
            Control::Join { session, reply } => {
                // A room that drains drops the reply, which sends the newcomer to the next room. If whoever
                // wanted in has gone meanwhile, dropping the connection leaves again.
                if !matches!(self.state, State::Draining(_)) {
                    drop(reply.send(self.join(session)));
                }
            }
            Control::SetAccess { who, access, done } => {
                self.set_access(who, access);
                let _ = done.send(());
            }
            Control::SetSchema { version, done } => {
                self.raise_schema(version);
                let _ = done.send(());
            }
            Control::Edit { actor, change, reply } => self.edit(actor, change, reply),
            Control::Text { reply } => match self.readable(Replica::tree) {
                Ok(document) => self.once_safe(After::Text { document, reply }),
                Err(error) => drop(reply.send(Err(error))),
            },
            Control::Snapshot { reply } => match self.readable(Replica::snapshot) {
                Ok(bytes) => self.once_safe(After::Snapshot { bytes, reply }),
                Err(error) => drop(reply.send(Err(error))),
            },
            Control::Count { reply } => drop(reply.send(self.members.len())),
            Control::Evict => self.evicted = self.members.is_empty(),
            Control::Drain { reason, done } => {
                self.drained.push(done);
                self.drain(reason);
            }
        }
    }

    /// Reads something from the replica, unless it holds what is in no log.
    fn readable<T>(&mut self, read: impl FnOnce(&mut Replica) -> Result<T, ReplicaError>) -> Result<T, OpenError> {
        if matches!(self.state, State::ReadOnly | State::Reloading) {
            return Err(unavailable());
        }
        read(&mut self.replica).map_err(|error| {
            self.check(&error);
            OpenError::Damaged(error.to_string())
        })
    }

    fn edit(&mut self, actor: Option<i64>, change: Change, reply: oneshot::Sender<Result<i64, EditError>>) {
        match self.state {
            State::Live => {}
            State::ReadOnly | State::Reloading => return drop(reply.send(Err(EditError::Unsaved))),
            State::Damaged => return drop(reply.send(Err(EditError::Damaged))),
            State::Draining(_) => return,
        }
        let before = self.replica.state_vector();
        let made = self.replica.act(change);
        let changed = made.is_err() || self.replica.state_vector() != before;
        match made {
            Ok(Some(bytes)) if self.size.would_pass(bytes.len(), 0, &mut self.replica, &self.shared.settings) => {
                // The change is in the replica and must not get into the log, so the replica has to go.
                drop(reply.send(Err(EditError::Failed)));
                self.engine_failed("an edit made the document too large");
            }
            Ok(Some(bytes)) => {
                self.gather(Source { session: 0, actor }, bytes);
                self.once_safe(After::Edit { reply });
            }
            Ok(None) if !changed => self.once_safe(After::Edit { reply }),
            Ok(None) | Err(_) => {
                drop(reply.send(Err(EditError::Failed)));
                self.engine_failed("an edit failed, or changed the document without saying so");
            }
        }
    }

    pub(super) fn drain(&mut self, reason: Close) {
        if !matches!(self.state, State::Draining(_)) {
            self.state = State::Draining(reason);
        }
        self.batch_due = Some(Instant::now());
    }

    /// Once everything is logged, or cannot be, the sessions are sent away.
    pub(super) fn close_if_drained(&mut self, reason: Close) {
        if self.flight.is_none() && self.batch.updates.is_empty() {
            for session in self.sessions() {
                self.close(session, reason);
            }
        }
    }
}
