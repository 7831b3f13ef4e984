//! The only file that knows the columns of `document` and of its log.

use std::collections::HashMap;

use aukio_core::{DocumentId, PersonId, SpaceId, Time};

use super::{Document, Kind, State};
use crate::db::{Before, Db, Queries, Tx, among, list_of};
use crate::spaces::store::{language, readable};

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    space_id: i64,
    audience: i64,
    kind: String,
    state: String,
    title: String,
    language: String,
    author_id: i64,
    created_at: i64,
    edited_at: i64,
    edited_by: i64,
    seq: i64,
}

impl From<Row> for Document {
    fn from(row: Row) -> Document {
        Document {
            id: DocumentId(row.id),
            space: SpaceId(row.space_id),
            audience: row.audience,
            kind: Kind::parse(&row.kind).unwrap_or(Kind::Plain),
            state: State::parse(&row.state).unwrap_or(State::Draft),
            title: row.title,
            language: language(&row.language),
            author: PersonId(row.author_id),
            created_at: Time::from_microseconds(row.created_at),
            edited_at: Time::from_microseconds(row.edited_at),
            edited_by: PersonId(row.edited_by),
            seq: row.seq,
        }
    }
}

macro_rules! columns {
    () => {
        "d.id, d.space_id, d.audience, d.kind, d.state, d.title, d.language, d.author_id, d.created_at, d.edited_at,
         d.edited_by, d.seq"
    };
}

pub async fn by_id(db: impl Queries, id: DocumentId) -> sqlx::Result<Option<Document>> {
    let row: Option<Row> =
        db.optional(concat!("SELECT ", columns!(), " FROM document d WHERE d.id = $1"), (id.0,)).await?;
    Ok(row.map(Document::from))
}

pub async fn by_external_id(db: impl Queries, id: &str) -> sqlx::Result<Option<Document>> {
    let row: Option<Row> = db
        .optional(concat!("SELECT ", columns!(), " FROM document d WHERE d.external_id = $1"), (id.to_owned(),))
        .await?;
    Ok(row.map(Document::from))
}

pub async fn of_space(db: &Db, space: SpaceId, before: Before, limit: i64) -> sqlx::Result<Vec<Document>> {
    let rows: Vec<Row> = db
        .all(
            concat!(
                "SELECT ",
                columns!(),
                " FROM document d
                 WHERE d.space_id = $1 AND (d.edited_at, d.id) < ($2, $3)
                 ORDER BY d.edited_at DESC, d.id DESC LIMIT $4"
            ),
            (space.0, before.at, before.id, limit),
        )
        .await?;
    Ok(rows.into_iter().map(Document::from).collect())
}

/// Documents of all spaces that the viewer may read, the latest edited first.
pub async fn newest(db: &Db, viewer: i64, before: Before, limit: i64) -> sqlx::Result<Vec<Document>> {
    let rows: Vec<Row> = db
        .all(
            concat!(
                "SELECT ",
                columns!(),
                " FROM document d
                 WHERE d.audience IN ",
                readable!(),
                " AND (d.edited_at, d.id) < ($2, $3)
                 ORDER BY d.edited_at DESC, d.id DESC LIMIT $4"
            ),
            (viewer, before.at, before.id, limit),
        )
        .await?;
    Ok(rows.into_iter().map(Document::from).collect())
}

pub async fn insert(tx: &mut Tx, document: &Document, external_id: Option<String>) -> sqlx::Result<()> {
    tx.execute(
        "INSERT INTO document (id, space_id, audience, kind, state, title, language, author_id, created_at, edited_at,
                               edited_by, seq, journalled_seq, external_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $8, 0, 0, $10)",
        (
            document.id.0,
            document.space.0,
            document.audience,
            document.kind.name().to_owned(),
            document.state.name().to_owned(),
            document.title.clone(),
            document.language.tag().to_owned(),
            document.author.0,
            document.created_at.microseconds(),
            external_id,
        ),
    )
    .await?;
    Ok(())
}

pub async fn describe(tx: &mut Tx, document: &Document) -> sqlx::Result<()> {
    tx.execute(
        "UPDATE document SET title = $2, kind = $3, state = $4, language = $5 WHERE id = $1",
        (
            document.id.0,
            document.title.clone(),
            document.kind.name().to_owned(),
            document.state.name().to_owned(),
            document.language.tag().to_owned(),
        ),
    )
    .await?;
    Ok(())
}

/// An update that waits to be written to the log.
pub struct Update {
    pub actor: Option<PersonId>,
    pub bytes: Vec<u8>,
}

/// Appends updates to a document's log and returns the number of the last one. The row of the document is
/// locked from here to the commit, so that numbers are handed out one by one. Whatever can wait does:
/// [`settle`] notes who wrote and when, once for a burst of keystrokes.
pub async fn append(
    tx: &mut Tx,
    document: DocumentId,
    updates: Vec<Update>,
    schema: i64,
    at: Time,
) -> sqlx::Result<i64> {
    let count = updates.len() as i64;
    let (last,): (i64,) = tx
        .one(
            "UPDATE document SET seq = seq + $2, schema = CASE WHEN schema < $3 THEN $3 ELSE schema END
             WHERE id = $1 RETURNING seq",
            (document.0, count, schema),
        )
        .await?;
    for (place, update) in updates.into_iter().enumerate() {
        let seq = last - count + 1 + place as i64;
        tx.execute(
            "INSERT INTO document_update (document_id, seq, at, actor, bytes) VALUES ($1, $2, $3, $4, $5)",
            (document.0, seq, at.microseconds(), update.actor.map(|actor| actor.0), update.bytes),
        )
        .await?;
    }
    Ok(last)
}

/// Notes on the document who wrote the updates after `from`, up to `until`, and when. Returns the last of them.
pub async fn settle(tx: &mut Tx, document: DocumentId, from: i64, until: i64) -> sqlx::Result<Option<PersonId>> {
    tx.execute(
        "INSERT INTO document_writer (document_id, person_id, last_at)
         SELECT document_id, actor, MAX(at) FROM document_update
         WHERE document_id = $1 AND seq > $2 AND seq <= $3 AND actor IS NOT NULL GROUP BY document_id, actor
         ON CONFLICT (document_id, person_id) DO UPDATE SET last_at = excluded.last_at",
        (document.0, from, until),
    )
    .await?;
    let last: Option<(i64, Option<i64>)> = tx
        .optional(
            "SELECT at, actor FROM document_update WHERE document_id = $1 AND seq > $2 AND seq <= $3
             ORDER BY seq DESC LIMIT 1",
            (document.0, from, until),
        )
        .await?;
    let Some((at, actor)) = last else { return Ok(None) };
    tx.execute(
        "UPDATE document SET edited_at = CASE WHEN edited_at > $2 THEN edited_at ELSE $2 END,
                edited_by = COALESCE(CAST($3 AS BIGINT), edited_by)
         WHERE id = $1",
        (document.0, at, actor),
    )
    .await?;
    Ok(actor.map(PersonId))
}

/// The schema of the newest editor that has written in the document.
pub async fn schema(db: &Db, document: DocumentId) -> sqlx::Result<i64> {
    let row: Option<(i64,)> = db.optional("SELECT schema FROM document WHERE id = $1", (document.0,)).await?;
    Ok(row.map_or(0, |(schema,)| schema))
}

/// The snapshot, if there is one, as (seq, bytes).
pub async fn snapshot(db: &Db, document: DocumentId) -> sqlx::Result<Option<(i64, Vec<u8>)>> {
    db.optional("SELECT seq, bytes FROM document_snapshot WHERE document_id = $1", (document.0,)).await
}

/// Updates after a place in the log, as (seq, bytes).
pub async fn updates_after(db: &Db, document: DocumentId, seq: i64, limit: i64) -> sqlx::Result<Vec<(i64, Vec<u8>)>> {
    db.all(
        "SELECT seq, bytes FROM document_update WHERE document_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        (document.0, seq, limit),
    )
    .await
}

pub async fn put_snapshot(db: &Db, document: DocumentId, seq: i64, bytes: Vec<u8>) -> sqlx::Result<()> {
    db.execute(
        "INSERT INTO document_snapshot (document_id, seq, bytes) VALUES ($1, $2, $3)
         ON CONFLICT (document_id) DO UPDATE SET seq = excluded.seq, bytes = excluded.bytes
         WHERE excluded.seq > document_snapshot.seq",
        (document.0, seq, bytes),
    )
    .await?;
    Ok(())
}

/// An update as it lies in the log: when, by whom, what.
#[derive(sqlx::FromRow)]
pub struct Logged {
    pub seq: i64,
    pub at: i64,
    pub actor: Option<i64>,
    pub bytes: Vec<u8>,
}

/// The oldest updates that are not packed yet, up to `until`. Those that the journal does not tell of yet are
/// left alone.
pub async fn to_pack(tx: &mut Tx, document: DocumentId, until: i64, limit: i64) -> sqlx::Result<Vec<Logged>> {
    tx.all(
        "SELECT u.seq, u.at, u.actor, u.bytes FROM document_update u JOIN document d ON d.id = u.document_id
         WHERE u.document_id = $1 AND u.seq <= $2 AND u.seq <= d.journalled_seq ORDER BY u.seq LIMIT $3",
        (document.0, until, limit),
    )
    .await
}

/// Puts a pack in the place of the updates that are in it.
pub async fn put_pack(tx: &mut Tx, document: DocumentId, first: i64, last: i64, bytes: Vec<u8>) -> sqlx::Result<()> {
    tx.execute(
        "INSERT INTO document_history (document_id, first_seq, last_seq, bytes) VALUES ($1, $2, $3, $4)",
        (document.0, first, last, bytes),
    )
    .await?;
    tx.execute(
        "DELETE FROM document_update WHERE document_id = $1 AND seq >= $2 AND seq <= $3",
        (document.0, first, last),
    )
    .await?;
    Ok(())
}

/// The pack that the update `seq` is in.
pub async fn pack_with(db: &Db, document: DocumentId, seq: i64) -> sqlx::Result<Option<(i64, i64, Vec<u8>)>> {
    db.optional(
        "SELECT first_seq, last_seq, bytes FROM document_history
         WHERE document_id = $1 AND first_seq <= $2 AND last_seq >= $2",
        (document.0, seq),
    )
    .await
}

/// A document with updates that the journal does not tell of yet.
#[derive(sqlx::FromRow)]
pub struct Untold {
    pub id: i64,
    pub space_id: i64,
    pub seq: i64,
    pub journalled_seq: i64,
    pub edited_by: i64,
}

pub async fn untold(db: &Db, limit: i64) -> sqlx::Result<Vec<Untold>> {
    db.all(
        "SELECT id, space_id, seq, journalled_seq, edited_by FROM document
         WHERE seq > journalled_seq ORDER BY id LIMIT $1",
        (limit,),
    )
    .await
}

/// Notes that the journal tells of the updates `from` to `until`; false when somebody else has noted it.
pub async fn told(tx: &mut Tx, document: DocumentId, from: i64, until: i64) -> sqlx::Result<bool> {
    let noted = tx
        .execute(
            "UPDATE document SET journalled_seq = $3 WHERE id = $1 AND journalled_seq = $2",
            (document.0, from, until),
        )
        .await?;
    Ok(noted > 0)
}

/// Those who wrote, the latest first.
pub async fn writers(db: &Db, document: DocumentId, limit: i64) -> sqlx::Result<Vec<i64>> {
    let rows: Vec<(i64,)> = db
        .all(
            "SELECT person_id FROM document_writer WHERE document_id = $1 ORDER BY last_at DESC LIMIT $2",
            (document.0, limit),
        )
        .await?;
    Ok(rows.into_iter().map(|(person,)| person).collect())
}

/// The documents with these ids that the viewer may read, by id.
pub async fn readable_by_ids(db: &Db, viewer: i64, ids: &[i64]) -> sqlx::Result<HashMap<i64, Document>> {
    let sql =
        among!(concat!("SELECT ", columns!(), " FROM document d WHERE d.audience IN ", readable!()), "d.id", "$2");
    let rows: Vec<Row> = db.all(sql.on(&db), (viewer, list_of(ids))).await?;
    Ok(rows.into_iter().map(|row| (row.id, Document::from(row))).collect())
}

/// All documents by id, after an id.
pub async fn after_id(db: &Db, after: DocumentId, limit: i64) -> sqlx::Result<Vec<Document>> {
    let sql = concat!("SELECT ", columns!(), " FROM document d WHERE d.id > $1 ORDER BY d.id LIMIT $2");
    let rows: Vec<Row> = db.all(sql, (after.0, limit)).await?;
    Ok(rows.into_iter().map(Document::from).collect())
}

/// The ids that an import gave to these documents, by id.
pub async fn external_ids(db: &Db, ids: &[i64]) -> sqlx::Result<HashMap<i64, String>> {
    let sql = among!("SELECT id, external_id FROM document WHERE external_id IS NOT NULL", "id", "$1");
    let rows: Vec<(i64, String)> = db.all(sql.on(&db), (list_of(ids),)).await?;
    Ok(rows.into_iter().collect())
}

/// How many documents there are.
pub async fn count(db: &Db) -> sqlx::Result<i64> {
    let (count,): (i64,) = db.one("SELECT COUNT(*) FROM document", ()).await?;
    Ok(count)
}

/// Documents that the viewer may read, the latest begun first, before an id: ids rise with time.
pub async fn begun(db: &Db, viewer: i64, before: i64, limit: i64) -> sqlx::Result<Vec<Document>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM document d WHERE d.audience IN ",
        readable!(),
        " AND d.id < $2 ORDER BY d.id DESC LIMIT $3"
    );
    let rows: Vec<Row> = db.all(sql, (viewer, before, limit)).await?;
    Ok(rows.into_iter().map(Document::from).collect())
}

/// Documents of one space, the latest begun first, before an id.
pub async fn begun_in(db: &Db, space: SpaceId, before: i64, limit: i64) -> sqlx::Result<Vec<Document>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM document d WHERE d.space_id = $1 AND d.id < $2 ORDER BY d.id DESC LIMIT $3"
    );
    let rows: Vec<Row> = db.all(sql, (space.0, before, limit)).await?;
    Ok(rows.into_iter().map(Document::from).collect())
}

/// Documents that everybody may read, by id, after an id.
pub async fn public_after_id(db: &Db, after: i64, limit: i64) -> sqlx::Result<Vec<Document>> {
    let sql =
        concat!("SELECT ", columns!(), " FROM document d WHERE d.audience = 0 AND d.id > $1 ORDER BY d.id LIMIT $2");
    let rows: Vec<Row> = db.all(sql, (after, limit)).await?;
    Ok(rows.into_iter().map(Document::from).collect())
}

/// The id of the public document that stands `steps` after an id.
pub async fn public_id_after(db: &Db, after: i64, steps: i64) -> sqlx::Result<Option<i64>> {
    let sql = "SELECT id FROM document WHERE audience = 0 AND id > $1 ORDER BY id LIMIT 1 OFFSET $2";
    let row: Option<(i64,)> = db.optional(sql, (after, steps - 1)).await?;
    Ok(row.map(|(id,)| id))
}
