//! One document of a megabyte, a hundred editors whose cursors move, four hundred readers.

use anyhow::Result;

use super::edit::{costs, latencies};
use crate::bench::Bench;
use crate::editing::{self, Shape};
use crate::fixture::Sizes;
use crate::report::Better;
use crate::site::Site;
use crate::yjs;

const DOCUMENT_BYTES: usize = 1 << 20;

pub async fn run(bench: &mut Bench) -> Result<()> {
    let (editors, readers, seconds) = bench.size((50, 150, 4.0), (100, 400, 15.0));
    let shape = Shape { editors, readers, rate: 1.0, presence: true, seconds };
    let site = Site::open(bench, Sizes { people: 50, documents: 1, ..Sizes::default() }).await?;
    editing::fill(&site.target, &site.documents[0], &yjs::book(DOCUMENT_BYTES, 1)).await?;
    let what = format!("1 MB, {editors} editors at {} key/s with cursors, {readers} readers", shape.rate);
    let mut report = bench.report("crowd", what, site.data.folder())?;
    let outcome = editing::run(&site.target, &site.documents, shape).await?;
    latencies(&mut report, &outcome, (f64::NAN, 120.0));
    costs(&mut report, &outcome);
    let presence = outcome.presence_frames as f64 / outcome.seconds;
    report.figure("presence frames", presence, "/s", Better::Neither);
    report.figure("memory", outcome.memory / f64::from(1 << 20), "MiB", Better::Lower);
    bench.publish(&report)
}
