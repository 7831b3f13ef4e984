//! The table `provider_identity`.

use aukio_core::{PersonId, Time};

use crate::db::{Queries, Tx};

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Identity {
    pub issuer: String,
    pub subject: String,
    pub created_at: i64,
}

/// Whose identity this is.
pub(super) async fn owner(db: impl Queries, issuer: &str, subject: &str) -> sqlx::Result<Option<PersonId>> {
    let row: Option<(i64,)> = db
        .optional(
            "SELECT person_id FROM provider_identity WHERE issuer = $1 AND subject = $2",
            (issuer.to_owned(), subject.to_owned()),
        )
        .await?;
    Ok(row.map(|(person,)| PersonId(person)))
}

pub(super) async fn of_person(db: impl Queries, person: PersonId) -> sqlx::Result<Vec<Identity>> {
    db.all(
        "SELECT issuer, subject, created_at FROM provider_identity WHERE person_id = $1 ORDER BY created_at LIMIT 50",
        (person.0,),
    )
    .await
}

/// False when somebody has it already.
pub(super) async fn link(tx: &mut Tx, issuer: &str, subject: &str, person: PersonId, at: Time) -> sqlx::Result<bool> {
    let rows = tx
        .execute(
            "INSERT INTO provider_identity (issuer, subject, person_id, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (issuer, subject) DO NOTHING",
            (issuer.to_owned(), subject.to_owned(), person.0, at.microseconds()),
        )
        .await?;
    Ok(rows == 1)
}

pub(super) async fn unlink(tx: &mut Tx, issuer: &str, subject: &str, person: PersonId) -> sqlx::Result<bool> {
    let rows = tx
        .execute(
            "DELETE FROM provider_identity WHERE issuer = $1 AND subject = $2 AND person_id = $3",
            (issuer.to_owned(), subject.to_owned(), person.0),
        )
        .await?;
    Ok(rows == 1)
}
