//! One long editing history, sent as fast as it can be made safe, and how long the document then takes to open.
//!
//! No package of the registries that we use ships a recorded history, so that one is made up here: runs of
//! typing, corrections, jumps. A recorded one can be given by `--trace`.

use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::time::sleep;
use yrs::{ClientID, Doc, OffsetKind, Options, Text, Transact, WriteTxn, XmlElementPrelim, XmlFragment, XmlTextPrelim};

use crate::bench::Bench;
use crate::editing::Connection;
use crate::fixture::{Chance, Sizes};
use crate::report::Better;
use crate::site::Site;
use crate::target::Who;

/// Updates that may be on their way to the disk.
const UNSAVED_MOST: usize = 1_000;

/// Delete so many letters at a place, then insert there.
struct Patch {
    at: u32,
    deleted: u32,
    inserted: String,
}

pub async fn run(bench: &mut Bench) -> Result<()> {
    let count = bench.size(20_000, 250_000);
    let (patches, kind) = match &bench.trace {
        Some(file) => (recorded(file, count)?, "recorded"),
        None => (typed(count), "made-up"),
    };
    let updates = updates(&patches);
    let bytes: usize = updates.iter().map(Vec::len).sum();
    let mut site = Site::open(bench, Sizes { people: 1, documents: 1, ..Sizes::default() }).await?;
    let document = Rc::clone(&site.documents[0]);
    let mut report =
        bench.report("trace", format!("{} updates of a {kind} history", updates.len()), site.data.folder())?;
    let writer = Connection::open(&site.target, &document, Who::Member(0)).await?;
    let process = site.target.process;
    let (cpu, written, stored) = (process.cpu(), process.written(), site.data.stored());
    let start = Instant::now();
    for update in &updates {
        writer.update(update, None).await?;
        writer.unsaved_at_most(UNSAVED_MOST).await?;
    }
    writer.unsaved_at_most(0).await?;
    let took = start.elapsed().as_secs_f64();
    let each = |bytes: f64| bytes / updates.len() as f64;
    report
        .figure("safe", updates.len() as f64 / took, "updates/s", Better::Higher)
        .bar(6_000.0)
        .figure("CPU per update", each((process.cpu() - cpu).as_secs_f64() * 1e6), "µs", Better::Lower)
        .figure("written per update", each(process.written() - written), "B", Better::Lower)
        .figure("sent per update", each(bytes as f64), "B", Better::Neither);
    drop(writer);
    site.stop()?;
    report.figure("stored per update", each(site.data.stored() - stored), "B", Better::Lower);
    for name in ["opened after that", "opened again"] {
        site.restart()?;
        let start = Instant::now();
        let reader = Connection::open(&site.target, &document, Who::Visitor(0)).await?;
        report.figure(name, start.elapsed().as_secs_f64() * 1000.0, "ms", Better::Lower);
        // The first opening of a long history makes a snapshot in the background.
        sleep(Duration::from_secs(bench.size(2, 10))).await;
        drop(reader);
    }
    report.bar(50.0);
    bench.publish(&report)
}

/// The history as updates of one client, written by the engine beforehand.
fn updates(patches: &[Patch]) -> Vec<Vec<u8>> {
    let mut options = Options::with_client_id(ClientID::new(77));
    options.offset_kind = OffsetKind::Utf16;
    let doc = Doc::with_options(options);
    let mut tx = doc.transact_mut();
    let root = tx.get_or_insert_xml_fragment("default");
    let paragraph = root.push_back(&mut tx, XmlElementPrelim::empty("paragraph"));
    let text = paragraph.push_back(&mut tx, XmlTextPrelim::new(""));
    let mut updates = vec![tx.encode_update_v1()];
    drop(tx);
    for patch in patches {
        let mut tx = doc.transact_mut();
        if patch.deleted > 0 {
            text.remove_range(&mut tx, patch.at, patch.deleted);
        }
        if !patch.inserted.is_empty() {
            text.insert(&mut tx, patch.at, &patch.inserted);
        }
        updates.push(tx.encode_update_v1());
    }
    updates
}

/// Somebody who writes: mostly on and on, now and then a word back, now and then elsewhere.
fn typed(count: usize) -> Vec<Patch> {
    let mut chance = Chance::new(11);
    let mut patches = Vec::with_capacity(count);
    let (mut length, mut at) = (0u32, 0u32);
    while patches.len() < count {
        match chance.below(100) {
            0..=2 => at = chance.below(length as usize + 1) as u32,
            3..=20 if at > 0 => {
                at -= 1;
                length -= 1;
                patches.push(Patch { at, deleted: 1, inserted: String::new() });
            }
            _ => {
                let letter = b"etaoin shrdlu"[chance.below(13)];
                patches.push(Patch { at, deleted: 0, inserted: char::from(letter).to_string() });
                at += 1;
                length += 1;
            }
        }
    }
    patches
}

/// A recorded history: `{"txns": [{"patches": [[position, deleted, "inserted"], …]}, …]}`.
fn recorded(file: &Path, most: usize) -> Result<Vec<Patch>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let history: Value = serde_json::from_str(&text)?;
    let txns = history["txns"].as_array().context("no list of transactions")?;
    let patches = txns.iter().filter_map(|tx| tx["patches"].as_array()).flatten();
    let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
    let patch = |patch: &Value| Patch {
        at: number(&patch[0]),
        deleted: number(&patch[1]),
        inserted: patch[2].as_str().unwrap_or_default().to_owned(),
    };
    Ok(patches.take(most).map(patch).collect())
}
