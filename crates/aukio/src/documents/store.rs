//! The only file that knows the columns of `document`; its log has a `store.rs` of its own.

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
         d.edited_by,
         d.seq + COALESCE((SELECT u.updates FROM document_unsettled u WHERE u.document_id = d.id), 0) AS seq"
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
