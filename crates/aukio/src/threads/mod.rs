//! Threads: discussions and their messages.
//!
//! A message has a number in its thread, never reused, and a path: the numbers of its ancestors and its
//! own. Sorting by path reads the tree from top to bottom, so that a page of a tree costs one range of an
//! index, however long the thread is.

pub mod access;
pub mod http;
pub mod store;
pub mod view;

use aukio_core::text::{Body, Line, Title};
use aukio_core::{DocumentId, Language, MessageId, PersonId, SpaceId, ThreadId, Time};

pub use access::{MayEditMessage, MayPost, MayReadThread, MayStart, MayWithdraw};

use crate::app::App;
use crate::db::Tx;
use crate::journal::{self, Entry};
use crate::{people, spaces};

#[derive(Clone, Debug)]
/// A discussion.
pub struct Thread {
    pub id: ThreadId,
    pub space: SpaceId,
    /// Who may read it: 0 for everybody, else the id of the closed space whose members may.
    pub audience: i64,
    /// The document that it is about.
    pub document: Option<DocumentId>,
    pub title: String,
    pub language: Language,
    pub author: PersonId,
    pub created_at: Time,
    pub last_at: Time,
    pub last_by: PersonId,
    /// The number of the newest message.
    pub last_number: i64,
    pub message_count: i64,
    pub writer_count: i64,
}

#[derive(Clone, Debug)]
/// A contribution to a thread.
pub struct Message {
    pub id: MessageId,
    pub thread: ThreadId,
    /// Its number in the thread, from 1 and never reused.
    pub number: i64,
    /// The number of the message that it answers; None when it answers the thread.
    pub parent: Option<i64>,
    /// The numbers of its ancestors and its own, four bytes each.
    pub path: Vec<u8>,
    /// How many messages stand above it.
    pub depth: i64,
    pub author: PersonId,
    pub body: String,
    pub language: Language,
    pub posted_at: Time,
    pub edited_at: Option<Time>,
    pub withdrawal: Option<Withdrawal>,
}

/// A message was taken away: by whom, when and why.
#[derive(Clone, Debug)]
pub struct Withdrawal {
    pub by: PersonId,
    pub reason: String,
    pub at: Time,
}

/// What a message said at some time.
#[derive(Clone, Debug)]
pub struct Revision {
    pub body: String,
    pub language: Language,
    pub written_at: Time,
}

#[derive(Debug, thiserror::Error)]
pub enum ThreadError {
    #[error("the message to be answered is not in this thread")]
    NoSuchParent,
    #[error("the message has been withdrawn")]
    Withdrawn,
    #[error(transparent)]
    Store(#[from] sqlx::Error),
}

pub struct NewThread {
    pub title: Title,
    pub body: Body,
    /// None: guessed from the text.
    pub language: Option<Language>,
    pub document: Option<DocumentId>,
    pub external_id: Option<String>,
}

pub struct NewMessage {
    pub body: Body,
    /// None: guessed from the text.
    pub language: Option<Language>,
    pub parent: Option<i64>,
    pub external_id: Option<String>,
}

/// Opens a discussion with its first message.
pub async fn start(app: &App, may: MayStart, new: NewThread) -> Result<Thread, ThreadError> {
    let mut tx = app.db.begin().await?;
    let thread = start_in(&mut tx, app, may, new, app.clock.now()).await?;
    tx.commit().await?;
    app.journal.wake();
    Ok(thread)
}

/// The same inside a larger transaction, at a time that may be past.
pub async fn start_in(tx: &mut Tx, app: &App, may: MayStart, new: NewThread, at: Time) -> Result<Thread, ThreadError> {
    let (space, author) = may.spend();
    let body = new.body.as_str();
    let language = new.language.unwrap_or_else(|| Language::detect(&format!("{} {body}", new.title), space.language));
    let thread = Thread {
        id: ThreadId(app.ids.next_at(at)),
        space: space.id,
        audience: space.audience,
        document: new.document,
        title: new.title.into_string(),
        language,
        author,
        created_at: at,
        last_at: at,
        last_by: author,
        last_number: 0,
        message_count: 0,
        writer_count: 0,
    };
    store::insert(tx, &thread, new.external_id).await?;
    spaces::store::count(tx, space.id, "thread_count", 1).await?;
    journal::record(tx, Some(author), at, Entry::ThreadStarted { space: space.id, thread: thread.id }).await?;
    let first = NewMessage { body: new.body, language: Some(language), parent: None, external_id: None };
    post_in(tx, app, MayPost::in_new_thread(&thread), first, at).await?;
    Ok(Thread { last_number: 1, message_count: 1, writer_count: 1, ..thread })
}

/// Adds a message to the thread. Whoever follows the thread hears of it once it is safe on disk.
pub async fn post(app: &App, may: MayPost, new: NewMessage) -> Result<Message, ThreadError> {
    let mut tx = app.db.begin().await?;
    let message = post_in(&mut tx, app, may, new, app.clock.now()).await?;
    tx.commit().await?;
    app.journal.wake();
    Ok(message)
}

/// The same inside a larger transaction, at a time that may be past.
pub async fn post_in(tx: &mut Tx, app: &App, may: MayPost, new: NewMessage, at: Time) -> Result<Message, ThreadError> {
    let (thread, space, expected, author) = may.spend();
    let number = store::next_number(tx, thread, author, at).await?;
    let (parent, above) = match new.parent {
        None => (None, Vec::new()),
        Some(parent) => (Some(parent), store::path(&mut *tx, thread, parent).await?.ok_or(ThreadError::NoSuchParent)?),
    };
    let path = path_below(above, number);
    let message = Message {
        id: MessageId(app.ids.next_at(at)),
        thread,
        number,
        parent,
        depth: (path.len() / STEP) as i64 - 1,
        path,
        author,
        language: new.language.unwrap_or_else(|| Language::detect(new.body.as_str(), expected)),
        body: new.body.into_string(),
        posted_at: at,
        edited_at: None,
        withdrawal: None,
    };
    store::append(tx, &message, new.external_id).await?;
    people::mark_acted(tx, author, at).await?;
    journal::record(tx, Some(author), at, Entry::MessagePosted { space, thread, message: number }).await?;
    Ok(message)
}

/// Bytes of one number in a path.
const STEP: usize = 4;
/// Deeper answers stand beside their parent. Readers see three indents; nobody has met this bound.
const DEPTH_MOST: usize = 200;

fn path_below(mut above: Vec<u8>, number: i64) -> Vec<u8> {
    above.truncate((DEPTH_MOST - 1) * STEP);
    above.extend_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes());
    above
}

/// Changes one's own message and keeps what it said before.
pub async fn edit(app: &App, may: MayEditMessage, body: Body, language: Option<Language>) -> Result<(), ThreadError> {
    let (message, space) = may.spend();
    if message.withdrawal.is_some() {
        return Err(ThreadError::Withdrawn);
    }
    let language = language.unwrap_or_else(|| Language::detect(body.as_str(), message.language));
    if body.as_str() == message.body && language == message.language {
        return Ok(());
    }
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    store::keep_revision(&mut tx, &message).await?;
    store::rewrite(&mut tx, message.id, body.as_str(), language, now).await?;
    let entry = Entry::MessageEdited { space, thread: message.thread, message: message.number };
    journal::record(&mut tx, Some(message.author), now, entry).await?;
    tx.commit().await?;
    app.journal.wake();
    Ok(())
}

/// Takes a message away. Its text and history go; a gravestone with a date stays, and so do the answers.
pub async fn withdraw(app: &App, may: MayWithdraw, reason: Line) -> Result<(), ThreadError> {
    let (message, space, by) = may.spend();
    if message.withdrawal.is_some() {
        return Ok(());
    }
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    store::withdraw(&mut tx, &message, by, reason.as_str(), now).await?;
    let entry = Entry::MessageWithdrawn { space, thread: message.thread, message: message.number };
    journal::record(&mut tx, Some(by), now, entry).await?;
    tx.commit().await?;
    app.journal.wake();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_sort_as_the_tree_is_read() {
        let first = path_below(Vec::new(), 1);
        let second = path_below(Vec::new(), 2);
        let answer = path_below(first.clone(), 3);
        let answer_to_answer = path_below(answer.clone(), 300);
        let later_answer = path_below(first.clone(), 301);
        let mut paths =
            vec![second.clone(), later_answer.clone(), answer_to_answer.clone(), first.clone(), answer.clone()];
        paths.sort();
        assert_eq!(paths, [first, answer, answer_to_answer, later_answer, second]);
    }

    #[test]
    fn the_deepest_answers_stand_side_by_side() {
        let mut path = Vec::new();
        for number in 1..500 {
            path = path_below(path, number);
        }
        assert_eq!(path.len(), DEPTH_MOST * STEP);
    }
}
