//! What can be found, by whom, and what survives damage.

use std::path::Path;
use std::sync::Arc;

use aukio_index::{Change, Fact, Index, Key, Kind, Opened, Query, Results, Sort, Stemming, Tongue};

fn open(folder: &Path) -> Opened {
    Index::open(folder, Arc::new(Stemming)).unwrap()
}

fn fact(kind: Kind, id: i64, title: &str, body: &str) -> Fact {
    Fact {
        key: Key { kind, id },
        section: String::new(),
        audience: 0,
        space: Some(7),
        thread: None,
        language: Tongue::Fi,
        title: title.to_owned(),
        body: body.to_owned(),
        names: String::new(),
        at: id * 1_000_000,
    }
}

fn put(fact: Fact) -> Change {
    Change::Put(fact.key.clone(), vec![fact])
}

fn ask(index: &Index, query: Query) -> Results {
    let query = Query { limit: if query.limit == 0 { 10 } else { query.limit }, ..query };
    let query = if query.audiences.is_empty() { Query { audiences: vec![0], ..query } } else { query };
    index.search(&query, 1_000_000_000).unwrap()
}

fn ids(index: &Index, text: &str) -> Vec<i64> {
    ask(index, Query { text: text.to_owned(), ..Query::default() }).hits.iter().map(|hit| hit.id).collect()
}

fn filled(folder: &Path) -> Index {
    let Opened { index, position } = open(folder);
    assert_eq!(position, None);
    let changes = vec![
        put(fact(Kind::Thread, 1, "Osallistuva budjetointi", "Montako euroa asukasta kohti riittää?")),
        put(fact(Kind::Message, 2, "", "Kunnan budjetointia pohdittiin valtuustossa.")),
        put(fact(
            Kind::Document,
            3,
            "Kuntalaisraadin opas",
            "Raati arvotaan asukkaista. PDF-muotoinen liite, EU:n tuki.",
        )),
        put(Fact { audience: 99, ..fact(Kind::Document, 4, "Salainen budjetointi", "vain jäsenille") }),
        put(Fact { language: Tongue::Sv, ..fact(Kind::Message, 5, "", "Vi har haft medborgarbudget i kommunen.") }),
        put(fact(Kind::Person, 6, "Helmi Saarela", "Tampereen kaupunki")),
    ];
    index.apply(changes, 42).unwrap();
    index
}

#[test]
fn inflected_words_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let index = filled(folder.path());
    assert_eq!(ids(&index, "budjetointi"), [1, 2]);
    assert_eq!(ids(&index, "asukkaiden"), [1, 3]);
    assert_eq!(ids(&index, "kommunernas"), [5]);
    assert_eq!(ids(&index, "EU"), [3]);
    assert_eq!(ids(&index, "muotoinen"), [3]);
    assert_eq!(ids(&index, "helmi"), [6]);
    assert_eq!(ids(&index, "olematon"), [0; 0]);
}

#[test]
fn phrases_exclusions_and_beginnings() {
    let folder = tempfile::tempdir().unwrap();
    let index = filled(folder.path());
    assert_eq!(ids(&index, "\"osallistuvaa budjetointia\""), [1]);
    assert_eq!(ids(&index, "\"budjetointi osallistuva\""), [0; 0]);
    assert_eq!(ids(&index, "budjetointi -valtuusto"), [1]);
    let typed = Query { text: "kuntalaisr".into(), prefix: true, ..Query::default() };
    assert_eq!(ask(&index, typed).hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [3]);
    let newest = Query { text: "budjetointi".into(), sort: Sort::Newest, ..Query::default() };
    assert_eq!(ask(&index, newest).hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn when_words_are_not_found_together_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let index = filled(folder.path());
    let results = ask(&index, Query { text: "budjetointia valtuustossa olematon".into(), ..Query::default() });
    assert!(results.relaxed);
    assert_eq!(results.hits[0].id, 2);
}

#[test]
fn a_closed_space_is_in_no_hit_count_or_facet() {
    let folder = tempfile::tempdir().unwrap();
    let index = filled(folder.path());
    let stranger = ask(&index, Query { text: "budjetointi".into(), ..Query::default() });
    assert_eq!((stranger.total, stranger.kinds.as_slice()), (2, [(Kind::Thread, 1), (Kind::Message, 1)].as_slice()));
    let member = ask(&index, Query { text: "budjetointi".into(), audiences: vec![0, 99], ..Query::default() });
    assert_eq!(member.total, 3);
    assert!(ask(&index, Query { text: "salainen".into(), ..Query::default() }).hits.is_empty());
}

#[test]
fn facets_narrow_and_pages_are_whole() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path()).index;
    index.apply((1..=45).map(|id| put(fact(Kind::Message, id, "", "raati kokoontui"))).collect(), 1).unwrap();
    let mut seen = Vec::new();
    let mut offset = 0;
    loop {
        let results = ask(&index, Query { text: "raati".into(), limit: 20, offset, ..Query::default() });
        seen.extend(results.hits.iter().map(|hit| hit.id));
        match results.next {
            Some(next) => offset = next,
            None => break,
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=45).collect::<Vec<_>>());
    let narrow = |query: Query| ask(&index, Query { text: "raati".into(), ..query }).total;
    assert_eq!(narrow(Query { kinds: vec![Kind::Document], ..Query::default() }), 0);
    assert_eq!(narrow(Query { spaces: vec![7], ..Query::default() }), 45);
    assert_eq!(narrow(Query { languages: vec![Tongue::Sv], ..Query::default() }), 0);
}

#[test]
fn a_change_takes_the_place_of_what_was_known() {
    let folder = tempfile::tempdir().unwrap();
    let index = filled(folder.path());
    index.apply(vec![put(fact(Kind::Message, 2, "", "Aivan muuta."))], 43).unwrap();
    assert_eq!(ids(&index, "budjetointi"), [1]);
    index.apply(vec![Change::Remove(Key { kind: Kind::Thread, id: 1 })], 44).unwrap();
    assert_eq!(ids(&index, "budjetointi"), [0; 0]);
}

#[test]
fn the_position_survives_and_a_rebuild_takes_over() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    let Opened { index, position } = open(folder.path());
    assert_eq!(position, Some(42));
    let builder = index.rebuild().unwrap();
    builder.apply(vec![put(fact(Kind::Message, 8, "", "uusi budjetointi"))], 50).unwrap();
    assert_eq!(ids(&index, "budjetointi"), [1, 2], "the old one serves meanwhile");
    builder.adopt().unwrap();
    assert_eq!(ids(&index, "budjetointi"), [8]);
    drop(index);
    assert_eq!(open(folder.path()).position, Some(50));
}

#[test]
fn whatever_is_wrong_with_the_files_it_opens() {
    let whole = tempfile::tempdir().unwrap();
    drop(filled(whole.path()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(whole.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            files.push(path);
        }
    }
    for damaged in files {
        let folder = tempfile::tempdir().unwrap();
        copy(whole.path(), folder.path());
        let file = folder.path().join(damaged.strip_prefix(whole.path()).unwrap());
        let bytes = std::fs::read(&file).unwrap();
        for wrong in [Vec::new(), bytes.iter().map(|byte| !byte).collect(), bytes[..bytes.len() / 2].to_vec()] {
            std::fs::write(&file, wrong).unwrap();
            let Opened { index, position } = open(folder.path());
            match position {
                None => assert_eq!(index.count(), 0),
                Some(position) => assert_eq!((position, ids(&index, "budjetointi")), (42, vec![1, 2])),
            }
            drop(index);
            settle(folder.path());
            std::fs::remove_dir_all(folder.path()).unwrap();
            copy(whole.path(), folder.path());
        }
    }
}

/// Waits until nothing is left but what serves: the rest is removed beside the caller.
fn settle(folder: &Path) {
    for _ in 0..500 {
        let folders = std::fs::read_dir(folder).unwrap().flatten().filter(|entry| entry.path().is_dir()).count();
        if folders <= 1 {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("old generations stay");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn hostile_questions_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let index = filled(folder.path());
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
        ask(&index, Query { text, prefix: round % 2 == 0, ..Query::default() });
    }
    ask(&index, Query { text: "\"".repeat(10_000), ..Query::default() });
    ask(&index, Query { text: "a".repeat(20_000), prefix: true, ..Query::default() });
}

#[test]
fn folders_that_are_not_its_own_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let precious = folder.path().join("database");
    std::fs::create_dir(&precious).unwrap();
    std::fs::write(precious.join("file"), "x").unwrap();
    for stray in ["v1-1", "v2.7-3"] {
        std::fs::create_dir(folder.path().join(stray)).unwrap();
    }
    std::fs::create_dir(folder.path().join("current")).unwrap();
    let index = open(folder.path()).index;
    index.rebuild().unwrap().adopt().unwrap();
    for _ in 0..500 {
        if std::fs::read_dir(folder.path()).unwrap().flatten().filter(|entry| entry.path().is_dir()).count() == 2 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let mut left: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left.len(), 3, "{left:?}");
    assert!(precious.join("file").exists());
}

#[test]
fn names_of_versions_cannot_lead_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["../v2.1-1", "/etc", "v2.1-1/..", "v2.1-", "v2.1-x", "", "v2.1-99999999999999999999", "\u{0}"] {
        std::fs::write(folder.path().join("current"), name).unwrap();
        assert_eq!(open(folder.path()).position, None, "{name}");
    }
    std::fs::write(folder.path().join("current"), [0xFF, 0xFE]).unwrap();
    assert_eq!(open(folder.path()).position, None);
}

struct Newer;

impl aukio_index::Analyser for Newer {
    fn lemmas(&self, tongue: Tongue, word: &str) -> Vec<String> {
        Stemming.lemmas(tongue, word)
    }

    fn parts(&self, tongue: Tongue, word: &str) -> Vec<String> {
        Stemming.parts(tongue, word)
    }

    fn version(&self) -> u32 {
        2
    }
}

#[test]
fn an_index_of_another_analyser_is_filled_again() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    assert_eq!(Index::open(folder.path(), Arc::new(Newer)).unwrap().position, None);
}

#[test]
fn what_was_not_committed_is_not_there_after_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let index = filled(folder.path());
    // The files as they are on disk at this moment, as after a crash.
    let crashed = tempfile::tempdir().unwrap();
    copy(folder.path(), crashed.path());
    index.apply(vec![put(fact(Kind::Message, 9, "", "myöhempi budjetointi"))], 43).unwrap();
    let Opened { index, position } = open(crashed.path());
    assert_eq!((position, ids(&index, "budjetointi")), (Some(42), vec![1, 2]));
    index.apply(vec![put(fact(Kind::Message, 9, "", "myöhempi budjetointi"))], 43).unwrap();
    assert_eq!(ids(&index, "myöhempi"), [9]);
}

#[test]
fn words_are_found_however_they_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path()).index;
    let changes = vec![
        put(fact(Kind::Person, 1, "Áile Länsman", "Inari")),
        put(fact(Kind::Message, 2, "", "Kunta\u{AD}laisen oikeus, kuntalaki 410/2015 ja 22 §.")),
        put(Fact { names: "Jyväskylässä".into(), ..fact(Kind::Message, 3, "", "Tapaaminen on huomenna.") }),
        put(Fact { at: i64::MIN, ..fact(Kind::Message, 4, "", "Vuosi 2015 oli toinen.") }),
        put(Fact { at: i64::MAX, ..fact(Kind::Message, 5, "", "Kansanäänestys on suora. Ei 410.") }),
    ];
    index.apply(changes, 1).unwrap();
    assert_eq!(ids(&index, "Aile"), [1]);
    assert_eq!(ids(&index, "áile"), [1]);
    assert_eq!(ids(&index, "kuntalainen"), ids(&index, "kunta\u{AD}lainen"));
    assert_eq!(ids(&index, "kuntalaisen"), [2]);
    assert_eq!(ids(&index, "jyväskylä"), [3]);
    assert_eq!(ids(&index, "\"410/2015\""), [2]);
    assert_eq!(ids(&index, "410/2015")[0], 2);
    assert_eq!(ids(&index, "on -\"tapaaminen on\""), [5]);
    assert_eq!(ids(&index, "-tapaaminen"), [0; 0]);
}

#[test]
fn counts_agree_with_what_can_be_paged_to_whoever_asks() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path()).index;
    let facts = (1..=120).map(|id| {
        let kind = Kind::ALL[id as usize % 5];
        let language = Tongue::ALL[id as usize % 3];
        put(Fact { audience: id % 4, space: Some(id % 7), language, ..fact(kind, id, "raati", "kunta raati") })
    });
    index.apply(facts.collect(), 1).unwrap();
    for audiences in [vec![0], vec![0, 1], vec![0, 2, 3], vec![99], vec![-1, i64::MAX]] {
        let mut seen = Vec::new();
        let mut offset = 0;
        let first = loop {
            let query =
                Query { text: "raati".into(), audiences: audiences.clone(), limit: 7, offset, ..Query::default() };
            let results = index.search(&query, 0).unwrap();
            seen.extend(results.hits.iter().map(|hit| hit.id));
            match results.next {
                Some(next) => offset = next,
                None => break results,
            }
        };
        let all = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen, (1..=120).filter(|id| audiences.contains(&(id % 4))).collect::<Vec<i64>>());
        let no_space = seen.iter().filter(|id| *id % 7 == 0).count();
        let sum = |counts: Vec<usize>| counts.into_iter().sum::<usize>();
        assert_eq!((all, first.total), (seen.len(), seen.len()));
        assert_eq!(sum(first.kinds.iter().map(|(_, count)| *count).collect()), all);
        assert_eq!(sum(first.languages.iter().map(|(_, count)| *count).collect()), all);
        assert_eq!(sum(first.spaces.iter().map(|(_, count)| *count).collect()) + no_space, all);
    }
    let nobody = Query { text: "raati".into(), limit: 10, ..Query::default() };
    assert_eq!(index.search(&nobody, 0).unwrap().total, 0, "without audiences nothing is found");
}

/// Prints how fast texts are taken in and asked; not a promise, because it depends on the machine.
#[test]
fn a_figure_for_speed() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path()).index;
    let forms = ["kunnan", "asukkaiden", "budjetointia", "raadissa", "äänestyksen", "kommunens", "people", "vuonna"];
    let body = (0..500).map(|n| format!("{}{} ", forms[n % 8], n % 61)).collect::<String>();
    let changes = (1..=200).map(|id| put(fact(Kind::Message, id, "otsikko", &body))).collect();
    let started = std::time::Instant::now();
    index.apply(changes, 1).unwrap();
    println!("{:.0} words/s taken in", 100_000.0 / started.elapsed().as_secs_f64());
    let started = std::time::Instant::now();
    for _ in 0..100 {
        ask(&index, Query { text: "budjetointi3 raati \"kunnan asukkaiden\"".into(), ..Query::default() });
    }
    println!("{:?} a question", started.elapsed() / 100);
}
