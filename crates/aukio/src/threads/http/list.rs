//! The lists of threads: of all spaces, and of one.

use askama::Template;
use axum::extract::{Path, Query};

use super::{ThreadRow, rows};
use crate::db::Before;
use crate::spaces::{self, MayRead};
use crate::threads::{Thread, store};
use crate::web::list::{Cursor, Listing, PAGE, cut};
use crate::web::page::Shell;
use crate::web::{Failure, Page, Section, Visit};

#[derive(Template)]
#[template(path = "threads/list.html")]
pub struct ListPage {
    shell: Shell,
    place: Option<MayRead>,
    rows: Vec<ThreadRow>,
    next: Option<String>,
}

pub async fn all(visit: Visit, Query(cursor): Query<Cursor>) -> Result<Page<ListPage>, Failure> {
    let shell = visit.shell(Section::Threads).await?;
    let threads = store::newest(&visit.app.db, visit.viewer.key(), cursor.place(), PAGE + 1).await?;
    page(&visit, shell, None, threads).await
}

pub async fn of_space(
    visit: Visit,
    Path(slug): Path<String>,
    Query(cursor): Query<Cursor>,
) -> Result<Page<ListPage>, Failure> {
    let shell = visit.shell(Section::Threads).await?;
    let place = spaces::access::may_read(&visit.app, &visit.viewer, &slug).await?;
    let threads = store::of_space(&visit.app.db, place.space().id, cursor.place(), PAGE + 1).await?;
    page(&visit, shell, Some(place), threads).await
}

/// `threads` are read one more than the page shows.
async fn page(
    visit: &Visit,
    mut shell: Shell,
    place: Option<MayRead>,
    threads: Vec<Thread>,
) -> Result<Page<ListPage>, Failure> {
    let listing = Listing::of("threads", &visit.words().say("nav-threads"), place.as_ref().map(MayRead::space));
    shell.meta = listing.meta(&shell);
    let (threads, next) = cut(threads, PAGE, |last| Before { at: last.last_at.microseconds(), id: last.id.0 });
    let next = next.map(|next| listing.from(visit, next));
    Ok(Page(ListPage { shell, place, rows: rows(visit, threads).await?, next }))
}
