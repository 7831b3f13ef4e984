//! How much memory open documents take. Each is held open by one reader; a second reader on each then shows what
//! a reader alone takes, so that the document's own share can be told: just opened, and when nobody has asked for
//! anything for a while.

use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use crate::bench::Bench;
use crate::editing;
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
    let mut held = Vec::new();
    let mut seen = vec![settled(&site).await];
    for round in 0..2 {
        let wanted = site.documents.iter().enumerate();
        let wanted = wanted.map(|(n, document)| (Rc::clone(document), Who::Visitor(round * documents + n))).collect();
        held.extend(editing::open_all(&site.target, wanted).await?);
        seen.push(settled(&site).await);
    }
    sleep(A_WHILE).await;
    let resting = settled(&site).await;
    let each = |later: usize| (seen[later] - seen[later - 1]) / documents as f64 / 1024.0;
    report
        .figure("document just opened", each(1) - each(2), "KiB", Better::Lower)
        .figure("document", (resting - seen[0]) / documents as f64 / 1024.0 - 2.0 * each(2), "KiB", Better::Lower)
        .bar(60.0)
        .figure("reader", each(2), "KiB", Better::Lower)
        .figure("whole service", resting / f64::from(1 << 20), "MiB", Better::Lower);
    bench.publish(&report)
}

async fn settled(site: &Site) -> f64 {
    sleep(Duration::from_millis(500)).await;
    site.target.process.memory()
}
