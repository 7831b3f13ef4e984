//! Prints what the words given (or, without any, the words of standard input) can be.

use std::io::Read;

use aukio_finnish::analyze;

fn main() {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    if words.is_empty() {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).expect("text is UTF-8");
        words = text.split_whitespace().map(str::to_owned).collect();
    }
    for word in words {
        println!("{word}");
        for reading in analyze(&word).iter() {
            let parts: Vec<String> =
                reading.parts.iter().map(|part| format!("{}={}", part.surface, part.base)).collect();
            println!("    {} {:?} {:?} {}", reading.lemma, reading.part_of_speech, reading.origin, parts.join(" + "));
        }
    }
}
