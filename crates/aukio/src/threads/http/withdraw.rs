//! The form that takes a message away: one's own, or with a reason somebody else's.

use askama::Template;
use aukio_core::text::Line;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{find, place_of};
use crate::threads::{self, MayReadThread, Message, Thread, access};
use crate::web::page::{Again, Shell};
use crate::web::{Failure, Faults, Form, Page, Section, Visit, markup};

#[derive(Template)]
#[template(path = "threads/withdraw.html")]
pub struct WithdrawPage {
    shell: Shell,
    thread: Thread,
    number: i64,
    message: String,
    own: bool,
    reason: String,
    faults: Faults,
}

impl WithdrawPage {
    fn back(&self) -> String {
        self.shell.url(&format!("/threads/{}/{n}#m{n}", self.thread.id, n = self.number))
    }
}

#[derive(Deserialize, Default)]
pub struct WithdrawForm {
    #[serde(default)]
    reason: String,
}

pub async fn form(visit: Visit, Path((id, number)): Path<(String, i64)>) -> Result<Page<WithdrawPage>, Failure> {
    let (read, message) = find(&visit, &id, number).await?;
    let may = access::may_withdraw(&read, message)?;
    Ok(Page(page(&visit, read, may.message(), String::new(), Faults::default()).await?))
}

async fn page(
    visit: &Visit,
    read: MayReadThread,
    message: &Message,
    reason: String,
    faults: Faults,
) -> Result<WithdrawPage, Failure> {
    let shell = visit.shell(Section::Threads).await?;
    Ok(WithdrawPage {
        shell,
        thread: read.thread,
        number: message.number,
        message: markup::message(&message.body),
        own: visit.viewer.person() == Some(message.author),
        reason,
        faults,
    })
}

pub async fn withdraw(
    visit: Visit,
    Path((id, number)): Path<(String, i64)>,
    Form(form): Form<WithdrawForm>,
) -> Result<Response, Failure> {
    let (read, message) = find(&visit, &id, number).await?;
    let may = access::may_withdraw(&read, message)?;
    let mut faults = Faults::default();
    let own = visit.viewer.person() == Some(may.message().author);
    match faults.take(visit.words(), "reason", Line::parse(&form.reason)) {
        // Who takes away somebody else's words says why.
        Some(reason) if !own && reason.as_str().is_empty() => {
            faults.add("reason", visit.words().say("withdraw-needs-reason"));
        }
        Some(reason) => {
            threads::withdraw(&visit.app, may, reason).await?;
            return Ok(Redirect::to(&place_of(&visit, &read.thread, number)).into_response());
        }
        None => {}
    }
    Ok(Again(page(&visit, read, may.message(), form.reason, faults).await?).into_response())
}
