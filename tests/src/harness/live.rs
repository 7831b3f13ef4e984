//! The live page's socket, as the page's script speaks to it.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{PATIENCE, Page, Teller};

pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens a websocket of the service as this person's browser would.
pub async fn connect(teller: &Teller, path: &str) -> Result<Socket, tokio_tungstenite::tungstenite::Error> {
    let address = format!("{}{path}", teller.base.replacen("http", "ws", 1));
    let mut request = address.into_client_request()?;
    let headers = request.headers_mut();
    let mut set = |name: &'static str, value: &str| {
        headers.insert(name, value.parse().expect("what tests send are headers"));
    };
    set("origin", &teller.base);
    set("x-forwarded-for", teller.from());
    if let Some(cookies) = teller.cookies() {
        set("cookie", &cookies);
    }
    connect_async(request).await.map(|(socket, _)| socket)
}

/// A followed topic.
pub struct Live {
    socket: Socket,
    pub topic: String,
    /// The highest journal number heard; a page asks for what came after it when its connection breaks.
    pub number: i64,
    heard: Vec<Value>,
}

impl Live {
    /// Follows what the page shows, from the number that it was drawn at, and waits until it has caught up.
    pub async fn follow(teller: &Teller, page: &Page) -> Live {
        let topic = page.attribute("[data-topic]", "data-topic").expect("a live page names its topic");
        let drawn = page.attribute("[data-topic]", "data-journal").and_then(|number| number.parse().ok());
        Live::after(teller, &topic, drawn.expect("a live page knows its number")).await
    }

    /// Follows a topic from a number on.
    pub async fn after(teller: &Teller, topic: &str, number: i64) -> Live {
        let mut live = Live::ask(teller, topic, number).await;
        live.hears(|heard| heard["kind"] == "ready").await;
        live
    }

    /// Asks to follow without waiting for the answer.
    pub async fn ask(teller: &Teller, topic: &str, number: i64) -> Live {
        let mut socket = connect(teller, "/live").await.expect("/live opens");
        let follow = json!({"follow": topic, "after": number, "lang": "fi"}).to_string();
        socket.send(Message::text(follow)).await.expect("/live listens");
        Live { socket, topic: topic.to_owned(), number, heard: Vec::new() }
    }

    pub async fn says(&mut self, what: Value) {
        self.socket.send(Message::text(what.to_string())).await.expect("/live listens");
    }

    /// The first thing from now on that fits, in the order of arrival.
    pub async fn hears(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        let waiting = async {
            loop {
                let heard = self.next().await;
                if fits(&heard) {
                    return heard;
                }
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(heard) => heard,
            Err(_) => panic!("{} did not hear it in {PATIENCE:?}; it heard {:#?}", self.topic, self.heard),
        }
    }

    /// Whether something that fits comes within this time.
    pub async fn hears_within(&mut self, time: std::time::Duration, fits: impl Fn(&Value) -> bool) -> bool {
        tokio::time::timeout(time, async { while !fits(&self.next().await) {} }).await.is_ok()
    }

    /// Waits until an entry brings these words.
    pub async fn shows(&mut self, text: &str) -> Value {
        self.hears(|heard| heard["kind"] == "entry" && heard.to_string().contains(text)).await
    }

    /// What arrived until the number was reached: one string per entry.
    pub fn entries(&self) -> Vec<&Value> {
        self.heard.iter().filter(|heard| heard["kind"] == "entry").collect()
    }

    /// Waits until the server ends the connection.
    pub async fn closes(&mut self) {
        let waiting =
            async { while !matches!(self.socket.next().await, Some(Ok(Message::Close(_)) | Err(_)) | None) {} };
        tokio::time::timeout(PATIENCE, waiting).await.expect("the server closes the connection");
    }

    /// Whatever comes next.
    pub async fn next(&mut self) -> Value {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    let heard: Value = serde_json::from_str(&text).expect("/live speaks JSON");
                    if let Some(number) = heard["number"].as_i64().filter(|_| heard["kind"] == "entry") {
                        assert!(number > self.number, "{number} came after {}: doubled or out of order", self.number);
                        self.number = number;
                    }
                    self.heard.push(heard.clone());
                    return heard;
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("/live ended with {other:?}; it said {:#?}", self.heard),
            }
        }
    }
}
