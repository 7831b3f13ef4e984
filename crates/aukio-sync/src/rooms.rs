//! All open rooms: one per document, opened once however many arrive together.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use aukio_protocol::Limits;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::Instant;

use crate::budget::{Gauge, surplus};
use crate::log::{Log, LogError};
use crate::room::{Control, Room};
use crate::{Access, Close, Connection, Document, Replica, Session};

/// How often a request is sent to a room that closes at just that moment before giving up.
const TRIES: usize = 5;
/// Requests that may wait for one room.
const CONTROLS: usize = 256;

/// How rooms behave. The defaults are those of the product.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a room stays open without sessions: 60 s.
    pub idle: Duration,
    /// How long updates are gathered for one append: 3 ms.
    pub gather: Duration,
    /// How often presence is sent at most: every 50 ms.
    pub presence: Duration,
    /// After how long without data a session is sent an empty update: 15 s. Stock clients hang up
    /// after 30 s.
    pub quiet: Duration,
    /// The longest pause between two attempts to reach a log that fails: 5 s.
    pub retry_max: Duration,
    /// The most sessions in one room: 500.
    pub sessions_max: usize,
    /// The largest document, encoded: 8 MiB.
    pub document_bytes_max: usize,
    /// The most items (runs of text, elements, marks, remains of deleted ones) in a document: 200 000.
    pub document_items_max: usize,
    /// The memory that open documents may take, by estimate: 512 MiB. Rooms without sessions are closed for
    /// it, the longest idle first; when all are in use, no more are opened.
    pub memory_bytes_max: usize,
    /// Messages that a client may send on average: 60 a second. Ten seconds' worth may come at once. Changes that
    /// are new to the document do not count.
    pub messages_per_second: u32,
    /// Bytes that a client may send on average: 256 KiB a second. 8 MiB may come at once.
    pub bytes_per_second: u32,
    /// The newest schema version that there is; clients that claim a higher one are taken to have this: 1 000.
    pub schema_newest: u64,
    /// Bounds on what clients send.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            idle: Duration::from_secs(60),
            gather: Duration::from_millis(3),
            presence: Duration::from_millis(50),
            quiet: Duration::from_secs(15),
            retry_max: Duration::from_secs(5),
            sessions_max: 500,
            document_bytes_max: 8 << 20,
            document_items_max: 200_000,
            memory_bytes_max: 512 << 20,
            messages_per_second: 60,
            bytes_per_second: 256 << 10,
            schema_newest: 1_000,
            limits: Limits::default(),
        }
    }
}

/// News of a commit: these changes are safe and seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The document.
    pub document: i64,
    /// The last sequence number of the commit.
    pub seq: i64,
    /// Who made the changes, without repetition; `None` stands for visitors.
    pub actors: Vec<Option<i64>>,
}

/// Whose access changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Every session.
    Everyone,
    /// Sessions without an actor.
    Visitors,
    /// All sessions of one member.
    Member(i64),
}

impl Who {
    pub(crate) fn includes(self, actor: Option<i64>) -> bool {
        match self {
            Who::Everyone => true,
            Who::Visitors => actor.is_none(),
            Who::Member(member) => actor == Some(member),
        }
    }
}

/// Why a document could not be opened.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such document.
    #[error("there is no such document")]
    Missing,
    /// The log does not answer; try again later.
    #[error("the document cannot be loaded now: {0}")]
    Unavailable(String),
    /// What the log holds cannot be read. Nothing was changed.
    #[error("the stored document cannot be read: {0}")]
    Damaged(String),
}

impl From<LogError> for OpenError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Missing => OpenError::Missing,
            LogError::Unavailable(why) => OpenError::Unavailable(why),
        }
    }
}

/// Why a session was not let in.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JoinError {
    /// The document could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The session has no access.
    #[error("no access")]
    NoAccess,
    /// The room is full.
    #[error("the room is full")]
    Full,
}

/// Why an edit by the server was not made.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EditError {
    /// The document could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The log failed; nothing was changed. Try again later.
    #[error("the change could not be saved")]
    Unsaved,
    /// Something in the document's log cannot be read, so nothing can be added.
    #[error("the stored document is damaged")]
    Damaged,
    /// The edit failed within the document engine, or was larger than a document may be.
    #[error("the change could not be made")]
    Failed,
}

/// The open rooms of this process. Cheap to clone.
pub struct Rooms<L: Log> {
    shared: Arc<Shared<L>>,
}

impl<L: Log> Clone for Rooms<L> {
    fn clone(&self) -> Self {
        Rooms { shared: Arc::clone(&self.shared) }
    }
}

/// Told of each commit. Runs on the room's task, so it must be quick and must not block.
pub(crate) type Hook = Box<dyn Fn(&Committed) + Send + Sync>;

pub(crate) struct Shared<L: Log> {
    pub log: Arc<L>,
    pub settings: Settings,
    pub hook: Option<Hook>,
    start: Instant,
    open: Mutex<Registry>,
    /// Documents that were damaged when they were opened last.
    damaged: Mutex<HashSet<i64>>,
    /// Turns at loading: each takes a processor and several times the memory of its document.
    pub loading: Semaphore,
}

/// Documents that are loaded at the same time.
const LOADING_MOST: usize = 4;

#[derive(Default)]
struct Registry {
    rooms: HashMap<i64, Handle>,
    next_room: u64,
    draining: bool,
}

impl Registry {
    /// What the rooms take that somebody is in.
    fn busy_bytes(&self) -> usize {
        let busy = self.rooms.values().filter(|handle| handle.gauge.idle_since().is_none());
        busy.map(|handle| handle.gauge.bytes()).sum()
    }
}

#[derive(Clone)]
struct Handle {
    room: u64,
    gauge: Arc<Gauge>,
    control: mpsc::Sender<Control>,
}

impl<L: Log> Rooms<L> {
    /// No rooms yet; they open on demand. Must be used within a tokio runtime.
    pub fn new(log: L, settings: Settings) -> Self {
        Rooms::with_hook(log, settings, None)
    }

    /// As [`Rooms::new`], and `hook` is told of each commit, after it is safe and in the order of each
    /// document's commits. It runs on the room's task: hand the news on and return.
    pub fn on_committed(log: L, settings: Settings, hook: impl Fn(&Committed) + Send + Sync + 'static) -> Self {
        Rooms::with_hook(log, settings, Some(Box::new(hook)))
    }

    fn with_hook(log: L, settings: Settings, hook: Option<Hook>) -> Self {
        let (open, damaged) = (Mutex::default(), Mutex::default());
        let (start, loading) = (Instant::now(), Semaphore::new(LOADING_MOST));
        Rooms { shared: Arc::new(Shared { log: Arc::new(log), settings, hook, start, open, damaged, loading }) }
    }

    /// Enters the document's room, opening it if need be. The first frames out are a sync step 1 and
    /// everybody's awareness.
    ///
    /// # Errors
    /// The document cannot be opened, the session has no access, or the room is full.
    pub async fn join(&self, document: i64, session: Session) -> Result<Connection, JoinError> {
        if session.access == Access::None {
            return Err(JoinError::NoAccess);
        }
        self.ask(document, |reply| Control::Join { session: session.clone(), reply }).await?
    }

    /// Changes what running sessions may do, in one document or in all. When it returns, no frame is
    /// judged by the old access any more: readers that may no longer read are closed, others are told.
    pub async fn set_access(&self, document: Option<i64>, who: Who, access: Access) {
        for control in self.handles(document) {
            let (done, wait) = oneshot::channel();
            if control.send(Control::SetAccess { who, access, done }).await.is_ok() {
                // A room that ends instead of answering has no sessions left.
                let _ = wait.await;
            }
        }
    }

    /// Tells an open room that the document's text now needs an editor of this schema version. Older editors
    /// that are connected are closed with [`Close::Outdated`], and those that come later are, too. Rooms also
    /// find this out by themselves, from the hello of an editor that writes; [`Pending::schema`](crate::Pending)
    /// carries it to the log and [`Loaded::schema`](crate::Loaded) brings it back.
    pub async fn set_schema(&self, document: i64, version: u64) {
        for control in self.handles(Some(document)) {
            let (done, wait) = oneshot::channel();
            if control.send(Control::SetSchema { version, done }).await.is_ok() {
                let _ = wait.await;
            }
        }
    }

    /// Lets the server change the document, in the same order as clients' updates. `change` gets the
    /// replica and returns the update it made, for instance by
    /// [`Replica::replace_with`], or `None` if there was nothing to change. Answers with the sequence
    /// number after the commit, or with the present one if nothing changed.
    ///
    /// # Errors
    /// The document cannot be opened, or the change could not be made or saved. Then nothing changed.
    pub async fn edit<F>(&self, document: i64, actor: Option<i64>, change: F) -> Result<i64, EditError>
    where
        F: FnOnce(&mut Replica) -> Option<Vec<u8>> + Send + 'static,
    {
        // The change can run once, while asking may take several tries: the room takes it out of here.
        let change = Arc::new(Mutex::new(Some(change)));
        self.ask(document, |reply| {
            let change = Arc::clone(&change);
            let change = Box::new(move |replica: &mut Replica| {
                let change = lock(&change).take();
                change.and_then(|change| change(replica))
            });
            Control::Edit { actor, change, reply }
        })
        .await?
    }

    /// The document's text as of the returned sequence number: only what is safely logged.
    ///
    /// # Errors
    /// The document cannot be opened or read.
    pub async fn text(&self, document: i64) -> Result<(i64, Document), OpenError> {
        self.ask(document, |reply| Control::Text { reply }).await?
    }

    /// The whole document as one update of format v1, as of the returned sequence number: only what is
    /// safely logged. This is what a snapshot holds.
    ///
    /// # Errors
    /// The document cannot be opened.
    pub async fn snapshot(&self, document: i64) -> Result<(i64, Vec<u8>), OpenError> {
        self.ask(document, |reply| Control::Snapshot { reply }).await?
    }

    /// How many sessions are in the document's room, 0 if it is not open.
    pub async fn sessions(&self, document: i64) -> usize {
        let Some(control) = self.handles(Some(document)).pop() else { return 0 };
        let (reply, wait) = oneshot::channel();
        if control.send(Control::Count { reply }).await.is_err() {
            return 0;
        }
        wait.await.unwrap_or(0)
    }

    /// Whether something in the document's log could not be read when it was opened last. It can then be read as it
    /// was before that, and not changed.
    pub fn is_damaged(&self, document: i64) -> bool {
        lock(&self.shared.damaged).contains(&document)
    }

    /// How many documents were damaged when they were opened last.
    pub fn damaged(&self) -> usize {
        lock(&self.shared.damaged).len()
    }

    /// How many rooms are open.
    pub fn open_rooms(&self) -> usize {
        self.registry().rooms.len()
    }

    /// Closes the document's room after what it holds is logged; its sessions end with `reason`. Use
    /// [`Close::Gone`] for a document that was withdrawn, and [`Close::Draining`] to have a room load
    /// its document anew.
    pub async fn close(&self, document: i64, reason: Close) {
        for control in self.handles(Some(document)) {
            let (done, wait) = oneshot::channel();
            if control.send(Control::Drain { reason, done }).await.is_ok() {
                let _ = wait.await;
            }
        }
    }

    /// Closes all rooms after what they hold is logged, and opens no more: for shutting down.
    pub async fn drain(&self) {
        self.registry().draining = true;
        let mut waits = Vec::new();
        for control in self.handles(None) {
            let (done, wait) = oneshot::channel();
            if control.send(Control::Drain { reason: Close::Draining, done }).await.is_ok() {
                waits.push(wait);
            }
        }
        for wait in waits {
            let _ = wait.await;
        }
    }

    /// Sends a request to the document's room and waits for the answer. A room that closes meanwhile
    /// drops the request unread; then a new room is opened and asked again.
    async fn ask<T>(
        &self,
        document: i64,
        mut request: impl FnMut(oneshot::Sender<T>) -> Control,
    ) -> Result<T, OpenError> {
        for _ in 0..TRIES {
            let control = self.room(document)?;
            let (reply, wait) = oneshot::channel();
            if control.send(request(reply)).await.is_ok()
                && let Ok(answer) = wait.await
            {
                return Ok(answer);
            }
        }
        Err(OpenError::Unavailable("the room keeps closing".to_owned()))
    }

    /// The document's room, opened if need be. The room's task loads the document and answers requests
    /// after that, so those who arrive together wait for the same load.
    fn room(&self, document: i64) -> Result<mpsc::Sender<Control>, OpenError> {
        let mut registry = self.registry();
        if registry.draining {
            return Err(OpenError::Unavailable("the server is closing".to_owned()));
        }
        let room = registry.next_room;
        if let Some(handle) = registry.rooms.get(&document).filter(|handle| !handle.control.is_closed()) {
            return Ok(handle.control.clone());
        }
        if registry.busy_bytes() > self.shared.settings.memory_bytes_max {
            return Err(no_memory());
        }
        let (control, requests) = mpsc::channel(CONTROLS);
        let gauge = Arc::new(Gauge::new(self.shared.start));
        registry.rooms.insert(document, Handle { room, gauge: Arc::clone(&gauge), control: control.clone() });
        registry.next_room += 1;
        tokio::spawn(Room::run(Arc::clone(&self.shared), document, room, gauge, requests));
        Ok(control)
    }

    fn handles(&self, document: Option<i64>) -> Vec<mpsc::Sender<Control>> {
        let registry = self.registry();
        let control = |handle: &Handle| handle.control.clone();
        match document {
            Some(document) => registry.rooms.get(&document).map(control).into_iter().collect(),
            None => registry.rooms.values().map(control).collect(),
        }
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        lock(&self.shared.open)
    }
}

impl<L: Log> Shared<L> {
    /// Takes a room that ends out of the list, unless another has taken its place.
    pub fn forget(&self, document: i64, room: u64) {
        let mut registry = lock(&self.open);
        if registry.rooms.get(&document).is_some_and(|handle| handle.room == room) {
            registry.rooms.remove(&document);
        }
    }

    /// Remembers whether a document was whole when it was opened.
    pub fn note_damage(&self, document: i64, is_damaged: bool) {
        let mut damaged = lock(&self.damaged);
        if is_damaged {
            damaged.insert(document);
        } else {
            damaged.remove(&document);
        }
    }

    /// Whether this room and the others in which somebody is take more memory than they may. One alone may.
    pub fn is_short_for(&self, gauge: &Gauge) -> bool {
        let busy = lock(&self.open).busy_bytes();
        busy > self.settings.memory_bytes_max && busy > gauge.bytes()
    }

    /// Closes idle rooms while the open ones take more memory than they may.
    pub fn relieve(&self) {
        let registry = lock(&self.open);
        let rooms = registry.rooms.iter();
        let readings = rooms.map(|(&document, handle)| (document, handle.gauge.bytes(), handle.gauge.idle_since()));
        for document in surplus(readings.collect(), self.settings.memory_bytes_max) {
            // A room whose queue is full is not idle.
            let _ = registry.rooms[&document].control.try_send(Control::Evict);
        }
    }
}

pub(crate) fn no_memory() -> OpenError {
    OpenError::Unavailable("the memory for open documents is in use".to_owned())
}

/// Locks even after a panic elsewhere: what these locks guard is whole between any two statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
