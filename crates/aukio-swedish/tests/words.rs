//! Words of municipal life and what they are forms of.

use aukio_swedish::analyze;

/// Word, base form, parts; `!part` must be neither, `|` after the base form: no parts at all.
const WORDS: &str = include_str!("words.txt");

#[test]
fn words_have_their_base_forms_and_parts() {
    let mut missed = Vec::new();
    for line in WORDS.lines() {
        let mut terms = line.split(' ');
        let (word, lemma) = (terms.next().expect("a word"), terms.next().expect("its base form"));
        let readings = analyze(word);
        let (lemmas, parts) = (readings.lemmas(), readings.parts());
        if !lemmas.iter().any(|found| found == lemma) {
            missed.push(format!("{word}: not {lemma} but {lemmas:?}"));
        }
        for term in terms {
            let fine = match term.strip_prefix('!') {
                Some(part) => !parts.iter().any(|found| found == part) && !lemmas.iter().any(|found| found == part),
                None if term == "|" => parts.is_empty(),
                None => parts.iter().any(|found| found == term),
            };
            if !fine {
                missed.push(format!("{word}: {term} and {lemmas:?} {parts:?}"));
            }
        }
    }
    assert!(WORDS.lines().count() >= 150);
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn unknown_words_are_stemmed() {
    let readings = analyze("Björkqvists");
    assert!(!readings[0].known);
    assert_eq!(readings.lemmas(), analyze("Björkqvist").lemmas());
}

#[test]
fn sides_of_a_hyphen_are_parts() {
    let readings = analyze("EU-medborgarna");
    assert_eq!(readings.lemmas(), ["eu-medborgare"]);
    assert_eq!(readings.parts(), ["eu", "eu-", "medborgare"]);
}
