//! The only file that knows the columns of `personal_copy`; and which columns of which tables name a person, as
//! the database itself tells.

use std::collections::BTreeMap;

use aukio_core::{PersonId, Time};

use super::Copy;
use crate::db::{Db, Queries, Sql, Tx};

/// Columns that name a person without a foreign key, because their tables are written often.
const LOOSE: [(&str, &str); 3] = [("journal", "actor"), ("journal", "person_id"), ("document_tail", "actor")];

/// Tables that name people, with the columns that do.
pub(super) async fn personal(tx: &mut Tx) -> sqlx::Result<BTreeMap<String, Vec<String>>> {
    let sql = Sql {
        sqlite: "SELECT t.name, k.\"from\" FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) k
                 WHERE t.type = 'table' AND k.\"table\" = 'person'",
        postgres: "SELECT CAST(c.conrelid::regclass AS TEXT), CAST(a.attname AS TEXT) FROM pg_constraint c
                   JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                   WHERE c.contype = 'f' AND c.confrelid = 'person'::regclass",
    };
    let text = sql.on(&&mut *tx);
    let found: Vec<(String, String)> = tx.all(text, ()).await?;
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::from([("person".to_owned(), vec!["id".to_owned()])]);
    let loose = LOOSE.into_iter().map(|(table, column)| (table.to_owned(), column.to_owned()));
    for (table, column) in found.into_iter().chain(loose) {
        tables.entry(table).or_default().push(column);
    }
    // The copy itself is not in the copy.
    tables.remove("personal_copy");
    Ok(tables)
}

pub(super) async fn ask(db: &Db, person: PersonId, at: Time) -> sqlx::Result<()> {
    db.execute(
        "INSERT INTO personal_copy (person_id, asked_at, done, steps) VALUES ($1, $2, 0, 0)
         ON CONFLICT (person_id) DO UPDATE SET asked_at = excluded.asked_at, done = 0, steps = 0, ready_at = NULL,
                                               bytes = NULL",
        (person.0, at.microseconds()),
    )
    .await?;
    Ok(())
}

pub(super) async fn progress(db: &Db, person: PersonId, done: i64, steps: i64) -> sqlx::Result<()> {
    db.execute(
        "UPDATE personal_copy SET done = $2, steps = $3 WHERE person_id = $1 AND ready_at IS NULL",
        (person.0, done, steps),
    )
    .await?;
    Ok(())
}

pub(super) async fn ready(db: &Db, person: PersonId, bytes: Vec<u8>, at: Time) -> sqlx::Result<()> {
    db.execute(
        "UPDATE personal_copy SET ready_at = $2, bytes = $3, done = steps WHERE person_id = $1",
        (person.0, at.microseconds(), bytes),
    )
    .await?;
    Ok(())
}

/// How far a person's copy is.
pub(super) async fn copy(db: &Db, person: PersonId) -> sqlx::Result<Option<Copy>> {
    let row: Option<(i64, i64, Option<i64>)> =
        db.optional("SELECT done, steps, ready_at FROM personal_copy WHERE person_id = $1", (person.0,)).await?;
    Ok(row.map(|(done, steps, ready_at)| match ready_at {
        Some(at) => Copy::Ready { at: Time::from_microseconds(at) },
        None => Copy::Being { done, steps },
    }))
}

pub(super) async fn bytes(db: &Db, person: PersonId, after: Time) -> sqlx::Result<Option<Vec<u8>>> {
    let row: Option<(Option<Vec<u8>>,)> = db
        .optional(
            "SELECT bytes FROM personal_copy WHERE person_id = $1 AND ready_at > $2",
            (person.0, after.microseconds()),
        )
        .await?;
    Ok(row.and_then(|(bytes,)| bytes))
}

/// Those whose copy was begun and not finished: the service stopped in between.
pub(super) async fn unfinished(db: &Db) -> sqlx::Result<Vec<PersonId>> {
    let rows: Vec<(i64,)> =
        db.all("SELECT person_id FROM personal_copy WHERE ready_at IS NULL ORDER BY asked_at LIMIT 1000", ()).await?;
    Ok(rows.into_iter().map(|(person,)| PersonId(person)).collect())
}

/// Copies that are too old, and those of people who have gone.
pub(super) async fn forget(db: &Db, before: Time) -> sqlx::Result<()> {
    db.execute(
        "DELETE FROM personal_copy WHERE ready_at <= $1
         OR person_id IN (SELECT id FROM person WHERE closed_at IS NOT NULL)",
        (before.microseconds(),),
    )
    .await?;
    Ok(())
}
