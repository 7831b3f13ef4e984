//! Visitors who read pages: as many as the server can serve over some connections, and at an even rate.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use tokio::task::spawn_local;
use tokio::time::sleep_until;

use crate::histogram::Histogram;
use crate::http::{self, Client};
use crate::people;
use crate::process::Process;

/// Places that readers come from: each may search so often and no more.
const PLACES: usize = 2_000;

/// What browsers say that they can unpack.
pub const PACKED: &str = "Accept-Encoding: gzip, deflate, br\r\n";

#[derive(Default)]
pub struct Outcome {
    pub latency: Histogram,
    pub per_second: f64,
    /// Microseconds of the server's processor time for one answer.
    pub cpu_micros: f64,
    /// Bytes of an answer, head and all, on average.
    pub bytes: f64,
    pub generator_percent: f64,
}

/// Asks over and over on this many kept connections, each for the next of the paths when it has its answer.
/// Latencies of such a closed loop tell how evenly the server serves; what a reader waits at a given rate is told
/// by [`at_rate`].
pub async fn flat_out(
    place: SocketAddr,
    server: Process,
    paths: &[String],
    headers: &str,
    connections: usize,
    time: Duration,
) -> Result<Outcome> {
    let request = |n: usize| http::get(place, &paths[n % paths.len()], &format!("{headers}{}", people::from(n)));
    let requests: Rc<Vec<Vec<u8>>> = Rc::new((0..paths.len().max(PLACES)).map(request).collect());
    let latency = Rc::new(RefCell::new(Histogram::default()));
    let bytes = Rc::new(Cell::new(0usize));
    let warm_until = Instant::now() + Duration::from_millis(300);
    let until = warm_until + time;
    let ask = |n: usize| {
        let (requests, latency, bytes) = (Rc::clone(&requests), Rc::clone(&latency), Rc::clone(&bytes));
        async move {
            let mut client = Client::open(place).await?;
            for turn in n.. {
                let start = Instant::now();
                if start >= until {
                    break;
                }
                let (status, length) = client.exchange(&requests[turn % requests.len()]).await?;
                ensure!(status == 200 || status == 304, "a page is answered by {status}");
                if start >= warm_until {
                    latency.borrow_mut().record(start.elapsed());
                    bytes.set(bytes.get() + length);
                }
            }
            Ok(())
        }
    };
    let readers: Vec<_> = (0..connections).map(|n| spawn_local(ask(n * 7))).collect();
    sleep_until(warm_until.into()).await;
    let (cpu, own, start) = (server.cpu(), Process::this().cpu(), Instant::now());
    sleep_until(until.into()).await;
    let (cpu, own, seconds) = (server.cpu() - cpu, Process::this().cpu() - own, start.elapsed().as_secs_f64());
    for reader in readers {
        reader.await??;
    }
    let latency = latency.borrow().clone();
    let count = latency.count() as f64;
    if count == 0.0 {
        bail!("no page was answered");
    }
    Ok(Outcome {
        per_second: count / seconds,
        cpu_micros: cpu.as_secs_f64() * 1e6 / count,
        bytes: bytes.get() as f64 / count,
        generator_percent: own.as_secs_f64() / seconds * 100.0,
        latency,
    })
}

/// Asks at an even rate, whatever the server does; latencies count from the intended moment. Takes a kept
/// connection when one is free and opens another when none is.
pub async fn at_rate(place: SocketAddr, path: &str, per_second: f64, time: Duration) -> Result<Histogram> {
    let request = Rc::new(http::get(place, path, &format!("{PACKED}{}", people::from(1))));
    let free: Rc<RefCell<Vec<Client>>> = Rc::default();
    let latency = Rc::new(RefCell::new(Histogram::default()));
    let start = Instant::now();
    let mut asked = Vec::new();
    for turn in 0..(time.as_secs_f64() * per_second) as u32 {
        let due = start + Duration::from_secs_f64(f64::from(turn) / per_second);
        sleep_until(due.into()).await;
        let (request, free, latency) = (Rc::clone(&request), Rc::clone(&free), Rc::clone(&latency));
        asked.push(spawn_local(async move {
            let kept = free.borrow_mut().pop();
            let mut client = match kept {
                Some(client) => client,
                None => Client::open(place).await?,
            };
            let (status, _) = client.exchange(&request).await?;
            ensure!(status == 200, "a page is answered by {status}");
            latency.borrow_mut().record(due.elapsed());
            free.borrow_mut().push(client);
            Ok(())
        }));
    }
    for one in asked {
        one.await??;
    }
    let latency = latency.borrow().clone();
    Ok(latency)
}
