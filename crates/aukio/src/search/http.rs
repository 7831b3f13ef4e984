//! The search page.

use askama::Template;
use aukio_core::SpaceId;
use aukio_index::{Kind, Query, Sort, Tongue};
use axum::Router;
use axum::routing::get;
use serde::Deserialize;

use super::shown::{Shown, shown};
use crate::app::App;
use crate::people::http::encode;
use crate::spaces;
use crate::web::page::Shell;
use crate::web::{Failure, Form, Page, Section, Visit};

/// Hits of one page.
const PAGE: usize = 20;

pub fn routes() -> Router<App> {
    Router::new().route("/search", get(show))
}

/// The address of a search: everything that a page of it needs.
#[derive(Deserialize, Default, Clone)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: Vec<String>,
    #[serde(default)]
    space: Vec<String>,
    #[serde(default)]
    language: Vec<String>,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    from: usize,
}

impl Asked {
    fn address(&self) -> String {
        let mut address = format!("/search?q={}", encode(&self.q));
        for (name, values) in [("kind", &self.kind), ("space", &self.space), ("language", &self.language)] {
            for value in values {
                address.push_str(&format!("&{name}={}", encode(value)));
            }
        }
        if self.sort == "newest" {
            address.push_str("&sort=newest");
        }
        if self.from > 0 {
            address.push_str(&format!("&from={}", self.from));
        }
        address
    }
}

/// A box to tick, with how many hits it stands for.
struct Choice {
    name: &'static str,
    value: String,
    label: String,
    count: i64,
    chosen: bool,
}

impl Choice {
    fn id(&self) -> String {
        format!("{}-{}", self.name, self.value)
    }
}

/// A filter that is on, and the address without it.
struct Chosen {
    label: String,
    without: String,
}

#[derive(Template)]
#[template(path = "search/show.html")]
struct SearchPage {
    shell: Shell,
    asked: Asked,
    hits: Vec<Shown>,
    total: i64,
    relaxed: bool,
    filling: bool,
    kinds: Vec<Choice>,
    spaces: Vec<Choice>,
    languages: Vec<Choice>,
    chosen: Vec<Chosen>,
    best: String,
    newest: String,
    previous: Option<String>,
    next: Option<String>,
}

impl SearchPage {
    fn is_newest(&self) -> bool {
        self.asked.sort == "newest"
    }

    fn has_question(&self) -> bool {
        !self.asked.q.trim().is_empty()
    }
}

async fn show(visit: Visit, Form(asked): Form<Asked>) -> Result<Page<SearchPage>, Failure> {
    let app = &visit.app;
    let words = visit.words();
    let shell = visit.shell(Section::Search).await?;
    let spaces_asked: Vec<i64> =
        asked.space.iter().filter_map(|id| id.parse::<SpaceId>().ok()).map(|space| space.0).take(20).collect();
    let query = Query {
        text: asked.q.clone(),
        audiences: spaces::store::audiences(&app.db, visit.viewer.key()).await?,
        kinds: asked.kind.iter().filter_map(|name| Kind::parse(name)).collect(),
        spaces: spaces_asked.clone(),
        languages: asked.language.iter().filter_map(|tag| Tongue::parse(tag)).collect(),
        sort: if asked.sort == "newest" { Sort::Newest } else { Sort::Best },
        limit: PAGE,
        offset: asked.from,
        prefix: false,
    };
    let results = match asked.q.trim() {
        "" => Default::default(),
        _ => super::ask(app, query.clone()).await?,
    };
    // The counts of a facet that is on are those of what it lets through; what it hides is offered unticked.
    let wide =
        Query { kinds: Vec::new(), spaces: Vec::new(), languages: Vec::new(), limit: 1, offset: 0, ..query.clone() };
    let narrowed = !(query.kinds.is_empty() && query.spaces.is_empty() && query.languages.is_empty());
    let facets = if narrowed { super::ask(app, wide).await? } else { results.clone() };
    let hits = shown(app, &visit.viewer, words, &query, &results.hits).await?;

    let mut space_ids: Vec<i64> = facets.spaces.iter().map(|(space, _)| *space).collect();
    space_ids.extend(&spaces_asked);
    let names = spaces::store::readable_by_ids(&app.db, visit.viewer.key(), &space_ids).await?;
    let kinds = facets.kinds.iter().map(|(kind, count)| Choice {
        name: "kind",
        value: kind.name().to_owned(),
        label: words.say(&format!("kind-{}", kind.name())),
        count: *count as i64,
        chosen: query.kinds.contains(kind),
    });
    let spaces = facets.spaces.iter().filter_map(|(space, count)| {
        Some(Choice {
            name: "space",
            value: SpaceId(*space).to_string(),
            label: names.get(space)?.name.clone(),
            count: *count as i64,
            chosen: spaces_asked.contains(space),
        })
    });
    let languages = facets.languages.iter().map(|(tongue, count)| Choice {
        name: "language",
        value: tongue.tag().to_owned(),
        label: words.say(&format!("language-{}", tongue.tag())),
        count: *count as i64,
        chosen: query.languages.contains(tongue),
    });
    let (kinds, spaces, languages): (Vec<_>, Vec<_>, Vec<_>) = (kinds.collect(), spaces.collect(), languages.collect());
    let chosen = kinds.iter().chain(&spaces).chain(&languages).filter(|choice| choice.chosen).map(|choice| {
        let keep = |values: &[String]| values.iter().filter(|value| **value != choice.value).cloned().collect();
        let mut rest = Asked { from: 0, ..asked.clone() };
        match choice.name {
            "kind" => rest.kind = keep(&rest.kind),
            "space" => rest.space = keep(&rest.space),
            _ => rest.language = keep(&rest.language),
        }
        Chosen { label: choice.label.clone(), without: visit.url(rest.address()) }
    });
    let chosen = chosen.collect();
    let at = |from: usize| visit.url(Asked { from, ..asked.clone() }.address());
    let sorted = |sort: &str| visit.url(Asked { from: 0, sort: sort.to_owned(), ..asked.clone() }.address());
    Ok(Page(SearchPage {
        total: results.total as i64,
        relaxed: results.relaxed,
        filling: app.search.is_filling(),
        best: sorted("best"),
        newest: sorted("newest"),
        previous: (asked.from > 0).then(|| at(asked.from.saturating_sub(PAGE))),
        next: results.next.map(at),
        kinds,
        spaces,
        languages,
        chosen,
        hits,
        asked,
        shell,
    }))
}
