//! Words of municipal life and what they are forms of.

use aukio_finnish::analyze;

/// Word, base form, parts.
const WORDS: &str = include_str!("words.txt");
/// Name and genitive; the other cases of the singular are made from these.
const MUNICIPALITIES: &str = include_str!("municipalities.txt");

/// The cases that begin like the genitive.
fn cases(genitive: &str) -> Vec<String> {
    let stem = genitive.strip_suffix('n').expect("a genitive");
    let stem = stem.strip_suffix("ste").map_or(stem.to_owned(), |plural| format!("{plural}si"));
    let front = ["vede", "nieme"].iter().any(|part| stem.ends_with(part));
    let back = stem.to_lowercase().chars().rev().find(|letter| "aouäöy".contains(*letter));
    let ends = match back {
        Some('a' | 'o' | 'u') if !front => ["ssa", "sta", "lla", "lta", "lle"],
        _ => ["ssä", "stä", "llä", "ltä", "lle"],
    };
    let form = |end: &&str| match genitive {
        // The first half of these is inflected as well.
        "Isonkyrön" => format!("iso{}kyrö{end}", end.replace('ä', "a")),
        "Uudenkaupungin" => format!("uude{end}kaupungi{end}"),
        "Uudenkaarlepyyn" => format!("uude{}kaarlepyy{end}", end.replace('ä', "a")),
        _ => format!("{stem}{end}"),
    };
    ends.iter().map(form).collect()
}

#[test]
fn every_municipality_is_found_in_its_cases() {
    let mut missed = Vec::new();
    for line in MUNICIPALITIES.lines() {
        let (name, genitive) = line.split_once(' ').expect("two words a line");
        let forms = cases(genitive);
        for word in forms.iter().map(String::as_str).chain([name, genitive]) {
            let (as_written, small) = (analyze(word).lemmas(), analyze(&word.to_lowercase()).lemmas());
            assert_eq!(as_written, small, "{word}");
            if !small.contains(&name.to_lowercase()) {
                missed.push(format!("{name}: {word} → {small:?}"));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn words_have_their_base_forms_and_parts() {
    let mut missed = Vec::new();
    for line in WORDS.lines() {
        let mut terms = line.split(' ');
        let (word, lemma) = (terms.next().expect("a word"), terms.next().expect("its base form"));
        let readings = analyze(word);
        if !readings.lemmas().iter().any(|found| found == lemma) {
            missed.push(format!("{word}: not {lemma} but {:?}", readings.lemmas()));
        }
        missed.extend(
            terms
                .filter(|part| !readings.parts().iter().any(|found| found == part))
                .map(|part| format!("{word}: no {part} in {:?}", readings.parts())),
        );
    }
    assert!(WORDS.lines().count() >= 200);
    assert!(missed.is_empty(), "{missed:#?}");
}
