//! `aukio backup` and `aukio restore`: the whole database as of one moment, taken while the service runs.
//!
//! One neutral form for both databases: a file a table, a JSON array a row, and a manifest with counts and
//! SHA-256 sums. So a backup of SQLite can be restored into PostgreSQL and the other way round, and a restored
//! table can be compared byte by byte with what was taken. Deliberately absent: the search index and other
//! things that are made anew from the database.

pub mod package;
pub mod store;
mod written;

use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use data_encoding::HEXLOWER;
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::db::{Db, Tx};
use crate::people;
use crate::settings::Settings;
use package::{Opened, Package};
use store::{Cell, Table};

const FORMAT: &str = "aukio-backup/1";
const MANIFEST: &str = "manifest.json";

/// What a backup holds.
#[derive(Serialize, Deserialize, Debug)]
pub struct Manifest {
    pub format: String,
    pub program: String,
    /// The version of the tables.
    pub schema: i64,
    pub made_at: String,
    pub tables: Vec<Part>,
}

/// A table in a backup.
#[derive(Serialize, Deserialize, Debug, PartialEq, Eq, Clone)]
pub struct Part {
    pub table: String,
    pub columns: Vec<String>,
    pub rows: u64,
    pub bytes: u64,
    pub sha256: String,
}

impl Part {
    fn file(&self) -> String {
        file(&self.table)
    }
}

fn file(table: &str) -> String {
    format!("tables/{table}.jsonl")
}

/// The command: takes a backup of the database that the settings name.
pub async fn run(settings: Settings, to: &Path) -> anyhow::Result<()> {
    let db = open(&settings).await?;
    let made_at = aukio_core::Clock::machine().now().timestamp().to_string();
    let mut package = Package::create(to).with_context(|| format!("{} cannot be written", to.display()))?;
    let manifest = take(&db, &mut package, made_at).await?;
    package.finish()?;
    db.close().await;
    let rows: u64 = manifest.tables.iter().map(|part| part.rows).sum();
    let bytes: u64 = manifest.tables.iter().map(|part| part.bytes).sum();
    println!("{} tables, {rows} rows, {bytes} bytes in {}", manifest.tables.len(), to.display());
    Ok(())
}

/// Opens the database of a command that changes nothing; the service may be running on it.
///
/// # Errors
/// When there is none, or its tables are not those that this program knows.
pub async fn open(settings: &Settings) -> anyhow::Result<Db> {
    let db = Db::existing(settings.database.as_deref(), &settings.data)
        .await
        .context("there is no database here; name it with --data or --database")?;
    let (found, known) = (db.version().await, Db::newest_version());
    ensure!(
        found == known,
        "the tables are of version {found}, this program works with {known}; \
         use the program that wrote them, or start this one once to bring them up to date"
    );
    Ok(db)
}

async fn take(db: &Db, package: &mut Package, made_at: String) -> anyhow::Result<Manifest> {
    let mut tx = db.snapshot().await?;
    let tables = store::tables(&mut tx).await?;
    let bar = bar(rows_of(&mut tx, &tables).await?)?;
    let mut parts = Vec::new();
    for table in &tables {
        package.begin(&file(&table.name))?;
        let mut rows = 0;
        store::each(&mut tx, table, |row| -> anyhow::Result<()> {
            rows += 1;
            bar.inc(1);
            Ok(package.write(written::line(&row).as_bytes())?)
        })
        .await?;
        let written = package.end()?;
        parts.push(part(table, rows, written.bytes, written.sha256));
    }
    bar.finish_and_clear();
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        schema: Db::newest_version(),
        made_at,
        tables: parts,
    };
    // The manifest is written last: a package without one is no backup.
    package.file(MANIFEST, serde_json::to_string_pretty(&manifest)?.as_bytes())?;
    Ok(manifest)
}

fn part(table: &Table, rows: u64, bytes: u64, sha256: String) -> Part {
    let columns = table.columns.iter().map(|column| column.name.clone()).collect();
    Part { table: table.name.clone(), columns, rows, bytes, sha256 }
}

async fn rows_of(tx: &mut Tx, tables: &[Table]) -> sqlx::Result<u64> {
    let mut rows = 0;
    for table in tables {
        rows += store::count(tx, table).await?.unsigned_abs();
    }
    Ok(rows)
}

/// A bar for people at a terminal; nothing elsewhere.
pub fn bar(steps: u64) -> anyhow::Result<ProgressBar> {
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(steps) } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("{bar:40} {percent} % {pos}/{len}, {eta} left")?);
    Ok(bar)
}

/// The command: puts a backup into an empty place, and compares what is there then with the manifest.
pub async fn restore(settings: Settings, from: &Path, closed: Option<PathBuf>) -> anyhow::Result<()> {
    // Read before anything is written: a restore that is done cannot be done again.
    let closed = people::closed::read(&settings, closed.as_deref())?;
    let mut opened = Opened::open(from).with_context(|| format!("{} cannot be read", from.display()))?;
    let manifest = manifest(&mut opened)?;
    std::fs::create_dir_all(&settings.data)
        .with_context(|| format!("the data folder {} cannot be made", settings.data.display()))?;
    let place = Db::existing(settings.database.as_deref(), &settings.data).await;
    if let Ok(place) = &place {
        ensure!(store::is_empty(place).await?, "there is data here already; a backup is restored into an empty place");
        place.close().await;
    }
    let db = Db::at_version(settings.database.as_deref(), &settings.data, manifest.schema).await?;
    put(&db, &mut opened, &manifest).await?;
    compare(&db, &manifest).await?;
    db.migrate().await?;
    db.close().await;
    let rows: u64 = manifest.tables.iter().map(|part| part.rows).sum();
    println!(
        "{} tables, {rows} rows restored; every table is as it was at {}",
        manifest.tables.len(),
        manifest.made_at
    );
    if closed.is_empty() {
        return Ok(());
    }
    // Those who have closed their account since then are closed again.
    let count = people::closed::close_again(settings, &closed).await.context(
        "the data is restored, but accounts that were closed since are open; `aukio close-again` goes through their list",
    )?;
    println!("{count} accounts closed again that had been closed since");
    Ok(())
}

fn manifest(opened: &mut Opened) -> anyhow::Result<Manifest> {
    let text = opened.text(MANIFEST).context("this is no whole backup: it has no manifest")?;
    let manifest: Manifest = serde_json::from_str(&text).context("the manifest cannot be read")?;
    ensure!(manifest.format == FORMAT, "the backup is of the form {}, not {FORMAT}", manifest.format);
    ensure!(
        manifest.schema <= Db::newest_version(),
        "the backup is of a newer program ({}); restore it with that one",
        manifest.program
    );
    Ok(manifest)
}

/// All tables in one transaction: a restore that is broken off leaves the place empty.
async fn put(db: &Db, opened: &mut Opened, manifest: &Manifest) -> anyhow::Result<()> {
    let mut tx = db.begin().await?;
    let known = store::tables(&mut tx).await?;
    let ties = store::untie(&mut tx).await?;
    let bar = bar(manifest.tables.iter().map(|part| part.rows).sum())?;
    for part in &manifest.tables {
        let table = known.iter().find(|table| table.name == part.table);
        let table = table.with_context(|| format!("the table {} is not known", part.table))?;
        let table = table.with_columns(&part.columns)?;
        // A migration may have put rows of its own there.
        store::clear(&mut tx, &table).await?;
        let mut digest = Sha256::new();
        let mut file = opened.read(&part.file()).with_context(|| format!("{} is missing", part.file()))?;
        let mut rows = Vec::with_capacity(store::TOGETHER);
        let mut line = Vec::new();
        while file.read_until(b'\n', &mut line)? > 0 {
            digest.update(&line);
            rows.push(written::row(&line, table.columns.len()).with_context(|| part.file())?);
            line.clear();
            if rows.len() == store::TOGETHER {
                bar.inc(rows.len() as u64);
                store::put(&mut tx, &table, std::mem::take(&mut rows)).await?;
            }
        }
        bar.inc(rows.len() as u64);
        store::put(&mut tx, &table, rows).await?;
        ensure!(HEXLOWER.encode(&digest.finalize()) == part.sha256, "{} is damaged: its sum is wrong", part.file());
    }
    store::tie(&mut tx, ties).await?;
    tx.commit().await?;
    bar.finish_and_clear();
    Ok(())
}

/// Reads every table again.
async fn compare(db: &Db, manifest: &Manifest) -> anyhow::Result<()> {
    let mut tx = db.snapshot().await?;
    for table in store::tables(&mut tx).await? {
        let Some(taken) = manifest.tables.iter().find(|part| part.table == table.name) else { continue };
        let (mut digest, mut rows, mut bytes) = (Sha256::new(), 0, 0);
        store::each(&mut tx, &table, |row| -> anyhow::Result<()> {
            let line = written::line(&row);
            digest.update(line.as_bytes());
            rows += 1;
            bytes += line.len() as u64;
            Ok(())
        })
        .await?;
        let found = part(&table, rows, bytes, HEXLOWER.encode(&digest.finalize()));
        ensure!(found.rows == taken.rows, "{}: {} rows of {}", table.name, found.rows, taken.rows);
        let same_columns = found.columns == taken.columns;
        ensure!(!same_columns || found.sha256 == taken.sha256, "{} differs from the backup", table.name);
    }
    Ok(())
}

/// What is wrong with a backup, in words; nothing when it is whole.
pub fn faults(from: &Path) -> anyhow::Result<Vec<String>> {
    let mut opened = Opened::open(from).with_context(|| format!("{} cannot be read", from.display()))?;
    let manifest = manifest(&mut opened)?;
    let mut faults = Vec::new();
    for part in &manifest.tables {
        match opened.digest(&part.file()) {
            Ok(found) if found.sha256 == part.sha256 => {}
            Ok(_) => faults.push(format!("{} is damaged: its sum is wrong", part.file())),
            Err(error) => faults.push(format!("{} cannot be read: {error}", part.file())),
        }
    }
    Ok(faults)
}

impl Table {
    /// The same table with its columns in the order of a backup.
    fn with_columns(&self, names: &[String]) -> anyhow::Result<Table> {
        let column = |name: &String| {
            let column = self.columns.iter().find(|column| column.name == *name);
            column.cloned().with_context(|| format!("the table {} has no column {name}", self.name))
        };
        Ok(Table { name: self.name.clone(), columns: names.iter().map(column).collect::<Result<_, _>>()? })
    }
}
