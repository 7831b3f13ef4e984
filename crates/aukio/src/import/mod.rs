//! `aukio import FILE.jsonl`: people, spaces, threads, messages and documents, one JSON object a line; or a
//! whole export, a folder or a ZIP file.
//!
//! The objects go through the same acts that people use, at the times they name. Their `id`s are kept as
//! external ids, so that a second import of the same file changes nothing. A bad row is reported with its
//! line number and skipped; the good rows stay.

mod document;
mod marks;
mod person;
pub mod row;
mod space;
mod store;
mod thread;

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, IsTerminal};
use std::path::Path;

use anyhow::Context;
use aukio_core::text::{Password, TextError};
use aukio_core::{Language, PersonId, ThreadId, Time};
use indicatif::{ProgressBar, ProgressStyle};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::backup::package::Opened;
use crate::db::{Queries, Tx};
use crate::people;
use crate::settings::Settings;
use crate::spaces::{self, Space};
use crate::threads::{self, Thread};
use row::Row;

/// Rows that are committed together: large enough to be fast, small enough to lose little.
const TOGETHER: usize = 500;
/// The longest line that is read, in bytes.
/// An update of a document may have four million, a third more in base 64.
const LINE_BYTES_MOST: usize = 8 * 1024 * 1024;

/// Why a row was not taken.
#[derive(Debug, thiserror::Error)]
enum RowError {
    #[error("not a JSON object of a known kind: {0}")]
    Shape(#[from] serde_json::Error),
    #[error("{0}: {1}")]
    Text(&'static str, TextError),
    #[error("{0} `{1}` is not known; it has to stand on an earlier line")]
    Unknown(&'static str, String),
    #[error("{0} `{1}` is not one of those that exist")]
    NoSuch(&'static str, String),
    #[error("the address {0} belongs to somebody else already")]
    Address(String),
    #[error("{0}")]
    Refused(String),
    #[error("the database failed: {0}")]
    Store(#[from] sqlx::Error),
}

/// What came of an import.
#[derive(Default, Debug)]
pub struct Outcome {
    pub added: usize,
    pub known: usize,
    pub faults: Vec<(usize, String)>,
}

/// The command: imports a file, shows its progress, and fails when a row was bad.
pub async fn run(settings: Settings, file: &Path) -> anyhow::Result<()> {
    let address = settings.listen;
    let app = crate::serve::open(settings, address, CancellationToken::new()).await?;
    let mut package;
    let (input, bytes): (Box<dyn BufRead + '_>, u64) = if file.is_dir() || has_ending(file, "zip") {
        package = Opened::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let bytes = package.digest(crate::export::SITE).context("this is no export")?.bytes;
        (package.read(crate::export::SITE)?, bytes)
    } else {
        let input = std::fs::File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let bytes = input.metadata()?.len();
        (Box::new(BufReader::new(input)), bytes)
    };
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(bytes) } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("{bar:40} {percent} % {bytes}/{total_bytes}, {eta} left")?);
    let outcome = import(&app, input, &bar).await?;
    bar.finish_and_clear();
    for (line, fault) in &outcome.faults {
        eprintln!("line {line}: {fault}");
    }
    println!("{} added, {} known already, {} bad", outcome.added, outcome.known, outcome.faults.len());
    app.db.close().await;
    anyhow::ensure!(outcome.faults.is_empty(), "some lines were bad; the good ones are in");
    Ok(())
}

fn has_ending(file: &Path, ending: &str) -> bool {
    file.extension().is_some_and(|found| found == ending)
}

/// Fills an empty site with the example network and gives its people a password.
pub async fn example(app: &App, text: &str) -> anyhow::Result<()> {
    let outcome = import(app, text.as_bytes(), &ProgressBar::hidden()).await?;
    for (line, fault) in &outcome.faults {
        tracing::warn!(line, fault, "a line of the example network is bad");
    }
    if outcome.added > 0 {
        let password = Password::typed(&demo_password(app).await?).map_err(|error| anyhow::anyhow!("{error}"))?;
        let hash = app.hasher.hash(&password).await.map_err(|error| anyhow::anyhow!("{error}"))?;
        people::set_example_password(app, &hash).await?;
    }
    Ok(())
}

/// The password of the example members: made once for a data folder, so that it is nobody else's.
pub async fn demo_password(app: &App) -> anyhow::Result<String> {
    const NAME: &str = "demo-password";
    let kept: Option<(String,)> =
        app.db.optional("SELECT value FROM setting WHERE name = $1", (NAME.to_owned(),)).await?;
    if let Some((password,)) = kept {
        return Ok(password);
    }
    let words =
        ["aukio", "tori", "kunta", "raati", "kylä", "järvi", "kuusi", "talkoot", "piha", "silta", "sauna", "ranta"];
    let pick = || words[rand::random_range(0..words.len())];
    let password = format!("{}-{}-{}-{}", pick(), pick(), pick(), rand::random_range(1000..10_000));
    app.db.execute("INSERT INTO setting (name, value) VALUES ($1, $2)", (NAME.to_owned(), password.clone())).await?;
    Ok(password)
}

/// Imports everything that `input` holds.
///
/// # Errors
/// When the input cannot be read or the database fails for good; bad rows are in the outcome.
async fn import(app: &App, mut input: impl BufRead, bar: &ProgressBar) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut importer = Importer {
        app,
        people: HashMap::new(),
        spaces: HashMap::new(),
        threads: HashMap::new(),
        numbers: HashMap::new(),
        known: HashSet::new(),
    };
    let mut number = 0;
    let mut ended = false;
    while !ended {
        let mut lines = Vec::with_capacity(TOGETHER);
        while lines.len() < TOGETHER {
            let mut line = String::new();
            let read = std::io::Read::take(&mut input, LINE_BYTES_MOST as u64).read_line(&mut line);
            number += 1;
            match read {
                Ok(0) => {
                    ended = true;
                    break;
                }
                Ok(bytes) => {
                    bar.inc(bytes as u64);
                    if !line.trim().is_empty() {
                        lines.push((number, line));
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                    outcome.faults.push((number, "the line is not UTF-8".to_owned()));
                }
                Err(error) => return Err(error.into()),
            }
        }
        importer.take(&lines, &mut outcome).await?;
    }
    app.journal.wake();
    Ok(outcome)
}

struct Importer<'a> {
    app: &'a App,
    // Looked up once: a file names the same people, spaces and threads again and again.
    people: HashMap<String, PersonId>,
    spaces: HashMap<String, Space>,
    threads: HashMap<String, Thread>,
    /// The messages of this run, and which of the rows at hand an earlier import has brought.
    numbers: HashMap<String, (ThreadId, i64)>,
    known: HashSet<String>,
}

impl Importer<'_> {
    /// Takes some rows in one transaction; when one of them is bad, each alone, so that the others stay.
    async fn take(&mut self, lines: &[(usize, String)], outcome: &mut Outcome) -> anyhow::Result<()> {
        let ids: Vec<String> = lines.iter().filter_map(|(_, line)| row::message_id(line)).collect();
        self.known = threads::store::known_messages(&self.app.db, &ids).await?;
        let mut tx = self.app.db.begin().await?;
        let (mut added, mut known) = (0, 0);
        let mut clean = true;
        for (_, line) in lines {
            match self.row(&mut tx, line).await {
                Ok(true) => added += 1,
                Ok(false) => known += 1,
                Err(_) => {
                    clean = false;
                    break;
                }
            }
        }
        if clean {
            tx.commit().await?;
            outcome.added += added;
            outcome.known += known;
            return Ok(());
        }
        tx.rollback().await?;
        self.forget();
        for (number, line) in lines {
            let mut tx = self.app.db.begin().await?;
            match self.row(&mut tx, line).await {
                Ok(new) => {
                    tx.commit().await?;
                    if new { outcome.added += 1 } else { outcome.known += 1 }
                }
                Err(error) => {
                    tx.rollback().await?;
                    self.forget();
                    outcome.faults.push((*number, error.to_string()));
                }
            }
        }
        Ok(())
    }

    /// What was looked up inside a transaction that did not end well may not exist.
    fn forget(&mut self) {
        self.people.clear();
        self.spaces.clear();
        self.threads.clear();
        self.numbers.clear();
    }

    /// Takes one row; false when it was there already.
    async fn row(&mut self, tx: &mut Tx, line: &str) -> Result<bool, RowError> {
        match serde_json::from_str::<Row>(line)? {
            Row::Person(row) => self.person(tx, row).await,
            Row::Space(row) => self.space(tx, row).await,
            Row::Thread(row) => self.thread(tx, row).await,
            Row::Message(row) => self.message(tx, row).await,
            Row::Document(row) => self.document(tx, row).await,
            Row::Updates(row) => self.updates(tx, row).await,
            Row::Versions(row) => self.versions(tx, row).await,
        }
    }

    async fn person_of(&mut self, tx: &mut Tx, id: &str) -> Result<PersonId, RowError> {
        if let Some(person) = self.people.get(id) {
            return Ok(*person);
        }
        let person = people::by_external_id(&mut *tx, id).await?;
        let person = person.ok_or_else(|| RowError::Unknown("the person", id.to_owned()))?;
        self.people.insert(id.to_owned(), person);
        Ok(person)
    }

    async fn space_of(&mut self, tx: &mut Tx, id: &str) -> Result<Space, RowError> {
        if let Some(space) = self.spaces.get(id) {
            return Ok(space.clone());
        }
        let space = spaces::store::by_external_id(&mut *tx, id).await?;
        let space = space.ok_or_else(|| RowError::Unknown("the space", id.to_owned()))?;
        self.spaces.insert(id.to_owned(), space.clone());
        Ok(space)
    }

    async fn thread_of(&mut self, tx: &mut Tx, id: &str) -> Result<Thread, RowError> {
        if let Some(thread) = self.threads.get(id) {
            return Ok(thread.clone());
        }
        let thread = threads::store::by_external_id(&mut *tx, id).await?;
        let thread = thread.ok_or_else(|| RowError::Unknown("the thread", id.to_owned()))?;
        self.threads.insert(id.to_owned(), thread.clone());
        Ok(thread)
    }
}

fn text<T>(field: &'static str, parsed: Result<T, TextError>) -> Result<T, RowError> {
    parsed.map_err(|error| RowError::Text(field, error))
}

fn language(tag: Option<&str>) -> Result<Option<Language>, RowError> {
    match tag {
        None => Ok(None),
        Some(tag) => tag.parse().map(Some).map_err(|_| RowError::NoSuch("the language", tag.to_owned())),
    }
}

fn time(app: &App, at: Option<&str>) -> Result<Time, RowError> {
    match at {
        None => Ok(app.clock.now()),
        Some(text) => {
            let at: jiff::Timestamp = text.parse().map_err(|_| RowError::NoSuch("the time", text.to_owned()))?;
            // Nothing has been written in the future, whatever a file says.
            Ok(Time::from(at).min(app.clock.now()))
        }
    }
}

/// A time that says when something was, without a say in when it is done.
fn moment(text: &str) -> Result<Time, RowError> {
    let at: jiff::Timestamp = text.parse().map_err(|_| RowError::NoSuch("the time", text.to_owned()))?;
    Ok(Time::from(at))
}

fn refused(error: impl std::fmt::Display) -> RowError {
    RowError::Refused(error.to_string())
}
