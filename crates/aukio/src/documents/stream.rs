//! The same protocol where websockets are blocked: frames to the client as an event stream
//! (`/sync/{document}/stream`), frames from it by one request each (`/sync/{document}/push`).
//!
//! The client makes up a key, opens the stream with it and numbers its frames from 0. A frame that is pushed
//! twice, because the answer to the first attempt was lost, is taken once.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use aukio_core::{DocumentId, PersonId};
use aukio_sync::Incoming;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::sse::Sse;
use axum::response::{IntoResponse, Response, sse};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures_util::Stream;
use futures_util::stream::unfold;
use serde::Deserialize;

use super::seat::{Event, Guest, MESSAGE_BYTES_MOST, Seat, close};
use crate::app::App;
use crate::live::Admission;
use crate::web::Visit;

/// Characters of a key: 128 bits as hexadecimal digits.
const KEY_CHARACTERS: usize = 32;

/// The event stream; without the time limit and the compression of pages.
pub fn stream_routes() -> Router<App> {
    Router::new().route("/sync/{document}/stream", get(open))
}

/// Pushing changes something, so it stands behind the same refusal of foreign pages as forms do.
pub fn push_routes() -> Router<App> {
    Router::new().route("/sync/{document}/push", post(push).layer(DefaultBodyLimit::max(MESSAGE_BYTES_MOST)))
}

/// The open streams of this process, by key.
#[derive(Default)]
pub struct Streams(Mutex<HashMap<String, Arc<Desk>>>);

/// Where the frames of one stream's client come in.
struct Desk {
    document: DocumentId,
    person: Option<PersonId>,
    incoming: tokio::sync::Mutex<(Incoming, u64)>,
}

impl Streams {
    /// False when the key is taken.
    fn add(&self, key: &str, desk: Arc<Desk>) -> bool {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        !open.contains_key(key) && open.insert(key.to_owned(), desk).is_none()
    }

    fn find(&self, key: &str) -> Option<Arc<Desk>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn remove(&self, key: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

#[derive(Deserialize)]
struct StreamQuery {
    key: String,
}

async fn open(visit: Visit, Path(id): Path<String>, Query(query): Query<StreamQuery>, headers: HeaderMap) -> Response {
    if query.key.len() != KEY_CHARACTERS || !query.key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let Some(admission) = visit.app.live.admit(visit.from) else {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    };
    let guest = Guest::of(&visit, &headers);
    let person = guest.viewer.person();
    let events = match id.parse() {
        Err(_) => Listener::refused(visit.app, query.key, admission, close::GONE),
        Ok(document) => match Seat::take(guest, document).await {
            Err(code) => Listener::refused(visit.app, query.key, admission, code),
            Ok((seat, incoming)) => {
                let desk = Arc::new(Desk { document, person, incoming: tokio::sync::Mutex::new((incoming, 0)) });
                if !visit.app.documents.streams.add(&query.key, desk) {
                    return StatusCode::CONFLICT.into_response();
                }
                Listener { app: visit.app, key: query.key, _admission: admission, next: Next::Seat(Box::new(seat)) }
            }
        },
    };
    // The second header keeps a proxy from gathering events before it passes them on.
    let headers = [(header::CACHE_CONTROL, "no-store"), (HeaderName::from_static("x-accel-buffering"), "no")];
    (headers, Sse::new(events.into_stream())).into_response()
}

/// The client's end of the stream. Dropped when the client hangs up, and then its frames find no desk.
struct Listener {
    app: App,
    key: String,
    next: Next,
    _admission: Admission,
}

enum Next {
    Seat(Box<Seat>),
    Close(u16),
    Nothing,
}

impl Drop for Listener {
    fn drop(&mut self) {
        if !matches!(self.next, Next::Close(_)) {
            self.app.documents.streams.remove(&self.key);
        }
    }
}

impl Listener {
    fn refused(app: App, key: String, admission: Admission, code: u16) -> Listener {
        Listener { app, key, next: Next::Close(code), _admission: admission }
    }

    fn into_stream(self) -> impl Stream<Item = Result<sse::Event, Infallible>> {
        unfold(self, |mut listener| async move {
            let event = listener.next().await?;
            Some((Ok(event), listener))
        })
    }

    /// The next frame, or the code that the stream ends with.
    async fn next(&mut self) -> Option<sse::Event> {
        loop {
            let code = match &mut self.next {
                Next::Nothing => return None,
                Next::Close(code) => *code,
                Next::Seat(seat) => match seat.next().await {
                    Event::Frame(frame) => return Some(sse::Event::default().data(BASE64.encode(&frame))),
                    Event::Over(code) => code,
                    Event::Recheck => match seat.recheck().await {
                        Ok(()) => continue,
                        Err(code) => code,
                    },
                },
            };
            self.app.documents.streams.remove(&self.key);
            self.next = Next::Nothing;
            return Some(sse::Event::default().event("over").data(code.to_string()));
        }
    }
}

#[derive(Deserialize)]
struct PushQuery {
    key: String,
    n: u64,
}

/// Takes frame `n` of a stream: 204 when it is with the room (now or since an earlier attempt), 409 when one
/// before it is missing, 410 when there is no such stream (any more).
async fn push(visit: Visit, Path(id): Path<String>, Query(query): Query<PushQuery>, frame: Bytes) -> StatusCode {
    let desk = visit.app.documents.streams.find(&query.key);
    let Some(desk) = desk.filter(|desk| desk.document.to_string() == id && desk.person == visit.viewer.person()) else {
        return StatusCode::GONE;
    };
    let mut taken = desk.incoming.lock().await;
    let (incoming, next) = &mut *taken;
    if query.n < *next {
        return StatusCode::NO_CONTENT;
    }
    if query.n > *next {
        return StatusCode::CONFLICT;
    }
    match incoming.send(frame.into()).await {
        Ok(()) => {
            *next += 1;
            StatusCode::NO_CONTENT
        }
        Err(_) => StatusCode::GONE,
    }
}
