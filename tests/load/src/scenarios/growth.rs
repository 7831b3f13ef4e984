//! What pages cost as the site grows: the same pages on sites with a thousand messages and with many more.

use std::time::Duration;

use anyhow::Result;

use super::pages::{addresses, flat_out};
use crate::bench::Bench;
use crate::fixture::Sizes;
use crate::reading::PACKED;
use crate::report::Better;
use crate::site::Site;

pub async fn run(bench: &mut Bench) -> Result<()> {
    let mut steps = bench.size(vec![1_000, 10_000], vec![1_000, 10_000, 100_000]);
    if bench.million {
        steps.push(1_000_000);
    }
    let time = Duration::from_secs_f64(bench.size(1.0, 3.0));
    let mut smallest: Option<Vec<f64>> = None;
    for messages in steps {
        let sizes = Sizes { people: 200, documents: 10, document_bytes: 5_000, messages };
        let site = Site::open(bench, Sizes { people: 200.min(messages / 5), ..sizes }).await?;
        site.is_indexed().await?;
        let mut report =
            bench.report(&format!("growth {messages}"), format!("{messages} messages"), site.data.folder())?;
        let pages = addresses(&site).await?;
        let mut costs = Vec::new();
        for (name, paths) in [("thread", &pages.thread), ("front", &pages.front), ("search", &pages.search)] {
            let outcome = flat_out(&site, paths, PACKED, time).await?;
            report.figure(name, outcome.cpu_micros, "µs CPU", Better::Lower);
            report.figure(format!("{name} p50"), outcome.latency.percentile(50.0), "ms", Better::Lower);
            costs.push(outcome.cpu_micros);
            if let Some(first) = smallest.as_ref().and_then(|all| all.get(costs.len() - 1)) {
                let bar = if name == "search" { 3.0 } else { 1.5 };
                report
                    .figure(format!("{name} to the smallest site"), outcome.cpu_micros / first, "×", Better::Lower)
                    .bar(bar);
            }
        }
        let each = site.imported_in.as_secs_f64() * 1e6 / messages as f64;
        report.figure("import", each, "µs each", Better::Lower);
        report.figure("memory", site.target.process.memory() / f64::from(1 << 20), "MiB", Better::Lower);
        bench.publish(&report)?;
        smallest.get_or_insert(costs);
    }
    Ok(())
}
