//! Cursors: bound to the session, named by the server, gathered.

use std::time::Duration;

use aukio_protocol::wire::{self, Message};
use aukio_sync::{Access, Settings};

use crate::support::{Client, member, open, presence, visitor};

const MOMENT: Duration = Duration::from_millis(400);

#[tokio::test(start_paused = true)]
async fn names_are_the_servers_and_ids_the_sessions() {
    let (rooms, _) = open(Settings::default());
    let mut maija = Client::join(&rooms, member(1, Access::Write)).await;
    let mut kari = Client::join(&rooms, member(2, Access::Write)).await;
    maija.send(presence(11, 1, r#"{"user":{"name":"The mayor"},"cursor":{"anchor":1}}"#)).await;
    kari.until(|client| client.people.contains_key(&11)).await;
    assert!(kari.people[&11].state.contains("Member 1") && !kari.people[&11].state.contains("mayor"));

    kari.send(presence(11, 9, "null")).await;
    kari.send(presence(11, 9, r#"{"cursor":null}"#)).await;
    let mut outi = Client::join(&rooms, visitor()).await;
    outi.send(presence(77, 1, "{}")).await;
    outi.listens(MOMENT).await;
    assert!(outi.people[&11].state.contains("Member 1"), "nobody speaks for another");
    kari.listens(MOMENT).await;
    assert!(!kari.people.contains_key(&77), "visitors read along unseen");

    drop(maija);
    kari.until(|client| client.people[&11].is_gone()).await;
    outi.send(wire::encode(&Message::QueryAwareness)).await;
    outi.listens(MOMENT).await;
    assert!(outi.people[&11].is_gone());
}

#[tokio::test(start_paused = true)]
async fn a_moving_crowd_costs_each_a_few_frames_a_second() {
    const PEOPLE: u64 = 60;
    let (rooms, _) = open(Settings::default());
    let mut crowd = Vec::new();
    for actor in 0..PEOPLE {
        crowd.push(Client::join(&rooms, member(actor as i64, Access::Write)).await);
    }
    for client in &mut crowd {
        client.listens(MOMENT).await;
        client.awareness_frames = 0;
    }
    // Everybody moves twenty times within a second.
    for round in 0..20 {
        for (client, who) in crowd.iter_mut().zip(1..) {
            client.send(presence(who, round + 1, &format!(r#"{{"cursor":{round}}}"#))).await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for (client, who) in crowd.iter_mut().zip(1..=PEOPLE) {
        client.listens(MOMENT).await;
        assert!(client.awareness_frames <= 25, "{} frames instead of {}", client.awareness_frames, 20 * PEOPLE);
        assert!(!client.people.contains_key(&who), "nobody is told of itself");
        let others = client.people.values().filter(|entry| entry.state.contains(r#""cursor":19"#)).count();
        assert_eq!(others as u64, PEOPLE - 1, "and everybody's last move arrives");
    }
}
