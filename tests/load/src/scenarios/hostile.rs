//! People type while others send broken frames to documents beside theirs.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use aukio_protocol::wire::encode_update;
use tokio::time::{Instant, sleep_until};

use super::edit::latencies;
use crate::bench::Bench;
use crate::editing::{self, Shape};
use crate::fixture::{Chance, Sizes};
use crate::report::Better;
use crate::site::Site;
use crate::target::{Target, Who};
use crate::websocket::{Kind, Socket};
use crate::yjs::{self, Typist};

/// Hostile connections, and frames per second of each.
const ATTACKERS: usize = 20;
const FRAMES_PER_SECOND: f64 = 20.0;

pub async fn run(bench: &mut Bench) -> Result<()> {
    let (documents, seconds) = bench.size((10, 3.0), (25, 15.0));
    let shape = Shape { editors: 10, readers: 0, rate: 5.0, presence: false, seconds };
    let sizes = Sizes { people: 50, documents: documents + 4, document_bytes: 2_000, messages: 0 };
    let site = Site::open(bench, sizes).await?;
    let (attacked, edited) = site.documents.split_at(4);
    let what = format!("{documents} documents × 10 editors, {ATTACKERS} senders of broken frames on 4 others");
    let mut report = bench.report("hostile", what, site.data.folder())?;
    let quiet = editing::run(&site.target, edited, shape).await?;
    let base = site.target.process.memory();
    let frames = Rc::new(Cell::new(0));
    let attacks: Vec<_> = (0..ATTACKERS)
        .map(|n| {
            let attack = attack(Rc::clone(&site.target), Rc::clone(&attacked[n % 4]), n, Rc::clone(&frames));
            tokio::task::spawn_local(attack)
        })
        .collect();
    let outcome = editing::run(&site.target, edited, shape).await?;
    for attack in &attacks {
        attack.abort();
    }
    latencies(&mut report, &outcome, (f64::NAN, 100.0));
    report
        .figure("p99 without them", quiet.propagation.percentile(99.0), "ms", Better::Neither)
        .figure("growth", (outcome.memory - base) / f64::from(1 << 20), "MiB", Better::Lower)
        .bar(16.0)
        .figure("broken frames", frames.get() as f64, "", Better::Neither);
    bench.publish(&report)
}

/// Sends broken frames for as long as it is let; comes back whenever it is thrown out.
async fn attack(target: Rc<Target>, document: Rc<str>, n: usize, sent: Rc<Cell<u64>>) {
    let mut chance = Chance::new(n as u64 + 1);
    let good = frames(n as u64);
    let mut due = Instant::now();
    loop {
        let path = target.path(&document);
        let Ok(socket) = Socket::open(target.place, &path, &target.headers(Who::Member(n))).await else {
            sleep_until(Instant::now() + Duration::from_millis(100)).await;
            continue;
        };
        loop {
            tokio::select! {
                received = socket.receive(|_, _| ()) => if received.is_err() {
                    break;
                },
                () = sleep_until(due) => {
                    due += Duration::from_secs_f64(1.0 / FRAMES_PER_SECOND);
                    sent.set(sent.get() + 1);
                    if socket.push(Kind::Binary, &broken(&good, &mut chance)).is_err() {
                        break;
                    }
                }
            }
        }
    }
}

/// Frames to be broken: a paragraph and its keys, a page of a book, and known killers, a state vector and an
/// update that declare 2³² entries.
fn frames(n: u64) -> Vec<Vec<u8>> {
    let mut typist = Typist::new(900_000_000 + n);
    let mut updates = vec![typist.begin()];
    updates.extend((0..20).map(|_| typist.key()));
    updates.extend(yjs::book(2_000, 800_000_000 + n * 10));
    let mut frames: Vec<Vec<u8>> = updates.iter().map(|update| encode_update(update)).collect();
    frames.push(vec![0, 0, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    frames.push(vec![0, 2, 12, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 0, 4, 1, 1, 97]);
    frames
}

/// One of the frames with up to four of its bytes changed.
fn broken(good: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut frame = good[chance.below(good.len())].clone();
    for _ in 0..=chance.below(4) {
        let at = chance.below(frame.len());
        frame[at] = chance.number() as u8;
    }
    frame
}
