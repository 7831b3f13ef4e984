//! Websockets (RFC 6455), on tungstenite. axum's own extractor keeps a buffer as large as the largest message for as
//! long as the socket lives, and a message must fit in it whole: hundreds who open a large document at the same moment
//! would cost a copy each. Here a large message leaves in portions, straight from the bytes that all of them share.

use std::future::Future;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts;
use axum::http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message, Role, WebSocketConfig};

/// The largest piece of a message that is copied for a socket, in bytes.
const PORTION: usize = 16 * 1024;
const READ_BUFFER: usize = 4096;
const WRITE_BUFFER: usize = 4096;
/// Portions, and answers to pings between them.
const WRITE_BUFFER_MOST: usize = 1 << 20;
/// How long one portion may take to leave. Whoever reads slowly still gets everything; whoever does not read is cut.
const SEND_WITHIN: Duration = Duration::from_secs(20);
/// How long the other end may take to answer our goodbye. Hanging up at once would make its kernel throw away what it
/// has not read yet, the reason for closing among it.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);

/// A request to go on as a websocket.
pub struct Upgrade {
    key: HeaderValue,
    connection: OnUpgrade,
}

/// The address is for websockets, and the request does not ask for one.
pub struct NoUpgrade;

impl IntoResponse for NoUpgrade {
    fn into_response(self) -> Response {
        let headers = [(UPGRADE, "websocket"), (CONNECTION, "upgrade"), (SEC_WEBSOCKET_VERSION, "13")];
        (StatusCode::UPGRADE_REQUIRED, headers, "This address is for websockets of version 13 (RFC 6455).\n")
            .into_response()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = NoUpgrade;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NoUpgrade> {
        let asks = parts.method == Method::GET
            && lists(&parts.headers, CONNECTION, "upgrade")
            && lists(&parts.headers, UPGRADE, "websocket")
            && parts.headers.get(SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
        let key = parts.headers.get(SEC_WEBSOCKET_KEY).filter(|_| asks).cloned().ok_or(NoUpgrade)?;
        let connection = parts.extensions.remove().ok_or(NoUpgrade)?;
        Ok(Upgrade { key, connection })
    }
}

/// Whether a header that is a list of words has this one among them.
fn lists(headers: &HeaderMap, name: HeaderName, word: &str) -> bool {
    let lines = headers.get_all(name);
    let mut words = lines.iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    words.any(|listed| listed.trim().eq_ignore_ascii_case(word))
}

impl Upgrade {
    /// Agrees, and serves the socket on a task of its own. `message_bytes_most`: the largest message that is taken.
    pub fn serve<F>(self, message_bytes_most: usize, serve: impl FnOnce(Socket) -> F + Send + 'static) -> Response
    where
        F: Future<Output = ()> + Send,
    {
        let accept = derive_accept_key(self.key.as_bytes());
        tokio::spawn(async move {
            // The client has gone before it was served.
            let Ok(connection) = self.connection.await else { return };
            let config = WebSocketConfig::default()
                .max_message_size(Some(message_bytes_most))
                .max_frame_size(Some(message_bytes_most))
                .read_buffer_size(READ_BUFFER)
                .write_buffer_size(WRITE_BUFFER)
                .max_write_buffer_size(WRITE_BUFFER_MOST);
            let stream = WebSocketStream::from_raw_socket(TokioIo::new(connection), Role::Server, Some(config)).await;
            serve(Socket { stream }).await;
        });
        let headers = [(CONNECTION, "upgrade"), (UPGRADE, "websocket"), (SEC_WEBSOCKET_ACCEPT, accept.as_str())];
        (StatusCode::SWITCHING_PROTOCOLS, headers, Body::empty()).into_response()
    }
}

/// What a client sends.
pub enum Received {
    Text(Utf8Bytes),
    Binary(Bytes),
}

pub struct Socket {
    stream: WebSocketStream<TokioIo<Upgraded>>,
}

impl Socket {
    /// The next message, or `None` when the client has gone, says goodbye or breaks the protocol. Pings are answered.
    /// Cancel safe.
    pub async fn receive(&mut self) -> Option<Received> {
        loop {
            return match self.stream.next().await?.ok()? {
                Message::Text(text) => Some(Received::Text(text)),
                Message::Binary(bytes) => Some(Received::Binary(bytes)),
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => continue,
                Message::Close(_) => None,
            };
        }
    }

    /// False when the client has gone or does not read.
    pub async fn send_text(&mut self, text: &str) -> bool {
        self.send(Message::text(text)).await
    }

    /// The same.
    pub async fn send_binary(&mut self, bytes: Bytes) -> bool {
        if bytes.len() <= PORTION {
            return self.send(Message::Binary(bytes)).await;
        }
        let portions = bytes.len().div_ceil(PORTION);
        for portion in 0..portions {
            let until = bytes.len().min((portion + 1) * PORTION);
            let kind = if portion == 0 { Data::Binary } else { Data::Continue };
            let piece = bytes.slice(portion * PORTION..until);
            let frame = Frame::message(piece, OpCode::Data(kind), portion + 1 == portions);
            if !self.send(Message::Frame(frame)).await {
                return false;
            }
        }
        true
    }

    async fn send(&mut self, message: Message) -> bool {
        matches!(timeout(SEND_WITHIN, self.stream.send(message)).await, Ok(Ok(())))
    }

    /// Says goodbye with a code (RFC 6455, 7.4) and waits a moment until it has been heard.
    pub async fn close(mut self, code: u16) {
        let goodbye = Message::Close(Some(CloseFrame { code: code.into(), reason: Utf8Bytes::default() }));
        let until = Instant::now() + CLOSE_WITHIN;
        if self.send(goodbye).await {
            while let Ok(Some(Ok(_))) = timeout_at(until, self.stream.next()).await {}
        }
    }
}
