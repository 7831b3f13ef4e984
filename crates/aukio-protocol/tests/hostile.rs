//! Hostile bytes: the known killers one by one, and mutations of real ones by the million. Nothing may
//! panic, take long or take memory. `AUKIO_SOAK` multiplies the mutations; 10 makes ten million.

#[path = "../fuzz/mutate.rs"]
mod mutate;

use std::time::{Duration, Instant};

use aukio_protocol::{Limits, Malformed, awareness, state_vector, update, wire};
use mutate::{Chance, corpus, mutate as change};

const MUTATIONS: usize = 1_000_000;
const GROWTH_BYTES_MAX: usize = 16 << 20;

fn soak() -> usize {
    std::env::var("AUKIO_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

/// Memory of this process that is really there.
fn resident_bytes() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}

/// Reads the bytes as everything that they could be.
fn read(bytes: &[u8], limits: &Limits) {
    if let Ok(messages) = wire::decode(bytes, limits) {
        for message in messages {
            match message {
                wire::Message::SyncStep1(vector) => drop(state_vector::decode(vector, limits)),
                wire::Message::SyncStep2(bytes) | wire::Message::Update(bytes) => drop(update::validate(bytes, limits)),
                wire::Message::Awareness(bytes) => drop(awareness::decode(bytes, limits)),
                _ => {}
            }
        }
    }
    if let Ok(vector) = state_vector::decode(bytes, limits) {
        assert_eq!(state_vector::decode(&state_vector::encode(&vector), limits), Ok(vector));
    }
    if let Ok(entries) = awareness::decode(bytes, limits) {
        assert_eq!(awareness::encode(entries.iter()), bytes, "what is accepted has one form");
    }
    if let Ok(summary) = update::validate(bytes, limits) {
        let whole = update::part(bytes, &summary, |_| true, &summary.deletes);
        let again = update::validate(&whole, limits).expect("a whole part is an update");
        assert_eq!((again.inserts(), again.deletes), (summary.inserts(), summary.deletes));
    }
}

#[test]
fn the_corpus_is_accepted() {
    let limits = Limits::default();
    let inputs = corpus();
    assert!(inputs.len() > 20);
    for (name, bytes) in inputs {
        let outcome = match name.split('-').next() {
            Some("update") => update::validate(&bytes, &limits).map(drop).map_err(|error| error.to_string()),
            Some("vector") => state_vector::validate(&bytes, &limits).map_err(|error| error.to_string()),
            Some("awareness") => awareness::decode(&bytes, &limits).map(drop).map_err(|error| error.to_string()),
            _ => wire::decode(&bytes, &limits).map(drop).map_err(|error| error.to_string()),
        };
        assert_eq!(outcome, Ok(()), "{name}");
    }
}

#[test]
fn known_killers_are_refused_at_once() {
    let limits = Limits::default();
    let update = wire::encode_update;
    let nested = |length| [&[1, 1, 5, 0, 0x08, 1, 1, b't', 1][..], &vec![117; length], &[0]].concat();
    let nested_maps = [&[1, 1, 5, 0, 0x08, 1, 1, b't', 1][..], &[118, 1, 0].repeat(20_000)].concat();
    let deep_json = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
    let killers: Vec<(&str, Vec<u8>)> = vec![
        ("a step 1 of 8 bytes that counts to 2^32", vec![0, 0, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]),
        ("an awareness of 7 bytes that counts to 2^32", vec![1, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]),
        ("an update of 15 bytes with 2^32 clients", update(&[0xff, 0xff, 0xff, 0xff, 0x0f, 1, 1, 0, 0, 0, 0, 0])),
        ("2^32 structs", update(&[1, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 0, 0])),
        ("2^32 values", update(&[1, 1, 5, 0, 0x08, 1, 1, 97, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0])),
        ("2^32 deletes", update(&[0, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 1])),
        ("a clock beyond the end", update(&[1, 1, 5, 0xff, 0xff, 0xff, 0xff, 0x07, 0, 9, 0])),
        ("arrays in arrays, 40 kB deep", update(&nested(40_000))),
        ("arrays in arrays, one too deep", update(&nested(40))),
        ("maps in maps", update(&nested_maps)),
        ("JSON in JSON", awareness_frame(&deep_json)),
        ("invalid UTF-8", update(&[1, 1, 5, 0, 0x04, 1, 1, 97, 1, 0xff, 0])),
        ("a surrogate in UTF-8", update(&[1, 1, 5, 0, 0x04, 1, 1, 97, 3, 0xed, 0xa0, 0x80, 0])),
        ("a struct without length", update(&[1, 1, 5, 0, 0, 0, 0])),
        ("the same client twice", update(&[2, 1, 5, 0, 0, 1, 1, 5, 0, 0, 1, 0])),
        ("something behind the end", update(&[0, 0, 0])),
        ("an overlong kind", vec![0x80, 0x00, 0, 1, 0]),
        ("an overlong count", update(&[0x80, 0x00, 0])),
        ("a length beyond the end", vec![0, 2, 0xff, 0xff, 0xff, 0x7f]),
        ("nothing", vec![]),
        ("seventeen messages", [3; 17].to_vec()),
    ];
    let before = resident_bytes();
    for (name, frame) in &killers {
        assert!(is_refused(frame, &limits), "{name}");
        let took = quickest(10, || is_refused(frame, &limits));
        assert!(took < Duration::from_millis(1), "{name}: {took:?}");
    }
    let growth = resident_bytes().saturating_sub(before);
    assert!(growth < GROWTH_BYTES_MAX, "{growth} bytes");
}

/// The shortest of several times: the machine may do other things at the same time.
fn quickest<T>(times: usize, mut act: impl FnMut() -> T) -> Duration {
    let time = |_| {
        let start = Instant::now();
        std::hint::black_box(act());
        start.elapsed()
    };
    (0..times).map(time).min().unwrap_or_default()
}

fn awareness_frame(state: &str) -> Vec<u8> {
    let entry = awareness::Entry { client: 1, clock: 1, state: state.to_owned() };
    wire::encode_awareness(&awareness::encode([&entry].into_iter()))
}

fn is_refused(frame: &[u8], limits: &Limits) -> bool {
    let Ok(messages) = wire::decode(frame, limits) else { return true };
    messages.iter().any(|message| match message {
        wire::Message::SyncStep1(vector) => state_vector::decode(vector, limits).is_err(),
        wire::Message::SyncStep2(bytes) | wire::Message::Update(bytes) => update::validate(bytes, limits).is_err(),
        wire::Message::Awareness(bytes) => awareness::decode(bytes, limits).is_err(),
        _ => false,
    })
}

#[test]
fn errors_say_where_and_what() {
    let limits = Limits::default();
    let error = update::validate(&[1, 1, 5, 0, 0x04, 1, 1, 97, 1, 0xff, 0], &limits).unwrap_err();
    assert_eq!(error.to_string(), "malformed update: byte 8: a string is not UTF-8");
    let error = wire::decode(&[9], &limits).unwrap_err();
    assert_eq!(error.to_string(), "malformed frame: byte 0: not accepted: kind of message");
    assert_eq!(state_vector::decode(&[1, 1, 0x80], &limits).unwrap_err().what, Malformed::Truncated);
}

#[test]
fn mutations_of_real_bytes_do_no_harm() {
    let (inputs, limits) = (corpus(), Limits::default());
    // What is read once settles the memory that the process needs anyway.
    inputs.iter().for_each(|(_, bytes)| read(bytes, &limits));
    let before = resident_bytes();
    for seed in 0..(MUTATIONS * soak()) as u64 {
        let mut chance = Chance::new(seed);
        let mut bytes = inputs[chance.below(inputs.len())].1.clone();
        change(&mut bytes, &inputs[chance.below(inputs.len())].1, &mut chance);
        let start = Instant::now();
        let outcome = std::panic::catch_unwind(|| read(&bytes, &limits));
        assert!(outcome.is_ok(), "seed {seed}: {bytes:?}");
        if start.elapsed() > Duration::from_millis(1) {
            let took = quickest(10, || read(&bytes, &limits));
            assert!(took < Duration::from_millis(1), "seed {seed}: {took:?}, {} bytes", bytes.len());
        }
    }
    let growth = resident_bytes().saturating_sub(before);
    assert!(growth < GROWTH_BYTES_MAX, "{growth} bytes");
}
