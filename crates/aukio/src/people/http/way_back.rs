//! Taking a second factor away when phone and recovery codes are lost: the administrators' page, and stopping it.

use askama::Template;
use aukio_core::text::Line;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::join::email;
use super::sign_in::{ConfirmPage, TokenForm};
use crate::people;
use crate::people::way_back::{self, WayBackError};
use crate::web::page::{Again, Shell};
use crate::web::{Failure, Faults, Form, Page, Section, Visit};
use crate::words::datetime;

#[derive(Template)]
#[template(path = "people/way_back.html")]
pub(super) struct WayBackPage {
    shell: Shell,
    waiting: Vec<Row>,
    form: AskForm,
    asked: bool,
    stopped: bool,
    faults: Faults,
}

struct Row {
    id: String,
    name: String,
    by: String,
    reason: String,
    due: String,
    due_datetime: String,
}

#[derive(Deserialize, Default)]
pub(super) struct AskForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    reason: String,
    /// Set after a form that was in order.
    #[serde(default)]
    asked: String,
    #[serde(default)]
    stopped: String,
}

async fn page(visit: &Visit, form: AskForm, faults: Faults) -> Result<WayBackPage, Failure> {
    let waiting = way_back::waiting(&visit.app).await?;
    let ids: Vec<i64> = waiting.iter().flat_map(|one| [one.person.0, one.by.0]).collect();
    let names = people::brief(&visit.app.db, &ids).await?;
    let name = |id: i64| names.get(&id).map(|brief| brief.name.clone()).unwrap_or_default();
    let row = |one: way_back::Waiting| Row {
        id: one.person.to_string(),
        name: name(one.person.0),
        by: name(one.by.0),
        due: visit.words().moment(one.due, visit.now),
        due_datetime: datetime(&one.due),
        reason: one.reason,
    };
    Ok(WayBackPage {
        shell: visit.shell(Section::None).await?,
        waiting: waiting.into_iter().map(row).collect(),
        asked: form.asked == "1",
        stopped: form.stopped == "1",
        form,
        faults,
    })
}

pub(super) async fn show(visit: Visit, Query(form): Query<AskForm>) -> Result<Page<WayBackPage>, Failure> {
    visit.administrator()?;
    let form = AskForm { asked: form.asked, stopped: form.stopped, ..AskForm::default() };
    Ok(Page(page(&visit, form, Faults::default()).await?))
}

pub(super) async fn ask(visit: Visit, Form(form): Form<AskForm>) -> Result<Response, Failure> {
    let member = visit.administrator()?;
    let words = visit.words();
    let mut faults = Faults::default();
    let email = email(words, &form.email, &mut faults);
    let reason = faults.take(words, "reason", Line::parse(&form.reason));
    if reason.as_ref().is_some_and(|reason| reason.as_str().is_empty()) {
        faults.add("reason", words.say("way-back-reason-missing"));
    }
    if let (Some(email), Some(reason), true) = (email, reason, faults.is_empty()) {
        let key = match way_back::ask(&visit.app, member, &email, &reason).await {
            Ok(()) => return Ok(Redirect::to(&visit.url("/people/way-back?asked=1")).into_response()),
            Err(WayBackError::NoSuchPerson) => "way-back-nobody",
            Err(WayBackError::NoFactor) => "way-back-no-factor",
            Err(WayBackError::UnderWay) => "way-back-under-way",
            Err(WayBackError::Oneself) => "way-back-oneself",
            Err(WayBackError::Store(error)) => return Err(error.into()),
        };
        faults.add("email", words.say(key));
    }
    Ok(Again(page(&visit, form, faults).await?).into_response())
}

#[derive(Deserialize, Default)]
pub(super) struct StopForm {
    #[serde(default)]
    person: String,
}

/// Any administrator stops one that they do not trust.
pub(super) async fn stop(visit: Visit, Form(form): Form<StopForm>) -> Result<Redirect, Failure> {
    let member = visit.administrator()?;
    // What is nobody's has stopped already.
    if let Ok(person) = form.person.parse() {
        way_back::stop(&visit.app, member, person).await?;
    }
    Ok(Redirect::to(&visit.url("/people/way-back?stopped=1")))
}

pub(super) async fn back(visit: Visit) -> Redirect {
    Redirect::to(&visit.url("/people/way-back"))
}

/// The member stops it from their own page.
pub(super) async fn keep(visit: Visit) -> Result<Redirect, Failure> {
    let member = visit.member()?;
    way_back::stop(&visit.app, member, member.id).await?;
    Ok(Redirect::to(&visit.url("/me?done=factor-kept")))
}

pub(super) async fn show_link(visit: Visit, Query(form): Query<TokenForm>) -> Result<Page<ConfirmPage>, Failure> {
    way_back::look(&visit.app, &form.token).await?;
    let words = visit.words();
    Ok(Page(ConfirmPage {
        shell: visit.shell(Section::None).await?,
        title: words.say("factor-keep-title"),
        text: words.say("factor-keep-what"),
        button: words.say("factor-keep-do"),
        action: visit.url("/second-factor/keep"),
        token: form.token,
    }))
}

#[derive(Template)]
#[template(path = "people/factor_kept.html")]
struct KeptPage {
    shell: Shell,
}

pub(super) async fn keep_by_link(visit: Visit, Form(form): Form<TokenForm>) -> Result<Response, Failure> {
    way_back::stop_by_link(&visit.app, &form.token).await?;
    Ok((StatusCode::OK, Page(KeptPage { shell: visit.shell(Section::None).await? })).into_response())
}
