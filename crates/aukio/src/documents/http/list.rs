//! The lists of documents: of all spaces, and of one.

use askama::Template;
use axum::extract::{Path, Query};

use super::{DocumentRow, rows};
use crate::db::Before;
use crate::documents::{Document, store};
use crate::spaces::{self, MayRead};
use crate::web::list::{Cursor, Listing, PAGE, cut};
use crate::web::page::Shell;
use crate::web::{Failure, Page, Section, Visit};

#[derive(Template)]
#[template(path = "documents/list.html")]
pub struct ListPage {
    shell: Shell,
    place: Option<MayRead>,
    rows: Vec<DocumentRow>,
    next: Option<String>,
}

pub async fn all(visit: Visit, Query(cursor): Query<Cursor>) -> Result<Page<ListPage>, Failure> {
    let shell = visit.shell(Section::Documents).await?;
    let documents = store::newest(&visit.app.db, visit.viewer.key(), cursor.place(), PAGE + 1).await?;
    page(&visit, shell, None, documents).await
}

pub async fn of_space(
    visit: Visit,
    Path(slug): Path<String>,
    Query(cursor): Query<Cursor>,
) -> Result<Page<ListPage>, Failure> {
    let shell = visit.shell(Section::Documents).await?;
    let place = spaces::access::may_read(&visit.app, &visit.viewer, &slug).await?;
    let documents = store::of_space(&visit.app.db, place.space().id, cursor.place(), PAGE + 1).await?;
    page(&visit, shell, Some(place), documents).await
}

/// `documents` are read one more than the page shows.
async fn page(
    visit: &Visit,
    mut shell: Shell,
    place: Option<MayRead>,
    documents: Vec<Document>,
) -> Result<Page<ListPage>, Failure> {
    let listing = Listing::of("documents", &visit.words().say("nav-documents"), place.as_ref().map(MayRead::space));
    shell.meta = listing.meta(&shell);
    let (documents, next) = cut(documents, PAGE, |last| Before { at: last.edited_at.microseconds(), id: last.id.0 });
    let next = next.map(|next| listing.from(visit, next));
    Ok(Page(ListPage { shell, place, rows: rows(visit, documents).await?, next }))
}
