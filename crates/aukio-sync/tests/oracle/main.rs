//! Shuffled histories of several people end as they end in Yjs itself, which runs in Node and is asked.
//!
//! One Node process makes the histories and plays them with Yjs; here they are played with rooms' replicas, in
//! order, shuffled, with repeats, and from a snapshot in the middle. `AUKIO_SOAK` multiplies the thousand
//! histories of a normal run; 10 makes the ten thousand that the promise speaks of.

use std::io::{BufReader, Read, Write};
use std::process::{Command, Stdio};

use aukio_protocol::{Limits, update};
use aukio_sync::{Replica, Source};

const HISTORIES: u64 = 1_000;

fn soak() -> u64 {
    std::env::var("AUKIO_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

/// One history: what Yjs says of its end, and the updates in the order that they were made.
struct History {
    seed: u64,
    canonical: String,
    updates: Vec<Vec<u8>>,
    /// Another order, with repeats, as indices.
    shuffled: Vec<usize>,
}

fn number(from: &mut impl Read) -> usize {
    let mut bytes = [0; 4];
    from.read_exact(&mut bytes).expect("the oracle speaks");
    u32::from_le_bytes(bytes) as usize
}

fn bytes(from: &mut impl Read) -> Vec<u8> {
    let mut bytes = vec![0; number(from)];
    from.read_exact(&mut bytes).expect("the oracle speaks");
    bytes
}

fn history(from: &mut impl Read, seed: u64) -> History {
    let canonical = String::from_utf8(bytes(from)).expect("the oracle speaks UTF-8");
    let updates = (0..number(from)).map(|_| bytes(from)).collect();
    let shuffled = (0..number(from)).map(|_| number(from)).collect();
    History { seed, canonical, updates, shuffled }
}

fn apply<'a>(replica: &mut Replica, updates: impl IntoIterator<Item = &'a Vec<u8>>, seed: u64) {
    for bytes in updates {
        let summary = update::validate(bytes, &Limits::default()).unwrap_or_else(|error| panic!("{seed}: {error}"));
        replica.apply(Source::SERVER, bytes, &summary).unwrap_or_else(|error| panic!("{seed}: {error}"));
    }
}

#[test]
fn shuffled_histories_end_as_in_yjs() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/oracle.mjs");
    let mut oracle = Command::new("node")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node is needed for this test");
    let mut asks = oracle.stdin.take().expect("it was piped");
    let mut says = BufReader::with_capacity(1 << 20, oracle.stdout.take().expect("it was piped"));
    let mut results = Vec::new();
    for seed in 0..HISTORIES * soak() {
        writeln!(asks, "history {seed}").expect("the oracle listens");
        let history = history(&mut says, seed);
        let waiting = check(&history);
        results.push((seed, waiting));
    }
    // The updates that a replica hands on must mean the same to Yjs as those that it was given.
    for seed in (0..HISTORIES * soak()).step_by(10) {
        writeln!(asks, "history {seed}").expect("the oracle listens");
        let history = history(&mut says, seed);
        let mut replica = Replica::new();
        apply(&mut replica, history.shuffled.iter().map(|&at| &history.updates[at]), seed);
        let hex: String = replica.snapshot().unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(asks, "judge {hex}").expect("the oracle listens");
        let mut verdict = vec![0; number(&mut says)];
        says.read_exact(&mut verdict).expect("the oracle speaks");
        assert_eq!(String::from_utf8_lossy(&verdict), history.canonical, "seed {seed}, as Yjs reads it");
    }
    drop(asks);
    assert!(oracle.wait().expect("it ends").success());
    let waited = results.iter().filter(|(_, waited)| *waited).count();
    assert!(waited * 2 > results.len(), "most shuffles must come out of order: {waited}");
}

/// Plays a history in every way; returns whether anything had to wait.
fn check(history: &History) -> bool {
    let seed = history.seed;
    let expect = |replica: &mut Replica, how: &str| {
        assert_eq!(replica.waiting(), 0, "seed {seed}, {how}");
        assert_eq!(replica.canonical().unwrap(), history.canonical, "seed {seed}, {how}");
    };
    let mut in_order = Replica::new();
    apply(&mut in_order, &history.updates, seed);
    expect(&mut in_order, "in order");

    let mut shuffled = Replica::new();
    let mut log = Vec::new();
    let mut waited = false;
    for &at in &history.shuffled {
        let bytes = &history.updates[at];
        let summary = update::validate(bytes, &Limits::default()).unwrap();
        let applied = shuffled.apply(Source::SERVER, bytes, &summary).unwrap();
        waited |= applied.waits;
        // Now and then nobody asks for a while, and the engine goes to rest in the middle.
        if (at as u64 + seed).is_multiple_of(7) {
            shuffled.rest_if_unused();
            assert!(shuffled.rest_if_unused(), "seed {seed}");
        }
        log.extend(applied.updates.into_iter().map(|(_, bytes)| bytes));
    }
    expect(&mut shuffled, "shuffled");
    assert_eq!(shuffled.state_vector(), in_order.state_vector(), "seed {seed}");

    // What was handed on to be logged says the same again, and so does a snapshot with the rest behind it.
    expect(&mut Replica::open(None, &log).unwrap(), "from the log");
    if seed.is_multiple_of(5) {
        from_a_snapshot(&log, expect);
    }
    waited
}

fn from_a_snapshot(log: &[Vec<u8>], expect: impl Fn(&mut Replica, &str)) {
    let half = log.len() / 2;
    let snapshot = aukio_sync::compact(None, &log[..half]).unwrap();
    expect(&mut Replica::open(Some(&snapshot), &log[half..]).unwrap(), "from a snapshot");
}
