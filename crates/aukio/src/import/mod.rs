//! `aukio import FILE.jsonl`: people, spaces, threads, messages and documents, one JSON object a line; or a
//! whole export, a folder or a ZIP file.
//!
//! The objects go through the same acts that people use, at the times they name. Their `id`s are kept as
//! external ids, so that a second import of the same file changes nothing. A bad row is reported with its
//! line number and skipped; the good rows stay.

mod marks;
pub mod row;
mod store;

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, IsTerminal};
use std::path::Path;

use anyhow::Context;
use aukio_core::policy::{Joining, Role};
use aukio_core::text::{Body, Email, Line, Manuscript, Password, PersonName, Purpose, SpaceName, TextError, Title};
use aukio_core::{Language, PersonId, ThreadId, Time};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use indicatif::{ProgressBar, ProgressStyle};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::backup::package::Opened;
use crate::db::{Queries, Tx};
use crate::documents::{self, MayCreate, NewDocument};
use crate::journal::{self, Entry};
use crate::people::{self, NewPerson};
use crate::settings::Settings;
use crate::spaces::{self, MayCreateSpace, NewSpace, Space};
use crate::threads::{self, MayPost, MayStart, NewMessage, NewThread, Thread};
use crate::words::end_of_day;
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

    async fn person(&mut self, tx: &mut Tx, row: row::Person) -> Result<bool, RowError> {
        if people::by_external_id(&mut *tx, &row.id).await?.is_some() {
            return Ok(false);
        }
        let email = match row.email.as_deref() {
            Some(email) => Some(text("email", Email::parse(email))?),
            None => None,
        };
        if let Some(email) = &email
            && people::by_email(&mut *tx, &email.key()).await?.is_some()
        {
            return Err(RowError::Address(email.to_string()));
        }
        let sector = row.sector.parse().map_err(|_| RowError::NoSuch("the sector", row.sector.clone()))?;
        let at = time(self.app, row.at.as_deref())?;
        let marks = marks::Person::of(&row)?;
        // Somebody who left has no name; the marks take this one away again.
        let name = if marks.closed_at.is_some() { "-" } else { &row.name };
        let new = NewPerson {
            name: text("name", PersonName::parse(name))?,
            email,
            sector,
            organisation: text("organisation", Line::parse(&row.organisation))?,
            language: language(row.language.as_deref())?.unwrap_or(Language::Fi),
            password_hash: None,
            administrator: row.administrator,
            external_id: Some(row.id),
        };
        let person = people::add(tx, self.app, new, at).await?;
        store::mark_person(tx, person, marks).await?;
        Ok(true)
    }

    async fn space(&mut self, tx: &mut Tx, row: row::Space) -> Result<bool, RowError> {
        if spaces::store::by_external_id(&mut *tx, &row.id).await?.is_some() {
            return Ok(false);
        }
        let parent = match &row.space {
            Some(id) => Some(self.space_of(tx, id).await?),
            None => None,
        };
        let author = self.person_of(tx, &row.author).await?;
        let kind = spaces::Kind::parse(&row.kind).ok_or_else(|| RowError::NoSuch("the type", row.kind.clone()))?;
        let ends_at = match row.ends.as_deref() {
            Some(day) => {
                Some(day.parse().ok().and_then(end_of_day).ok_or_else(|| RowError::NoSuch("the day", day.to_owned()))?)
            }
            None => None,
        };
        let at = time(self.app, row.at.as_deref())?;
        let new = NewSpace {
            kind,
            name: text("title", SpaceName::parse(&row.title))?,
            slug: row.slug,
            purpose: text("body", Purpose::parse(&row.body))?,
            theme: text("theme", Line::parse(&row.theme))?,
            output: text("output", Line::parse(&row.output))?,
            language: match language(row.language.as_deref())? {
                Some(language) => language,
                None => Language::detect(&row.body, Language::Fi),
            },
            closed: row.closed,
            joining: match &row.joining {
                None => Joining::Open,
                Some(name) => {
                    spaces::store::joining(name).ok_or_else(|| RowError::NoSuch("the joining", name.to_owned()))?
                }
            },
            ends_at,
            external_id: Some(row.id.clone()),
        };
        let founder = match &row.convener {
            Some(convener) => self.person_of(tx, convener).await?,
            None => author,
        };
        let may = MayCreateSpace::for_import(parent, founder);
        let space = spaces::found_in(tx, self.app, may, new, at).await.map_err(refused)?;
        if let Some(name) = row.joining {
            // A closed space is founded as one by invitation; it may have been opened to requests since.
            store::set_joining(tx, space.id, name).await?;
        }
        let is_whole = row.members.iter().any(|member| matches!(member, row::Member::Since { .. }));
        if is_whole {
            spaces::store::remove(tx, space.id, founder).await?;
        }
        for member in &row.members {
            let (member, role, at) = match member {
                row::Member::Id(person) => (person, Role::Member, at),
                row::Member::Since { person, role, at } => (
                    person,
                    spaces::store::role_of(role).ok_or_else(|| RowError::NoSuch("the role", role.to_owned()))?,
                    time(self.app, Some(at))?,
                ),
            };
            let member = self.person_of(tx, member).await?;
            spaces::enter_in(tx, space.id, member, role, at).await?;
        }
        for request in &row.requests {
            let person = self.person_of(tx, &request.person).await?;
            store::ask(tx, space.id, person, &request.reason, time(self.app, Some(&request.at))?).await?;
        }
        if !row.outcome.is_empty() {
            let outcome = text("outcome", Purpose::parse(&row.outcome))?;
            spaces::store::set_outcome(tx, space.id, outcome.as_str()).await?;
        }
        Ok(true)
    }

    async fn thread(&mut self, tx: &mut Tx, row: row::Thread) -> Result<bool, RowError> {
        if threads::store::by_external_id(&mut *tx, &row.id).await?.is_some() {
            return Ok(false);
        }
        let space = self.space_of(tx, &row.space).await?;
        let author = self.person_of(tx, &row.author).await?;
        let document = match &row.document {
            Some(id) => Some(
                documents::store::by_external_id(&mut *tx, id)
                    .await?
                    .ok_or_else(|| RowError::Unknown("the document", id.clone()))?
                    .id,
            ),
            None => None,
        };
        let marks = self.marks(tx, row.history.as_ref()).await?;
        let new = NewThread {
            title: text("title", Title::parse(&row.title))?,
            body: body(&row.body, marks.as_ref())?,
            language: language(row.language.as_deref())?,
            document,
            external_id: Some(row.id),
        };
        let at = time(self.app, row.at.as_deref())?;
        let may = MayStart::for_import(space, author);
        let thread = threads::start_in(tx, self.app, may, new, at).await.map_err(refused)?;
        if let Some(marks) = marks {
            store::mark_message(tx, thread.id, 1, &row.body, marks).await?;
        }
        Ok(true)
    }

    async fn message(&mut self, tx: &mut Tx, row: row::Message) -> Result<bool, RowError> {
        if self.known.contains(&row.id) || self.numbers.contains_key(&row.id) {
            return Ok(false);
        }
        let thread = self.thread_of(tx, &row.thread).await?;
        let author = self.person_of(tx, &row.author).await?;
        let parent = match &row.parent {
            // The first message has come with the thread.
            Some(id) if *id == row.thread => Some(1),
            Some(id) => {
                let parent = match self.numbers.get(id) {
                    Some((of, number)) => Some(*number).filter(|_| *of == thread.id),
                    None => threads::store::number_by_external_id(&mut *tx, thread.id, id).await?,
                };
                Some(parent.ok_or_else(|| RowError::Unknown("the parent", id.clone()))?)
            }
            None => None,
        };
        let marks = self.marks(tx, row.history.as_ref()).await?;
        let new = NewMessage {
            body: body(&row.body, marks.as_ref())?,
            language: language(row.language.as_deref())?,
            parent,
            external_id: Some(row.id.clone()),
        };
        let at = time(self.app, row.at.as_deref())?;
        let may = MayPost::for_import(&thread, author);
        let message = threads::post_in(tx, self.app, may, new, at).await.map_err(refused)?;
        if let Some(marks) = marks {
            store::mark_message(tx, thread.id, message.number, &row.body, marks).await?;
        }
        self.numbers.insert(row.id, (thread.id, message.number));
        Ok(true)
    }

    async fn document(&mut self, tx: &mut Tx, row: row::Document) -> Result<bool, RowError> {
        if documents::store::by_external_id(&mut *tx, &row.id).await?.is_some() {
            return Ok(false);
        }
        let space = self.space_of(tx, &row.space).await?;
        let author = self.person_of(tx, &row.author).await?;
        let kind = match row.kind.as_deref() {
            None => documents::Kind::Plain,
            Some(kind) => documents::Kind::parse(kind).ok_or_else(|| RowError::NoSuch("the type", kind.to_owned()))?,
        };
        let state = match row.state.as_deref() {
            None => documents::State::Draft,
            Some(state) => {
                documents::State::parse(state).ok_or_else(|| RowError::NoSuch("the state", state.to_owned()))?
            }
        };
        let new = NewDocument {
            title: text("title", Title::parse(&row.title))?,
            kind,
            state,
            language: language(row.language.as_deref())?,
            manuscript: text("body", Manuscript::parse(if row.log.is_some() { "" } else { &row.body }))?,
            external_id: Some(row.id),
        };
        let at = time(self.app, row.at.as_deref())?;
        let may = MayCreate::for_import(space, author);
        documents::create_in(tx, self.app, may, new, at).await.map_err(refused)?;
        Ok(true)
    }

    /// A part of the log of a document that this file has brought; what is there already is left.
    async fn updates(&mut self, tx: &mut Tx, row: row::Updates) -> Result<bool, RowError> {
        let document = self.document_of(tx, &row.document).await?;
        let known = document.seq - row.from + 1;
        if known < 0 {
            return Err(RowError::Refused(format!("updates before {} are missing", row.from)));
        }
        let new = row.updates.iter().skip(usize::try_from(known).unwrap_or(usize::MAX));
        let mut seq = document.seq;
        for update in new {
            let actor = match &update.by {
                Some(person) => Some(self.person_of(tx, person).await?),
                None => None,
            };
            let bytes = BASE64.decode(&update.bytes).map_err(refused)?;
            aukio_protocol::update::validate(&bytes, &aukio_protocol::Limits::stored()).map_err(refused)?;
            let update_at = time(self.app, Some(&update.at))?;
            let update = documents::store::Update { actor, bytes };
            seq = documents::store::append(tx, document.id, vec![update], 0, update_at).await?;
        }
        if seq == document.seq {
            return Ok(false);
        }
        // The sittings come in a row of their own, so that they are what they were.
        documents::store::told(tx, document.id, document.seq, seq).await?;
        documents::store::settle(tx, document.id, document.seq, seq).await?;
        let entry = Entry::DocumentEdited { space: document.space, document: document.id, seq };
        journal::record(tx, Some(document.author), document.created_at, entry).await?;
        Ok(true)
    }

    async fn versions(&mut self, tx: &mut Tx, row: row::Versions) -> Result<bool, RowError> {
        let document = self.document_of(tx, &row.document).await?;
        let mut any = false;
        for version in row.versions {
            let mut writers = Vec::new();
            for person in &version.writers {
                writers.push(self.person_of(tx, person).await?);
            }
            let named_by = match &version.named_by {
                Some(person) => Some(self.person_of(tx, person).await?),
                None => None,
            };
            let (begun, ended) = (time(self.app, Some(&version.begun))?, time(self.app, Some(&version.ended))?);
            any |= store::put_version(tx, document.id, version, (begun, ended), named_by, writers).await?;
        }
        Ok(any)
    }

    async fn marks(&mut self, tx: &mut Tx, row: Option<&row::History>) -> Result<Option<marks::Message>, RowError> {
        let Some(row) = row else { return Ok(None) };
        let by = match &row.withdrawn {
            Some(withdrawn) => Some(self.person_of(tx, &withdrawn.by).await?),
            None => None,
        };
        marks::Message::of(row, by).map(Some)
    }

    async fn document_of(&self, tx: &mut Tx, id: &str) -> Result<documents::Document, RowError> {
        let document = documents::store::by_external_id(&mut *tx, id).await?;
        document.ok_or_else(|| RowError::Unknown("the document", id.to_owned()))
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

/// The text of a message. One that was withdrawn has none; its marks take this one away again.
fn body(text: &str, marks: Option<&marks::Message>) -> Result<Body, RowError> {
    let withdrawn = marks.is_some_and(|marks| marks.withdrawal.is_some());
    self::text("body", Body::parse(if withdrawn && text.is_empty() { "-" } else { text }))
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
