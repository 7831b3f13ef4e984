//! One client in a room: what it may do, the queues between it and the room, and why it was closed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Frames from one client that may wait for the room, per room.
pub(crate) const INCOMING_FRAMES: usize = 256;
/// Frames that may wait for one client's socket.
pub(crate) const OUTGOING_FRAMES: usize = 1024;
/// Bytes that may wait for one client's socket.
pub(crate) const OUTGOING_BYTES: usize = 1 << 20;
/// What a larger frame counts for: whoever is being sent a whole document is not slow yet.
const FRAME_COUNTS_MOST: usize = OUTGOING_BYTES / 2;

/// What a session may do with the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Nothing: it is closed.
    None,
    /// Follow along.
    Read,
    /// Change it.
    Write,
}

/// Who joins, as the server knows them. Nothing here comes from the client.
#[derive(Clone, Debug)]
pub struct Session {
    /// The member, or nobody. What a session without an actor says about its presence is dropped.
    pub actor: Option<i64>,
    /// What the session may do for now; [`Rooms::set_access`](crate::Rooms::set_access) changes it.
    pub access: Access,
    /// The name that others see at the cursor.
    pub name: String,
    /// How the member's avatar looks, for the page to interpret.
    pub look: String,
    /// The colour of the cursor, such as `#0050bb`.
    pub colour: String,
    /// The id that others see, which the page may use for links; empty if there is none.
    pub shown_id: String,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// The client left.
    Left,
    /// The client sent bytes that are not the protocol.
    BadFrame,
    /// The client sent more than is accepted, or made the document larger than it may be.
    TooLarge,
    /// The client sent faster than is accepted.
    TooMuch,
    /// The client's editor is older than the document's schema; a reload brings the new one.
    Outdated,
    /// The session's access ended.
    NoAccess,
    /// The document is gone.
    Gone,
    /// The client did not read what it was sent; it should come back and sync again.
    Slow,
    /// The room is closing, for instance because the server restarts; come back soon.
    Draining,
}

impl Close {
    /// The websocket close code for it. Stock clients reconnect after codes below 4400; the page stops.
    pub fn code(self) -> u16 {
        match self {
            Close::Left => 1000,
            Close::BadFrame => 4400,
            Close::TooLarge => 4413,
            Close::TooMuch => 1008,
            Close::Outdated => 4426,
            Close::NoAccess => 4403,
            Close::Gone => 4404,
            Close::Slow => 1013,
            Close::Draining => 1012,
        }
    }

    /// Whether frames that still wait are dropped instead of sent.
    fn is_sudden(self) -> bool {
        matches!(self, Close::BadFrame | Close::TooMuch | Close::NoAccess | Close::Gone | Close::Slow)
    }
}

/// How much a client may still send: two buckets that fill at a steady rate. One holds bytes, of all frames; 8 MiB
/// fit in it, so that coming back with a day's offline writing passes. The other holds messages, ten seconds' worth;
/// changes that were new to the document do not count there, since the log paces them and they have an author.
#[derive(Debug)]
pub(crate) struct Allowance {
    messages: Bucket,
    bytes: Bucket,
}

const MESSAGES_SECONDS: f64 = 10.0;
const BYTES_AT_ONCE: f64 = (8 << 20) as f64;

impl Allowance {
    pub fn new(messages_per_second: u32, bytes_per_second: u32, now: Instant) -> Self {
        let (messages, bytes) = (f64::from(messages_per_second), f64::from(bytes_per_second));
        Allowance {
            messages: Bucket {
                rate: messages,
                most: messages * MESSAGES_SECONDS,
                left: messages * MESSAGES_SECONDS,
                since: now,
            },
            bytes: Bucket { rate: bytes, most: BYTES_AT_ONCE, left: BYTES_AT_ONCE, since: now },
        }
    }

    /// `false` if the client has sent too many bytes.
    pub fn takes_bytes(&mut self, bytes: usize, now: Instant) -> bool {
        self.bytes.takes(bytes as f64, now)
    }

    /// `false` if the client has sent too many messages.
    pub fn takes_message(&mut self, now: Instant) -> bool {
        self.messages.takes(1.0, now)
    }
}

#[derive(Debug)]
struct Bucket {
    /// What comes in each second.
    rate: f64,
    most: f64,
    left: f64,
    since: Instant,
}

impl Bucket {
    fn takes(&mut self, amount: f64, now: Instant) -> bool {
        let seconds = now.saturating_duration_since(self.since).as_secs_f64();
        self.since = now;
        self.left = (self.left + seconds * self.rate).min(self.most) - amount;
        self.left >= 0.0
    }
}

/// A session in a room, as the socket sees it.
#[derive(Debug)]
pub struct Connection {
    pub(crate) incoming: Incoming,
    pub(crate) outgoing: Outgoing,
}

impl Connection {
    /// The two directions, to be used by different tasks.
    pub fn split(self) -> (Incoming, Outgoing) {
        (self.incoming, self.outgoing)
    }
}

/// Frames from the client to the room. Dropping it leaves the room, after all frames that were sent.
#[derive(Debug)]
pub struct Incoming {
    session: u64,
    sent: u64,
    frames: mpsc::Sender<(u64, Vec<u8>)>,
    leaves: mpsc::UnboundedSender<(u64, u64)>,
}

impl Incoming {
    /// Hands a frame to the room, waiting while the room is busy. The frame may be anything.
    ///
    /// # Errors
    /// The room is gone; [`Outgoing::reason`] tells why.
    pub async fn send(&mut self, frame: Vec<u8>) -> Result<(), Close> {
        self.frames.send((self.session, frame)).await.map_err(|_| Close::Draining)?;
        self.sent += 1;
        Ok(())
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // One message per session, so this queue is bounded by the number of sessions. If the room has
        // gone there is nothing to leave.
        let _ = self.leaves.send((self.session, self.sent));
    }
}

/// Frames from the room to the client.
#[derive(Debug)]
pub struct Outgoing {
    frames: mpsc::Receiver<Bytes>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    queued_bytes: AtomicUsize,
    reason: OnceLock<Close>,
}

impl Outgoing {
    /// The next frame to write to the socket, or `None` when the session has ended. Cancel safe.
    pub async fn next(&mut self) -> Option<Bytes> {
        let frame = self.frames.recv().await?;
        self.counted(frame)
    }

    /// A frame that has left the queue; `None` if the session ended in a way that drops what waits.
    fn counted(&self, frame: Bytes) -> Option<Bytes> {
        self.shared.queued_bytes.fetch_sub(counts(&frame), Ordering::Relaxed);
        if self.shared.reason.get().is_some_and(|reason| reason.is_sudden()) {
            return None;
        }
        Some(frame)
    }

    /// Why the session ended. [`Close::Draining`] if the room did not say.
    pub fn reason(&self) -> Close {
        self.shared.reason.get().copied().unwrap_or(Close::Draining)
    }
}

/// The room's end of a session's outgoing queue.
#[derive(Debug)]
pub(crate) struct Outbox {
    frames: mpsc::Sender<Bytes>,
    shared: Arc<Shared>,
}

impl Outbox {
    /// Queues a frame. `false` says that the client is too slow and must be closed: nothing is ever
    /// skipped, because a client that misses an update without knowing is worse off than one that syncs.
    pub fn push(&self, frame: Bytes) -> bool {
        if self.shared.queued_bytes.load(Ordering::Relaxed) > OUTGOING_BYTES {
            return false;
        }
        self.shared.queued_bytes.fetch_add(counts(&frame), Ordering::Relaxed);
        self.frames.try_send(frame).is_ok()
    }

    /// Ends the session. The first reason stands.
    pub fn close(self, reason: Close) {
        let _ = self.shared.reason.set(reason);
    }
}

fn counts(frame: &Bytes) -> usize {
    frame.len().min(FRAME_COUNTS_MOST)
}

/// Makes the two ends of a session.
pub(crate) fn pair(
    session: u64,
    frames: mpsc::Sender<(u64, Vec<u8>)>,
    leaves: mpsc::UnboundedSender<(u64, u64)>,
) -> (Connection, Outbox) {
    let (sender, receiver) = mpsc::channel(OUTGOING_FRAMES);
    let shared = Arc::new(Shared::default());
    let incoming = Incoming { session, sent: 0, frames, leaves };
    let outgoing = Outgoing { frames: receiver, shared: Arc::clone(&shared) };
    (Connection { incoming, outgoing }, Outbox { frames: sender, shared })
}
