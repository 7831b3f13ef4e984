//! The y-websocket protocol by hand: just enough frames and updates to write a paragraph and to see what
//! others wrote. What stock clients do with it is told in the browser's journeys.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::protocol::Message;

use super::live::{Socket, connect};
use super::{PATIENCE, Teller};

/// One editor's connection to a document.
pub struct Sync {
    socket: Socket,
    received: Vec<u8>,
}

impl Sync {
    /// Connects and says hello with nothing in hand, so that the answer holds the whole document.
    pub async fn open(teller: &Teller, document: &str) -> Sync {
        let id = document.rsplit('/').next().expect("an address has a last part");
        let socket = connect(teller, &format!("/sync/{id}")).await.expect("/sync opens");
        let mut sync = Sync { socket, received: Vec::new() };
        // sync, step 1, a state vector of one byte: no clients
        sync.sends(vec![0, 0, 1, 0]).await;
        sync
    }

    pub async fn sends(&mut self, frame: Vec<u8>) {
        self.socket.send(Message::binary(frame)).await.expect("/sync listens");
    }

    /// Sends an update.
    pub async fn updates(&mut self, update: &[u8]) {
        let mut frame = vec![0, 2];
        number(&mut frame, update.len() as u64);
        frame.extend_from_slice(update);
        self.sends(frame).await;
    }

    /// Waits until the words have come, in the first answer or in an update.
    pub async fn shows(&mut self, text: &str) {
        let waiting = async {
            while !contains(&self.received, text) {
                let frame = self.frame().await.unwrap_or_else(|code| panic!("closed with {code} before `{text}` came"));
                if frame.first() == Some(&0) {
                    self.received.extend(frame);
                }
            }
        };
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            panic!("`{text}` did not come in {PATIENCE:?}");
        }
    }

    /// The code that the server closes with.
    pub async fn closes(&mut self) -> u16 {
        let waiting = async {
            loop {
                if let Err(code) = self.frame().await {
                    return code;
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("the server closes the connection")
    }

    /// Whether the words have come so far.
    pub fn has(&self, text: &str) -> bool {
        contains(&self.received, text)
    }

    /// Takes what arrives in this time; for stories about what must not come.
    pub async fn listens(&mut self, time: Duration) {
        let listening = async {
            while let Ok(frame) = self.frame().await {
                self.received.extend(frame);
            }
        };
        let _ = tokio::time::timeout(time, listening).await;
    }

    async fn frame(&mut self) -> Result<Vec<u8>, u16> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Binary(frame))) => return Ok(frame.to_vec()),
                Some(Ok(Message::Close(close))) => return Err(close.map_or(1005, |close| close.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(1006),
            }
        }
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// An update in Yjs's first format that puts a paragraph at the start of the text: an element with a text
/// node with these words in it, by a client that has written nothing before.
pub fn paragraph(client: u64, words: &str) -> Vec<u8> {
    const TYPE: u8 = 7;
    const STRING: u8 = 4;
    const ELEMENT: u8 = 3;
    const TEXT: u8 = 6;
    let mut update = vec![1, 3];
    number(&mut update, client);
    number(&mut update, 0);
    // <paragraph> in the root type `default`
    update.extend([TYPE, 1]);
    string(&mut update, "default");
    update.push(ELEMENT);
    string(&mut update, "paragraph");
    // a text node in it
    update.extend([TYPE, 0]);
    number(&mut update, client);
    number(&mut update, 0);
    update.push(TEXT);
    // and the words in that
    update.extend([STRING, 0]);
    number(&mut update, client);
    number(&mut update, 1);
    string(&mut update, words);
    // nothing deleted
    update.push(0);
    update
}

/// A number as lib0 writes it: seven bits a byte, least first.
fn number(out: &mut Vec<u8>, mut value: u64) {
    while value > 127 {
        out.push(value as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

fn string(out: &mut Vec<u8>, text: &str) {
    number(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}
