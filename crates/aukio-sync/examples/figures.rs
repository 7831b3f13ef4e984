//! What the engine costs: `cargo run --release -p aukio-sync --example figures`. Medians of five.

use std::hint::black_box;
use std::time::{Duration, Instant};

use aukio_protocol::{Limits, update};
use aukio_sync::{Replica, Source, compact};
use aukio_text::{html, markdown};

fn median<T>(mut act: impl FnMut() -> T) -> Duration {
    let mut times: Vec<Duration> = (0..5)
        .map(|_| {
            let start = Instant::now();
            black_box(act());
            start.elapsed()
        })
        .collect();
    times.sort();
    times[2]
}

fn resident_bytes() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}

/// A text of about so many bytes.
fn text(bytes: usize) -> aukio_text::tree::Document {
    let section = "## Kokouksen päätökset\n\nHallitus **päätti** avata työtilan ja *kutsua* siihen \
                   [kunnat](https://kunta.fi).\n\n- ensimmäinen kohta\n- toinen kohta\n\n";
    markdown::parse(&section.repeat(bytes / section.len() + 1))
}

fn main() {
    let large = Replica::from_tree(&text(1 << 20)).expect("the text is a document");
    let none = std::iter::empty::<&[u8]>;
    let open = || Replica::open(Some(&large), none()).expect("the document opens");
    let mut replica = open();
    println!("1-MB text as an update                {:>10} bytes", large.len());
    println!("  check                               {:>10.1?}", median(|| update::validate(&large, &Limits::stored())));
    println!("  open                                {:>10.1?}", median(open));
    println!("  to the neutral tree                 {:>10.1?}", median(|| replica.tree()));
    let draw = |replica: &mut Replica| {
        let tree = replica.tree().expect("the text can be read");
        html::document(&tree, &html::Options::default()).len()
    };
    println!("  to HTML                             {:>10.1?}", median(|| draw(&mut replica)));
    let packed = compact(None, [&large]).expect("it can be compacted");
    println!("  compacted                           {:>10} bytes", packed.len());
    println!("  opened from that                    {:>10.1?}", median(|| Replica::open(Some(&packed), none())));

    let mut writer = Replica::new();
    let mut words = String::new();
    let keys: Vec<Vec<u8>> = (0..2_000)
        .map(|key| {
            words.push(char::from(b'a' + (key % 26) as u8));
            let wanted = markdown::parse(&words);
            writer.replace_with(&wanted).expect("it is a text").expect("it differs")
        })
        .collect();
    let replay = median(|| {
        let mut replica = Replica::new();
        for key in &keys {
            let summary = update::validate(key, &Limits::default()).expect("it is an update");
            replica.apply(Source::SERVER, key, &summary).expect("it applies");
        }
    });
    println!("rewriting a paragraph, an update      {:>10.1?}", replay / keys.len() as u32);

    let small = Replica::from_tree(&text(20_000)).expect("the text is a document");
    let before = resident_bytes();
    let many: Vec<Replica> = (0..200).map(|_| Replica::open(Some(&small), none()).expect("it opens")).collect();
    let each = (resident_bytes() - before) / many.len();
    println!("memory of an open document of {} bytes {:>8} bytes", small.len(), each);
}
