//! `/live`: one websocket per page. JSON text frames; README in web/islands describes them for programs.

use std::collections::HashMap;
use std::time::Duration;

use aukio_core::{Language, Viewer};
use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::{Admission, Frame, Topic, missed};
use crate::app::App;
use crate::spaces::AccessError;
use crate::web::websocket::{Received, Socket, Upgrade};
use crate::web::{Visit, secure};
use crate::words::Words;
use crate::{documents, people, threads};

/// The largest frame a page may send, in bytes.
const INCOMING_MOST: usize = 1024;
/// Frames a page may send in a second, on average over ten seconds.
const RATE_MOST: u32 = 10;
/// Topics one page may follow.
const TOPICS_MOST: usize = 4;
/// Frames that may wait for a slow reader before the socket is cut.
const QUEUE_MOST: usize = 512;
const BEAT_SECONDS: u64 = 20;

mod close {
    pub const TRY_AGAIN: u16 = 1013;
    pub const RESTART: u16 = 1012;
    pub const POLICY: u16 = 1008;
}

pub fn routes() -> Router<App> {
    Router::new().route("/live", any(open))
}

async fn open(visit: Visit, headers: HeaderMap, upgrade: Upgrade) -> Response {
    let app = visit.app.clone();
    if !secure::same_origin(&app, &headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Some(admission) = app.live.admit(visit.from) else {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    };
    let jar = CookieJar::from_headers(&headers);
    let token = jar.get(secure::cookie_name(&app)).map(|cookie| cookie.value().to_owned());
    upgrade.serve(INCOMING_MOST, move |socket| async move {
        let (queue, frames) = mpsc::channel(QUEUE_MOST);
        let page = Page { app, token, viewer: visit.viewer, queue, followed: HashMap::new(), _admission: admission };
        page.run(socket, frames).await;
    })
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Wish {
    Follow {
        follow: String,
        #[serde(default)]
        after: i64,
        #[serde(default)]
        lang: String,
    },
    Typing {
        typing: String,
    },
}

struct Page {
    app: App,
    token: Option<String>,
    viewer: Viewer,
    queue: mpsc::Sender<Frame>,
    followed: HashMap<Topic, Followed>,
    _admission: Admission,
}

struct Followed {
    forwarder: AbortHandle,
}

impl Page {
    async fn run(mut self, mut socket: Socket, mut frames: mpsc::Receiver<Frame>) {
        let mut rechecks = self.app.live.rechecks();
        let mut stopping = self.app.documents.stopping();
        let mut beat = tokio::time::interval_at(
            Instant::now() + Duration::from_secs(BEAT_SECONDS),
            Duration::from_secs(BEAT_SECONDS),
        );
        let mut wishes: u32 = 0;
        let code = loop {
            let sent = tokio::select! {
                incoming = socket.receive() => match incoming {
                    Some(Received::Text(text)) => {
                        wishes += 1;
                        if wishes > RATE_MOST * BEAT_SECONDS as u32 {
                            break Some(close::POLICY);
                        }
                        match self.wish(&text).await {
                            Ok(()) => continue,
                            Err(code) => break Some(code),
                        }
                    }
                    Some(Received::Binary(_)) => break Some(close::POLICY),
                    None => break None,
                },
                frame = frames.recv() => match frame {
                    // A forwarder that fell behind says so by an empty frame.
                    Some(frame) if frame.text.is_empty() => break Some(close::TRY_AGAIN),
                    Some(frame) => socket.send_text(&frame.text).await,
                    None => break None,
                },
                _ = beat.tick() => {
                    wishes = 0;
                    let text = json!({"kind": "beat", "number": self.app.journal.drawn_at()}).to_string();
                    socket.send_text(&text).await
                }
                changed = rechecks.changed() => {
                    if changed.is_err() || !self.recheck().await {
                        break Some(close::RESTART);
                    }
                    continue;
                }
                () = stopping.cancelled() => break Some(close::RESTART),
            };
            if !sent {
                break None;
            }
        };
        for (topic, followed) in self.followed.drain() {
            followed.forwarder.abort();
            self.app.live.presence().leave(topic, self.viewer.person());
        }
        if let Some(code) = code {
            socket.close(code).await;
        }
    }

    async fn wish(&mut self, text: &str) -> Result<(), u16> {
        let wish: Wish = serde_json::from_str(text).map_err(|_| close::POLICY)?;
        match wish {
            Wish::Follow { follow, after, lang } => {
                let topic: Topic = follow.parse().map_err(|_| close::POLICY)?;
                let language: Language = lang.parse().unwrap_or(Language::Fi);
                self.follow(topic, after, language).await
            }
            Wish::Typing { typing } => {
                let topic: Topic = typing.parse().map_err(|_| close::POLICY)?;
                if let Some(member) = self.viewer.member()
                    && self.followed.contains_key(&topic)
                    && may_write(&self.app, &self.viewer, topic).await
                {
                    self.app.live.presence().types(topic, member, self.app.clock.now());
                }
                Ok(())
            }
        }
    }

    async fn follow(&mut self, topic: Topic, after: i64, language: Language) -> Result<(), u16> {
        if !may_read(&self.app, &self.viewer, topic).await.map_err(|_| close::TRY_AGAIN)? {
            let text = json!({"kind": "refused", "topic": topic.to_string()}).to_string();
            return self.queue.try_send(Frame { number: 0, text: text.into() }).map_err(|_| close::TRY_AGAIN);
        }
        if self.followed.contains_key(&topic) {
            return Ok(());
        }
        if self.followed.len() >= TOPICS_MOST {
            return Err(close::POLICY);
        }
        self.app.live.presence().enter(topic, self.viewer.member());
        let forwarder = tokio::spawn(forward(self.app.clone(), topic, after, language, self.queue.clone()));
        self.followed.insert(topic, Followed { forwarder: forwarder.abort_handle() });
        Ok(())
    }

    /// Asks again who is looking and what they may read. False when this is somebody else now.
    async fn recheck(&mut self) -> bool {
        let viewer = match &self.token {
            None => Viewer::Visitor,
            Some(token) => match people::viewer_of(&self.app, token).await {
                Ok(viewer) => viewer,
                Err(_) => return false,
            },
        };
        if viewer.person() != self.viewer.person() {
            return false;
        }
        self.viewer = viewer;
        for topic in self.followed.keys().copied().collect::<Vec<_>>() {
            if may_read(&self.app, &self.viewer, topic).await.unwrap_or(false) {
                continue;
            }
            if let Some(followed) = self.followed.remove(&topic) {
                followed.forwarder.abort();
                self.app.live.presence().leave(topic, self.viewer.person());
                let text = json!({"kind": "refused", "topic": topic.to_string()}).to_string();
                let _ = self.queue.try_send(Frame { number: 0, text: text.into() });
            }
        }
        true
    }
}

async fn may_read(app: &App, viewer: &Viewer, topic: Topic) -> sqlx::Result<bool> {
    let answer = match topic {
        Topic::Thread(thread) => threads::access::may_read(app, viewer, thread).await.map(drop),
        Topic::Document(document) => documents::access::may_read(app, viewer, document).await.map(drop),
    };
    match answer {
        Ok(()) => Ok(true),
        Err(AccessError::Store(error)) => Err(error),
        Err(AccessError::SignIn | AccessError::No | AccessError::Hidden) => Ok(false),
    }
}

/// Whether somebody who says that they are writing there could.
async fn may_write(app: &App, viewer: &Viewer, topic: Topic) -> bool {
    match topic {
        Topic::Thread(thread) => {
            let read = threads::access::may_read(app, viewer, thread).await;
            read.is_ok_and(|read| threads::access::may_post(&read).is_ok())
        }
        Topic::Document(document) => {
            let read = documents::access::may_read(app, viewer, document).await;
            read.is_ok_and(|read| documents::access::may_edit(read).is_ok())
        }
    }
}

/// Brings a topic's frames to one socket: first what the page missed, then what happens.
async fn forward(app: App, topic: Topic, after: i64, language: Language, queue: mpsc::Sender<Frame>) {
    let cut = || Frame { number: 0, text: "".into() };
    // Listening begins before reading, so that nothing falls in between.
    let mut channel = app.live.subscribe(topic, language);
    let words = Words(language);
    let mut last = match missed(&app, words, topic, after).await {
        Ok((frames, number)) => {
            for frame in frames {
                if queue.send(frame).await.is_err() {
                    return;
                }
            }
            let ready = json!({"kind": "ready", "topic": topic.to_string(), "number": number}).to_string();
            let now = app.live.presence().frames(topic, words);
            for text in std::iter::once(ready).chain(now) {
                if queue.send(Frame { number: 0, text: text.into() }).await.is_err() {
                    return;
                }
            }
            number
        }
        Err(error) => {
            tracing::warn!(%error, %topic, "what a page missed cannot be read");
            let _ = queue.send(cut()).await;
            return;
        }
    };
    loop {
        match channel.recv().await {
            Ok(frame) if frame.number != 0 && frame.number <= last => {}
            Ok(frame) => {
                last = last.max(frame.number);
                if queue.try_send(frame).is_err() {
                    let _ = queue.send(cut()).await;
                    return;
                }
            }
            Err(RecvError::Lagged(_)) => {
                let _ = queue.send(cut()).await;
                return;
            }
            Err(RecvError::Closed) => return,
        }
    }
}
