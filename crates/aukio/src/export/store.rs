//! The site's rows as an export reads them: all of them, whoever may read, in one moment of the database.
//! Lists are read in portions, by id.

use aukio_core::{DocumentId, PersonId};

use crate::db::{Queries, Tx};
use crate::documents::log::burst::Logged;
use crate::documents::log::store as documents;

/// Rows read at once.
pub const PORTION: i64 = 500;

#[derive(sqlx::FromRow)]
pub struct Person {
    pub id: i64,
    pub external_id: Option<String>,
    pub name: String,
    pub email: Option<String>,
    pub sector: String,
    pub organisation: String,
    pub language: String,
    pub password_hash: Option<String>,
    pub administrator: bool,
    pub created_at: i64,
    pub acted_at: Option<i64>,
    pub closed_at: Option<i64>,
    pub reading_order: Option<String>,
}

pub async fn people(tx: &mut Tx, after: i64) -> sqlx::Result<Vec<Person>> {
    tx.all(
        "SELECT p.id, p.external_id, p.name, p.email, p.sector, p.organisation, p.language, p.password_hash,
                p.administrator, p.created_at, p.acted_at, p.closed_at, r.reading_order
         FROM person p LEFT JOIN reader r ON r.person_id = p.id WHERE p.id > $1 ORDER BY p.id LIMIT $2",
        (after, PORTION),
    )
    .await
}

#[derive(sqlx::FromRow)]
pub struct Space {
    pub id: i64,
    pub external_id: Option<String>,
    pub parent_id: Option<i64>,
    pub kind: String,
    pub slug: String,
    pub name: String,
    pub purpose: String,
    pub theme: String,
    pub output: String,
    pub outcome: String,
    pub language: String,
    pub audience: i64,
    pub joining: String,
    pub created_by: Option<i64>,
    pub created_at: i64,
    pub ends_at: Option<i64>,
}

pub async fn spaces(tx: &mut Tx, after: i64) -> sqlx::Result<Vec<Space>> {
    tx.all(
        "SELECT id, external_id, parent_id, kind, slug, name, purpose, theme, output, outcome, language, audience,
                joining, created_by, created_at, ends_at
         FROM space WHERE id > $1 ORDER BY id LIMIT $2",
        (after, PORTION),
    )
    .await
}

/// Everybody in a space: person, role, since when. A list of members is as long as the space is large.
pub async fn members(tx: &mut Tx, space: i64) -> sqlx::Result<Vec<(i64, String, i64)>> {
    tx.all(
        "SELECT person_id, role, joined_at FROM membership WHERE space_id = $1 ORDER BY joined_at, person_id",
        (space,),
    )
    .await
}

pub async fn requests(tx: &mut Tx, space: i64) -> sqlx::Result<Vec<(i64, String, i64)>> {
    tx.all(
        "SELECT person_id, reason, created_at FROM join_request WHERE space_id = $1 ORDER BY created_at, person_id",
        (space,),
    )
    .await
}

#[derive(sqlx::FromRow)]
pub struct Document {
    pub id: i64,
    pub external_id: Option<String>,
    pub space_id: i64,
    pub audience: i64,
    pub kind: String,
    pub state: String,
    pub title: String,
    pub language: String,
    pub author_id: i64,
    pub created_at: i64,
    pub seq: i64,
}

pub async fn documents(tx: &mut Tx, after: i64) -> sqlx::Result<Vec<Document>> {
    tx.all(
        "SELECT d.id, d.external_id, d.space_id, d.audience, d.kind, d.state, d.title, d.language, d.author_id,
                d.created_at, d.seq + COALESCE(u.updates, 0) AS seq
         FROM document d LEFT JOIN document_unsettled u ON u.document_id = d.id WHERE d.id > $1 ORDER BY d.id LIMIT $2",
        (after, PORTION),
    )
    .await
}

/// All updates of a document, packed ones and loose ones, in their order.
///
/// # Errors
/// A pack cannot be read, or an update is missing in between.
pub async fn log(tx: &mut Tx, document: i64) -> anyhow::Result<Vec<Logged>> {
    let mut log: Vec<Logged> = Vec::new();
    let last = |log: &[Logged]| log.last().map_or(0, |update| update.seq);
    loop {
        let pack: Option<(i64, Vec<u8>)> = tx
            .optional(
                "SELECT first_seq, bytes FROM document_history WHERE document_id = $1 AND first_seq > $2
                 ORDER BY first_seq LIMIT 1",
                (document, last(&log)),
            )
            .await?;
        let Some((first, pack)) = pack else { break };
        let past = aukio_sync::history::unpack(&pack)?;
        let update = |(seq, past): (i64, aukio_sync::history::Past)| Logged {
            seq,
            at: past.at,
            actor: past.update.actor.map(PersonId),
            bytes: past.update.bytes,
        };
        log.extend((first..).zip(past).map(update));
    }
    loop {
        let id = DocumentId(document);
        let mut portion = documents::in_bursts(&mut *tx, id, last(&log)).await?;
        if portion.is_empty() {
            portion = documents::in_tail(&mut *tx, id, last(&log), PORTION).await?;
        }
        if portion.is_empty() {
            break;
        }
        log.extend(portion);
    }
    let gap = log.iter().zip(1..).find(|(update, seq)| update.seq != *seq);
    anyhow::ensure!(gap.is_none(), "the update {} is missing in its log", gap.map_or(0, |(_, seq)| seq));
    Ok(log)
}

#[derive(sqlx::FromRow)]
pub struct Version {
    pub first_seq: i64,
    pub last_seq: i64,
    pub begun_at: i64,
    pub ended_at: i64,
    pub name: Option<String>,
    pub named_by: Option<i64>,
}

pub async fn versions(tx: &mut Tx, document: i64) -> sqlx::Result<Vec<Version>> {
    tx.all(
        "SELECT first_seq, last_seq, begun_at, ended_at, name, named_by FROM document_version
         WHERE document_id = $1 ORDER BY first_seq",
        (document,),
    )
    .await
}

/// Sitting and writer.
pub async fn version_writers(tx: &mut Tx, document: i64) -> sqlx::Result<Vec<(i64, i64)>> {
    tx.all(
        "SELECT first_seq, person_id FROM document_version_writer WHERE document_id = $1
         ORDER BY first_seq, person_id",
        (document,),
    )
    .await
}

#[derive(sqlx::FromRow)]
pub struct Thread {
    pub id: i64,
    pub external_id: Option<String>,
    pub space_id: i64,
    pub audience: i64,
    pub document_id: Option<i64>,
    pub title: String,
    pub language: String,
    pub author_id: i64,
    pub created_at: i64,
}

pub async fn threads(tx: &mut Tx, after: i64) -> sqlx::Result<Vec<Thread>> {
    tx.all(
        "SELECT id, external_id, space_id, audience, document_id, title, language, author_id, created_at
         FROM thread WHERE id > $1 ORDER BY id LIMIT $2",
        (after, PORTION),
    )
    .await
}

#[derive(sqlx::FromRow)]
pub struct Message {
    pub id: i64,
    pub external_id: Option<String>,
    pub number: i64,
    pub parent: Option<i64>,
    pub author_id: i64,
    pub body: String,
    pub language: String,
    pub posted_at: i64,
    pub edited_at: Option<i64>,
    pub withdrawn_by: Option<i64>,
    pub reason: Option<String>,
    pub withdrawn_at: Option<i64>,
}

pub async fn messages(tx: &mut Tx, thread: i64, after: i64) -> sqlx::Result<Vec<Message>> {
    tx.all(
        "SELECT m.id, m.external_id, m.number, m.parent, m.author_id, m.body, m.language, m.posted_at, m.edited_at,
                w.by_person AS withdrawn_by, w.reason, w.at AS withdrawn_at
         FROM message m LEFT JOIN withdrawal w ON w.message_id = m.id
         WHERE m.thread_id = $1 AND m.number > $2 ORDER BY m.number LIMIT $3",
        (thread, after, PORTION),
    )
    .await
}

/// What a message said before: text, language, since when.
pub async fn revisions(tx: &mut Tx, message: i64) -> sqlx::Result<Vec<(String, String, i64)>> {
    tx.all(
        "SELECT body, language, written_at FROM message_revision WHERE message_id = $1 ORDER BY revision",
        (message,),
    )
    .await
}
