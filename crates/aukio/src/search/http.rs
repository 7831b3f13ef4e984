//! The search page, and what it offers while one types.

use askama::Template;
use aukio_index::{Facets, Filter, Kind, Query, Relaxed, Results};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use super::asked::Asked;
use super::shown::{Shown, shown, text_of};
use super::{SearchError, api, feed};
use crate::app::App;
use crate::people::http::encode;
use crate::spaces;
use crate::web::page::Shell;
use crate::web::{Failure, Form, Page, Section, Visit};

/// Hits of one page.
const PAGE: usize = 20;
/// Words and titles that are offered while one types.
const WORDS_OFFERED: usize = 5;
const TITLES_OFFERED: usize = 5;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/search", get(show))
        .route("/search/suggest", get(suggest))
        .route("/search.atom", get(feed::atom))
        .route("/opensearch.xml", get(feed::description))
}

/// Addresses outside the languages.
pub fn site_routes() -> Router<App> {
    Router::new().route("/api/v1/search", get(api::search))
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
    relaxed: Relaxed,
    /// Another way to write the question, with its address.
    meant: Option<(String, String)>,
    /// Whether the hits are those of the other way.
    taken: bool,
    filling: bool,
    kinds: Vec<Choice>,
    spaces: Vec<Choice>,
    languages: Vec<Choice>,
    years: Vec<Choice>,
    chosen: Vec<Chosen>,
    best: String,
    newest: String,
    first: Option<String>,
    next: Option<String>,
    feed: String,
}

impl SearchPage {
    fn has_question(&self) -> bool {
        !self.asked.q.trim().is_empty()
    }

    fn lacks_words(&self) -> bool {
        self.relaxed == Relaxed::Words
    }

    fn has_parts(&self) -> bool {
        self.relaxed == Relaxed::Parts
    }
}

async fn show(visit: Visit, Form(asked): Form<Asked>) -> Result<Page<SearchPage>, Failure> {
    visit.searches()?;
    let shell = visit.shell(Section::Search).await?;
    super::catch_up(&visit.app, &visit.viewer).await?;
    let (query, _) = asked.query(&visit.app, &visit.viewer, PAGE).await?;
    let results = super::ask(&visit.app, query.clone()).await?;
    let hits = shown(&visit, &query, &results).await?;
    Ok(Page(page(&visit, shell, asked, &query, results, hits).await?))
}

async fn page(
    visit: &Visit,
    shell: Shell,
    asked: Asked,
    query: &Query,
    results: Results,
    hits: Vec<Shown>,
) -> Result<SearchPage, Failure> {
    let choices = Choices::of(visit, &query.filter, &results.facets).await?;
    let fresh = Asked { after: String::new(), ..asked.clone() };
    let address = |asked: Asked| visit.url(asked.address());
    let sorted = |sort: &str| address(Asked { sort: sort.to_owned(), ..fresh.clone() });
    let meant = results
        .suggestion
        .as_ref()
        .map(|meant| (meant.text.clone(), address(Asked { q: meant.text.clone(), ..fresh.clone() })));
    Ok(SearchPage {
        total: results.total as i64,
        relaxed: results.relaxed,
        taken: results.suggestion.as_ref().is_some_and(|meant| meant.taken),
        meant,
        filling: visit.app.search.is_filling(),
        best: sorted("best"),
        newest: sorted("newest"),
        first: (!asked.after.is_empty()).then(|| address(fresh.clone())),
        next: results.next.map(|next| address(Asked { after: next.to_string(), ..asked.clone() })),
        feed: visit.url(format!("/search.atom?{}", fresh.parameters())),
        chosen: choices.chosen(visit, &fresh),
        kinds: choices.kinds,
        spaces: choices.spaces,
        languages: choices.languages,
        years: choices.years,
        hits,
        asked,
        shell,
    })
}

/// The boxes of each filter.
struct Choices {
    kinds: Vec<Choice>,
    spaces: Vec<Choice>,
    languages: Vec<Choice>,
    years: Vec<Choice>,
}

impl Choices {
    async fn of(visit: &Visit, filter: &Filter, facets: &Facets) -> sqlx::Result<Choices> {
        let words = visit.words();
        let spaces_shown = with_chosen(&facets.spaces, &filter.spaces);
        let ids: Vec<i64> = spaces_shown.iter().map(|(space, _)| *space).collect();
        let known = spaces::store::readable_by_ids(&visit.app.db, visit.viewer.key(), &ids).await?;
        let kinds = with_chosen(&facets.kinds, &filter.kinds).into_iter().map(|(kind, count)| Choice {
            name: "kind",
            value: kind.name().to_owned(),
            label: words.say(&format!("kind-{}", kind.name())),
            count: count as i64,
            chosen: filter.kinds.contains(&kind),
        });
        let spaces = spaces_shown.iter().filter_map(|(id, count)| {
            let space = known.get(id)?;
            Some(Choice {
                name: "space",
                value: space.slug.clone(),
                label: space.name.clone(),
                count: *count as i64,
                chosen: filter.spaces.contains(id),
            })
        });
        let languages = with_chosen(&facets.languages, &filter.languages).into_iter().map(|(tongue, count)| Choice {
            name: "language",
            value: tongue.tag().to_owned(),
            label: words.say(&format!("language-{}", tongue.tag())),
            count: count as i64,
            chosen: filter.languages.contains(&tongue),
        });
        let years = with_chosen(&facets.years, &filter.years).into_iter().map(|(year, count)| Choice {
            name: "year",
            value: year.to_string(),
            label: year.to_string(),
            count: count as i64,
            chosen: filter.years.contains(&year),
        });
        Ok(Choices {
            kinds: kinds.collect(),
            spaces: spaces.collect(),
            languages: languages.collect(),
            years: years.collect(),
        })
    }

    fn chosen(&self, visit: &Visit, asked: &Asked) -> Vec<Chosen> {
        let all = self.kinds.iter().chain(&self.spaces).chain(&self.languages).chain(&self.years);
        let chosen = all.filter(|choice| choice.chosen).map(|choice| {
            let mut rest = asked.clone();
            let values = match choice.name {
                "kind" => &mut rest.kind,
                "space" => &mut rest.space,
                "language" => &mut rest.language,
                _ => &mut rest.year,
            };
            values.retain(|value| *value != choice.value);
            Chosen { label: choice.label.clone(), without: visit.url(rest.address()) }
        });
        chosen.collect()
    }
}

/// A box that is ticked stays, even where it stands for nothing.
fn with_chosen<T: Copy + PartialEq>(counts: &[(T, usize)], chosen: &[T]) -> Vec<(T, usize)> {
    let missing = chosen.iter().filter(|value| !counts.iter().any(|(counted, _)| counted == *value));
    counts.iter().copied().chain(missing.map(|value| (*value, 0))).collect()
}

/// What a question that is being typed may become.
#[derive(Serialize)]
struct Suggestions {
    words: Vec<Offer>,
    titles: Vec<Offer>,
}

#[derive(Serialize)]
struct Offer {
    text: String,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'static str>,
}

async fn suggest(visit: Visit, Form(asked): Form<Asked>) -> Result<Json<Suggestions>, Failure> {
    visit.types()?;
    let words = words(&visit, &asked.q).await?;
    let titles = titles(&visit, &asked.q).await?;
    Ok(Json(Suggestions { words, titles }))
}

async fn words(visit: &Visit, typed: &str) -> Result<Vec<Offer>, SearchError> {
    let audiences = spaces::store::audiences(&visit.app.db, visit.viewer.key()).await?;
    let texts = super::complete(&visit.app, typed.to_owned(), audiences, WORDS_OFFERED).await?;
    let offer = |text: String| Offer {
        url: visit.url(format!("/search?q={}", encode(&text))),
        text,
        kind: None,
        language: None,
    };
    Ok(texts.into_iter().map(offer).collect())
}

/// Things whose title has the words, the last of which may be unfinished.
async fn titles(visit: &Visit, typed: &str) -> Result<Vec<Offer>, SearchError> {
    let asked = Asked { q: typed.to_owned(), ..Asked::default() };
    let (query, _) = asked.query(&visit.app, &visit.viewer, TITLES_OFFERED * 2).await?;
    let kinds = vec![Kind::Space, Kind::Thread, Kind::Document, Kind::Person];
    let query = Query { prefix: true, filter: Filter { kinds, ..Filter::default() }, ..query };
    let results = super::ask(&visit.app, query.clone()).await?;
    let hits = shown(visit, &query, &results).await?;
    let titled = hits.into_iter().filter(|hit| hit.title.iter().any(|piece| piece.marked)).take(TITLES_OFFERED);
    let words = visit.words();
    let offer = |hit: Shown| Offer {
        kind: Some(words.say(hit.kind_key())),
        language: Some(hit.language.tag()),
        text: text_of(&hit.title),
        url: visit.url(hit.address),
    };
    Ok(titled.map(offer).collect())
}
