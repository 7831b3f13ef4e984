//! Fuzzes decoder and replica for as long as it is left running: `cargo run --release -p aukio-sync --example fuzz`.
//!
//! It mutates the kept corpus (`aukio-protocol/fuzz/corpus`). An input that leads somewhere new, told by how far the
//! decoder got and with which words it ended, joins the inputs in memory, at most 4 000 of them. An input that makes
//! the decoder panic or the engine fail is written to `target/fuzz`; made small, it belongs into the corpus or among
//! the known killers. No nightly compiler is needed; with one argument it stops after so many seconds.

#[path = "../../aukio-protocol/fuzz/mutate.rs"]
mod mutate;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use aukio_protocol::{Limits, awareness, state_vector, update, wire};
use aukio_sync::{Replica, ReplicaError, Source};
use mutate::{Chance, corpus, mutate as change};

const INPUTS_MOST: usize = 4_000;
const LIFE: usize = 500;

/// Where the decoder got with these bytes. Two inputs with the same answer are taken to be alike.
fn signature(bytes: &[u8], limits: &Limits) -> String {
    let update = match update::validate(bytes, limits) {
        Ok(summary) => {
            let kinds: HashSet<String> = summary
                .structs
                .iter()
                .map(|one| format!("{:?}{:?}", one.kind, one.needs.map(|id| id.is_some())))
                .collect();
            let mut kinds: Vec<_> = kinds.into_iter().collect();
            kinds.sort();
            format!("{kinds:?} {}", summary.deletes.len().min(4))
        }
        Err(error) => format!("{:?} {}", error.0.what, error.0.at.min(60)),
    };
    let frame =
        wire::decode(bytes, limits).map_or_else(|error| format!("{:?}", error.0.what), |all| all.len().to_string());
    let awareness =
        awareness::decode(bytes, limits).map_or_else(|error| format!("{:?}", error.what), |all| all.len().to_string());
    let vector = state_vector::decode(bytes, limits)
        .map_or_else(|error| format!("{:?}", error.what), |all| all.len().to_string());
    [update, frame, awareness, vector].join("|")
}

fn keep(what: &str, bytes: &[u8]) {
    let _ = std::fs::create_dir_all("target/fuzz");
    let name = format!(
        "target/fuzz/{what}-{:x}",
        bytes.iter().fold(0u64, |sum, &byte| sum.wrapping_mul(31) + u64::from(byte))
    );
    eprintln!("{what}: {name}");
    let _ = std::fs::write(name, bytes);
}

fn main() {
    let seconds = std::env::args().nth(1).and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
    let limits = Limits::default();
    let mut inputs: Vec<Vec<u8>> = corpus().into_iter().map(|(_, bytes)| bytes).collect();
    let mut seen: HashSet<String> = inputs.iter().map(|bytes| signature(bytes, &limits)).collect();
    // Started twice, it must not do the same twice.
    let mut chance = Chance::new(std::process::id().into());
    let (start, mut replica) = (Instant::now(), Replica::new());
    for round in 1u64.. {
        if round.is_multiple_of(100_000) {
            eprintln!("{round} inputs, {} kept, {:.0} s", inputs.len(), start.elapsed().as_secs_f64());
        }
        if seconds.is_some_and(|seconds| start.elapsed() > seconds) {
            return;
        }
        let mut bytes = inputs[chance.below(inputs.len())].clone();
        change(&mut bytes, &inputs[chance.below(inputs.len())], &mut chance);
        let Ok(signature) = catch_unwind(|| signature(&bytes, &limits)) else {
            keep("decoder", &bytes);
            continue;
        };
        if let Ok(summary) = update::validate(&bytes, &limits) {
            let applied = catch_unwind(AssertUnwindSafe(|| replica.apply(Source::SERVER, &bytes, &summary)));
            if matches!(applied, Err(_) | Ok(Err(ReplicaError::Poisoned))) {
                keep("engine", &bytes);
                replica = Replica::new();
            }
        }
        if round.is_multiple_of(LIFE as u64) {
            replica = Replica::new();
        }
        if inputs.len() < INPUTS_MOST && seen.insert(signature) {
            inputs.push(bytes);
        }
    }
}
