//! Bytes that are meant to hurt, sent through the door that everybody uses.

use aukio_protocol::wire;
use aukio_sync::{Access, Close, Settings};

use crate::support::{Client, DOCUMENT, member, open};

#[tokio::test(start_paused = true)]
async fn known_killers_end_their_sender_only() {
    let (rooms, log) = open(Settings::default());
    let mut maija = Client::join(&rooms, member(1, Access::Write)).await;
    let killers: [Vec<u8>; 5] = [
        vec![0, 0, 6, 0xff, 0xff, 0xff, 0xff, 0x0f],
        vec![1, 5, 0xff, 0xff, 0xff, 0xff, 0x0f],
        wire::encode_update(&[1, 1, 5, 0, 0x08, 1, 1, 97, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0]),
        wire::encode_update(&[&[1, 1, 5, 0, 0x08, 1, 1, 97, 1][..], &vec![117; 40_000], &[0]].concat()),
        vec![],
    ];
    for killer in killers {
        let mut hostile = Client::join(&rooms, member(2, Access::Write)).await;
        hostile.send(killer).await;
        let end = hostile.ends().await;
        assert!(matches!(end, Close::BadFrame | Close::TooLarge), "{end:?}");
    }
    maija.writes("hei").await;
    maija.until(Client::is_saved).await;
    assert_eq!(log.text(DOCUMENT), "hei");
}
