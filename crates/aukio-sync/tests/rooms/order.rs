//! The order of everything: opened once, applied, logged, and only then seen and called saved.

use std::time::Duration;

use aukio_protocol::Limits;
use aukio_protocol::update;
use aukio_protocol::wire::{self, Message};
use aukio_sync::{Access, Close, JoinError, OpenError, Settings};

use crate::support::{Client, DOCUMENT, Mood, member, open, visitor};

const MOMENT: Duration = Duration::from_millis(400);

#[tokio::test(start_paused = true)]
async fn a_room_opens_once_however_many_arrive_together() {
    let (rooms, log) = open(Settings::default());
    let arrivals = (0..50).map(|actor| {
        let rooms = rooms.clone();
        tokio::spawn(async move { rooms.join(DOCUMENT, member(actor, Access::Write)).await.unwrap() })
    });
    let mut connections = Vec::new();
    for arrival in arrivals.collect::<Vec<_>>() {
        connections.push(arrival.await.unwrap());
    }
    assert_eq!((log.loads(), rooms.open_rooms(), rooms.sessions(DOCUMENT).await), (1, 1, 50));
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_loaded_cannot_be_written() {
    let (rooms, log) = open(Settings::default());
    log.loads_fail(true);
    let refused = rooms.join(DOCUMENT, member(1, Access::Write)).await;
    assert!(matches!(refused, Err(JoinError::Open(OpenError::Unavailable(_)))));
    assert!(rooms.edit(DOCUMENT, None, |_| panic!("there is nothing to edit")).await.is_err());
    assert!(log.rows(DOCUMENT).is_empty());
    log.loads_fail(false);
    let mut maija = Client::join(&rooms, member(1, Access::Write)).await;
    maija.writes("hei").await;
    maija.until(Client::is_saved).await;
    assert_eq!(log.text(DOCUMENT), "hei");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_seen_or_called_saved_before_it_is_safe() {
    let (rooms, log) = open(Settings::default());
    let mut maija = Client::join(&rooms, member(1, Access::Write)).await;
    let mut kari = Client::join(&rooms, visitor()).await;
    maija.listens(MOMENT).await;
    kari.listens(MOMENT).await;
    let before = maija.saved.len();

    log.is_in_the_mood(Mood::Held);
    maija.writes("hei").await;
    maija.send(wire::encode_sync_status(&[42])).await;
    let mut outi = Client::stock(&rooms, DOCUMENT, visitor()).await;
    let text = tokio::spawn({
        let rooms = rooms.clone();
        async move { rooms.text(DOCUMENT).await.unwrap() }
    });
    for client in [&mut maija, &mut kari, &mut outi] {
        client.listens(MOMENT).await;
    }
    assert_eq!((maija.saved.len(), maija.marks.len(), kari.text().as_str()), (before, 0, ""));
    assert!(!outi.synced && !text.is_finished(), "an answer would have held what is not safe");

    log.is_in_the_mood(Mood::Works);
    maija.until(|client| client.saved.len() > before && client.marks == [[42]]).await;
    kari.until(|client| client.text() == "hei").await;
    outi.until(|client| client.synced && client.text() == "hei").await;
    assert_eq!(text.await.unwrap().0, 1);
}

#[tokio::test(start_paused = true)]
async fn updates_out_of_order_wait_for_what_they_build_on() {
    let (rooms, log) = open(Settings::default());
    let mut maija = Client::join(&rooms, member(1, Access::Write)).await;
    let parts: Vec<_> = ["yksi", "kaksi", "kolme", "neljä"].map(|word| maija.edit(word)).into();
    let mut kari = Client::join(&rooms, visitor()).await;
    for part in [3, 1, 3, 2, 0] {
        maija.send(wire::encode_update(&parts[part])).await;
    }
    kari.until(|client| client.text() == "yksi kaksi kolme neljä").await;
    maija.until(Client::is_saved).await;
    assert_eq!((log.text(DOCUMENT).as_str(), maija.refused.len()), ("yksi\nkaksi\nkolme\nneljä", 0));
}

#[tokio::test(start_paused = true)]
async fn each_row_of_the_log_holds_what_its_author_was_first_to_bring() {
    let (rooms, log) = open(Settings::default());
    let mut maija = Client::join(&rooms, member(1, Access::Write)).await;
    let mut kari = Client::join(&rooms, member(2, Access::Write)).await;
    maija.writes("maijan").await;
    kari.until(|client| client.text() == "maijan").await;
    // Kari sends everything he has, Maija's words among it.
    kari.edit("karin");
    let all = kari.everything();
    kari.send(wire::encode_step2(&all)).await;
    maija.until(|client| client.text() == "maijan karin").await;
    let actors: Vec<_> = log.rows(DOCUMENT).iter().map(|row| row.actor).collect();
    assert_eq!(actors, [Some(1), Some(2)]);
    let clients: Vec<Vec<u64>> = log
        .rows(DOCUMENT)
        .iter()
        .map(|row| {
            update::validate(&row.bytes, &Limits::default()).unwrap().inserts().iter().map(|r| r.client).collect()
        })
        .collect();
    assert!(clients[0].iter().all(|client| !clients[1].contains(client)));
}

#[tokio::test(start_paused = true)]
async fn a_lone_client_hears_something_every_twenty_seconds() {
    let (rooms, _) = open(Settings::default());
    let mut reader = Client::join(&rooms, visitor()).await;
    reader.listens(MOMENT).await;
    for _ in 0..6 {
        assert!(reader.listens(Duration::from_secs(20)).await > 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_is_cut_and_never_skipped() {
    let (rooms, log) = open(Settings { bytes_per_second: 1 << 30, ..Settings::default() });
    let mut maija = Client::join(&rooms, member(1, Access::Write)).await;
    let mut kari = Client::join(&rooms, visitor()).await;
    let large = "x".repeat(100_000);
    for _ in 0..40 {
        maija.writes(&large).await;
        maija.until(Client::is_saved).await;
    }
    assert_eq!(kari.ends().await, Close::Slow);
    assert!(!large.is_empty() && log.text(DOCUMENT).len() > 4_000_000);
    let mut again = Client::join(&rooms, visitor()).await;
    again.until(|client| client.text().len() > 4_000_000).await;
}

#[tokio::test(start_paused = true)]
async fn the_last_edit_before_leaving_counts() {
    let (rooms, log) = open(Settings::default());
    let mut maija = Client::join(&rooms, member(1, Access::Write)).await;
    maija.writes("viimeinen").await;
    drop(maija);
    rooms.drain().await;
    assert_eq!(log.text(DOCUMENT), "viimeinen");
}

#[tokio::test(start_paused = true)]
async fn shutting_down_logs_what_is_at_hand_and_sends_everybody_away() {
    let (rooms, log) = open(Settings { gather: Duration::from_secs(5), ..Settings::default() });
    let mut maija = Client::join(&rooms, member(1, Access::Write)).await;
    let mut kari = Client::join(&rooms, visitor()).await;
    maija.writes("vielä").await;
    maija.listens(MOMENT).await;
    rooms.drain().await;
    assert_eq!(log.text(DOCUMENT), "vielä");
    assert_eq!((maija.ends().await, kari.ends().await), (Close::Draining, Close::Draining));
    assert_eq!((kari.text().as_str(), Close::Draining.code()), ("vielä", 1012));
    assert!(rooms.join(DOCUMENT, visitor()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_edit_by_the_server_is_like_any_other() {
    let (rooms, log) = open(Settings::default());
    let mut kari = Client::join(&rooms, visitor()).await;
    let wanted = aukio_text::markdown::parse("palvelimelta");
    let seq = rooms.edit(DOCUMENT, Some(3), move |replica| replica.replace_with(&wanted).unwrap()).await.unwrap();
    kari.until(|client| client.text() == "palvelimelta").await;
    assert_eq!((seq, log.rows(DOCUMENT)[0].actor), (1, Some(3)));
    assert_eq!(rooms.edit(DOCUMENT, None, |_| None).await.unwrap(), 1);
    // One that fails takes nothing with it.
    assert!(rooms.edit(DOCUMENT, None, |_| panic!("a fault in the caller")).await.is_err());
    kari.send(wire::encode(&Message::Hello(1))).await;
    kari.listens(MOMENT).await;
    assert_eq!(rooms.text(DOCUMENT).await.unwrap().0, 1);
}
