//! What happens when the engine fails on an update: only tests inside the crate can make it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aukio_protocol::Limits;
use aukio_protocol::wire::{self, Message};
use aukio_text::markdown::parse;

use crate::replica::tests::TRAP;
use crate::{Access, Close, Loaded, Log, LogError, Outgoing, Pending, Replica, Rooms, Session, Settings};

#[derive(Clone, Default)]
struct Rows(Arc<Mutex<Vec<Vec<u8>>>>);

impl Log for Rows {
    async fn load(&self, _: i64) -> Result<Loaded, LogError> {
        let rows = self.0.lock().unwrap().clone();
        Ok(Loaded { updates: (1..).zip(rows).collect(), ..Loaded::default() })
    }

    async fn append(&self, _: i64, updates: Vec<Pending>) -> Result<i64, LogError> {
        let mut rows = self.0.lock().unwrap();
        rows.extend(updates.into_iter().map(|update| update.bytes));
        Ok(rows.len() as i64)
    }
}

fn member(actor: i64) -> Session {
    let nothing = String::new;
    let access = Access::Write;
    Session { actor: Some(actor), access, name: nothing(), look: nothing(), colour: nothing(), shown_id: nothing() }
}

/// Everything that a session is sent within a second.
async fn frames(outgoing: &mut Outgoing) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let end = tokio::time::Instant::now() + Duration::from_secs(1);
    while let Ok(Some(frame)) = tokio::time::timeout_at(end, outgoing.next()).await {
        frames.push(frame.to_vec());
    }
    frames
}

#[tokio::test(start_paused = true)]
async fn an_engine_failure_ends_its_sender_and_loses_nobodys_words() {
    let log = Rows::default();
    let rooms = Rooms::new(log.clone(), Settings::default());
    let (mut good, mut good_out) = rooms.join(1, member(1)).await.unwrap().split();
    let (mut bad, mut bad_out) = rooms.join(1, member(2)).await.unwrap().split();
    good.send(wire::encode(&Message::Hello(1))).await.unwrap();
    // Gathered, not yet logged, when the failure comes; and one more behind it.
    good.send(wire::encode_update(&Replica::from_tree(&parse("ennen")).unwrap())).await.unwrap();
    bad.send(wire::encode_update(&Replica::from_tree(&parse(TRAP)).unwrap())).await.unwrap();
    good.send(wire::encode_update(&Replica::from_tree(&parse("perästä")).unwrap())).await.unwrap();

    frames(&mut bad_out).await;
    assert_eq!(bad_out.reason(), Close::BadFrame);
    let limits = Limits::default();
    let heard = frames(&mut good_out).await;
    let heard: Vec<Message<'_>> = heard.iter().flat_map(|frame| wire::decode(frame, &limits).unwrap()).collect();
    let saved = heard.iter().filter(|message| matches!(message, Message::Saved(_))).count();
    assert_eq!(saved, 2, "{heard:?}");
    assert!(!heard.iter().any(|message| matches!(message, Message::Refused(_) | Message::AccessChanged(false))));
    assert_eq!(log.0.lock().unwrap().len(), 2);
    let text = rooms.text(1).await.unwrap().1;
    assert_eq!(text.blocks.len(), 2);
}
