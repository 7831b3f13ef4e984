//! Search: one box over spaces, threads, messages, documents and people.
//!
//! The index follows the journal and can be thrown away: when it is missing, damaged or of an older make, it
//! is filled from the database beside whatever still serves. What is found is read again from the database
//! through the viewer before it is shown.

pub mod facts;
pub mod http;
pub mod shown;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aukio_index::{Change, Index, IndexError, Opened, Query, Results, Stemming, TermSet};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::journal::{self, Numbered};

#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error("the index failed: {0}")]
    Index(String),
    #[error(transparent)]
    Store(#[from] sqlx::Error),
}

impl From<IndexError> for SearchError {
    fn from(error: IndexError) -> Self {
        SearchError::Index(error.to_string())
    }
}

/// The index and how it is doing.
pub struct Search {
    index: Index,
    position: Option<i64>,
    filling: AtomicBool,
    broken: Notify,
}

/// Facts that are written together while an index is filled.
const PORTION: i64 = 2000;

impl Search {
    /// Opens the index. Damage is no error here: an empty index takes its place and is filled.
    ///
    /// # Errors
    /// When not even an empty index can be made in the folder.
    pub fn open(folder: &Path) -> Result<Search, IndexError> {
        let Opened { index, position } = Index::open(folder, Arc::new(Stemming))?;
        // Position 0 is written while the index is being filled: a fill that was cut short begins again.
        let position = position.and_then(|position| i64::try_from(position).ok()).filter(|position| *position > 0);
        Ok(Search { index, filling: AtomicBool::new(position.is_none()), position, broken: Notify::new() })
    }

    /// Whether everything can be found, in a word.
    pub fn state(&self) -> &'static str {
        if self.is_filling() { "filling" } else { "ok" }
    }

    pub fn is_filling(&self) -> bool {
        self.filling.load(Ordering::Acquire)
    }

    fn terms(&self, query: &Query) -> TermSet {
        TermSet::of(self.index.analyser(), query)
    }
}

/// Asks the index. A failure of the files is answered by building them anew.
pub async fn ask(app: &App, query: Query) -> Result<Results, SearchError> {
    let index = app.search.index.clone();
    let now = app.clock.now().microseconds();
    let answer = tokio::task::spawn_blocking(move || index.search(&query, now)).await;
    match answer {
        Ok(Ok(results)) => Ok(results),
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

/// Keeps the index at the journal's end, for as long as the service runs.
pub async fn follow(app: App, stop: CancellationToken) {
    let mut position = app.search.position;
    loop {
        let from = match position {
            Some(position) => position,
            None => match fill(&app, &stop).await {
                Ok(Some(position)) => position,
                Ok(None) => return,
                Err(error) => {
                    tracing::error!(%error, "the search index cannot be filled");
                    tokio::select! {
                        () = stop.cancelled() => return,
                        () = tokio::time::sleep(Duration::from_secs(10)) => continue,
                    }
                }
            },
        };
        app.search.filling.store(false, Ordering::Release);
        match keep_up(&app, from, &stop).await {
            Ok(()) => return,
            Err(error) => {
                tracing::error!(%error, "the search index failed and is built anew");
                app.search.filling.store(true, Ordering::Release);
                position = None;
            }
        }
    }
}

/// Follows the journal until told to stop. What happens in a short while is written together: a commit costs
/// the same for one change and for a hundred.
async fn keep_up(app: &App, from: i64, stop: &CancellationToken) -> Result<(), SearchError> {
    const TOGETHER: Duration = Duration::from_millis(100);
    let mut follower = app.journal.follow(app.db.clone(), from);
    loop {
        let mut entries = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = app.search.broken.notified() => return Err(SearchError::Index("it cannot be read".to_owned())),
            entries = follower.next() => entries,
        };
        tokio::time::sleep(TOGETHER).await;
        let last = entries.last().map_or(from, |entry| entry.number);
        let more = journal::after(&app.db, journal::About::Everything, last, journal::Follower::PORTION).await?;
        if let Some(newest) = more.last() {
            follower.skip_to(newest.number);
            entries.extend(more);
        }
        write(app, &entries).await?;
    }
}

async fn write(app: &App, entries: &[Numbered]) -> Result<(), SearchError> {
    let Some(last) = entries.last() else { return Ok(()) };
    let position = last.number;
    let changes = facts::of_entries(app, entries).await?;
    apply(app, changes, position).await?;
    metrics::gauge!("aukio_search_position").set(position as f64);
    Ok(())
}

async fn apply(app: &App, changes: Vec<Change>, position: i64) -> Result<(), SearchError> {
    let index = app.search.index.clone();
    let position = u64::try_from(position).unwrap_or(0);
    tokio::task::spawn_blocking(move || index.apply(changes, position))
        .await
        .map_err(|panic| SearchError::Index(panic.to_string()))??;
    Ok(())
}

/// Fills a new index from the database beside the one that serves, and lets it serve. Returns the number of
/// the journal that it reaches; None when told to stop.
async fn fill(app: &App, stop: &CancellationToken) -> Result<Option<i64>, SearchError> {
    // Noted before reading: what happens meanwhile is read from the journal afterwards, twice at worst.
    let head = journal::head(&app.db).await?;
    let index = app.search.index.clone();
    let builder = tokio::task::spawn_blocking(move || index.rebuild())
        .await
        .map_err(|panic| SearchError::Index(panic.to_string()))??;
    let builder = Arc::new(builder);
    let mut written: usize = 0;
    for source in facts::Source::ALL {
        let mut after = 0;
        loop {
            if stop.is_cancelled() {
                return Ok(None);
            }
            let (changes, next) = facts::portion(app, source, after, PORTION).await?;
            written += changes.len();
            let filled = builder.clone();
            tokio::task::spawn_blocking(move || filled.apply(changes, 0))
                .await
                .map_err(|panic| SearchError::Index(panic.to_string()))??;
            metrics::gauge!("aukio_search_filled").set(written as f64);
            match next {
                Some(next) => after = next,
                None => break,
            }
        }
        if written > 0 {
            tracing::info!(written, ?source, "filling the search index");
        }
    }
    // An empty journal still has to leave a position behind that says «filled».
    let position = head.max(1);
    tokio::task::spawn_blocking(move || -> Result<(), IndexError> {
        builder.apply(Vec::new(), u64::try_from(position).unwrap_or(1))?;
        match Arc::into_inner(builder) {
            Some(builder) => builder.adopt(),
            None => Ok(()),
        }
    })
    .await
    .map_err(|panic| SearchError::Index(panic.to_string()))??;
    Ok(Some(head))
}
