//! Pages of documents: lists, reading, the editor. Beginning one and describing it stand in `write`, the form
//! without a script in `plain`, earlier versions in `versions`.

mod plain;
mod versions;
mod write;

use askama::Template;
use aukio_core::DocumentId;
use aukio_core::policy::Act;
use aukio_core::text::{initials, slug};
use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::get;

use super::reading::Reading;
use super::{Document, access, store};
use crate::app::App;
use crate::people::{self, Brief};
use crate::spaces::store as spaces_store;
use crate::spaces::{self, MayRead, Space};
use crate::threads;
use crate::threads::http::{Cursor, PAGE, ThreadRow, cut};
use crate::web::page::Shell;
use crate::web::{At, Failure, Meta, Page, Section, Visit, meta};
use crate::words::datetime;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/documents", get(list))
        .route("/documents/{id}", get(show))
        .route("/documents/{id}/edit", get(edit))
        .route("/documents/{id}/plain", get(plain::form).post(plain::save))
        .route("/documents/{id}/description", get(write::description_form).post(write::describe))
        .route("/documents/{id}/versions", get(versions::list))
        .route("/documents/{id}/versions/compare", get(versions::compare))
        .route("/documents/{id}/versions/{seq}", get(versions::show))
        .route("/documents/{id}/versions/{seq}/name", get(versions::back).post(versions::name))
        .route("/documents/{id}/versions/{seq}/restore", get(versions::back).post(versions::restore))
        .route("/spaces/{slug}/documents", get(list_of_space))
        .route("/spaces/{slug}/documents/new", get(write::new_form).post(write::create))
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
    let mut shell = visit.shell(Section::Documents).await?;
    shell.meta = Some(Meta::list(&shell, "/documents", &visit.words().say("nav-documents"), true));
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
    let mut shell = visit.shell(Section::Documents).await?;
    let place = spaces::access::may_read(&visit.app, &visit.viewer, &slug).await?;
    if !place.space().is_closed() {
        let title = format!("{}: {}", visit.words().say("nav-documents"), place.space().name);
        shell.meta = Some(Meta::list(&shell, &format!("/spaces/{slug}/documents"), &title, true));
    }
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
    let mut shell = visit.shell(Section::Documents).await?;
    let reading = super::reading::read(app, id).await?;
    let writers = store::writers(&app.db, id, 12).await?;
    let briefs = people::brief(&app.db, &writers).await?;
    let threads = threads::store::about_document(&app.db, id, 10).await?;
    let lineage = spaces_store::lineage(&app.db, read.document.space).await?;
    let open = writers.iter().filter_map(|writer| briefs.get(writer)).filter(|brief| !brief.closed);
    let writers: Vec<Writer> = open.map(Writer::of).collect();
    let base = visit.url(address(id, &read.document.title));
    if !read.place.space().is_closed() {
        shell.meta = Some(about(&shell, &read.document, &lineage, &base, &writers, &reading));
    }
    Ok(Page(ShowPage {
        lineage,
        writers,
        threads: threads::http::rows(&visit, threads).await?,
        document: read.document,
        place: read.place,
        reading,
        shell,
    }))
}

/// What the page of a public document says of itself to programs.
fn about(
    shell: &Shell,
    document: &Document,
    lineage: &[Space],
    base: &str,
    writers: &[Writer],
    reading: &Reading,
) -> Meta {
    let text = reading.sections.first().map(|section| meta::words_of(&section.html)).unwrap_or_default();
    let dates = (document.created_at, document.edited_at);
    let authors: Vec<_> = writers.iter().map(|writer| meta::person(shell, &writer.name, Some(&writer.id))).collect();
    let article = serde_json::json!({
        "@type": "Article",
        "headline": document.title,
        "url": format!("{}{base}", shell.address),
        "inLanguage": document.language.tag(),
        "datePublished": datetime(&dates.0),
        "dateModified": datetime(&dates.1),
        "author": authors,
    });
    let about = Meta::text(shell, base, &format!("/documents/{}", document.id), &document.title, &text, dates);
    about.with(&[article, meta::breadcrumbs(shell, lineage, &document.title)])
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
