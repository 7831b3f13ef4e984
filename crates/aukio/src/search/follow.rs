//! Keeps the index at the journal's end, and builds it anew when it has to be: beside the one that serves,
//! which goes on following meanwhile.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use aukio_index::{Builder, Change, Standing};
use tokio_util::sync::CancellationToken;

use super::{SearchError, facts};
use crate::app::App;
use crate::journal::{self, Numbered};

/// What happens in so short a while is written together: a commit costs the same for one change and for a
/// hundred.
const TOGETHER: Duration = Duration::from_millis(80);
/// How often the sign to rebuild is looked for.
const LOOK: Duration = Duration::from_secs(1);
/// Things that are looked up together while an index is filled.
const PORTION: i64 = 1000;
/// How often the log tells how far a filling is.
const TELL: Duration = Duration::from_secs(5);

/// A file of this name in the index folder asks the running service to build its index anew.
pub fn sign_to_rebuild(app: &App) -> PathBuf {
    app.settings.folder("index").join("rebuild")
}

/// Why following ended.
enum End {
    Stopped,
    AskedToRebuild,
}

/// Follows for as long as the service runs.
pub async fn follow(app: App, stop: CancellationToken) {
    let Some((_, mut standing)) = app.search.index.get().map(|(index, standing)| (index, *standing)) else { return };
    loop {
        let from = match standing {
            Standing::Whole(position) => i64::try_from(position).unwrap_or(0),
            Standing::Old(_) | Standing::Empty => match renew(&app, standing, &stop).await {
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
        standing = match keep_up(&app, from, &stop).await {
            Ok(End::Stopped) => return,
            Ok(End::AskedToRebuild) => {
                let _ = tokio::fs::remove_file(sign_to_rebuild(&app)).await;
                tracing::info!("the search index is built anew, as asked");
                Standing::Old(u64::try_from(*app.search.reached.borrow()).unwrap_or(0))
            }
            Err(error) => {
                tracing::error!(%error, "the search index failed and is built anew");
                app.search.filling.store(true, Ordering::Release);
                Standing::Empty
            }
        };
    }
}

/// Writes what the journal tells into the serving index until told to stop.
async fn keep_up(app: &App, from: i64, stop: &CancellationToken) -> Result<End, SearchError> {
    let mut follower = app.journal.follow(app.db.clone(), from);
    let mut look = tokio::time::interval(LOOK);
    app.search.reached.send_replace(from);
    loop {
        let mut entries = tokio::select! {
            () = stop.cancelled() => return Ok(End::Stopped),
            () = app.search.broken.notified() => return Err(SearchError::Index("it cannot be read".to_owned())),
            _ = look.tick() => {
                if tokio::fs::try_exists(sign_to_rebuild(app)).await.unwrap_or(false) {
                    return Ok(End::AskedToRebuild);
                }
                continue;
            }
            entries = follower.next() => entries,
        };
        tokio::time::sleep(TOGETHER).await;
        let last = entries.last().map_or(from, |entry| entry.number);
        let more = journal::after(&app.db, journal::About::Everything, last, journal::Follower::PORTION).await?;
        if let Some(newest) = more.last() {
            follower.skip_to(newest.number);
            entries.extend(more);
        }
        let Some(last) = entries.last() else { continue };
        let (position, at) = (last.number, last.at);
        let changes = facts::of_entries(app, &entries).await?;
        apply(app, changes, position).await?;
        app.search.reached.send_replace(position);
        metrics::gauge!("aukio_search_position").set(position as f64);
        metrics::gauge!("aukio_search_lag_seconds").set(app.clock.now().seconds_since(at) as f64);
    }
}

async fn apply(app: &App, changes: Vec<Change>, position: i64) -> Result<(), SearchError> {
    let index = app.search.index()?.clone();
    let position = u64::try_from(position).unwrap_or(0);
    blocking(move || Ok(index.apply(changes, position)?)).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SearchError> + Send + 'static,
) -> Result<T, SearchError> {
    tokio::task::spawn_blocking(work).await.map_err(|panic| SearchError::Index(panic.to_string()))?
}

/// Fills a new index and lets it serve. An older one that serves is kept up to date meanwhile. Returns the
/// number of the journal that the new one reaches; None when told to stop.
async fn renew(app: &App, standing: Standing, stop: &CancellationToken) -> Result<Option<i64>, SearchError> {
    let filled = stop.child_token();
    let serving = async {
        if let Standing::Old(position) = standing
            && let Err(error) = keep_up(app, i64::try_from(position).unwrap_or(0), &filled).await
        {
            tracing::warn!(%error, "the old search index fails before the new one is whole");
            app.search.filling.store(true, Ordering::Release);
        }
    };
    let filling = async {
        let new = fill(app, stop).await;
        filled.cancel();
        new
    };
    let (new, ()) = tokio::join!(filling, serving);
    let Some((builder, position)) = new? else { return Ok(None) };
    blocking(move || Ok(builder.adopt()?)).await?;
    Ok(Some(position))
}

/// Fills a new index from the database and then from the journal, up to its end. None when told to stop.
pub(super) async fn fill(app: &App, stop: &CancellationToken) -> Result<Option<(Builder, i64)>, SearchError> {
    // Noted before reading: what happens meanwhile is read from the journal afterwards, twice at worst.
    let mut position = journal::head(&app.db).await?;
    let expected = facts::expected(app).await?;
    let index = app.search.index()?.clone();
    let builder = Arc::new(blocking(move || Ok(index.rebuild()?)).await?);
    let started = tokio::time::Instant::now();
    let mut told = started;
    let mut written: usize = 0;
    metrics::gauge!("aukio_search_filling").set(1.0);
    metrics::gauge!("aukio_search_expected").set(expected as f64);
    for source in facts::Source::ALL {
        let mut after = 0;
        loop {
            if stop.is_cancelled() {
                return Ok(None);
            }
            let (changes, next) = facts::portion(app, source, after, PORTION).await?;
            written += changes.len();
            let filled = builder.clone();
            blocking(move || Ok(filled.add(changes)?)).await?;
            metrics::gauge!("aukio_search_filled").set(written as f64);
            if told.elapsed() > TELL {
                told = tokio::time::Instant::now();
                tracing::info!(written, of_about = expected, "filling the search index");
            }
            match next {
                Some(next) => after = next,
                None => break,
            }
        }
    }
    // The position says that the index is whole. An empty journal has to leave one, too.
    commit(&builder, Vec::new(), position.max(1)).await?;
    loop {
        let entries: Vec<Numbered> =
            journal::after(&app.db, journal::About::Everything, position, journal::Follower::PORTION).await?;
        let Some(last) = entries.last() else { break };
        position = last.number;
        let changes = facts::of_entries(app, &entries).await?;
        commit(&builder, changes, position).await?;
    }
    metrics::gauge!("aukio_search_filling").set(0.0);
    tracing::info!(written, seconds = started.elapsed().as_secs_f64(), "the search index is whole");
    let builder = Arc::into_inner(builder).ok_or_else(|| SearchError::Index("a writer is left over".to_owned()))?;
    Ok(Some((builder, position)))
}

async fn commit(builder: &Arc<Builder>, changes: Vec<Change>, position: i64) -> Result<(), SearchError> {
    let builder = builder.clone();
    let position = u64::try_from(position).unwrap_or(1);
    blocking(move || Ok(builder.apply(changes, position)?)).await
}
