//! The page with the editor.

use askama::Template;
use aukio_core::DocumentId;
use aukio_core::policy::Act;

use super::address;
use crate::documents::{Document, access, reading};
use crate::spaces::MayRead;
use crate::web::page::Shell;
use crate::web::{At, Failure, Page, Section, Visit};

#[derive(Template)]
#[template(path = "documents/edit.html")]
pub struct EditPage {
    shell: Shell,
    document: Document,
    place: MayRead,
    is_damaged: bool,
    base: String,
}

pub async fn show(visit: Visit, At(id): At<DocumentId>) -> Result<Page<EditPage>, Failure> {
    let read = access::may_read(&visit.app, &visit.viewer, id).await?;
    read.place.actor(Act::EditDocument)?;
    let shell = visit.shell(Section::Documents).await?;
    let base = visit.url(address(id, &read.document.title));
    // The room has been open since the page was read, or it opens now and finds out.
    reading::tree(&visit.app, id).await?;
    let is_damaged = visit.app.documents.rooms.is_damaged(id.0);
    Ok(Page(EditPage { shell, document: read.document, place: read.place, is_damaged, base }))
}
