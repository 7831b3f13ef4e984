//! `/sync/{document}`: the y-websocket protocol, so that stock Yjs providers connect unchanged.

use std::time::Duration;

use aukio_core::DocumentId;
use aukio_sync::Close;
use axum::Router;
use axum::extract::Path;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;

use super::seat::{Event, Guest, MESSAGE_BYTES_MOST, Seat, close};
use crate::app::App;
use crate::web::{Visit, secure};

/// How long one frame may take to leave.
const SEND_SECONDS: u64 = 20;

pub fn routes() -> Router<App> {
    Router::new().route("/sync/{document}", any(open))
}

async fn open(visit: Visit, Path(id): Path<String>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    let guest = Guest::of(&visit, &headers);
    // A foreign page could borrow a member's cookie, but a program without one can only read.
    if guest.token.is_some() && !secure::same_origin(&visit.app, &headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Some(admission) = visit.app.live.admit(visit.from) else {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    };
    upgrade
        .max_message_size(MESSAGE_BYTES_MOST)
        .max_frame_size(MESSAGE_BYTES_MOST)
        .read_buffer_size(4096)
        .write_buffer_size(4096)
        // A whole document must fit, and nothing else: more waits in the room's own queue, which is bounded.
        .max_write_buffer_size(MESSAGE_BYTES_MOST + 64 * 1024)
        .on_upgrade(move |mut socket| async move {
            let _admission = admission;
            let code = match id.parse() {
                Ok(id) => serve(guest, &mut socket, id).await,
                Err(_) => Some(close::GONE),
            };
            if let Some(code) = code {
                let _ = send(&mut socket, Message::Close(Some(CloseFrame { code, reason: "".into() }))).await;
            }
        })
}

/// Passes frames between the socket and the room. Returns the code to close with, if any.
async fn serve(guest: Guest, socket: &mut WebSocket, id: DocumentId) -> Option<u16> {
    let (mut seat, mut incoming) = match Seat::take(guest, id).await {
        Ok(seat) => seat,
        Err(code) => return Some(code),
    };
    loop {
        tokio::select! {
            event = seat.next() => match event {
                Event::Frame(frame) => {
                    if !send(socket, Message::Binary(frame)).await {
                        return None;
                    }
                }
                Event::Recheck => {
                    if let Err(code) = seat.recheck().await {
                        return Some(code);
                    }
                }
                Event::Over(code) => return Some(code),
            },
            message = socket.recv() => match message {
                Some(Ok(Message::Binary(frame))) => {
                    if incoming.send(frame.into()).await.is_err() {
                        return Some(seat.reason());
                    }
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Text(_))) => return Some(Close::BadFrame.code()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
            },
        }
    }
}

async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(tokio::time::timeout(Duration::from_secs(SEND_SECONDS), socket.send(message)).await, Ok(Ok(())))
}
