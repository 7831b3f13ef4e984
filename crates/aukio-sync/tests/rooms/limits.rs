//! Every bound of a room, and the words at it.

use std::sync::Arc;
use std::time::Duration;

use aukio_protocol::wire::{self, Message};
use aukio_sync::{Access, Close, JoinError, Log, OpenError, Pending, Replica, Rooms, Settings};
use aukio_text::markdown::parse;

use crate::support::{Client, DOCUMENT, TestLog, member, open, visitor};

const MOMENT: Duration = Duration::from_millis(400);

#[tokio::test(start_paused = true)]
async fn a_document_has_a_largest_size() {
    let (rooms, log) = open(Settings { document_bytes_max: 50_000, ..Settings::default() });
    let mut maija = Client::join(&rooms, member(1, Access::Write)).await;
    for _ in 0..4 {
        maija.writes(&"x".repeat(10_000)).await;
        maija.until(|client| client.is_saved()).await;
    }
    maija.writes(&"y".repeat(20_000)).await;
    assert_eq!(
        (maija.ends().await, maija.refused.as_slice()),
        (Close::TooLarge, &["document-too-large".to_owned()][..])
    );
    assert_eq!((log.text(DOCUMENT).len(), Close::TooLarge.code()), (4 * 10_001 - 1, 4413));

    // Deleting is always allowed, and makes room.
    let mut kari = Client::join(&rooms, member(2, Access::Write)).await;
    let gone = kari.deletes_all();
    kari.send(wire::encode_update(&gone)).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    kari.writes(&"z".repeat(20_000)).await;
    kari.until(Client::is_saved).await;
    assert_eq!(log.text(DOCUMENT), "z".repeat(20_000));
}

#[tokio::test(start_paused = true)]
async fn a_document_has_a_largest_number_of_items() {
    let (rooms, _) = open(Settings { document_items_max: 100, ..Settings::default() });
    let mut maija = Client::join(&rooms, member(1, Access::Write)).await;
    for _ in 0..60 {
        maija.writes("x").await;
    }
    assert_eq!(maija.ends().await, Close::TooLarge);
}

#[tokio::test(start_paused = true)]
async fn a_room_has_a_largest_number_of_sessions() {
    let (rooms, _) = open(Settings { sessions_max: 2, ..Settings::default() });
    let one = rooms.join(DOCUMENT, visitor()).await.unwrap();
    let _two = rooms.join(DOCUMENT, visitor()).await.unwrap();
    assert!(matches!(rooms.join(DOCUMENT, visitor()).await, Err(JoinError::Full)));
    drop(one);
    tokio::time::sleep(MOMENT).await;
    assert!(rooms.join(DOCUMENT, visitor()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_flood_ends_the_client_and_not_the_room() {
    let (rooms, _) = open(Settings::default());
    let mut maija = Client::join(&rooms, member(1, Access::Write)).await;
    let mut kari = Client::join(&rooms, visitor()).await;
    for _ in 0..700 {
        kari.send(wire::encode(&Message::QueryAwareness)).await;
    }
    assert_eq!((kari.ends().await, Close::TooMuch.code()), (Close::TooMuch, 1008));
    maija.writes("hei").await;
    maija.until(Client::is_saved).await;
}

#[tokio::test(start_paused = true)]
async fn idle_rooms_close_after_a_while() {
    let (rooms, log) = open(Settings::default());
    let maija = Client::join(&rooms, member(1, Access::Write)).await;
    tokio::time::sleep(Duration::from_secs(90)).await;
    assert_eq!(rooms.open_rooms(), 1, "somebody is here");
    drop(maija);
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(rooms.open_rooms(), 1, "somebody may come back");
    tokio::time::sleep(Duration::from_secs(40)).await;
    assert_eq!((rooms.open_rooms(), log.loads()), (0, 1));
    Client::join(&rooms, member(1, Access::Write)).await;
    assert_eq!(log.loads(), 2);
}

#[tokio::test(start_paused = true)]
async fn idle_rooms_make_way_when_memory_is_short_and_busy_ones_do_not() {
    let (rooms, _) = open(Settings { memory_bytes_max: 100 << 10, ..Settings::default() });
    let mut stayed = Client::stock(&rooms, 1, member(1, Access::Write)).await;
    for document in 2..=20 {
        drop(Client::stock(&rooms, document, visitor()).await);
        tokio::time::sleep(MOMENT).await;
        assert!(rooms.open_rooms() <= 4, "{} rooms", rooms.open_rooms());
    }
    stayed.until(|client| client.synced).await;

    let mut busy = vec![stayed];
    let refused = loop {
        match rooms.join(100 + busy.len() as i64, visitor()).await {
            Ok(_) if busy.len() > 10 => panic!("there is no end"),
            Ok(connection) => {
                drop(connection);
                busy.push(Client::stock(&rooms, 100 + busy.len() as i64, visitor()).await);
            }
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, JoinError::Open(OpenError::Unavailable(_))));
    // Rooms that are open stay open to others.
    assert!(rooms.join(1, visitor()).await.is_ok());
}

#[tokio::test]
async fn memory_that_is_short_is_short_also_when_all_come_at_once() {
    const DOCUMENTS: i64 = 40;
    let log = TestLog::new();
    let text = parse(&"pitkä teksti ".repeat(2_000));
    for document in 1..=DOCUMENTS {
        let bytes = Replica::from_tree(&text).unwrap();
        log.append(document, vec![Pending { actor: None, bytes, schema: 0 }]).await.unwrap();
    }
    // Each takes some 250 KiB, which nobody knows before it is loaded.
    let rooms = Arc::new(Rooms::new(log, Settings { memory_bytes_max: 3 << 20, ..Settings::default() }));
    let joins = (1..=DOCUMENTS).map(|document| {
        let rooms = Arc::clone(&rooms);
        tokio::spawn(async move { rooms.join(document, visitor()).await })
    });
    let (mut open, mut refused) = (Vec::new(), 0);
    for join in joins.collect::<Vec<_>>() {
        match join.await.unwrap() {
            Ok(connection) => open.push(connection),
            Err(JoinError::Open(OpenError::Unavailable(_))) => refused += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!((4..=14).contains(&open.len()) && open.len() + refused == DOCUMENTS as usize, "{} are open", open.len());
}
