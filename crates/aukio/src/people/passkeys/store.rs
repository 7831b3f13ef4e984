//! The table `passkey`.

use aukio_core::{PersonId, Time};

use crate::db::{Db, Queries, Tx};

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub id: i64,
    pub person_id: i64,
    pub credential: Vec<u8>,
    pub name: String,
    pub public_key: String,
    pub created_at: i64,
    pub used_at: Option<i64>,
}

macro_rules! columns {
    () => {
        "k.id, k.person_id, k.credential, k.name, k.public_key, k.created_at, k.used_at"
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

/// False when the credential is somebody's already.
pub(super) async fn keep(
    tx: &mut Tx,
    id: i64,
    person: PersonId,
    credential: Vec<u8>,
    name: &str,
    public_key: String,
    at: Time,
) -> sqlx::Result<bool> {
    let rows = tx
        .execute(
            "INSERT INTO passkey (id, person_id, credential, name, public_key, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (credential) DO NOTHING",
            (id, person.0, credential, name.to_owned(), public_key, at.microseconds()),
        )
        .await?;
    Ok(rows == 1)
}

/// Notes a use; false when another one came between.
pub(super) async fn note_use(db: &Db, id: i64, before: String, after: String, at: Time) -> sqlx::Result<bool> {
    let rows = db
        .execute(
            "UPDATE passkey SET public_key = $3, used_at = $4 WHERE id = $1 AND public_key = $2",
            (id, before, after, at.microseconds()),
        )
        .await?;
    Ok(rows == 1)
}

pub(super) async fn remove(tx: &mut Tx, id: i64, person: PersonId) -> sqlx::Result<bool> {
    let rows = tx.execute("DELETE FROM passkey WHERE id = $1 AND person_id = $2", (id, person.0)).await?;
    Ok(rows == 1)
}
