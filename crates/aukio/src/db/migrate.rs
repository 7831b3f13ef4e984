//! Brings the tables up to date. A released migration never changes; the next one follows it.

use sqlx::migrate::Migrator;

use super::Db;

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

pub(super) async fn run(db: &Db) -> sqlx::Result<()> {
    match db {
        Db::Sqlite { write, .. } => SQLITE.run(write).await?,
        Db::Postgres { write, .. } => POSTGRES.run(write).await?,
    }
    Ok(())
}

/// Only up to a version, for data of an older program.
pub(super) async fn run_to(db: &Db, version: i64) -> sqlx::Result<()> {
    match db {
        Db::Sqlite { write, .. } => SQLITE.run_to(version, write).await?,
        Db::Postgres { write, .. } => POSTGRES.run_to(version, write).await?,
    }
    Ok(())
}

pub(super) fn newest() -> i64 {
    SQLITE.iter().map(|migration| migration.version).max().unwrap_or(0)
}
