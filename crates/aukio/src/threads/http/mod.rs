//! Pages of threads: the addresses, and the rows in which lists show threads. Each screen and each act has a file of
//! its own.

mod edit;
mod history;
mod list;
mod order;
mod reply;
mod show;
mod start;
mod withdraw;

use axum::Router;
use axum::routing::get;

use super::{MayReadThread, Message, Thread, access, store, view};
use crate::app::App;
use crate::web::list::Mentioned;
use crate::web::visit::parse_segment;
use crate::web::{Failure, Visit};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/threads", get(list::all))
        .route("/threads/{id}", get(show::show))
        .route("/threads/{id}/messages", get(reply::back).post(reply::post))
        .route("/threads/{id}/{n}", get(show::permalink))
        .route("/threads/{id}/{n}/edit", get(edit::form).post(edit::edit))
        .route("/threads/{id}/{n}/history", get(history::show))
        .route("/threads/{id}/{n}/withdraw", get(withdraw::form).post(withdraw::withdraw))
        .route("/spaces/{slug}/threads", get(list::of_space))
        .route("/spaces/{slug}/threads/new", get(start::form).post(start::start))
}

/// A thread as lists show it.
pub struct ThreadRow {
    pub thread: Thread,
    pub address: String,
    pub space: Option<(String, String)>,
    pub last_by: String,
}

/// Adds names and places to threads, in two queries for the whole list.
pub async fn rows(visit: &Visit, threads: Vec<Thread>) -> sqlx::Result<Vec<ThreadRow>> {
    let spaces = threads.iter().map(|thread| thread.space);
    let mentioned = Mentioned::of(visit, spaces, threads.iter().map(|thread| thread.last_by)).await?;
    let row = |thread: Thread| ThreadRow {
        address: visit.url(view::address(thread.id, &thread.title)),
        space: mentioned.space(thread.space),
        last_by: mentioned.name(thread.last_by),
        thread,
    };
    Ok(threads.into_iter().map(row).collect())
}

/// A message in a thread that the viewer may read.
async fn find(visit: &Visit, id: &str, number: i64) -> Result<(MayReadThread, Message), Failure> {
    let id = parse_segment(id).ok_or(Failure::NotFound)?;
    let read = access::may_read(&visit.app, &visit.viewer, id).await?;
    let message = store::message(&visit.app.db, id, number).await?.ok_or(Failure::NotFound)?;
    Ok((read, message))
}

/// The address of a message in its thread, in the reader's language.
fn place_of(visit: &Visit, thread: &Thread, number: i64) -> String {
    visit.url(format!("/threads/{}/{number}#m{number}", thread.id))
}
