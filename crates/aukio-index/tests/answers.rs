//! Facts in, hits out: through the crate's public door, with an analyser of a few words that splits compounds.

use aukio_index::{
    Analyser, Change, Fact, Filter, Index, Key, Kind, Opened, Query, Reading, Relaxed, Results, Sort, Standing, Tongue,
};
use tempfile::TempDir;

const DAY: i64 = 86_400_000_000;
const NOW: i64 = 20_000 * DAY;

/// Knows the words below; a compound's parts are given after a bar.
struct Primer;

const WORDS: [(&str, &[&str]); 12] = [
    ("kunta", &["kunta"]),
    ("kunnan", &["kunta"]),
    ("kunnissa", &["kunta"]),
    ("kuntademokratia", &["kunta|demokratia"]),
    ("kuntademokratiassa", &["kunta|demokratia"]),
    ("demokratian", &["demokratia"]),
    ("demokratia", &["demokratia"]),
    ("tuli", &["tuli", "tulla"]),
    ("tulla", &["tulla"]),
    ("raati", &["raati"]),
    ("raadissa", &["raati"]),
    ("kirjasto", &["kirjasto"]),
];

impl Analyser for Primer {
    fn readings(&self, tongue: Tongue, word: &str) -> Vec<Reading> {
        if tongue != Tongue::Fi {
            return Vec::new();
        }
        let known = WORDS.iter().find(|(form, _)| *form == word);
        let reading = |lemma: &&str| Reading {
            lemma: lemma.replace('|', ""),
            parts: lemma.split('|').filter(|_| lemma.contains('|')).map(str::to_owned).collect(),
            roots: Vec::new(),
            known: true,
        };
        known.map(|(_, lemmas)| lemmas.iter().map(reading).collect()).unwrap_or_default()
    }

    fn version(&self) -> u32 {
        7
    }
}

struct Shelf {
    index: Index,
    _folder: TempDir,
}

impl Shelf {
    fn of(facts: Vec<Fact>) -> Shelf {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let Opened { index, standing } = Index::open(folder.path(), Primer).expect("an index can be made");
        assert_eq!(standing, Standing::Empty);
        let shelf = Shelf { index, _folder: folder };
        shelf.put(facts, 1);
        shelf
    }

    fn put(&self, facts: Vec<Fact>, position: u64) {
        let mut changes: Vec<Change> = Vec::new();
        for fact in facts {
            match changes.last_mut() {
                Some(Change::Put(key, together)) if *key == fact.key => together.push(fact),
                _ => changes.push(Change::Put(fact.key, vec![fact])),
            }
        }
        self.index.apply(changes, position).expect("the index takes changes");
    }

    fn ask(&self, query: &Query) -> Results {
        self.index.search(query, NOW).expect("the index answers")
    }

    fn find(&self, text: &str) -> Results {
        self.ask(&query(text))
    }

    #[track_caller]
    fn check(&self, text: &str, expected: &[i64]) {
        let found: Vec<i64> = self.find(text).hits.iter().map(|hit| hit.id).collect();
        assert_eq!(found, expected, "{text}");
    }
}

fn query(text: &str) -> Query {
    Query { text: text.to_owned(), audiences: vec![0], limit: 20, ..Query::default() }
}

fn message(id: i64, body: &str) -> Fact {
    Fact {
        key: Key { kind: Kind::Message, id },
        section: String::new(),
        audience: 0,
        space: Some(100),
        language: Tongue::Fi,
        title: String::new(),
        body: body.to_owned(),
        names: String::new(),
        at: 0,
        year: 2025,
    }
}

fn part(id: i64, section: &str, body: &str) -> Fact {
    Fact { key: Key { kind: Kind::Document, id }, section: section.to_owned(), ..message(id, body) }
}

#[test]
fn forms_and_parts_are_found_and_what_is_typed_comes_first() {
    let shelf = Shelf::of(vec![
        message(1, "pitkään mietittiin kuntademokratiassa"),
        message(2, "pitkään mietittiin kunnissa"),
        message(3, "pitkään mietittiin kunta"),
    ]);
    shelf.check("kunta", &[3, 2, 1]);
    shelf.check("kunnan", &[3, 2, 1]);
    shelf.check("demokratia", &[1]);
    // The compound is rare, so a handful of texts with its parts comes behind.
    shelf.check("kuntademokratia", &[1, 3, 2]);
    assert_eq!(shelf.find("kuntademokratia").relaxed, Relaxed::Parts);
}

#[test]
fn the_likely_reading_is_not_drowned() {
    let shelf = Shelf::of(vec![message(1, "hän voi tulla"), message(2, "takan tuli")]);
    shelf.check("tuli", &[2, 1]);
}

#[test]
fn all_words_are_wanted_until_nothing_has_them() {
    let shelf = Shelf::of(vec![message(1, "kunta ja raati"), message(2, "raati yksin"), message(3, "kirjasto")]);
    let both = shelf.find("raati kunta");
    assert_eq!((both.total, both.relaxed), (1, Relaxed::No));
    let some = shelf.find("raati kirjasto kunta");
    assert_eq!((some.total, some.relaxed), (1, Relaxed::Words));
    assert_eq!(shelf.find("miten kunta ja raati").relaxed, Relaxed::No, "small words keep nothing apart");
    // The word is in no text, its parts are.
    let parts = shelf.find("kuntademokratia");
    assert_eq!((parts.hits[0].id, parts.relaxed), (1, Relaxed::Parts));
}

#[test]
fn phrases_and_exclusions() {
    let shelf = Shelf::of(vec![message(1, "kunnan raadissa"), message(2, "raati ja kunta"), message(3, "kunta raati")]);
    shelf.check("\"kunta raati\"", &[3, 1]);
    shelf.check("kunta -raati", &[]);
    shelf.check("raati -\"kunta raati\"", &[2]);
    shelf.check("-raati", &[]);
}

#[test]
fn a_slip_is_understood_and_a_known_word_is_left_alone() {
    let shelf = Shelf::of(vec![message(1, "kuntademokratiassa kirjasto"), message(2, "raati")]);
    let slip = shelf.find("kuntademogratia");
    let meant = slip.suggestion.expect("a slip has a suggestion");
    assert_eq!((meant.text.as_str(), meant.taken, slip.total), ("kuntademokratia", true, 1));
    let slip = shelf.find("kirjsato kunta");
    assert_eq!((slip.suggestion.expect("a suggestion").text.as_str(), slip.total), ("kirjasto kunta", 1));
    // «tulla» is a word, only not here.
    let shelf = Shelf::of(vec![message(1, "tullo")]);
    let known = shelf.find("tulla");
    assert_eq!((known.total, known.suggestion.map(|meant| meant.taken)), (0, Some(false)));
}

#[test]
fn nothing_tells_of_closed_texts() {
    let closed = |id, body| Fact { audience: 9, space: Some(9), ..message(id, body) };
    let shelf = Shelf::of(vec![message(1, "kunta avoin"), closed(2, "kunta salaisuus"), closed(3, "salaisuus kunta")]);
    let alone = Shelf::of(vec![message(1, "kunta avoin")]);
    let (with, without) = (shelf.find("kunta"), alone.find("kunta"));
    assert_eq!(with.total, 1);
    assert_eq!(with.facets, without.facets);
    assert_eq!(with.hits[0].score, without.hits[0].score, "not even how often a word is used there");
    assert_eq!(shelf.find("salaisuus").total, 0);
    assert_eq!(shelf.find("salaisus").suggestion, None);
    assert_eq!(shelf.find("\"kunta salaisuus\"").total, 0);
    let complete = |text: &str, audiences: &[i64]| shelf.index.complete(text, audiences, 5).expect("it completes");
    assert_eq!(complete("sala", &[0]), [""; 0]);
    assert_eq!(complete("sala", &[0, 8]), [""; 0], "another closed space is no key");
    assert_eq!(complete("kunta sala", &[0, 9]), ["kunta salaisuus"]);
    let member = |text: &str| shelf.ask(&Query { audiences: vec![0, 9], ..query(text) });
    assert_eq!((member("kunta").total, member("salaisuus").total), (3, 2));
    assert_eq!(member("salaisus").suggestion.map(|meant| meant.text).as_deref(), Some("salaisuus"));
    // What is gone is not told of either.
    shelf.index.apply(vec![Change::Remove(Key { kind: Kind::Message, id: 1 })], 2).expect("the index takes changes");
    assert_eq!(complete("avo", &[0]), [""; 0]);
}

#[test]
fn a_document_is_one_hit_that_opens_at_its_section() {
    let titled = |fact: Fact| Fact { title: "raati".to_owned(), ..fact };
    let whole = "johdanto kunta kirjasto ".repeat(3) + &"muuta tekstiä ".repeat(40);
    let shelf = Shelf::of(vec![
        titled(part(5, "", &whole)),
        part(5, "s-kunta", "kunta ja vielä kunta"),
        part(5, "s-kirjasto", "kirjasto"),
        part(5, "s-molemmat", "kirjasto muuta muuta muuta muuta muuta muuta"),
        message(6, "kirjasto"),
    ]);
    let found = shelf.find("kunta");
    assert_eq!((found.total, found.hits[0].section.as_str()), (1, "s-kunta"));
    let found = shelf.find("kirjasto");
    assert_eq!(found.total, 2);
    assert_eq!(found.facets.kinds, [(Kind::Message, 1), (Kind::Document, 1)]);
    let document = found.hits.iter().find(|hit| hit.kind == Kind::Document).expect("it is found");
    assert_eq!((document.section.as_str(), &*document.sections), ("s-kirjasto", &["s-molemmat".to_owned()][..]));
    // Words of the title and of a section, or of two sections, are in the whole.
    assert_eq!(shelf.find("raati kirjasto").hits[0].section, "");
    assert_eq!(shelf.find("kunta kirjasto").total, 1);
}

#[test]
fn facets_count_what_a_choice_would_bring() {
    let other = |id, language, year| Fact { language, year, space: Some(200), ..message(id, "kunta") };
    let shelf = Shelf::of(vec![message(1, "kunta"), other(2, Tongue::Sv, 2024), other(3, Tongue::Fi, 2024)]);
    let filter = Filter { spaces: vec![200], languages: vec![Tongue::Fi], ..Filter::default() };
    let found = shelf.ask(&Query { filter, ..query("kunta") });
    assert_eq!(found.total, 1);
    assert_eq!(found.facets.spaces, [(100, 1), (200, 1)]);
    assert_eq!(found.facets.languages, [(Tongue::Fi, 1), (Tongue::Sv, 1)]);
    assert_eq!(found.facets.years, [(2024, 1)]);
    // Filters that leave nothing are no reason to ask for less.
    let filter = Filter { years: vec![1999], ..Filter::default() };
    let found = shelf.ask(&Query { filter, ..query("kunta") });
    assert_eq!((found.total, found.relaxed, found.facets.years.len()), (0, Relaxed::No, 2));
}

#[test]
fn pages_follow_each_other_without_gap_or_double() {
    let facts = (1..=95).map(|id| Fact { at: NOW - id * DAY, ..message(id, &"kunta ".repeat(id as usize % 7 + 1)) });
    let shelf = Shelf::of(facts.collect());
    for sort in [Sort::Best, Sort::Newest] {
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let page = shelf.ask(&Query { sort, after, limit: 10, ..query("kunta") });
            assert_eq!(page.total, 95);
            all.extend(page.hits.iter().map(|hit| hit.id));
            after = page.next;
            if after.is_none() {
                break;
            }
            after = after.map(|cursor| cursor.to_string().parse().expect("cursors can be read"));
        }
        assert_eq!(all.len(), 95);
        if sort == Sort::Newest {
            assert!(all.is_sorted(), "{all:?}");
        }
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 95);
    }
}

#[test]
fn words_are_found_while_they_are_typed() {
    let shelf = Shelf::of(vec![message(1, "kuntademokratiassa"), message(2, "kirjasto"), message(3, "kunta")]);
    let typed = |text: &str| {
        let found = shelf.ask(&Query { prefix: true, ..query(text) });
        found.hits.iter().map(|hit| hit.id).collect::<Vec<_>>()
    };
    assert_eq!(typed("kuntadem"), [1]);
    assert_eq!(typed("demokr"), [1], "a part may be typed, too");
    assert_eq!(typed("kunta"), [3, 1]);
    assert_eq!(typed("ki"), [0; 0], "two letters begin too many words");
    assert_eq!(shelf.index.complete("kun", &[0], 5).expect("it completes"), ["kunta", "kuntademokratiassa"]);
    assert_eq!(shelf.index.complete("kun ", &[0], 5).expect("it completes"), [""; 0]);
}

#[test]
fn accents_may_be_composed_or_not() {
    let shelf = Shelf::of(vec![message(1, "Äänestys ja Áile")]);
    for text in ["äänestys", "A\u{308}a\u{308}nestys", "Aile", "áile"] {
        shelf.check(text, &[1]);
    }
    assert_eq!(shelf.find("aanestys").suggestion.map(|meant| meant.text).as_deref(), Some("äänestys"));
}

#[test]
fn hostile_questions_are_answered() {
    let shelf = Shelf::of(vec![message(1, "kuntademokratiassa"), message(2, "kirjasto ja raati \"kunnissa\"")]);
    let mut seed: u64 = 7;
    let mut next = |most: usize| {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 33) as usize % most
    };
    let signs = [
        "\"", "-", "*", "(", ")", "[", "^", "~", ":", "AND", "OR", "budj", "ä", "\0", "\u{202E}", "🙂", " ", "\\", "/",
        "kunta", "%", "'",
    ];
    for round in 0..5000 {
        let text: String = (0..next(40)).map(|_| signs[next(signs.len())]).collect();
        shelf.ask(&Query { prefix: round % 2 == 0, ..query(&text) });
        shelf.index.complete(&text, &[0], 5).expect("it completes");
    }
    shelf.find(&"\"".repeat(10_000));
    shelf.ask(&Query { prefix: true, ..query(&"a".repeat(20_000)) });
}

#[test]
fn hostile_texts_are_taken() {
    let texts = [
        "a".repeat(20_000),
        "ä ".repeat(50_000),
        "\"".repeat(10_000),
        "\0\u{202E}🙂 ".repeat(2000),
        "a\u{300}".repeat(5000),
        "kunta-".repeat(3000),
        "x:".repeat(3000),
        "\u{AD}".repeat(3000),
        (0..5000).map(|n| format!("qz{n}xw ")).collect(),
        (0..300).map(|n| format!("{} ", "kuntademokratia".repeat(n % 4))).collect(),
    ];
    let shelf = Shelf::of(vec![message(99, "kunta")]);
    for (id, text) in texts.iter().enumerate() {
        shelf.put(vec![Fact { title: text.clone(), names: text.clone(), ..message(id as i64, text) }], 2 + id as u64);
        shelf.index.marks("kunta a ä x", true, Relaxed::Parts).passage(Tongue::Fi, text);
    }
    assert!(shelf.find("kunta").hits.iter().any(|hit| hit.id == 99));
}

#[test]
fn words_are_found_however_they_are_written() {
    let shelf = Shelf::of(vec![
        message(2, "Kunta\u{AD}demokratian oikeus, kuntalaki 410/2015 ja 22 §."),
        Fact { names: "Jyväskylä".to_owned(), ..message(3, "Tapaaminen on huomenna.") },
        Fact { at: i64::MIN, ..message(4, "Vuosi 2015 oli toinen.") },
        Fact { at: i64::MAX, ..message(5, "Kansanäänestys on suora. Ei 410.") },
    ]);
    shelf.check("kuntademokratian", &[2]);
    shelf.check("jyväskylä", &[3]);
    shelf.check("\"410/2015\"", &[2]);
    assert_eq!(shelf.find("410/2015").hits[0].id, 2);
    shelf.check("on -\"tapaaminen on\"", &[5]);
}

#[test]
fn counts_agree_with_what_can_be_paged_to_whoever_asks() {
    let facts = (1..=120).map(|id| Fact {
        key: Key { kind: Kind::ALL[id as usize % 5], id },
        audience: id % 4,
        space: Some(id % 7),
        language: Tongue::ALL[id as usize % 3],
        ..message(id, "kunta raati")
    });
    let shelf = Shelf::of(facts.collect());
    for audiences in [vec![0], vec![0, 1], vec![0, 2, 3], vec![99], vec![-1, i64::MAX], vec![]] {
        let mut seen = Vec::new();
        let mut after = None;
        let page = loop {
            let query = Query { audiences: audiences.clone(), limit: 7, after, ..query("raati") };
            let page = shelf.ask(&query);
            seen.extend(page.hits.iter().map(|hit| hit.id));
            after = page.next;
            if after.is_none() {
                break page;
            }
        };
        let all = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen, (1..=120).filter(|id| audiences.contains(&(id % 4))).collect::<Vec<i64>>());
        assert_eq!((all, page.total), (seen.len(), seen.len()));
        let no_space = seen.iter().filter(|id| *id % 7 == 0).count();
        assert_eq!(page.facets.kinds.iter().map(|(_, count)| count).sum::<usize>(), all);
        assert_eq!(page.facets.languages.iter().map(|(_, count)| count).sum::<usize>(), all);
        assert_eq!(page.facets.spaces.iter().map(|(_, count)| count).sum::<usize>() + no_space, all);
    }
}
