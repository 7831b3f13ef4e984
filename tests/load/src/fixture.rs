//! Rows for `aukio import`: people, one public network that all of them are in, discussions and documents.
//! The same sizes give the same rows.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Result;
use serde_json::json;

/// How much of everything.
#[derive(Clone, Copy, Default)]
pub struct Sizes {
    pub people: usize,
    pub documents: usize,
    pub document_bytes: usize,
    pub messages: usize,
}

/// Messages of each discussion, its first one included.
pub const MESSAGES_PER_THREAD: usize = 20;
const MESSAGE_WORDS: usize = 45;
/// Words that there are; the n-th is met about 1/n as often as the first.
const VOCABULARY: usize = 8_000;

pub fn email(person: usize) -> String {
    format!("henkilo.{person}@example.fi")
}

/// Two words that about one message in a hundred has both of.
pub fn search_words() -> String {
    format!("{} {}", word(40), word(60))
}

/// Writes the rows into a file.
pub fn write(file: &Path, sizes: Sizes) -> Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    let mut chance = Chance::new(7);
    let people: Vec<String> = (0..sizes.people.max(1)).map(|n| format!("p{n}")).collect();
    for (n, id) in people.iter().enumerate() {
        let row = json!({"kind": "person", "id": id, "name": format!("Henkilö {n}"), "email": email(n), "sector": "municipality", "organisation": "Koekunta", "language": "fi", "at": "2026-01-02T03:04:05Z"});
        writeln!(out, "{row}")?;
    }
    let row = json!({"kind": "space", "id": "s", "type": "network", "slug": "mittaus", "title": "Mittausverkosto", "body": "Tässä mitataan.", "author": "p0", "members": people, "language": "fi"});
    writeln!(out, "{row}")?;
    for n in 0..sizes.documents {
        let body = markdown(&mut chance, sizes.document_bytes);
        let row = json!({"kind": "document", "id": format!("d{n}"), "space": "s", "title": format!("Asiakirja {n}"), "body": body, "author": "p0", "language": "fi"});
        writeln!(out, "{row}")?;
    }
    for n in 0..sizes.messages {
        let (thread, place) = (n / MESSAGES_PER_THREAD, n % MESSAGES_PER_THREAD);
        let author = &people[n % people.len()];
        // Months apart, so that dates differ as they do in life.
        let at = format!("2026-{:02}-{:02}T{:02}:{:02}:00Z", 1 + n % 9, 1 + thread % 28, place % 24, n % 60);
        let body = sentences(&mut chance, MESSAGE_WORDS);
        let row = if place == 0 {
            json!({"kind": "thread", "id": format!("t{thread}"), "space": "s", "title": format!("Keskustelu {thread} {}", word(chance.below(500))), "body": body, "author": author, "language": "fi", "at": at})
        } else {
            let parent = (place > 3 && n % 3 == 0).then(|| format!("m{}", n - 2));
            json!({"kind": "message", "id": format!("m{n}"), "thread": format!("t{thread}"), "parent": parent, "body": body, "author": author, "language": "fi", "at": at})
        };
        writeln!(out, "{row}")?;
    }
    Ok(out.flush()?)
}

/// Headings and paragraphs of about this many bytes together.
fn markdown(chance: &mut Chance, bytes: usize) -> String {
    let mut text = String::new();
    while text.len() < bytes {
        if text.len() / 2_000 != (text.len() + 400) / 2_000 {
            text.push_str(&format!("## {}\n\n", sentences(chance, 4).trim_end_matches('.')));
        }
        text.push_str(&sentences(chance, 40));
        text.push_str("\n\n");
    }
    text
}

fn sentences(chance: &mut Chance, words: usize) -> String {
    let mut text = String::new();
    for place in 0..words {
        let word = word(chance.by_rank(VOCABULARY));
        match place % 12 {
            0 => {
                let mut letters = word.chars();
                text.extend(letters.next().into_iter().flat_map(char::to_uppercase));
                text.push_str(letters.as_str());
            }
            _ => text.push_str(&word),
        }
        text.push_str(if place % 12 == 11 || place + 1 == words { ". " } else { " " });
    }
    text.trim_end().to_owned()
}

/// The n-th word: syllables that look Finnish.
fn word(mut n: usize) -> String {
    const SYLLABLES: [&str; 20] = [
        "ka", "la", "ta", "ri", "ve", "si", "no", "mu", "kuu", "tie", "jo", "hal", "lin", "ver", "kos", "toi", "sen",
        "ma", "pää", "työ",
    ];
    let mut word = String::new();
    for _ in 0..3 {
        word.push_str(SYLLABLES[n % SYLLABLES.len()]);
        n /= SYLLABLES.len();
    }
    word
}

/// Numbers that look random and are the same in every run (xorshift64*).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.number()) * end as u128) >> 64) as usize
    }

    /// A rank below `end`, low ones far more often: the logarithm is even.
    fn by_rank(&mut self, end: usize) -> usize {
        let even = self.number() as f64 / u64::MAX as f64;
        ((end as f64).powf(even) as usize).saturating_sub(1)
    }
}
