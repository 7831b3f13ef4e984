//! What becomes of a message: its earlier texts, and taking it away.

use aukio_core::{Language, MessageId, PersonId, Time};

use crate::db::{Db, Queries, Tx};
use crate::spaces::store::language;
use crate::threads::{Message, Revision};

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

/// Keeps what a message says before it is rewritten.
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

/// Gives a message another text, as of `at`.
pub async fn rewrite(tx: &mut Tx, message: MessageId, body: &str, language: Language, at: Time) -> sqlx::Result<()> {
    tx.execute(
        "UPDATE message SET body = $2, language = $3, edited_at = $4 WHERE id = $1",
        (message.0, body.to_owned(), language.tag().to_owned(), at.microseconds()),
    )
    .await?;
    Ok(())
}

/// Takes the text of a message and its earlier texts away for good; who did it, why and when stays.
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
