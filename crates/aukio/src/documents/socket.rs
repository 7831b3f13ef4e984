//! `/sync/{document}`: the y-websocket protocol, so that stock Yjs providers connect unchanged.

use std::time::Duration;

use aukio_core::policy::Act;
use aukio_core::{DocumentId, Viewer};
use aukio_sync::{Access, Close, JoinError, OpenError, Session, Who};
use axum::Router;
use axum::extract::Path;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum_extra::extract::CookieJar;

use super::access;
use crate::app::App;
use crate::live::Admission;
use crate::people;
use crate::spaces::AccessError;
use crate::web::{Visit, secure};

/// The largest message from a client: a step 2 of a document written offline (4 MiB), and its frame.
const MESSAGE_BYTES_MOST: usize = 4 * 1024 * 1024 + 64;
/// How long one frame may take to leave.
const SEND_SECONDS: u64 = 20;

/// Close codes beyond those of the room: final ones, at which a page stops trying.
mod close {
    pub const GONE: u16 = 4404;
    pub const NO_ACCESS: u16 = 4403;
    pub const SIGN_IN: u16 = 4401;
    pub const TRY_AGAIN: u16 = 1013;
}

pub fn routes() -> Router<App> {
    Router::new().route("/sync/{document}", any(open))
}

async fn open(visit: Visit, Path(id): Path<String>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    let app = visit.app.clone();
    let jar = CookieJar::from_headers(&headers);
    let token = jar.get(secure::cookie_name(&app)).map(|cookie| cookie.value().to_owned());
    // A foreign page could borrow a member's cookie, but a program without one can only read.
    if token.is_some() && !secure::same_origin(&app, &headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Some(admission) = app.live.admit(visit.from) else {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    };
    upgrade
        .max_message_size(MESSAGE_BYTES_MOST)
        .max_frame_size(MESSAGE_BYTES_MOST)
        .read_buffer_size(8192)
        .write_buffer_size(8192)
        .max_write_buffer_size(16 * 1024 * 1024)
        .on_upgrade(move |socket| async move {
            let client = Client { app, token, viewer: visit.viewer, _admission: admission };
            client.serve(socket, id.parse().ok()).await;
        })
}

struct Client {
    app: App,
    token: Option<String>,
    viewer: Viewer,
    _admission: Admission,
}

impl Client {
    async fn serve(mut self, mut socket: WebSocket, id: Option<DocumentId>) {
        let code = match id {
            Some(id) => self.join(&mut socket, id).await,
            None => Some(close::GONE),
        };
        if let Some(code) = code {
            let _ = send(&mut socket, Message::Close(Some(CloseFrame { code, reason: "".into() }))).await;
        }
    }

    /// Passes frames between the socket and the room. Returns the code to close with, if any.
    async fn join(&mut self, socket: &mut WebSocket, id: DocumentId) -> Option<u16> {
        // Heard from before the rights are looked up, so that no change of them can slip by.
        let mut rechecks = self.app.live.rechecks();
        let mut stopping = self.app.documents.stopping();
        let access = match self.access(id).await {
            Ok(access) => access,
            Err(code) => return Some(code),
        };
        let member = self.viewer.member();
        let session = Session {
            actor: member.map(|member| member.id.0),
            access,
            name: member.map(|member| member.name.clone()).unwrap_or_default(),
            look: member.map(|member| member.sector.look().to_owned()).unwrap_or_default(),
            // The styles colour carets by sector; a stock client wants six digits of its own.
            colour: member.map_or("#0a5747", |member| colour(member.sector.look())).to_owned(),
            shown_id: member.map(|member| member.id.to_string()).unwrap_or_default(),
        };
        let connection = match self.app.documents.rooms.join(id.0, session).await {
            Ok(connection) => connection,
            Err(JoinError::NoAccess) => return Some(close::NO_ACCESS),
            Err(JoinError::Open(OpenError::Missing)) => return Some(close::GONE),
            Err(error @ (JoinError::Full | JoinError::Open(_))) => {
                tracing::warn!(%error, document = %id, "a client cannot join");
                return Some(close::TRY_AGAIN);
            }
        };
        let (mut incoming, mut outgoing) = connection.split();
        loop {
            tokio::select! {
                frame = outgoing.next() => match frame {
                    Some(frame) => {
                        if !send(socket, Message::Binary(frame)).await {
                            return None;
                        }
                    }
                    None => return Some(outgoing.reason().code()),
                },
                message = socket.recv() => match message {
                    Some(Ok(Message::Binary(frame))) => {
                        if incoming.send(frame.into()).await.is_err() {
                            return Some(outgoing.reason().code());
                        }
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Text(_))) => return Some(Close::BadFrame.code()),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                },
                changed = rechecks.changed() => {
                    if changed.is_err() {
                        return Some(Close::Draining.code());
                    }
                    if let Err(code) = self.recheck(id).await {
                        return Some(code);
                    }
                }
                () = stopping.cancelled() => return Some(Close::Draining.code()),
            }
        }
    }

    async fn access(&self, id: DocumentId) -> Result<Access, u16> {
        match access::may_read(&self.app, &self.viewer, id).await {
            Ok(read) if read.place.may(Act::EditDocument) => Ok(Access::Write),
            Ok(_) => Ok(Access::Read),
            // What may not be known of and what never was look the same.
            Err(AccessError::SignIn | AccessError::No | AccessError::Hidden) => Err(close::GONE),
            Err(AccessError::Store(_)) => Err(close::TRY_AGAIN),
        }
    }

    /// Asks again who this is and what they may do; the room is told before any further frame is judged.
    async fn recheck(&mut self, id: DocumentId) -> Result<(), u16> {
        let viewer = match &self.token {
            None => return self.access(id).await.map(drop),
            Some(token) => people::viewer_of(&self.app, token).await.map_err(|_| close::TRY_AGAIN)?,
        };
        if viewer.person() != self.viewer.person() {
            return Err(close::SIGN_IN);
        }
        self.viewer = viewer;
        let access = self.access(id).await?;
        if let Some(person) = self.viewer.person() {
            self.app.documents.rooms.set_access(Some(id.0), Who::Member(person.0), access).await;
        }
        Ok(())
    }
}

fn colour(look: &str) -> &'static str {
    match look {
        "state" => "#1d4f85",
        "civil" => "#774c00",
        _ => "#0a5747",
    }
}

async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(tokio::time::timeout(Duration::from_secs(SEND_SECONDS), socket.send(message)).await, Ok(Ok(())))
}
