//! The table `factor_removal`.

use aukio_core::{PersonId, Time};

use super::Waiting;
use crate::db::{Db, Queries, Tx};

#[derive(sqlx::FromRow)]
struct Row {
    person_id: i64,
    by_person: i64,
    reason: String,
    due_at: i64,
}

impl From<Row> for Waiting {
    fn from(row: Row) -> Waiting {
        Waiting {
            person: PersonId(row.person_id),
            by: PersonId(row.by_person),
            reason: row.reason,
            due: Time::from_microseconds(row.due_at),
        }
    }
}

/// False when one is under way already.
pub(super) async fn ask(
    tx: &mut Tx,
    person: PersonId,
    by: PersonId,
    reason: &str,
    at: Time,
    due: Time,
) -> sqlx::Result<bool> {
    let rows = tx
        .execute(
            "INSERT INTO factor_removal (person_id, by_person, reason, asked_at, due_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (person_id) DO NOTHING",
            (person.0, by.0, reason.to_owned(), at.microseconds(), due.microseconds()),
        )
        .await?;
    Ok(rows == 1)
}

pub(super) async fn all(db: &Db) -> sqlx::Result<Vec<Waiting>> {
    let rows: Vec<Row> =
        db.all("SELECT person_id, by_person, reason, due_at FROM factor_removal ORDER BY due_at LIMIT 200", ()).await?;
    Ok(rows.into_iter().map(Waiting::from).collect())
}

pub(super) async fn due_before(db: &Db, now: Time, limit: i64) -> sqlx::Result<Vec<Waiting>> {
    let rows: Vec<Row> = db
        .all(
            "SELECT person_id, by_person, reason, due_at FROM factor_removal WHERE due_at <= $1
             ORDER BY due_at LIMIT $2",
            (now.microseconds(), limit),
        )
        .await?;
    Ok(rows.into_iter().map(Waiting::from).collect())
}

pub(super) async fn due(db: &Db, person: PersonId) -> sqlx::Result<Option<Time>> {
    let row: Option<(i64,)> =
        db.optional("SELECT due_at FROM factor_removal WHERE person_id = $1", (person.0,)).await?;
    Ok(row.map(|(due,)| Time::from_microseconds(due)))
}

/// Ends one whose time has come; false when it was stopped since, even if it was asked for anew.
pub(super) async fn end_due(tx: &mut Tx, person: PersonId, now: Time) -> sqlx::Result<bool> {
    let sql = "DELETE FROM factor_removal WHERE person_id = $1 AND due_at <= $2";
    Ok(tx.execute(sql, (person.0, now.microseconds())).await? == 1)
}

/// False when there was none.
pub(super) async fn stop(tx: &mut Tx, person: PersonId) -> sqlx::Result<bool> {
    let rows = tx.execute("DELETE FROM factor_removal WHERE person_id = $1", (person.0,)).await?;
    Ok(rows == 1)
}
