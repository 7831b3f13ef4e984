//! The forms that begin a document and describe it.

use askama::Template;
use aukio_core::DocumentId;
use aukio_core::policy::Act;
use aukio_core::text::{Manuscript, Title};
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::address;
use crate::documents::{self, Description, Document, Kind, NewDocument, State, access};
use crate::spaces::{self, AccessError, MayRead};
use crate::web::kept::{self, KeptForm, sign_in_first};
use crate::web::page::{Again, Shell};
use crate::web::{At, Failure, Faults, Form, Page, Section, Visit};

#[derive(Template)]
#[template(path = "documents/new.html")]
pub struct NewPage {
    shell: Shell,
    place: MayRead,
    form: DocumentForm,
    faults: Faults,
    kept: bool,
}

#[derive(Template)]
#[template(path = "documents/description.html")]
pub struct DescriptionPage {
    shell: Shell,
    document: Document,
    form: DocumentForm,
    faults: Faults,
    base: String,
}

#[derive(Deserialize, Default)]
pub struct DocumentForm {
    #[serde(default)]
    title: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    keep: String,
}

impl KeptForm for DocumentForm {
    fn texts(&mut self) -> Vec<(&'static str, &mut String)> {
        vec![
            ("title", &mut self.title),
            ("body", &mut self.body),
            ("kind", &mut self.kind),
            ("language", &mut self.language),
        ]
    }
}

impl NewPage {
    fn kinds(&self) -> &'static [Kind] {
        Kind::ALL
    }
}

impl DescriptionPage {
    fn kinds(&self) -> &'static [Kind] {
        Kind::ALL
    }

    fn states(&self) -> &'static [State] {
        State::ALL
    }

    fn state_words(&self, state: &State) -> String {
        self.shell.t.say(&format!("document-state-{}", state.name()))
    }
}

pub async fn new_form(
    visit: Visit,
    Path(slug): Path<String>,
    Query(mut form): Query<DocumentForm>,
) -> Result<Page<NewPage>, Failure> {
    let place = spaces::access::may_read(&visit.app, &visit.viewer, &slug).await?;
    if !place.offers(Act::CreateDocument) {
        return Err(Failure::say(StatusCode::FORBIDDEN, "error-no-right"));
    }
    let token = std::mem::take(&mut form.keep);
    let kept = kept::fill(&visit, &token, &mut form).await?;
    let shell = visit.shell(Section::Documents).await?;
    Ok(Page(NewPage { shell, place, form, faults: Faults::default(), kept }))
}

pub async fn create(
    visit: Visit,
    Path(slug): Path<String>,
    Form(mut form): Form<DocumentForm>,
) -> Result<Response, Failure> {
    let words = visit.words();
    let place = spaces::access::may_read(&visit.app, &visit.viewer, &slug).await?;
    let may = match access::may_create(place.clone()) {
        Err(AccessError::SignIn) => {
            let path = visit.url(format!("/spaces/{slug}/documents/new"));
            return Ok(sign_in_first(&visit, path, "", &mut form).await?.into_response());
        }
        may => may?,
    };
    let mut faults = Faults::default();
    let title = faults.take(words, "title", Title::parse(&form.title));
    let manuscript = faults.take(words, "body", Manuscript::parse(&form.body));
    if let (Some(title), Some(manuscript)) = (title, manuscript) {
        let begun = !manuscript.as_str().is_empty();
        let new = NewDocument {
            title,
            kind: Kind::parse(&form.kind).unwrap_or(Kind::Plain),
            state: State::Draft,
            language: form.language.parse().ok(),
            manuscript,
            external_id: None,
        };
        let document = documents::create(&visit.app, may, new).await?;
        // An empty document wants to be written, one with a text wants to be seen first.
        let end =
            if begun { address(document.id, &document.title) } else { format!("/documents/{}/edit", document.id) };
        return Ok(Redirect::to(&visit.url(end)).into_response());
    }
    let shell = visit.shell(Section::Documents).await?;
    Ok(Again(NewPage { shell, place, form, faults, kept: false }).into_response())
}

pub async fn description_form(visit: Visit, At(id): At<DocumentId>) -> Result<Page<DescriptionPage>, Failure> {
    let read = access::may_read(&visit.app, &visit.viewer, id).await?;
    let may = access::may_edit(read)?;
    let document = may.document().clone();
    let form = DocumentForm {
        title: document.title.clone(),
        kind: document.kind.name().to_owned(),
        state: document.state.name().to_owned(),
        language: document.language.tag().to_owned(),
        ..DocumentForm::default()
    };
    let shell = visit.shell(Section::Documents).await?;
    let base = visit.url(address(id, &document.title));
    Ok(Page(DescriptionPage { shell, document, form, faults: Faults::default(), base }))
}

pub async fn describe(
    visit: Visit,
    At(id): At<DocumentId>,
    Form(form): Form<DocumentForm>,
) -> Result<Response, Failure> {
    let read = access::may_read(&visit.app, &visit.viewer, id).await?;
    let may = access::may_edit(read)?;
    let document = may.document().clone();
    let mut faults = Faults::default();
    if let Some(title) = faults.take(visit.words(), "title", Title::parse(&form.title)) {
        let to = Description {
            title,
            kind: Kind::parse(&form.kind).unwrap_or(document.kind),
            state: State::parse(&form.state).unwrap_or(document.state),
            language: form.language.parse().unwrap_or(document.language),
        };
        documents::describe(&visit.app, may, to).await?;
        return Ok(Redirect::to(&visit.url(format!("/documents/{id}"))).into_response());
    }
    let shell = visit.shell(Section::Documents).await?;
    let base = visit.url(address(id, &document.title));
    Ok(Again(DescriptionPage { shell, document, form, faults, base }).into_response())
}
