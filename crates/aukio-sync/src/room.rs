//! The room of one document: a task that owns the replica and puts everything in order.
//!
//! Updates are applied as they come and gathered in a *batch*. One batch at a time is on its way to the
//! log; what arrives meanwhile goes into the next. Whatever would tell of an update that is not yet
//! safe waits with its batch: the broadcast, the word "saved", and also answers to newcomers and to
//! readers of the text, since these would contain it.
//!
//! If the log fails, the replica holds changes that are nowhere else. The room then turns read-only,
//! tells the authors, throws the replica away, loads it again from the log until that works, and asks
//! all clients for what they have. Clients still hold their changes, so nothing is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use aukio_protocol::wire::{self, Message};
use aukio_protocol::{Malformed, awareness, update};
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};
use yrs::Update;

use crate::log::{Log, LogError, Pending};
use crate::presence::Presence;
use crate::replica::{ReplicaError, Source};
use crate::rooms::{Committed, EditError, JoinError, OpenError, Shared, Who};
use crate::session::{self, INCOMING_FRAMES, Outbox};
use crate::{Access, Close, Connection, Document, Replica, Session};

/// Bytes in the next batch above which the room takes no more frames until the log has caught up.
const BATCH_BYTES: usize = 4 << 20;
/// Things waiting for the next batch above which the room takes no more frames.
const BATCH_WAITING: usize = 2_000;
/// The first pause before a failed log is tried again.
const RETRY_FIRST: Duration = Duration::from_millis(100);
/// Sizes are measured again after this much has been added.
const MEASURE_BYTES: usize = 1 << 20;

/// The reasons of refusals, as sent to clients.
mod reason {
    pub const READ_ONLY: &str = "read-only";
    pub const UNSAVED: &str = "unsaved";
    pub const TOO_LARGE: &str = "document-too-large";
    pub const TOO_DEEP: &str = "document-too-deep";
    pub const MISSING: &str = "missing-history";
}

type Change = Box<dyn FnOnce(&mut Replica) -> Option<Vec<u8>> + Send>;

/// What is asked of a room.
pub(crate) enum Control {
    Join { session: Session, reply: oneshot::Sender<Result<Connection, JoinError>> },
    SetAccess { who: Who, access: Access, done: oneshot::Sender<()> },
    Edit { actor: Option<i64>, change: Change, reply: oneshot::Sender<Result<i64, EditError>> },
    Text { reply: oneshot::Sender<Result<(i64, Document), OpenError>> },
    Snapshot { reply: oneshot::Sender<Result<(i64, Vec<u8>), OpenError>> },
    Count { reply: oneshot::Sender<usize> },
    Drain { reason: Close, done: oneshot::Sender<()> },
}

impl Control {
    fn refuse(self, error: OpenError) {
        // Whoever asked may have stopped waiting.
        match self {
            Control::Join { reply, .. } => drop(reply.send(Err(JoinError::Open(error)))),
            Control::Edit { reply, .. } => drop(reply.send(Err(EditError::Open(error)))),
            Control::Text { reply } => drop(reply.send(Err(error))),
            Control::Snapshot { reply } => drop(reply.send(Err(error))),
            Control::Count { reply } => drop(reply.send(0)),
            Control::SetAccess { done, .. } | Control::Drain { done, .. } => drop(done.send(())),
        }
    }
}

/// Something to tell once everything up to a batch is safe.
enum After {
    Saved { session: u64 },
    Step2 { session: u64, vector: Vec<u8>, answer: Vec<u8> },
    Edit { reply: oneshot::Sender<Result<i64, EditError>> },
    Text { document: Document, reply: oneshot::Sender<Result<(i64, Document), OpenError>> },
    Snapshot { bytes: Vec<u8>, reply: oneshot::Sender<Result<(i64, Vec<u8>), OpenError>> },
}

/// Updates that go to the log together, and what waits for them.
#[derive(Default)]
struct Batch {
    updates: Vec<(Source, Vec<u8>)>,
    bytes: usize,
    after: Vec<After>,
}

/// A session in the room.
struct Member {
    who: Session,
    outbox: Outbox,
    /// Whether the client said hello, so that it knows our own messages.
    hello: bool,
    last_sent: Instant,
    /// Frames taken from this session, and how many there will be, once it has left.
    received: u64,
    leaves_after: Option<u64>,
    /// The state vector of a step 1 that could not be answered while the log failed.
    owed: Option<Vec<u8>>,
    wants_presence: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Live,
    /// The log has failed. The replica is not to be trusted until it is loaded again.
    ReadOnly,
    Draining(Close),
}

type Load = JoinHandle<Result<(Replica, i64), OpenError>>;

pub(crate) struct Room<L: Log> {
    shared: Arc<Shared<L>>,
    document: i64,
    replica: Replica,
    seq: i64,
    state: State,
    members: BTreeMap<u64, Member>,
    next_session: u64,
    presence: Presence,
    batch: Batch,
    /// When the batch is sent to the log, unless another is still on its way.
    batch_due: Option<Instant>,
    flight: Option<(JoinHandle<Result<i64, LogError>>, Batch)>,
    load: Option<Load>,
    retry_at: Option<Instant>,
    failures: u32,
    presence_due: Option<Instant>,
    idle_since: Instant,
    /// The encoded size as last measured, and what was added since.
    measured_bytes: usize,
    added_bytes: usize,
    drained: Vec<oneshot::Sender<()>>,
    frames: mpsc::Sender<(u64, Vec<u8>)>,
    leaves: mpsc::UnboundedSender<(u64, u64)>,
}

impl<L: Log> Room<L> {
    /// The room's whole life. Requests that arrive while the document loads wait in `requests`; if it
    /// cannot be loaded they are refused, and nothing can be written.
    pub async fn run(shared: Arc<Shared<L>>, document: i64, room: u64, mut requests: mpsc::Receiver<Control>) {
        let loaded = load(Arc::clone(&shared), document).await;
        let (replica, seq) = match loaded {
            Ok(loaded) => loaded,
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
        let mut room_of = Room {
            document,
            replica,
            seq,
            state: State::Live,
            members: BTreeMap::new(),
            next_session: 1,
            presence: Presence::default(),
            batch: Batch::default(),
            batch_due: None,
            flight: None,
            load: None,
            retry_at: None,
            failures: 0,
            presence_due: None,
            idle_since: Instant::now(),
            measured_bytes: 0,
            added_bytes: MEASURE_BYTES,
            drained: Vec::new(),
            frames,
            leaves,
            shared: Arc::clone(&shared),
        };
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

    async fn live(
        &mut self,
        requests: &mut mpsc::Receiver<Control>,
        mut incoming: mpsc::Receiver<(u64, Vec<u8>)>,
        mut leaving: mpsc::UnboundedReceiver<(u64, u64)>,
    ) {
        let mut quiet_check = Instant::now() + self.shared.settings.quiet / 4;
        loop {
            if self.is_over() {
                return;
            }
            let wake = self.wake_at(quiet_check);
            let takes_frames = self.batch.bytes < BATCH_BYTES && self.batch.after.len() < BATCH_WAITING;
            tokio::select! {
                // Changes of access come before frames, so that no frame is judged by an old right.
                biased;
                request = requests.recv() => match request {
                    Some(request) => self.request(request),
                    None => self.drain(Close::Draining),
                },
                result = landed(&mut self.flight) => self.landed(result),
                loaded = reloaded(&mut self.load) => self.reloaded(loaded),
                Some((session, frames)) = leaving.recv() => self.leaving(session, frames),
                Some((session, frame)) = incoming.recv(), if takes_frames => self.frame(session, &frame),
                () = sleep_until(wake) => {}
            }
            let now = Instant::now();
            self.send_due_batch(now);
            self.send_due_presence(now);
            self.retry_due(now);
            if now >= quiet_check {
                quiet_check = now + self.shared.settings.quiet / 4;
                self.break_silence(now);
            }
        }
    }

    /// Whether the room has nothing left to do.
    fn is_over(&self) -> bool {
        let settled = self.flight.is_none() && self.batch.updates.is_empty();
        match self.state {
            State::Draining(_) => settled && self.members.is_empty(),
            State::Live | State::ReadOnly => {
                settled && self.members.is_empty() && self.idle_since.elapsed() >= self.shared.settings.idle
            }
        }
    }

    fn wake_at(&self, quiet_check: Instant) -> Instant {
        let batch = self.batch_due.filter(|_| self.flight.is_none());
        let idle = self.members.is_empty().then(|| self.idle_since + self.shared.settings.idle);
        [batch, self.presence_due, self.retry_at, idle].into_iter().flatten().fold(quiet_check, Instant::min)
    }

    // ── requests ────────────────────────────────────────────────────────────────────────────────────

    fn request(&mut self, request: Control) {
        match request {
            Control::Join { session, reply } => {
                if let State::Draining(_) = self.state {
                    // Dropping the reply sends the newcomer to the next room.
                    return;
                }
                let connection = self.join(session);
                if let Err(Ok(connection)) = reply.send(connection) {
                    // Whoever wanted in has gone; dropping the connection leaves again.
                    drop(connection);
                }
            }
            Control::SetAccess { who, access, done } => {
                self.set_access(who, access);
                let _ = done.send(());
            }
            Control::Edit { actor, change, reply } => self.edit(actor, change, reply),
            Control::Text { reply } => {
                if self.state == State::ReadOnly {
                    return drop(reply.send(Err(unavailable())));
                }
                match self.replica.tree() {
                    Ok(document) => self.once_safe(After::Text { document, reply }),
                    Err(error) => {
                        drop(reply.send(Err(OpenError::Damaged(error.to_string()))));
                        self.check(&error);
                    }
                }
            }
            Control::Snapshot { reply } => {
                if self.state == State::ReadOnly {
                    return drop(reply.send(Err(unavailable())));
                }
                match self.replica.snapshot() {
                    Ok(bytes) => self.once_safe(After::Snapshot { bytes, reply }),
                    Err(error) => {
                        drop(reply.send(Err(OpenError::Damaged(error.to_string()))));
                        self.check(&error);
                    }
                }
            }
            Control::Count { reply } => drop(reply.send(self.members.len())),
            Control::Drain { reason, done } => {
                self.drained.push(done);
                self.drain(reason);
            }
        }
    }

    fn join(&mut self, who: Session) -> Result<Connection, JoinError> {
        if self.members.len() >= self.shared.settings.sessions_max {
            return Err(JoinError::Full);
        }
        let session = self.next_session;
        self.next_session += 1;
        let (connection, outbox) = session::pair(session, self.frames.clone(), self.leaves.clone());
        let member = Member {
            who,
            outbox,
            hello: false,
            last_sent: Instant::now(),
            received: 0,
            leaves_after: None,
            owed: None,
            wants_presence: false,
        };
        self.members.insert(session, member);
        if self.state == State::Live {
            self.send(session, wire::encode_step1(&self.replica.state_vector()));
        }
        if let Some(all) = self.presence.all(session) {
            self.send(session, wire::encode_awareness(&all));
        }
        Ok(connection)
    }

    fn set_access(&mut self, who: Who, access: Access) {
        let concerned: Vec<u64> = self
            .members
            .iter()
            .filter(|(_, member)| who.includes(member.who.actor) && member.who.access != access)
            .map(|(&session, _)| session)
            .collect();
        for session in concerned {
            if access != Access::Write {
                self.replica.forget(session);
            }
            if access == Access::None {
                self.close(session, Close::NoAccess);
                continue;
            }
            let Some(member) = self.members.get_mut(&session) else { continue };
            member.who.access = access;
            if member.hello {
                self.send(session, wire::encode_access_changed(access == Access::Write));
            }
            if access == Access::Write && self.state == State::Live {
                // It may have written into its own copy while it was not allowed to; ask for that.
                self.send(session, wire::encode_step1(&self.replica.state_vector()));
            }
        }
    }

    fn edit(&mut self, actor: Option<i64>, change: Change, reply: oneshot::Sender<Result<i64, EditError>>) {
        match self.state {
            State::Live => {}
            State::ReadOnly => return drop(reply.send(Err(EditError::Unsaved))),
            State::Draining(_) => return,
        }
        let before = self.replica.state_vector();
        let made = change(&mut self.replica);
        match made {
            Some(_) if self.is_too_large() => {
                // The change is in the replica but not in the log, so the replica has to go.
                drop(reply.send(Err(EditError::Failed)));
                self.fail("an edit made the document too large");
            }
            Some(bytes) => {
                self.gather(Source { session: 0, actor }, bytes);
                self.once_safe(After::Edit { reply });
            }
            None if self.replica.state_vector() != before || self.replica.snapshot().is_err() => {
                drop(reply.send(Err(EditError::Failed)));
                self.fail("an edit changed the document without saying so");
            }
            None => self.once_safe(After::Edit { reply }),
        }
    }

    fn drain(&mut self, reason: Close) {
        if !matches!(self.state, State::Draining(_)) {
            self.state = State::Draining(reason);
        }
        self.batch_due = Some(Instant::now());
        self.close_if_drained();
    }

    /// Once everything is logged, or cannot be, the sessions are sent away.
    fn close_if_drained(&mut self) {
        if let State::Draining(reason) = self.state
            && self.flight.is_none()
            && self.batch.updates.is_empty()
        {
            for session in self.members.keys().copied().collect::<Vec<_>>() {
                self.close(session, reason);
            }
        }
    }

    // ── frames ──────────────────────────────────────────────────────────────────────────────────────

    fn frame(&mut self, session: u64, frame: &[u8]) {
        let Some(member) = self.members.get_mut(&session) else { return };
        member.received += 1;
        match wire::decode(frame, &self.shared.settings.limits) {
            Ok(messages) => {
                for message in messages {
                    if let Err(reason) = self.message(session, message) {
                        self.close(session, reason);
                        return;
                    }
                }
            }
            Err(error) => {
                tracing::debug!(document = self.document, session, %error, "a frame was refused");
                self.close(session, close_for(error.0.what));
                return;
            }
        }
        self.leave_if_done(session);
    }

    /// Handles one message. Each is judged on its own, so that nothing travels on another's right.
    fn message(&mut self, session: u64, message: Message<'_>) -> Result<(), Close> {
        let limits = &self.shared.settings.limits;
        let Some(member) = self.members.get_mut(&session) else { return Ok(()) };
        match message {
            Message::SyncStep1(vector) => self.step1(session, vector),
            Message::SyncStep2(bytes) => self.update(session, bytes, &limits.for_step2()),
            Message::Update(bytes) => self.update(session, bytes, &limits.clone()),
            Message::Awareness(bytes) => {
                let entries = awareness::decode(bytes, limits).map_err(|error| close_for(error.what))?;
                self.presence.say(session, &member.who, &entries);
                self.schedule_presence();
                Ok(())
            }
            Message::QueryAwareness => {
                member.wants_presence = true;
                self.schedule_presence();
                Ok(())
            }
            Message::Hello(_) => {
                member.hello = true;
                let may_write = member.who.access == Access::Write;
                self.send(session, wire::encode_access_changed(may_write));
                Ok(())
            }
            // Said by servers only.
            Message::Auth(_) | Message::Saved(_) | Message::Refused(_) | Message::AccessChanged(_) => {
                Err(Close::BadFrame)
            }
        }
    }

    fn step1(&mut self, session: u64, vector: &[u8]) -> Result<(), Close> {
        if self.state == State::ReadOnly {
            if let Some(member) = self.members.get_mut(&session) {
                member.owed = Some(vector.to_vec());
            }
            return Ok(());
        }
        match self.replica.diff(vector) {
            Ok(answer) => {
                self.once_safe(After::Step2 { session, vector: vector.to_vec(), answer });
                Ok(())
            }
            Err(error) => {
                self.check(&error);
                Err(Close::BadFrame)
            }
        }
    }

    /// An update from a client: check its shape, its sender's access, its size; apply it; gather it.
    fn update(&mut self, session: u64, bytes: &[u8], limits: &aukio_protocol::Limits) -> Result<(), Close> {
        let summary = update::validate(bytes, limits).map_err(|error| close_for(error.0.what))?;
        let Some(member) = self.members.get(&session) else { return Ok(()) };
        let source = Source { session, actor: member.who.actor };
        if self.state == State::ReadOnly {
            self.refuse(session, reason::UNSAVED);
            return Ok(());
        }
        if member.who.access != Access::Write {
            // Stock clients answer our step 1 even if they have nothing new to say.
            match self.replica.would_change(&summary) {
                Ok(false) => self.once_safe(After::Saved { session }),
                Ok(true) => self.refuse(session, reason::READ_ONLY),
                Err(error) => self.check(&error),
            }
            return Ok(());
        }
        if !summary.is_empty() && bytes.len() > 64 && self.is_too_large() {
            self.refuse(session, reason::TOO_LARGE);
            return Ok(());
        }
        match self.replica.apply(source, bytes, &summary) {
            Ok(applied) => {
                for (source, bytes) in applied.updates {
                    // Each update that waited owes its sender a word, too.
                    let owner = source.session;
                    self.gather(source, bytes);
                    if owner != session {
                        self.once_safe(After::Saved { session: owner });
                    }
                }
                if !applied.waits {
                    self.once_safe(After::Saved { session });
                }
                if let Some(vector) = applied.missing {
                    self.send(session, wire::encode_step1(&vector));
                }
                Ok(())
            }
            Err(ReplicaError::TooDeep) => {
                self.refuse(session, reason::TOO_DEEP);
                Ok(())
            }
            Err(ReplicaError::QueueFull) => {
                self.refuse(session, reason::MISSING);
                // Coming back starts the exchange anew, with everything it has in one answer.
                Err(Close::Slow)
            }
            Err(error) => {
                tracing::warn!(document = self.document, session, %error, "an update was refused");
                self.check(&error);
                Err(Close::BadFrame)
            }
        }
    }

    /// Whether the document has reached its size. Encoding it to know costs time, so that is done once
    /// per megabyte of changes; near the limit the answer may be late by as much.
    fn is_too_large(&mut self) -> bool {
        let most = self.shared.settings.document_bytes_max;
        if self.added_bytes >= MEASURE_BYTES.min(most / 4) {
            // If it cannot be encoded, what follows finds out.
            self.measured_bytes = self.replica.snapshot().map_or(0, |bytes| bytes.len());
            self.added_bytes = 0;
        }
        self.measured_bytes + self.added_bytes > most
    }

    fn leaving(&mut self, session: u64, frames: u64) {
        if let Some(member) = self.members.get_mut(&session) {
            member.leaves_after = Some(frames);
            self.leave_if_done(session);
        }
    }

    /// A session leaves when its last frame has been taken: the last edit before a page closes counts.
    fn leave_if_done(&mut self, session: u64) {
        if self.members.get(&session).is_some_and(|member| member.leaves_after == Some(member.received)) {
            self.close(session, Close::Left);
        }
    }

    // ── to the log and back ─────────────────────────────────────────────────────────────────────────

    fn gather(&mut self, source: Source, bytes: Vec<u8>) {
        self.added_bytes += bytes.len();
        self.batch.bytes += bytes.len();
        self.batch.updates.push((source, bytes));
        self.batch_due.get_or_insert(Instant::now() + self.shared.settings.gather);
    }

    /// Does something as soon as all that is in the replica by now is safe.
    fn once_safe(&mut self, after: After) {
        if !self.batch.updates.is_empty() {
            self.batch.after.push(after);
        } else if let Some((_, flight)) = &mut self.flight {
            flight.after.push(after);
        } else {
            self.tell(after);
        }
    }

    fn tell(&mut self, after: After) {
        let seq = self.seq;
        match after {
            After::Saved { session } => {
                if self.members.get(&session).is_some_and(|member| member.hello) {
                    self.send(session, wire::encode_saved(u64::try_from(seq).unwrap_or(0)));
                }
            }
            After::Step2 { session, answer, .. } => self.send(session, wire::encode_step2(&answer)),
            After::Edit { reply } => drop(reply.send(Ok(seq))),
            After::Text { document, reply } => drop(reply.send(Ok((seq, document)))),
            After::Snapshot { bytes, reply } => drop(reply.send(Ok((seq, bytes)))),
        }
    }

    fn send_due_batch(&mut self, now: Instant) {
        if self.flight.is_some() || self.state == State::ReadOnly || self.batch_due.is_none_or(|due| due > now) {
            return;
        }
        self.batch_due = None;
        if self.batch.updates.is_empty() {
            return;
        }
        let batch = std::mem::take(&mut self.batch);
        let updates: Vec<Pending> =
            batch.updates.iter().map(|(source, bytes)| Pending { actor: source.actor, bytes: bytes.clone() }).collect();
        let (shared, document) = (Arc::clone(&self.shared), self.document);
        // A task of its own: whatever happens to the room, what was begun is finished.
        let append = tokio::spawn(async move { shared.log.append(document, updates).await });
        self.flight = Some((append, batch));
    }

    fn landed(&mut self, (result, batch): (Result<i64, LogError>, Batch)) {
        match result {
            Ok(seq) => self.committed(seq, batch),
            Err(error) => {
                tracing::error!(document = self.document, %error, "updates could not be logged");
                self.give_up(batch);
                self.fail("the log failed");
            }
        }
        self.close_if_drained();
    }

    fn committed(&mut self, seq: i64, batch: Batch) {
        self.seq = self.seq.max(seq);
        self.failures = 0;
        let mut actors = BTreeSet::new();
        for (source, bytes) in &batch.updates {
            actors.insert(source.actor);
            let frame = Bytes::from(wire::encode_update(bytes));
            let others: Vec<u64> = self.members.keys().copied().filter(|&other| other != source.session).collect();
            for other in others {
                self.send_bytes(other, frame.clone());
            }
        }
        if let Some(hook) = &self.shared.hook {
            hook(&Committed { document: self.document, seq: self.seq, actors: actors.into_iter().collect() });
        }
        for after in batch.after {
            self.tell(after);
        }
    }

    /// Tells all who wait for a batch that it is not coming.
    fn give_up(&mut self, batch: Batch) {
        for after in batch.after {
            match after {
                After::Saved { session } => self.refuse(session, reason::UNSAVED),
                After::Step2 { session, vector, .. } => {
                    if let Some(member) = self.members.get_mut(&session) {
                        member.owed = Some(vector);
                    }
                }
                After::Edit { reply } => drop(reply.send(Err(EditError::Unsaved))),
                After::Text { reply, .. } => drop(reply.send(Err(unavailable()))),
                After::Snapshot { reply, .. } => drop(reply.send(Err(unavailable()))),
            }
        }
    }

    /// Turns read-only: the replica holds something that is not in the log, or cannot be used.
    fn fail(&mut self, why: &str) {
        let batch = std::mem::take(&mut self.batch);
        self.batch_due = None;
        self.give_up(batch);
        if self.state == State::Live {
            tracing::warn!(document = self.document, why, "the room is read-only until it is loaded again");
            self.state = State::ReadOnly;
            let pause = RETRY_FIRST * 2u32.saturating_pow(self.failures.min(10));
            self.failures += 1;
            self.retry_at = Some(Instant::now() + pause.min(self.shared.settings.retry_max));
        }
    }

    /// After an error of the replica: if it is poisoned, it must be loaded again.
    fn check(&mut self, error: &ReplicaError) {
        if matches!(error, ReplicaError::Poisoned) {
            self.fail("the document engine failed");
        }
    }

    fn retry_due(&mut self, now: Instant) {
        // A batch that was on its way may yet arrive in the log; loading before would miss it.
        if self.retry_at.is_some_and(|due| due <= now) && self.flight.is_none() {
            self.retry_at = None;
            self.load = Some(tokio::spawn(load(Arc::clone(&self.shared), self.document)));
        }
    }

    fn reloaded(&mut self, loaded: Result<(Replica, i64), OpenError>) {
        if self.state != State::ReadOnly {
            return;
        }
        match loaded {
            Ok((replica, seq)) => {
                self.replica = replica;
                self.seq = seq;
                self.added_bytes = MEASURE_BYTES;
                self.state = State::Live;
                self.greet_again();
            }
            Err(OpenError::Missing) => self.drain(Close::Gone),
            Err(error) => {
                tracing::warn!(document = self.document, %error, "a document could not be loaded again");
                let pause = RETRY_FIRST * 2u32.saturating_pow(self.failures.min(10));
                self.failures += 1;
                self.retry_at = Some(Instant::now() + pause.min(self.shared.settings.retry_max));
            }
        }
    }

    /// Asks everybody for what the log lacks, and answers who asked meanwhile.
    fn greet_again(&mut self) {
        let step1 = Bytes::from(wire::encode_step1(&self.replica.state_vector()));
        for session in self.members.keys().copied().collect::<Vec<_>>() {
            self.send_bytes(session, step1.clone());
            if let Some(vector) = self.members.get_mut(&session).and_then(|member| member.owed.take())
                && let Err(reason) = self.step1(session, &vector)
            {
                self.close(session, reason);
            }
        }
    }

    // ── to the sessions ─────────────────────────────────────────────────────────────────────────────

    fn send(&mut self, session: u64, frame: Vec<u8>) {
        self.send_bytes(session, Bytes::from(frame));
    }

    fn send_bytes(&mut self, session: u64, frame: Bytes) {
        let Some(member) = self.members.get_mut(&session) else { return };
        member.last_sent = Instant::now();
        if !member.outbox.push(frame) {
            self.close(session, Close::Slow);
        }
    }

    fn refuse(&mut self, session: u64, reason: &str) {
        if self.members.get(&session).is_some_and(|member| member.hello) {
            self.send(session, wire::encode_refused(reason));
        }
    }

    fn close(&mut self, session: u64, reason: Close) {
        let Some(member) = self.members.remove(&session) else { return };
        self.presence.leave(session, member.who.actor);
        self.schedule_presence();
        member.outbox.close(reason);
        if self.members.is_empty() {
            self.idle_since = Instant::now();
        }
    }

    fn schedule_presence(&mut self) {
        self.presence_due.get_or_insert(Instant::now() + self.shared.settings.presence);
    }

    fn send_due_presence(&mut self, now: Instant) {
        if self.presence_due.is_none_or(|due| due > now) {
            return;
        }
        self.presence_due = None;
        let changed = self.presence.take_changed();
        // Most sessions get the same frame.
        let common = self.presence.news(&changed, 0).map(|update| Bytes::from(wire::encode_awareness(&update)));
        for session in self.members.keys().copied().collect::<Vec<_>>() {
            let wants_all =
                self.members.get_mut(&session).is_some_and(|member| std::mem::take(&mut member.wants_presence));
            let frame = if wants_all {
                self.presence.all(session).map(|update| Bytes::from(wire::encode_awareness(&update)))
            } else if self.presence.concerns(&changed, session) {
                self.presence.news(&changed, session).map(|update| Bytes::from(wire::encode_awareness(&update)))
            } else {
                common.clone()
            };
            if let Some(frame) = frame {
                self.send_bytes(session, frame);
            }
        }
    }

    /// Sends an empty update to who has heard nothing for a while. An awareness query would do as well,
    /// but stock clients answer that with everybody's state.
    fn break_silence(&mut self, now: Instant) {
        let empty = Bytes::from(wire::encode_update(Update::EMPTY_V1));
        for session in self.members.keys().copied().collect::<Vec<_>>() {
            let quiet = |member: &Member| now.duration_since(member.last_sent) >= self.shared.settings.quiet;
            if self.members.get(&session).is_some_and(quiet) {
                self.send_bytes(session, empty.clone());
            }
        }
    }
}

/// Loads a document. Building the replica is work for a thread that may block.
async fn load<L: Log>(shared: Arc<Shared<L>>, document: i64) -> Result<(Replica, i64), OpenError> {
    let loaded = shared.log.load(document).await?;
    let open = move || {
        let snapshot = loaded.snapshot.as_ref();
        let seq = loaded.updates.last().map(|(seq, _)| *seq).or(snapshot.map(|(seq, _)| *seq)).unwrap_or(0);
        let updates = loaded.updates.iter().map(|(_, bytes)| bytes);
        Replica::open(snapshot.map(|(_, bytes)| bytes.as_slice()), updates).map(|replica| (replica, seq))
    };
    match tokio::task::spawn_blocking(open).await {
        Ok(Ok(opened)) => Ok(opened),
        Ok(Err(error)) => Err(OpenError::Damaged(error.to_string())),
        Err(error) => Err(OpenError::Damaged(error.to_string())),
    }
}

/// The result of the append that is on its way, and its batch; waits for ever if there is none.
async fn landed(flight: &mut Option<(JoinHandle<Result<i64, LogError>>, Batch)>) -> (Result<i64, LogError>, Batch) {
    let Some((append, _)) = flight.as_mut() else { return pending().await };
    let result = append.await.unwrap_or_else(|error| Err(LogError::Unavailable(error.to_string())));
    let batch = flight.take().map(|(_, batch)| batch).unwrap_or_default();
    (result, batch)
}

/// The document loaded again; waits for ever if that is not going on.
async fn reloaded(load: &mut Option<Load>) -> Result<(Replica, i64), OpenError> {
    let Some(task) = load.as_mut() else { return pending().await };
    let loaded = task.await.unwrap_or_else(|error| Err(OpenError::Unavailable(error.to_string())));
    *load = None;
    loaded
}

fn unavailable() -> OpenError {
    OpenError::Unavailable("the log does not answer".to_owned())
}

fn close_for(what: Malformed) -> Close {
    match what {
        Malformed::Limit(_) => Close::TooLarge,
        _ => Close::BadFrame,
    }
}
