//! How much room is left for the data. It is told before there is none: as a metric, in the log, and to
//! administrators on every page. Deliberately absent: the disk of a PostgreSQL elsewhere, which its own tools watch.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::settings::Settings;

const PAUSE: Duration = Duration::from_secs(30);

/// What is left for the data folder, in percent and in bytes; None where the system does not tell.
fn left(settings: &Settings) -> Option<(u64, u64)> {
    let disk = fs4::statvfs(&settings.data).ok()?;
    let percent = disk.available_space().saturating_mul(100).checked_div(disk.total_space())?;
    Some((percent, disk.available_space()))
}

/// The percentage that is left, when it is so little that somebody should do something.
pub fn low(settings: &Settings) -> Option<u64> {
    left(settings).map(|(percent, _)| percent).filter(|percent| *percent < settings.disk_warning_percent)
}

/// Looks every half minute.
pub async fn watch(app: App, stop: CancellationToken) {
    let mut looks = tokio::time::interval(PAUSE);
    let mut warned = false;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = looks.tick() => {}
        }
        metrics::gauge!("aukio_documents_damaged").set(app.documents.rooms.damaged() as f64);
        let Some((percent, bytes)) = left(&app.settings) else { continue };
        metrics::gauge!("aukio_disk_free_bytes").set(bytes as f64);
        metrics::gauge!("aukio_disk_free_percent").set(percent as f64);
        let is_low = low(&app.settings).is_some();
        if is_low && !warned {
            tracing::warn!(percent, bytes, "little room is left on the disk: make some before writing fails");
        } else if warned && !is_low {
            tracing::info!(percent, "there is room on the disk again");
        }
        warned = is_low;
    }
}

/// Whether the database refused to write because there is no room: SQLite's code for a full disk, or PostgreSQL's.
pub fn is_full(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("13" | "53100"))
}
