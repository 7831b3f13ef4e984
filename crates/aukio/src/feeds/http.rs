//! The addresses of feeds.

use askama::Template;
use aukio_core::{DocumentId, ThreadId, Viewer};
use axum::Router;
use axum::extract::{Path, Query, Request};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::atom::{Entry, Feed, plain};
use super::sitemap;
use super::sources::Asked;
use crate::app::App;
use crate::threads::http::Cursor;
use crate::web::tagged::{self, Keep};
use crate::web::visit::split_language;
use crate::web::{At, Failure, Visit};
use crate::{documents, spaces, threads};

/// Entries of one page of a feed.
const ENTRIES: usize = 30;
const LIMIT: i64 = ENTRIES as i64 + 1;

/// Feeds, under each language. Where a list's address ends with a name of its own, [`address`] leads here.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/feed.atom", get(site))
        .route("/spaces.atom", get(all_spaces))
        .route("/threads.atom", get(all_threads))
        .route("/documents.atom", get(all_documents))
        .route("/spaces/{slug}/feed.atom", get(space))
        .route("/spaces/{slug}/threads.atom", get(threads_of_space))
        .route("/spaces/{slug}/documents.atom", get(documents_of_space))
        .route("/threads/{id}/feed.atom", get(thread))
        .route("/documents/{id}/feed.atom", get(document))
}

/// Addresses outside the languages.
pub fn site_routes() -> Router<App> {
    Router::new()
        .route("/robots.txt", get(sitemap::robots))
        .route("/sitemap.xml", get(sitemap::index))
        .route("/sitemap/{kind}/{part}", get(sitemap::part))
}

/// Leads `/fi.atom` to `/fi/feed.atom` and `/fi/threads/{id}.atom` to `/fi/threads/{id}/feed.atom`, because the
/// router takes a segment of an address whole.
pub async fn address(mut request: Request) -> Request {
    let path = request.uri().path();
    let Some(list) = path.strip_suffix(".atom") else { return request };
    let (language, rest) = split_language(list);
    let segments: Vec<&str> = rest.split('/').skip(1).collect();
    let named = matches!(segments[..], ["spaces" | "threads" | "documents", name] if name != "feed");
    if language.is_some() && (rest.is_empty() || named) {
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        if let Ok(uri) = format!("{list}/feed.atom{query}").parse::<Uri>() {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// Where a page of a feed begins.
#[derive(Deserialize, Default)]
struct Older {
    #[serde(default)]
    before: String,
}

impl Older {
    /// Ids of all kinds count time alike, so that one place serves several lists.
    fn id(&self) -> i64 {
        self.before.parse::<ThreadId>().map_or(i64::MAX, |id| id.0)
    }

    fn number(&self) -> i64 {
        self.before.parse().unwrap_or(i64::MAX)
    }
}

/// What a feed is called and where its list stands.
struct Head {
    title: String,
    /// The address of the list, without the language.
    list: String,
    /// What its id names.
    what: String,
    /// The page that was asked for.
    before: String,
}

/// Cuts the entries to a page and draws the feed. `place` writes the place of an entry for the next page.
fn draw(
    asked: &Asked,
    head: Head,
    mut entries: Vec<(i64, Entry)>,
    place: impl Fn(i64) -> String,
) -> Result<Response, Failure> {
    let more = entries.len() > ENTRIES;
    entries.truncate(ENTRIES);
    let first = asked.whole(format!("{}.atom", head.list));
    let own = if head.before.is_empty() { first.clone() } else { format!("{first}?before={}", head.before) };
    let feed = Feed {
        id: asked.tag(&format!("{}/{}", asked.words, head.what)),
        title: plain(&head.title),
        language: asked.language(),
        next: entries.last().filter(|_| more).map(|(last, _)| format!("{first}?before={}", place(*last))),
        page: asked.whole(if head.list.is_empty() { "/" } else { &head.list }),
        entries: entries.into_iter().map(|(_, entry)| entry).collect(),
        first,
        own,
    };
    let text = feed.render().map_err(Failure::ours)?;
    Ok(tagged::answer(&asked.headers, "application/atom+xml; charset=utf-8", Keep::Anybody, text))
}

fn by_id(id: i64) -> String {
    ThreadId(id).to_string()
}

/// The two lists in one, the newest first.
fn merged(mut one: Vec<(i64, Entry)>, other: Vec<(i64, Entry)>) -> Vec<(i64, Entry)> {
    one.extend(other);
    one.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
    one
}

/// The place that was asked for, as it may stand in an address again.
fn asked_for(older: &str, is_sound: bool) -> String {
    if is_sound { older.to_owned() } else { String::new() }
}

async fn site(visit: Visit, headers: HeaderMap, Query(older): Query<Older>) -> Result<Response, Failure> {
    let asked = Asked::of(&visit, headers);
    let (db, before) = (&visit.app.db, older.id());
    let new_threads = asked.threads(threads::store::opened(db, Viewer::Visitor.key(), before, LIMIT).await?).await?;
    let begun = documents::store::begun(db, Viewer::Visitor.key(), before, LIMIT).await?;
    let entries = merged(new_threads, asked.documents(begun).await?);
    let network = spaces::site_network(&visit.app).await?;
    let head = Head {
        title: network.map_or_else(|| "Aukio".to_owned(), |network| format!("{} – Aukio", network.name)),
        list: String::new(),
        what: "site".to_owned(),
        before: asked_for(&older.before, before != i64::MAX),
    };
    draw(&asked, head, entries, by_id)
}

async fn all_spaces(visit: Visit, headers: HeaderMap, Query(older): Query<Older>) -> Result<Response, Failure> {
    let asked = Asked::of(&visit, headers);
    let before = older.id();
    let founded = spaces::store::founded(&visit.app.db, Viewer::Visitor.key(), before, LIMIT).await?;
    let head = Head {
        title: visit.words().say("nav-spaces"),
        list: "/spaces".to_owned(),
        what: "spaces".to_owned(),
        before: asked_for(&older.before, before != i64::MAX),
    };
    let entries = asked.spaces(founded);
    draw(&asked, head, entries, by_id)
}

async fn all_threads(visit: Visit, headers: HeaderMap, Query(older): Query<Older>) -> Result<Response, Failure> {
    let asked = Asked::of(&visit, headers);
    let before = older.id();
    let opened = threads::store::opened(&visit.app.db, Viewer::Visitor.key(), before, LIMIT).await?;
    let head = Head {
        title: visit.words().say("nav-threads"),
        list: "/threads".to_owned(),
        what: "threads".to_owned(),
        before: asked_for(&older.before, before != i64::MAX),
    };
    let entries = asked.threads(opened).await?;
    draw(&asked, head, entries, by_id)
}

/// Documents by their latest change: who follows them hears of changes, too.
async fn all_documents(visit: Visit, headers: HeaderMap, Query(cursor): Query<Cursor>) -> Result<Response, Failure> {
    let asked = Asked::of(&visit, headers);
    let place = cursor.place();
    let edited = documents::store::newest(&visit.app.db, Viewer::Visitor.key(), place, LIMIT).await?;
    let times: Vec<(i64, i64)> = edited.iter().map(|it| (it.id.0, it.edited_at.microseconds())).collect();
    let head = Head {
        title: visit.words().say("nav-documents"),
        list: "/documents".to_owned(),
        what: "documents".to_owned(),
        before: asked_for(&cursor.before, place.id != i64::MAX),
    };
    let entries = asked.documents(edited).await?;
    draw(&asked, head, entries, |last| {
        let at = times.iter().find(|(id, _)| *id == last).map_or(0, |(_, at)| *at);
        format!("{at}.{last}")
    })
}

/// A space that everybody may read.
async fn public_space(visit: &Visit, slug: &str) -> Result<spaces::Space, Failure> {
    Ok(spaces::access::may_read(&visit.app, &Viewer::Visitor, slug).await?.space().clone())
}

async fn space(
    visit: Visit,
    headers: HeaderMap,
    Path(slug): Path<String>,
    Query(older): Query<Older>,
) -> Result<Response, Failure> {
    let asked = Asked::of(&visit, headers);
    let space = public_space(&visit, &slug).await?;
    let (db, before) = (&visit.app.db, older.id());
    let opened = threads::store::opened_in(db, space.id, before, LIMIT).await?;
    let begun = documents::store::begun_in(db, space.id, before, LIMIT).await?;
    let entries = merged(asked.threads(opened).await?, asked.documents(begun).await?);
    let head = Head {
        title: space.name,
        list: format!("/spaces/{}", space.slug),
        what: format!("space/{}", space.id),
        before: asked_for(&older.before, before != i64::MAX),
    };
    draw(&asked, head, entries, by_id)
}

async fn threads_of_space(
    visit: Visit,
    headers: HeaderMap,
    Path(slug): Path<String>,
    Query(older): Query<Older>,
) -> Result<Response, Failure> {
    let asked = Asked::of(&visit, headers);
    let space = public_space(&visit, &slug).await?;
    let before = older.id();
    let opened = threads::store::opened_in(&visit.app.db, space.id, before, LIMIT).await?;
    let head = Head {
        title: format!("{}: {}", visit.words().say("nav-threads"), space.name),
        list: format!("/spaces/{}/threads", space.slug),
        what: format!("space/{}/threads", space.id),
        before: asked_for(&older.before, before != i64::MAX),
    };
    let entries = asked.threads(opened).await?;
    draw(&asked, head, entries, by_id)
}

async fn documents_of_space(
    visit: Visit,
    headers: HeaderMap,
    Path(slug): Path<String>,
    Query(older): Query<Older>,
) -> Result<Response, Failure> {
    let asked = Asked::of(&visit, headers);
    let space = public_space(&visit, &slug).await?;
    let before = older.id();
    let begun = documents::store::begun_in(&visit.app.db, space.id, before, LIMIT).await?;
    let head = Head {
        title: format!("{}: {}", visit.words().say("nav-documents"), space.name),
        list: format!("/spaces/{}/documents", space.slug),
        what: format!("space/{}/documents", space.id),
        before: asked_for(&older.before, before != i64::MAX),
    };
    let entries = asked.documents(begun).await?;
    draw(&asked, head, entries, by_id)
}

/// A discussion, its latest messages first.
async fn thread(
    visit: Visit,
    headers: HeaderMap,
    At(id): At<ThreadId>,
    Query(older): Query<Older>,
) -> Result<Response, Failure> {
    let asked = Asked::of(&visit, headers);
    let thread = threads::access::may_read(&visit.app, &Viewer::Visitor, id).await?.thread;
    let before = older.number();
    let latest = threads::store::time_before(&visit.app.db, id, before, LIMIT).await?;
    let head = Head {
        title: thread.title.clone(),
        list: format!("/threads/{id}"),
        what: format!("thread/{id}"),
        before: asked_for(&older.before, before != i64::MAX),
    };
    let entries = asked.messages(&thread, latest).await?;
    draw(&asked, head, entries, |number| number.to_string())
}

/// A document's changes, the latest first.
async fn document(
    visit: Visit,
    headers: HeaderMap,
    At(id): At<DocumentId>,
    Query(older): Query<Older>,
) -> Result<Response, Failure> {
    let asked = Asked::of(&visit, headers);
    let document = documents::access::may_read(&visit.app, &Viewer::Visitor, id).await?.document;
    let before = older.number();
    let sittings = documents::versions::store::before(&visit.app.db, id, before, LIMIT).await?;
    let head = Head {
        title: document.title.clone(),
        list: format!("/documents/{id}"),
        what: format!("document/{id}"),
        before: asked_for(&older.before, before != i64::MAX),
    };
    let entries = asked.versions(&document, sittings).await?;
    draw(&asked, head, entries, |seq| seq.to_string())
}
