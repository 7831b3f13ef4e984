//! Each document is opened twice: from its snapshot with what came after, and from every update since the
//! first, packed or not. Both must say the same, and the log must end where the document says.

use anyhow::{bail, ensure};
use aukio_core::DocumentId;
use aukio_sync::Replica;
use aukio_text::markdown;
use indicatif::ProgressBar;

use super::Faults;
use crate::db::{Queries, Tx};
use crate::documents::log::burst::Logged;
use crate::export;

const PORTION: i64 = 500;

pub(super) async fn check(tx: &mut Tx, bar: &ProgressBar) -> sqlx::Result<Faults> {
    let (documents,): (i64,) = tx.one("SELECT COUNT(*) FROM document", ()).await?;
    bar.set_length(documents.unsigned_abs());
    let (mut faults, mut after) = (Faults::new(), 0);
    loop {
        let ids: Vec<(i64, i64)> = tx
            .all(
                "SELECT d.id, d.seq + COALESCE(u.updates, 0)
                 FROM document d LEFT JOIN document_unsettled u ON u.document_id = d.id
                 WHERE d.id > $1 ORDER BY d.id LIMIT $2",
                (after, PORTION),
            )
            .await?;
        let Some((last, _)) = ids.last() else { return Ok(faults) };
        after = *last;
        for (id, seq) in ids {
            if let Err(fault) = one(tx, id, seq).await {
                faults.push(format!("the document {}: {fault:#}", DocumentId(id)));
            }
            bar.inc(1);
        }
    }
}

async fn one(tx: &mut Tx, id: i64, seq: i64) -> anyhow::Result<()> {
    let snapshot: Option<(i64, Vec<u8>)> =
        tx.optional("SELECT seq, bytes FROM document_snapshot WHERE document_id = $1", (id,)).await?;
    let log = export::store::log(tx, id).await?;
    let last = log.last().map_or(0, |update| update.seq);
    ensure!(last == seq, "the counter says {seq} updates, the log has {last}");
    tokio::task::spawn_blocking(move || compare(snapshot, &log)).await?
}

fn compare(snapshot: Option<(i64, Vec<u8>)>, log: &[Logged]) -> anyhow::Result<()> {
    let updates: Vec<&[u8]> = log.iter().map(|update| update.bytes.as_slice()).collect();
    let (mut whole, good) = Replica::open_good_part(None, &updates)?;
    if let Some(damaged) = log.get(good) {
        bail!("its update {} is damaged; the document opens read-only as it was before", damaged.seq);
    }
    let text = markdown::print(&whole.tree()?);
    let Some((seq, bytes)) = snapshot else { return Ok(()) };
    let later = log.iter().filter(|update| update.seq > seq).map(|update| &update.bytes);
    let mut short = Replica::open(Some(&bytes), later)?;
    let is_same = short.state_vector() == whole.state_vector() && markdown::print(&short.tree()?) == text;
    ensure!(is_same, "its snapshot does not say what its updates say");
    Ok(())
}
