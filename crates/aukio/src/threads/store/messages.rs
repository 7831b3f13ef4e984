//! Rows of `message`, with the withdrawals of those that were taken away.

use std::collections::{HashMap, HashSet};

use aukio_core::{MessageId, PersonId, ThreadId, Time};

use crate::db::{Db, Params, Queries, Sql, Tx, among, list_of};
use crate::spaces::store::language;
use crate::threads::{Message, Withdrawal};

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

/// The message with this number, whoever asks.
pub async fn message(db: impl Queries, thread: ThreadId, number: i64) -> sqlx::Result<Option<Message>> {
    let row: Option<MessageRow> =
        db.optional(messages!("WHERE m.thread_id = $1 AND m.number = $2"), (thread.0, number)).await?;
    Ok(row.map(Message::from))
}

/// Where a message stands in the tree: the numbers of its ancestors and its own, four bytes each.
pub async fn path(db: impl Queries, thread: ThreadId, number: i64) -> sqlx::Result<Option<Vec<u8>>> {
    let row: Option<(Vec<u8>,)> =
        db.optional("SELECT path FROM message WHERE thread_id = $1 AND number = $2", (thread.0, number)).await?;
    Ok(row.map(|(path,)| path))
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

/// Messages of a thread, the latest first, before a number.
pub async fn time_before(db: &Db, thread: ThreadId, number: i64, limit: i64) -> sqlx::Result<Vec<Message>> {
    let sql = messages!("WHERE m.thread_id = $1 AND m.number < $2 ORDER BY m.number DESC LIMIT $3");
    list(db, sql, (thread.0, number, limit)).await
}

/// The messages with these ids, by id, whoever asks.
pub async fn messages_by_ids(db: &Db, ids: &[i64]) -> sqlx::Result<HashMap<i64, Message>> {
    let sql = among!(messages!("WHERE TRUE"), "m.id", "$1");
    let rows: Vec<MessageRow> = db.all(sql.on(&db), (list_of(ids),)).await?;
    Ok(rows.into_iter().map(|row| (row.id, Message::from(row))).collect())
}

/// All messages by id, after an id.
pub async fn messages_after_id(db: &Db, after: i64, limit: i64) -> sqlx::Result<Vec<Message>> {
    list(db, messages!("WHERE m.id > $1 ORDER BY m.id LIMIT $2"), (after, limit)).await
}

async fn list(db: &Db, sql: &'static str, params: impl Params) -> sqlx::Result<Vec<Message>> {
    let rows: Vec<MessageRow> = db.all(sql, params).await?;
    Ok(rows.into_iter().map(Message::from).collect())
}

/// Who wrote the messages with these numbers: for saying whom a reply answers.
pub async fn authors(db: &Db, thread: ThreadId, numbers: &[i64]) -> sqlx::Result<Vec<(i64, i64)>> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let sql = among!("SELECT number, author_id FROM message WHERE thread_id = $1", "number", "$2");
    db.all(sql.on(&db), (thread.0, list_of(numbers))).await
}

/// The opening messages of threads, by thread.
pub async fn first_messages(db: &Db, threads: &[i64]) -> sqlx::Result<HashMap<i64, String>> {
    let sql = among!("SELECT thread_id, body FROM message WHERE number = 1", "thread_id", "$1");
    let rows: Vec<(i64, String)> = db.all(sql.on(&db), (list_of(threads),)).await?;
    Ok(rows.into_iter().collect())
}

/// Which of these messages an import has brought before.
pub async fn known_messages(db: &Db, external_ids: &[String]) -> sqlx::Result<HashSet<String>> {
    let sql = Sql {
        sqlite: "SELECT external_id FROM message WHERE external_id IN (SELECT value FROM json_each($1))",
        postgres: "SELECT external_id FROM message
                   WHERE external_id IN (SELECT value FROM json_array_elements_text(CAST($1 AS JSON)))",
    };
    let ids = serde_json::to_string(external_ids).unwrap_or_default();
    let rows: Vec<(String,)> = db.all(sql.on(&db), (ids,)).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The number of the message that an import brought into this thread under this id.
pub async fn number_by_external_id(db: impl Queries, thread: ThreadId, external_id: &str) -> sqlx::Result<Option<i64>> {
    let row: Option<(i64,)> = db
        .optional(
            "SELECT number FROM message WHERE external_id = $1 AND thread_id = $2",
            (external_id.to_owned(), thread.0),
        )
        .await?;
    Ok(row.map(|(number,)| number))
}

/// The ids that an import gave to these messages, by id.
pub async fn external_ids_of_messages(db: &Db, ids: &[i64]) -> sqlx::Result<HashMap<i64, String>> {
    let sql = among!("SELECT id, external_id FROM message WHERE external_id IS NOT NULL", "id", "$1");
    let rows: Vec<(i64, String)> = db.all(sql.on(&db), (list_of(ids),)).await?;
    Ok(rows.into_iter().collect())
}

/// Stores a message under the number that [`next_number`](super::next_number) gave it.
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
