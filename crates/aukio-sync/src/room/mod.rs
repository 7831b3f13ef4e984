//! The room of one document: a task that owns the replica and puts everything in order.
//!
//! Updates are applied as they come and gathered in a *batch*. One batch at a time is on its way to the
//! log; what arrives meanwhile goes into the next. Whatever would tell of an update that is not yet
//! safe waits with its batch: the broadcast, the word "saved", and also answers to newcomers and to
//! readers of the text, since these would contain it.
//!
//! This file is the room's life: its states and its loop. What happens in the loop stands beside it, each
//! file a chapter with its share of `impl Room`:
//!
//! - `control.rs`: what the server asks of the room: joining, edits, the text, closing;
//! - `members.rs`: the sessions in the room: access, sending, silence, leaving;
//! - `frames.rs`: from a frame to an applied update;
//! - `batch.rs`: to the log, and what is told after the commit;
//! - `recovery.rs`: when the log or the engine fails;
//! - `presence.rs`: cursors, a few times a second;
//! - `size.rs`: how large the document has become.
//!
//! Deliberately absent: sockets and SQL. The room takes frames from a queue and gives updates to a [`Log`].

mod batch;
mod control;
mod frames;
mod members;
mod presence;
mod recovery;
mod size;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use crate::budget::Gauge;
use crate::log::{Log, LogError};
use crate::presence::Presence;
use crate::rooms::{Shared, no_memory};
use crate::session::INCOMING_FRAMES;
use crate::{Close, Replica};

pub(crate) use control::Control;

use batch::Batch;
use members::Member;
use recovery::{Load, Opened};
use size::Size;

/// Bytes in the next batch above which the room takes no more frames until the log has caught up.
const BATCH_BYTES: usize = 4 << 20;
/// Things waiting for the next batch above which the room takes no more frames.
const BATCH_WAITING: usize = 2_000;

/// What a room can do at the moment. While its document loads there is no room yet, only its task: requests
/// wait in the queue, and if the loading fails they are refused, so that nothing can be written over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Live,
    /// The engine has failed. Frames wait for the moment that loading the document again takes.
    Reloading,
    /// The log has failed: the replica holds something that is not in it. Reading goes on, writing is refused.
    ReadOnly,
    /// Something in the log cannot be read: the replica is the last good state before it, for reading only.
    Damaged,
    /// What is at hand goes to the log; then everybody is sent away.
    Draining(Close),
}

pub(crate) struct Room<L: Log> {
    shared: Arc<Shared<L>>,
    document: i64,
    replica: Replica,
    seq: i64,
    /// The schema version of the newest editor that has written here.
    schema: u64,
    state: State,
    members: BTreeMap<u64, Member>,
    next_session: u64,
    presence: Presence,
    presence_due: Option<Instant>,
    batch: Batch,
    /// When the batch is sent to the log, unless another is still on its way.
    batch_due: Option<Instant>,
    flight: Option<(JoinHandle<Result<i64, LogError>>, Batch)>,
    load: Option<Load>,
    retry_at: Option<Instant>,
    failures: u32,
    size: Size,
    /// The last large answer to a state vector, as long as nothing has changed since: when many open a document at
    /// the same moment, they are sent the same bytes.
    answer: Option<(Vec<u8>, Bytes)>,
    idle_since: Instant,
    /// The memory is needed elsewhere: end as soon as nobody is here.
    evicted: bool,
    drained: Vec<oneshot::Sender<()>>,
    frames: mpsc::Sender<(u64, Vec<u8>)>,
    leaves: mpsc::UnboundedSender<(u64, u64)>,
}

impl<L: Log> Room<L> {
    /// The room's whole life.
    pub async fn run(
        shared: Arc<Shared<L>>,
        document: i64,
        room: u64,
        gauge: Arc<Gauge>,
        mut requests: mpsc::Receiver<Control>,
    ) {
        let opened = recovery::load(Arc::clone(&shared), document).await.and_then(|opened| {
            gauge.set(opened.bytes);
            // Many that open at the same moment look small before they are loaded.
            if shared.is_short_for(&gauge) { Err(no_memory()) } else { Ok(opened) }
        });
        let opened = match opened {
            Ok(opened) => opened,
            Err(error) => {
                tracing::warn!(document, %error, "a document could not be opened");
                shared.forget(document, room);
                requests.close();
                while let Some(request) = requests.recv().await {
                    request.refuse(error.clone());
                }
                return;
            }
        };
        let (frames, incoming) = mpsc::channel(INCOMING_FRAMES);
        let (leaves, leaving) = mpsc::unbounded_channel();
        let mut room_of = Room::new(Arc::clone(&shared), document, opened, gauge, frames, leaves);
        // Somebody may only want to read the text and never come in; whoever does come in makes it busy.
        room_of.size.idle(room_of.idle_since);
        shared.relieve();
        room_of.live(&mut requests, incoming, leaving).await;
        // From here no new request finds this room, and those that did are sent on to the next one.
        shared.forget(document, room);
        requests.close();
        let drained = std::mem::take(&mut room_of.drained);
        drop(room_of);
        for done in drained {
            let _ = done.send(());
        }
    }

    fn new(
        shared: Arc<Shared<L>>,
        document: i64,
        opened: Opened,
        gauge: Arc<Gauge>,
        frames: mpsc::Sender<(u64, Vec<u8>)>,
        leaves: mpsc::UnboundedSender<(u64, u64)>,
    ) -> Self {
        Room {
            document,
            state: opened.state(),
            replica: opened.replica,
            seq: opened.seq,
            schema: opened.schema,
            members: BTreeMap::new(),
            next_session: 1,
            presence: Presence::default(),
            presence_due: None,
            batch: Batch::default(),
            batch_due: None,
            flight: None,
            load: None,
            retry_at: None,
            failures: 0,
            size: Size::new(opened.bytes, gauge),
            answer: None,
            idle_since: Instant::now(),
            evicted: false,
            drained: Vec::new(),
            frames,
            leaves,
            shared,
        }
    }

    async fn live(
        &mut self,
        requests: &mut mpsc::Receiver<Control>,
        mut incoming: mpsc::Receiver<(u64, Vec<u8>)>,
        mut leaving: mpsc::UnboundedReceiver<(u64, u64)>,
    ) {
        let mut quiet_check = Instant::now() + self.shared.settings.quiet / 4;
        // Frames that were in the queue when the draining began. They count: their clients may be gone already.
        let mut last_frames = None;
        while !self.is_over() {
            let wake = self.wake_at(quiet_check);
            let takes_frames = self.takes_frames();
            tokio::select! {
                // Changes of access come before frames, so that no frame is judged by an old right.
                biased;
                request = requests.recv() => match request {
                    Some(request) => self.request(request),
                    None => self.drain(Close::Draining),
                },
                result = batch::landed(&mut self.flight) => self.landed(result),
                loaded = recovery::reloaded(&mut self.load) => self.reloaded(loaded),
                Some((session, frames)) = leaving.recv() => self.leaving(session, frames),
                Some((session, frame)) = incoming.recv(), if takes_frames => {
                    self.frame(session, &frame);
                    last_frames = last_frames.map(|left: usize| left.saturating_sub(1));
                }
                () = sleep_until(wake) => {}
            }
            let now = Instant::now();
            self.send_due_batch(now);
            self.send_due_presence(now);
            self.retry_due(now);
            if let State::Draining(reason) = self.state
                && *last_frames.get_or_insert(incoming.len()) == 0
            {
                self.close_if_drained(reason);
            }
            if now >= quiet_check {
                quiet_check = now + self.shared.settings.quiet / 4;
                self.break_silence(now);
                self.answer = None;
                self.replica.rest_if_unused();
            }
        }
    }

    /// Whether the room has nothing left to do.
    fn is_over(&self) -> bool {
        if self.flight.is_some() || !self.batch.updates.is_empty() || !self.members.is_empty() {
            return false;
        }
        match self.state {
            State::Draining(_) => true,
            State::Live | State::Reloading | State::ReadOnly | State::Damaged => {
                self.evicted || self.idle_since.elapsed() >= self.shared.settings.idle
            }
        }
    }

    /// Clients wait, and with them their sockets, while the log is behind or the document is loaded again.
    fn takes_frames(&self) -> bool {
        let keeps_up = self.batch.bytes < BATCH_BYTES && self.batch.after.len() < BATCH_WAITING;
        keeps_up && self.state != State::Reloading
    }

    fn wake_at(&self, quiet_check: Instant) -> Instant {
        let batch = self.batch_due.filter(|_| self.flight.is_none());
        let retry = self.retry_at.filter(|_| self.flight.is_none());
        let idle = self.members.is_empty().then(|| self.idle_since + self.shared.settings.idle);
        [batch, self.presence_due, retry, idle].into_iter().flatten().fold(quiet_check, Instant::min)
    }
}
