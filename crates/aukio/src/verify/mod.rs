//! `aukio verify`: whether the data says the same everywhere, told in plain words.
//!
//! A check is a file here and a line in [`CHECKS`]. All read one moment of the database, so that the service
//! may run meanwhile. Deliberately absent: mending. What is wrong is said; people decide.

mod audit;
mod counters;
mod documents;
mod file;
mod journal;
mod references;

use std::path::Path;

use futures_util::future::BoxFuture;
use indicatif::ProgressBar;

use crate::db::Tx;
use crate::settings::Settings;
use crate::{backup, export};

/// Faults that a check tells of; more of the same kind help nobody.
const FAULTS_MOST: usize = 20;

/// What is wrong, a sentence each; nothing when all is well.
type Faults = Vec<String>;

struct Check {
    /// What holds when the check finds nothing.
    name: &'static str,
    run: for<'a> fn(&'a mut Tx, &'a ProgressBar) -> BoxFuture<'a, sqlx::Result<Faults>>,
}

const CHECKS: &[Check] = &[
    Check { name: "the database file is whole", run: |tx, _| Box::pin(file::check(tx)) },
    Check { name: "everything that is referred to is there", run: |tx, _| Box::pin(references::check(tx)) },
    Check { name: "counters are what they count", run: |tx, _| Box::pin(counters::check(tx)) },
    Check { name: "the journal tells of everything once", run: |tx, _| Box::pin(journal::check(tx)) },
    Check { name: "the audit log is an unbroken chain", run: |tx, _| Box::pin(audit::check(tx)) },
    Check { name: "documents replay to what they say", run: |tx, bar| Box::pin(documents::check(tx, bar)) },
];

/// The command. Fails when something is wrong, with the number of faults.
pub async fn run(settings: Settings, backup: Option<&Path>, hash: bool) -> anyhow::Result<()> {
    let mut wrong = 0;
    if let Some(backup) = backup {
        wrong += tell("the backup is whole", &backup::faults(backup)?);
    } else {
        let db = backup::open(&settings).await?;
        let mut tx = db.snapshot().await?;
        let bar = backup::bar(0)?;
        for check in CHECKS {
            let faults = (check.run)(&mut tx, &bar).await?;
            wrong += bar.suspend(|| tell(check.name, &faults));
        }
        bar.finish_and_clear();
        if hash {
            println!("content {}", export::content(&mut tx).await?);
        }
        drop(tx);
        db.close().await;
    }
    anyhow::ensure!(wrong == 0, "{wrong} faults were found");
    Ok(())
}

fn tell(name: &str, faults: &[String]) -> usize {
    if faults.is_empty() {
        println!("good: {name}");
        return 0;
    }
    println!("WRONG: not so that {name}");
    for fault in faults.iter().take(FAULTS_MOST) {
        println!("  {fault}");
    }
    if faults.len() > FAULTS_MOST {
        println!("  and {} more", faults.len() - FAULTS_MOST);
    }
    faults.len()
}
