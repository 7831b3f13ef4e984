//! How fast words are read: `cargo run --release -p aukio-finnish --example words_per_second [FILE]`.
//!
//! Without a file the words of this crate's tests are read, each once, then a thousand times.

use std::time::Instant;

use aukio_finnish::Analyser;

fn main() {
    let start = Instant::now();
    let analyser = Analyser::remembering(0);
    println!("{:?} to unpack the lexicon", start.elapsed());

    let own = || [include_str!("../tests/words.txt"), include_str!("../tests/municipalities.txt")].join("\n");
    let text = std::env::args().nth(1).map_or_else(own, |file| std::fs::read_to_string(file).expect("a text"));
    let tokens: Vec<&str> = text.split_whitespace().collect();
    let mut words = tokens.clone();
    words.sort_unstable();
    words.dedup();
    rate("different words a second, none remembered", words.len(), || read(&analyser, &words));

    let analyser = Analyser::new();
    rate("running words a second, cold", tokens.len(), || read(&analyser, &tokens));
    rate("running words a second, warm", 20 * tokens.len(), || (0..20).for_each(|_| read(&analyser, &tokens)));

    let garbage: Vec<String> =
        ["a", "ä", "ka", "kunta", "yö", "tie", "n", "isän", "lais"].iter().map(|piece| piece.repeat(20)).collect();
    let analyser = Analyser::remembering(0);
    for word in garbage.iter().map(|word| word.chars().take(40).collect::<String>()) {
        let start = Instant::now();
        analyser.analyze(&word);
        println!("{:?} for {word}", start.elapsed());
    }
}

fn read(analyser: &Analyser, words: &[&str]) {
    for word in words {
        std::hint::black_box(analyser.analyze(word));
    }
}

fn rate(what: &str, count: usize, work: impl FnOnce()) {
    let start = Instant::now();
    work();
    println!("{:.0} {what}", count as f64 / start.elapsed().as_secs_f64());
}
