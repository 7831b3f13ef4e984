//! One database, two kinds: SQLite in the data folder, or PostgreSQL. Generic over rows and values,
//! never over databases, so that a `store.rs` holds one SQL text and no `where` clauses.
//!
//! Rules of the SQL text, all learned the hard way: `$n` placeholders; BIGINT only, never INT4 (write
//! `CAST(… AS BIGINT)` around sums and literals); booleans are tested as `WHERE locked`; moments are
//! BIGINT microseconds; text is compared by folded keys made in Rust; NULLs sort by `NULLS LAST`.

mod before;
mod migrate;
mod params;

use std::future::Future;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{Connection, FromRow, Postgres, Sqlite, Transaction};

pub use before::Before;
pub use params::Params;

/// A row that both databases can give. `#[derive(sqlx::FromRow)]` and tuples serve.
pub trait Record: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static {}
impl<T> Record for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static {}

/// The text of a statement; two texts only where no common one exists.
#[derive(Clone, Copy)]
pub struct Sql {
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

impl Sql {
    /// The text for the database that is asked.
    pub fn on(self, db: &impl Queries) -> &'static str {
        if db.is_postgres() { self.postgres } else { self.sqlite }
    }
}

/// A statement for rows whose `column` is among ids: `select` with one condition more. `place` is the parameter that
/// holds the ids, as [`list_of`] writes them.
macro_rules! among {
    ($select:expr, $column:literal, $place:literal) => {
        $crate::db::Sql {
            sqlite: concat!($select, " AND ", $column, " IN (SELECT value FROM json_each(", $place, "))"),
            postgres: concat!(
                $select,
                " AND ",
                $column,
                " IN (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST(",
                $place,
                " AS JSON)))"
            ),
        }
    };
}
pub(crate) use among;

/// Ids as one parameter of a statement: a list in JSON.
pub fn list_of(ids: &[i64]) -> String {
    serde_json::to_string(ids).unwrap_or_default()
}

/// The open database. Clones share their pools.
#[derive(Clone)]
pub enum Db {
    /// One writer, because SQLite has one; readers are opened read-only, so that a stray write fails in a test.
    Sqlite { read: SqlitePool, write: SqlitePool },
    /// Apart, so that writers who wait for each other leave readers their connections.
    Postgres { read: PgPool, write: PgPool },
}

/// A transaction. Dropped without `commit`, it is rolled back.
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Asking and telling, on the database itself or inside a transaction.
pub trait Queries: Sized + Send {
    fn is_postgres(&self) -> bool;

    /// All rows. Lists always carry a LIMIT.
    fn all<T: Record>(
        self,
        sql: &'static str,
        params: impl Params,
    ) -> impl Future<Output = sqlx::Result<Vec<T>>> + Send;

    /// The first row, if any.
    fn optional<T: Record>(
        self,
        sql: &'static str,
        params: impl Params,
    ) -> impl Future<Output = sqlx::Result<Option<T>>> + Send;

    /// The one row there must be.
    fn one<T: Record>(self, sql: &'static str, params: impl Params) -> impl Future<Output = sqlx::Result<T>> + Send {
        async move { self.optional(sql, params).await?.ok_or(sqlx::Error::RowNotFound) }
    }

    /// Runs a statement and says how many rows it changed.
    fn execute(self, sql: &'static str, params: impl Params) -> impl Future<Output = sqlx::Result<u64>> + Send;
}

impl Db {
    /// Opens `url` (`postgres://…`) or, without one, the file `aukio.db` in `folder`, and brings the tables up to date.
    ///
    /// # Errors
    /// When the database cannot be reached, is of another kind, or a migration fails.
    pub async fn open(url: Option<&str>, folder: &Path) -> sqlx::Result<Db> {
        let db = match url {
            None => Db::sqlite(&folder.join("aukio.db")).await?,
            Some(url) => Db::postgres(url).await?,
        };
        migrate::run(&db).await?;
        Ok(db)
    }

    /// Opens a database that is there already and leaves its tables as they are.
    ///
    /// # Errors
    /// When there is none.
    pub async fn existing(url: Option<&str>, folder: &Path) -> sqlx::Result<Db> {
        match url {
            None => Db::sqlite_with(options(&folder.join("aukio.db")).create_if_missing(false)).await,
            Some(url) => Db::postgres(url).await,
        }
    }

    /// Opens an empty database, or makes it, with the tables as they were at a version.
    ///
    /// # Errors
    /// When it cannot be made, or a migration fails.
    pub async fn at_version(url: Option<&str>, folder: &Path, version: i64) -> sqlx::Result<Db> {
        let db = match url {
            None => Db::sqlite(&folder.join("aukio.db")).await?,
            Some(url) => Db::postgres(url).await?,
        };
        migrate::run_to(&db, version).await?;
        Ok(db)
    }

    /// Brings the tables up to date.
    pub async fn migrate(&self) -> sqlx::Result<()> {
        migrate::run(self).await
    }

    /// The version of the tables; 0 for a database without any.
    pub async fn version(&self) -> i64 {
        let row: sqlx::Result<(i64,)> = self.one("SELECT MAX(version) FROM _sqlx_migrations", ()).await;
        row.map_or(0, |(version,)| version)
    }

    /// The version of the tables that this program works with.
    pub fn newest_version() -> i64 {
        migrate::newest()
    }

    async fn sqlite(file: &Path) -> sqlx::Result<Db> {
        Db::sqlite_with(options(file)).await
    }

    async fn sqlite_with(options: SqliteConnectOptions) -> sqlx::Result<Db> {
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            // When the disk is full or broken, SQLite takes a transaction back by itself, and the driver goes on
            // believing in it. Such a connection can begin nothing any more: it makes room for a new one.
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            .connect_with(options.clone())
            .await?;
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(10))
            .connect_lazy_with(options.read_only(true));
        Ok(Db::Sqlite { read, write })
    }

    async fn postgres(url: &str) -> sqlx::Result<Db> {
        let options = PgConnectOptions::from_str(url)?
            .application_name("aukio")
            .options([("statement_timeout", "20000"), ("idle_in_transaction_session_timeout", "60000")]);
        let pool = |most| PgPoolOptions::new().max_connections(most).acquire_timeout(Duration::from_secs(10));
        let write = pool(8).connect_with(options.clone()).await?;
        let read = pool(8).connect_lazy_with(options);
        Ok(Db::Postgres { read, write })
    }

    /// Begins a transaction that may write. On SQLite it waits for the one writer and takes the lock at
    /// once: a deferred BEGIN that turns writer later fails with SQLITE_BUSY without asking the timeout.
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        match self {
            Db::Sqlite { write, .. } => Ok(Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?)),
            Db::Postgres { write, .. } => Ok(Tx::Postgres(write.begin().await?)),
        }
    }

    /// Begins reading: everything that is asked of it is as of one moment, whatever is written meanwhile.
    pub async fn snapshot(&self) -> sqlx::Result<Tx> {
        match self {
            Db::Sqlite { read, .. } => {
                let mut tx = read.begin().await?;
                // SQLite takes its view of the file with the first question.
                sqlx::query("SELECT COUNT(*) FROM sqlite_schema").execute(&mut *tx).await?;
                Ok(Tx::Sqlite(tx))
            }
            Db::Postgres { read, .. } => {
                let mut tx = read.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
                // A whole site takes longer to read than a page may.
                sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *tx).await?;
                sqlx::query("SET LOCAL idle_in_transaction_session_timeout = 0").execute(&mut *tx).await?;
                Ok(Tx::Postgres(tx))
            }
        }
    }

    /// Closes the pools; open statements finish first.
    pub async fn close(&self) {
        match self {
            Db::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Db::Postgres { read, write } => {
                read.close().await;
                write.close().await;
            }
        }
    }
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL, because NORMAL may lose the last commits when the power fails, and seen means safe.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("mmap_size", "268435456")
        .pragma("cache_size", "-16384")
        .pragma("temp_store", "MEMORY")
        // What is deleted is gone from the file as well: a closed account leaves no name in free pages.
        .pragma("secure_delete", "ON")
        .statement_cache_capacity(256)
}

impl Tx {
    pub async fn commit(self) -> sqlx::Result<()> {
        match self {
            Tx::Sqlite(tx) => tx.commit().await,
            Tx::Postgres(tx) => tx.commit().await,
        }
    }

    pub async fn rollback(self) -> sqlx::Result<()> {
        match self {
            Tx::Sqlite(tx) => tx.rollback().await,
            Tx::Postgres(tx) => tx.rollback().await,
        }
    }
}

impl Queries for &Db {
    fn is_postgres(&self) -> bool {
        matches!(self, Db::Postgres { .. })
    }

    async fn all<T: Record>(self, sql: &'static str, params: impl Params) -> sqlx::Result<Vec<T>> {
        match self {
            Db::Sqlite { read, .. } => sqlx::query_as_with::<Sqlite, T, _>(sql, params.sqlite()?).fetch_all(read).await,
            Db::Postgres { read, .. } => {
                sqlx::query_as_with::<Postgres, T, _>(sql, params.postgres()?).fetch_all(read).await
            }
        }
    }

    async fn optional<T: Record>(self, sql: &'static str, params: impl Params) -> sqlx::Result<Option<T>> {
        match self {
            Db::Sqlite { read, .. } => {
                sqlx::query_as_with::<Sqlite, T, _>(sql, params.sqlite()?).fetch_optional(read).await
            }
            Db::Postgres { read, .. } => {
                sqlx::query_as_with::<Postgres, T, _>(sql, params.postgres()?).fetch_optional(read).await
            }
        }
    }

    async fn execute(self, sql: &'static str, params: impl Params) -> sqlx::Result<u64> {
        Ok(match self {
            Db::Sqlite { write, .. } => {
                sqlx::query_with::<Sqlite, _>(sql, params.sqlite()?).execute(write).await?.rows_affected()
            }
            Db::Postgres { write, .. } => {
                sqlx::query_with::<Postgres, _>(sql, params.postgres()?).execute(write).await?.rows_affected()
            }
        })
    }
}

impl Queries for &mut Tx {
    fn is_postgres(&self) -> bool {
        matches!(self, Tx::Postgres(_))
    }

    async fn all<T: Record>(self, sql: &'static str, params: impl Params) -> sqlx::Result<Vec<T>> {
        match self {
            Tx::Sqlite(tx) => sqlx::query_as_with::<Sqlite, T, _>(sql, params.sqlite()?).fetch_all(&mut **tx).await,
            Tx::Postgres(tx) => {
                sqlx::query_as_with::<Postgres, T, _>(sql, params.postgres()?).fetch_all(&mut **tx).await
            }
        }
    }

    async fn optional<T: Record>(self, sql: &'static str, params: impl Params) -> sqlx::Result<Option<T>> {
        match self {
            Tx::Sqlite(tx) => {
                sqlx::query_as_with::<Sqlite, T, _>(sql, params.sqlite()?).fetch_optional(&mut **tx).await
            }
            Tx::Postgres(tx) => {
                sqlx::query_as_with::<Postgres, T, _>(sql, params.postgres()?).fetch_optional(&mut **tx).await
            }
        }
    }

    async fn execute(self, sql: &'static str, params: impl Params) -> sqlx::Result<u64> {
        Ok(match self {
            Tx::Sqlite(tx) => {
                sqlx::query_with::<Sqlite, _>(sql, params.sqlite()?).execute(&mut **tx).await?.rows_affected()
            }
            Tx::Postgres(tx) => {
                let done = sqlx::query_with::<Postgres, _>(sql, params.postgres()?).execute(&mut **tx).await?;
                done.rows_affected()
            }
        })
    }
}
