//! The form that starts a thread.

use askama::Template;
use aukio_core::DocumentId;
use aukio_core::policy::Act;
use aukio_core::text::{Body, Title};
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::documents;
use crate::spaces::{self, AccessError, MayRead};
use crate::threads::{self, NewThread, access, view};
use crate::web::kept::{self, KeptForm, sign_in_first};
use crate::web::page::{Shell, not_yet};
use crate::web::{Failure, Faults, Form, Page, Section, Visit, markup};

#[derive(Template)]
#[template(path = "threads/new.html")]
pub struct NewPage {
    shell: Shell,
    place: MayRead,
    about: Option<documents::Document>,
    form: StartForm,
    preview: Option<String>,
    faults: Faults,
    kept: bool,
}

#[derive(Deserialize, Default)]
pub struct StartForm {
    #[serde(default)]
    title: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    language: String,
    /// The document that the discussion is about.
    #[serde(default)]
    document: String,
    #[serde(default)]
    act: String,
    #[serde(default)]
    keep: String,
}

impl KeptForm for StartForm {
    fn texts(&mut self) -> Vec<(&'static str, &mut String)> {
        vec![
            ("title", &mut self.title),
            ("body", &mut self.body),
            ("language", &mut self.language),
            ("document", &mut self.document),
        ]
    }
}

pub async fn form(
    visit: Visit,
    Path(slug): Path<String>,
    Query(mut form): Query<StartForm>,
) -> Result<Page<NewPage>, Failure> {
    let place = spaces::access::may_read(&visit.app, &visit.viewer, &slug).await?;
    if !place.offers(Act::StartThread) {
        return Err(Failure::say(StatusCode::FORBIDDEN, "error-no-right"));
    }
    let token = std::mem::take(&mut form.keep);
    let kept = kept::fill(&visit, &token, &mut form).await?;
    let about = about(&visit, &form.document).await?;
    let shell = visit.shell(Section::Threads).await?;
    Ok(Page(NewPage { shell, place, about, form, preview: None, faults: Faults::default(), kept }))
}

pub async fn start(
    visit: Visit,
    Path(slug): Path<String>,
    Form(mut form): Form<StartForm>,
) -> Result<Response, Failure> {
    let words = visit.words();
    let place = spaces::access::may_read(&visit.app, &visit.viewer, &slug).await?;
    let may = match access::may_start(place.clone()) {
        Err(AccessError::SignIn) => {
            let path = visit.url(format!("/spaces/{slug}/threads/new"));
            return Ok(sign_in_first(&visit, path, "", &mut form).await?.into_response());
        }
        may => may?,
    };
    let mut faults = Faults::default();
    let title = faults.take(words, "title", Title::parse(&form.title));
    let body = faults.take(words, "body", Body::parse(&form.body));
    let about = about(&visit, &form.document).await?;
    let previews = form.act == "preview";
    if let (Some(title), Some(body), false) = (title, body.clone(), previews) {
        let new = NewThread {
            title,
            body,
            language: form.language.parse().ok(),
            document: about.map(|document| document.id),
            external_id: None,
        };
        let thread = threads::start(&visit.app, may, new).await?;
        return Ok(Redirect::to(&visit.url(view::address(thread.id, &thread.title))).into_response());
    }
    let preview = body.filter(|_| previews).map(|body| markup::message(body.as_str()));
    let shell = visit.shell(Section::Threads).await?;
    Ok(not_yet(NewPage { shell, place, about, form, preview, faults, kept: false }, !previews))
}

/// The document that the thread is to be about, if the viewer may read it.
async fn about(visit: &Visit, document: &str) -> Result<Option<documents::Document>, Failure> {
    match document.parse::<DocumentId>() {
        Ok(document) => Ok(documents::readable(&visit.app, &visit.viewer, document).await?),
        Err(_) => Ok(None),
    }
}
