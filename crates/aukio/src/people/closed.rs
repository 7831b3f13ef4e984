//! The list of closed accounts, in a file beside the database: a backup that is older than a closing still holds the
//! person, so after a restore the list is gone through again. It holds ids and times, no names.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
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
    let (list, line) = (list(settings), format!("{person} {}\n", at.timestamp()));
    let write = move || {
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(&list)?;
        // A line that a full disk has torn must not take the next one with it.
        let torn = file.metadata()?.len() > 0 && {
            file.seek(SeekFrom::End(-1))?;
            let mut last = [0];
            file.read_exact(&mut last)?;
            last != *b"\n"
        };
        file.write_all(format!("{}{line}", if torn { "\n" } else { "" }).as_bytes())?;
        file.sync_all()?;
        sync_folder(&list)
    };
    tokio::task::spawn_blocking(write).await.map_err(std::io::Error::other)?
}

/// The accounts of one or more lists, each once.
#[derive(Default)]
pub struct Closed {
    lines: BTreeMap<PersonId, String>,
}

impl Closed {
    /// Adds what stands in a file. A line that nobody can read is told of and passed over.
    ///
    /// # Errors
    /// The file cannot be read.
    fn add(&mut self, file: &Path) -> anyhow::Result<()> {
        let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        for line in text.lines().filter(|line| !line.is_empty()) {
            match line.split(' ').next().unwrap_or_default().parse() {
                Ok(person) => drop(self.lines.entry(person).or_insert_with(|| line.to_owned())),
                Err(_) => tracing::error!(file = %file.display(), line, "this is no closed account and is passed over"),
            }
        }
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Makes this the list of the place: whole on the disk, or not at all.
    fn keep(&self, list: &Path) -> std::io::Result<()> {
        let new = list.with_extension("new");
        let mut file = File::create(&new)?;
        for line in self.lines.values() {
            writeln!(file, "{line}")?;
        }
        file.sync_all()?;
        std::fs::rename(&new, list)?;
        sync_folder(list)
    }
}

fn sync_folder(of: &Path) -> std::io::Result<()> {
    File::open(of.parent().unwrap_or(of))?.sync_all()
}

/// Closes these accounts again where the database has them open. How many that were.
///
/// # Errors
/// The database cannot be read or written. What was closed by then stays closed; doing it again does the rest.
pub async fn close_again(settings: Settings, closed: &Closed) -> anyhow::Result<usize> {
    // The next restore here needs the whole list, too.
    closed.keep(&list(&settings)).context("the list of closed accounts cannot be written")?;
    // A new place may have the database before it has the providers' file.
    let settings = Settings { identity_providers: None, ..settings };
    let app = serve::open(settings, std::net::SocketAddr::from(([127, 0, 0, 1], 0)), CancellationToken::new()).await?;
    let mut count = 0;
    for person in closed.lines.keys() {
        if store::by_id(&app.db, *person).await?.is_some() {
            account::close_again(&app, *person).await?;
            count += 1;
        }
    }
    app.db.close().await;
    Ok(count)
}

/// The command: goes through the list of this place, and another one if it is named.
pub async fn run(settings: Settings, other: Option<&Path>) -> anyhow::Result<()> {
    let closed = read(&settings, other)?;
    let count = close_again(settings, &closed).await?;
    println!("{count} accounts closed again, of {} in the list", closed.lines.len());
    Ok(())
}

/// The list of this place, if it has one, and another one if it is named.
///
/// # Errors
/// One of them cannot be read.
pub fn read(settings: &Settings, other: Option<&Path>) -> anyhow::Result<Closed> {
    let mut closed = Closed::default();
    let own = list(settings);
    for file in Some(own.as_path()).filter(|own| own.exists()).into_iter().chain(other) {
        closed.add(file)?;
    }
    Ok(closed)
}
