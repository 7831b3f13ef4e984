//! What holds for any word.

use std::time::{Duration, Instant};

use aukio_finnish::{Analyser, Budget, LONGEST_WORD, Reading, analyze};
use proptest::prelude::*;

/// Letters that Finnish words are made of, so that some of what comes out is nearly a word.
fn wordlike() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "kunta",
        "kunnan",
        "demokratia",
        "verkosto",
        "lais",
        "kuntalais",
        "ssa",
        "mme",
        "tie",
        "yö",
        "nen",
        "ste",
        "a",
        "i",
        "ä",
        "-",
        ":",
        "'",
        "x",
        "7",
        "s",
    ]);
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

fn check(word: &str) -> Result<(), TestCaseError> {
    let readings = analyze(word);
    prop_assert!(readings.len() <= 8);
    for Reading { lemma, parts, .. } in readings.iter() {
        prop_assert!(!lemma.is_empty() && !parts.is_empty(), "{word}");
        let longest = parts.iter().map(|part| part.surface.chars().count()).sum::<usize>();
        prop_assert!(longest <= LONGEST_WORD, "{word}: {parts:?}");
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
    }

    #[test]
    fn capitals_do_not_matter(word in wordlike()) {
        prop_assert_eq!(analyze(&word), analyze(&word.to_uppercase()));
    }

    #[test]
    fn what_is_remembered_does_not_matter(words in prop::collection::vec(wordlike(), 1..12), guesses in 0..4_u32) {
        let (with, without) = (Analyser::remembering(100), Analyser::remembering(0));
        for word in &words {
            with.analyze(word);
        }
        let (mut one, mut other) = (Budget::of(guesses), Budget::of(guesses));
        for word in &words {
            prop_assert_eq!(with.analyze_within(&mut one, word), without.analyze_within(&mut other, word));
        }
    }
}

#[test]
fn no_word_takes_long() {
    let mut hostile: Vec<String> =
        ["a", "ä", "i", "ka", "kunta", "yö", "tie", "aa-", "n", "s", "isän", "'", "7a", "lais"]
            .iter()
            .map(|piece| piece.repeat(40).chars().take(LONGEST_WORD).collect())
            .collect();
    hostile.push("k".repeat(1_000_000));
    hostile.push("kunta".repeat(8) + "n");
    analyze("kunta");
    for word in hostile {
        let start = Instant::now();
        analyze(&word);
        // Some milliseconds, really; test machines are slow and busy.
        assert!(start.elapsed() < Duration::from_millis(500), "{word}: {:?}", start.elapsed());
    }
}

#[test]
fn garbage_does_not_use_up_what_is_known() {
    let analyser = Analyser::new();
    let mut budget = Budget::of(2);
    let mut read = |word: &str| !analyser.analyze_within(&mut budget, word).is_empty();
    assert!(read("qwopxz") && read("kunnissa") && read("zxcvpoi"));
    assert!(!read("plmqwx") && !read("qwopxz"));
    assert!(read("kunnissa") && read("Jyväskylässä") && read("kunnissa"));
}
