//! The chain of the audit log: no row changed, none missing.

use crate::audit;
use crate::db::Db;

pub async fn check(db: &Db) -> sqlx::Result<Vec<String>> {
    audit::faults(db).await
}
