//! The tables `second_factor` and `recovery_code`.

use aukio_core::{PersonId, Time};

use super::vault::Sealed;
use crate::db::{Db, Queries, Tx};

#[derive(sqlx::FromRow)]
pub(super) struct Factor {
    secret: Vec<u8>,
    pub key_id: Option<String>,
    pub active: bool,
    pub last_step: i64,
    created_at: i64,
}

impl Factor {
    pub fn sealed(&self) -> Sealed {
        Sealed { bytes: self.secret.clone(), key_id: self.key_id.clone() }
    }

    /// Whether it is still on offer and was offered after a moment.
    pub fn is_offered_after(&self, oldest: Time) -> bool {
        !self.active && Time::from_microseconds(self.created_at) > oldest
    }
}

pub(super) async fn of(db: &Db, person: PersonId) -> sqlx::Result<Option<Factor>> {
    db.optional(
        "SELECT secret, key_id, active, last_step, created_at FROM second_factor WHERE person_id = $1",
        (person.0,),
    )
    .await
}

/// The secret on offer: the one given, unless there is one that was offered after `oldest`.
pub(super) async fn offer(db: &Db, person: PersonId, sealed: Sealed, at: Time, oldest: Time) -> sqlx::Result<Sealed> {
    let mut tx = db.begin().await?;
    tx.execute(
        "DELETE FROM second_factor WHERE person_id = $1 AND NOT active AND created_at <= $2",
        (person.0, oldest.microseconds()),
    )
    .await?;
    tx.execute(
        "INSERT INTO second_factor (person_id, secret, key_id, active, last_step, created_at)
         VALUES ($1, $2, $5, $3, CAST(0 AS BIGINT), $4) ON CONFLICT (person_id) DO NOTHING",
        (person.0, sealed.bytes, false, at.microseconds(), sealed.key_id),
    )
    .await?;
    let (bytes, key_id): (Vec<u8>, Option<String>) =
        tx.one("SELECT secret, key_id FROM second_factor WHERE person_id = $1", (person.0,)).await?;
    tx.commit().await?;
    Ok(Sealed { bytes, key_id })
}

/// Takes back a secret that was offered and that nobody has used.
pub(super) async fn forget_offer(db: impl Queries, person: PersonId) -> sqlx::Result<()> {
    db.execute("DELETE FROM second_factor WHERE person_id = $1 AND NOT active", (person.0,)).await?;
    Ok(())
}

/// Puts a sealed secret in the place of one that was stored as it is.
pub(super) async fn seal(tx: &mut Tx, person: PersonId, sealed: Sealed) -> sqlx::Result<()> {
    tx.execute(
        "UPDATE second_factor SET secret = $2, key_id = $3 WHERE person_id = $1 AND key_id IS NULL",
        (person.0, sealed.bytes, sealed.key_id),
    )
    .await?;
    Ok(())
}

/// The keys that secrets are sealed with.
pub(super) async fn keys(db: &Db) -> sqlx::Result<Vec<String>> {
    let rows: Vec<(String,)> =
        db.all("SELECT DISTINCT key_id FROM second_factor WHERE key_id > '' LIMIT 20", ()).await?;
    Ok(rows.into_iter().map(|(key_id,)| key_id).collect())
}

/// The row of `setting` with the id of the key that the site began with.
const KEY: &str = "secret-key";

/// Whether anything has ever been sealed here.
pub(super) async fn has_had_a_key(db: &Db) -> sqlx::Result<bool> {
    let row: Option<(String,)> = db.optional("SELECT value FROM setting WHERE name = $1", (KEY.to_owned(),)).await?;
    Ok(row.is_some() || !keys(db).await?.is_empty())
}

/// Notes the key that the site begins with, unless there is one; gives the one that is noted.
pub(super) async fn note_key(db: &Db, key_id: &str) -> sqlx::Result<String> {
    let mut tx = db.begin().await?;
    tx.execute(
        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        (KEY.to_owned(), key_id.to_owned()),
    )
    .await?;
    let (noted,): (String,) = tx.one("SELECT value FROM setting WHERE name = $1", (KEY.to_owned(),)).await?;
    tx.commit().await?;
    Ok(noted)
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
