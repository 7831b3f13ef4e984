//! Spaces for programs: the list, one space, joining and leaving.

use aukio_core::policy::Joining;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::caller::{Asked, Caller, Nothing, Of, Span};
use super::problem::Refusal;
use super::wire::{List, MembershipOut, Names};
use crate::spaces::{self, access, store};

/// The latest founded first.
pub async fn list(caller: Caller, Asked(span): Asked<Span>) -> Result<Response, Refusal> {
    let visit = &caller.visit;
    let (limit, before) = span.before_id()?;
    let spaces = store::founded(&visit.app.db, visit.viewer.key(), before, limit + 1).await?;
    let parents: Vec<i64> = spaces.iter().filter_map(|space| space.parent).map(|parent| parent.0).collect();
    let names = Names::of(&visit.app, &[], &parents).await?;
    caller.answer(&List::cut(spaces, limit, |space| space.id.to_string(), |space| names.space(space)))
}

pub async fn show(caller: Caller, Of(slug): Of<String>, _: Asked<Nothing>) -> Result<Response, Refusal> {
    let visit = &caller.visit;
    let space = access::may_read(&visit.app, &visit.viewer, &slug).await?.space().clone();
    let parents: Vec<i64> = space.parent.iter().map(|parent| parent.0).collect();
    let names = Names::of(&visit.app, &[], &parents).await?;
    caller.answer(&names.space(space))
}

/// Joins, or asks to where a convener answers. Who is in already stays in.
pub async fn join(caller: Caller, Of(slug): Of<String>, _: Asked<Nothing>) -> Result<Response, Refusal> {
    caller.acting()?;
    let visit = &caller.visit;
    let place = access::may_read(&visit.app, &visit.viewer, &slug).await?;
    let asks = place.standing().role.is_none() && place.space().joining == Joining::Request;
    if asks {
        spaces::ask_to_join(&visit.app, access::may_ask(place)?, None).await?;
    } else if place.standing().role.is_none() {
        spaces::join(&visit.app, access::may_join(place)?).await?;
    }
    caller.answer(&MembershipOut { space: slug, state: if asks { "asked" } else { "member" } })
}

pub async fn leave(caller: Caller, Of(slug): Of<String>, _: Asked<Nothing>) -> Result<Response, Refusal> {
    caller.acting()?;
    let visit = &caller.visit;
    let place = access::may_read(&visit.app, &visit.viewer, &slug).await?;
    spaces::leave(&visit.app, access::may_leave(place)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
