//! Pages as visitors get them, kept whole and compressed until the journal says that what they show has
//! changed. Members' pages are never kept: they carry names and rights.
//!
//! A kept page is as fresh as a drawn one: pages are answered from here only while the follower that drops
//! them has read everything this process has committed, so that whoever sees a message live, or is told that
//! it is saved, also finds it on the page.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aukio_core::{DocumentId, ThreadId, Time, Viewer};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::visit::{parse_segment, split_language};
use crate::app::App;
use crate::journal::Entry;

/// Bytes of pages in memory; above this all are dropped, and the busy ones are soon there again.
const BYTES_MOST: usize = 64 * 1024 * 1024;
/// A larger page is drawn each time.
const PAGE_BYTES_MOST: usize = 1024 * 1024;
/// Pages say «today» and «in three days», so none is kept for longer.
const SECONDS_MOST: i64 = 60;
/// Questions in an address that choose what is shown. Any other may be a secret or a search.
const QUESTIONS: [&str; 6] = ["view", "from", "to", "before", "after", "kind"];
/// Parts of the site that are about who is looking, or have no end.
const NEVER: [&str; 7] = ["sign-in", "register", "confirm", "first-administrator", "me", "search", "sign-out"];

#[derive(Default)]
pub struct PageCache(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    pages: HashMap<Key, Arc<KeptPage>>,
    bytes: usize,
    /// How many changes were told of. A page that was being drawn meanwhile is not kept.
    told: u64,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    address: String,
    encoding: Encoding,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

struct KeptPage {
    headers: HeaderMap,
    body: Bytes,
    drawn_at: Time,
    shows: Shows,
}

/// What a page shows, as far as dropping it goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shows {
    Thread(ThreadId),
    /// A document, with the discussions about it.
    Document(DocumentId),
    /// Anything that people write may stand there.
    Everything,
    /// Texts of the program's own, in a frame with the network's name.
    Standing,
}

/// What an entry changes on pages.
enum Change {
    Thread(ThreadId),
    Document(DocumentId),
    Texts,
    /// Names, places and rights stand on all pages.
    All,
    /// Nothing that a visitor sees.
    Nothing,
}

impl Change {
    fn of(entry: &Entry) -> Change {
        match *entry {
            Entry::MessagePosted { thread, .. }
            | Entry::MessageEdited { thread, .. }
            | Entry::MessageWithdrawn { thread, .. } => Change::Thread(thread),
            Entry::ThreadStarted { .. } | Entry::DocumentCreated { .. } => Change::Texts,
            Entry::DocumentEdited { document, .. } | Entry::DocumentVersionNamed { document, .. } => {
                Change::Document(document)
            }
            Entry::PersonJoined { .. }
            | Entry::PersonChanged { .. }
            | Entry::PersonClosed { .. }
            | Entry::SpaceCreated { .. }
            | Entry::SpaceChanged { .. }
            | Entry::MembershipChanged { .. }
            | Entry::DocumentRenamed { .. } => Change::All,
            Entry::SessionsEnded { .. } => Change::Nothing,
        }
    }

    fn touches(&self, shows: Shows) -> bool {
        match (self, shows) {
            (Change::Nothing, _) => false,
            (Change::All, _) | (_, Shows::Everything) => true,
            (_, Shows::Standing) => false,
            (Change::Thread(changed), Shows::Thread(shown)) => *changed == shown,
            (Change::Document(changed), Shows::Document(shown)) => *changed == shown,
            // A document's page ends with the discussions about it.
            (Change::Thread(_) | Change::Texts, Shows::Document(_)) => true,
            (Change::Document(_) | Change::Texts, Shows::Thread(_)) => false,
        }
    }
}

impl PageCache {
    /// Drops the pages that show what the entry tells of. Called by the follower that tells open pages, before
    /// it tells them.
    pub fn tell(&self, entry: &Entry) {
        let change = Change::of(entry);
        let mut kept = self.kept();
        kept.told += 1;
        kept.pages.retain(|_, page| !change.touches(page.shows));
        kept.bytes = kept.pages.values().map(|page| page.body.len()).sum();
    }

    fn find(&self, key: &Key, now: Time) -> Option<Arc<KeptPage>> {
        let page = self.kept().pages.get(key).cloned()?;
        let age = now.microseconds() - page.drawn_at.microseconds();
        (0..SECONDS_MOST * 1_000_000).contains(&age).then_some(page)
    }

    fn told(&self) -> u64 {
        self.kept().told
    }

    fn keep(&self, key: Key, page: Arc<KeptPage>, told: u64) {
        let mut kept = self.kept();
        if kept.told != told {
            return;
        }
        if kept.bytes + page.body.len() > BYTES_MOST {
            kept.pages.clear();
            kept.bytes = 0;
        }
        kept.bytes += page.body.len();
        if let Some(before) = kept.pages.insert(key, page) {
            kept.bytes -= before.body.len();
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers a visitor from the kept pages, or keeps what is drawn for them.
pub async fn serve(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some((key, shows)) = keepable(&request) else { return next.run(request).await };
    let asked = request.headers().get(header::IF_NONE_MATCH).cloned();
    let is_told = || !matches!(shows, Shows::Document(document) if app.documents.untold.contains(document));
    let fresh = app.journal.is_settled() && is_told();
    if fresh && let Some(page) = app.pages.find(&key, app.clock.now()) {
        metrics::counter!("aukio_pages_total", "kept" => "yes").increment(1);
        return page.answer(asked.as_ref());
    }
    metrics::counter!("aukio_pages_total", "kept" => "no").increment(1);
    let told = app.pages.told();
    let drawn_at = app.clock.now();
    let response = next.run(request).await;
    if !is_page(&response) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let body = match to_bytes(body, usize::MAX).await {
        Ok(body) => body,
        Err(error) => return super::Failure::ours(error).into_response(),
    };
    // The tag is of these very bytes: each encoding has its own (RFC 9110 §8.8.3.3).
    let tag: String = Sha256::digest(&body)[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{tag}\"")) {
        parts.headers.insert(header::ETAG, tag);
    }
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    parts.headers.insert(header::VARY, HeaderValue::from_static("accept-encoding, cookie"));
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let page = Arc::new(KeptPage { headers: parts.headers, body, drawn_at, shows });
    if fresh && app.journal.is_settled() && is_told() && page.body.len() <= PAGE_BYTES_MOST {
        app.pages.keep(key, Arc::clone(&page), told);
    }
    page.answer(asked.as_ref())
}

impl KeptPage {
    fn answer(&self, asked: Option<&HeaderValue>) -> Response {
        let tag = self.headers.get(header::ETAG);
        let known = asked.and_then(|asked| asked.to_str().ok()).zip(tag.and_then(|tag| tag.to_str().ok()));
        if known.is_some_and(|(asked, tag)| asked.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)) {
            let mut answer = StatusCode::NOT_MODIFIED.into_response();
            for name in [header::ETAG, header::CACHE_CONTROL, header::VARY] {
                if let Some(value) = self.headers.get(&name) {
                    answer.headers_mut().insert(name, value.clone());
                }
            }
            return answer;
        }
        let mut answer = Response::new(Body::from(self.body.clone()));
        *answer.headers_mut() = self.headers.clone();
        answer
    }
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    response.status() == StatusCode::OK
        && kind.starts_with("text/html")
        && !response.headers().contains_key(header::SET_COOKIE)
}

/// Under which key the answer may be kept, and what it will show; None when it must not be kept at all.
fn keepable(request: &Request) -> Option<(Key, Shows)> {
    let visitor = matches!(request.extensions().get::<Viewer>(), Some(Viewer::Visitor));
    if !visitor || *request.method() != Method::GET {
        return None;
    }
    let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
    let (language, rest) = split_language(path);
    language?;
    let mut segments = rest.split('/').filter(|segment| !segment.is_empty());
    let (first, second, more) = (segments.next().unwrap_or_default(), segments.next(), segments.next().is_some());
    let plain = |pair: &str| QUESTIONS.contains(&pair.split('=').next().unwrap_or_default());
    if NEVER.contains(&first) || !query.is_empty() && !query.split('&').all(plain) {
        return None;
    }
    let shows = match (first, second) {
        ("threads", Some(id)) if !more => parse_segment(id).map_or(Shows::Everything, Shows::Thread),
        ("documents", Some(id)) => parse_segment(id).map_or(Shows::Everything, Shows::Document),
        ("help" | "accessibility" | "privacy" | "terms" | "licences", _) => Shows::Standing,
        _ => Shows::Everything,
    };
    let accepted = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let encoding = match accepted.unwrap_or_default() {
        accepted if accepted.contains("br") => Encoding::Brotli,
        accepted if accepted.contains("gzip") => Encoding::Gzip,
        _ => Encoding::Identity,
    };
    let address = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    Some((Key { address, encoding }, shows))
}
