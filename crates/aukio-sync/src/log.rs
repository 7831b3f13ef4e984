//! What a room asks of the store: an append-only log of updates per document.

use std::future::Future;

/// Where the updates of documents are kept.
///
/// A room is the only writer of its document in this process and appends one batch at a time.
pub trait Log: Send + Sync + 'static {
    /// Everything needed to open the document: the newest snapshot, if there is one, and all updates
    /// after it, oldest first.
    fn load(&self, document: i64) -> impl Future<Output = Result<Loaded, LogError>> + Send;

    /// All updates since the first, without a snapshot: asked for when the snapshot turns out to be damaged.
    fn load_all(&self, document: i64) -> impl Future<Output = Result<Loaded, LogError>> + Send {
        let _ = document;
        std::future::ready(Err(LogError::Unavailable("only the newest updates are kept".to_owned())))
    }

    /// Appends the updates in this order, all or none, and returns the sequence number of the last.
    /// `Ok` means that they survive a power cut. The batch is never empty.
    fn append(&self, document: i64, updates: Vec<Pending>) -> impl Future<Output = Result<i64, LogError>> + Send;
}

/// A document as it lies in the log.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The whole document up to and including this sequence number, as [`compact`](crate::compact) made it.
    pub snapshot: Option<(i64, Vec<u8>)>,
    /// The updates (format v1) after the snapshot, by rising sequence number.
    pub updates: Vec<(i64, Vec<u8>)>,
    /// The highest [`Pending::schema`] of these updates; 0 if that is not known.
    pub schema: u64,
}

/// An update that waits to be logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Who made it; nobody for visitors.
    pub actor: Option<i64>,
    /// The update, in format v1. It holds only what was new.
    pub bytes: Vec<u8>,
    /// The schema version of the newest editor that has written in the document by now. Kept with the
    /// document, it keeps older editors out after the next opening, too.
    pub schema: u64,
}

/// Why the log did not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LogError {
    /// There is no such document.
    #[error("there is no such document")]
    Missing,
    /// The store does not answer, or is full; trying again later may help.
    #[error("the log is not available: {0}")]
    Unavailable(String),
}
