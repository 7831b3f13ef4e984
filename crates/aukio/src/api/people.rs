//! People for programs, as far as pages show them: those who have taken part in public.

use aukio_core::PersonId;
use axum::response::Response;

use super::caller::{Asked, Caller, Nothing, Of, Span};
use super::problem::Refusal;
use super::wire::{List, Names};
use crate::people;
use crate::web::Failure;

/// By the time they joined, the earliest first.
pub async fn list(caller: Caller, Asked(span): Asked<Span>) -> Result<Response, Refusal> {
    let app = &caller.visit.app;
    let (limit, after) = (span.limit()?, span.after::<PersonId>()?.unwrap_or(PersonId(0)));
    let people = people::public_after_id(&app.db, after, limit + 1).await?;
    let names = Names::of(app, &[], &[]).await?;
    caller.answer(&List::cut(people, limit, |person| person.id.to_string(), |person| names.brief(&person)))
}

pub async fn show(caller: Caller, Of(id): Of<PersonId>, _: Asked<Nothing>) -> Result<Response, Refusal> {
    let app = &caller.visit.app;
    let next = people::public_after_id(&app.db, PersonId(id.0.saturating_sub(1)), 1).await?;
    let person = next.into_iter().find(|person| person.id == id).ok_or(Failure::NotFound)?;
    caller.answer(&Names::of(app, &[], &[]).await?.brief(&person))
}
