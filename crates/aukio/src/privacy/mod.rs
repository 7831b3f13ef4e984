//! One's own data, to take along: a ZIP with everything that the database holds under a person's id.
//!
//! Which tables those are is asked of the database, so that a new one is in the copy from its first day. The
//! copy is made in the background, kept in the database for a week and given to its person only. Deliberately
//! absent: secrets (hashes of tokens and passwords), which would help nobody but a thief.

mod gather;
pub mod http;
mod store;

use std::time::Duration;

use aukio_core::{Member, PersonId, Time};
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// How long a copy can be fetched.
pub const DAYS: i64 = 7;

/// How far a copy is.
#[derive(Clone, Copy, Debug)]
pub enum Copy {
    Being { done: i64, steps: i64 },
    Ready { at: Time },
}

/// Begins a copy. Asking again makes a new one in its place.
pub async fn ask(app: &App, member: &Member) -> sqlx::Result<()> {
    store::ask(&app.db, member.id, app.clock.now()).await?;
    tokio::spawn(make(app.clone(), member.id));
    Ok(())
}

pub async fn copy(app: &App, member: &Member) -> sqlx::Result<Option<Copy>> {
    let oldest = app.clock.now().plus_days(-DAYS);
    let copy = store::copy(&app.db, member.id).await?;
    Ok(copy.filter(|copy| !matches!(copy, Copy::Ready { at } if *at <= oldest)))
}

/// The ZIP, while it can be fetched.
pub async fn bytes(app: &App, member: &Member) -> sqlx::Result<Option<Vec<u8>>> {
    store::bytes(&app.db, member.id, app.clock.now().plus_days(-DAYS)).await
}

async fn make(app: App, person: PersonId) {
    match gather::gather(&app, person).await {
        Ok(bytes) => {
            if let Err(error) = store::ready(&app.db, person, bytes, app.clock.now()).await {
                tracing::error!(%error, "a copy of somebody's data cannot be kept");
            }
        }
        Err(error) => tracing::error!(%error, "a copy of somebody's data cannot be made"),
    }
}

/// Goes on with copies that a stop has interrupted, then forgets old ones every hour.
pub async fn run(app: App, stop: CancellationToken) {
    match store::unfinished(&app.db).await {
        Ok(people) => {
            for person in people {
                make(app.clone(), person).await;
            }
        }
        Err(error) => tracing::warn!(%error, "unfinished copies cannot be looked up"),
    }
    let mut hours = tokio::time::interval(Duration::from_secs(3600));
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = hours.tick() => {}
        }
        if let Err(error) = store::forget(&app.db, app.clock.now().plus_days(-DAYS)).await {
            tracing::warn!(%error, "old copies cannot be removed");
        }
    }
}
