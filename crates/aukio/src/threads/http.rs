//! Pages of threads: lists, one thread in its two views, and the forms that write.

use askama::Template;
use aukio_core::policy::Act;
use aukio_core::text::{Body, Line, Title};
use aukio_core::{DocumentId, Language, ThreadId};
use aukio_text::tree::Document as Tree;
use aukio_text::{diff, markdown};
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::store::{self, Before};
use super::view::{self, Drawing};
use super::{MayReadThread, Message, NewMessage, NewThread, Revision, Thread, access};
use crate::app::App;
use crate::people::kept::{self, Kept};
use crate::spaces::store as spaces_store;
use crate::spaces::{MayRead, Space};
use crate::web::diff::{Line as DiffLine, lines};
use crate::web::page::{Again, Shell};
use crate::web::visit::parse_segment;
use crate::web::{At, Failure, Faults, Form, Meta, Page, Section, Visit, markup, meta};
use crate::words::datetime;
use crate::{documents, people, spaces};

/// Messages of one page, threads of one list.
pub const PAGE: i64 = 30;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/threads", get(list))
        .route("/threads/{id}", get(show))
        .route("/threads/{id}/messages", get(back_to_thread).post(post))
        .route("/threads/{id}/{n}", get(permalink))
        .route("/threads/{id}/{n}/edit", get(edit_form).post(edit))
        .route("/threads/{id}/{n}/history", get(history))
        .route("/threads/{id}/{n}/withdraw", get(withdraw_form).post(withdraw))
        .route("/spaces/{slug}/threads", get(list_of_space))
        .route("/spaces/{slug}/threads/new", get(new_form).post(start))
}

/// A thread as lists show it.
pub struct ThreadRow {
    pub thread: Thread,
    pub address: String,
    pub space: Option<(String, String)>,
    pub last_by: String,
}

/// Adds names and places to threads, in two queries for the whole list.
pub async fn rows(visit: &Visit, threads: Vec<Thread>) -> sqlx::Result<Vec<ThreadRow>> {
    let app = &visit.app;
    let spaces: Vec<i64> = threads.iter().map(|thread| thread.space.0).collect();
    let writers: Vec<i64> = threads.iter().map(|thread| thread.last_by.0).collect();
    let spaces = spaces_store::names(&app.db, &spaces).await?;
    let writers = people::brief(&app.db, &writers).await?;
    let row = |thread: Thread| ThreadRow {
        address: visit.url(view::address(thread.id, &thread.title)),
        space: spaces.get(&thread.space.0).cloned(),
        last_by: match writers.get(&thread.last_by.0) {
            Some(person) if !person.closed => person.name.clone(),
            _ => visit.words().say("person-gone"),
        },
        thread,
    };
    Ok(threads.into_iter().map(row).collect())
}

#[derive(Deserialize, Default)]
pub struct Cursor {
    /// `{microseconds}.{id}` of the last row of the page before.
    #[serde(default)]
    pub before: String,
}

impl Cursor {
    pub fn place(&self) -> Before {
        let parsed = self
            .before
            .split_once('.')
            .and_then(|(at, id)| Some(Before { at: at.parse().ok()?, id: id.parse().ok()? }));
        parsed.unwrap_or(Before::NEWEST)
    }
}

/// Cuts a list that was read one longer than a page, and says where the next page begins.
pub fn cut<T>(mut rows: Vec<T>, place: impl Fn(&T) -> (i64, i64)) -> (Vec<T>, Option<String>) {
    let more = rows.len() as i64 > PAGE;
    rows.truncate(PAGE as usize);
    let next = rows.last().filter(|_| more).map(|row| {
        let (at, id) = place(row);
        format!("{at}.{id}")
    });
    (rows, next)
}

#[derive(Template)]
#[template(path = "threads/list.html")]
struct ListPage {
    shell: Shell,
    place: Option<MayRead>,
    rows: Vec<ThreadRow>,
    next: Option<String>,
}

async fn list(visit: Visit, Query(cursor): Query<Cursor>) -> Result<Page<ListPage>, Failure> {
    let mut shell = visit.shell(Section::Threads).await?;
    shell.meta = Some(Meta::list(&shell, "/threads", &visit.words().say("nav-threads"), true));
    let threads = store::newest(&visit.app.db, visit.viewer.key(), cursor.place(), PAGE + 1).await?;
    let (threads, next) = cut(threads, |thread| (thread.last_at.microseconds(), thread.id.0));
    let next = next.map(|next| visit.url(format!("/threads?before={next}")));
    Ok(Page(ListPage { shell, place: None, rows: rows(&visit, threads).await?, next }))
}

async fn list_of_space(
    visit: Visit,
    Path(slug): Path<String>,
    Query(cursor): Query<Cursor>,
) -> Result<Page<ListPage>, Failure> {
    let mut shell = visit.shell(Section::Threads).await?;
    let place = spaces::access::may_read(&visit.app, &visit.viewer, &slug).await?;
    if !place.space().is_closed() {
        let title = format!("{}: {}", visit.words().say("nav-threads"), place.space().name);
        shell.meta = Some(Meta::list(&shell, &format!("/spaces/{slug}/threads"), &title, true));
    }
    let threads = store::of_space(&visit.app.db, place.space().id, cursor.place(), PAGE + 1).await?;
    let (threads, next) = cut(threads, |thread| (thread.last_at.microseconds(), thread.id.0));
    let next = next.map(|next| visit.url(format!("/spaces/{slug}/threads?before={next}")));
    Ok(Page(ListPage { shell, place: Some(place), rows: rows(&visit, threads).await?, next }))
}

/// Tree or time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Tree,
    Time,
}

impl Order {
    fn name(self) -> &'static str {
        match self {
            Order::Tree => "tree",
            Order::Time => "time",
        }
    }

    fn parse(text: &str) -> Option<Order> {
        match text {
            "tree" => Some(Order::Tree),
            "time" => Some(Order::Time),
            _ => None,
        }
    }
}

#[derive(Deserialize, Default)]
struct Look {
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
struct ShowPage {
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

/// The form for answering, with whatever was typed into it.
struct Composer {
    body: String,
    language: String,
    parent: Option<(i64, String)>,
    preview: Option<String>,
    faults: Faults,
    kept: bool,
}

impl ShowPage {
    fn in_order(&self, order: &str) -> bool {
        self.order.name() == order
    }

    fn offers_post(&self) -> bool {
        self.place.offers(Act::Post)
    }

    fn languages(&self) -> [Language; 3] {
        Language::ALL
    }
}

async fn show(visit: Visit, At(id): At<ThreadId>, Query(look): Query<Look>) -> Result<Page<ShowPage>, Failure> {
    let read = access::may_read(&visit.app, &visit.viewer, id).await?;
    let shell = visit.shell(Section::Threads).await?;
    let order = order(&visit, &look.view).await?;
    let mut composer = empty_composer();
    if let Some(kept) = kept::take(&visit.app, &look.keep).await? {
        composer.kept = true;
        composer.body = kept.field("body");
        composer.language = kept.field("language");
        composer.parent = parent_words(&visit, id, kept.field("parent").parse().ok()).await?;
    }
    if look.reply.is_some() {
        composer.parent = parent_words(&visit, id, look.reply).await?;
    }
    let from = look.from.unwrap_or(1);
    Ok(Page(draw(&visit, shell, read, order, from, composer).await?))
}

fn empty_composer() -> Composer {
    Composer {
        body: String::new(),
        language: String::new(),
        parent: None,
        preview: None,
        faults: Faults::default(),
        kept: false,
    }
}

/// The number of the message to be answered, with words for it; None when it is not in the thread.
async fn parent_words(visit: &Visit, thread: ThreadId, number: Option<i64>) -> sqlx::Result<Option<(i64, String)>> {
    let Some(number) = number else { return Ok(None) };
    let Some((number, author)) = store::authors(&visit.app.db, thread, &[number]).await?.first().copied() else {
        return Ok(None);
    };
    let people = people::brief(&visit.app.db, &[author]).await?;
    let name = match people.get(&author) {
        Some(person) if !person.closed => person.name.clone(),
        _ => visit.words().say("person-gone"),
    };
    Ok(Some((number, visit.words().with2("message-parent", "name", name, "n", number))))
}

/// The order that is asked for, else the one that a member chose before. A visitor's browser remembers by itself.
async fn order(visit: &Visit, asked: &str) -> sqlx::Result<Order> {
    let asked = Order::parse(asked);
    let Some(person) = visit.viewer.person() else { return Ok(asked.unwrap_or(Order::Tree)) };
    let chosen = store::chosen_order(&visit.app.db, person).await?;
    match asked {
        Some(asked) if chosen.as_deref() != Some(asked.name()) => {
            store::choose_order(&visit.app.db, person, asked.name()).await?;
            Ok(asked)
        }
        Some(asked) => Ok(asked),
        None => Ok(chosen.as_deref().and_then(Order::parse).unwrap_or(Order::Tree)),
    }
}

async fn draw(
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
    let view = order.name();
    let (mut messages, previous): (Vec<Message>, Option<i64>) = match order {
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
    let next = (messages.len() as i64 > PAGE).then(|| messages[PAGE as usize].number);
    messages.truncate(PAGE as usize);
    let drawing = Drawing::of(&visit.app, visit.words(), &thread, &messages, visit.viewer.person()).await?;
    let page = |from: i64| format!("{base}?view={view}&from={from}");
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
    let author = match people.get(&thread.author.0) {
        Some(author) if !author.closed => meta::person(shell, &author.name, Some(&author.id.to_string())),
        _ => meta::person(shell, &visit.words().say("person-gone"), None),
    };
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
async fn permalink(
    visit: Visit,
    Path((id, number)): Path<(String, i64)>,
    Query(look): Query<Look>,
) -> Result<Page<ShowPage>, Failure> {
    let id = parse_segment(&id).ok_or(Failure::NotFound)?;
    let read = access::may_read(&visit.app, &visit.viewer, id).await?;
    let message = store::message(&visit.app.db, id, number).await?.ok_or(Failure::NotFound)?;
    let shell = visit.shell(Section::Threads).await?;
    let order = order(&visit, &look.view).await?;
    let from = match order {
        Order::Time => number,
        Order::Tree => context(&visit, &message).await?,
    };
    let mut composer = empty_composer();
    composer.parent = parent_words(&visit, id, look.reply).await?;
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

#[derive(Deserialize, Default)]
struct Reply {
    #[serde(default)]
    body: String,
    #[serde(default)]
    parent: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    act: String,
}

/// Somebody reloaded the answer to a form: the thread itself is what they want to see.
async fn back_to_thread(visit: Visit, At(id): At<ThreadId>) -> Redirect {
    Redirect::to(&visit.url(format!("/threads/{id}")))
}

async fn post(visit: Visit, At(id): At<ThreadId>, Form(form): Form<Reply>) -> Result<Response, Failure> {
    let words = visit.words();
    let read = access::may_read(&visit.app, &visit.viewer, id).await?;
    let mut faults = Faults::default();
    let body = faults.take(words, "body", Body::parse(&form.body));
    let parent: Option<i64> = form.parent.parse().ok();
    let language = form.language.parse().ok();
    let may = match access::may_post(&read) {
        Err(spaces::AccessError::SignIn) => return keep_and_sign_in(&visit, id, &form).await,
        may => may?,
    };
    match body {
        Some(body) if form.act != "preview" => {
            let message =
                super::post(&visit.app, may, NewMessage { body, language, parent, external_id: None }).await?;
            let address = format!("/threads/{id}/{n}#m{n}", n = message.number);
            Ok(Redirect::to(&visit.url(address)).into_response())
        }
        body => {
            let preview = body.map(|body| markup::message(body.as_str()));
            let faulty = !faults.is_empty();
            let parent = parent_words(&visit, id, parent).await?;
            let composer = Composer { body: form.body, language: form.language, parent, preview, faults, kept: false };
            let shell = visit.shell(Section::Threads).await?;
            let order = order(&visit, "").await?;
            let from = last_page(&read.thread, order, composer.parent.as_ref().map(|parent| parent.0));
            let page = draw(&visit, shell, read, order, from, composer).await?;
            Ok(if faulty { Again(page).into_response() } else { Page(page).into_response() })
        }
    }
}

/// Where the page begins that stands around an unfinished answer.
fn last_page(thread: &Thread, order: Order, parent: Option<i64>) -> i64 {
    match (order, parent) {
        (_, Some(parent)) => parent,
        (Order::Time, None) => thread.last_number,
        (Order::Tree, None) => 1,
    }
}

/// What was typed waits on the server while its writer signs in or registers.
async fn keep_and_sign_in(visit: &Visit, id: ThreadId, form: &Reply) -> Result<Response, Failure> {
    let path = visit.url(format!("/threads/{id}"));
    let fields = vec![
        ("body".to_owned(), form.body.clone()),
        ("parent".to_owned(), form.parent.clone()),
        ("language".to_owned(), form.language.clone()),
    ];
    let token = kept::keep(&visit.app, Kept { path: path.clone(), fields }).await?;
    let next = people::http::encode(&format!("{path}?keep={token}#reply"));
    Ok(Redirect::to(&visit.url(format!("/sign-in?next={next}"))).into_response())
}

#[derive(Template)]
#[template(path = "threads/new.html")]
struct NewPage {
    shell: Shell,
    place: MayRead,
    about: Option<documents::Document>,
    form: StartForm,
    preview: Option<String>,
    faults: Faults,
    kept: bool,
}

impl NewPage {
    fn languages(&self) -> [Language; 3] {
        Language::ALL
    }
}

#[derive(Deserialize, Default)]
struct StartForm {
    #[serde(default)]
    title: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    language: String,
    /// The document that the discussion is about.
    #[serde(default)]
    document: String,
    #[serde(default)]
    act: String,
    #[serde(default)]
    keep: String,
}

async fn new_form(
    visit: Visit,
    Path(slug): Path<String>,
    Query(mut form): Query<StartForm>,
) -> Result<Page<NewPage>, Failure> {
    let place = spaces::access::may_read(&visit.app, &visit.viewer, &slug).await?;
    if !place.offers(Act::StartThread) {
        return Err(Failure::say(StatusCode::FORBIDDEN, "error-no-right"));
    }
    let kept = kept::take(&visit.app, &form.keep).await?;
    if let Some(kept) = &kept {
        form.title = kept.field("title");
        form.body = kept.field("body");
        form.language = kept.field("language");
        form.document = kept.field("document");
    }
    let about = about(&visit, &form.document).await?;
    let shell = visit.shell(Section::Threads).await?;
    Ok(Page(NewPage { shell, place, about, form, preview: None, faults: Faults::default(), kept: kept.is_some() }))
}

async fn about(visit: &Visit, document: &str) -> Result<Option<documents::Document>, Failure> {
    match document.parse::<DocumentId>() {
        Ok(document) => Ok(documents::readable(&visit.app, &visit.viewer, document).await?),
        Err(_) => Ok(None),
    }
}

async fn start(visit: Visit, Path(slug): Path<String>, Form(form): Form<StartForm>) -> Result<Response, Failure> {
    let words = visit.words();
    let place = spaces::access::may_read(&visit.app, &visit.viewer, &slug).await?;
    let may = match access::may_start(place.clone()) {
        Err(spaces::AccessError::SignIn) => {
            let path = visit.url(format!("/spaces/{slug}/threads/new"));
            let fields = vec![
                ("title".to_owned(), form.title),
                ("body".to_owned(), form.body),
                ("language".to_owned(), form.language),
                ("document".to_owned(), form.document),
            ];
            let token = kept::keep(&visit.app, Kept { path: path.clone(), fields }).await?;
            let next = people::http::encode(&format!("{path}?keep={token}"));
            return Ok(Redirect::to(&visit.url(format!("/sign-in?next={next}"))).into_response());
        }
        may => may?,
    };
    let mut faults = Faults::default();
    let title = faults.take(words, "title", Title::parse(&form.title));
    let body = faults.take(words, "body", Body::parse(&form.body));
    let about = about(&visit, &form.document).await?;
    if let (Some(title), Some(body), false) = (title, body.clone(), form.act == "preview") {
        let new = NewThread {
            title,
            body,
            language: form.language.parse().ok(),
            document: about.map(|document| document.id),
            external_id: None,
        };
        let thread = super::start(&visit.app, may, new).await?;
        return Ok(Redirect::to(&visit.url(view::address(thread.id, &thread.title))).into_response());
    }
    let preview = body.filter(|_| form.act == "preview").map(|body| markup::message(body.as_str()));
    let shell = visit.shell(Section::Threads).await?;
    let faulty = !faults.is_empty() && form.act != "preview";
    let page = NewPage { shell, place, about, form, preview, faults, kept: false };
    Ok(if faulty { Again(page).into_response() } else { Page(page).into_response() })
}

async fn find(visit: &Visit, id: &str, number: i64) -> Result<(MayReadThread, Message), Failure> {
    let id = parse_segment(id).ok_or(Failure::NotFound)?;
    let read = access::may_read(&visit.app, &visit.viewer, id).await?;
    let message = store::message(&visit.app.db, id, number).await?.ok_or(Failure::NotFound)?;
    Ok((read, message))
}

#[derive(Template)]
#[template(path = "threads/edit.html")]
struct EditPage {
    shell: Shell,
    thread: Thread,
    number: i64,
    form: Reply,
    preview: Option<String>,
    faults: Faults,
}

impl EditPage {
    fn languages(&self) -> [Language; 3] {
        Language::ALL
    }

    fn back(&self) -> String {
        self.shell.url(&format!("/threads/{}/{n}#m{n}", self.thread.id, n = self.number))
    }
}

async fn edit_form(visit: Visit, Path((id, number)): Path<(String, i64)>) -> Result<Page<EditPage>, Failure> {
    let (read, message) = find(&visit, &id, number).await?;
    let may = access::may_edit(&read, message)?;
    if may.message().withdrawal.is_some() {
        return Err(super::ThreadError::Withdrawn.into());
    }
    let form = Reply {
        body: may.message().body.clone(),
        language: may.message().language.tag().to_owned(),
        ..Reply::default()
    };
    let shell = visit.shell(Section::Threads).await?;
    Ok(Page(EditPage { shell, thread: read.thread, number, form, preview: None, faults: Faults::default() }))
}

async fn edit(
    visit: Visit,
    Path((id, number)): Path<(String, i64)>,
    Form(form): Form<Reply>,
) -> Result<Response, Failure> {
    let (read, message) = find(&visit, &id, number).await?;
    let may = access::may_edit(&read, message)?;
    let mut faults = Faults::default();
    match faults.take(visit.words(), "body", Body::parse(&form.body)) {
        Some(body) if form.act != "preview" => {
            super::edit(&visit.app, may, body, form.language.parse().ok()).await?;
            let address = format!("/threads/{}/{number}#m{number}", read.thread.id);
            Ok(Redirect::to(&visit.url(address)).into_response())
        }
        body => {
            let preview = body.map(|body| markup::message(body.as_str()));
            let faulty = !faults.is_empty();
            let shell = visit.shell(Section::Threads).await?;
            let page = EditPage { shell, thread: read.thread, number, form, preview, faults };
            Ok(if faulty { Again(page).into_response() } else { Page(page).into_response() })
        }
    }
}

#[derive(Template)]
#[template(path = "threads/withdraw.html")]
struct WithdrawPage {
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
struct WithdrawForm {
    #[serde(default)]
    reason: String,
}

async fn withdraw_form(visit: Visit, Path((id, number)): Path<(String, i64)>) -> Result<Page<WithdrawPage>, Failure> {
    let (read, message) = find(&visit, &id, number).await?;
    let may = access::may_withdraw(&read, message)?;
    let page = withdraw_page(&visit, read, may.message(), String::new(), Faults::default()).await?;
    Ok(Page(page))
}

async fn withdraw_page(
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

async fn withdraw(
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
            let thread = read.thread.id;
            super::withdraw(&visit.app, may, reason).await?;
            return Ok(Redirect::to(&visit.url(format!("/threads/{thread}/{number}#m{number}"))).into_response());
        }
        None => {}
    }
    Ok(Again(withdraw_page(&visit, read, may.message(), form.reason, faults).await?).into_response())
}

#[derive(Template)]
#[template(path = "threads/history.html")]
struct HistoryPage {
    shell: Shell,
    thread: Thread,
    number: i64,
    versions: Vec<Version>,
}

struct Version {
    revision: Revision,
    html: String,
    /// What became different from the version before; nothing for the first one.
    lines: Vec<DiffLine>,
}

impl HistoryPage {
    fn back(&self) -> String {
        self.shell.url(&format!("/threads/{}/{n}#m{n}", self.thread.id, n = self.number))
    }
}

async fn history(visit: Visit, Path((id, number)): Path<(String, i64)>) -> Result<Page<HistoryPage>, Failure> {
    let (read, message) = find(&visit, &id, number).await?;
    if message.withdrawal.is_some() {
        return Err(Failure::NotFound);
    }
    let mut revisions = store::revisions(&visit.app.db, message.id).await?;
    revisions.push(Revision {
        body: message.body,
        language: message.language,
        written_at: message.edited_at.unwrap_or(message.posted_at),
    });
    let mut before: Option<Tree> = None;
    let mut versions = Vec::with_capacity(revisions.len());
    for revision in revisions {
        let tree = markdown::parse(&revision.body);
        let lines = before.map(|before| lines(diff::words(&before, &tree))).unwrap_or_default();
        versions.push(Version { html: markup::message(&revision.body), revision, lines });
        before = Some(tree);
    }
    versions.reverse();
    let shell = visit.shell(Section::Threads).await?;
    Ok(Page(HistoryPage { shell, thread: read.thread, number, versions }))
}
