//! Pages of documents: lists, reading, beginning one, the editor, the description.

use askama::Template;
use aukio_core::policy::Act;
use aukio_core::text::{Manuscript, Title, initials, slug};
use aukio_core::{DocumentId, Language};
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::reading::Reading;
use super::{Description, Document, Kind, NewDocument, State, access, store};
use crate::app::App;
use crate::people::kept::{self, Kept};
use crate::people::{self, Brief};
use crate::spaces::store as spaces_store;
use crate::spaces::{self, MayRead, Space};
use crate::threads;
use crate::threads::http::{Cursor, PAGE, ThreadRow, cut};
use crate::web::page::{Again, Shell};
use crate::web::{At, Failure, Faults, Form, Page, Section, Visit};
use crate::words::datetime;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/documents", get(list))
        .route("/documents/{id}", get(show))
        .route("/documents/{id}/edit", get(edit))
        .route("/documents/{id}/plain", get(plain_form).post(plain))
        .route("/documents/{id}/description", get(description_form).post(describe))
        .route("/spaces/{slug}/documents", get(list_of_space))
        .route("/spaces/{slug}/documents/new", get(new_form).post(create))
}

/// The address of a document, without the language: the id and a readable end.
pub fn address(id: DocumentId, title: &str) -> String {
    let readable = slug(title, 60);
    if readable.is_empty() { format!("/documents/{id}") } else { format!("/documents/{id}-{readable}") }
}

/// A document as lists show it.
pub struct DocumentRow {
    pub document: Document,
    pub address: String,
    pub space: Option<(String, String)>,
    pub edited_by: String,
}

/// Adds names and places to documents, in two queries for the whole list.
pub async fn rows(visit: &Visit, documents: Vec<Document>) -> sqlx::Result<Vec<DocumentRow>> {
    let app = &visit.app;
    let spaces: Vec<i64> = documents.iter().map(|document| document.space.0).collect();
    let editors: Vec<i64> = documents.iter().map(|document| document.edited_by.0).collect();
    let spaces = spaces_store::names(&app.db, &spaces).await?;
    let editors = people::brief(&app.db, &editors).await?;
    let row = |document: Document| DocumentRow {
        address: visit.url(address(document.id, &document.title)),
        space: spaces.get(&document.space.0).cloned(),
        edited_by: match editors.get(&document.edited_by.0) {
            Some(person) if !person.closed => person.name.clone(),
            _ => visit.words().say("person-gone"),
        },
        document,
    };
    Ok(documents.into_iter().map(row).collect())
}

#[derive(Template)]
#[template(path = "documents/list.html")]
struct ListPage {
    shell: Shell,
    place: Option<MayRead>,
    rows: Vec<DocumentRow>,
    next: Option<String>,
}

async fn list(visit: Visit, Query(cursor): Query<Cursor>) -> Result<Page<ListPage>, Failure> {
    let shell = visit.shell(Section::Documents).await?;
    let documents = store::newest(&visit.app.db, visit.viewer.key(), cursor.place(), PAGE + 1).await?;
    let (documents, next) = cut(documents, |document| (document.edited_at.microseconds(), document.id.0));
    let next = next.map(|next| visit.url(format!("/documents?before={next}")));
    Ok(Page(ListPage { shell, place: None, rows: rows(&visit, documents).await?, next }))
}

async fn list_of_space(
    visit: Visit,
    Path(slug): Path<String>,
    Query(cursor): Query<Cursor>,
) -> Result<Page<ListPage>, Failure> {
    let shell = visit.shell(Section::Documents).await?;
    let place = spaces::access::may_read(&visit.app, &visit.viewer, &slug).await?;
    let documents = store::of_space(&visit.app.db, place.space().id, cursor.place(), PAGE + 1).await?;
    let (documents, next) = cut(documents, |document| (document.edited_at.microseconds(), document.id.0));
    let next = next.map(|next| visit.url(format!("/spaces/{slug}/documents?before={next}")));
    Ok(Page(ListPage { shell, place: Some(place), rows: rows(&visit, documents).await?, next }))
}

#[derive(Template)]
#[template(path = "documents/show.html")]
struct ShowPage {
    shell: Shell,
    document: Document,
    place: MayRead,
    lineage: Vec<Space>,
    reading: Reading,
    writers: Vec<Writer>,
    threads: Vec<ThreadRow>,
    base: String,
}

/// Somebody who wrote in the document.
struct Writer {
    id: String,
    name: String,
    initials: String,
    look: &'static str,
}

impl Writer {
    fn of(brief: &Brief) -> Writer {
        Writer {
            id: brief.id.to_string(),
            initials: initials(&brief.name),
            name: brief.name.clone(),
            look: brief.sector.look(),
        }
    }
}

impl ShowPage {
    fn canonical(&self) -> String {
        format!("{}{}", self.shell.address, self.base)
    }

    fn offers_edit(&self) -> bool {
        self.place.offers(Act::EditDocument)
    }

    fn offers_thread(&self) -> bool {
        self.place.offers(Act::StartThread)
    }

    fn may_edit(&self) -> bool {
        self.place.may(Act::EditDocument)
    }

    fn edited(&self) -> String {
        datetime(&self.document.edited_at)
    }
}

async fn show(visit: Visit, At(id): At<DocumentId>) -> Result<Page<ShowPage>, Failure> {
    let app = &visit.app;
    let read = access::may_read(app, &visit.viewer, id).await?;
    let shell = visit.shell(Section::Documents).await?;
    let reading = super::reading::read(app, id).await?;
    let writers = store::writers(&app.db, id, 12).await?;
    let briefs = people::brief(&app.db, &writers).await?;
    let threads = threads::store::about_document(&app.db, id, 10).await?;
    Ok(Page(ShowPage {
        lineage: spaces_store::lineage(&app.db, read.document.space).await?,
        writers: writers
            .iter()
            .filter_map(|writer| briefs.get(writer))
            .filter(|brief| !brief.closed)
            .map(Writer::of)
            .collect(),
        threads: threads::http::rows(&visit, threads).await?,
        base: visit.url(address(id, &read.document.title)),
        document: read.document,
        place: read.place,
        reading,
        shell,
    }))
}

#[derive(Template)]
#[template(path = "documents/edit.html")]
struct EditPage {
    shell: Shell,
    document: Document,
    place: MayRead,
    base: String,
}

async fn edit(visit: Visit, At(id): At<DocumentId>) -> Result<Page<EditPage>, Failure> {
    let read = access::may_read(&visit.app, &visit.viewer, id).await?;
    read.place.actor(Act::EditDocument)?;
    let shell = visit.shell(Section::Documents).await?;
    let base = visit.url(address(id, &read.document.title));
    Ok(Page(EditPage { shell, document: read.document, place: read.place, base }))
}

#[derive(Template)]
#[template(path = "documents/new.html")]
struct NewPage {
    shell: Shell,
    place: MayRead,
    form: DocumentForm,
    faults: Faults,
    kept: bool,
}

#[derive(Template)]
#[template(path = "documents/description.html")]
struct DescriptionPage {
    shell: Shell,
    document: Document,
    form: DocumentForm,
    faults: Faults,
    base: String,
}

#[derive(Deserialize, Default)]
struct DocumentForm {
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

impl NewPage {
    fn languages(&self) -> [Language; 3] {
        Language::ALL
    }

    fn kinds(&self) -> &'static [Kind] {
        Kind::ALL
    }
}

impl DescriptionPage {
    fn languages(&self) -> [Language; 3] {
        Language::ALL
    }

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

async fn new_form(
    visit: Visit,
    Path(slug): Path<String>,
    Query(mut form): Query<DocumentForm>,
) -> Result<Page<NewPage>, Failure> {
    let place = spaces::access::may_read(&visit.app, &visit.viewer, &slug).await?;
    if !place.offers(Act::CreateDocument) {
        return Err(Failure::say(StatusCode::FORBIDDEN, "error-no-right"));
    }
    let kept = kept::take(&visit.app, &form.keep).await?;
    if let Some(kept) = &kept {
        form.title = kept.field("title");
        form.body = kept.field("body");
        form.kind = kept.field("kind");
        form.language = kept.field("language");
    }
    let shell = visit.shell(Section::Documents).await?;
    Ok(Page(NewPage { shell, place, form, faults: Faults::default(), kept: kept.is_some() }))
}

async fn create(visit: Visit, Path(slug): Path<String>, Form(form): Form<DocumentForm>) -> Result<Response, Failure> {
    let words = visit.words();
    let place = spaces::access::may_read(&visit.app, &visit.viewer, &slug).await?;
    let may = match access::may_create(place.clone()) {
        Err(spaces::AccessError::SignIn) => {
            let path = visit.url(format!("/spaces/{slug}/documents/new"));
            let fields = vec![
                ("title".to_owned(), form.title),
                ("body".to_owned(), form.body),
                ("kind".to_owned(), form.kind),
                ("language".to_owned(), form.language),
            ];
            let token = kept::keep(&visit.app, Kept { path: path.clone(), fields }).await?;
            let next = people::http::encode(&format!("{path}?keep={token}"));
            return Ok(Redirect::to(&visit.url(format!("/sign-in?next={next}"))).into_response());
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
        let document = super::create(&visit.app, may, new).await?;
        // An empty document wants to be written, one with a text wants to be seen first.
        let end =
            if begun { address(document.id, &document.title) } else { format!("/documents/{}/edit", document.id) };
        return Ok(Redirect::to(&visit.url(end)).into_response());
    }
    let shell = visit.shell(Section::Documents).await?;
    Ok(Again(NewPage { shell, place, form, faults, kept: false }).into_response())
}

async fn description_form(visit: Visit, At(id): At<DocumentId>) -> Result<Page<DescriptionPage>, Failure> {
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

async fn describe(visit: Visit, At(id): At<DocumentId>, Form(form): Form<DocumentForm>) -> Result<Response, Failure> {
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
        super::describe(&visit.app, may, to).await?;
        return Ok(Redirect::to(&visit.url(format!("/documents/{id}"))).into_response());
    }
    let shell = visit.shell(Section::Documents).await?;
    let base = visit.url(address(id, &document.title));
    Ok(Again(DescriptionPage { shell, document, form, faults, base }).into_response())
}

#[derive(Template)]
#[template(path = "documents/plain.html")]
struct PlainPage {
    shell: Shell,
    document: Document,
    base: String,
    /// The number of the update that the form's text was drawn at.
    seq: i64,
    body: String,
    faults: Faults,
}

#[derive(Deserialize, Default)]
struct PlainForm {
    #[serde(default)]
    body: String,
    #[serde(default)]
    seq: i64,
}

async fn plain_form(visit: Visit, At(id): At<DocumentId>) -> Result<Page<PlainPage>, Failure> {
    let read = access::may_read(&visit.app, &visit.viewer, id).await?;
    let document = access::may_edit(read)?.document().clone();
    let (seq, tree) = super::reading::tree(&visit.app, id).await?;
    let shell = visit.shell(Section::Documents).await?;
    let base = visit.url(address(id, &document.title));
    let body = aukio_text::markdown::print(&tree);
    Ok(Page(PlainPage { shell, document, base, seq, body, faults: Faults::default() }))
}

async fn plain(visit: Visit, At(id): At<DocumentId>, Form(form): Form<PlainForm>) -> Result<Response, Failure> {
    let read = access::may_read(&visit.app, &visit.viewer, id).await?;
    let may = access::may_edit(read)?;
    let document = may.document().clone();
    let mut faults = Faults::default();
    if let Some(manuscript) = faults.take(visit.words(), "body", Manuscript::parse(&form.body)) {
        super::reading::rewrite(&visit.app, may, form.seq, manuscript).await?;
        return Ok(Redirect::to(&visit.url(address(id, &document.title))).into_response());
    }
    let shell = visit.shell(Section::Documents).await?;
    let base = visit.url(address(id, &document.title));
    Ok(Again(PlainPage { shell, document, base, seq: form.seq, body: form.body, faults }).into_response())
}
