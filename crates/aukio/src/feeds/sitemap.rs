//! The map of the site for search engines (<https://www.sitemaps.org/protocol.html>): an index of parts, and in
//! each part every public text in the three languages of its page. People are deliberately absent: their pages
//! are for those who read their texts.

use std::sync::{Mutex, PoisonError};

use askama::Template;
use aukio_core::{Language, ThreadId, Time};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use crate::app::App;
use crate::documents::{self, http::address as document_address};
use crate::spaces;
use crate::threads::{self, view};
use crate::web::Failure;
use crate::web::tagged::{self, Keep};
use crate::words::datetime;

/// Texts of one part; each has three addresses, and a part may have 10 000.
const TEXTS: i64 = 3_000;
/// How long the beginnings of the parts are kept: finding them reads all ids.
const SECONDS_KEPT: i64 = 3600;
const KIND: &str = "application/xml; charset=utf-8";
/// Pages that stand for themselves.
const PAGES: [&str; 10] =
    ["/", "/spaces", "/threads", "/documents", "/people", "/help", "/about", "/accessibility", "/privacy", "/terms"];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Pages,
    Spaces,
    Threads,
    Documents,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Pages, Kind::Spaces, Kind::Threads, Kind::Documents];

    fn name(self) -> &'static str {
        match self {
            Kind::Pages => "pages",
            Kind::Spaces => "spaces",
            Kind::Threads => "threads",
            Kind::Documents => "documents",
        }
    }
}

/// A part: its kind, and the id that it comes after.
type Begins = (Kind, i64);

/// Where the parts begin, and when that was found out.
#[derive(Default)]
pub struct Map(Mutex<Option<(Time, Vec<Begins>)>>);

impl Map {
    fn known(&self, now: Time) -> Option<Vec<Begins>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, parts) = known.as_ref()?;
        (0..SECONDS_KEPT).contains(&now.seconds_since(*at)).then(|| parts.clone())
    }
}

/// All parts.
async fn parts(app: &App) -> sqlx::Result<Vec<Begins>> {
    let now = app.clock.now();
    if let Some(parts) = app.map.known(now) {
        return Ok(parts);
    }
    let mut parts = Vec::new();
    for kind in Kind::ALL {
        let mut after = Some(0);
        while let Some(begins) = after {
            parts.push((kind, begins));
            after = match kind {
                Kind::Pages => None,
                Kind::Spaces => spaces::store::public_id_after(&app.db, begins, TEXTS).await?,
                Kind::Threads => threads::store::public_id_after(&app.db, begins, TEXTS).await?,
                Kind::Documents => documents::store::public_id_after(&app.db, begins, TEXTS).await?,
            };
        }
    }
    *app.map.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, parts.clone()));
    Ok(parts)
}

#[derive(Template)]
#[template(path = "feeds/sitemap_index.xml")]
struct Index {
    parts: Vec<String>,
}

pub async fn index(State(app): State<App>, headers: HeaderMap) -> Result<Response, Failure> {
    let address = |(kind, after): Begins| format!("{}/sitemap/{}/{}.xml", app.address, kind.name(), ThreadId(after));
    let parts = parts(&app).await?.into_iter().map(address).collect();
    let text = Index { parts }.render().map_err(Failure::ours)?;
    Ok(tagged::answer(&headers, KIND, Keep::Anybody, text))
}

#[derive(Template)]
#[template(path = "feeds/sitemap.xml")]
struct Part {
    site: String,
    places: Vec<Place>,
}

/// A page, without the language.
struct Place {
    path: String,
    changed: Option<String>,
}

impl Part {
    fn languages(&self) -> [Language; 3] {
        Language::ALL
    }
}

pub async fn part(
    State(app): State<App>,
    Path((kind, part)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let kind = Kind::ALL.into_iter().find(|known| known.name() == kind).ok_or(Failure::NotFound)?;
    let after: ThreadId = part.strip_suffix(".xml").and_then(|id| id.parse().ok()).ok_or(Failure::NotFound)?;
    let places = places(&app, kind, after.0).await?;
    let text = Part { site: app.address.clone(), places }.render().map_err(Failure::ours)?;
    Ok(tagged::answer(&headers, KIND, Keep::Anybody, text))
}

async fn places(app: &App, kind: Kind, after: i64) -> sqlx::Result<Vec<Place>> {
    let place = |path: String, changed: Time| Place { path, changed: Some(datetime(&changed)) };
    Ok(match kind {
        Kind::Pages => PAGES.map(|path| Place { path: path.to_owned(), changed: None }).into(),
        Kind::Spaces => {
            let spaces = spaces::store::public_after_id(&app.db, after, TEXTS).await?;
            spaces.into_iter().map(|it| Place { path: format!("/spaces/{}", it.slug), changed: None }).collect()
        }
        Kind::Threads => {
            let threads = threads::store::public_after_id(&app.db, after, TEXTS).await?;
            threads.into_iter().map(|it| place(view::address(it.id, &it.title), it.last_at)).collect()
        }
        Kind::Documents => {
            let documents = documents::store::public_after_id(&app.db, after, TEXTS).await?;
            documents.into_iter().map(|it| place(document_address(it.id, &it.title), it.edited_at)).collect()
        }
    })
}

/// What crawlers are asked to leave alone: pages about who is looking, and answers without end.
pub async fn robots(State(app): State<App>) -> String {
    const LEFT_ALONE: [&str; 9] = [
        "/*/sign-in",
        "/*/register",
        "/*/confirm",
        "/*/me",
        "/*/search?",
        "/*/documents/*/versions/compare",
        "/api/",
        "/live",
        "/sync/",
    ];
    let lines: String = LEFT_ALONE.iter().map(|path| format!("Disallow: {path}\n")).collect();
    format!("User-agent: *\n{lines}\nSitemap: {}/sitemap.xml\n", app.address)
}
