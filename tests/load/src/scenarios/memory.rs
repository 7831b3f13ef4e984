//! How much memory open documents take. Each is held open by one reader; a second reader on each then shows what
//! a reader alone takes, so that the document's own share can be told: just opened, and when nobody has asked for
//! anything for a while.

use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use crate::bench::Bench;
use crate::editing::{self, Connection};
use crate::fixture::Sizes;
use crate::report::Better;
use crate::site::Site;
use crate::target::Who;

const DOCUMENT_BYTES: usize = 20_000;
/// By then a document that nobody asks for rests.
const A_WHILE: Duration = Duration::from_secs(20);

pub async fn run(bench: &mut Bench) -> Result<()> {
    let documents = bench.size(300, 2_000);
    let sizes = Sizes { people: 1, documents, document_bytes: DOCUMENT_BYTES, messages: 0 };
    let mut site = Site::open(bench, sizes).await?;
    site.restart()?;
    let mut report = bench.report("memory", format!("{documents} open documents of 20 kB"), site.data.folder())?;
    // What the first connection brings along is nobody's in particular.
    let _first = editing::open_all(&site.target, vec![(Rc::clone(&site.documents[0]), Who::Visitor(0))]).await?;
    // The start leaves garbage that goes meanwhile.
    sleep(A_WHILE).await;
    let base = settled(&site).await;
    let first = readers(&site, 0).await?;
    let opened = settled(&site).await;
    sleep(A_WHILE).await;
    let resting = settled(&site).await;
    let second = readers(&site, documents).await?;
    sleep(A_WHILE).await;
    let whole = settled(&site).await;
    let each = |more: f64, less: f64| (more - less) / documents as f64 / 1024.0;
    let reader = each(whole, resting);
    report
        .figure("document just opened", each(opened, base) - reader, "KiB", Better::Lower)
        .figure("document", each(resting, base) - reader, "KiB", Better::Lower)
        .bar(60.0)
        .figure("reader", reader, "KiB", Better::Lower)
        .figure("whole service", whole / f64::from(1 << 20), "MiB", Better::Lower);
    drop((first, second));
    bench.publish(&report)
}

/// One reader more for each document.
async fn readers(site: &Site, from: usize) -> Result<Vec<Connection>> {
    let wanted = site.documents.iter().enumerate();
    let wanted = wanted.map(|(n, document)| (Rc::clone(document), Who::Visitor(from + n))).collect();
    editing::open_all(&site.target, wanted).await
}

async fn settled(site: &Site) -> f64 {
    sleep(Duration::from_millis(500)).await;
    site.target.process.memory()
}
