//! When something fails.
//!
//! If the **log** fails, the replica holds changes that are nowhere else. The room turns read-only and says so,
//! throws the replica away, loads it again from the log until that works, and asks all clients for what they
//! have. Clients still hold their changes, so nothing is lost, and nothing was called saved.
//!
//! If an **update in the log** is damaged, the room opens at the last good state before it and stays there: reading
//! goes on, writing is refused, since nobody could say what it would be built on. A damaged snapshot alone costs
//! nothing, as the log holds everything, too.
//!
//! If the **engine** fails on somebody's update, only that client is sent away. What had been applied before goes
//! to the log, the document is loaded again, and the others' frames wait for these milliseconds in their queue.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use aukio_protocol::wire;
use bytes::Bytes;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::frames::reason;
use super::{Room, State};
use crate::log::{Loaded, Log};
use crate::replica::ReplicaError;
use crate::rooms::{OpenError, Shared};
use crate::{Close, Replica};

/// The first pause before a failed log is tried again; each further one is twice as long.
const RETRY_FIRST: Duration = Duration::from_millis(100);

pub(super) type Load = JoinHandle<Result<Opened, OpenError>>;

/// A document as it came from the log.
pub(super) struct Opened {
    pub replica: Replica,
    pub seq: i64,
    pub schema: u64,
    /// The bytes that were read, as a first guess of its size.
    pub bytes: usize,
    /// Something later is in the log and cannot be read.
    pub is_damaged: bool,
}

impl Opened {
    pub fn state(&self) -> State {
        if self.is_damaged { State::Damaged } else { State::Live }
    }
}

impl<L: Log> Room<L> {
    pub(super) fn log_failed(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        self.batch_due = None;
        self.give_up(batch);
        if matches!(self.state, State::Live | State::Reloading) {
            tracing::warn!(document = self.document, "the room is read-only until the log works again");
            self.state = State::ReadOnly;
            self.retry_later();
            for session in self.sessions() {
                self.tell_access(session);
            }
        }
    }

    pub(super) fn engine_failed(&mut self, why: &str) {
        tracing::warn!(document = self.document, why, "the document is loaded again");
        if matches!(self.state, State::Live | State::Damaged) {
            self.state = State::Reloading;
            self.batch_due = Some(Instant::now());
            self.retry_at = Some(Instant::now());
        }
    }

    /// After an error of the replica: if it is poisoned, it must be loaded again.
    pub(super) fn check(&mut self, error: &ReplicaError) {
        if matches!(error, ReplicaError::Poisoned) {
            self.engine_failed("the document engine failed");
        }
    }

    fn retry_later(&mut self) {
        let pause = RETRY_FIRST * 2u32.saturating_pow(self.failures.min(10));
        self.failures += 1;
        self.retry_at = Some(Instant::now() + pause.min(self.shared.settings.retry_max));
    }

    pub(super) fn retry_due(&mut self, now: Instant) {
        // A batch that is on its way may yet arrive in the log; loading before would miss it.
        let settled = self.flight.is_none() && self.batch.updates.is_empty();
        if self.retry_at.is_some_and(|due| due <= now) && settled && self.load.is_none() {
            self.retry_at = None;
            self.load = Some(tokio::spawn(load(Arc::clone(&self.shared), self.document)));
        }
    }

    pub(super) fn reloaded(&mut self, loaded: Result<Opened, OpenError>) {
        if !matches!(self.state, State::ReadOnly | State::Reloading) {
            return;
        }
        match loaded {
            Ok(opened) => {
                let (told, state) = (self.state == State::ReadOnly, opened.state());
                for source in self.replica.abandon() {
                    self.refuse(source.session, reason::UNSAVED);
                }
                self.replica = opened.replica;
                self.answer = None;
                self.seq = opened.seq;
                self.schema = self.schema.max(opened.schema);
                self.size.loaded(opened.bytes);
                self.state = state;
                self.greet_again(told || state == State::Damaged);
            }
            Err(OpenError::Missing) => self.drain(Close::Gone),
            Err(error) => {
                tracing::warn!(document = self.document, %error, "a document could not be loaded again");
                if self.state == State::Reloading {
                    self.log_failed();
                } else {
                    self.retry_later();
                }
            }
        }
    }

    /// Asks everybody for what the log lacks, and answers who asked meanwhile.
    fn greet_again(&mut self, told: bool) {
        let step1 = Bytes::from(wire::encode_step1(&self.replica.state_vector()));
        for session in self.sessions() {
            if told {
                self.tell_access(session);
            }
            self.send_bytes(session, step1.clone());
            if let Some(vector) = self.members.get_mut(&session).and_then(|member| member.owed.take())
                && let Err(reason) = self.step1(session, &vector)
            {
                self.close(session, reason);
            }
        }
    }
}

/// Loads a document. Building the replica is work for a thread that may block.
pub(super) async fn load<L: Log>(shared: Arc<Shared<L>>, document: i64) -> Result<Opened, OpenError> {
    let _turn = shared.loading.acquire().await;
    let loaded = shared.log.load(document).await?;
    let has_snapshot = loaded.snapshot.is_some();
    let opened = open(document, loaded).await;
    let opened = match opened {
        Ok(opened) if !opened.is_damaged => Ok(opened),
        damaged if !has_snapshot => damaged,
        damaged => match shared.log.load_all(document).await {
            Ok(loaded) => better(damaged, open(document, loaded).await),
            Err(_) => damaged,
        },
    };
    match &opened {
        Ok(opened) => shared.note_damage(document, opened.is_damaged),
        Err(OpenError::Damaged(_)) => shared.note_damage(document, true),
        Err(OpenError::Missing | OpenError::Unavailable(_)) => {}
    }
    opened
}

/// The one that goes further.
fn better(one: Result<Opened, OpenError>, other: Result<Opened, OpenError>) -> Result<Opened, OpenError> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok(if other.seq > one.seq { other } else { one }),
        (Ok(opened), Err(_)) | (Err(_), Ok(opened)) => Ok(opened),
        (Err(error), Err(_)) => Err(error),
    }
}

async fn open(document: i64, loaded: Loaded) -> Result<Opened, OpenError> {
    let open = move || {
        let snapshot = loaded.snapshot.as_ref();
        let bytes = snapshot.map_or(0, |(_, bytes)| bytes.len())
            + loaded.updates.iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
        let updates: Vec<&[u8]> = loaded.updates.iter().map(|(_, bytes)| bytes.as_slice()).collect();
        let (replica, good) = Replica::open_good_part(snapshot.map(|(_, bytes)| bytes.as_slice()), &updates)?;
        let seq = loaded.updates[..good].last().map(|(seq, _)| *seq).or(snapshot.map(|(seq, _)| *seq)).unwrap_or(0);
        let is_damaged = good < updates.len();
        if is_damaged {
            tracing::error!(document, "an update is damaged: the document opens read-only as it was after {seq}");
        }
        Ok::<_, ReplicaError>(Opened { replica, seq, schema: loaded.schema, bytes, is_damaged })
    };
    match tokio::task::spawn_blocking(open).await {
        Ok(Ok(opened)) => Ok(opened),
        Ok(Err(error)) => Err(OpenError::Damaged(error.to_string())),
        Err(error) => Err(OpenError::Damaged(error.to_string())),
    }
}

/// The document loaded again; waits for ever if that is not going on.
pub(super) async fn reloaded(load: &mut Option<Load>) -> Result<Opened, OpenError> {
    let Some(task) = load.as_mut() else { return pending().await };
    let loaded = task.await.unwrap_or_else(|error| Err(OpenError::Unavailable(error.to_string())));
    *load = None;
    loaded
}

pub(super) fn unavailable() -> OpenError {
    OpenError::Unavailable("the log does not answer".to_owned())
}
