//! Documents × editors × readers × rate: the load that the service is made for.
//!
//! Each key has an intended moment, set before the run on one even grid. Latencies are counted from there, so
//! that a server (or a generator) that falls behind shows in the figures instead of slowing the keys down.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use aukio_protocol::awareness::{self, Entry};
use aukio_protocol::wire::Message;
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinHandle, spawn_local};
use tokio::time::{sleep, sleep_until, timeout};

use crate::histogram::Histogram;
use crate::process::Process;
use crate::target::{Dialect, Target, Who};
use crate::websocket::{Kind, Socket};
use crate::yjs::{self, Typist};

/// Connections that are opened at a time.
const OPENING_MOST: usize = 64;
const PATIENCE: Duration = Duration::from_secs(60);
/// How long after the last key its news may still come.
const LATE: Duration = Duration::from_secs(5);

/// Client ids are never used twice, whatever documents are used again.
static NEXT_CLIENT: AtomicU64 = AtomicU64::new(1_000_000);

#[derive(Clone, Copy)]
pub struct Shape {
    /// In each document.
    pub editors: usize,
    pub readers: usize,
    /// Keys per second of each editor.
    pub rate: f64,
    /// Whether each key also moves the editor's cursor.
    pub presence: bool,
    pub seconds: f64,
}

/// What was seen while the clock ran.
#[derive(Default)]
pub struct Outcome {
    /// From a key's intended moment until another's socket has it.
    pub propagation: Histogram,
    /// From a key's intended moment until its writer hears that it is safe.
    pub acknowledgement: Histogram,
    /// Keys, and updates that reached somebody.
    pub keys: u64,
    pub deliveries: u64,
    pub presence_frames: u64,
    /// Processor time of the server, and of this generator.
    pub server: Duration,
    pub generator: Duration,
    pub written_bytes: f64,
    pub memory: f64,
    pub seconds: f64,
    /// Deliveries that did not come at all. Anything but 0 is a fault of the server or of the set-up.
    pub missing: i64,
}

impl Outcome {
    /// Seconds of the server's processor time for a million deliveries.
    pub fn cpu_per_million(&self) -> f64 {
        self.server.as_secs_f64() * 1e6 / (self.deliveries.max(1) as f64)
    }
}

/// Shared by all connections of a run.
struct Board {
    start: Instant,
    first_client: u64,
    /// The intended moments of each editor's keys, in microseconds after the start.
    intended: RefCell<Vec<Vec<u64>>>,
    /// Keys intended before this are warming up. Set when the clock starts.
    counted_from: Cell<u64>,
    propagation: RefCell<Histogram>,
    acknowledgement: RefCell<Histogram>,
    deliveries: Cell<u64>,
    presence_frames: Cell<u64>,
    refused: Cell<u64>,
    failure: RefCell<Option<String>>,
}

impl Board {
    fn new() -> Rc<Board> {
        Rc::new(Board {
            start: Instant::now(),
            first_client: 0,
            intended: RefCell::default(),
            counted_from: Cell::new(u64::MAX),
            propagation: RefCell::default(),
            acknowledgement: RefCell::default(),
            deliveries: Cell::default(),
            presence_frames: Cell::default(),
            refused: Cell::default(),
            failure: RefCell::default(),
        })
    }

    fn now(&self) -> u64 {
        self.start.elapsed().as_micros() as u64
    }

    /// An update has reached somebody.
    fn delivered(&self, author: Option<(u64, u64)>) {
        self.deliveries.set(self.deliveries.get() + 1);
        let Some((client, clock)) = author else { return };
        let Some(editor) = client.checked_sub(self.first_client) else { return };
        let intended = self.intended.borrow();
        let Some(keys) = intended.get(editor as usize) else { return };
        // The first update has three clocks; each key after it has one.
        let Some(&at) = clock.checked_sub(3).and_then(|key| keys.get(key as usize)) else { return };
        if at >= self.counted_from.get() {
            self.propagation.borrow_mut().record(Duration::from_micros(self.now().saturating_sub(at)));
        }
    }

    fn saved(&self, intended: Option<u64>) {
        if let Some(at) = intended.filter(|at| *at >= self.counted_from.get()) {
            self.acknowledgement.borrow_mut().record(Duration::from_micros(self.now().saturating_sub(at)));
        }
    }
}

/// Somebody in a document, until it is dropped.
pub struct Connection {
    inner: Rc<Inner>,
    listener: AbortHandle,
}

impl Deref for Connection {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // The listener holds the socket, too.
        self.listener.abort();
    }
}

pub struct Inner {
    target: Rc<Target>,
    /// The client id of the editor here. Some servers send its own updates back to it; these are no deliveries.
    own: Option<u64>,
    document: Rc<str>,
    pub socket: Socket,
    board: Rc<Board>,
    /// What was sent and is not known to be safe yet, with the intended moment of a key.
    unsaved: RefCell<VecDeque<Option<u64>>>,
    seen: Cell<Seen>,
    ready: Notify,
    saved: Notify,
    closed: RefCell<Option<String>>,
    /// Bytes of the first answer: the size of the document.
    pub document_bytes: Cell<usize>,
}

/// How far the exchange at the beginning has come.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    asked: bool,
    answered: bool,
    greeted: bool,
}

impl Connection {
    /// Opens a connection, exchanges states and, where the server understands it, says hello.
    pub async fn open(target: &Rc<Target>, document: &Rc<str>, who: Who) -> Result<Connection> {
        Connection::on(Board::new(), target, document, who).await
    }

    async fn on(board: Rc<Board>, target: &Rc<Target>, document: &Rc<str>, who: Who) -> Result<Connection> {
        let socket = Socket::open(target.place, &target.path(document), &target.headers(who)).await?;
        let own = match who {
            Who::Member(n) => Some(board.first_client + n as u64),
            Who::Visitor(_) => None,
        };
        let inner = Rc::new(Inner {
            target: Rc::clone(target),
            own,
            document: Rc::clone(document),
            socket,
            board,
            unsaved: RefCell::default(),
            seen: Cell::default(),
            ready: Notify::new(),
            saved: Notify::new(),
            closed: RefCell::default(),
            document_bytes: Cell::default(),
        });
        let listener = spawn_local(Rc::clone(&inner).listen()).abort_handle();
        let connection = Connection { inner, listener };
        for frame in target.opening(document) {
            connection.socket.send(Kind::Binary, &frame).await?;
        }
        connection.comes_to(|seen| seen.answered).await?;
        if let Some(hello) = target.hello() {
            connection.comes_to(|seen| seen.asked).await?;
            connection.socket.send(Kind::Binary, &hello).await?;
            connection.comes_to(|seen| seen.greeted).await?;
        }
        Ok(connection)
    }
}

impl Inner {
    async fn comes_to(&self, holds: impl Fn(Seen) -> bool) -> Result<()> {
        if self.target.dialect == Dialect::Relay {
            return Ok(());
        }
        let waiting = async {
            while !holds(self.seen.get()) {
                if let Some(why) = &*self.closed.borrow() {
                    bail!("closed while joining: {why}");
                }
                self.ready.notified().await;
            }
            Ok(())
        };
        match timeout(PATIENCE, waiting).await {
            Ok(done) => done,
            Err(_) => bail!("the server does not finish the exchange within {PATIENCE:?}"),
        }
    }

    /// Sends an update and, with the word «saved» understood, remembers that it is owed one.
    pub async fn update(&self, update: &[u8], intended: Option<u64>) -> Result<()> {
        let frame = self.target.frame(&self.document, &Message::Update(update));
        if self.target.dialect == Dialect::Aukio {
            self.unsaved.borrow_mut().push_back(intended);
        }
        Ok(self.socket.send(Kind::Binary, &frame).await?)
    }

    /// Waits until at most this many updates are not known to be safe.
    pub async fn unsaved_at_most(&self, most: usize) -> Result<()> {
        while self.unsaved.borrow().len() > most {
            if let Some(why) = &*self.closed.borrow() {
                bail!("closed with updates unsaved: {why}");
            }
            if self.board.refused.get() > 0 {
                bail!("the server refused an update");
            }
            timeout(PATIENCE, self.saved.notified()).await?;
        }
        Ok(())
    }

    async fn listen(self: Rc<Self>) {
        let why = loop {
            let mut end = None;
            let received = self.socket.receive(|kind, frame| match kind {
                Kind::Binary => self.take(frame),
                Kind::Close => {
                    let code = frame.get(..2).map(|code| u16::from_be_bytes([code[0], code[1]]));
                    end = Some(format!("close code {}", code.unwrap_or(1005)));
                }
                Kind::More | Kind::Text | Kind::Ping | Kind::Pong => {}
            });
            match received.await {
                Ok(()) if end.is_none() => {}
                Ok(()) => break end.unwrap_or_default(),
                Err(error) => break error.to_string(),
            }
        };
        self.board.failure.borrow_mut().get_or_insert_with(|| why.clone());
        *self.closed.borrow_mut() = Some(why);
        self.ready.notify_one();
        self.saved.notify_one();
    }

    fn take(&self, frame: &[u8]) {
        let mut seen = self.seen.get();
        match self.target.strip(frame) {
            [0, 0, ..] => {
                // It asks what we have: nothing that it has not.
                let answer = self.target.frame(&self.document, &Message::SyncStep2(&[0, 0]));
                if self.socket.push(Kind::Binary, &answer).is_ok() && self.target.dialect == Dialect::Aukio {
                    seen.asked = true;
                }
            }
            [0, 1, ..] => {
                seen.answered = true;
                self.document_bytes.set(frame.len());
            }
            // Hocuspocus answers a first step by a message kind of its own.
            [4, 1, ..] if self.target.dialect == Dialect::Hocuspocus => seen.answered = true,
            [0, 2, rest @ ..] => {
                let mut update = rest;
                let _length = yjs::read(&mut update);
                let author = yjs::author(update);
                if author.is_none_or(|(client, _)| Some(client) != self.own) {
                    self.board.delivered(author);
                }
            }
            [1, ..] => self.board.presence_frames.set(self.board.presence_frames.get() + 1),
            [111, ..] => {
                let intended = self.unsaved.borrow_mut().pop_front();
                self.board.saved(intended.flatten());
                self.saved.notify_one();
            }
            [112, ..] => {
                self.board.refused.set(self.board.refused.get() + 1);
                self.saved.notify_one();
            }
            [113, ..] => seen.greeted = true,
            _ => {}
        }
        if seen != self.seen.get() {
            self.seen.set(seen);
            self.ready.notify_one();
        }
    }
}

/// Writes updates into a document and waits until they are safe.
pub async fn fill(target: &Rc<Target>, document: &str, updates: &[Vec<u8>]) -> Result<()> {
    let connection = Connection::open(target, &document.into(), Who::Member(0)).await?;
    for update in updates {
        connection.update(update, None).await?;
        connection.unsaved_at_most(4).await?;
    }
    connection.unsaved_at_most(0).await
}

/// Opens one connection for each of these, some at a time, in their order.
pub async fn open_all(target: &Rc<Target>, wanted: Vec<(Rc<str>, Who)>) -> Result<Vec<Connection>> {
    open_on(&Board::new(), target, wanted).await
}

async fn open_on(board: &Rc<Board>, target: &Rc<Target>, wanted: Vec<(Rc<str>, Who)>) -> Result<Vec<Connection>> {
    let mut open = Vec::with_capacity(wanted.len());
    for some in wanted.chunks(OPENING_MOST) {
        let opening = |(document, who): &(Rc<str>, Who)| {
            let (board, target, document, who) = (Rc::clone(board), Rc::clone(target), Rc::clone(document), *who);
            spawn_local(async move { Connection::on(board, &target, &document, who).await })
        };
        let opening: Vec<JoinHandle<Result<Connection>>> = some.iter().map(opening).collect();
        for one in opening {
            open.push(one.await??);
        }
    }
    Ok(open)
}

/// Lets people type for a while.
pub async fn run(target: &Rc<Target>, documents: &[Rc<str>], shape: Shape) -> Result<Outcome> {
    let editors = documents.len() * shape.editors;
    let mut board = Board::new();
    let first_client = NEXT_CLIENT.fetch_add(editors as u64, Ordering::Relaxed);
    if let Some(board) = Rc::get_mut(&mut board) {
        board.first_client = first_client;
        board.intended = RefCell::new(vec![Vec::new(); editors]);
    }
    // Editors of one document follow each other at a distance, so that its keys are spread over time.
    let editor = |n: usize| (Rc::clone(&documents[n % documents.len()]), Who::Member(n));
    let reader = |n: usize| (Rc::clone(&documents[n % documents.len()]), Who::Visitor(n));
    let writing = open_on(&board, target, (0..editors).map(editor).collect()).await?;
    let _reading = open_on(&board, target, (0..documents.len() * shape.readers).map(reader).collect()).await?;

    let mut typists: Vec<Typist> = (0..editors as u64).map(|n| Typist::new(first_client + n)).collect();
    for (connection, typist) in writing.iter().zip(&mut typists) {
        connection.update(&typist.begin(), None).await?;
    }
    for connection in &writing {
        connection.unsaved_at_most(0).await?;
    }
    sleep(Duration::from_millis(200)).await;
    type_along(target, &board, &writing, &mut typists, shape).await
}

async fn type_along(
    target: &Target,
    board: &Board,
    writing: &[Connection],
    typists: &mut [Typist],
    shape: Shape,
) -> Result<Outcome> {
    let between = 1e6 / (shape.rate * writing.len() as f64);
    let warm = (shape.seconds / 4.0).clamp(0.5, 3.0);
    let begin = board.now() as f64;
    let warm_keys = (warm * 1e6 / between) as u64;
    let all_keys = warm_keys + (shape.seconds * 1e6 / between) as u64;
    let mut before: Option<(Outcome, Instant)> = None;
    let before_all = board.deliveries.get();
    for key in 0..all_keys {
        let due = (begin + key as f64 * between) as u64;
        if key == warm_keys {
            board.counted_from.set(due);
            before = Some((reading(target, board), Instant::now()));
        }
        if due > board.now() {
            sleep_until((board.start + Duration::from_micros(due)).into()).await;
        }
        let n = (key % writing.len() as u64) as usize;
        board.intended.borrow_mut()[n].push(due);
        writing[n].update(&typists[n].key(), Some(due)).await?;
        if shape.presence {
            let state = format!(r#"{{"cursor":{{"anchor":{0},"head":{0}}}}}"#, typists[n].keys());
            let client = board.first_client + n as u64;
            let entry = Entry { client, clock: typists[n].keys() as u32, state };
            let said = awareness::encode(std::iter::once(&entry));
            let frame = target.frame(&writing[n].document, &Message::Awareness(&said));
            writing[n].socket.send(Kind::Binary, &frame).await?;
        }
        if key % 64 == 0 {
            // Reading goes on between bursts, however far behind the typing is.
            tokio::task::yield_now().await;
        }
    }
    let (before, counted) = before.unwrap_or_else(|| (reading(target, board), Instant::now()));
    let after = reading(target, board);
    let seconds = counted.elapsed().as_secs_f64();
    let expected = all_keys * (shape.editors + shape.readers - 1) as u64;
    let late = Instant::now();
    while board.deliveries.get() - before_all < expected && late.elapsed() < LATE {
        sleep(Duration::from_millis(20)).await;
    }
    if let Some(why) = &*board.failure.borrow() {
        bail!("a connection ended during the run: {why}");
    }
    ensure!(board.refused.get() == 0, "{} updates were refused", board.refused.get());
    Ok(Outcome {
        propagation: board.propagation.borrow().clone(),
        acknowledgement: board.acknowledgement.borrow().clone(),
        keys: all_keys - warm_keys,
        deliveries: after.deliveries - before.deliveries,
        presence_frames: after.presence_frames - before.presence_frames,
        server: after.server - before.server,
        generator: after.generator - before.generator,
        written_bytes: after.written_bytes - before.written_bytes,
        memory: after.memory,
        seconds,
        missing: expected as i64 - (board.deliveries.get() - before_all) as i64,
    })
}

/// The counters as they stand.
fn reading(target: &Target, board: &Board) -> Outcome {
    Outcome {
        deliveries: board.deliveries.get(),
        presence_frames: board.presence_frames.get(),
        server: target.process.cpu(),
        generator: Process::this().cpu(),
        written_bytes: target.process.written(),
        memory: target.process.memory(),
        ..Outcome::default()
    }
}
