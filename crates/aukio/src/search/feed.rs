//! A search to follow: the newest hits as an Atom feed, and the description by which browsers offer the
//! search box of the service as their own.

use askama::Template;
use aukio_core::{Time, Viewer};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::asked::Asked;
use super::shown::{Shown, shown, text_of};
use crate::web::{Failure, Form, Visit};
use crate::words::{Words, datetime};

/// Entries of a feed.
const ENTRIES: usize = 30;

#[derive(Template)]
#[template(path = "search/feed.xml")]
struct Feed {
    t: Words,
    question: String,
    /// The feed itself, and the page of the same search.
    own: String,
    page: String,
    updated: String,
    entries: Vec<Entry>,
}

struct Entry {
    title: String,
    url: String,
    updated: String,
    by: String,
    language: &'static str,
    summary: String,
}

/// The newest hits, whatever order the address asks for.
pub async fn atom(visit: Visit, Form(asked): Form<Asked>) -> Result<Response, Failure> {
    visit.searches()?;
    // Feeds travel on to programs that know nobody, so they hold what anyone may read, whoever asks.
    let visit = Visit { viewer: Viewer::Visitor, ..visit };
    let asked = Asked { sort: "newest".to_owned(), after: String::new(), ..asked };
    let (query, _) = asked.query(&visit.app, &visit.viewer, ENTRIES).await?;
    let results = super::ask(&visit.app, query.clone()).await?;
    let hits = shown(&visit, &query, &results).await?;
    let newest = hits.iter().filter_map(|hit| hit.at).max();
    let url = |path: String| format!("{}{}", visit.app.address, visit.url(path));
    let feed = Feed {
        t: visit.words(),
        question: plain(&asked.q),
        own: url(format!("/search.atom?{}", asked.parameters())),
        page: url(asked.address()),
        updated: datetime(&newest.unwrap_or(Time::from_microseconds(0))),
        entries: hits.into_iter().map(|hit| entry(&visit, hit)).collect(),
    };
    xml("application/atom+xml; charset=utf-8", feed)
}

fn entry(visit: &Visit, hit: Shown) -> Entry {
    Entry {
        title: plain(&text_of(&hit.title)),
        url: format!("{}{}", visit.app.address, visit.url(&hit.address)),
        updated: datetime(&hit.at.unwrap_or(Time::from_microseconds(0))),
        by: plain(&hit.by.unwrap_or_default()),
        language: hit.language.tag(),
        summary: plain(&text_of(&hit.snippet)),
    }
}

/// XML has no way to write control characters.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}')).collect()
}

#[derive(Template)]
#[template(path = "search/description.xml")]
struct Description {
    t: Words,
    /// The pages of this language.
    base: String,
    icon: String,
}

pub async fn description(visit: Visit) -> Result<Response, Failure> {
    let icon = crate::web::assets::manifest().of("icon.svg");
    let description = Description {
        t: visit.words(),
        base: format!("{}{}", visit.app.address, visit.url("")),
        icon: format!("{}{icon}", visit.app.address),
    };
    xml("application/opensearchdescription+xml; charset=utf-8", description)
}

fn xml(kind: &'static str, template: impl Template) -> Result<Response, Failure> {
    let text = template.render().map_err(Failure::ours)?;
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}
