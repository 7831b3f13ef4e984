//! What is kept no longer than it is needed: sessions, mailed links, kept texts, old rows of the audit log.
//!
//! Addresses are not stored at all, and of a browser only its name, with the session: both end after 30 days
//! at the latest. An account that nobody confirmed is a mailed link only, and goes with it after a day.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{session, store, way_back};
use crate::app::App;
use crate::audit;

const PAUSE: Duration = Duration::from_secs(3600);

/// Forgets what has expired, now and every hour.
pub async fn run(app: App, stop: CancellationToken) {
    let mut hours = tokio::time::interval(PAUSE);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = hours.tick() => {}
        }
        forget(&app).await;
    }
}

/// One that fails keeps the others from nothing.
async fn forget(app: &App) {
    let now = app.clock.now();
    let done = [
        ("links", store::forget_old_tokens(&app.db, now).await),
        ("kept texts", store::forget_old_texts(&app.db, now).await),
        ("second factors", way_back::take_due(app).await.map(drop)),
        ("sessions", session::forget_old(app).await),
        ("the audit log", audit::forget_old(app).await),
    ];
    for (what, outcome) in done {
        if let Err(error) = outcome {
            tracing::warn!(%error, what, "what has expired cannot be removed");
        }
    }
}
