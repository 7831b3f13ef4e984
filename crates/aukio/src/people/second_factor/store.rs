//! The tables `second_factor` and `recovery_code`.

use aukio_core::{PersonId, Time};

use crate::db::{Db, Queries, Tx};

#[derive(sqlx::FromRow)]
pub(super) struct Factor {
    pub secret: Vec<u8>,
    pub active: bool,
    pub last_step: i64,
}

pub(super) async fn of(db: &Db, person: PersonId) -> sqlx::Result<Option<Factor>> {
    db.optional("SELECT secret, active, last_step FROM second_factor WHERE person_id = $1", (person.0,)).await
}

/// The secret on offer: the one given, unless there is one already.
pub(super) async fn offer(db: &Db, person: PersonId, secret: Vec<u8>, at: Time) -> sqlx::Result<Vec<u8>> {
    let mut tx = db.begin().await?;
    tx.execute(
        "INSERT INTO second_factor (person_id, secret, active, last_step, created_at)
         VALUES ($1, $2, $3, CAST(0 AS BIGINT), $4) ON CONFLICT (person_id) DO NOTHING",
        (person.0, secret, false, at.microseconds()),
    )
    .await?;
    let (secret,): (Vec<u8>,) = tx.one("SELECT secret FROM second_factor WHERE person_id = $1", (person.0,)).await?;
    tx.commit().await?;
    Ok(secret)
}

/// False when somebody else was quicker.
pub(super) async fn activate(tx: &mut Tx, person: PersonId, step: i64) -> sqlx::Result<bool> {
    let rows = tx
        .execute(
            "UPDATE second_factor SET active = $3, last_step = $2 WHERE person_id = $1 AND NOT active",
            (person.0, step, true),
        )
        .await?;
    Ok(rows == 1)
}

/// Notes the step of a code: of two who bring the same code at once, one gets in.
pub(super) async fn use_step(tx: &mut Tx, person: PersonId, step: i64) -> sqlx::Result<bool> {
    let rows = tx
        .execute("UPDATE second_factor SET last_step = $2 WHERE person_id = $1 AND last_step < $2", (person.0, step))
        .await?;
    Ok(rows == 1)
}

pub(super) async fn remove(tx: &mut Tx, person: PersonId) -> sqlx::Result<()> {
    tx.execute("DELETE FROM second_factor WHERE person_id = $1", (person.0,)).await?;
    forget_codes(tx, person).await
}

pub(super) async fn keep_code(tx: &mut Tx, person: PersonId, hash: Vec<u8>) -> sqlx::Result<()> {
    tx.execute("INSERT INTO recovery_code (code_hash, person_id) VALUES ($1, $2)", (hash, person.0)).await?;
    Ok(())
}

pub(super) async fn use_code(tx: &mut Tx, person: PersonId, hash: Vec<u8>) -> sqlx::Result<bool> {
    let rows =
        tx.execute("DELETE FROM recovery_code WHERE code_hash = $1 AND person_id = $2", (hash, person.0)).await?;
    Ok(rows == 1)
}

pub(super) async fn forget_codes(tx: &mut Tx, person: PersonId) -> sqlx::Result<()> {
    tx.execute("DELETE FROM recovery_code WHERE person_id = $1", (person.0,)).await?;
    Ok(())
}

pub(super) async fn codes_left(db: &Db, person: PersonId) -> sqlx::Result<i64> {
    let (left,): (i64,) = db.one("SELECT COUNT(*) FROM recovery_code WHERE person_id = $1", (person.0,)).await?;
    Ok(left)
}

/// Whether somebody takes care of others' things: an administrator, or a coordinator of any network.
pub(super) async fn is_caretaker(db: &Db, person: PersonId) -> sqlx::Result<bool> {
    let row: Option<(i64,)> = db
        .optional(
            "SELECT id FROM person p WHERE id = $1 AND closed_at IS NULL AND (administrator OR EXISTS
                 (SELECT 1 FROM membership WHERE person_id = p.id AND role = 'coordinator'))",
            (person.0,),
        )
        .await?;
    Ok(row.is_some())
}
