//! The y-websocket protocol by hand: just enough frames and updates to write a paragraph and to see what
//! others wrote. What stock clients do with it is told in the browser's journeys.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::protocol::Message;

use super::live::{Socket, connect};
use super::{PATIENCE, Teller};

/// The messages of our own: an editor's hello, the word that an update is safe, and that it was not taken.
const HELLO: u8 = 110;
const SAVED: u8 = 111;
const REFUSED: u8 = 112;

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

    /// Connects if the service answers at this moment.
    pub async fn tries(teller: &Teller, document: &str) -> Option<Sync> {
        let id = document.rsplit('/').next().expect("an address has a last part");
        let socket = connect(teller, &format!("/sync/{id}")).await.ok()?;
        let mut sync = Sync { socket, received: Vec::new() };
        sync.socket.send(Message::binary(vec![0, 0, 1, 0])).await.ok()?;
        Some(sync)
    }

    /// Connects as an editor of our own does, which is told of each update whether it is safe.
    pub async fn write(teller: &Teller, document: &str) -> Sync {
        let mut sync = Sync::open(teller, document).await;
        sync.sends(vec![HELLO, 1]).await;
        sync
    }

    /// Sends an update and waits for the word that it is safe. The code that the connection ended with, if it did.
    pub async fn saves(&mut self, update: &[u8]) -> Result<(), u16> {
        self.socket.send(Message::binary(update_frame(update))).await.map_err(|_| 1006_u16)?;
        loop {
            let frame = self.frame().await?;
            match frame.first() {
                Some(&SAVED) => return Ok(()),
                Some(&REFUSED) => return Err(0),
                _ => self.received.extend(frame),
            }
        }
    }

    /// Waits until a message of any kind holds the words.
    pub async fn hears(&mut self, text: &str) {
        let waiting = async {
            while !contains(&self.received, text) {
                let frame = self.frame().await.unwrap_or_else(|code| panic!("closed with {code} before `{text}` came"));
                self.received.extend(frame);
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("`{text}` did not come"));
    }

    /// Follows along until the connection ends, however long that takes.
    pub async fn ends(&mut self) -> u16 {
        loop {
            match self.frame().await {
                Ok(frame) => self.received.extend(frame),
                Err(code) => return code,
            }
        }
    }

    /// Whether a message of any kind brings the words within this time.
    pub async fn hears_within(&mut self, time: Duration, text: &str) -> bool {
        let hearing = async {
            while !contains(&self.received, text) {
                let Ok(frame) = self.frame().await else { return };
                self.received.extend(frame);
            }
        };
        let _ = tokio::time::timeout(time, hearing).await;
        self.has(text)
    }

    /// From here on only what comes anew counts.
    pub fn forgets(&mut self) {
        self.received.clear();
    }

    /// All that has come, as far as it is text.
    pub fn heard(&self) -> String {
        String::from_utf8_lossy(&self.received).into_owned()
    }

    pub async fn sends(&mut self, frame: Vec<u8>) {
        self.socket.send(Message::binary(frame)).await.expect("/sync listens");
    }

    /// Sends an update.
    pub async fn updates(&mut self, update: &[u8]) {
        self.sends(update_frame(update)).await;
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

/// A frame with an update in it.
pub fn update_frame(update: &[u8]) -> Vec<u8> {
    let mut frame = vec![0, 2];
    number(&mut frame, update.len() as u64);
    frame.extend_from_slice(update);
    frame
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
pub fn number(out: &mut Vec<u8>, mut value: u64) {
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

/// The same document over an event stream and single requests, as where websockets are blocked.
pub struct Stream {
    teller: Teller,
    events: reqwest::Response,
    push: String,
    text: String,
    received: Vec<u8>,
}

impl Stream {
    pub async fn open(teller: &Teller, document: &str, key: &str) -> Stream {
        let id = document.rsplit('/').next().expect("an address has a last part");
        let events = teller.opens(&format!("/sync/{id}/stream?key={key}")).await;
        assert_eq!(events.headers()["content-type"], "text/event-stream");
        let push = format!("/sync/{id}/push?key={key}");
        let stream = Stream { teller: teller.clone(), events, push, text: String::new(), received: Vec::new() };
        assert_eq!(stream.pushes(0, vec![0, 0, 1, 0]).await, 204);
        stream
    }

    /// Hands over frame `n` and returns the status of the answer.
    pub async fn pushes(&self, n: u64, frame: Vec<u8>) -> u16 {
        self.teller.sends(&format!("{}&n={n}", self.push), frame).await
    }

    /// Waits until the words have come.
    pub async fn shows(&mut self, words: &str) {
        let waiting = async {
            while !contains(&self.received, words) {
                assert!(self.takes().await.is_none(), "the stream ended before `{words}` came");
            }
        };
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            panic!("`{words}` did not come in {PATIENCE:?}");
        }
    }

    /// The code that the stream ends with.
    pub async fn ends(&mut self) -> u16 {
        let waiting = async {
            loop {
                if let Some(code) = self.takes().await {
                    return code;
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("the server ends the stream")
    }

    /// Takes one event; the code if it was the last.
    async fn takes(&mut self) -> Option<u16> {
        while !self.text.contains("\n\n") {
            let chunk = self.events.chunk().await.expect("the stream goes on")?;
            self.text.push_str(std::str::from_utf8(&chunk).expect("an event stream is text"));
        }
        let (event, rest) = self.text.split_once("\n\n").expect("just looked for");
        let data = event.lines().find_map(|line| line.strip_prefix("data: ")).unwrap_or_default().to_owned();
        let over = event.lines().any(|line| line == "event: over");
        self.text = rest.to_owned();
        if over {
            return data.parse().ok();
        }
        self.received.extend(from_base64(&data));
        None
    }
}

fn from_base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |byte: u8| DIGITS.iter().position(|&digit| digit == byte).expect("a digit of base 64") as u32;
    let mut bytes = Vec::new();
    for group in text.trim_end_matches('=').as_bytes().chunks(4) {
        let value = group.iter().fold(0, |value, &byte| value << 6 | digit(byte)) << (6 * (4 - group.len()));
        bytes.extend(&value.to_be_bytes()[1..][..group.len() * 6 / 8]);
    }
    bytes
}
