//! Visitors who only keep a page open, and editors beside them.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::bench::Bench;
use crate::editing::{self, Shape};
use crate::fixture::Sizes;
use crate::report::Better;
use crate::site::{Site, attribute};
use crate::target::Who;
use crate::websocket::{Kind, Socket};

/// Sockets that are opened at a time.
const TOGETHER: usize = 100;

pub async fn run(bench: &mut Bench) -> Result<()> {
    let (visitors, seconds) = bench.size((2_000, 3.0), (10_000, 10.0));
    let shape = Shape { editors: 10, readers: 0, rate: 5.0, presence: false, seconds };
    let site = Site::open(bench, Sizes { people: 20, documents: 10, document_bytes: 2_000, messages: 2_000 }).await?;
    let what = format!("{visitors} visitors on /live, 10 documents × 10 editors beside them");
    let mut report = bench.report("idle", what, site.data.folder())?;
    let before = editing::run(&site.target, &site.documents, shape).await?;
    sleep(Duration::from_secs(1)).await;

    let threads = site.ids("threads").await?;
    let page = site.page(&format!("/fi/threads/{}", threads[0])).await?;
    let number: i64 = attribute(&page, "data-journal")?.parse().context("the page's number")?;
    let base = site.target.process.memory();
    let mut sockets = Vec::with_capacity(visitors);
    while sockets.len() < visitors {
        let mut opening = JoinSet::new();
        for n in sockets.len()..(sockets.len() + TOGETHER).min(visitors) {
            let headers = site.target.headers(Who::Visitor(n));
            let follow =
                format!(r#"{{"follow":"thread:{}","after":{number},"lang":"fi"}}"#, threads[n % threads.len()]);
            let place = site.target.place;
            opening.spawn_local(async move {
                let socket = Socket::open(place, "/live", &headers).await?;
                socket.send(Kind::Text, follow.as_bytes()).await?;
                // «ready», or whatever else it says first.
                let mut heard = false;
                while !heard {
                    socket.receive(|kind, _| heard |= kind == Kind::Text).await?;
                }
                anyhow::Ok(socket)
            });
        }
        while let Some(socket) = opening.join_next().await {
            sockets.push(socket??);
        }
    }
    sleep(Duration::from_secs(1)).await;
    let each = (site.target.process.memory() - base) / visitors as f64 / 1024.0;
    let cpu = site.target.process.cpu();
    sleep(Duration::from_secs(2)).await;
    let idle = (site.target.process.cpu() - cpu).as_secs_f64() / 2.0 * 100.0;
    let beside = editing::run(&site.target, &site.documents, shape).await?;
    report
        .figure("each", each, "KiB", Better::Lower)
        .bar(25.0)
        .figure("server at rest", idle, "% of a core", Better::Lower)
        .figure("edits p99", beside.propagation.percentile(99.0), "ms", Better::Lower)
        .figure("without them", before.propagation.percentile(99.0), "ms", Better::Neither);
    drop(sockets);
    bench.publish(&report)
}
