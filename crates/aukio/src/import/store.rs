//! Puts the marks of an export on rows that the acts have just made. Deliberately absent: everything that an
//! act can do.

use aukio_core::{DocumentId, PersonId, SpaceId, ThreadId, Time};

use super::{marks, row};
use crate::db::{Queries, Tx};

pub(super) async fn mark_person(tx: &mut Tx, person: PersonId, marks: marks::Person) -> sqlx::Result<()> {
    tx.execute(
        "UPDATE person SET acted_at = $2, password_hash = $3 WHERE id = $1",
        (person.0, marks.acted_at.map(Time::microseconds), marks.password_hash),
    )
    .await?;
    if let Some(at) = marks.closed_at {
        tx.execute(
            "UPDATE person SET closed_at = $2, name = '', name_sort = $3 WHERE id = $1",
            (person.0, at.microseconds(), Vec::<u8>::new()),
        )
        .await?;
    }
    if let Some(order) = marks.reading {
        tx.execute("INSERT INTO reader (person_id, reading_order) VALUES ($1, $2)", (person.0, order)).await?;
    }
    Ok(())
}

pub(super) async fn set_joining(tx: &mut Tx, space: SpaceId, joining: String) -> sqlx::Result<()> {
    tx.execute("UPDATE space SET joining = $2 WHERE id = $1", (space.0, joining)).await?;
    Ok(())
}

pub(super) async fn ask(tx: &mut Tx, space: SpaceId, person: PersonId, reason: &str, at: Time) -> sqlx::Result<()> {
    tx.execute(
        "INSERT INTO join_request (space_id, person_id, reason, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (space_id, person_id) DO NOTHING",
        (space.0, person.0, reason.to_owned(), at.microseconds()),
    )
    .await?;
    Ok(())
}

pub(super) async fn mark_message(
    tx: &mut Tx,
    thread: ThreadId,
    number: i64,
    body: &str,
    marks: marks::Message,
) -> sqlx::Result<()> {
    let (id,): (i64,) = tx
        .one(
            "UPDATE message SET body = $3, language = $4, edited_at = $5 WHERE thread_id = $1 AND number = $2
             RETURNING id",
            (
                thread.0,
                number,
                body.to_owned(),
                marks.language.tag().to_owned(),
                marks.edited_at.map(Time::microseconds),
            ),
        )
        .await?;
    for (revision, earlier) in marks.earlier.into_iter().enumerate() {
        tx.execute(
            "INSERT INTO message_revision (message_id, revision, body, language, written_at)
             VALUES ($1, $2, $3, $4, $5)",
            (id, revision as i64, earlier.body, earlier.language.tag().to_owned(), earlier.at.microseconds()),
        )
        .await?;
    }
    if let Some(withdrawal) = marks.withdrawal {
        tx.execute(
            "INSERT INTO withdrawal (message_id, by_person, reason, at) VALUES ($1, $2, $3, $4)",
            (id, withdrawal.by.0, withdrawal.reason, withdrawal.at.microseconds()),
        )
        .await?;
    }
    Ok(())
}

/// False when it was there already.
pub(super) async fn put_version(
    tx: &mut Tx,
    document: DocumentId,
    version: row::Version,
    (begun, ended): (Time, Time),
    named_by: Option<PersonId>,
    writers: Vec<PersonId>,
) -> sqlx::Result<bool> {
    let put = tx
        .execute(
            "INSERT INTO document_version (document_id, first_seq, last_seq, begun_at, ended_at, name, named_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (document_id, first_seq) DO NOTHING",
            (
                document.0,
                version.first,
                version.last,
                begun.microseconds(),
                ended.microseconds(),
                version.name,
                named_by.map(|person| person.0),
            ),
        )
        .await?;
    for writer in writers {
        tx.execute(
            "INSERT INTO document_version_writer (document_id, first_seq, person_id) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
            (document.0, version.first, writer.0),
        )
        .await?;
    }
    Ok(put > 0)
}
