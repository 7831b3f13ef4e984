//! Pages that visitors read, at 64 kept connections, beside a static file of about the same size.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::bench::Bench;
use crate::fixture::{self, Sizes};
use crate::http::{Client, encode};
use crate::people;
use crate::reading::{self, Outcome, PACKED};
use crate::report::Better;
use crate::site::Site;

pub const CONNECTIONS: usize = 64;
/// Threads and documents that readers go through in turn.
const ROUND: usize = 40;

pub async fn run(bench: &mut Bench) -> Result<()> {
    let (messages, seconds) = bench.size((2_000, 1.5), (20_000, 5.0));
    let sizes = Sizes { people: 20, documents: 20, document_bytes: 20_000, messages };
    let site = Site::open(bench, sizes).await?;
    site.is_indexed().await?;
    let time = Duration::from_secs_f64(seconds);
    let pages = addresses(&site).await?;
    let size = first_size(&site, &pages.thread[0], PACKED).await?;
    let like = like_sized(&site, size).await?;
    let statics = flat_out(&site, std::slice::from_ref(&like), PACKED, time).await?;
    publish(bench, &site, "pages static", &like, &statics, None)?;
    for (name, paths) in [
        ("pages thread", &pages.thread),
        ("pages document", &pages.document),
        ("pages front", &pages.front),
        ("pages search", &pages.search),
    ] {
        let outcome = flat_out(&site, paths, PACKED, time).await?;
        publish(bench, &site, name, &paths[0], &outcome, Some(&statics))?;
    }
    let answer =
        Client::open(site.target.place).await?.get(&pages.thread[0], &format!("{PACKED}{}", people::from(1))).await?;
    if let Some(tag) = answer.header("etag") {
        let headers = format!("{PACKED}If-None-Match: {tag}\r\n");
        let outcome = flat_out(&site, &pages.thread[..1], &headers, time).await?;
        publish(bench, &site, "pages unchanged", "the thread again, with its tag", &outcome, Some(&statics))?;
    }
    Ok(())
}

fn publish(
    bench: &mut Bench,
    site: &Site,
    name: &str,
    path: &str,
    outcome: &Outcome,
    beside: Option<&Outcome>,
) -> Result<()> {
    let mut report = bench.report(name, path, site.data.folder())?;
    report
        .figure("requests", outcome.per_second, "/s", Better::Higher)
        .figure("p50", outcome.latency.percentile(50.0), "ms", Better::Lower)
        .figure("p99", outcome.latency.percentile(99.0), "ms", Better::Lower)
        .figure("server", outcome.cpu_micros, "µs CPU each", Better::Lower)
        .figure("size", outcome.bytes / 1024.0, "KiB", Better::Neither)
        .figure("generator", outcome.generator_percent, "%", Better::Neither);
    if let Some(statics) = beside {
        let ratio = outcome.latency.percentile(99.0) / statics.latency.percentile(99.0).max(0.01);
        report
            .figure("of the static file's rate", outcome.per_second / statics.per_second, "", Better::Higher)
            .bar(0.6);
        report.figure("of its p99", ratio, "×", Better::Neither);
        report.figure("of its CPU", outcome.cpu_micros / statics.cpu_micros, "×", Better::Lower);
    }
    bench.publish(&report)
}

pub async fn flat_out(site: &Site, paths: &[String], headers: &str, time: Duration) -> Result<Outcome> {
    reading::flat_out(site.target.place, site.target.process, paths, headers, CONNECTIONS, time).await
}

pub struct Addresses {
    pub thread: Vec<String>,
    pub document: Vec<String>,
    pub front: Vec<String>,
    pub search: Vec<String>,
}

/// Some of each kind, as a site links to them.
pub async fn addresses(site: &Site) -> Result<Addresses> {
    let links = |page: &str, what: &str| -> Vec<String> {
        let beginning = format!("/fi/{what}/");
        let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split(['"', '#', '?']).next());
        let mut links: Vec<String> = links
            .filter(|link| link.strip_prefix(&*beginning).is_some_and(|id| id.len() >= 13 && !id.contains('/')))
            .map(str::to_owned)
            .collect();
        links.dedup();
        links.truncate(ROUND);
        links
    };
    let thread = links(&site.page("/fi/threads").await?, "threads");
    let document = links(&site.page("/fi/documents").await?, "documents");
    thread.first().context("no thread is listed")?;
    let search = vec![format!("/fi/search?q={}", encode(&fixture::search_words()))];
    Ok(Addresses { thread, document, front: vec!["/fi/".to_owned()], search })
}

async fn first_size(site: &Site, path: &str, headers: &str) -> Result<usize> {
    let mut client = Client::open(site.target.place).await?;
    let answer = client.get(path, &format!("{headers}{}", people::from(1))).await?;
    Ok(answer.head.len() + answer.body.len())
}

/// The address of the file, of those that the front page names, whose answer is nearest to a size.
async fn like_sized(site: &Site, size: usize) -> Result<String> {
    let page = site.page("/fi/").await?;
    let mut nearest: Option<(usize, String)> = None;
    for rest in page.split("\"/assets/").skip(1) {
        let name = rest.split(['"', '#']).next().unwrap_or_default();
        let path = format!("/assets/{name}");
        let found = first_size(site, &path, PACKED).await?;
        if nearest.as_ref().is_none_or(|(distance, _)| found.abs_diff(size) < *distance) {
            nearest = Some((found.abs_diff(size), path));
        }
    }
    nearest.map(|(_, path)| path).context("the front page names no files")
}
