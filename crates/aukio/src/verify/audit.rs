//! The chain of the audit log: no row changed, none missing.

use super::Faults;
use crate::audit;
use crate::db::Tx;

pub async fn check(tx: &mut Tx) -> sqlx::Result<Faults> {
    audit::faults(tx).await
}
