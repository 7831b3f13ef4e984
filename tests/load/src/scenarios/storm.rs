//! Many people open a document at the same moment that nobody had open: a link in a mail to everybody.

use std::rc::Rc;
use std::time::Instant;

use anyhow::Result;

use crate::bench::Bench;
use crate::editing::{self, Connection};
use crate::fixture::Sizes;
use crate::report::Better;
use crate::site::Site;
use crate::target::Who;
use crate::yjs;

pub async fn run(bench: &mut Bench) -> Result<()> {
    let (bytes, joiners) = bench.size((2 << 20, 50), (4 << 20, 150));
    let mut site = Site::open(bench, Sizes { people: 1, documents: 1, ..Sizes::default() }).await?;
    let document = Rc::clone(&site.documents[0]);
    editing::fill(&site.target, &document, &yjs::book(bytes, 1)).await?;

    site.restart()?;
    let start = Instant::now();
    let first = Connection::open(&site.target, &document, Who::Visitor(0)).await?;
    let alone = start.elapsed();
    let size = first.document_bytes.get() as f64 / f64::from(1 << 20);
    drop(first);

    site.restart()?;
    let what = format!("{joiners} joiners of a cold document of {size:.1} MiB");
    let mut report = bench.report("storm", what, site.data.folder())?;
    let process = site.target.process;
    process.forget_peak();
    let (base, cpu) = (process.resident_memory(), process.cpu());
    let start = Instant::now();
    let joining: Vec<_> = (0..joiners)
        .map(|n| {
            let (target, document) = (Rc::clone(&site.target), Rc::clone(&document));
            tokio::task::spawn_local(async move { Connection::open(&target, &document, Who::Visitor(n)).await })
        })
        .collect();
    let mut open = Vec::new();
    for one in joining {
        open.push(one.await??);
    }
    let all = start.elapsed();
    report
        .figure("alone", alone.as_secs_f64() * 1000.0, "ms", Better::Lower)
        .figure("all", all.as_secs_f64() * 1000.0, "ms", Better::Lower)
        .bar(3000.0)
        .figure("server", (process.cpu() - cpu).as_secs_f64() * 1000.0, "ms CPU", Better::Lower)
        .figure("extra memory", (process.peak_memory() - base) / f64::from(1 << 20), "MiB", Better::Lower)
        .bar(100.0);
    bench.publish(&report)
}
