//! Threads for programs: lists, one thread, its messages, opening and answering.

use aukio_core::text::{Body, Title};
use aukio_core::{DocumentId, ThreadId};
use axum::response::Response;
use serde::Deserialize;

use super::caller::{Asked, Caller, Nothing, Of, OfTwo, Sent, Span};
use super::problem::{Faults, Refusal};
use super::wire::{List, Names, ThreadOut};
use crate::documents;
use crate::spaces;
use crate::threads::{self, NewMessage, NewThread, Thread, access, store};
use crate::web::Failure;

/// The latest opened first.
pub async fn list(caller: Caller, Asked(span): Asked<Span>) -> Result<Response, Refusal> {
    let visit = &caller.visit;
    let (limit, before) = span.before_id()?;
    let threads = store::opened(&visit.app.db, visit.viewer.key(), before, limit + 1).await?;
    caller.answer(&page(&caller, threads, limit).await?)
}

pub async fn list_of_space(
    caller: Caller,
    Of(slug): Of<String>,
    Asked(span): Asked<Span>,
) -> Result<Response, Refusal> {
    let visit = &caller.visit;
    let place = spaces::access::may_read(&visit.app, &visit.viewer, &slug).await?;
    let (limit, before) = span.before_id()?;
    let threads = store::opened_in(&visit.app.db, place.space().id, before, limit + 1).await?;
    caller.answer(&page(&caller, threads, limit).await?)
}

async fn page(caller: &Caller, threads: Vec<Thread>, limit: i64) -> Result<List<ThreadOut>, Refusal> {
    let names = names(caller, &threads).await?;
    Ok(List::cut(threads, limit, |thread| thread.id.to_string(), |thread| names.thread(thread)))
}

async fn names(caller: &Caller, threads: &[Thread]) -> sqlx::Result<Names> {
    let people: Vec<i64> = threads.iter().map(|thread| thread.author.0).collect();
    let spaces: Vec<i64> = threads.iter().map(|thread| thread.space.0).collect();
    Names::of(&caller.visit.app, &people, &spaces).await
}

pub async fn show(caller: Caller, Of(id): Of<ThreadId>, _: Asked<Nothing>) -> Result<Response, Refusal> {
    let thread = access::may_read(&caller.visit.app, &caller.visit.viewer, id).await?.thread;
    let names = names(&caller, std::slice::from_ref(&thread)).await?;
    caller.answer(&names.thread(thread))
}

/// Messages by number; `after` is the number before the page.
pub async fn messages(caller: Caller, Of(id): Of<ThreadId>, Asked(span): Asked<Span>) -> Result<Response, Refusal> {
    let app = &caller.visit.app;
    access::may_read(app, &caller.visit.viewer, id).await?;
    let (limit, after) = (span.limit()?, span.after::<u32>()?.unwrap_or(0));
    let messages = store::time_from(&app.db, id, i64::from(after) + 1, limit + 1).await?;
    let people: Vec<i64> = messages.iter().map(|message| message.author.0).collect();
    let names = Names::of(app, &people, &[]).await?;
    caller.answer(&List::cut(messages, limit, |message| message.number.to_string(), |message| names.message(message)))
}

pub async fn message(
    caller: Caller,
    OfTwo(id, number): OfTwo<ThreadId, u32>,
    _: Asked<Nothing>,
) -> Result<Response, Refusal> {
    let app = &caller.visit.app;
    access::may_read(app, &caller.visit.viewer, id).await?;
    let message = store::message(&app.db, id, i64::from(number)).await?.ok_or(Failure::NotFound)?;
    let names = Names::of(app, &[message.author.0], &[]).await?;
    caller.answer(&names.message(message))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThreadIn {
    title: String,
    markdown: String,
    language: Option<String>,
    document: Option<String>,
}

pub async fn start(
    caller: Caller,
    Of(slug): Of<String>,
    _: Asked<Nothing>,
    Sent(sent): Sent<ThreadIn>,
) -> Result<Response, Refusal> {
    caller.acting()?;
    let visit = &caller.visit;
    let may = access::may_start(spaces::access::may_read(&visit.app, &visit.viewer, &slug).await?)?;
    let mut faults = Faults::default();
    let title = faults.take("title", Title::parse(&sent.title));
    let body = faults.take("markdown", Body::parse(&sent.markdown));
    let language = faults.choice("language", sent.language.as_deref(), |tag| tag.parse().ok());
    let document = faults.choice("document", sent.document.as_deref(), |id| id.parse::<DocumentId>().ok());
    if let Some(id) = document
        && documents::readable(&visit.app, &visit.viewer, id).await?.is_none()
    {
        faults.add("document", "there is no such document that you may read".to_owned());
    }
    let (title, body) = faults.end(title.zip(body))?;
    let thread =
        threads::start(&visit.app, may, NewThread { title, body, language, document, external_id: None }).await?;
    let names = names(&caller, std::slice::from_ref(&thread)).await?;
    caller.made(&format!("/threads/{}", thread.id), &names.thread(thread))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageIn {
    markdown: String,
    parent: Option<u32>,
    language: Option<String>,
}

pub async fn post(
    caller: Caller,
    Of(id): Of<ThreadId>,
    _: Asked<Nothing>,
    Sent(sent): Sent<MessageIn>,
) -> Result<Response, Refusal> {
    caller.acting()?;
    let visit = &caller.visit;
    let may = access::may_post(&access::may_read(&visit.app, &visit.viewer, id).await?)?;
    let mut faults = Faults::default();
    let body = faults.take("markdown", Body::parse(&sent.markdown));
    let language = faults.choice("language", sent.language.as_deref(), |tag| tag.parse().ok());
    let body = faults.end(body)?;
    let new = NewMessage { body, language, parent: sent.parent.map(i64::from), external_id: None };
    let message = threads::post(&visit.app, may, new).await?;
    let names = Names::of(&visit.app, &[message.author.0], &[]).await?;
    caller.made(&format!("/threads/{id}/messages/{}", message.number), &names.message(message))
}
