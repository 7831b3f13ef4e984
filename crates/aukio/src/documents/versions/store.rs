//! The only file that knows the columns of `document_version`.

use aukio_core::{DocumentId, PersonId, Time};

use super::{Version, Writers};
use crate::db::{Db, Queries, Sql, Tx, list_of};

#[derive(sqlx::FromRow)]
struct Row {
    first_seq: i64,
    last_seq: i64,
    begun_at: i64,
    ended_at: i64,
    name: Option<String>,
}

impl From<Row> for Version {
    fn from(row: Row) -> Version {
        Version {
            first_seq: row.first_seq,
            last_seq: row.last_seq,
            begun_at: Time::from_microseconds(row.begun_at),
            ended_at: Time::from_microseconds(row.ended_at),
            name: row.name,
        }
    }
}

macro_rules! columns {
    () => {
        "first_seq, last_seq, begun_at, ended_at, name"
    };
}

pub async fn last(db: impl Queries, document: DocumentId) -> sqlx::Result<Option<Version>> {
    let row: Option<Row> = db
        .optional(
            concat!(
                "SELECT ",
                columns!(),
                " FROM document_version WHERE document_id = $1 ORDER BY first_seq DESC LIMIT 1"
            ),
            (document.0,),
        )
        .await?;
    Ok(row.map(Version::from))
}

pub async fn begin(tx: &mut Tx, document: DocumentId, version: &Version) -> sqlx::Result<()> {
    tx.execute(
        "INSERT INTO document_version (document_id, first_seq, last_seq, begun_at, ended_at)
         VALUES ($1, $2, $3, $4, $5)",
        (
            document.0,
            version.first_seq,
            version.last_seq,
            version.begun_at.microseconds(),
            version.ended_at.microseconds(),
        ),
    )
    .await?;
    Ok(())
}

pub async fn prolong(
    tx: &mut Tx,
    document: DocumentId,
    first_seq: i64,
    last_seq: i64,
    ended_at: Time,
) -> sqlx::Result<()> {
    tx.execute(
        "UPDATE document_version SET last_seq = $3, ended_at = $4 WHERE document_id = $1 AND first_seq = $2",
        (document.0, first_seq, last_seq, ended_at.microseconds()),
    )
    .await?;
    Ok(())
}

/// These had a hand in the sitting.
pub async fn add_writers(
    tx: &mut Tx,
    document: DocumentId,
    sitting: i64,
    writers: impl Iterator<Item = PersonId>,
) -> sqlx::Result<()> {
    const ADD: Sql = Sql {
        sqlite: "INSERT INTO document_version_writer (document_id, first_seq, person_id)
                 SELECT $1, $2, value FROM json_each($3) WHERE TRUE ON CONFLICT DO NOTHING",
        postgres: "INSERT INTO document_version_writer (document_id, first_seq, person_id)
                   SELECT $1, $2, CAST(value AS BIGINT) FROM json_array_elements_text(CAST($3 AS JSON))
                   ON CONFLICT DO NOTHING",
    };
    let writers: Vec<i64> = writers.map(|writer| writer.0).collect();
    let text = ADD.on(&&mut *tx);
    tx.execute(text, (document.0, sitting, list_of(&writers))).await?;
    Ok(())
}

/// Sittings that began before an update, the latest first.
pub async fn before(db: &Db, document: DocumentId, seq: i64, limit: i64) -> sqlx::Result<Vec<Version>> {
    let rows: Vec<Row> = db
        .all(
            concat!(
                "SELECT ",
                columns!(),
                " FROM document_version WHERE document_id = $1 AND first_seq < $2 ORDER BY first_seq DESC LIMIT $3"
            ),
            (document.0, seq, limit),
        )
        .await?;
    Ok(rows.into_iter().map(Version::from).collect())
}

/// The sitting that an update belongs to.
pub async fn around(db: &Db, document: DocumentId, seq: i64) -> sqlx::Result<Option<Version>> {
    let found = before(db, document, seq + 1, 1).await?;
    Ok(found.into_iter().find(|version| version.last_seq >= seq))
}

/// Who had a hand in these sittings, by the sitting's first update.
pub async fn writers(db: &Db, document: DocumentId, sittings: &[Version]) -> sqlx::Result<Writers> {
    let sql = Sql {
        sqlite: "SELECT first_seq, person_id FROM document_version_writer
                 WHERE document_id = $1 AND first_seq IN (SELECT value FROM json_each($2)) ORDER BY person_id",
        postgres: "SELECT first_seq, person_id FROM document_version_writer WHERE document_id = $1
                   AND first_seq IN (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($2 AS JSON)))
                   ORDER BY person_id",
    };
    let first: Vec<i64> = sittings.iter().map(|version| version.first_seq).collect();
    let first = serde_json::to_string(&first).unwrap_or_default();
    let rows: Vec<(i64, i64)> = db.all(sql.on(&db), (document.0, first)).await?;
    let mut writers = Writers::new();
    for (sitting, person) in rows {
        writers.entry(sitting).or_default().push(PersonId(person));
    }
    Ok(writers)
}

/// Names the sitting that ends with this update; false when none does.
pub async fn name(
    tx: &mut Tx,
    document: DocumentId,
    seq: i64,
    name: Option<String>,
    by: PersonId,
) -> sqlx::Result<bool> {
    let named = tx
        .execute(
            "UPDATE document_version SET name = $3, named_by = $4 WHERE document_id = $1 AND last_seq = $2",
            (document.0, seq, name, by.0),
        )
        .await?;
    Ok(named > 0)
}
