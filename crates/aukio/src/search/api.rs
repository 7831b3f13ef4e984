//! `/api/v1/search`: the same search for programs, as JSON. Without a session it answers from what is public.

use std::collections::BTreeMap;

use aukio_index::{Piece, Relaxed};
use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::asked::{Asked, Fault};
use super::shown::{Shown, shown, text_of};
use crate::api::problem::Refusal;
use crate::spaces;
use crate::web::{Failure, Form, Visit};

/// Hits of an answer when the address names no number.
const LIMIT: usize = 20;

#[derive(Serialize)]
struct Answer {
    /// Things found; a document counts once, however many of its sections fit.
    total: usize,
    hits: Vec<Hit>,
    facets: Facets,
    /// The value of `after` for the next page; null on the last.
    next: Option<String>,
    /// `words`: some words are missing from each hit; `parts`: parts of the words were found; null otherwise.
    relaxed: Option<&'static str>,
    suggestion: Option<Suggestion>,
}

#[derive(Serialize)]
struct Hit {
    kind: &'static str,
    id: String,
    /// The id in the file that it was imported from.
    external_id: Option<String>,
    title: String,
    url: String,
    /// HTML: text with `<mark>` around what was found, nothing else.
    snippet: String,
    language: &'static str,
    /// The slug of its space.
    space: Option<String>,
    /// The anchor of the section of a document that fits best; the url leads to it.
    section: Option<String>,
    section_title: Option<String>,
    score: f32,
    /// When it was written, in UTC.
    at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<Thread>,
}

#[derive(Serialize)]
struct Thread {
    id: String,
    title: String,
    url: String,
}

/// How many things each choice of a filter would leave, by the value that the filter takes.
#[derive(Serialize)]
struct Facets {
    kind: BTreeMap<&'static str, usize>,
    space: BTreeMap<String, usize>,
    language: BTreeMap<&'static str, usize>,
    year: BTreeMap<u16, usize>,
}

#[derive(Serialize)]
struct Suggestion {
    text: String,
    /// Whether the hits are those of this text.
    taken: bool,
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let what = match self.parameter {
            "" => self.message,
            parameter => format!("`{parameter}`: {}", self.message),
        };
        Refusal::parameter(what).into_response()
    }
}

pub async fn search(visit: Visit, asked: Result<Form<Asked>, Failure>) -> Result<Response, Failure> {
    visit.searches()?;
    let Ok(Form(asked)) = asked else { return Ok(unreadable().into_response()) };
    let (query, faults) = asked.query(&visit.app, &visit.viewer, LIMIT).await?;
    if let Some(fault) = faults.into_iter().next() {
        return Ok(fault.into_response());
    }
    super::catch_up(&visit.app, &visit.viewer).await?;
    let results = super::ask(&visit.app, query.clone()).await?;
    let hits = shown(&visit, &query, &results).await?;
    let ids: Vec<i64> = results.facets.spaces.iter().map(|(space, _)| *space).collect();
    let slugs = spaces::store::readable_by_ids(&visit.app.db, visit.viewer.key(), &ids).await?;
    let by_slug = |(id, count): &(i64, usize)| Some((slugs.get(id)?.slug.clone(), *count));
    let answer = Answer {
        total: results.total,
        hits: hits.into_iter().map(|hit| Hit::of(&visit, hit)).collect(),
        facets: Facets {
            kind: results.facets.kinds.iter().map(|(kind, count)| (kind.name(), *count)).collect(),
            space: results.facets.spaces.iter().filter_map(by_slug).collect(),
            language: results.facets.languages.iter().map(|(tongue, count)| (tongue.tag(), *count)).collect(),
            year: results.facets.years.iter().copied().collect(),
        },
        next: results.next.map(|next| next.to_string()),
        relaxed: match results.relaxed {
            Relaxed::No => None,
            Relaxed::Words => Some("words"),
            Relaxed::Parts => Some("parts"),
        },
        suggestion: results.suggestion.map(|meant| Suggestion { text: meant.text, taken: meant.taken }),
    };
    Ok(Json(answer).into_response())
}

/// The address cannot be taken apart: a name that may stand once stands twice, or it is no form at all.
fn unreadable() -> Fault {
    Fault {
        parameter: "",
        message: "the address cannot be read; each parameter but the filters stands once".to_owned(),
    }
}

impl Hit {
    fn of(visit: &Visit, hit: Shown) -> Hit {
        let url = |address: &str| format!("{}{}", visit.app.address, visit.url(address));
        let (section, section_title) = hit.section.map(|place| (place.anchor, place.heading)).unzip();
        Hit {
            kind: hit.kind.name(),
            id: hit.id,
            external_id: hit.external_id,
            title: text_of(&hit.title),
            url: url(&hit.address),
            snippet: marked(&hit.snippet),
            language: hit.language.tag(),
            space: hit.space.map(|(slug, _)| slug),
            section,
            section_title,
            score: hit.score,
            at: hit.at.map(|at| at.timestamp().to_string()),
            thread: hit.thread.map(|thread| Thread { url: url(&thread.address), id: thread.id, title: thread.title }),
        }
    }
}

fn marked(pieces: &[Piece]) -> String {
    let mut html = String::new();
    for piece in pieces {
        let text = piece.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        if piece.marked {
            html.push_str(&format!("<mark>{text}</mark>"));
        } else {
            html.push_str(&text);
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_marks_are_markup() {
        let piece = |text: &str, marked| Piece { text: text.to_owned(), marked };
        assert_eq!(
            marked(&[piece("a <b> & ", false), piece("\"c\"", true)]),
            "a &lt;b&gt; &amp; <mark>&quot;c&quot;</mark>"
        );
    }
}
