//! The addresses of feeds.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use askama::Template;
use aukio_core::{DocumentId, ThreadId, Viewer};
use axum::Router;
use axum::extract::{Path, Query, Request};
use axum::http::Uri;
use axum::response::Response;
use axum::routing::get;
use serde::{Deserialize, Deserializer};

use super::atom::{Entry, Feed, plain};
use super::sitemap;
use super::sources::Asked;
use crate::app::App;
use crate::db::Before;
use crate::spaces::{self, Space};
use crate::web::tagged::{self, Keep};
use crate::web::visit::split_language;
use crate::web::{At, Failure};
use crate::{documents, threads};

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

/// Where a page of a feed begins: the place that its address names, or the newest entry.
#[derive(Deserialize)]
struct Older<P: FromStr> {
    #[serde(default = "Option::default", deserialize_with = "sound")]
    before: Option<P>,
}

/// A place that is none leads to the newest entries.
fn sound<'de, P: FromStr, D: Deserializer<'de>>(input: D) -> Result<Option<P>, D::Error> {
    Ok(String::deserialize(input)?.parse().ok())
}

impl Older<ThreadId> {
    /// Ids of all kinds count time alike, so that one place serves several lists.
    fn id(&self) -> i64 {
        self.before.map_or(i64::MAX, |id| id.0)
    }
}

impl Older<i64> {
    fn number(&self) -> i64 {
        self.before.unwrap_or(i64::MAX)
    }
}

/// What a feed is called and where its list stands.
struct Head {
    title: String,
    /// The address of the list, without the language.
    list: String,
    /// What its id names.
    what: String,
}

impl Head {
    /// A list of all spaces: `noun` is its address and its id.
    fn of_all(noun: &str, title: String) -> Head {
        Head { title, list: format!("/{noun}"), what: noun.to_owned() }
    }

    /// A list of one space.
    fn of_space(space: &Space, noun: &str, called: &str) -> Head {
        Head {
            title: format!("{called}: {}", space.name),
            list: format!("/spaces/{}/{noun}", space.slug),
            what: format!("space/{}/{noun}", space.id),
        }
    }
}

/// Cuts the entries to a page and draws the feed. `place` is where an entry stands, for the next page.
fn draw<P: FromStr + Display>(
    asked: &Asked,
    head: Head,
    older: Older<P>,
    mut entries: Vec<(i64, Entry)>,
    place: impl Fn(i64) -> P,
) -> Result<Response, Failure> {
    let more = entries.len() > ENTRIES;
    entries.truncate(ENTRIES);
    let first = asked.whole(format!("{}.atom", head.list));
    let from = |place: P| format!("{first}?before={place}");
    let feed = Feed {
        id: asked.tag(&format!("{}/{}", asked.words, head.what)),
        title: plain(&head.title),
        language: asked.language(),
        next: entries.last().filter(|_| more).map(|(last, _)| from(place(*last))),
        page: asked.whole(if head.list.is_empty() { "/" } else { &head.list }),
        entries: entries.into_iter().map(|(_, entry)| entry).collect(),
        own: older.before.map_or_else(|| first.clone(), from),
        first,
    };
    let text = feed.render().map_err(Failure::ours)?;
    Ok(tagged::answer(&asked.headers, "application/atom+xml; charset=utf-8", Keep::Anybody, text))
}

/// The two lists in one, the newest first.
fn merged(mut one: Vec<(i64, Entry)>, other: Vec<(i64, Entry)>) -> Vec<(i64, Entry)> {
    one.extend(other);
    one.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
    one
}

async fn site(asked: Asked, Query(older): Query<Older<ThreadId>>) -> Result<Response, Failure> {
    let (db, before) = (&asked.app.db, older.id());
    let opened = asked.threads(threads::store::opened(db, Viewer::Visitor.key(), before, LIMIT).await?).await?;
    let begun = documents::store::begun(db, Viewer::Visitor.key(), before, LIMIT).await?;
    let entries = merged(opened, asked.documents(begun).await?);
    let network = spaces::site_network(&asked.app).await?;
    let title = network.map_or_else(|| "Aukio".to_owned(), |network| format!("{} – Aukio", network.name));
    draw(&asked, Head { title, list: String::new(), what: "site".to_owned() }, older, entries, ThreadId)
}

async fn all_spaces(asked: Asked, Query(older): Query<Older<ThreadId>>) -> Result<Response, Failure> {
    let founded = spaces::store::founded(&asked.app.db, Viewer::Visitor.key(), older.id(), LIMIT).await?;
    let head = Head::of_all("spaces", asked.words.say("nav-spaces"));
    draw(&asked, head, older, asked.spaces(founded), ThreadId)
}

async fn all_threads(asked: Asked, Query(older): Query<Older<ThreadId>>) -> Result<Response, Failure> {
    let opened = threads::store::opened(&asked.app.db, Viewer::Visitor.key(), older.id(), LIMIT).await?;
    let head = Head::of_all("threads", asked.words.say("nav-threads"));
    draw(&asked, head, older, asked.threads(opened).await?, ThreadId)
}

/// Documents by their latest change: who follows them hears of changes, too.
async fn all_documents(asked: Asked, Query(older): Query<Older<Before>>) -> Result<Response, Failure> {
    let place = older.before.unwrap_or(Before::NEWEST);
    let edited = documents::store::newest(&asked.app.db, Viewer::Visitor.key(), place, LIMIT).await?;
    let times: HashMap<i64, i64> = edited.iter().map(|it| (it.id.0, it.edited_at.microseconds())).collect();
    let head = Head::of_all("documents", asked.words.say("nav-documents"));
    let place = |id: i64| Before { at: times.get(&id).copied().unwrap_or_default(), id };
    draw(&asked, head, older, asked.documents(edited).await?, place)
}

async fn space(
    asked: Asked,
    Path(slug): Path<String>,
    Query(older): Query<Older<ThreadId>>,
) -> Result<Response, Failure> {
    let space = public_space(&asked, &slug).await?;
    let (db, before) = (&asked.app.db, older.id());
    let opened = threads::store::opened_in(db, space.id, before, LIMIT).await?;
    let begun = documents::store::begun_in(db, space.id, before, LIMIT).await?;
    let entries = merged(asked.threads(opened).await?, asked.documents(begun).await?);
    let list = format!("/spaces/{}", space.slug);
    draw(&asked, Head { title: space.name, list, what: format!("space/{}", space.id) }, older, entries, ThreadId)
}

async fn threads_of_space(
    asked: Asked,
    Path(slug): Path<String>,
    Query(older): Query<Older<ThreadId>>,
) -> Result<Response, Failure> {
    let space = public_space(&asked, &slug).await?;
    let opened = threads::store::opened_in(&asked.app.db, space.id, older.id(), LIMIT).await?;
    let head = Head::of_space(&space, "threads", &asked.words.say("nav-threads"));
    draw(&asked, head, older, asked.threads(opened).await?, ThreadId)
}

async fn documents_of_space(
    asked: Asked,
    Path(slug): Path<String>,
    Query(older): Query<Older<ThreadId>>,
) -> Result<Response, Failure> {
    let space = public_space(&asked, &slug).await?;
    let begun = documents::store::begun_in(&asked.app.db, space.id, older.id(), LIMIT).await?;
    let head = Head::of_space(&space, "documents", &asked.words.say("nav-documents"));
    draw(&asked, head, older, asked.documents(begun).await?, ThreadId)
}

/// A space that everybody may read.
async fn public_space(asked: &Asked, slug: &str) -> Result<Space, Failure> {
    Ok(spaces::access::may_read(&asked.app, &Viewer::Visitor, slug).await?.space().clone())
}

/// A discussion, its latest messages first.
async fn thread(asked: Asked, At(id): At<ThreadId>, Query(older): Query<Older<i64>>) -> Result<Response, Failure> {
    let thread = threads::access::may_read(&asked.app, &Viewer::Visitor, id).await?.thread;
    let latest = threads::store::time_before(&asked.app.db, id, older.number(), LIMIT).await?;
    let entries = asked.messages(&thread, latest).await?;
    let head = Head { title: thread.title, list: format!("/threads/{id}"), what: format!("thread/{id}") };
    draw(&asked, head, older, entries, |number| number)
}

/// A document's changes, the latest first.
async fn document(asked: Asked, At(id): At<DocumentId>, Query(older): Query<Older<i64>>) -> Result<Response, Failure> {
    let document = documents::access::may_read(&asked.app, &Viewer::Visitor, id).await?.document;
    let sittings = documents::versions::store::before(&asked.app.db, id, older.number(), LIMIT).await?;
    let entries = asked.versions(&document, sittings).await?;
    let head = Head { title: document.title, list: format!("/documents/{id}"), what: format!("document/{id}") };
    draw(&asked, head, older, entries, |seq| seq)
}
