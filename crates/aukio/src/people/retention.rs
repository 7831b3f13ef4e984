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
        if let Err(error) = forget(&app).await {
            tracing::warn!(%error, "what has expired cannot be removed");
        }
    }
}

async fn forget(app: &App) -> sqlx::Result<()> {
    let now = app.clock.now();
    store::forget_old_tokens(&app.db, now).await?;
    store::forget_old_texts(&app.db, now).await?;
    way_back::take_due(app).await?;
    session::forget_old(app).await?;
    audit::forget_old(app).await
}
