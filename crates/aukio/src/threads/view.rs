//! How messages are drawn: one by one for the live feed, as a tree or by time for a page.

use std::collections::HashMap;

use askama::Template;
use aukio_core::text::{initials, slug};
use aukio_core::{Language, PersonId, ThreadId, Time};

use super::{Message, Thread, store};
use crate::app::App;
use crate::people::{self, Brief};
use crate::web::assets::{self, Assets};
use crate::web::markup;
use crate::words::{Words, datetime};

/// Indents that are shown; deeper answers stand flat and say whom they answer.
const INDENTS: usize = 3;

/// The address of a thread, without the language: the id and a readable end.
pub fn address(thread: ThreadId, title: &str) -> String {
    let readable = slug(title, 60);
    if readable.is_empty() { format!("/threads/{thread}") } else { format!("/threads/{thread}-{readable}") }
}

#[derive(Template)]
#[template(path = "threads/_message.html")]
struct MessageView {
    t: Words,
    assets: &'static Assets,
    number: i64,
    depth: i64,
    parent: Option<ParentView>,
    author: PersonId,
    name: String,
    gone: bool,
    initials: String,
    look: &'static str,
    organisation: String,
    sector: String,
    address: String,
    moment: String,
    datetime: String,
    edited: bool,
    withdrawn: Option<WithdrawnView>,
    language: Language,
    foreign: bool,
    html: String,
    reply_name: String,
    own: bool,
}

struct ParentView {
    number: i64,
    words: String,
    address: String,
    /// Said in the open where the indent cannot show it.
    shown: bool,
}

struct WithdrawnView {
    words: String,
    moment: String,
    datetime: String,
}

/// What drawing messages needs to know about their surroundings.
pub struct Drawing {
    pub words: Words,
    pub now: Time,
    pub thread: ThreadId,
    /// The reader, when their own messages should offer editing.
    pub me: Option<PersonId>,
    people: HashMap<i64, Brief>,
    parents: HashMap<i64, i64>,
}

impl Drawing {
    /// Looks up, in two queries, everybody who is named in these messages.
    pub async fn of(
        app: &App,
        words: Words,
        thread: &Thread,
        messages: &[Message],
        me: Option<PersonId>,
    ) -> sqlx::Result<Drawing> {
        let here: HashMap<i64, i64> = messages.iter().map(|message| (message.number, message.author.0)).collect();
        let elsewhere: Vec<i64> =
            messages.iter().filter_map(|message| message.parent).filter(|parent| !here.contains_key(parent)).collect();
        let mut parents: HashMap<i64, i64> =
            store::authors(&app.db, thread.id, &elsewhere).await?.into_iter().collect();
        parents.extend(here);
        let mut ids: Vec<i64> = parents.values().copied().collect();
        ids.extend(messages.iter().filter_map(|message| message.withdrawal.as_ref()).map(|grave| grave.by.0));
        ids.sort_unstable();
        ids.dedup();
        let people = people::brief(&app.db, &ids).await?;
        Ok(Drawing { words, now: app.clock.now(), thread: thread.id, me, people, parents })
    }

    fn name(&self, person: i64) -> String {
        people::shown_name(self.people.get(&person), self.words)
    }

    /// The opening part of the article; answers follow inside it.
    fn open(&self, message: &Message, parent_shown: bool) -> String {
        let t = self.words;
        let thread_address = format!("/{t}/threads/{}", self.thread);
        let author = self.people.get(&message.author.0);
        let gone = author.is_none_or(|author| author.closed);
        let name = self.name(message.author.0);
        let view = MessageView {
            t,
            assets: assets::manifest(),
            number: message.number,
            depth: message.depth,
            parent: message.parent.map(|number| ParentView {
                number,
                words: t.with2(
                    "message-parent",
                    "name",
                    self.parents.get(&number).map_or_else(String::new, |author| self.name(*author)),
                    "n",
                    number,
                ),
                address: format!("{thread_address}/{number}"),
                shown: parent_shown,
            }),
            author: message.author,
            gone,
            initials: if gone { String::new() } else { initials(&name) },
            look: author.map_or("", |author| author.sector.look()),
            organisation: author.map(|author| author.organisation.clone()).unwrap_or_default(),
            sector: author.map(|author| t.sector(&author.sector)).unwrap_or_default(),
            address: format!("{thread_address}/{}", message.number),
            moment: t.moment(message.posted_at, self.now),
            datetime: datetime(&message.posted_at),
            edited: message.edited_at.is_some(),
            withdrawn: message.withdrawal.as_ref().map(|grave| WithdrawnView {
                words: self.gravestone(message, grave),
                moment: t.moment(grave.at, self.now),
                datetime: datetime(&grave.at),
            }),
            language: message.language,
            foreign: message.language != t.0,
            html: if message.withdrawal.is_some() { String::new() } else { markup::message(&message.body) },
            reply_name: t.with2("message-parent", "name", name.clone(), "n", message.number),
            own: self.me == Some(message.author),
            name,
        };
        view.render().unwrap_or_else(|error| {
            tracing::error!(%error, "a message cannot be drawn");
            format!("<article id=\"m{}\">", message.number)
        })
    }

    fn gravestone(&self, message: &Message, grave: &super::Withdrawal) -> String {
        let t = self.words;
        match (grave.by == message.author, grave.reason.is_empty()) {
            (true, true) => t.say("withdrawn-by-author"),
            (true, false) => t.with("withdrawn-by-author-because", "reason", grave.reason.clone()),
            (false, true) => t.say("withdrawn-by-care"),
            (false, false) => t.with("withdrawn-by-care-because", "reason", grave.reason.clone()),
        }
    }

    /// One message alone.
    pub fn message(&self, message: &Message, parent_shown: bool) -> String {
        format!("{}</article>", self.open(message, parent_shown))
    }

    /// Messages by time: a flat list, each saying whom it answers.
    pub fn by_time(&self, messages: &[Message]) -> String {
        let items = messages.iter().map(|message| format!("<li>{}</li>", self.message(message, true)));
        format!("<ol class=\"messages\">{}</ol>", items.collect::<String>())
    }

    /// Messages as a tree. A page may begin in the middle of it: an answer whose parent is on another page
    /// stands at the edge and says whom it answers.
    pub fn tree(&self, messages: &[Message]) -> String {
        let mut levels: HashMap<i64, usize> = HashMap::new();
        let mut html = String::from("<ol class=\"messages\">");
        let mut before: Option<usize> = None;
        for message in messages {
            let above = message.parent.and_then(|parent| levels.get(&parent).copied());
            let level = above.map_or(0, |above| (above + 1).min(INDENTS + 1));
            levels.insert(message.number, level);
            match before {
                None => {}
                Some(before) if level > before => {
                    html.push_str(if level > INDENTS {
                        "<ol class=\"replies replies--flat\">"
                    } else {
                        "<ol class=\"replies\">"
                    });
                }
                Some(before) => {
                    html.push_str(&"</article></li></ol>".repeat(before - level));
                    html.push_str("</article></li>");
                }
            }
            html.push_str("<li>");
            html.push_str(&self.open(message, message.parent.is_some() && (above.is_none() || level > INDENTS)));
            before = Some(level);
        }
        if let Some(before) = before {
            html.push_str("</article></li>");
            html.push_str(&"</ol></article></li>".repeat(before));
        }
        html.push_str("</ol>");
        html
    }
}

/// Draws one message for the live feed, in one language.
pub async fn fragment(
    app: &App,
    words: Words,
    thread: ThreadId,
    number: i64,
) -> sqlx::Result<Option<(Message, String)>> {
    let Some(thread) = store::by_id(&app.db, thread).await? else { return Ok(None) };
    let Some(message) = store::message(&app.db, thread.id, number).await? else { return Ok(None) };
    let drawing = Drawing::of(app, words, &thread, std::slice::from_ref(&message), None).await?;
    let shown = message.parent.is_some() && message.depth as usize > INDENTS;
    let html = drawing.message(&message, shown);
    Ok(Some((message, html)))
}
