//! Rows of `join_request`: those who wait for an answer.

use aukio_core::{PersonId, SpaceId, Time};

use crate::db::{Db, Queries, Tx};

/// Whether this person waits for an answer.
pub async fn has_asked(db: &Db, space: SpaceId, person: PersonId) -> sqlx::Result<bool> {
    let row: Option<(i64,)> = db
        .optional("SELECT created_at FROM join_request WHERE space_id = $1 AND person_id = $2", (space.0, person.0))
        .await?;
    Ok(row.is_some())
}

/// Those who wait, the longest first.
pub async fn requests(db: &Db, space: SpaceId) -> sqlx::Result<Vec<(i64, String)>> {
    db.all("SELECT person_id, reason FROM join_request WHERE space_id = $1 ORDER BY created_at LIMIT 100", (space.0,))
        .await
}

/// Asks to be let in; asking again changes the reason and keeps the place in the queue.
pub async fn ask(db: &Db, space: SpaceId, person: PersonId, reason: &str, at: Time) -> sqlx::Result<()> {
    db.execute(
        "INSERT INTO join_request (space_id, person_id, reason, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (space_id, person_id) DO UPDATE SET reason = excluded.reason",
        (space.0, person.0, reason.to_owned(), at.microseconds()),
    )
    .await?;
    Ok(())
}

/// Whether somebody waited for the answer that was given.
pub async fn forget_request(tx: &mut Tx, space: SpaceId, person: PersonId) -> sqlx::Result<bool> {
    let gone =
        tx.execute("DELETE FROM join_request WHERE space_id = $1 AND person_id = $2", (space.0, person.0)).await?;
    Ok(gone > 0)
}
