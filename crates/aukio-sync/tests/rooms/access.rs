//! Who may write is decided for each message, by the access of that moment.

use std::time::Duration;

use aukio_protocol::wire::{self, Message};
use aukio_sync::{Access, Close, Settings, Who};
use tokio::time::Instant;

use crate::support::{Client, DOCUMENT, member, open, visitor};

const MOMENT: Duration = Duration::from_millis(400);

#[tokio::test(start_paused = true)]
async fn a_reader_changes_nothing_whatever_the_wrapping() {
    let (rooms, log) = open(Settings::default());
    let mut maija = Client::join(&rooms, member(1, Access::Write)).await;
    maija.writes("oma").await;
    let mut kari = Client::join(&rooms, visitor()).await;
    kari.until(|client| client.text() == "oma").await;
    let update = kari.edit("ujutettu");
    let (as_update, as_step2) = (wire::encode_update(&update), wire::encode_step2(&update));
    let behind_another = [wire::encode(&Message::QueryAwareness), as_update.clone()].concat();
    let twice = [as_step2.clone(), as_update.clone()].concat();
    let before = kari.refused.len();
    for frame in [as_update.clone(), as_step2, behind_another, twice] {
        kari.send(frame).await;
    }
    kari.until(|client| client.refused.len() == before + 5).await;
    assert!(kari.refused.iter().all(|reason| reason == "read-only"));

    // The same numbers written longer than need be: other decoders read "sync, update" here.
    for head in [&[0x80, 0x00, 0x02][..], &[0x00, 0x82, 0x00], &[0x80, 0x80, 0x00, 0x02]] {
        let mut frame = head.to_vec();
        frame.extend(&as_update[2..]);
        let mut reader = Client::join(&rooms, visitor()).await;
        reader.send(frame).await;
        assert_eq!(reader.ends().await, Close::BadFrame);
    }
    maija.listens(MOMENT).await;
    assert_eq!((maija.text().as_str(), log.text(DOCUMENT).as_str()), ("oma", "oma"));
}

#[tokio::test(start_paused = true)]
async fn a_readers_answer_without_news_is_no_offence() {
    let (rooms, _) = open(Settings::default());
    let mut maija = Client::join(&rooms, member(1, Access::Write)).await;
    maija.writes("hei").await;
    let mut kari = Client::join(&rooms, visitor()).await;
    kari.until(|client| client.text() == "hei").await;
    let saved = kari.saved.len();
    let known = maija.everything();
    kari.send(wire::encode_step2(&known)).await;
    kari.until(|client| client.saved.len() > saved).await;
    assert!(kari.refused.is_empty());
}

#[tokio::test(start_paused = true)]
async fn access_that_ends_ends_at_once_and_others_notice_nothing() {
    let (rooms, log) = open(Settings::default());
    let mut maija = Client::join(&rooms, member(1, Access::Write)).await;
    let mut kari = Client::join(&rooms, member(2, Access::Write)).await;
    let mut outi = Client::join(&rooms, member(3, Access::Write)).await;
    maija.listens(MOMENT).await;

    let start = Instant::now();
    rooms.set_access(Some(DOCUMENT), Who::Member(2), Access::Read).await;
    rooms.set_access(None, Who::Member(3), Access::None).await;
    kari.writes("enää").await;
    outi.writes("enää").await;
    kari.until(|client| client.may_write == Some(false) && client.refused == ["read-only"]).await;
    assert_eq!(outi.ends().await, Close::NoAccess);
    assert!(start.elapsed() < Duration::from_secs(1));

    maija.writes("edelleen").await;
    kari.until(|client| client.text().contains("edelleen")).await;
    assert_eq!(log.text(DOCUMENT), "edelleen");
    assert_eq!((maija.may_write, maija.refused.len()), (Some(true), 0));

    // Back again: what was written meanwhile is asked for.
    rooms.set_access(Some(DOCUMENT), Who::Member(2), Access::Write).await;
    kari.listens(MOMENT).await;
    assert!(log.text(DOCUMENT).contains("enää"));
    assert!(rooms.join(DOCUMENT, member(3, Access::None)).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_editor_older_than_the_text_is_sent_to_reload() {
    let (rooms, log) = open(Settings::default());
    let mut old = Client::join(&rooms, member(1, Access::Write)).await;
    let mut stock = Client::stock(&rooms, DOCUMENT, member(2, Access::Write)).await;
    old.writes("vanha").await;
    let mut new = Client::stock(&rooms, DOCUMENT, member(3, Access::Write)).await;
    new.send(wire::encode(&Message::Hello(2))).await;
    new.until(|client| client.may_write == Some(true)).await;
    old.listens(MOMENT).await;
    assert_eq!(old.may_write, Some(true), "being there does not hurt, writing does");
    new.writes("uusi").await;
    assert_eq!(old.ends().await, Close::Outdated);
    assert_eq!(Close::Outdated.code(), 4426);
    stock.until(|client| client.text().contains("uusi")).await;
    assert_eq!(log.rows(DOCUMENT).iter().map(|row| row.schema).collect::<Vec<_>>(), [1, 2]);

    // The log remembers, and the server may say so itself.
    drop((new, stock));
    rooms.close(DOCUMENT, Close::Draining).await;
    let mut late = Client::stock(&rooms, DOCUMENT, member(1, Access::Write)).await;
    late.send(wire::encode(&Message::Hello(1))).await;
    assert_eq!(late.ends().await, Close::Outdated);
    let mut newer = Client::stock(&rooms, DOCUMENT, member(1, Access::Write)).await;
    newer.send(wire::encode(&Message::Hello(2))).await;
    newer.until(|client| client.may_write.is_some()).await;
    rooms.set_schema(DOCUMENT, 3).await;
    assert_eq!(newer.ends().await, Close::Outdated);
}
