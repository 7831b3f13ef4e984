//! `aukio export`: the whole site in open formats, and the sum of its content.
//!
//! `site.jsonl` is what `aukio import` reads; nothing that people made is lost on the way, on either database.
//! Beside it are Markdown files for people. Deliberately absent: secrets (sessions, tokens, mail that waits) and
//! what is made anew (the index, snapshots).

mod readable;
pub mod store;
mod walk;

use std::path::Path;

use anyhow::Context;
use data_encoding::HEXLOWER;
use indicatif::ProgressBar;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::backup::package::Package;
use crate::backup::{self};
use crate::db::Tx;
use crate::import::row::Row;
use crate::settings::Settings;
use readable::Readable;
pub use walk::Scope;

/// The file that an import reads.
pub const SITE: &str = "site.jsonl";

#[derive(Serialize)]
struct Manifest {
    format: &'static str,
    program: &'static str,
    made_at: String,
    rows: u64,
    bytes: u64,
    sha256: String,
    /// The sum of the content, whatever the order of the rows.
    content: String,
}

/// The command: writes the whole site.
pub async fn run(settings: Settings, to: &Path, scope: Scope) -> anyhow::Result<()> {
    let db = backup::open(&settings).await?;
    let made_at = aukio_core::Clock::machine().now().timestamp().to_string();
    let mut package = Package::create(to).with_context(|| format!("{} cannot be written", to.display()))?;
    package.file("README.md", include_bytes!("README.txt"))?;
    let mut tx = db.snapshot().await?;
    let bar = backup::bar(0)?;
    bar.set_style(indicatif::ProgressStyle::with_template("{spinner} {pos} rows")?);
    let manifest = write(&mut tx, scope, &mut package, made_at, &bar).await?;
    bar.finish_and_clear();
    drop(tx);
    db.close().await;
    package.file("manifest.json", serde_json::to_string_pretty(&manifest)?.as_bytes())?;
    package.finish()?;
    println!("{} rows in {}, content {}", manifest.rows, to.display(), manifest.content);
    Ok(())
}

async fn write(
    tx: &mut Tx,
    scope: Scope,
    package: &mut Package,
    made_at: String,
    bar: &ProgressBar,
) -> anyhow::Result<Manifest> {
    let mut content = Content::default();
    package.begin(SITE)?;
    let mut site = |row: Row| {
        let mut line = serde_json::to_vec(&row)?;
        content.add(&line);
        line.push(b'\n');
        bar.inc(1);
        Ok(package.write(&line)?)
    };
    walk::walk(tx, scope, &mut site).await?;
    let written = package.end()?;
    // Again for the files: a package is written one file after the other.
    let mut readable = Readable::default();
    walk::walk(tx, scope, &mut |row| Ok(readable.take(&row, package)?)).await?;
    readable.end(package)?;
    Ok(Manifest {
        format: "aukio-export/1",
        program: env!("CARGO_PKG_VERSION"),
        made_at,
        rows: content.rows(),
        bytes: written.bytes,
        sha256: written.sha256,
        content: content.sum(),
    })
}

/// The sum of a site's content: equal where the content is, on any database.
pub async fn content(tx: &mut Tx) -> anyhow::Result<String> {
    let mut content = Content::default();
    walk::walk(tx, Scope::WHOLE, &mut |row| {
        content.add(&serde_json::to_vec(&row)?);
        Ok(())
    })
    .await?;
    Ok(content.sum())
}

/// Sums of rows. They are sorted before they are summed up, because our own ids, which rows are read by, are
/// others in every database.
#[derive(Default)]
struct Content(Vec<[u8; 32]>);

impl Content {
    fn add(&mut self, row: &[u8]) {
        self.0.push(Sha256::digest(row).into());
    }

    fn rows(&self) -> u64 {
        self.0.len() as u64
    }

    fn sum(mut self) -> String {
        self.0.sort_unstable();
        sum(self.0.as_flattened())
    }
}

fn sum(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}
