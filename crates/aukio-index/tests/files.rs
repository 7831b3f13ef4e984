//! Whatever happens to the files: the index opens, says how it stands, and can be filled again.

use std::fs;
use std::path::{Path, PathBuf};

use aukio_index::{
    Analyser, Change, Fact, Index, IndexError, Key, Kind, Opened, Query, Reading, Standing, Stemming, Tongue,
};

struct Other;

impl Analyser for Other {
    fn readings(&self, _: Tongue, _: &str) -> Vec<Reading> {
        Vec::new()
    }

    fn version(&self) -> u32 {
        99
    }
}

fn change(id: i64) -> Change {
    let key = Key { kind: Kind::Message, id };
    let body = format!("Asukasraati numero {id} kokoontui kirjastolla.");
    let fact = Fact {
        key,
        section: String::new(),
        audience: 0,
        space: None,
        language: Tongue::Fi,
        title: String::new(),
        body,
        names: String::new(),
        at: id,
        year: 2025,
    };
    Change::Put(key, vec![fact])
}

fn fill(folder: &Path, most: i64) {
    let Opened { index, .. } = Index::open(folder, Stemming).expect("an index can be made");
    for id in 1..=most {
        index.apply(vec![change(id)], id as u64).expect("the index takes changes");
    }
}

fn found(index: &Index) -> usize {
    let query = Query { text: "asukasraati".to_owned(), audiences: vec![0], limit: 1, ..Query::default() };
    index.search(&query, 0).expect("the index answers").total
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be listed").flatten() {
        if entry.path().is_dir() { all.extend(files(&entry.path())) } else { all.push(entry.path()) }
    }
    all.sort();
    all
}

#[test]
fn what_was_committed_is_there_after_reopening() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fill(folder.path(), 5);
    let Opened { index, standing } = Index::open(folder.path(), Stemming).expect("it opens");
    assert_eq!((standing, found(&index)), (Standing::Whole(5), 5));
    assert!(matches!(Index::open(folder.path(), Stemming), Err(IndexError::InUse(_))), "one process at a time");
}

type Damage = fn(&Path);

#[test]
fn every_file_may_be_damaged() {
    let whole = tempfile::tempdir().expect("a temporary folder");
    fill(whole.path(), 9);
    let count = files(whole.path()).len();
    assert!(count > 8, "there are files to damage");
    let damages: [(&str, Damage); 4] = [
        ("is gone", |file| fs::remove_file(file).expect("it can be removed")),
        ("is empty", |file| fs::write(file, "").expect("it can be written")),
        ("is cut", |file| {
            let bytes = fs::read(file).expect("it can be read");
            fs::write(file, &bytes[..bytes.len() / 2]).expect("it can be written");
        }),
        ("has a wrong byte", |file| {
            let mut bytes = fs::read(file).expect("it can be read");
            let middle = bytes.len() / 2;
            if let Some(byte) = bytes.get_mut(middle) {
                *byte ^= 0xFF;
            }
            fs::write(file, bytes).expect("it can be written");
        }),
    ];
    for (what, damage) in damages {
        for place in 0..count {
            let copy = tempfile::tempdir().expect("a temporary folder");
            copy_all(whole.path(), copy.path());
            let file = &files(copy.path())[place];
            damage(file);
            let Opened { index, standing } = Index::open(copy.path(), Stemming).expect("it opens all the same");
            match standing {
                Standing::Whole(position) => assert_eq!(position, 9, "{} {what}", file.display()),
                Standing::Old(_) => {}
                Standing::Empty => {
                    let builder = index.rebuild().expect("another can be begun");
                    builder.add((1..=9).map(change).collect()).expect("it takes facts");
                    builder.apply(Vec::new(), 9).expect("it takes a position");
                    builder.adopt().expect("it can serve");
                }
            }
            assert_eq!(found(&index), 9, "{} {what}", file.display());
        }
    }
}

fn copy_all(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("the folder can be listed").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&target).expect("a folder can be made");
            copy_all(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}

#[test]
fn an_older_analysers_index_serves_until_the_new_one_is_whole() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fill(folder.path(), 4);
    let Opened { index, standing } = Index::open(folder.path(), Other).expect("it opens");
    assert_eq!((standing, found(&index)), (Standing::Old(4), 4));
    let builder = index.rebuild().expect("another can be begun");
    builder.add((1..=6).map(change).collect()).expect("it takes facts");
    assert_eq!(found(&index), 4, "the old one serves");
    builder.apply(Vec::new(), 6).expect("it takes a position");
    builder.adopt().expect("it can serve");
    assert_eq!(found(&index), 6);
    drop(index);
    assert_eq!(Index::open(folder.path(), Other).expect("it opens").standing, Standing::Whole(6));
}

#[test]
fn a_folder_of_the_same_name_is_no_obstacle() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["current", "current.part", "lock"] {
        fs::create_dir(folder.path().join(name)).expect("a folder can be made");
    }
    fs::write(folder.path().join("own.txt"), "kept").expect("it can be written");
    fill(folder.path(), 2);
    assert!(folder.path().join("own.txt").exists(), "what is not ours stays");
}

#[test]
fn nothing_new_is_no_commit() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fill(folder.path(), 2);
    let Opened { index, .. } = Index::open(folder.path(), Stemming).expect("it opens");
    index.apply(Vec::new(), 50).expect("nothing is easily taken");
    drop(index);
    assert_eq!(Index::open(folder.path(), Stemming).expect("it opens").standing, Standing::Whole(2));
}

#[test]
fn names_of_versions_cannot_lead_elsewhere() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["../v3.1-1", "/etc", "v3.1-1/..", "v3.1-", "v3.1-x", "", "v3.1-99999999999999999999", "\0"] {
        fs::write(folder.path().join("current"), name).expect("it can be written");
        assert_eq!(Index::open(folder.path(), Stemming).expect("it opens").standing, Standing::Empty, "{name}");
    }
    fs::write(folder.path().join("current"), [0xFF, 0xFE]).expect("it can be written");
    assert_eq!(Index::open(folder.path(), Stemming).expect("it opens").standing, Standing::Empty);
}

#[test]
fn what_was_not_committed_is_not_there_after_a_crash() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fill(folder.path(), 3);
    let Opened { index, .. } = Index::open(folder.path(), Stemming).expect("it opens");
    // The files as they are on disk at this moment, as after a crash.
    let crashed = tempfile::tempdir().expect("a temporary folder");
    copy_all(folder.path(), crashed.path());
    index.apply(vec![change(4)], 4).expect("the index takes changes");
    let Opened { index, standing } = Index::open(crashed.path(), Stemming).expect("it opens");
    assert_eq!((standing, found(&index)), (Standing::Whole(3), 3));
    index.apply(vec![change(4)], 4).expect("the index takes changes");
    assert_eq!(found(&index), 4);
}
