//! The page on which a member makes, lists and ends their tokens.

use askama::Template;
use aukio_core::text::{Line, TextError};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::{Kept, Scope, TOKENS_MOST};
use crate::app::App;
use crate::web::page::{Again, Shell};
use crate::web::{Failure, Faults, Form, Page, Section, Visit};

const FORM_BYTES_MOST: usize = 4 * 1024;
/// Characters of a token's name.
const NAME_MOST: usize = 80;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/me/tokens", get(show).post(make))
        .route("/me/tokens/end", post(end).get(back))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MOST))
}

#[derive(Template)]
#[template(path = "api/tokens.html")]
struct TokensPage {
    shell: Shell,
    rows: Vec<Row>,
    form: TokenForm,
    faults: Faults,
    /// The text of the token that was just made; it is never shown again.
    made: Option<String>,
}

struct Row {
    id: String,
    name: String,
    writes: bool,
    created: String,
    used: Option<String>,
}

impl TokensPage {
    fn is_full(&self) -> bool {
        self.rows.len() as i64 >= TOKENS_MOST
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct TokenForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    scope: String,
}

impl TokenForm {
    fn writes(&self) -> bool {
        self.scope == "write"
    }
}

async fn page(visit: &Visit) -> Result<TokensPage, Failure> {
    let words = visit.words();
    let row = |token: Kept| Row {
        id: token.id.to_string(),
        name: token.name,
        writes: token.scope == Scope::Write,
        created: words.moment(token.created_at, visit.now),
        used: token.used_at.map(|used| words.moment(used, visit.now)),
    };
    let tokens = super::of_person(&visit.app, visit.member()?.id).await?;
    Ok(TokensPage {
        shell: visit.shell(Section::None).await?,
        rows: tokens.into_iter().map(row).collect(),
        form: TokenForm::default(),
        faults: Faults::default(),
        made: None,
    })
}

async fn show(visit: Visit) -> Result<Page<TokensPage>, Failure> {
    Ok(Page(page(&visit).await?))
}

/// The text stands in the answer itself: an address to go on to would have to carry it.
async fn make(visit: Visit, Form(form): Form<TokenForm>) -> Result<Response, Failure> {
    // A token outlives the session, so that a browser left open is not enough to make one.
    let person = visit.whole().await?.id;
    let mut faults = Faults::default();
    let scope = if form.writes() { Scope::Write } else { Scope::Read };
    let mut made = None;
    if let Some(name) = faults.take(visit.words(), "name", name(&form.name)) {
        made = super::make(&visit.app, person, name, scope).await?;
        if made.is_none() {
            faults.add("name", visit.words().count("tokens-full", TOKENS_MOST));
        }
    }
    let page = page(&visit).await?;
    if made.is_some() {
        return Ok(Page(TokensPage { made, ..page }).into_response());
    }
    Ok(Again(TokensPage { form, faults, ..page }).into_response())
}

fn name(text: &str) -> Result<Line, TextError> {
    let name = Line::parse(text)?;
    match name.as_str().chars().count() {
        0 => Err(TextError::Empty),
        1..=NAME_MOST => Ok(name),
        _ => Err(TextError::TooLong { most: NAME_MOST }),
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct EndForm {
    #[serde(default)]
    token: String,
}

async fn end(visit: Visit, Form(form): Form<EndForm>) -> Result<Redirect, Failure> {
    let person = visit.member()?.id;
    // What is no token of theirs has ended already.
    if let Ok(token) = form.token.parse() {
        super::end(&visit.app, person, token).await?;
    }
    Ok(back(visit).await)
}

async fn back(visit: Visit) -> Redirect {
    Redirect::to(&visit.url("/me/tokens"))
}
