//! The tables `audit` and `audit_head`.

use aukio_core::Time;

use super::Row;
use crate::db::{Db, Queries, Tx};

#[derive(sqlx::FromRow)]
pub(super) struct Head {
    pub number: i64,
    pub hash: Vec<u8>,
    pub gone_number: i64,
    pub gone_hash: Vec<u8>,
}

pub(super) async fn head(db: impl Queries) -> sqlx::Result<Head> {
    db.one("SELECT number, hash, gone_number, gone_hash FROM audit_head", ()).await
}

/// The next number and the hash before it. The row stays locked until the transaction ends, so that two
/// acts at the same time stand one after the other in the chain.
pub(super) async fn next(tx: &mut Tx) -> sqlx::Result<(i64, Vec<u8>)> {
    tx.one("UPDATE audit_head SET number = number + 1 RETURNING number, hash", ()).await
}

pub(super) async fn append(tx: &mut Tx, row: Row) -> sqlx::Result<()> {
    tx.execute("UPDATE audit_head SET hash = $1", (row.hash.clone(),)).await?;
    tx.execute(
        "INSERT INTO audit (number, at, actor, deed, about, place, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        (row.number, row.at, row.actor, row.deed, row.about, row.place, row.hash),
    )
    .await?;
    Ok(())
}

pub(super) async fn after(db: impl Queries, number: i64, limit: i64) -> sqlx::Result<Vec<Row>> {
    db.all(
        "SELECT number, at, actor, deed, about, place, hash FROM audit WHERE number > $1 ORDER BY number LIMIT $2",
        (number, limit),
    )
    .await
}

pub(super) async fn older_than(db: &Db, number: i64, limit: i64) -> sqlx::Result<Vec<Row>> {
    db.all(
        "SELECT number, at, actor, deed, about, place, hash FROM audit
         WHERE number < $1 ORDER BY number DESC LIMIT $2",
        (number, limit),
    )
    .await
}

/// The newest row of those written before a moment. Rows are looked at from the oldest on, and at most
/// a portion of them, so that this does not grow with the log.
pub(super) async fn last_before(tx: &mut Tx, before: Time) -> sqlx::Result<Option<(i64, Vec<u8>)>> {
    tx.optional(
        "SELECT number, hash FROM (SELECT number, at, hash FROM audit ORDER BY number LIMIT 10000) AS oldest
         WHERE at < $1 ORDER BY number DESC LIMIT 1",
        (before.microseconds(),),
    )
    .await
}

/// Deletes the rows up to this one, which becomes what the chain begins after.
pub(super) async fn let_go(tx: &mut Tx, (number, hash): (i64, Vec<u8>)) -> sqlx::Result<()> {
    tx.execute("UPDATE audit_head SET gone_number = $1, gone_hash = $2", (number, hash)).await?;
    tx.execute("DELETE FROM audit WHERE number <= $1", (number,)).await?;
    Ok(())
}
