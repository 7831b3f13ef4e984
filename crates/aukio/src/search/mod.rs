//! Search: one box over spaces, threads, messages, documents and people.
//!
//! The index follows the journal and can be thrown away: when it is missing, damaged or of an older make, it
//! is filled from the database beside whatever still serves. What is found is read again from the database
//! through the viewer before it is shown.

pub mod api;
pub mod asked;
pub mod facts;
pub mod feed;
pub mod follow;
pub mod http;
pub mod reindex;
pub mod shown;

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aukio_core::Viewer;
use aukio_index::{Index, IndexError, Languages, Marks, Opened, Query, Results, Standing};
use tokio::sync::{Notify, Semaphore, watch};

use crate::app::App;
use crate::journal;

#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error("the index failed: {0}")]
    Index(String),
    #[error("too many are searching at once")]
    Busy,
    #[error(transparent)]
    Store(#[from] sqlx::Error),
}

impl From<IndexError> for SearchError {
    fn from(error: IndexError) -> Self {
        SearchError::Index(error.to_string())
    }
}

/// The index and how it is doing. Commands that do not search leave it closed.
pub struct Search {
    index: OnceLock<(Index, Standing)>,
    /// The number of the journal up to which everything can be found.
    reached: watch::Sender<i64>,
    filling: AtomicBool,
    broken: Notify,
    turns: Semaphore,
}

/// Questions that are answered at the same time; more wait. Each keeps one core busy.
const AT_ONCE: usize = 8;
/// A question that has waited so long is turned away.
const WAIT_MOST: Duration = Duration::from_secs(5);
/// How long somebody who has just written waits for it to be found.
const OWN_WAIT_MOST: Duration = Duration::from_secs(1);

impl Search {
    pub fn closed() -> Search {
        Search {
            index: OnceLock::new(),
            reached: watch::Sender::new(0),
            filling: AtomicBool::new(false),
            broken: Notify::new(),
            turns: Semaphore::new(AT_ONCE),
        }
    }

    /// Opens the index. Damage is no error here: an empty index takes its place and is filled.
    ///
    /// # Errors
    /// When another process has it open, or not even an empty index can be made in the folder.
    pub fn open(&self, folder: &Path) -> Result<(), IndexError> {
        let Opened { index, standing } = Index::open(folder, Languages::new())?;
        self.filling.store(standing == Standing::Empty, Ordering::Release);
        let _ = self.index.set((index, standing));
        Ok(())
    }

    /// Whether everything can be found, in a word.
    pub fn state(&self) -> &'static str {
        if self.is_filling() { "filling" } else { "ok" }
    }

    /// Whether hits are missing because an index is being filled and none serves meanwhile.
    pub fn is_filling(&self) -> bool {
        self.filling.load(Ordering::Acquire)
    }

    fn index(&self) -> Result<&Index, SearchError> {
        let (index, _) = self.index.get().ok_or_else(|| SearchError::Index("it is not open".to_owned()))?;
        Ok(index)
    }

    /// What the answered question marks in the texts that it found.
    fn marks(&self, query: &Query, results: &Results) -> Result<Marks, SearchError> {
        Ok(self.index()?.marks(results.answered(&query.text), query.prefix, results.relaxed))
    }
}

/// Answers a question.
pub async fn ask(app: &App, query: Query) -> Result<Results, SearchError> {
    let now = app.clock.now().microseconds();
    let started = tokio::time::Instant::now();
    let results = with_index(app, move |index| index.search(&query, now)).await?;
    metrics::histogram!("aukio_search_seconds").record(started.elapsed().as_secs_f64());
    Ok(results)
}

/// Questions that one whose last word is being typed may become.
pub async fn complete(app: &App, text: String, audiences: Vec<i64>, most: usize) -> Result<Vec<String>, SearchError> {
    with_index(app, move |index| index.complete(&text, &audiences, most)).await
}

/// Asks the index when it is one's turn. A failure of the files is answered by building them anew.
async fn with_index<T: Send + 'static>(
    app: &App,
    ask: impl FnOnce(&Index) -> Result<T, IndexError> + Send + 'static,
) -> Result<T, SearchError> {
    let index = app.search.index()?.clone();
    let turn = tokio::time::timeout(WAIT_MOST, app.search.turns.acquire()).await;
    let Ok(Ok(_turn)) = turn else { return Err(SearchError::Busy) };
    match tokio::task::spawn_blocking(move || ask(&index)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            app.search.broken.notify_one();
            Err(error.into())
        }
        Err(panic) => {
            app.search.broken.notify_one();
            Err(SearchError::Index(panic.to_string()))
        }
    }
}

/// Whoever has just written finds it: waits until the index has taken their newest entry, for a second at
/// most.
pub async fn catch_up(app: &App, viewer: &Viewer) -> Result<(), SearchError> {
    let Some(member) = viewer.member() else { return Ok(()) };
    if app.search.is_filling() {
        return Ok(());
    }
    let own = journal::newest_by(&app.db, member.id).await?;
    let mut reached = app.search.reached.subscribe();
    let _ = tokio::time::timeout(OWN_WAIT_MOST, reached.wait_for(|number| *number >= own)).await;
    Ok(())
}
