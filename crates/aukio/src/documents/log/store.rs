//! The only file that knows the columns of a document's log.
//!
//! An update takes three steps through the tables. It is committed to `document_tail`, where the updates of all
//! documents stand as they came, so that a commit writes one place whoever writes where. A moment later it is
//! *settled*: put into a [`Burst`] with the other new updates of its document, and the document's row tells of it. What
//! has been settled leaves the tail together; what has not has a higher number than the document's row, which is what
//! the view `document_unsettled` counts. In the end bursts are packed into `document_history`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aukio_core::{DocumentId, PersonId, SpaceId, Time};
use data_encoding::HEXLOWER_PERMISSIVE;

use super::burst::{Burst, Logged, UPDATES_MOST, bursts};
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
        postgres:
            "SELECT d.id, COALESCE((SELECT MAX(tail.seq) FROM document_tail tail WHERE tail.document_id = d.id), d.seq)
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

/// Updates of a document that have been settled together.
pub struct Settled {
    pub document: DocumentId,
    pub space: SpaceId,
    /// The number of the last update before them.
    pub after: i64,
    /// The number of the last of them.
    pub until: i64,
    /// When the first and the last of them were written.
    pub begun_at: Time,
    pub ended_at: Time,
    /// Who wrote the last of them; if nobody did, who wrote before.
    pub writer: PersonId,
    /// All who wrote, and when last.
    pub writers: BTreeMap<PersonId, i64>,
    /// The schema of the newest editor among those who wrote them.
    schema: i64,
}

/// The updates of a document that are not settled. A row for each of them would take longer to fetch than all the rest;
/// so each column is one text, a list in JSON, and the bytes are one after the other, in hexadecimal digits.
#[derive(sqlx::FromRow)]
struct Unsettled {
    document_id: i64,
    space_id: i64,
    after: i64,
    edited_by: i64,
    schema: i64,
    numbers: String,
    moments: String,
    authors: String,
    lengths: String,
    bytes: String,
}

impl Unsettled {
    /// The updates by their numbers; `None` when the columns do not fit together.
    fn updates(&self) -> Option<Vec<Logged>> {
        let numbers: Vec<i64> = serde_json::from_str(&self.numbers).ok()?;
        let moments: Vec<i64> = serde_json::from_str(&self.moments).ok()?;
        let authors: Vec<Option<i64>> = serde_json::from_str(&self.authors).ok()?;
        let lengths: Vec<usize> = serde_json::from_str(&self.lengths).ok()?;
        let (mut updates, mut digits) = (Vec::with_capacity(numbers.len()), self.bytes.as_str());
        for (((seq, at), actor), length) in numbers.into_iter().zip(moments).zip(authors).zip(lengths) {
            let (these, rest) = digits.split_at_checked(2 * length)?;
            let bytes = HEXLOWER_PERMISSIVE.decode(these.as_bytes()).ok()?;
            updates.push(Logged { seq, at, actor: actor.map(PersonId), bytes });
            digits = rest;
        }
        updates.sort_by_key(|update| update.seq);
        digits.is_empty().then_some(updates)
    }
}

/// Gathers the updates of these documents from the tail into bursts, and notes on the documents who wrote and when.
/// What somebody else has settled meanwhile is left out of the answer. [`clear`] takes them out of the tail.
pub async fn settle(tx: &mut Tx, documents: &[DocumentId]) -> sqlx::Result<Vec<Settled>> {
    // All lists of a document are made in one go through its rows, and so in one order.
    const UNSETTLED: Sql = Sql {
        sqlite: "SELECT d.id AS document_id, d.space_id, d.seq AS after, d.edited_by, MAX(tail.schema) AS schema,
                        json_group_array(tail.seq) AS numbers, json_group_array(tail.at) AS moments,
                        json_group_array(tail.actor) AS authors, json_group_array(length(tail.bytes)) AS lengths,
                        group_concat(hex(tail.bytes), '') AS bytes
                 FROM document_tail tail JOIN document d ON d.id = tail.document_id AND tail.seq > d.seq
                 WHERE tail.document_id IN (SELECT value FROM json_each($1)) GROUP BY d.id ORDER BY d.id",
        postgres: "SELECT d.id AS document_id, d.space_id, d.seq AS after, d.edited_by, MAX(tail.schema) AS schema,
                          CAST(json_agg(tail.seq) AS TEXT) AS numbers, CAST(json_agg(tail.at) AS TEXT) AS moments,
                          CAST(json_agg(tail.actor) AS TEXT) AS authors,
                          CAST(json_agg(length(tail.bytes)) AS TEXT) AS lengths,
                          string_agg(encode(tail.bytes, 'hex'), '') AS bytes
                   FROM document_tail tail JOIN document d ON d.id = tail.document_id AND tail.seq > d.seq
                   WHERE tail.document_id IN
                       (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS JSON)))
                   GROUP BY d.id ORDER BY d.id",
    };
    let ids: Vec<i64> = documents.iter().map(|document| document.0).collect();
    let ids = json(&ids);
    lock(tx, &ids).await?;
    let text = UNSETTLED.on(&&mut *tx);
    let rows: Vec<Unsettled> = tx.all(text, (ids,)).await?;
    let (mut settled, mut gathered) = (Vec::new(), Vec::new());
    for row in rows {
        let document = DocumentId(row.document_id);
        // Numbers that do not meet must not be moved: the next ones would be handed out twice. What the tail holds is safe.
        let follows =
            |updates: &Vec<Logged>| updates.iter().zip(row.after + 1..).all(|(update, seq)| update.seq == seq);
        let updates = row.updates().filter(follows).unwrap_or_default();
        let Some(last) = updates.last() else {
            tracing::error!(%document, "the newest updates do not follow the others and stay in the tail");
            continue;
        };
        let mut writers = BTreeMap::new();
        for (writer, at) in updates.iter().filter_map(|update| Some((update.actor?, update.at))) {
            let last: &mut i64 = writers.entry(writer).or_insert(at);
            *last = at.max(*last);
        }
        settled.push(Settled {
            document,
            space: SpaceId(row.space_id),
            after: row.after,
            until: last.seq,
            begun_at: Time::from_microseconds(updates.iter().map(|update| update.at).min().unwrap_or(last.at)),
            ended_at: Time::from_microseconds(updates.iter().map(|update| update.at).max().unwrap_or(last.at)),
            writer: last.actor.unwrap_or(PersonId(row.edited_by)),
            writers,
            schema: row.schema,
        });
        gathered.extend(bursts(&updates).map(|updates| (document, updates.len(), Burst::of(updates))));
    }
    if !settled.is_empty() {
        keep(tx, gathered).await?;
        tell_documents(tx, &settled).await?;
    }
    Ok(settled)
}

/// Writes bursts, each with its document and the number of its updates.
async fn keep(tx: &mut Tx, gathered: Vec<(DocumentId, usize, Burst)>) -> sqlx::Result<()> {
    const KEEP: Sql = Sql {
        sqlite: "INSERT INTO document_burst (document_id, first_seq, last_seq, places, bytes)
                 SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, substr($2, value ->> 4, value ->> 5)
                 FROM json_each($1)",
        postgres: "INSERT INTO document_burst (document_id, first_seq, last_seq, places, bytes)
                   SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT),
                          value ->> 3,
                          substring($2 FROM CAST(value ->> 4 AS INTEGER) FOR CAST(value ->> 5 AS INTEGER))
                   FROM json_array_elements(CAST($1 AS JSON))",
    };
    let (mut listed, mut bytes) = (Vec::new(), Vec::new());
    for (document, count, burst) in gathered {
        let last = burst.first_seq + count as i64 - 1;
        listed.push((document.0, burst.first_seq, last, burst.places, bytes.len() + 1, burst.bytes.len()));
        bytes.extend(burst.bytes);
    }
    let text = KEEP.on(&&mut *tx);
    tx.execute(text, (json(&listed), bytes)).await?;
    Ok(())
}

async fn tell_documents(tx: &mut Tx, settled: &[Settled]) -> sqlx::Result<()> {
    const WRITERS: Sql = Sql {
        sqlite: "INSERT INTO document_writer (document_id, person_id, last_at)
                 SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($1) WHERE TRUE
                 ON CONFLICT (document_id, person_id) DO UPDATE SET last_at = excluded.last_at",
        postgres: "INSERT INTO document_writer (document_id, person_id, last_at)
                   SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT)
                   FROM json_array_elements(CAST($1 AS JSON))
                   ON CONFLICT (document_id, person_id) DO UPDATE SET last_at = excluded.last_at",
    };
    const DOCUMENTS: Sql = Sql {
        sqlite: "UPDATE document SET seq = json_each.value ->> 1, journalled_seq = json_each.value ->> 1,
                        edited_at = MAX(edited_at, json_each.value ->> 2), edited_by = json_each.value ->> 3,
                        schema = MAX(schema, json_each.value ->> 4)
                 FROM json_each($1) WHERE document.id = json_each.value ->> 0",
        postgres: "UPDATE document SET seq = CAST(new.value ->> 1 AS BIGINT),
                          journalled_seq = CAST(new.value ->> 1 AS BIGINT),
                          edited_at = GREATEST(edited_at, CAST(new.value ->> 2 AS BIGINT)),
                          edited_by = CAST(new.value ->> 3 AS BIGINT),
                          schema = GREATEST(schema, CAST(new.value ->> 4 AS BIGINT))
                   FROM json_array_elements(CAST($1 AS JSON)) AS new
                   WHERE document.id = CAST(new.value ->> 0 AS BIGINT)",
    };
    let writers: Vec<_> =
        settled.iter().flat_map(|one| one.writers.iter().map(|(writer, at)| (one.document.0, writer.0, at))).collect();
    let text = WRITERS.on(&&mut *tx);
    tx.execute(text, (json(&writers),)).await?;
    let documents: Vec<_> = settled
        .iter()
        .map(|one| (one.document.0, one.until, one.ended_at.microseconds(), one.writer.0, one.schema))
        .collect();
    let text = DOCUMENTS.on(&&mut *tx);
    tx.execute(text, (json(&documents),)).await?;
    Ok(())
}

/// Takes what has been settled out of the tail.
pub async fn clear(tx: &mut Tx) -> sqlx::Result<()> {
    const LEFT: &str = "SELECT COUNT(*) FROM document_tail WHERE EXISTS (
        SELECT 1 FROM document d WHERE d.id = document_tail.document_id AND d.seq < document_tail.seq
    )";
    const SETTLED: &str = "DELETE FROM document_tail WHERE NOT EXISTS (
        SELECT 1 FROM document d WHERE d.id = document_tail.document_id AND d.seq < document_tail.seq
    )";
    if Queries::is_postgres(&&mut *tx) {
        tx.execute(SETTLED, ()).await?;
        return Ok(());
    }
    // SQLite gives a table's pages back unseen when all of it goes, and else writes each page that it takes a row from.
    // Nobody else appends meanwhile.
    let (left,): (i64,) = tx.one(LEFT, ()).await?;
    // What goes from here stands in bursts for good: wiping its pages would hide nothing.
    tx.execute("PRAGMA secure_delete = FAST", ()).await?;
    let cleared = tx.execute(if left == 0 { "DELETE FROM document_tail" } else { SETTLED }, ()).await;
    tx.execute("PRAGMA secure_delete = ON", ()).await?;
    cleared.map(drop)
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

/// Updates after a place in the log that are in bursts, of some bursts at a time.
pub async fn in_bursts(db: impl Queries, document: DocumentId, seq: i64) -> sqlx::Result<Vec<Logged>> {
    const BURSTS: i64 = 200;
    let bursts: Vec<Burst> = db
        .all(
            "SELECT first_seq, places, bytes FROM document_burst
             WHERE document_id = $1 AND first_seq > $2 AND last_seq > $3 ORDER BY first_seq LIMIT $4",
            // The burst that the place is in the middle of may have begun so much before.
            (document.0, seq - UPDATES_MOST as i64, seq, BURSTS),
        )
        .await?;
    let mut updates = Vec::new();
    for burst in bursts {
        updates.extend(burst.updates(document).map_err(|damaged| sqlx::Error::Decode(damaged.into()))?);
    }
    updates.retain(|update| update.seq > seq);
    Ok(updates)
}

/// Updates after a place in the log that are in the tail, settled already or not.
pub async fn in_tail(db: impl Queries, document: DocumentId, seq: i64, limit: i64) -> sqlx::Result<Vec<Logged>> {
    let rows: Vec<(i64, i64, Option<i64>, Vec<u8>)> = db
        .all(
            "SELECT seq, at, actor, bytes FROM document_tail WHERE document_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
            (document.0, seq, limit),
        )
        .await?;
    let logged = |(seq, at, actor, bytes): (i64, i64, Option<i64>, Vec<u8>)| Logged {
        seq,
        at,
        actor: actor.map(PersonId),
        bytes,
    };
    Ok(rows.into_iter().map(logged).collect())
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

/// The updates of the oldest bursts that end by `until`: of one burst at least, and of more as long as they have no more
/// updates and bytes together than this.
pub async fn to_pack(
    tx: &mut Tx,
    document: DocumentId,
    until: i64,
    updates_most: usize,
    bytes_most: usize,
) -> sqlx::Result<Vec<Logged>> {
    const BURSTS: i64 = 200;
    let (mut updates, mut bytes, mut after) = (Vec::new(), 0, 0);
    loop {
        let bursts: Vec<Burst> = tx
            .all(
                "SELECT first_seq, places, bytes FROM document_burst
                 WHERE document_id = $1 AND first_seq > $2 AND last_seq <= $3 ORDER BY first_seq LIMIT $4",
                (document.0, after, until, BURSTS),
            )
            .await?;
        if bursts.is_empty() {
            return Ok(updates);
        }
        for burst in bursts {
            bytes += burst.bytes.len();
            let more = burst.updates(document).map_err(|damaged| sqlx::Error::Decode(damaged.into()))?;
            if !updates.is_empty() && (updates.len() + more.len() > updates_most || bytes > bytes_most) {
                return Ok(updates);
            }
            after = more.last().map_or(after, |update| update.seq);
            updates.extend(more);
        }
    }
}

/// Puts a pack in the place of the bursts that are in it.
pub async fn put_pack(tx: &mut Tx, document: DocumentId, first: i64, last: i64, bytes: Vec<u8>) -> sqlx::Result<()> {
    tx.execute(
        "INSERT INTO document_history (document_id, first_seq, last_seq, bytes) VALUES ($1, $2, $3, $4)",
        (document.0, first, last, bytes),
    )
    .await?;
    tx.execute(
        "DELETE FROM document_burst WHERE document_id = $1 AND first_seq >= $2 AND last_seq <= $3",
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
