//! The table `passkey`.

#![cfg_attr(not(feature = "passkeys"), expect(dead_code, reason = "only the acts read and write single passkeys"))]

use aukio_core::{PersonId, Time};

use crate::db::{Db, Queries, Tx};

#[derive(sqlx::FromRow)]
pub struct Row {
    pub id: i64,
    pub person_id: i64,
    pub credential: Vec<u8>,
    pub name: String,
    pub public_key: String,
    pub created_at: i64,
    pub used_at: Option<i64>,
    /// The name that it was made for; None for one from before names were kept.
    pub site: Option<String>,
}

pub struct New {
    pub id: i64,
    pub person: PersonId,
    pub credential: Vec<u8>,
    pub name: String,
    pub public_key: String,
    pub site: String,
    pub at: Time,
}

macro_rules! columns {
    () => {
        "k.id, k.person_id, k.credential, k.name, k.public_key, k.created_at, k.used_at, k.site"
    };
}

pub(super) async fn of_person(db: &Db, person: PersonId) -> sqlx::Result<Vec<Row>> {
    db.all(
        concat!("SELECT ", columns!(), " FROM passkey k WHERE k.person_id = $1 ORDER BY k.created_at, k.id LIMIT 50"),
        (person.0,),
    )
    .await
}

/// Of open accounts only.
pub(super) async fn by_credential(db: &Db, credential: Vec<u8>) -> sqlx::Result<Option<Row>> {
    db.optional(
        concat!(
            "SELECT ",
            columns!(),
            " FROM passkey k JOIN person p ON p.id = k.person_id WHERE k.credential = $1 AND p.closed_at IS NULL"
        ),
        (credential,),
    )
    .await
}

pub(super) async fn count(tx: &mut Tx, person: PersonId) -> sqlx::Result<i64> {
    let (count,): (i64,) = tx.one("SELECT COUNT(*) FROM passkey WHERE person_id = $1", (person.0,)).await?;
    Ok(count)
}

/// Whether somebody has a passkey for this name. One from before names were kept counts, until its use tells.
pub(in crate::people) async fn has_one(db: impl Queries, person: PersonId, site: &str) -> sqlx::Result<bool> {
    let row: Option<(i64,)> = db
        .optional(
            "SELECT id FROM passkey WHERE person_id = $1 AND (site IS NULL OR site = $2) LIMIT 1",
            (person.0, site.to_owned()),
        )
        .await?;
    Ok(row.is_some())
}

/// False when the credential is somebody's already.
pub(super) async fn keep(tx: &mut Tx, new: New) -> sqlx::Result<bool> {
    let rows = tx
        .execute(
            "INSERT INTO passkey (id, person_id, credential, name, public_key, created_at, site)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (credential) DO NOTHING",
            (new.id, new.person.0, new.credential, new.name, new.public_key, new.at.microseconds(), new.site),
        )
        .await?;
    Ok(rows == 1)
}

/// Notes a use; false when another one came between.
pub(super) async fn note_use(
    db: &Db,
    id: i64,
    before: String,
    after: String,
    site: &str,
    at: Time,
) -> sqlx::Result<bool> {
    let rows = db
        .execute(
            "UPDATE passkey SET public_key = $3, used_at = $4, site = $5 WHERE id = $1 AND public_key = $2",
            (id, before, after, at.microseconds(), site.to_owned()),
        )
        .await?;
    Ok(rows == 1)
}

pub(super) async fn remove(tx: &mut Tx, id: i64, person: PersonId) -> sqlx::Result<bool> {
    let rows = tx.execute("DELETE FROM passkey WHERE id = $1 AND person_id = $2", (id, person.0)).await?;
    Ok(rows == 1)
}

/// Lets go of all passkeys of somebody.
pub(in crate::people) async fn forget_all(tx: &mut Tx, person: PersonId) -> sqlx::Result<()> {
    tx.execute("DELETE FROM passkey WHERE person_id = $1", (person.0,)).await?;
    Ok(())
}
