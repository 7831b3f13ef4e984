//! Pages of documents: the addresses, and the rows in which lists show documents. Each screen and each act has a file
//! of its own; `plain` is the editor without a script.

mod edit;
mod list;
mod plain;
mod show;
mod versions;
mod write;

use aukio_core::DocumentId;
use aukio_core::text::slug;
use axum::Router;
use axum::routing::get;

use super::Document;
use crate::app::App;
use crate::web::Visit;
use crate::web::list::Mentioned;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/documents", get(list::all))
        .route("/documents/{id}", get(show::show))
        .route("/documents/{id}/edit", get(edit::show))
        .route("/documents/{id}/plain", get(plain::form).post(plain::save))
        .route("/documents/{id}/description", get(write::description_form).post(write::describe))
        .route("/documents/{id}/versions", get(versions::list))
        .route("/documents/{id}/versions/compare", get(versions::compare))
        .route("/documents/{id}/versions/{seq}", get(versions::show))
        .route("/documents/{id}/versions/{seq}/name", get(versions::back).post(versions::name))
        .route("/documents/{id}/versions/{seq}/restore", get(versions::back).post(versions::restore))
        .route("/spaces/{slug}/documents", get(list::of_space))
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
    let spaces = documents.iter().map(|document| document.space);
    let mentioned = Mentioned::of(visit, spaces, documents.iter().map(|document| document.edited_by)).await?;
    let row = |document: Document| DocumentRow {
        address: visit.url(address(document.id, &document.title)),
        space: mentioned.space(document.space),
        edited_by: mentioned.name(document.edited_by),
        document,
    };
    Ok(documents.into_iter().map(row).collect())
}
