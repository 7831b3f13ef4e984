//! The log of document updates in the database. Appends of all rooms are committed together: whatever
//! arrives while the disk is busy goes into the next transaction, so that thousands of updates a second
//! cost a few hundred flushes.

pub mod burst;
pub mod store;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aukio_core::{Clock, DocumentId, PersonId};
use aukio_sync::history::{self, Past};
use aukio_sync::{Loaded, Log, LogError, OpenError, Pending, Replica};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use burst::Logged;
use store::Append;

use super::store as documents;
use crate::db::Db;

/// Appends that may wait for the disk. Rooms wait when it is full, and their clients with them.
const WAITING_MOST: usize = 1024;
/// Appends that one transaction takes, and bytes after which it takes no more.
const TOGETHER_MOST: usize = 256;
const TOGETHER_BYTES: usize = 8 << 20;

/// How long appends are gathered before they are committed. On a quick disk each keystroke would else be a
/// transaction of its own; nobody sees five milliseconds.
const GATHER: Duration = Duration::from_millis(5);

/// Updates that a document is opened from without a snapshot being made.
const LOOSE_UPDATES_MOST: usize = 500;

pub struct DocumentLog {
    db: Db,
    appends: mpsc::Sender<Waiting>,
    untold: Untold,
}

/// Documents with updates that are safe and seen, but that the journal does not tell of yet: by their id, the
/// number of the last one. A page of such a document must not be one that was kept.
#[derive(Clone, Default)]
pub struct Untold(Arc<Mutex<HashMap<DocumentId, i64>>>);

impl Untold {
    fn note(&self, document: DocumentId, seq: i64) {
        self.documents().insert(document, seq);
    }

    /// The journal tells of the updates up to `seq`.
    pub fn told(&self, document: DocumentId, seq: i64) {
        let mut documents = self.documents();
        if documents.get(&document).is_some_and(|last| *last <= seq) {
            documents.remove(&document);
        }
    }

    pub fn contains(&self, document: DocumentId) -> bool {
        self.documents().contains_key(&document)
    }

    fn documents(&self) -> MutexGuard<'_, HashMap<DocumentId, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A room's updates, on their way.
struct Waiting {
    append: Append,
    bytes: usize,
    reply: oneshot::Sender<Result<i64, LogError>>,
}

impl DocumentLog {
    /// Begins the task that commits; it ends when the last room is gone.
    pub fn new(db: Db, clock: Clock) -> Self {
        let (appends, waiting) = mpsc::channel(WAITING_MOST);
        let untold = Untold::default();
        tokio::spawn(commit_together(db.clone(), clock, untold.clone(), waiting));
        Self { db, appends, untold }
    }

    pub fn untold(&self) -> Untold {
        self.untold.clone()
    }
}

impl Log for DocumentLog {
    async fn load(&self, document: i64) -> Result<Loaded, LogError> {
        let loaded = load_until(&self.db, DocumentId(document), i64::MAX).await?;
        if loaded.updates.len() > LOOSE_UPDATES_MOST {
            tokio::spawn(compact(self.db.clone(), DocumentId(document), loaded.clone()));
        }
        Ok(loaded)
    }

    async fn load_all(&self, document: i64) -> Result<Loaded, LogError> {
        let loaded = load(&self.db, DocumentId(document), i64::MAX, false).await?;
        // Asked for when the snapshot is no good: a new one takes its place, if the log is whole.
        tokio::spawn(compact(self.db.clone(), DocumentId(document), loaded.clone()));
        Ok(loaded)
    }

    async fn append(&self, document: i64, updates: Vec<Pending>) -> Result<i64, LogError> {
        let gone = || LogError::Unavailable("the log has ended".to_owned());
        let (reply, answer) = oneshot::channel();
        let bytes = updates.iter().map(|update| update.bytes.len()).sum();
        let schema = updates.iter().map(|update| update.schema).max().unwrap_or(0);
        let append = Append {
            document: DocumentId(document),
            updates: updates.into_iter().map(|update| (update.actor.map(PersonId), update.bytes)).collect(),
            schema: i64::try_from(schema).unwrap_or(i64::MAX),
        };
        let append = Waiting { append, bytes, reply };
        self.appends.send(append).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

fn unavailable(error: sqlx::Error) -> LogError {
    match error {
        sqlx::Error::RowNotFound => LogError::Missing,
        error => LogError::Unavailable(error.to_string()),
    }
}

/// A document as it was after the update with this number, or as it is now.
pub(super) async fn load_until(db: &Db, document: DocumentId, until: i64) -> Result<Loaded, LogError> {
    load(db, document, until, true).await
}

/// The same, opened, on a thread of its own. A damaged snapshot costs nothing but time: the log holds everything, too.
///
/// # Errors
/// The log cannot be read, or what it holds is no text.
pub(super) async fn replica_at(db: &Db, document: DocumentId, until: i64) -> Result<Replica, OpenError> {
    let loaded = load_until(db, document, until).await?;
    let has_snapshot = loaded.snapshot.is_some();
    match open(loaded).await {
        Err(error @ OpenError::Damaged(_)) if has_snapshot => {
            tracing::warn!(%error, %document, "the snapshot is passed over");
            open(load(db, document, until, false).await?).await
        }
        opened => opened,
    }
}

async fn open(loaded: Loaded) -> Result<Replica, OpenError> {
    let open = move || {
        let snapshot = loaded.snapshot.as_ref().map(|(_, bytes)| bytes.as_slice());
        Replica::open(snapshot, loaded.updates.iter().map(|(_, bytes)| bytes))
    };
    match tokio::task::spawn_blocking(open).await {
        Ok(opened) => opened.map_err(|error| OpenError::Damaged(error.to_string())),
        Err(panic) => Err(OpenError::Damaged(panic.to_string())),
    }
}

/// The same, from the newest snapshot or from the first update.
async fn load(db: &Db, document: DocumentId, until: i64, from_snapshot: bool) -> Result<Loaded, LogError> {
    // Updates move on between two questions; then what was looked for in one place is in the other.
    const TRIES: usize = 3;
    let Some(known) = documents::by_id(db, document).await.map_err(unavailable)? else {
        return Err(LogError::Missing);
    };
    for _ in 0..TRIES {
        if let Some(loaded) = try_load(db, document, until, known.seq, from_snapshot).await? {
            return Ok(loaded);
        }
    }
    Err(LogError::Unavailable("updates are missing in the log".to_owned()))
}

/// None when an update is missing, in between or at the end, where `known` is the number of one that there was: nothing
/// is ever opened with a hole in it.
async fn try_load(
    db: &Db,
    document: DocumentId,
    until: i64,
    known: i64,
    from_snapshot: bool,
) -> Result<Option<Loaded>, LogError> {
    let snapshot = store::snapshot(db, document).await.map_err(unavailable)?;
    let snapshot = snapshot.filter(|(seq, _)| from_snapshot && *seq <= until);
    let mut last = snapshot.as_ref().map_or(0, |(seq, _)| *seq);
    let schema = u64::try_from(store::schema(db, document).await.map_err(unavailable)?).unwrap_or(0);
    let mut loaded = Loaded { snapshot, updates: Vec::new(), schema };
    while last < until {
        let Some(mut portion) = following(db, document, last).await? else { return Ok(None) };
        portion.retain(|(seq, _)| *seq <= until);
        let Some((end, _)) = portion.last() else { break };
        last = *end;
        loaded.updates.extend(portion);
    }
    Ok((last >= known.min(until)).then_some(loaded))
}

/// Some updates that follow the one with this number, wherever they are; none at the end. None at all when the next one
/// is missing.
async fn following(db: &Db, document: DocumentId, last: i64) -> Result<Option<Vec<(i64, Vec<u8>)>>, LogError> {
    const PORTION: i64 = 1000;
    let mut updates = store::in_bursts(db, document, last).await.map_err(unavailable)?;
    if updates.is_empty() {
        updates = store::in_tail(db, document, last, PORTION).await.map_err(unavailable)?;
    }
    let mut portion: Vec<(i64, Vec<u8>)> = updates.into_iter().map(|update| (update.seq, update.bytes)).collect();
    if portion.first().is_none_or(|(first, _)| *first > last + 1)
        && let Some((first, _, pack)) = store::pack_with(db, document, last + 1).await.map_err(unavailable)?
    {
        let past = history::unpack(&pack).map_err(|error| LogError::Unavailable(error.to_string()))?;
        portion = (first..).zip(past.into_iter().map(|past| past.update.bytes)).collect();
        portion.retain(|(seq, _)| *seq > last);
    }
    let follows = portion.iter().zip(last + 1..).all(|((seq, _), expected)| *seq == expected);
    Ok(follows.then_some(portion))
}

/// Writes a snapshot that saves the next opening from replaying so much, and packs the updates that are in
/// it: they are the history. A snapshot that would not say the same is not written.
async fn compact(db: Db, document: DocumentId, loaded: Loaded) {
    let Some((seq, _)) = loaded.updates.last().cloned() else { return };
    let compacted = tokio::task::spawn_blocking(move || {
        let snapshot = loaded.snapshot.as_ref().map(|(_, bytes)| bytes.as_slice());
        aukio_sync::compact(snapshot, loaded.updates.iter().map(|(_, bytes)| bytes))
    });
    let written = match compacted.await {
        Ok(Ok(bytes)) => store::put_snapshot(&db, document, seq, bytes).await.map_err(|error| error.to_string()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(panic) => Err(panic.to_string()),
    };
    let done = match written {
        Ok(()) => pack(&db, document, seq).await.map_err(|error| error.to_string()),
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => metrics::counter!("aukio_document_compactions_total").increment(1),
        Err(error) => tracing::warn!(error, %document, "a document cannot be compacted"),
    }
}

/// Packs the bursts up to `until`, a portion in a transaction.
async fn pack(db: &Db, document: DocumentId, until: i64) -> anyhow::Result<()> {
    /// An update is at most a megabyte, and a document much less than a pack can hold.
    const PORTION: usize = 4096;
    loop {
        let mut tx = db.begin().await?;
        let updates = store::to_pack(&mut tx, document, until, PORTION, history::PACK_BYTES_MOST / 2).await?;
        let (Some(first), Some(last)) = (updates.first().map(|update| update.seq), updates.last().map(|u| u.seq))
        else {
            return Ok(());
        };
        let count = updates.len();
        anyhow::ensure!(last - first + 1 == count as i64, "updates are missing between {first} and {last}");
        let past = |update: Logged| Past {
            at: update.at,
            update: Pending { actor: update.actor.map(|person| person.0), bytes: update.bytes, schema: 0 },
        };
        let past: Vec<Past> = updates.into_iter().map(past).collect();
        let packed = tokio::task::spawn_blocking(move || history::pack(&past)).await??;
        store::put_pack(&mut tx, document, first, last, packed).await?;
        tx.commit().await?;
    }
}

async fn commit_together(db: Db, clock: Clock, untold: Untold, mut waiting: mpsc::Receiver<Waiting>) {
    while let Some(first) = waiting.recv().await {
        let due = Instant::now() + GATHER;
        let mut bytes = first.bytes;
        let mut together = vec![first];
        while together.len() < TOGETHER_MOST && bytes < TOGETHER_BYTES {
            // Else it is time, or nobody is left who could send more.
            let Ok(Some(more)) = timeout_at(due, waiting.recv()).await else { break };
            bytes += more.bytes;
            together.push(more);
        }
        metrics::histogram!("aukio_document_commit_updates").record(together.len() as f64);
        let (appends, replies): (Vec<Append>, Vec<_>) =
            together.into_iter().map(|waiting| (waiting.append, waiting.reply)).unzip();
        match commit(&db, &clock, &untold, appends.clone()).await {
            Ok(seqs) => {
                for (reply, seq) in replies.into_iter().zip(seqs) {
                    // A room that no longer waits has been closed; its update is safe all the same.
                    let _ = reply.send(Ok(seq));
                }
            }
            // One bad append must not take its neighbours with it: each tries alone. A database that does not answer
            // is nobody's fault, and each alone would wait for it as long.
            Err(sqlx::Error::Database(_) | sqlx::Error::RowNotFound) if appends.len() > 1 => {
                for (append, reply) in appends.into_iter().zip(replies) {
                    let outcome = commit(&db, &clock, &untold, vec![append]).await;
                    let _ = reply.send(outcome.map(|seqs| seqs[0]).map_err(unavailable));
                }
            }
            Err(error) => {
                tracing::error!(%error, "document updates cannot be saved");
                let error = unavailable(error);
                for reply in replies {
                    let _ = reply.send(Err(error.clone()));
                }
            }
        }
    }
}

async fn commit(db: &Db, clock: &Clock, untold: &Untold, appends: Vec<Append>) -> sqlx::Result<Vec<i64>> {
    let documents: Vec<DocumentId> = appends.iter().map(|append| append.document).collect();
    let mut tx = db.begin().await?;
    let seqs = store::append(&mut tx, appends, clock.now()).await?;
    tx.commit().await?;
    for (document, seq) in documents.into_iter().zip(&seqs) {
        untold.note(document, *seq);
    }
    Ok(seqs)
}
