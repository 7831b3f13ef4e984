//! What anyone has seen is on disk.

use crate::harness::{Workspace, on_both, paragraph, soak};

#[tokio::test]
async fn what_was_acknowledged_survives_a_power_cut() {
    on_both(async |workspace| {
        let (space, founder) = workspace.network().await;
        let visitor = workspace.visitor();
        let thread = founder.starts_thread(&space, "Sähkökatko", "Aloitus").await;
        let document = founder.writes_document(&space, "Sähköt", "Alku").await;
        let mut kept = Vec::new();
        for round in 0..3 * soak() {
            let words = format!("Kierros {round} kirjattu");
            founder.posts(&thread, &words).await.shows(&words);
            let (mut writer, mut reader) = (founder.edits(&document).await, visitor.edits(&document).await);
            let words = format!("Kierroksen {round} kappale");
            writer.updates(&paragraph(9000 + round as u64, &words)).await;
            reader.shows(&words).await;
            kept.push(words);
            workspace.crashes_and_returns();
            let talk = visitor.get(&format!("{thread}?view=time")).await;
            for past in 0..=round {
                let words = format!("Kierros {past} kirjattu");
                assert_eq!(talk.texts(".message__body").iter().filter(|text| **text == words).count(), 1, "{words}");
            }
            let text = visitor.get(&document).await;
            for words in &kept {
                text.shows(words);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn stopping_is_orderly_and_sessions_last() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let document = founder.writes_document(&space, "Pysähdys", "Alku").await;
    let mut writer = founder.edits(&document).await;
    writer.updates(&paragraph(77, "Viime hetken lisäys")).await;
    founder.edits(&document).await.shows("Viime hetken lisäys").await;
    let took = workspace.restarts();
    assert!(took.as_secs() < 10, "stopping took {took:?}");
    assert!([1012, 1006].contains(&writer.closes().await));
    founder.get("/fi/me").await.shows("Helmi Saarela");
    workspace.visitor().get(&document).await.shows("Viime hetken lisäys");
}

#[tokio::test]
async fn the_index_can_be_thrown_away() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    founder.starts_thread(&space, "Kadonnut hakemisto", "Löytyykö raatihuone?").await;
    workspace.crashes_and_returns();
    let index = workspace.data().join("index");
    assert!(index.exists(), "the index is in the data folder");
    workspace.without(|| std::fs::remove_dir_all(&index).expect("the index can be removed"));
    let visitor = workspace.visitor();
    let started = std::time::Instant::now();
    while !visitor.get("/fi/search?q=raatihuone").await.has("Kadonnut hakemisto") {
        assert!(started.elapsed() < crate::harness::PATIENCE, "the index is not rebuilt");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn logs_hold_no_secrets() {
    let workspace = Workspace::open().await;
    let (space, _) = workspace.network().await;
    let member = workspace.member("Noora Kanarialintu").await;
    member.joins(&space).await;
    member.starts_thread(&space, "Otsikkokanaria", "Tekstikanaria").await;
    member.get("/fi/search?q=hakukanaria").await;
    let cookie = member.cookies().expect("signed in");
    let log = workspace.log();
    let token = cookie.split('=').nth(1).expect("a value");
    for secret in ["kanaria", "viisitoista merkkia", "noora.kanarialintu@example.fi", token] {
        assert!(!log.to_lowercase().contains(&secret.to_lowercase()), "the log tells `{secret}`");
    }
}
