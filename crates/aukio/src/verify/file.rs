//! SQLite looks through its own file: pages, indexes, values of the right type. PostgreSQL keeps sums of its
//! pages by itself and has no such question.

use super::Faults;
use crate::db::{Queries, Tx};

pub(super) async fn check(tx: &mut Tx) -> sqlx::Result<Faults> {
    if let Tx::Postgres(_) = tx {
        return Ok(Faults::new());
    }
    let said: Vec<(String,)> = tx.all("PRAGMA integrity_check", ()).await?;
    Ok(said.into_iter().map(|(line,)| line).filter(|line| line != "ok").collect())
}
