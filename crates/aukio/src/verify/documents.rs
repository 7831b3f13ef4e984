//! Each document is opened twice: from its snapshot with what came after, and from every update since the
//! first. Both must say the same.

use aukio_sync::{Replica, ReplicaError};
use aukio_text::markdown;
use indicatif::ProgressBar;

use super::Faults;
use crate::db::{Queries, Tx};

const PORTION: i64 = 500;

pub(super) async fn check(tx: &mut Tx, bar: &ProgressBar) -> sqlx::Result<Faults> {
    let (documents,): (i64,) = tx.one("SELECT COUNT(*) FROM document", ()).await?;
    bar.set_length(documents.unsigned_abs());
    let (mut faults, mut after) = (Faults::new(), 0);
    loop {
        let ids: Vec<(i64,)> =
            tx.all("SELECT id FROM document WHERE id > $1 ORDER BY id LIMIT $2", (after, PORTION)).await?;
        let Some((last,)) = ids.last() else { return Ok(faults) };
        after = *last;
        for (id,) in ids {
            let snapshot: Option<(i64, Vec<u8>)> =
                tx.optional("SELECT seq, bytes FROM document_snapshot WHERE document_id = $1", (id,)).await?;
            let updates = updates(tx, id).await?;
            let compared = tokio::task::spawn_blocking(move || compare(snapshot, &updates)).await;
            let fault = match compared {
                Ok(Ok(true)) => None,
                Ok(Ok(false)) => Some("its snapshot does not say what its updates say".to_owned()),
                Ok(Err(error)) => Some(error.to_string()),
                Err(panic) => Some(panic.to_string()),
            };
            faults.extend(fault.map(|fault| format!("the document {}: {fault}", aukio_core::DocumentId(id))));
            bar.inc(1);
        }
    }
}

async fn updates(tx: &mut Tx, document: i64) -> sqlx::Result<Vec<(i64, Vec<u8>)>> {
    let mut updates: Vec<(i64, Vec<u8>)> = Vec::new();
    loop {
        let after = updates.last().map_or(0, |(seq, _)| *seq);
        let portion: Vec<(i64, Vec<u8>)> = tx
            .all(
                "SELECT seq, bytes FROM document_update WHERE document_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
                (document, after, PORTION),
            )
            .await?;
        if portion.is_empty() {
            return Ok(updates);
        }
        updates.extend(portion);
    }
}

fn compare(snapshot: Option<(i64, Vec<u8>)>, updates: &[(i64, Vec<u8>)]) -> Result<bool, ReplicaError> {
    let mut whole = Replica::open(None, updates.iter().map(|(_, bytes)| bytes))?;
    let text = markdown::print(&whole.tree()?);
    let Some((seq, bytes)) = snapshot else { return Ok(true) };
    let later = updates.iter().filter(|(update, _)| *update > seq).map(|(_, bytes)| bytes);
    let mut short = Replica::open(Some(&bytes), later)?;
    Ok(short.state_vector() == whole.state_vector() && markdown::print(&short.tree()?) == text)
}
