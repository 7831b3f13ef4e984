//! Rows refer to rows that exist. SQLite is asked for rows whose foreign key leads nowhere; PostgreSQL allows
//! none. The places that have no foreign key, because they are written often, are looked up on both.

use super::Faults;
use crate::db::{Queries, Tx};

pub(super) async fn check(tx: &mut Tx) -> sqlx::Result<Faults> {
    let mut faults = Faults::new();
    if let Tx::Sqlite(_) = tx {
        let lost: Vec<(String, Option<i64>, String)> =
            tx.all("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check LIMIT 1000", ()).await?;
        let tell = |(table, row, parent): (String, Option<i64>, String)| {
            format!("a row of {table} ({}) refers to a row of {parent} that is not there", row.unwrap_or_default())
        };
        faults.extend(lost.into_iter().map(tell));
    }
    let lost: Vec<(i64, i64)> = tx
        .all(
            "SELECT t.id, t.document_id FROM thread t LEFT JOIN document d ON d.id = t.document_id
             WHERE t.document_id IS NOT NULL AND d.id IS NULL LIMIT 1000",
            (),
        )
        .await?;
    faults.extend(
        lost.iter().map(|(thread, document)| {
            format!("the thread {thread} is about the document {document}, which is not there")
        }),
    );
    let lost: Vec<(i64, i64)> = tx
        .all(
            "SELECT m.thread_id, m.number FROM message m
             LEFT JOIN message p ON p.thread_id = m.thread_id AND p.number = m.parent
             WHERE m.parent IS NOT NULL AND p.id IS NULL LIMIT 1000",
            (),
        )
        .await?;
    faults.extend(lost.iter().map(|(thread, number)| {
        format!("message {number} of the thread {thread} answers a message that is not there")
    }));
    Ok(faults)
}
