//! The form under a thread that answers it.

use aukio_core::ThreadId;
use aukio_core::text::Body;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::order::Order;
use super::place_of;
use super::show::draw;
use crate::people;
use crate::spaces::AccessError;
use crate::threads::{self, NewMessage, Thread, access, store};
use crate::web::kept::{KeptForm, sign_in_first};
use crate::web::page::not_yet;
use crate::web::{At, Failure, Faults, Form, Section, Visit, markup};

/// The fields of a message.
#[derive(Deserialize, Default)]
pub struct MessageForm {
    #[serde(default)]
    pub body: String,
    /// The number of the message that is answered; empty for the thread itself.
    #[serde(default)]
    pub parent: String,
    #[serde(default)]
    pub language: String,
    #[serde(default)]
    pub act: String,
}

impl KeptForm for MessageForm {
    fn texts(&mut self) -> Vec<(&'static str, &mut String)> {
        vec![("body", &mut self.body), ("parent", &mut self.parent), ("language", &mut self.language)]
    }
}

/// The form as a thread's page shows it, with whatever was typed into it.
#[derive(Default)]
pub struct Composer {
    pub body: String,
    pub language: String,
    /// The number of the message that is answered, with words for it.
    pub parent: Option<(i64, String)>,
    pub preview: Option<String>,
    pub faults: Faults,
    /// What a visitor typed came back from signing in.
    pub kept: bool,
}

/// Somebody reloaded the answer to a form: the thread itself is what they want to see.
pub async fn back(visit: Visit, At(id): At<ThreadId>) -> Redirect {
    Redirect::to(&visit.url(format!("/threads/{id}")))
}

pub async fn post(visit: Visit, At(id): At<ThreadId>, Form(mut form): Form<MessageForm>) -> Result<Response, Failure> {
    let read = access::may_read(&visit.app, &visit.viewer, id).await?;
    let mut faults = Faults::default();
    let body = faults.take(visit.words(), "body", Body::parse(&form.body));
    let may = match access::may_post(&read) {
        Err(AccessError::SignIn) => {
            let path = visit.url(format!("/threads/{id}"));
            return Ok(sign_in_first(&visit, path, "#reply", &mut form).await?.into_response());
        }
        may => may?,
    };
    let parent: Option<i64> = form.parent.parse().ok();
    match body {
        Some(body) if form.act != "preview" => {
            let new = NewMessage { body, language: form.language.parse().ok(), parent, external_id: None };
            let message = threads::post(&visit.app, may, new).await?;
            Ok(Redirect::to(&place_of(&visit, &read.thread, message.number)).into_response())
        }
        body => {
            let preview = body.map(|body| markup::message(body.as_str()));
            let faulty = !faults.is_empty();
            let parent = parent_words(&visit, id, parent).await?;
            let composer = Composer { body: form.body, language: form.language, parent, preview, faults, kept: false };
            let shell = visit.shell(Section::Threads).await?;
            let order = Order::of(&visit, "").await?;
            let from = last_page(&read.thread, order, composer.parent.as_ref().map(|parent| parent.0));
            Ok(not_yet(draw(&visit, shell, read, order, from, composer).await?, faulty))
        }
    }
}

/// The number of the message to be answered, with words for it; None when it is not in the thread.
pub async fn parent_words(visit: &Visit, thread: ThreadId, number: Option<i64>) -> sqlx::Result<Option<(i64, String)>> {
    let Some(number) = number else { return Ok(None) };
    let Some((number, author)) = store::authors(&visit.app.db, thread, &[number]).await?.first().copied() else {
        return Ok(None);
    };
    let people = people::brief(&visit.app.db, &[author]).await?;
    let name = people::shown_name(people.get(&author), visit.words());
    Ok(Some((number, visit.words().with2("message-parent", "name", name, "n", number))))
}

/// Where the page begins that stands around an unfinished answer.
fn last_page(thread: &Thread, order: Order, parent: Option<i64>) -> i64 {
    match (order, parent) {
        (_, Some(parent)) => parent,
        (Order::Time, None) => thread.last_number,
        (Order::Tree, None) => 1,
    }
}
