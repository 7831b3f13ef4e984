//! One thread in its two views, and the address of one message in it.

use askama::Template;
use aukio_core::ThreadId;
use aukio_core::policy::Act;
use axum::extract::{Path, Query};
use serde::Deserialize;

use super::find;
use super::order::Order;
use super::reply::{Composer, MessageForm, parent_words};
use crate::db::Db;
use crate::documents;
use crate::people;
use crate::spaces::store as spaces_store;
use crate::spaces::{MayRead, Space};
use crate::threads::view::{self, Drawing};
use crate::threads::{MayReadThread, Message, Thread, access, store};
use crate::web::kept;
use crate::web::list::PAGE;
use crate::web::page::Shell;
use crate::web::{At, Failure, Meta, Page, Section, Visit, markup, meta};
use crate::words::datetime;

#[derive(Deserialize, Default)]
pub struct Look {
    #[serde(default)]
    view: String,
    /// The page begins with this message.
    from: Option<i64>,
    /// The message to be answered.
    reply: Option<i64>,
    /// What a visitor had typed before signing in.
    #[serde(default)]
    keep: String,
}

#[derive(Template)]
#[template(path = "threads/show.html")]
pub struct ShowPage {
    shell: Shell,
    thread: Thread,
    place: MayRead,
    lineage: Vec<Space>,
    about: Option<documents::Document>,
    messages: String,
    order: Order,
    is_end: bool,
    previous: Option<String>,
    next: Option<String>,
    newest: String,
    base: String,
    composer: Composer,
}

impl ShowPage {
    fn in_order(&self, order: &str) -> bool {
        self.order.name() == order
    }

    fn offers_post(&self) -> bool {
        self.place.offers(Act::Post)
    }
}

pub async fn show(visit: Visit, At(id): At<ThreadId>, Query(look): Query<Look>) -> Result<Page<ShowPage>, Failure> {
    let read = access::may_read(&visit.app, &visit.viewer, id).await?;
    let shell = visit.shell(Section::Threads).await?;
    let order = Order::of(&visit, &look.view).await?;
    let mut form = MessageForm::default();
    let kept = kept::fill(&visit, &look.keep, &mut form).await?;
    let parent = parent_words(&visit, id, look.reply.or(form.parent.parse().ok())).await?;
    let composer = Composer { body: form.body, language: form.language, parent, kept, ..Composer::default() };
    let from = look.from.unwrap_or(1);
    Ok(Page(draw(&visit, shell, read, order, from, composer).await?))
}

/// The page around the message `from`: with it at the top in the tree, on its page by time.
pub async fn draw(
    visit: &Visit,
    mut shell: Shell,
    read: MayReadThread,
    order: Order,
    from: i64,
    composer: Composer,
) -> Result<ShowPage, Failure> {
    let MayReadThread { thread, place } = read;
    let db = &visit.app.db;
    let base = visit.url(view::address(thread.id, &thread.title));
    let Window { messages, previous, next } = window(db, &thread, order, from).await?;
    let drawing = Drawing::of(&visit.app, visit.words(), &thread, &messages, visit.viewer.person()).await?;
    let page = |from: i64| format!("{base}?view={}&from={from}", order.name());
    let about = match thread.document {
        Some(document) => documents::readable(&visit.app, &visit.viewer, document).await?,
        None => None,
    };
    let lineage = spaces_store::lineage(db, thread.space).await?;
    if !place.space().is_closed() {
        shell.meta = Some(about_thread(visit, &shell, &thread, &lineage, &base, &messages).await?);
    }
    Ok(ShowPage {
        messages: match order {
            Order::Tree => drawing.tree(&messages),
            Order::Time => drawing.by_time(&messages),
        },
        lineage,
        is_end: next.is_none(),
        previous: previous.map(&page),
        next: next.map(page),
        newest: format!("{base}/{}", thread.last_number),
        order,
        about,
        composer,
        base,
        shell,
        thread,
        place,
    })
}

/// The messages of one page, and the numbers of those with which the pages before and after it begin.
struct Window {
    messages: Vec<Message>,
    previous: Option<i64>,
    next: Option<i64>,
}

async fn window(db: &Db, thread: &Thread, order: Order, from: i64) -> sqlx::Result<Window> {
    let (mut messages, previous) = match order {
        Order::Time => {
            // Numbers have no holes, so that pages by time are cut by arithmetic.
            let first = (from.clamp(1, thread.last_number.max(1)) - 1) / PAGE * PAGE + 1;
            (store::time_from(db, thread.id, first, PAGE + 1).await?, (first > 1).then_some(first - PAGE))
        }
        Order::Tree => {
            let path = store::path(db, thread.id, from).await?.unwrap_or_default();
            let messages = store::tree_from(db, thread.id, path.clone(), PAGE + 1).await?;
            let before = if from > 1 { store::tree_before(db, thread.id, path, PAGE).await? } else { Vec::new() };
            (messages, before.last().map(|message| message.number))
        }
    };
    let next = messages.get(PAGE as usize).map(|message| message.number);
    messages.truncate(PAGE as usize);
    Ok(Window { messages, previous, next })
}

/// What the page of a public thread says of itself to programs.
async fn about_thread(
    visit: &Visit,
    shell: &Shell,
    thread: &Thread,
    lineage: &[Space],
    base: &str,
    messages: &[Message],
) -> sqlx::Result<Meta> {
    let opening = messages.iter().find(|message| message.number == 1).map(|message| markup::message(&message.body));
    let text = meta::words_of(&opening.unwrap_or_default());
    let people = people::brief(&visit.app.db, &[thread.author.0]).await?;
    let author = people.get(&thread.author.0);
    let profile = author.filter(|author| !author.closed).map(|author| author.id.to_string());
    let author = meta::person(shell, &people::shown_name(author, visit.words()), profile.as_deref());
    let dates = (thread.created_at, thread.last_at);
    let posting = serde_json::json!({
        "@type": "DiscussionForumPosting",
        "headline": thread.title,
        "text": text,
        "url": format!("{}{base}", shell.address),
        "inLanguage": thread.language.tag(),
        "datePublished": datetime(&dates.0),
        "dateModified": datetime(&dates.1),
        "author": author,
        "commentCount": thread.message_count - 1,
    });
    let about = Meta::text(shell, base, &format!("/threads/{}", thread.id), &thread.title, &text, dates);
    Ok(about.with(&[posting, meta::breadcrumbs(shell, lineage, &thread.title)]))
}

/// The address of one message: its page in the thread, with the message in sight.
pub async fn permalink(
    visit: Visit,
    Path((id, number)): Path<(String, i64)>,
    Query(look): Query<Look>,
) -> Result<Page<ShowPage>, Failure> {
    let (read, message) = find(&visit, &id, number).await?;
    let shell = visit.shell(Section::Threads).await?;
    let order = Order::of(&visit, &look.view).await?;
    let from = match order {
        Order::Time => number,
        Order::Tree => context(&visit, &message).await?,
    };
    let parent = parent_words(&visit, read.thread.id, look.reply).await?;
    let composer = Composer { parent, ..Composer::default() };
    Ok(Page(draw(&visit, shell, read, order, from, composer).await?))
}

/// Where a page of the tree begins that shows a message in its context: at the root of its branch when
/// that is near, else a few messages before.
async fn context(visit: &Visit, message: &Message) -> sqlx::Result<i64> {
    const BEFORE: i64 = 20;
    let before = store::tree_before(&visit.app.db, message.thread, message.path.clone(), BEFORE).await?;
    let root = before.iter().find(|earlier| earlier.depth == 0);
    Ok(match root {
        _ if message.depth == 0 => message.number,
        Some(root) => root.number,
        None => before.last().map_or(message.number, |earlier| earlier.number),
    })
}
