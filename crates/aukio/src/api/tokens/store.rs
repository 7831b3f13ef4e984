//! The only file that knows the columns of `api_token`; closing an account, in `people`, empties it of theirs.

use aukio_core::{Language, Member, PersonId, SessionId, Time};

use super::{Kept, Scope, TOKENS_MOST};
use crate::db::{Db, Queries, Tx};

fn scope(may_write: bool) -> Scope {
    if may_write { Scope::Write } else { Scope::Read }
}

pub(super) async fn count(tx: &mut Tx, person: PersonId) -> sqlx::Result<i64> {
    let (count,): (i64,) = tx.one("SELECT COUNT(*) FROM api_token WHERE person_id = $1", (person.0,)).await?;
    Ok(count)
}

pub(super) async fn insert(
    tx: &mut Tx,
    id: SessionId,
    hash: Vec<u8>,
    person: PersonId,
    name: &str,
    scope: Scope,
    at: Time,
) -> sqlx::Result<()> {
    tx.execute(
        "INSERT INTO api_token (id, token_hash, person_id, name, may_write, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        (id.0, hash, person.0, name.to_owned(), scope == Scope::Write, at.microseconds()),
    )
    .await?;
    Ok(())
}

pub(super) async fn of_person(db: &Db, person: PersonId) -> sqlx::Result<Vec<Kept>> {
    let rows: Vec<(i64, String, bool, i64, Option<i64>)> = db
        .all(
            "SELECT id, name, may_write, created_at, used_at FROM api_token WHERE person_id = $1
             ORDER BY id DESC LIMIT $2",
            (person.0, TOKENS_MOST),
        )
        .await?;
    let kept = |(id, name, may_write, created, used): (i64, String, bool, i64, Option<i64>)| Kept {
        id: SessionId(id),
        name,
        scope: scope(may_write),
        created_at: Time::from_microseconds(created),
        used_at: used.map(Time::from_microseconds),
    };
    Ok(rows.into_iter().map(kept).collect())
}

/// Whether there was one.
pub(super) async fn delete(tx: &mut Tx, person: PersonId, token: SessionId) -> sqlx::Result<bool> {
    let gone = tx.execute("DELETE FROM api_token WHERE id = $1 AND person_id = $2", (token.0, person.0)).await?;
    Ok(gone > 0)
}

pub(super) async fn touch(db: &Db, token: SessionId, at: Time) -> sqlx::Result<()> {
    db.execute("UPDATE api_token SET used_at = $2 WHERE id = $1", (token.0, at.microseconds())).await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    may_write: bool,
    used_at: Option<i64>,
    person_id: i64,
    name: String,
    sector: String,
    organisation: String,
    language: String,
    administrator: bool,
}

/// A token with the member who made it.
pub(super) struct Found {
    pub member: Member,
    pub scope: Scope,
    pub used_at: Option<Time>,
}

/// Tokens of closed accounts open nothing.
pub(super) async fn find(db: &Db, hash: Vec<u8>) -> sqlx::Result<Option<Found>> {
    let row: Option<Row> = db
        .optional(
            "SELECT t.id, t.may_write, t.used_at, p.id AS person_id, p.name, p.sector, p.organisation, p.language,
                    p.administrator
             FROM api_token t JOIN person p ON p.id = t.person_id
             WHERE t.token_hash = $1 AND p.closed_at IS NULL",
            (hash,),
        )
        .await?;
    Ok(row.map(|row| Found {
        scope: scope(row.may_write),
        used_at: row.used_at.map(Time::from_microseconds),
        member: Member {
            id: PersonId(row.person_id),
            // Ids of all kinds differ, so that no browser's session is meant by it.
            session: SessionId(row.id),
            name: row.name,
            sector: row.sector.parse().unwrap_or(aukio_core::Sector::Resident),
            organisation: row.organisation,
            language: row.language.parse().unwrap_or(Language::Fi),
            administrator: row.administrator,
            // A program proves nothing about who sits before it: acts of weight want a browser.
            confirmed_at: Time::from_microseconds(0),
            strong: false,
        },
    }))
}
