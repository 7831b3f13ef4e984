//! The form that changes one's own message.

use askama::Template;
use aukio_core::text::Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};

use super::reply::MessageForm;
use super::{find, place_of};
use crate::threads::{self, Thread, ThreadError, access};
use crate::web::page::{Shell, not_yet};
use crate::web::{Failure, Faults, Form, Page, Section, Visit, markup};

#[derive(Template)]
#[template(path = "threads/edit.html")]
pub struct EditPage {
    shell: Shell,
    thread: Thread,
    number: i64,
    form: MessageForm,
    preview: Option<String>,
    faults: Faults,
}

impl EditPage {
    fn back(&self) -> String {
        self.shell.url(&format!("/threads/{}/{n}#m{n}", self.thread.id, n = self.number))
    }
}

pub async fn form(visit: Visit, Path((id, number)): Path<(String, i64)>) -> Result<Page<EditPage>, Failure> {
    let (read, message) = find(&visit, &id, number).await?;
    let may = access::may_edit(&read, message)?;
    if may.message().withdrawal.is_some() {
        return Err(ThreadError::Withdrawn.into());
    }
    let form = MessageForm {
        body: may.message().body.clone(),
        language: may.message().language.tag().to_owned(),
        ..MessageForm::default()
    };
    let shell = visit.shell(Section::Threads).await?;
    Ok(Page(EditPage { shell, thread: read.thread, number, form, preview: None, faults: Faults::default() }))
}

pub async fn edit(
    visit: Visit,
    Path((id, number)): Path<(String, i64)>,
    Form(form): Form<MessageForm>,
) -> Result<Response, Failure> {
    let (read, message) = find(&visit, &id, number).await?;
    let may = access::may_edit(&read, message)?;
    let mut faults = Faults::default();
    match faults.take(visit.words(), "body", Body::parse(&form.body)) {
        Some(body) if form.act != "preview" => {
            threads::edit(&visit.app, may, body, form.language.parse().ok()).await?;
            Ok(Redirect::to(&place_of(&visit, &read.thread, number)).into_response())
        }
        body => {
            let preview = body.map(|body| markup::message(body.as_str()));
            let faulty = !faults.is_empty();
            let shell = visit.shell(Section::Threads).await?;
            Ok(not_yet(EditPage { shell, thread: read.thread, number, form, preview, faults }, faulty))
        }
    }
}
