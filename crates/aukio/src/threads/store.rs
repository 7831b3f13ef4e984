//! The only file that knows the columns of `thread`, `message` and what belongs to them.

use std::collections::{HashMap, HashSet};

use aukio_core::{DocumentId, Language, MessageId, PersonId, SpaceId, ThreadId, Time};

use super::{Message, Revision, Thread, Withdrawal};
use crate::db::{Before, Db, Queries, Tx};
use crate::spaces::store::{language, readable};

#[derive(sqlx::FromRow)]
struct ThreadRow {
    id: i64,
    space_id: i64,
    audience: i64,
    document_id: Option<i64>,
    title: String,
    language: String,
    author_id: i64,
    created_at: i64,
    last_at: i64,
    last_by: i64,
    last_number: i64,
    message_count: i64,
    writer_count: i64,
}

impl From<ThreadRow> for Thread {
    fn from(row: ThreadRow) -> Thread {
        Thread {
            id: ThreadId(row.id),
            space: SpaceId(row.space_id),
            audience: row.audience,
            document: row.document_id.map(DocumentId),
            title: row.title,
            language: language(&row.language),
            author: PersonId(row.author_id),
            created_at: Time::from_microseconds(row.created_at),
            last_at: Time::from_microseconds(row.last_at),
            last_by: PersonId(row.last_by),
            last_number: row.last_number,
            message_count: row.message_count,
            writer_count: row.writer_count,
        }
    }
}

macro_rules! thread_columns {
    () => {
        "t.id, t.space_id, t.audience, t.document_id, t.title, t.language, t.author_id, t.created_at, t.last_at,
         t.last_by, t.last_number, t.message_count, t.writer_count"
    };
}

pub async fn by_id(db: impl Queries, id: ThreadId) -> sqlx::Result<Option<Thread>> {
    let row: Option<ThreadRow> =
        db.optional(concat!("SELECT ", thread_columns!(), " FROM thread t WHERE t.id = $1"), (id.0,)).await?;
    Ok(row.map(Thread::from))
}

pub async fn by_external_id(db: impl Queries, id: &str) -> sqlx::Result<Option<Thread>> {
    let row: Option<ThreadRow> = db
        .optional(concat!("SELECT ", thread_columns!(), " FROM thread t WHERE t.external_id = $1"), (id.to_owned(),))
        .await?;
    Ok(row.map(Thread::from))
}

/// Threads of a space with the latest talk first.
pub async fn of_space(db: &Db, space: SpaceId, before: Before, limit: i64) -> sqlx::Result<Vec<Thread>> {
    let rows: Vec<ThreadRow> = db
        .all(
            concat!(
                "SELECT ",
                thread_columns!(),
                " FROM thread t
                 WHERE t.space_id = $1 AND (t.last_at, t.id) < ($2, $3)
                 ORDER BY t.last_at DESC, t.id DESC LIMIT $4"
            ),
            (space.0, before.at, before.id, limit),
        )
        .await?;
    Ok(rows.into_iter().map(Thread::from).collect())
}

/// Threads about a document.
pub async fn about_document(db: &Db, document: DocumentId, limit: i64) -> sqlx::Result<Vec<Thread>> {
    let rows: Vec<ThreadRow> = db
        .all(
            concat!(
                "SELECT ",
                thread_columns!(),
                " FROM thread t WHERE t.document_id = $1
                 ORDER BY t.last_at DESC, t.id DESC LIMIT $2"
            ),
            (document.0, limit),
        )
        .await?;
    Ok(rows.into_iter().map(Thread::from).collect())
}

/// Threads of all spaces that the viewer may read, with the latest talk first.
pub async fn newest(db: &Db, viewer: i64, before: Before, limit: i64) -> sqlx::Result<Vec<Thread>> {
    let rows: Vec<ThreadRow> = db
        .all(
            concat!(
                "SELECT ",
                thread_columns!(),
                " FROM thread t
                 WHERE t.audience IN ",
                readable!(),
                " AND (t.last_at, t.id) < ($2, $3)
                 ORDER BY t.last_at DESC, t.id DESC LIMIT $4"
            ),
            (viewer, before.at, before.id, limit),
        )
        .await?;
    Ok(rows.into_iter().map(Thread::from).collect())
}

pub async fn insert(tx: &mut Tx, thread: &Thread, external_id: Option<String>) -> sqlx::Result<()> {
    tx.execute(
        "INSERT INTO thread (id, space_id, audience, document_id, title, language, author_id, created_at, last_at,
                             last_by, last_number, message_count, writer_count, external_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $7, 0, 0, 0, $9)",
        (
            thread.id.0,
            thread.space.0,
            thread.audience,
            thread.document.map(|document| document.0),
            thread.title.clone(),
            thread.language.tag().to_owned(),
            thread.author.0,
            thread.created_at.microseconds(),
            external_id,
        ),
    )
    .await?;
    Ok(())
}

/// Takes the next number and counts the message and its writer. The row of the thread is locked from here
/// to the commit, so that numbers are handed out one by one.
pub async fn next_number(tx: &mut Tx, thread: ThreadId, author: PersonId, at: Time) -> sqlx::Result<i64> {
    let (number,): (i64,) = tx
        .one(
            "UPDATE thread SET last_number = last_number + 1, message_count = message_count + 1,
                    last_at = CASE WHEN last_at > $2 THEN last_at ELSE $2 END, last_by = $3
             WHERE id = $1 RETURNING last_number",
            (thread.0, at.microseconds(), author.0),
        )
        .await?;
    let new = tx
        .execute(
            "INSERT INTO thread_writer (thread_id, person_id) VALUES ($1, $2)
             ON CONFLICT (thread_id, person_id) DO NOTHING",
            (thread.0, author.0),
        )
        .await?;
    if new > 0 {
        tx.execute("UPDATE thread SET writer_count = writer_count + 1 WHERE id = $1", (thread.0,)).await?;
    }
    Ok(number)
}

pub async fn path(db: impl Queries, thread: ThreadId, number: i64) -> sqlx::Result<Option<Vec<u8>>> {
    let row: Option<(Vec<u8>,)> =
        db.optional("SELECT path FROM message WHERE thread_id = $1 AND number = $2", (thread.0, number)).await?;
    Ok(row.map(|(path,)| path))
}

pub async fn append(tx: &mut Tx, message: &Message, external_id: Option<String>) -> sqlx::Result<()> {
    tx.execute(
        "INSERT INTO message (id, thread_id, number, parent, path, depth, author_id, body, language, posted_at,
                              edited_at, external_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL, $11)",
        (
            message.id.0,
            message.thread.0,
            message.number,
            message.parent,
            message.path.clone(),
            message.depth,
            message.author.0,
            message.body.clone(),
            message.language.tag().to_owned(),
            message.posted_at.microseconds(),
            external_id,
        ),
    )
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct MessageRow {
    id: i64,
    thread_id: i64,
    number: i64,
    parent: Option<i64>,
    path: Vec<u8>,
    depth: i64,
    author_id: i64,
    body: String,
    language: String,
    posted_at: i64,
    edited_at: Option<i64>,
    by_person: Option<i64>,
    reason: Option<String>,
    at: Option<i64>,
}

impl From<MessageRow> for Message {
    fn from(row: MessageRow) -> Message {
        let withdrawal = match (row.by_person, row.reason, row.at) {
            (Some(by), Some(reason), Some(at)) => {
                Some(Withdrawal { by: PersonId(by), reason, at: Time::from_microseconds(at) })
            }
            _ => None,
        };
        Message {
            id: MessageId(row.id),
            thread: ThreadId(row.thread_id),
            number: row.number,
            parent: row.parent,
            path: row.path,
            depth: row.depth,
            author: PersonId(row.author_id),
            body: row.body,
            language: language(&row.language),
            posted_at: Time::from_microseconds(row.posted_at),
            edited_at: row.edited_at.map(Time::from_microseconds),
            withdrawal,
        }
    }
}

macro_rules! messages {
    ($rest:literal) => {
        concat!(
            "SELECT m.id, m.thread_id, m.number, m.parent, m.path, m.depth, m.author_id, m.body, m.language, m.posted_at,
                    m.edited_at, w.by_person, w.reason, w.at
             FROM message m LEFT JOIN withdrawal w ON w.message_id = m.id ",
            $rest
        )
    };
}

pub async fn message(db: impl Queries, thread: ThreadId, number: i64) -> sqlx::Result<Option<Message>> {
    let row: Option<MessageRow> =
        db.optional(messages!("WHERE m.thread_id = $1 AND m.number = $2"), (thread.0, number)).await?;
    Ok(row.map(Message::from))
}

/// Which of these messages an import has brought before.
pub async fn known_messages(db: &Db, external_ids: &[String]) -> sqlx::Result<HashSet<String>> {
    let sql = crate::db::Sql {
        sqlite: "SELECT external_id FROM message WHERE external_id IN (SELECT value FROM json_each($1))",
        postgres: "SELECT external_id FROM message
                   WHERE external_id IN (SELECT value FROM json_array_elements_text(CAST($1 AS JSON)))",
    };
    let ids = serde_json::to_string(external_ids).unwrap_or_default();
    let rows: Vec<(String,)> = db.all(sql.on(&db), (ids,)).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub async fn number_by_external_id(db: impl Queries, thread: ThreadId, external_id: &str) -> sqlx::Result<Option<i64>> {
    let row: Option<(i64,)> = db
        .optional(
            "SELECT number FROM message WHERE external_id = $1 AND thread_id = $2",
            (external_id.to_owned(), thread.0),
        )
        .await?;
    Ok(row.map(|(number,)| number))
}

/// Messages as the tree is read, from a path on.
pub async fn tree_from(db: &Db, thread: ThreadId, path: Vec<u8>, limit: i64) -> sqlx::Result<Vec<Message>> {
    list(db, messages!("WHERE m.thread_id = $1 AND m.path >= $2 ORDER BY m.path LIMIT $3"), (thread.0, path, limit))
        .await
}

/// Messages as the tree is read, before a path; the nearest first.
pub async fn tree_before(db: &Db, thread: ThreadId, path: Vec<u8>, limit: i64) -> sqlx::Result<Vec<Message>> {
    let sql = messages!("WHERE m.thread_id = $1 AND m.path < $2 ORDER BY m.path DESC LIMIT $3");
    list(db, sql, (thread.0, path, limit)).await
}

/// Messages by time, from a number on.
pub async fn time_from(db: &Db, thread: ThreadId, number: i64, limit: i64) -> sqlx::Result<Vec<Message>> {
    let sql = messages!("WHERE m.thread_id = $1 AND m.number >= $2 ORDER BY m.number LIMIT $3");
    list(db, sql, (thread.0, number, limit)).await
}

async fn list(db: &Db, sql: &'static str, params: impl crate::db::Params) -> sqlx::Result<Vec<Message>> {
    let rows: Vec<MessageRow> = db.all(sql, params).await?;
    Ok(rows.into_iter().map(Message::from).collect())
}

/// Who wrote the messages with these numbers: for saying whom a reply answers.
pub async fn authors(db: &Db, thread: ThreadId, numbers: &[i64]) -> sqlx::Result<Vec<(i64, i64)>> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    db.all(
        crate::db::Sql {
            sqlite: "SELECT number, author_id FROM message
                     WHERE thread_id = $1 AND number IN (SELECT value FROM json_each($2))",
            postgres: "SELECT number, author_id FROM message WHERE thread_id = $1
                       AND number IN (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($2 AS JSON)))",
        }
        .on(&db),
        (thread.0, serde_json::to_string(numbers).unwrap_or_default()),
    )
    .await
}

pub async fn keep_revision(tx: &mut Tx, message: &Message) -> sqlx::Result<()> {
    tx.execute(
        "INSERT INTO message_revision (message_id, revision, body, language, written_at)
         VALUES ($1, (SELECT COUNT(*) FROM message_revision WHERE message_id = $1), $2, $3, $4)",
        (
            message.id.0,
            message.body.clone(),
            message.language.tag().to_owned(),
            message.edited_at.unwrap_or(message.posted_at).microseconds(),
        ),
    )
    .await?;
    Ok(())
}

pub async fn rewrite(tx: &mut Tx, message: MessageId, body: &str, language: Language, at: Time) -> sqlx::Result<()> {
    tx.execute(
        "UPDATE message SET body = $2, language = $3, edited_at = $4 WHERE id = $1",
        (message.0, body.to_owned(), language.tag().to_owned(), at.microseconds()),
    )
    .await?;
    Ok(())
}

/// Earlier texts of a message, the oldest first.
pub async fn revisions(db: &Db, message: MessageId) -> sqlx::Result<Vec<Revision>> {
    let rows: Vec<(String, String, i64)> = db
        .all(
            "SELECT body, language, written_at FROM message_revision WHERE message_id = $1 ORDER BY revision LIMIT 200",
            (message.0,),
        )
        .await?;
    let revision = |(body, tongue, at): (String, String, i64)| Revision {
        body,
        language: language(&tongue),
        written_at: Time::from_microseconds(at),
    };
    Ok(rows.into_iter().map(revision).collect())
}

pub async fn withdraw(tx: &mut Tx, message: &Message, by: PersonId, reason: &str, at: Time) -> sqlx::Result<()> {
    tx.execute("DELETE FROM message_revision WHERE message_id = $1", (message.id.0,)).await?;
    tx.execute("UPDATE message SET body = '' WHERE id = $1", (message.id.0,)).await?;
    tx.execute(
        "INSERT INTO withdrawal (message_id, by_person, reason, at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (message_id) DO NOTHING",
        (message.id.0, by.0, reason.to_owned(), at.microseconds()),
    )
    .await?;
    Ok(())
}

/// The order of messages that a member chose, if they ever did.
pub async fn chosen_order(db: &Db, person: PersonId) -> sqlx::Result<Option<String>> {
    let row: Option<(String,)> =
        db.optional("SELECT reading_order FROM reader WHERE person_id = $1", (person.0,)).await?;
    Ok(row.map(|(order,)| order))
}

pub async fn choose_order(db: &Db, person: PersonId, order: &str) -> sqlx::Result<()> {
    db.execute(
        "INSERT INTO reader (person_id, reading_order) VALUES ($1, $2)
         ON CONFLICT (person_id) DO UPDATE SET reading_order = excluded.reading_order",
        (person.0, order.to_owned()),
    )
    .await?;
    Ok(())
}

macro_rules! among {
    ($select:expr, $column:literal, $place:literal) => {
        crate::db::Sql {
            sqlite: concat!($select, " AND ", $column, " IN (SELECT value FROM json_each(", $place, "))"),
            postgres: concat!(
                $select,
                " AND ",
                $column,
                " IN (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST(",
                $place,
                " AS JSON)))"
            ),
        }
    };
}

fn list_of(ids: &[i64]) -> String {
    serde_json::to_string(ids).unwrap_or_default()
}

/// The threads with these ids that the viewer may read, by id.
pub async fn readable_by_ids(db: &Db, viewer: i64, ids: &[i64]) -> sqlx::Result<HashMap<i64, Thread>> {
    let sql =
        among!(concat!("SELECT ", thread_columns!(), " FROM thread t WHERE t.audience IN ", readable!()), "t.id", "$2");
    let rows: Vec<ThreadRow> = db.all(sql.on(&db), (viewer, list_of(ids))).await?;
    Ok(rows.into_iter().map(|row| (row.id, Thread::from(row))).collect())
}

/// The threads with these ids, by id, whoever asks.
pub async fn by_ids(db: &Db, ids: &[i64]) -> sqlx::Result<HashMap<i64, Thread>> {
    let sql = among!(concat!("SELECT ", thread_columns!(), " FROM thread t WHERE TRUE"), "t.id", "$1");
    let rows: Vec<ThreadRow> = db.all(sql.on(&db), (list_of(ids),)).await?;
    Ok(rows.into_iter().map(|row| (row.id, Thread::from(row))).collect())
}

pub async fn messages_by_ids(db: &Db, ids: &[i64]) -> sqlx::Result<HashMap<i64, Message>> {
    let sql = among!(messages!("WHERE TRUE"), "m.id", "$1");
    let rows: Vec<MessageRow> = db.all(sql.on(&db), (list_of(ids),)).await?;
    Ok(rows.into_iter().map(|row| (row.id, Message::from(row))).collect())
}

/// The opening messages of threads, by thread.
pub async fn first_messages(db: &Db, threads: &[i64]) -> sqlx::Result<HashMap<i64, String>> {
    let sql = among!("SELECT thread_id, body FROM message WHERE number = 1", "thread_id", "$1");
    let rows: Vec<(i64, String)> = db.all(sql.on(&db), (list_of(threads),)).await?;
    Ok(rows.into_iter().collect())
}

/// All threads by id, after an id.
pub async fn after_id(db: &Db, after: ThreadId, limit: i64) -> sqlx::Result<Vec<Thread>> {
    let sql = concat!("SELECT ", thread_columns!(), " FROM thread t WHERE t.id > $1 ORDER BY t.id LIMIT $2");
    let rows: Vec<ThreadRow> = db.all(sql, (after.0, limit)).await?;
    Ok(rows.into_iter().map(Thread::from).collect())
}

/// All messages by id, after an id.
pub async fn messages_after_id(db: &Db, after: i64, limit: i64) -> sqlx::Result<Vec<Message>> {
    list(db, messages!("WHERE m.id > $1 ORDER BY m.id LIMIT $2"), (after, limit)).await
}

/// The ids that an import gave to these threads, by id.
pub async fn external_ids(db: &Db, ids: &[i64]) -> sqlx::Result<HashMap<i64, String>> {
    let sql = among!("SELECT id, external_id FROM thread WHERE external_id IS NOT NULL", "id", "$1");
    let rows: Vec<(i64, String)> = db.all(sql.on(&db), (list_of(ids),)).await?;
    Ok(rows.into_iter().collect())
}

/// The ids that an import gave to these messages, by id.
pub async fn external_ids_of_messages(db: &Db, ids: &[i64]) -> sqlx::Result<HashMap<i64, String>> {
    let sql = among!("SELECT id, external_id FROM message WHERE external_id IS NOT NULL", "id", "$1");
    let rows: Vec<(i64, String)> = db.all(sql.on(&db), (list_of(ids),)).await?;
    Ok(rows.into_iter().collect())
}

/// How many messages there are.
pub async fn count_messages(db: &Db) -> sqlx::Result<i64> {
    let (count,): (i64,) = db.one("SELECT CAST(COALESCE(SUM(message_count), 0) AS BIGINT) FROM thread", ()).await?;
    Ok(count)
}

/// Threads that the viewer may read, the latest opened first, before an id: ids rise with time.
pub async fn opened(db: &Db, viewer: i64, before: i64, limit: i64) -> sqlx::Result<Vec<Thread>> {
    let sql = concat!(
        "SELECT ",
        thread_columns!(),
        " FROM thread t WHERE t.audience IN ",
        readable!(),
        " AND t.id < $2 ORDER BY t.id DESC LIMIT $3"
    );
    let rows: Vec<ThreadRow> = db.all(sql, (viewer, before, limit)).await?;
    Ok(rows.into_iter().map(Thread::from).collect())
}

/// Threads of one space, the latest opened first, before an id.
pub async fn opened_in(db: &Db, space: SpaceId, before: i64, limit: i64) -> sqlx::Result<Vec<Thread>> {
    let sql = concat!(
        "SELECT ",
        thread_columns!(),
        " FROM thread t WHERE t.space_id = $1 AND t.id < $2 ORDER BY t.id DESC LIMIT $3"
    );
    let rows: Vec<ThreadRow> = db.all(sql, (space.0, before, limit)).await?;
    Ok(rows.into_iter().map(Thread::from).collect())
}

/// Messages of a thread, the latest first, before a number.
pub async fn time_before(db: &Db, thread: ThreadId, number: i64, limit: i64) -> sqlx::Result<Vec<Message>> {
    let sql = messages!("WHERE m.thread_id = $1 AND m.number < $2 ORDER BY m.number DESC LIMIT $3");
    list(db, sql, (thread.0, number, limit)).await
}

/// Threads that everybody may read, by id, after an id.
pub async fn public_after_id(db: &Db, after: i64, limit: i64) -> sqlx::Result<Vec<Thread>> {
    let sql = concat!(
        "SELECT ",
        thread_columns!(),
        " FROM thread t WHERE t.audience = 0 AND t.id > $1 ORDER BY t.id LIMIT $2"
    );
    let rows: Vec<ThreadRow> = db.all(sql, (after, limit)).await?;
    Ok(rows.into_iter().map(Thread::from).collect())
}

/// The id of the public thread that stands `steps` after an id.
pub async fn public_id_after(db: &Db, after: i64, steps: i64) -> sqlx::Result<Option<i64>> {
    let sql = "SELECT id FROM thread WHERE audience = 0 AND id > $1 ORDER BY id LIMIT 1 OFFSET $2";
    let row: Option<(i64,)> = db.optional(sql, (after, steps - 1)).await?;
    Ok(row.map(|(id,)| id))
}
