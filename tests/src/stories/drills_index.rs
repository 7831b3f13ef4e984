//! The search index is a copy: whatever happens to one of its files, it is made anew and finds the same.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::harness::{Workspace, soak};

const QUESTIONS: [&str; 4] = ["raatihuone", "kokous", "verksamhet", "Saarela"];

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
        if entry.path().is_dir() { found.extend(files(&entry.path())) } else { found.push(entry.path()) }
    }
    found.sort();
    found
}

/// How many hits each question has; nothing when the search does not answer.
async fn counts(workspace: &Workspace) -> Vec<String> {
    let mut counts = Vec::new();
    for question in QUESTIONS {
        let page = workspace.visitor().get(&format!("/fi/search?q={question}")).await;
        page.is(200);
        counts.push(page.texts("#results").concat());
    }
    counts
}

/// Waits until the index has everything; how long that took.
async fn filled(workspace: &Workspace, wanted: &[String]) -> Duration {
    let began = Instant::now();
    loop {
        let found = counts(workspace).await;
        if found == wanted {
            return began.elapsed();
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{found:?} instead of {wanted:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn each_file_of_the_index_may_be_lost_or_damaged() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    for n in 0..6 {
        let text = format!("Raatihuone ja kokous numero {n}. En verksamhet till.");
        founder.starts_thread(&space, &format!("Kokous {n} raatihuoneella"), &text).await;
        founder.writes_document(&space, &format!("Raatihuoneen opas {n}"), &text).await;
    }
    let began = Instant::now();
    while !counts(&workspace).await[0].contains("12") {
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", counts(&workspace).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let wanted = counts(&workspace).await;
    workspace.restarts();
    filled(&workspace, &wanted).await;
    let index = workspace.data().join("index");
    let names: Vec<PathBuf> = files(&index);
    assert!(!names.is_empty(), "the index has files");
    // Every file, in both ways when there is time; in turns when there is not.
    let (mut tried, mut slowest) = (0, Duration::ZERO);
    for place in 0..names.len() {
        for lost in [true, false] {
            if soak() == 1 && lost != (place & 1 == 0) {
                continue;
            }
            // Building anew gives files other names, so each is meant by its place among them.
            workspace.without(|| {
                let now = files(&index);
                let file = &now[place.min(now.len() - 1)];
                if lost {
                    std::fs::remove_file(file).expect("it can be removed");
                } else {
                    let mut bytes = std::fs::read(file).expect("it can be read");
                    let middle = bytes.len() / 2;
                    match bytes.get_mut(middle) {
                        Some(byte) => *byte ^= 0xff,
                        None => bytes.push(0xff),
                    }
                    std::fs::write(file, bytes).expect("it can be written");
                }
            });
            workspace.visitor().get("/readyz").await.is(200);
            slowest = slowest.max(filled(&workspace, &wanted).await);
            tried += 1;
        }
    }
    eprintln!(
        "drill D12 damaged index: {} files, {tried} lost or damaged, the service up each time, the same hits after at \
         most {slowest:?}",
        names.len()
    );
}
