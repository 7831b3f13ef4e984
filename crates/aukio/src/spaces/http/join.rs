//! Joining a space, asking to join, and leaving.

use aukio_core::policy::Joining;
use aukio_core::text::Line;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::show::page;
use crate::people;
use crate::spaces::{self, access};
use crate::web::page::Again;
use crate::web::{Failure, Faults, Form, Visit};

#[derive(Deserialize, Default)]
pub struct JoinForm {
    #[serde(default)]
    reason: String,
}

pub async fn join(visit: Visit, Path(slug): Path<String>, Form(form): Form<JoinForm>) -> Result<Response, Failure> {
    let place = access::may_read(&visit.app, &visit.viewer, &slug).await?;
    let target = visit.url(format!("/spaces/{slug}"));
    if visit.viewer.member().is_none() {
        let next = people::http::encode(&target);
        return Ok(Redirect::to(&visit.url(format!("/sign-in?next={next}"))).into_response());
    }
    if place.space().joining == Joining::Request {
        let mut faults = Faults::default();
        let Some(reason) = faults.take(visit.words(), "reason", Line::parse(&form.reason)) else {
            return Ok(Again(page(&visit, place, form.reason, faults).await?).into_response());
        };
        spaces::ask_to_join(&visit.app, access::may_ask(place)?, Some(reason)).await?;
    } else if place.standing().role.is_none() {
        spaces::join(&visit.app, access::may_join(place)?).await?;
    }
    Ok(Redirect::to(&target).into_response())
}

pub async fn leave(visit: Visit, Path(slug): Path<String>) -> Result<Redirect, Failure> {
    let place = access::may_read(&visit.app, &visit.viewer, &slug).await?;
    let closed = place.space().is_closed();
    spaces::leave(&visit.app, access::may_leave(place)?).await?;
    Ok(Redirect::to(&visit.url(if closed { "/spaces".to_owned() } else { format!("/spaces/{slug}") })))
}
