//! What a reader feels while many sign in at once, and while many hold half a request.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::{JoinSet, spawn_local};

use crate::bench::Bench;
use crate::fixture::Sizes;
use crate::http::Client;
use crate::people;
use crate::reading::at_rate;
use crate::report::Better;
use crate::site::Site;

/// Pages per second that the reader asks for.
const PAGES: f64 = 50.0;
/// A head that never ends: the server has to give up on it.
const HALF: &[u8] = b"GET /fi/ HTTP/1.1\r\nHost: aukio\r\nX-Half: ";
/// How long half requests may be held (security drill D17).
const HELD_MOST: Duration = Duration::from_secs(20);

pub async fn run(bench: &mut Bench) -> Result<()> {
    let (signins, halves, seconds) = bench.size((100, 500, 4.0), (500, 2_000, 12.0));
    let site = Site::open(bench, Sizes { people: 5, documents: 0, document_bytes: 0, messages: 200 }).await?;
    let place = site.target.place;
    let what = format!("{signins} sign-ins at once, then {halves} half requests, a reader of {PAGES} pages/s");
    let mut report = bench.report("signins", what, site.data.folder())?;
    let time = Duration::from_secs_f64(seconds);
    let path = format!("/fi/threads/{}", site.ids("threads").await?[0]);
    let quiet = at_rate(place, &path, PAGES, Duration::from_secs(2)).await?;

    let process = site.target.process;
    let base = process.resident_memory();
    process.forget_peak();
    let mut trying = JoinSet::new();
    for n in 0..signins {
        trying.spawn_local(async move {
            let fields =
                [("email", format!("vieras.{n}@example.fi")), ("password", "arvattu salasana on pitkä".to_owned())];
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            Client::open(place).await?.post("/fi/sign-in", &people::from(n), &fields).await.map(|answer| answer.status)
        });
    }
    let beside = at_rate(place, &path, PAGES, time).await?;
    let mut busy = 0;
    while let Some(status) = trying.join_next().await {
        busy += usize::from(status?? == 503);
    }
    let growth = (process.peak_memory() - base) / f64::from(1 << 20);

    let mut held = Vec::with_capacity(halves);
    for _ in 0..halves {
        let mut stream = TcpStream::connect(place).await?;
        stream.write_all(HALF).await?;
        held.push(stream);
    }
    let start = Instant::now();
    let waiting = spawn_local(async move {
        let mut byte = [0; 1024];
        for mut stream in held {
            // The end, or a word that it took too long and then the end.
            while matches!(stream.read(&mut byte).await, Ok(1..)) {}
        }
    });
    let slow = at_rate(place, &path, PAGES, time).await?;
    let ended = tokio::time::timeout(HELD_MOST, waiting).await.is_ok();
    let ended = if ended { start.elapsed().as_secs_f64() } else { f64::INFINITY };
    report
        .figure("page p99 at rest", quiet.percentile(99.0), "ms", Better::Neither)
        .figure("beside sign-ins", beside.percentile(99.0), "ms", Better::Lower)
        .bar(250.0)
        .figure("turned away", busy as f64, "", Better::Neither)
        .figure("growth", growth, "MiB", Better::Lower)
        .bar(150.0)
        .figure("beside half requests", slow.percentile(99.0), "ms", Better::Lower)
        .bar(250.0)
        .figure("half requests ended within", ended, "s", Better::Lower)
        .bar(15.0);
    bench.publish(&report)
}
