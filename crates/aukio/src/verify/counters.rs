//! Counters are kept by the acts, because pages must not count; here they are counted.

use super::Faults;
use crate::db::{Queries, Tx};

/// What is counted, where, and both numbers where they differ.
type Wrong = (i64, i64, i64);

const COUNTERS: &[(&str, &str)] = &[
    (
        "members of the space",
        "SELECT s.id, s.member_count, COUNT(m.person_id) FROM space s LEFT JOIN membership m ON m.space_id = s.id
         GROUP BY s.id, s.member_count HAVING s.member_count <> COUNT(m.person_id) LIMIT 1000",
    ),
    (
        "discussions of the space",
        "SELECT s.id, s.thread_count, COUNT(t.id) FROM space s LEFT JOIN thread t ON t.space_id = s.id
         GROUP BY s.id, s.thread_count HAVING s.thread_count <> COUNT(t.id) LIMIT 1000",
    ),
    (
        "documents of the space",
        "SELECT s.id, s.document_count, COUNT(d.id) FROM space s LEFT JOIN document d ON d.space_id = s.id
         GROUP BY s.id, s.document_count HAVING s.document_count <> COUNT(d.id) LIMIT 1000",
    ),
    (
        "messages of the thread",
        "SELECT t.id, t.message_count, COUNT(m.id) FROM thread t LEFT JOIN message m ON m.thread_id = t.id
         GROUP BY t.id, t.message_count HAVING t.message_count <> COUNT(m.id) LIMIT 1000",
    ),
    (
        "the last number in the thread",
        "SELECT t.id, t.last_number, COALESCE(MAX(m.number), CAST(0 AS BIGINT)) FROM thread t
         LEFT JOIN message m ON m.thread_id = t.id
         GROUP BY t.id, t.last_number HAVING t.last_number <> COALESCE(MAX(m.number), CAST(0 AS BIGINT)) LIMIT 1000",
    ),
    (
        "writers of the thread",
        "SELECT t.id, t.writer_count, COUNT(DISTINCT m.author_id) FROM thread t
         LEFT JOIN message m ON m.thread_id = t.id
         GROUP BY t.id, t.writer_count HAVING t.writer_count <> COUNT(DISTINCT m.author_id) LIMIT 1000",
    ),
];

pub(super) async fn check(tx: &mut Tx) -> sqlx::Result<Faults> {
    let mut faults = Faults::new();
    for (what, sql) in COUNTERS {
        let wrong: Vec<Wrong> = tx.all(sql, ()).await?;
        faults.extend(
            wrong
                .into_iter()
                .map(|(id, said, counted)| format!("{what} {id}: the counter says {said}, there are {counted}")),
        );
    }
    Ok(faults)
}
