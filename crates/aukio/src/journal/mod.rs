//! The journal: one log of all that happened, written in the same transaction as the act itself.
//! Live pages, search and caches follow it, so that no act has to remember them.
//!
//! Numbers are read in commit order and never skipped. SQLite has one writer, so that its numbers rise
//! as they are committed. PostgreSQL hands numbers out before the commit; there, entries are read only
//! up to the oldest transaction that is still open (`pg_snapshot_xmin`), and each recording transaction
//! takes its id before its number, so that a lower number can never appear behind a reader's back.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use aukio_core::{DocumentId, PersonId, SpaceId, ThreadId, Time};
use tokio::sync::watch;

use crate::db::{Db, Queries, Sql, Tx};

/// What happened. Everything a follower needs beyond this it reads from the database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    PersonJoined {
        person: PersonId,
    },
    PersonChanged {
        person: PersonId,
    },
    PersonClosed {
        person: PersonId,
    },
    /// Some or all of somebody's sessions: what is open in them closes, at whichever node.
    SessionsEnded {
        person: PersonId,
    },
    SpaceCreated {
        space: SpaceId,
    },
    SpaceChanged {
        space: SpaceId,
    },
    MembershipChanged {
        space: SpaceId,
        person: PersonId,
    },
    ThreadStarted {
        space: SpaceId,
        thread: ThreadId,
    },
    MessagePosted {
        space: SpaceId,
        thread: ThreadId,
        message: i64,
    },
    MessageEdited {
        space: SpaceId,
        thread: ThreadId,
        message: i64,
    },
    MessageWithdrawn {
        space: SpaceId,
        thread: ThreadId,
        message: i64,
    },
    DocumentCreated {
        space: SpaceId,
        document: DocumentId,
    },
    DocumentRenamed {
        space: SpaceId,
        document: DocumentId,
    },
    DocumentEdited {
        space: SpaceId,
        document: DocumentId,
        seq: i64,
    },
    DocumentVersionNamed {
        space: SpaceId,
        document: DocumentId,
        seq: i64,
    },
}

/// An entry with its place in the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Numbered {
    pub number: i64,
    pub at: Time,
    pub actor: Option<PersonId>,
    pub entry: Entry,
}

/// Which entries a follower wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum About {
    Everything,
    Thread(ThreadId),
    Document(DocumentId),
}

/// Wakes the followers of this process when it has committed something.
#[derive(Clone)]
pub struct Journal {
    wakes: Arc<watch::Sender<u64>>,
    drawn_at: Arc<AtomicI64>,
    settled: Arc<AtomicU64>,
}

impl Journal {
    pub fn new() -> Self {
        Self { wakes: Arc::new(watch::Sender::new(0)), drawn_at: Arc::default(), settled: Arc::default() }
    }

    /// To be called after each commit that recorded an entry.
    pub fn wake(&self) {
        self.wakes.send_modify(|count| *count += 1);
    }

    /// The number a page drawn now may carry: all entries up to it are in the database already.
    pub fn drawn_at(&self) -> i64 {
        self.drawn_at.load(Ordering::Acquire)
    }

    /// Told by the live follower, which reads each entry first of all.
    pub fn reached(&self, number: i64) {
        self.drawn_at.fetch_max(number, Ordering::AcqRel);
    }

    pub fn follow(&self, db: Db, after: i64) -> Follower {
        Follower { db, wakes: self.wakes.subscribe(), after, settled: None }
    }

    /// The follower that others wait for: [`Journal::is_settled`] speaks of it.
    pub fn lead(&self, db: Db, after: i64) -> Follower {
        Follower { settled: Some(Arc::clone(&self.settled)), ..self.follow(db, after) }
    }

    /// Whether the leading follower has dealt with everything that this process has committed.
    pub fn is_settled(&self) -> bool {
        self.settled.load(Ordering::Acquire) == *self.wakes.borrow()
    }
}

impl Default for Journal {
    fn default() -> Self {
        Self::new()
    }
}

/// Reads the journal from a position on, in order, and waits at its end.
pub struct Follower {
    db: Db,
    wakes: watch::Receiver<u64>,
    after: i64,
    /// Up to which wake everything has been dealt with, for the leading follower.
    settled: Option<Arc<AtomicU64>>,
}

impl Follower {
    /// Entries are read in portions of this size.
    pub const PORTION: i64 = 500;

    /// Goes on after `number`: the caller has read up to it by itself.
    pub fn skip_to(&mut self, number: i64) {
        self.after = self.after.max(number);
    }

    /// The next entries, at least one. Waits for them as long as it takes; a database that fails is asked
    /// again after a second. Other processes' entries are noticed by looking again now and then.
    pub async fn next(&mut self) -> Vec<Numbered> {
        loop {
            let woken = *self.wakes.borrow_and_update();
            let pause = match after(&self.db, About::Everything, self.after, Self::PORTION).await {
                Ok(entries) => {
                    if let Some(last) = entries.last() {
                        self.after = last.number;
                        return entries;
                    }
                    if let Some(settled) = &self.settled
                        && self.is_at_the_end().await
                    {
                        settled.store(woken, Ordering::Release);
                    }
                    // PostgreSQL: a number may wait for an older transaction to end, or come from another node.
                    // SQLite: an import may write from another process.
                    if (&self.db).is_postgres() { Duration::from_millis(100) } else { Duration::from_millis(500) }
                }
                Err(error) => {
                    tracing::warn!(%error, "the journal cannot be read");
                    Duration::from_secs(1)
                }
            };
            // A wake or the pause, whichever comes first; a closed channel means that the program ends.
            let _ = tokio::time::timeout(pause, self.wakes.changed()).await;
        }
    }
}

impl Follower {
    /// Whether no entry that is committed waits behind an older transaction.
    async fn is_at_the_end(&self) -> bool {
        if !(&self.db).is_postgres() {
            return true;
        }
        let newest: sqlx::Result<Option<(i64,)>> =
            (&self.db).optional("SELECT number FROM journal ORDER BY number DESC LIMIT 1", ()).await;
        newest.is_ok_and(|newest| newest.is_none_or(|(number,)| number <= self.after))
    }
}

/// Writes `entry` in the transaction of the act it tells of.
pub async fn record(tx: &mut Tx, actor: Option<PersonId>, at: Time, entry: Entry) -> sqlx::Result<i64> {
    if let Tx::Postgres(_) = tx {
        let _: (String,) = tx.one("SELECT CAST(pg_current_xact_id() AS TEXT)", ()).await?;
    }
    let row = Row::from(entry);
    let (number,): (i64,) = tx
        .one(
            "INSERT INTO journal (at, actor, kind, person_id, space_id, thread_id, message, document_id, seq)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING number",
            (
                at.microseconds(),
                actor.map(|person| person.0),
                row.kind,
                row.person_id,
                row.space_id,
                row.thread_id,
                row.message,
                row.document_id,
                row.seq,
            ),
        )
        .await?;
    Ok(number)
}

macro_rules! entries_after {
    ($filter:literal) => {
        Sql {
            sqlite: concat!(
                "SELECT number, at, actor, kind, person_id, space_id, thread_id, message, document_id, seq FROM journal
                 WHERE ",
                $filter,
                " AND number > $2 ORDER BY number LIMIT $3"
            ),
            postgres: concat!(
                "SELECT number, at, actor, kind, person_id, space_id, thread_id, message, document_id, seq FROM journal
                 WHERE ",
                $filter,
                " AND number > $2 AND xid < pg_snapshot_xmin(pg_current_snapshot())
                 ORDER BY number LIMIT $3"
            ),
        }
    };
}

/// Up to `limit` entries about something, after `number`.
pub async fn after(db: &Db, about: About, number: i64, limit: i64) -> sqlx::Result<Vec<Numbered>> {
    let (sql, key) = match about {
        About::Everything => (entries_after!("$1 = CAST(0 AS BIGINT)"), 0),
        About::Thread(thread) => (entries_after!("thread_id = $1"), thread.0),
        About::Document(document) => (entries_after!("document_id = $1"), document.0),
    };
    let rows: Vec<Row> = db.all(sql.on(&db), (key, number, limit)).await?;
    Ok(rows.into_iter().filter_map(Row::numbered).collect())
}

/// The number of the newest entry that can be read now; 0 when there is none.
pub async fn head(db: &Db) -> sqlx::Result<i64> {
    let newest: Option<(i64,)> = db
        .optional(
            Sql {
                sqlite: "SELECT number FROM journal ORDER BY number DESC LIMIT 1",
                postgres: "SELECT number FROM journal WHERE xid < pg_snapshot_xmin(pg_current_snapshot())
                           ORDER BY number DESC LIMIT 1",
            }
            .on(&db),
            (),
        )
        .await?;
    Ok(newest.map_or(0, |(number,)| number))
}

/// The number of the newest entry by somebody; 0 when there is none.
pub async fn newest_by(db: &Db, actor: PersonId) -> sqlx::Result<i64> {
    let newest: Option<(i64,)> =
        db.optional("SELECT number FROM journal WHERE actor = $1 ORDER BY number DESC LIMIT 1", (actor.0,)).await?;
    Ok(newest.map_or(0, |(number,)| number))
}

#[derive(sqlx::FromRow, Default)]
struct Row {
    number: i64,
    at: i64,
    actor: Option<i64>,
    kind: String,
    person_id: Option<i64>,
    space_id: Option<i64>,
    thread_id: Option<i64>,
    message: Option<i64>,
    document_id: Option<i64>,
    seq: Option<i64>,
}

impl From<Entry> for Row {
    fn from(entry: Entry) -> Row {
        let kind = |kind: &str| Row { kind: kind.to_owned(), ..Row::default() };
        let of_person = |name: &str, person: PersonId| Row { person_id: Some(person.0), ..kind(name) };
        let of_space = |name: &str, space: SpaceId| Row { space_id: Some(space.0), ..kind(name) };
        let of_message = |name: &str, space: SpaceId, thread: ThreadId, message: Option<i64>| Row {
            thread_id: Some(thread.0),
            message,
            ..of_space(name, space)
        };
        let of_document = |name: &str, space: SpaceId, document: DocumentId| Row {
            document_id: Some(document.0),
            ..of_space(name, space)
        };
        match entry {
            Entry::PersonJoined { person } => of_person("person-joined", person),
            Entry::PersonChanged { person } => of_person("person-changed", person),
            Entry::PersonClosed { person } => of_person("person-closed", person),
            Entry::SessionsEnded { person } => of_person("sessions-ended", person),
            Entry::SpaceCreated { space } => of_space("space-created", space),
            Entry::SpaceChanged { space } => of_space("space-changed", space),
            Entry::MembershipChanged { space, person } => {
                Row { person_id: Some(person.0), ..of_space("membership-changed", space) }
            }
            Entry::ThreadStarted { space, thread } => of_message("thread-started", space, thread, None),
            Entry::MessagePosted { space, thread, message } => {
                of_message("message-posted", space, thread, Some(message))
            }
            Entry::MessageEdited { space, thread, message } => {
                of_message("message-edited", space, thread, Some(message))
            }
            Entry::MessageWithdrawn { space, thread, message } => {
                of_message("message-withdrawn", space, thread, Some(message))
            }
            Entry::DocumentCreated { space, document } => of_document("document-created", space, document),
            Entry::DocumentRenamed { space, document } => of_document("document-renamed", space, document),
            Entry::DocumentEdited { space, document, seq } => {
                Row { seq: Some(seq), ..of_document("document-edited", space, document) }
            }
            Entry::DocumentVersionNamed { space, document, seq } => {
                Row { seq: Some(seq), ..of_document("document-version-named", space, document) }
            }
        }
    }
}

impl Row {
    /// None for a kind that a newer program has written: this one has nothing to do with it.
    fn numbered(self) -> Option<Numbered> {
        let person = self.person_id.map(PersonId);
        let space = self.space_id.map(SpaceId);
        let thread = self.thread_id.map(ThreadId);
        let document = self.document_id.map(DocumentId);
        let message = self.message;
        let entry = match self.kind.as_str() {
            "person-joined" => Entry::PersonJoined { person: person? },
            "person-changed" => Entry::PersonChanged { person: person? },
            "person-closed" => Entry::PersonClosed { person: person? },
            "sessions-ended" => Entry::SessionsEnded { person: person? },
            "space-created" => Entry::SpaceCreated { space: space? },
            "space-changed" => Entry::SpaceChanged { space: space? },
            "membership-changed" => Entry::MembershipChanged { space: space?, person: person? },
            "thread-started" => Entry::ThreadStarted { space: space?, thread: thread? },
            "message-posted" => Entry::MessagePosted { space: space?, thread: thread?, message: message? },
            "message-edited" => Entry::MessageEdited { space: space?, thread: thread?, message: message? },
            "message-withdrawn" => Entry::MessageWithdrawn { space: space?, thread: thread?, message: message? },
            "document-created" => Entry::DocumentCreated { space: space?, document: document? },
            "document-renamed" => Entry::DocumentRenamed { space: space?, document: document? },
            "document-edited" => Entry::DocumentEdited { space: space?, document: document?, seq: self.seq? },
            "document-version-named" => {
                Entry::DocumentVersionNamed { space: space?, document: document?, seq: self.seq? }
            }
            _ => return None,
        };
        Some(Numbered {
            number: self.number,
            at: Time::from_microseconds(self.at),
            actor: self.actor.map(PersonId),
            entry,
        })
    }
}
