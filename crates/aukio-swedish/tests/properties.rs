//! What holds for any word.

use std::time::{Duration, Instant};

use aukio_swedish::{LONGEST_WORD, analyze};
use proptest::prelude::*;

/// Pieces that Swedish words are made of, so that some of what comes out is nearly a word.
fn wordlike() -> impl Strategy<Value = String> {
    let pieces = [
        "kommun",
        "skol",
        "medborgar",
        "budget",
        "s",
        "en",
        "ar",
        "na",
        "ö",
        "å",
        "by",
        "vatten",
        "fall",
        "l",
        "-",
        ":",
        "x",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..7).prop_map(|pieces| pieces.concat())
}

fn check(word: &str) -> Result<(), TestCaseError> {
    let readings = analyze(word);
    prop_assert!(readings.len() <= 6);
    for reading in readings.iter() {
        prop_assert!(!reading.lemma.is_empty() && !reading.parts.is_empty(), "{word}");
        prop_assert!(reading.parts.iter().all(|part| !part.surface.is_empty() && !part.base.is_empty()), "{word}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_can_be_asked_for(word in "\\PC{0,50}") {
        check(&word)?;
    }

    #[test]
    fn nearly_words_have_readings_within_bounds(word in wordlike()) {
        check(&word)?;
        // The parts of a compound are the word, piece by piece.
        for reading in analyze(&word).iter().filter(|reading| reading.known && !word.contains([':', '-'])) {
            let whole: String = reading.parts.iter().map(|part| part.surface.as_str()).collect();
            prop_assert_eq!(&whole, &word);
        }
    }

    #[test]
    fn capitals_do_not_matter(word in wordlike()) {
        prop_assert_eq!(analyze(&word), analyze(&word.to_uppercase()));
    }
}

#[test]
fn no_word_takes_long() {
    let pieces = ["a", "å", "s", "by", "ö", "skol", "kommun", "-", "l", "båt", "vatten"];
    let words = pieces.map(|piece| piece.repeat(40).chars().take(LONGEST_WORD).collect::<String>());
    analyze("kommun");
    for word in words.into_iter().chain(["k".repeat(1_000_000)]) {
        let start = Instant::now();
        analyze(&word);
        // A millisecond or two, really; test machines are slow and busy.
        assert!(start.elapsed() < Duration::from_millis(500), "{word}: {:?}", start.elapsed());
    }
}
