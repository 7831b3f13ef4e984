//! The journal: no number missing where one database writer hands them out, and an entry for the beginning of
//! every thread, message, document, space and open account.

use super::Faults;
use crate::db::{Queries, Tx};

const BEGINNINGS: &[(&str, &str)] = &[
    (
        "the person",
        "SELECT p.id FROM person p WHERE NOT EXISTS
         (SELECT 1 FROM journal j WHERE j.kind = 'person-joined' AND j.person_id = p.id) LIMIT 1000",
    ),
    (
        "the space",
        "SELECT s.id FROM space s WHERE NOT EXISTS
         (SELECT 1 FROM journal j WHERE j.kind = 'space-created' AND j.space_id = s.id) LIMIT 1000",
    ),
    (
        "the thread",
        "SELECT t.id FROM thread t WHERE NOT EXISTS
         (SELECT 1 FROM journal j WHERE j.kind = 'thread-started' AND j.thread_id = t.id) LIMIT 1000",
    ),
    (
        "the document",
        "SELECT d.id FROM document d WHERE NOT EXISTS
         (SELECT 1 FROM journal j WHERE j.kind = 'document-created' AND j.document_id = d.id) LIMIT 1000",
    ),
    (
        "a message of the thread",
        "SELECT t.id FROM thread t WHERE t.message_count <>
         (SELECT COUNT(*) FROM journal j WHERE j.thread_id = t.id AND j.kind = 'message-posted') LIMIT 1000",
    ),
];

pub(super) async fn check(tx: &mut Tx) -> sqlx::Result<Faults> {
    let mut faults = Faults::new();
    // PostgreSQL gives the number of a transaction that failed to nobody else, so that it has gaps.
    if let Tx::Sqlite(_) = tx {
        let (rows, first, last): (i64, Option<i64>, Option<i64>) =
            tx.one("SELECT COUNT(*), MIN(number), MAX(number) FROM journal", ()).await?;
        if let Some((first, last)) = first.zip(last)
            && last - first + 1 != rows
        {
            faults.push(format!("from {first} to {last} there are only {rows} entries"));
        }
    }
    for (what, sql) in BEGINNINGS {
        let lost: Vec<(i64,)> = tx.all(sql, ()).await?;
        faults.extend(lost.into_iter().map(|(id,)| format!("no entry tells of {what} {id}")));
    }
    Ok(faults)
}
