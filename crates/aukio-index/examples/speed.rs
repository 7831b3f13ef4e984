//! How fast texts are taken in: with every word new, and with a warm memory of words.
//!
//!     cargo run --release -p aukio-index --example speed [-- FOLDER]

use std::time::Instant;

use aukio_index::{Change, Fact, Index, Key, Kind, Languages, Tongue};
use serde_json::Value;

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "tests/data/search".to_owned());
    let file = format!("{folder}/texts.jsonl");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    let bodies: Vec<&str> = rows.iter().filter_map(|row| row["body"].as_str()).collect();
    let tokens: usize = bodies.iter().map(|body| body.split_whitespace().count()).sum();
    let place = tempfile::tempdir().expect("a temporary folder");
    let index = Index::open(place.path(), Languages::new()).expect("an index can be made").index;
    let builder = index.rebuild().expect("an index can be begun");
    // The first word unpacks the lexicon, which is done once for a process.
    index.marks("kunta", false, aukio_index::Relaxed::No);
    let mut next = 0;
    let mut take = |rounds: usize| {
        let started = Instant::now();
        for _ in 0..rounds {
            let changes = bodies.iter().map(|body| {
                next += 1;
                change(next, body)
            });
            builder.add(changes.collect()).expect("it takes facts");
        }
        (rounds * tokens) as f64 / started.elapsed().as_secs_f64()
    };
    println!("{:>10.0} tokens/s with every word new", take(1));
    println!("{:>10.0} tokens/s with a warm memory", take(100));
}

fn change(id: i64, body: &str) -> Change {
    let key = Key { kind: Kind::Message, id };
    let fact = Fact {
        key,
        section: String::new(),
        audience: 0,
        space: None,
        language: Tongue::Fi,
        title: String::new(),
        body: body.to_owned(),
        names: String::new(),
        at: id,
        year: 2026,
    };
    Change::Put(key, vec![fact])
}
