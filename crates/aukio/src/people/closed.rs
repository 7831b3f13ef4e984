//! The list of closed accounts, in a file beside the database: a backup that is older than a closing still holds the
//! person, so after a restore the list is gone through again. It holds ids and times, no names.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use aukio_core::{PersonId, Time};
use tokio_util::sync::CancellationToken;

use super::{account, store};
use crate::serve;
use crate::settings::Settings;

const FILE: &str = "closed-accounts";

/// Where the list of this place is.
pub fn list(settings: &Settings) -> PathBuf {
    settings.data.join(FILE)
}

/// Writes an account down that is about to be closed. What is in the list is on the disk when this returns.
pub(super) async fn note(settings: &Settings, person: PersonId, at: Time) -> std::io::Result<()> {
    let (file, line) = (list(settings), format!("{person} {}\n", at.timestamp()));
    let write = move || {
        let mut file = OpenOptions::new().create(true).append(true).open(file)?;
        file.write_all(line.as_bytes())?;
        file.sync_all()
    };
    tokio::task::spawn_blocking(write).await.map_err(std::io::Error::other)?
}

/// Closes the accounts of a list again that a restored database has open. How many that were.
///
/// # Errors
/// The list or the database cannot be read, or a line is none of the list's.
pub async fn go_through(settings: Settings, from: &Path) -> anyhow::Result<usize> {
    let text = std::fs::read_to_string(from).with_context(|| format!("{} cannot be read", from.display()))?;
    let people = text.lines().map(|line| {
        let id = line.split(' ').next().unwrap_or_default();
        id.parse::<PersonId>().map_err(|_| anyhow::anyhow!("{}: `{line}` is no closed account", from.display()))
    });
    let people = people.collect::<anyhow::Result<Vec<PersonId>>>()?;
    let own = list(&settings);
    // A new place may have the database before it has the providers' file.
    let settings = Settings { identity_providers: None, ..settings };
    let app = serve::open(settings, std::net::SocketAddr::from(([127, 0, 0, 1], 0)), CancellationToken::new()).await?;
    let mut closed = 0;
    for person in people {
        if store::by_id(&app.db, person).await?.is_some() {
            account::close_again(&app, person).await?;
            closed += 1;
        }
    }
    app.db.close().await;
    // The next restore here needs the whole list, too.
    if own != from {
        let mut file = File::create(own)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
    }
    Ok(closed)
}
