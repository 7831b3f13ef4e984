//! The only file that knows the columns of a document's log.
//!
//! An update takes three steps through the tables. It is committed to `document_tail`, where the updates of all
//! documents stand as they came, so that a commit writes one place whoever writes where. A moment later it is
//! *settled*: put in its place in `document_update`, and the document's row tells of it; what has been settled leaves
//! the tail together with others. In the end it is packed into `document_history`. The view `document_log` shows what is
//! not packed, `document_unsettled` what is not settled: updates of the tail with higher numbers than the document's.

use std::collections::{BTreeSet, HashMap};

use aukio_core::{DocumentId, PersonId, SpaceId, Time};

use crate::db::{Db, Queries, Sql, Tx};

/// Updates of one document that wait to be written to the log.
#[derive(Clone)]
pub struct Append {
    pub document: DocumentId,
    /// Who wrote, and what.
    pub updates: Vec<(Option<PersonId>, Vec<u8>)>,
    /// The schema of the newest editor among those who wrote.
    pub schema: i64,
}

/// From here to the end of the transaction nobody else appends to these documents or settles them. SQLite has one
/// writer anyway.
async fn lock(tx: &mut Tx, documents: &str) -> sqlx::Result<()> {
    // In one order everywhere, so that two nodes cannot wait for each other.
    const LOCK: &str = "SELECT COUNT(pg_advisory_xact_lock(id)) FROM (
        SELECT CAST(value AS BIGINT) AS id FROM json_array_elements_text(CAST($1 AS JSON)) ORDER BY id OFFSET 0
    ) AS documents";
    if Queries::is_postgres(&&mut *tx) {
        tx.one::<(i64,)>(LOCK, (documents.to_owned(),)).await?;
    }
    Ok(())
}

/// Appends updates to the logs of documents and returns the number of the last update of each append. Numbers are handed
/// out one by one. However many there are, it is three statements, and only the tail is written.
///
/// # Errors
/// When there is no such document.
pub async fn append(tx: &mut Tx, appends: Vec<Append>, at: Time) -> sqlx::Result<Vec<i64>> {
    // Asked only when the documents are locked: a question sees the database as it was when the question began.
    const LAST: Sql = Sql {
        // From the end of the tail: where somebody writes, the last update is not far.
        sqlite: "SELECT d.id, COALESCE((SELECT tail.seq FROM document_tail tail WHERE tail.document_id = d.id
                                        ORDER BY tail.number DESC LIMIT 1), d.seq)
                 FROM document d WHERE d.id IN (SELECT value FROM json_each($1))",
        postgres: "SELECT d.id, COALESCE((SELECT MAX(tail.seq) FROM document_tail tail WHERE tail.document_id = d.id), d.seq)
                   FROM document d
                   WHERE d.id IN (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS JSON)))",
    };
    const WRITE: Sql = Sql {
        sqlite: "INSERT INTO document_tail (document_id, seq, at, actor, schema, bytes)
                 SELECT value ->> 0, value ->> 1, $2, value ->> 2, value ->> 3, substr($3, value ->> 4, value ->> 5)
                 FROM json_each($1)",
        postgres: "INSERT INTO document_tail (document_id, seq, at, actor, schema, bytes)
                   SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), $2, CAST(value ->> 2 AS BIGINT),
                          CAST(value ->> 3 AS BIGINT),
                          substring($3 FROM CAST(value ->> 4 AS INTEGER) FOR CAST(value ->> 5 AS INTEGER))
                   FROM json_array_elements(CAST($1 AS JSON))",
    };
    let documents: BTreeSet<i64> = appends.iter().map(|append| append.document.0).collect();
    let documents = json(&documents);
    lock(tx, &documents).await?;
    let text = LAST.on(&&mut *tx);
    let last: Vec<(i64, i64)> = tx.all(text, (documents,)).await?;
    let mut next: HashMap<i64, i64> = last.into_iter().map(|(document, last)| (document, last + 1)).collect();
    let mut lasts = Vec::with_capacity(appends.len());
    // The updates of all documents as one run of bytes, and where each stands in it, counted from one.
    let (mut places, mut bytes) = (Vec::new(), Vec::new());
    for append in appends {
        let next = next.get_mut(&append.document.0).ok_or(sqlx::Error::RowNotFound)?;
        for (actor, update) in append.updates {
            let actor = actor.map(|actor| actor.0);
            places.push((append.document.0, *next, actor, append.schema, bytes.len() + 1, update.len()));
            bytes.extend(update);
            *next += 1;
        }
        lasts.push(*next - 1);
    }
    let text = WRITE.on(&&mut *tx);
    tx.execute(text, (json(&places), at.microseconds(), bytes)).await?;
    Ok(lasts)
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Documents with updates that are not settled yet, by their ids, after `after`.
pub async fn unsettled(db: &Db, after: DocumentId, limit: i64) -> sqlx::Result<Vec<DocumentId>> {
    let rows: Vec<(i64,)> = db
        .all(
            "SELECT document_id FROM document_unsettled WHERE document_id > $1 ORDER BY document_id LIMIT $2",
            (after.0, limit),
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| DocumentId(id)).collect())
}

/// Updates of a document that have been put in their places.
#[derive(sqlx::FromRow)]
pub struct Settled {
    pub document_id: i64,
    pub space_id: i64,
    /// The number of the last update before them.
    pub after: i64,
    /// The number of the last of them.
    pub until: i64,
    /// The schema of the newest editor among those who wrote them.
    pub schema: i64,
    /// When the last of them was written; `None` if it is missing.
    pub at: Option<i64>,
    /// Who wrote the last of them.
    pub actor: Option<i64>,
}

impl Settled {
    pub fn document(&self) -> DocumentId {
        DocumentId(self.document_id)
    }

    pub fn space(&self) -> SpaceId {
        SpaceId(self.space_id)
    }

    pub fn writer(&self) -> Option<PersonId> {
        self.actor.map(PersonId)
    }
}

/// Puts the updates of these documents from the tail in their places, and notes on the documents who wrote and when.
/// What somebody else has settled meanwhile is left out of the answer. [`clear`] takes them out of the tail.
pub async fn settle(tx: &mut Tx, documents: &[DocumentId]) -> sqlx::Result<Vec<Settled>> {
    macro_rules! listed {
        ($sql:literal, $column:literal, $rest:literal) => {
            Sql {
                sqlite: concat!($sql, " WHERE ", $column, " IN (SELECT value FROM json_each($1)) ", $rest),
                postgres: concat!(
                    $sql,
                    " WHERE ",
                    $column,
                    " IN (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS JSON))) ",
                    $rest
                ),
            }
        };
    }
    const LAST: Sql = listed!(
        "SELECT u.document_id, d.space_id, d.seq AS after, d.seq + u.updates AS until, u.schema, tail.at,
                COALESCE(tail.actor, d.edited_by) AS actor
         FROM document_unsettled u JOIN document d ON d.id = u.document_id
         LEFT JOIN document_tail tail ON tail.document_id = u.document_id AND tail.seq = d.seq + u.updates",
        "u.document_id",
        "ORDER BY u.document_id"
    );
    const MOVE: Sql = listed!(
        "INSERT INTO document_update (document_id, seq, at, actor, bytes)
         SELECT tail.document_id, tail.seq, tail.at, tail.actor, tail.bytes
         FROM document_tail tail JOIN document d ON d.id = tail.document_id AND tail.seq > d.seq",
        "tail.document_id",
        "ORDER BY tail.document_id, tail.seq"
    );
    const WRITERS: Sql = listed!(
        "INSERT INTO document_writer (document_id, person_id, last_at)
         SELECT tail.document_id, tail.actor, MAX(tail.at)
         FROM document_tail tail JOIN document d ON d.id = tail.document_id AND tail.seq > d.seq",
        "tail.document_id",
        "AND tail.actor IS NOT NULL GROUP BY tail.document_id, tail.actor
         ON CONFLICT (document_id, person_id) DO UPDATE SET last_at = excluded.last_at"
    );

    let ids: Vec<i64> = documents.iter().map(|document| document.0).collect();
    let ids = json(&ids);
    lock(tx, &ids).await?;
    let text = LAST.on(&&mut *tx);
    let mut settled: Vec<Settled> = tx.all(text, (ids,)).await?;
    // Numbers that do not meet must not be moved: the next ones would be handed out twice. What the tail holds is safe.
    for torn in settled.extract_if(.., |one| one.at.is_none()) {
        let document = torn.document();
        tracing::error!(%document, "the newest updates do not follow the others and stay in the tail");
    }
    if settled.is_empty() {
        return Ok(settled);
    }
    let ids = json(&settled.iter().map(|one| one.document_id).collect::<Vec<_>>());
    for sql in [MOVE, WRITERS] {
        let text = sql.on(&&mut *tx);
        tx.execute(text, (ids.clone(),)).await?;
    }
    for one in &settled {
        tx.execute(
            "UPDATE document SET seq = $2, journalled_seq = $2, edited_by = COALESCE(CAST($4 AS BIGINT), edited_by),
                    edited_at = CASE WHEN edited_at > $3 THEN edited_at ELSE $3 END,
                    schema = CASE WHEN schema > $5 THEN schema ELSE $5 END
             WHERE id = $1",
            (one.document_id, one.until, one.at, one.actor, one.schema),
        )
        .await?;
    }
    Ok(settled)
}

/// Takes what has been settled out of the tail.
pub async fn clear(tx: &mut Tx) -> sqlx::Result<()> {
    tx.execute(
        "DELETE FROM document_tail WHERE NOT EXISTS (
             SELECT 1 FROM document d WHERE d.id = document_tail.document_id AND d.seq < document_tail.seq
         )",
        (),
    )
    .await?;
    Ok(())
}

/// The schema of the newest editor that has written in the document.
pub async fn schema(db: &Db, document: DocumentId) -> sqlx::Result<i64> {
    let row: Option<(i64,)> = db
        .optional(
            "SELECT CASE WHEN u.schema > d.schema THEN u.schema ELSE d.schema END
             FROM document d LEFT JOIN document_unsettled u ON u.document_id = d.id WHERE d.id = $1",
            (document.0,),
        )
        .await?;
    Ok(row.map_or(0, |(schema,)| schema))
}

/// The snapshot, if there is one, as (seq, bytes).
pub async fn snapshot(db: &Db, document: DocumentId) -> sqlx::Result<Option<(i64, Vec<u8>)>> {
    db.optional("SELECT seq, bytes FROM document_snapshot WHERE document_id = $1", (document.0,)).await
}

/// Updates after a place in the log that are not packed, as (seq, bytes).
pub async fn updates_after(db: &Db, document: DocumentId, seq: i64, limit: i64) -> sqlx::Result<Vec<(i64, Vec<u8>)>> {
    db.all(
        "SELECT seq, bytes FROM document_log WHERE document_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        (document.0, seq, limit),
    )
    .await
}

pub async fn put_snapshot(db: &Db, document: DocumentId, seq: i64, bytes: Vec<u8>) -> sqlx::Result<()> {
    db.execute(
        "INSERT INTO document_snapshot (document_id, seq, bytes) VALUES ($1, $2, $3)
         ON CONFLICT (document_id) DO UPDATE SET seq = excluded.seq, bytes = excluded.bytes
         WHERE excluded.seq >= document_snapshot.seq",
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

/// The oldest updates that are settled and not packed yet, up to `until`.
pub async fn to_pack(tx: &mut Tx, document: DocumentId, until: i64, limit: i64) -> sqlx::Result<Vec<Logged>> {
    tx.all(
        "SELECT seq, at, actor, bytes FROM document_update WHERE document_id = $1 AND seq <= $2 ORDER BY seq LIMIT $3",
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
