//! `aukio verify`: looks whether what is stored holds together. Each check is a file of its own and answers
//! with one line per fault; it changes nothing.

mod audit;

use aukio_core::Clock;

use crate::db::Db;
use crate::settings::Settings;

/// Runs every check, prints what it found, and fails when there is any fault.
///
/// # Errors
/// When the database cannot be opened or read, or when something does not hold together.
pub async fn run(settings: Settings) -> anyhow::Result<()> {
    let db = Db::open(settings.database.as_deref(), &settings.data).await?;
    let began = Clock::machine().now();
    let mut count = 0;
    for (what, faults) in [("audit log", audit::check(&db).await?)] {
        println!("{what}: {}", if faults.is_empty() { "ok".to_owned() } else { format!("{} faults", faults.len()) });
        for fault in &faults {
            println!("  {fault}");
        }
        count += faults.len();
    }
    println!("checked in {} s", Clock::machine().now().seconds_since(began));
    db.close().await;
    anyhow::ensure!(count == 0, "{count} faults were found");
    Ok(())
}
