//! A log that fails, fills or crawls: nothing is called saved that is not, and all heals by itself.

use std::time::Duration;

use aukio_protocol::wire;
use aukio_sync::{Access, EditError, Settings};

use crate::support::{Client, DOCUMENT, Mood, member, open, visitor};

const MOMENT: Duration = Duration::from_millis(400);

#[tokio::test(start_paused = true)]
async fn a_failing_log_makes_the_room_read_only_until_it_works_again() {
    let (rooms, log) = open(Settings::default());
    let mut maija = Client::join(&rooms, member(1, Access::Write)).await;
    let mut kari = Client::join(&rooms, member(2, Access::Write)).await;
    maija.writes("ennen").await;
    kari.until(|client| client.text() == "ennen").await;
    maija.listens(MOMENT).await;
    let saved = maija.saved.len();

    log.is_in_the_mood(Mood::Fails);
    log.loads_fail(true);
    maija.writes("hukassa").await;
    maija.send(wire::encode_sync_status(&[1])).await;
    maija.until(|client| client.refused == ["unsaved"] && client.may_write == Some(false)).await;
    kari.until(|client| client.may_write == Some(false)).await;
    kari.listens(Duration::from_secs(30)).await;
    assert_eq!(kari.text(), "ennen", "what is not safe is not seen");
    assert!(rooms.text(DOCUMENT).await.is_err(), "nor read");
    let edit = rooms.edit(DOCUMENT, None, |_| None).await;
    assert!(matches!(edit, Err(EditError::Unsaved)));
    let mut outi = Client::stock(&rooms, DOCUMENT, visitor()).await;
    maija.listens(Duration::from_secs(1)).await;
    assert_eq!((maija.saved.len(), maija.marks.len()), (saved, 0));

    log.loads_fail(false);
    log.is_in_the_mood(Mood::Works);
    maija.until(|client| client.may_write == Some(true) && client.saved.len() > saved).await;
    kari.until(|client| client.may_write == Some(true) && client.text() == "ennen hukassa").await;
    outi.until(|client| client.text() == "ennen hukassa").await;
    assert_eq!(log.text(DOCUMENT), "ennen\nhukassa");
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_loses_nothing() {
    let (rooms, log) = open(Settings::default());
    let mut maija = Client::join(&rooms, member(1, Access::Write)).await;
    log.is_in_the_mood(Mood::Full(300));
    for word in ["yksi", "kaksi", "kolme", "neljä", "viisi", "kuusi", "seitsemän", "kahdeksan"] {
        maija.writes(word).await;
        maija.listens(Duration::from_secs(2)).await;
    }
    assert!(!maija.refused.is_empty());
    let on_disk = log.text(DOCUMENT);
    assert!(!on_disk.contains("kahdeksan"));
    // Space returns; within the longest pause between two attempts everything is safe.
    log.is_in_the_mood(Mood::Works);
    maija.listens(Duration::from_secs(6)).await;
    assert_eq!(log.text(DOCUMENT).lines().count(), 8);
    assert_eq!(log.text(DOCUMENT).replace('\n', " "), maija.text());
}

#[tokio::test(start_paused = true)]
async fn a_slow_disk_makes_the_word_late_but_right() {
    let (rooms, log) = open(Settings::default());
    let mut maija = Client::join(&rooms, member(1, Access::Write)).await;
    let mut kari = Client::join(&rooms, visitor()).await;
    log.is_in_the_mood(Mood::Slow(Duration::from_secs(2)));
    for _ in 0..20 {
        let word = "hidas";
        maija.writes(word).await;
        maija.listens(Duration::from_millis(100)).await;
        let safe = log.rows(DOCUMENT).len();
        assert!(maija.saved.len() <= 1 + safe && kari.text().split(' ').count() <= safe.max(1));
        kari.listens(Duration::from_millis(10)).await;
    }
    maija.until(|client| client.saved.len() >= 20).await;
    kari.until(|client| client.text().split(' ').count() == 20).await;
}

#[tokio::test(start_paused = true)]
async fn one_documents_trouble_is_not_anothers() {
    let (rooms, log) = open(Settings::default());
    let mut maija = Client::join(&rooms, member(1, Access::Write)).await;
    let mut kari = Client::stock(&rooms, DOCUMENT + 1, member(2, Access::Write)).await;
    kari.until(|client| client.synced).await;
    maija.send(vec![0, 2, 7, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0]).await;
    maija.ends().await;
    kari.writes("rauhassa").await;
    kari.listens(MOMENT).await;
    assert_eq!(log.text(DOCUMENT + 1), "rauhassa");
}
