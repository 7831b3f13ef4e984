//! `/sync/{document}`: the y-websocket protocol, so that stock Yjs providers connect unchanged.

use aukio_core::DocumentId;
use aukio_sync::Close;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;

use super::seat::{Event, Guest, MESSAGE_BYTES_MOST, Seat, close};
use crate::app::App;
use crate::web::websocket::{Received, Socket, Upgrade};
use crate::web::{Visit, secure};

pub fn routes() -> Router<App> {
    Router::new().route("/sync/{document}", any(open))
}

async fn open(visit: Visit, Path(id): Path<String>, headers: HeaderMap, upgrade: Upgrade) -> Response {
    let guest = Guest::of(&visit, &headers);
    // A foreign page could borrow a member's cookie, but a program without one can only read.
    if guest.token.is_some() && !secure::same_origin(&visit.app, &headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Some(admission) = visit.app.live.admit(visit.from) else {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    };
    upgrade.serve(MESSAGE_BYTES_MOST, move |mut socket| async move {
        let _admission = admission;
        let code = match id.parse() {
            Ok(id) => serve(guest, &mut socket, id).await,
            Err(_) => Some(close::GONE),
        };
        if let Some(code) = code {
            socket.close(code).await;
        }
    })
}

/// Passes frames between the socket and the room. Returns the code to close with, if any.
async fn serve(guest: Guest, socket: &mut Socket, id: DocumentId) -> Option<u16> {
    let (mut seat, mut incoming) = match Seat::take(guest, id).await {
        Ok(seat) => seat,
        Err(code) => return Some(code),
    };
    loop {
        tokio::select! {
            event = seat.next() => match event {
                Event::Frame(frame) => {
                    if !socket.send_binary(frame).await {
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
            message = socket.receive() => match message {
                Some(Received::Binary(frame)) => {
                    if incoming.send(frame.into()).await.is_err() {
                        return Some(seat.reason());
                    }
                }
                Some(Received::Text(_)) => return Some(Close::BadFrame.code()),
                None => return None,
            },
        }
    }
}
