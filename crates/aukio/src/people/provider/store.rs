//! The table `provider_identity`, and what must be known to leave a person one way in.

use aukio_core::{PersonId, Time};

use crate::db::{Db, Queries, Tx};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Identity {
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

pub(super) async fn of_person(db: &Db, person: PersonId) -> sqlx::Result<Vec<Identity>> {
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

/// Whether somebody can still sign in: by an address that takes mailed links, a provider, or a passkey.
pub(in crate::people) async fn has_a_way_in(tx: &mut Tx, person: PersonId) -> sqlx::Result<bool> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT id FROM person p WHERE id = $1 AND (email_key IS NOT NULL
                 OR EXISTS (SELECT 1 FROM provider_identity WHERE person_id = p.id)
                 OR EXISTS (SELECT 1 FROM passkey WHERE person_id = p.id))",
            (person.0,),
        )
        .await?;
    Ok(row.is_some())
}
