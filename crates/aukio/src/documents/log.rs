//! The log of document updates in the database. Appends of all rooms are committed together: whatever
//! arrives while the disk is busy goes into the next transaction, so that thousands of updates a second
//! cost a few hundred flushes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aukio_core::{Clock, DocumentId, PersonId};
use aukio_sync::history::{self, Past};
use aukio_sync::{Loaded, Log, LogError, Pending};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use super::store::{self, Update};
use crate::db::Db;

/// Appends that may wait for the disk. Rooms wait when it is full, and their clients with them.
const WAITING_MOST: usize = 1024;
/// Appends that one transaction takes.
const TOGETHER_MOST: usize = 256;

/// How long appends are gathered before they are committed. On a quick disk each keystroke would else be a
/// transaction of its own; nobody sees four milliseconds.
const GATHER: Duration = Duration::from_millis(4);

/// Updates that a document is opened from without a snapshot being made.
const LOOSE_UPDATES_MOST: usize = 500;

pub struct DocumentLog {
    db: Db,
    appends: mpsc::Sender<Append>,
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

struct Append {
    document: DocumentId,
    updates: Vec<Pending>,
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

    async fn append(&self, document: i64, updates: Vec<Pending>) -> Result<i64, LogError> {
        let gone = || LogError::Unavailable("the log has ended".to_owned());
        let (reply, answer) = oneshot::channel();
        let append = Append { document: DocumentId(document), updates, reply };
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
    // Updates may be packed between two questions; then what was looked for in one place is in the other.
    const TRIES: usize = 3;
    let exists = store::by_id(db, document).await.map_err(unavailable)?.is_some();
    if !exists {
        return Err(LogError::Missing);
    }
    for _ in 0..TRIES {
        if let Some(loaded) = try_load(db, document, until).await? {
            return Ok(loaded);
        }
    }
    Err(LogError::Unavailable("updates are missing in the log".to_owned()))
}

/// None when an update is missing between two others: nothing is ever opened with a hole in it.
async fn try_load(db: &Db, document: DocumentId, until: i64) -> Result<Option<Loaded>, LogError> {
    const PORTION: i64 = 1000;
    let snapshot = store::snapshot(db, document).await.map_err(unavailable)?.filter(|(seq, _)| *seq <= until);
    let mut last = snapshot.as_ref().map_or(0, |(seq, _)| *seq);
    let schema = u64::try_from(store::schema(db, document).await.map_err(unavailable)?).unwrap_or(0);
    let mut loaded = Loaded { snapshot, updates: Vec::new(), schema };
    while last < until {
        let mut portion = store::updates_after(db, document, last, PORTION).await.map_err(unavailable)?;
        if portion.first().is_none_or(|(first, _)| *first > last + 1)
            && let Some((first, _, pack)) = store::pack_with(db, document, last + 1).await.map_err(unavailable)?
        {
            let past = history::unpack(&pack).map_err(|error| LogError::Unavailable(error.to_string()))?;
            portion = (first..).zip(past.into_iter().map(|past| past.update.bytes)).collect();
            portion.retain(|(seq, _)| *seq > last);
        }
        let Some((first, _)) = portion.first() else { break };
        if *first != last + 1 {
            return Ok(None);
        }
        last += portion.len() as i64;
        loaded.updates.extend(portion.into_iter().filter(|(seq, _)| *seq <= until));
    }
    Ok(Some(loaded))
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

/// Packs the updates up to `until`, a portion in a transaction.
async fn pack(db: &Db, document: DocumentId, until: i64) -> anyhow::Result<()> {
    /// An update is at most a megabyte, and a document much less than a pack can hold.
    const PORTION: i64 = 4096;
    loop {
        let mut tx = db.begin().await?;
        let mut updates = store::to_pack(&mut tx, document, until, PORTION).await?;
        let mut bytes = 0;
        updates.retain(|update| {
            bytes += update.bytes.len();
            bytes < history::PACK_BYTES_MOST / 2
        });
        let (Some(first), Some(last)) = (updates.first().map(|update| update.seq), updates.last().map(|u| u.seq))
        else {
            return Ok(());
        };
        let count = updates.len() as i64;
        anyhow::ensure!(last - first + 1 == count, "updates are missing between {first} and {last}");
        let past = |update: store::Logged| Past {
            at: update.at,
            update: Pending { actor: update.actor, bytes: update.bytes, schema: 0 },
        };
        let past: Vec<Past> = updates.into_iter().map(past).collect();
        let packed = tokio::task::spawn_blocking(move || history::pack(&past)).await??;
        store::put_pack(&mut tx, document, first, last, packed).await?;
        tx.commit().await?;
        if count < PORTION {
            return Ok(());
        }
    }
}

async fn commit_together(db: Db, clock: Clock, untold: Untold, mut waiting: mpsc::Receiver<Append>) {
    let mut together = Vec::with_capacity(TOGETHER_MOST);
    while waiting.recv_many(&mut together, TOGETHER_MOST).await > 0 {
        let due = Instant::now() + GATHER;
        while together.len() < TOGETHER_MOST {
            let room = TOGETHER_MOST - together.len();
            match timeout_at(due, waiting.recv_many(&mut together, room)).await {
                Ok(more) if more > 0 => {}
                // It is time, or nobody is left who could send more.
                Ok(_) | Err(_) => break,
            }
        }
        metrics::histogram!("aukio_document_commit_updates").record(together.len() as f64);
        match commit(&db, &clock, &untold, &together).await {
            Ok(seqs) => {
                for (append, seq) in together.drain(..).zip(seqs) {
                    // A room that no longer waits has been closed; its update is safe all the same.
                    let _ = append.reply.send(Ok(seq));
                }
            }
            // One bad append must not take its neighbours with it: each tries alone.
            Err(_) if together.len() > 1 => {
                for append in together.drain(..) {
                    let alone = [append];
                    let outcome = commit(&db, &clock, &untold, &alone).await;
                    let [append] = alone;
                    let _ = append.reply.send(outcome.map(|seqs| seqs[0]).map_err(unavailable));
                }
            }
            Err(error) => {
                tracing::error!(%error, "document updates cannot be saved");
                let error = unavailable(error);
                for append in together.drain(..) {
                    let _ = append.reply.send(Err(error.clone()));
                }
            }
        }
    }
}

async fn commit(db: &Db, clock: &Clock, untold: &Untold, appends: &[Append]) -> sqlx::Result<Vec<i64>> {
    let now = clock.now();
    let mut tx = db.begin().await?;
    let mut seqs = vec![0; appends.len()];
    // Documents are locked in one order everywhere, so that two nodes cannot wait for each other.
    let mut order: Vec<usize> = (0..appends.len()).collect();
    order.sort_by_key(|&place| appends[place].document);
    for place in order {
        let append = &appends[place];
        let update = |pending: &Pending| Update { actor: pending.actor.map(PersonId), bytes: pending.bytes.clone() };
        let updates = append.updates.iter().map(update).collect();
        let schema = append.updates.iter().map(|pending| pending.schema).max().unwrap_or(0);
        let schema = i64::try_from(schema).unwrap_or(i64::MAX);
        seqs[place] = store::append(&mut tx, append.document, updates, schema, now).await?;
    }
    tx.commit().await?;
    for (append, seq) in appends.iter().zip(&seqs) {
        untold.note(append.document, *seq);
    }
    Ok(seqs)
}
