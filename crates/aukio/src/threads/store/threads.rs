//! Rows of `thread`, who wrote in them, and in which order a member reads.

use std::collections::HashMap;

use aukio_core::{DocumentId, PersonId, SpaceId, ThreadId, Time};

use crate::db::{Before, Db, Queries, Tx, among, list_of};
use crate::spaces::store::{language, readable};
use crate::threads::Thread;

macro_rules! thread_columns {
    () => {
        "t.id, t.space_id, t.audience, t.document_id, t.title, t.language, t.author_id, t.created_at, t.last_at,
         t.last_by, t.last_number, t.message_count, t.writer_count"
    };
}

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

/// The thread, whoever asks: [`access`](crate::threads::access) decides who sees it.
pub async fn by_id(db: impl Queries, id: ThreadId) -> sqlx::Result<Option<Thread>> {
    let row: Option<ThreadRow> =
        db.optional(concat!("SELECT ", thread_columns!(), " FROM thread t WHERE t.id = $1"), (id.0,)).await?;
    Ok(row.map(Thread::from))
}

/// The thread that an import brought under this id.
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

/// All threads by id, after an id.
pub async fn after_id(db: &Db, after: ThreadId, limit: i64) -> sqlx::Result<Vec<Thread>> {
    let sql = concat!("SELECT ", thread_columns!(), " FROM thread t WHERE t.id > $1 ORDER BY t.id LIMIT $2");
    let rows: Vec<ThreadRow> = db.all(sql, (after.0, limit)).await?;
    Ok(rows.into_iter().map(Thread::from).collect())
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

/// The ids that an import gave to these threads, by id.
pub async fn external_ids(db: &Db, ids: &[i64]) -> sqlx::Result<HashMap<i64, String>> {
    let sql = among!("SELECT id, external_id FROM thread WHERE external_id IS NOT NULL", "id", "$1");
    let rows: Vec<(i64, String)> = db.all(sql.on(&db), (list_of(ids),)).await?;
    Ok(rows.into_iter().collect())
}

/// A thread without messages; [`next_number`] counts them as they come.
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

/// How many messages there are.
pub async fn count_messages(db: &Db) -> sqlx::Result<i64> {
    let (count,): (i64,) = db.one("SELECT CAST(COALESCE(SUM(message_count), 0) AS BIGINT) FROM thread", ()).await?;
    Ok(count)
}

/// The order of messages that a member chose, if they ever did.
pub async fn chosen_order(db: &Db, person: PersonId) -> sqlx::Result<Option<String>> {
    let row: Option<(String,)> =
        db.optional("SELECT reading_order FROM reader WHERE person_id = $1", (person.0,)).await?;
    Ok(row.map(|(order,)| order))
}

/// Keeps the order for the member's next visits.
pub async fn choose_order(db: &Db, person: PersonId, order: &str) -> sqlx::Result<()> {
    db.execute(
        "INSERT INTO reader (person_id, reading_order) VALUES ($1, $2)
         ON CONFLICT (person_id) DO UPDATE SET reading_order = excluded.reading_order",
        (person.0, order.to_owned()),
    )
    .await?;
    Ok(())
}
