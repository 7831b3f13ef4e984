//! A log in memory that fails on demand, and a client that speaks the protocol over a real Yjs replica.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use aukio_protocol::Limits;
use aukio_protocol::awareness::{self, Entry};
use aukio_protocol::wire::{self, Message};
use aukio_sync::{
    Access, Close, Incoming, Loaded, Log, LogError, Outgoing, Pending, Replica, Rooms, Session, Settings,
};
use tokio::sync::watch;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{
    Doc, GetString, OffsetKind, Options, ReadTxn, StateVector, Transact, Update, WriteTxn, XmlElementPrelim,
    XmlFragment, XmlTextPrelim,
};

pub const DOCUMENT: i64 = 7;

/// How the log behaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mood {
    Works,
    Fails,
    /// Takes so many more bytes, then it is full.
    Full(usize),
    Slow(Duration),
    /// Answers nothing until the mood changes.
    Held,
}

#[derive(Clone)]
pub struct TestLog {
    inner: Arc<Mutex<Inner>>,
    mood: watch::Sender<Mood>,
}

#[derive(Default)]
struct Inner {
    documents: HashMap<i64, Vec<Pending>>,
    loads: usize,
    loads_fail: bool,
}

impl TestLog {
    pub fn new() -> Self {
        TestLog { inner: Arc::default(), mood: watch::Sender::new(Mood::Works) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    pub fn is_in_the_mood(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    pub fn loads(&self) -> usize {
        self.inner().loads
    }

    pub fn loads_fail(&self, fail: bool) {
        self.inner().loads_fail = fail;
    }

    pub fn rows(&self, document: i64) -> Vec<Pending> {
        self.inner().documents.get(&document).cloned().unwrap_or_default()
    }

    /// The text as it would be after a restart.
    pub fn text(&self, document: i64) -> String {
        let rows = self.rows(document);
        let mut replica = Replica::open(None, rows.iter().map(|row| &row.bytes)).unwrap();
        aukio_text::plain::text(&replica.tree().unwrap()).trim().to_owned()
    }
}

impl Log for TestLog {
    async fn load(&self, document: i64) -> Result<Loaded, LogError> {
        let mut inner = self.inner();
        inner.loads += 1;
        if inner.loads_fail {
            return Err(LogError::Unavailable("told to fail".to_owned()));
        }
        let rows = inner.documents.get(&document).cloned().unwrap_or_default();
        let schema = rows.iter().map(|row| row.schema).max().unwrap_or(0);
        let updates = rows.into_iter().enumerate().map(|(at, row)| (at as i64 + 1, row.bytes)).collect();
        Ok(Loaded { snapshot: None, updates, schema })
    }

    async fn append(&self, document: i64, updates: Vec<Pending>) -> Result<i64, LogError> {
        let mut moods = self.mood.subscribe();
        let mood = *moods.wait_for(|mood| *mood != Mood::Held).await.unwrap();
        let bytes: usize = updates.iter().map(|update| update.bytes.len()).sum();
        match mood {
            Mood::Works | Mood::Held => {}
            Mood::Fails => return Err(LogError::Unavailable("told to fail".to_owned())),
            Mood::Full(left) if bytes > left => return Err(LogError::Unavailable("full".to_owned())),
            Mood::Full(left) => self.is_in_the_mood(Mood::Full(left - bytes)),
            Mood::Slow(pause) => tokio::time::sleep(pause).await,
        }
        let mut inner = self.inner();
        let rows = inner.documents.entry(document).or_default();
        rows.extend(updates);
        Ok(rows.len() as i64)
    }
}

pub fn open(settings: Settings) -> (Rooms<TestLog>, TestLog) {
    let log = TestLog::new();
    (Rooms::new(log.clone(), settings), log)
}

pub fn member(actor: i64, access: Access) -> Session {
    Session {
        actor: Some(actor),
        access,
        name: format!("Member {actor}"),
        look: String::new(),
        colour: "#0050bb".to_owned(),
        shown_id: String::new(),
    }
}

pub fn visitor() -> Session {
    Session { actor: None, ..member(0, Access::Read) }
}

/// A client with a replica of its own.
pub struct Client {
    pub doc: Doc,
    pub incoming: Incoming,
    pub outgoing: Outgoing,
    /// Updates and answers that were sent: each is owed a word.
    pub sent: usize,
    pub saved: Vec<u64>,
    pub refused: Vec<String>,
    pub may_write: Option<bool>,
    pub marks: Vec<Vec<u8>>,
    pub people: HashMap<u64, Entry>,
    pub awareness_frames: usize,
    pub synced: bool,
}

impl Client {
    /// Joins, says hello with schema version 1 and asks for the text.
    pub async fn join(rooms: &Rooms<TestLog>, session: Session) -> Client {
        let mut client = Client::stock(rooms, DOCUMENT, session).await;
        client.send(wire::encode(&Message::Hello(1))).await;
        client.until(|client| client.synced && client.may_write.is_some()).await;
        client
    }

    /// Joins as a stock client would.
    pub async fn stock(rooms: &Rooms<TestLog>, document: i64, session: Session) -> Client {
        let options = Options { offset_kind: OffsetKind::Utf16, ..Options::default() };
        let (incoming, outgoing) = rooms.join(document, session).await.unwrap().split();
        let mut client = Client {
            doc: Doc::with_options(options),
            incoming,
            outgoing,
            sent: 0,
            saved: Vec::new(),
            refused: Vec::new(),
            may_write: None,
            marks: Vec::new(),
            people: HashMap::new(),
            awareness_frames: 0,
            synced: false,
        };
        client.send(wire::encode_step1(&StateVector::default().encode_v1())).await;
        client
    }

    /// Whether every word that is owed has come, and all were good.
    pub fn is_saved(&self) -> bool {
        self.saved.len() == self.sent
    }

    pub async fn send(&mut self, frame: Vec<u8>) {
        let is_update = |message: &Message<'_>| matches!(message, Message::Update(_) | Message::SyncStep2(_));
        self.sent +=
            wire::decode(&frame, &Limits::default()).map_or(0, |all| all.iter().filter(|m| is_update(m)).count());
        // A room that has closed is noticed when reading.
        let _ = self.incoming.send(frame).await;
    }

    /// Writes a paragraph at the end; returns the update.
    pub fn edit(&mut self, words: &str) -> Vec<u8> {
        let mut tx = self.doc.transact_mut();
        let root = tx.get_or_insert_xml_fragment("default");
        let end = root.len(&tx);
        let paragraph = root.insert(&mut tx, end, XmlElementPrelim::empty("paragraph"));
        paragraph.insert(&mut tx, 0, XmlTextPrelim::new(words));
        tx.encode_update_v1()
    }

    /// Writes a paragraph and sends it.
    pub async fn writes(&mut self, words: &str) {
        let update = self.edit(words);
        self.send(wire::encode_update(&update)).await;
    }

    /// All that it has, as one update.
    pub fn everything(&self) -> Vec<u8> {
        self.doc.transact().encode_state_as_update_v1(&StateVector::default())
    }

    /// Deletes everything; returns the update.
    pub fn deletes_all(&mut self) -> Vec<u8> {
        let mut tx = self.doc.transact_mut();
        let root = tx.get_or_insert_xml_fragment("default");
        let all = root.len(&tx);
        root.remove_range(&mut tx, 0, all);
        tx.encode_update_v1()
    }

    pub fn text(&self) -> String {
        let mut tx = self.doc.transact_mut();
        let root = tx.get_or_insert_xml_fragment("default");
        root.get_string(&tx).replace("<paragraph>", "").replace("</paragraph>", " ").trim().to_owned()
    }

    /// Takes in frames until this holds.
    ///
    /// # Panics
    /// It does not within ten (virtual) seconds, or the session ends.
    pub async fn until(&mut self, holds: impl Fn(&Client) -> bool) {
        while !holds(self) {
            let frame = tokio::time::timeout(Duration::from_secs(10), self.outgoing.next()).await;
            let Some(frame) = frame.expect("it did not happen") else {
                panic!("the session ended: {:?}", self.outgoing.reason());
            };
            self.take(&frame).await;
        }
    }

    /// Takes in all that comes within this time.
    pub async fn listens(&mut self, time: Duration) -> usize {
        let end = tokio::time::Instant::now() + time;
        let mut frames = 0;
        while let Ok(Some(frame)) = tokio::time::timeout_at(end, self.outgoing.next()).await {
            self.take(&frame).await;
            frames += 1;
        }
        frames
    }

    /// Takes in frames until the session ends, and says why it did.
    pub async fn ends(&mut self) -> Close {
        let all = async {
            while let Some(frame) = self.outgoing.next().await {
                self.take(&frame).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), all).await.expect("the session goes on");
        self.outgoing.reason()
    }

    async fn take(&mut self, frame: &[u8]) {
        for message in wire::decode(frame, &Limits::default()).unwrap() {
            match message {
                Message::SyncStep1(vector) => {
                    let vector = StateVector::decode_v1(vector).unwrap();
                    let answer = self.doc.transact().encode_state_as_update_v1(&vector);
                    self.send(wire::encode_step2(&answer)).await;
                }
                Message::SyncStep2(update) | Message::Update(update) => {
                    self.synced |= matches!(message, Message::SyncStep2(_));
                    self.doc.transact_mut().apply_update(Update::decode_v1(update).unwrap()).unwrap();
                }
                Message::Awareness(update) => {
                    self.awareness_frames += 1;
                    for entry in awareness::decode(update, &Limits::default()).unwrap() {
                        self.people.insert(entry.client, entry);
                    }
                }
                Message::SyncStatus(mark) => self.marks.push(mark.to_vec()),
                Message::Saved(seq) => self.saved.push(seq),
                Message::Refused(reason) => self.refused.push(reason.to_owned()),
                Message::AccessChanged(may) => self.may_write = Some(may),
                Message::Auth(_) | Message::QueryAwareness | Message::Hello(_) => panic!("not for clients"),
            }
        }
    }
}

/// An awareness frame about one client.
pub fn presence(client: u64, clock: u32, state: &str) -> Vec<u8> {
    let entry = Entry { client, clock, state: state.to_owned() };
    wire::encode_awareness(&awareness::encode([&entry].into_iter()))
}
