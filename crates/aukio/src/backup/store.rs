//! Tables as they are, whatever their columns: which there are, all their rows in order, and rows put back.
//!
//! The only file whose SQL is put together at run time. Every name in it was read from the database's own
//! catalogue, and a name of strange letters is refused.

use futures_util::StreamExt;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, Postgres, Row, Sqlite};

use crate::db::{Db, Queries, Sql, Tx};

/// What a column holds, the same on both databases.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Integer,
    Boolean,
    Text,
    Bytes,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
    /// Its place in the primary key, from 1; 0 for the rest.
    pub key: i64,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
}

/// A value as both databases have it. Booleans are 0 and 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// A foreign key of PostgreSQL, set aside while rows are put back.
pub struct Tie {
    table: String,
    name: String,
    definition: String,
}

/// All tables but those that a database keeps for itself, by name.
pub async fn tables(tx: &mut Tx) -> sqlx::Result<Vec<Table>> {
    let sql = Sql {
        sqlite: "SELECT t.name, c.name, c.type, c.pk FROM sqlite_schema t JOIN pragma_table_info(t.name) c
                 WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!' AND t.name <> '_sqlx_migrations'
                 ORDER BY t.name, c.cid",
        postgres: "SELECT CAST(c.table_name AS TEXT), CAST(c.column_name AS TEXT), CAST(c.data_type AS TEXT),
                          COALESCE((SELECT CAST(k.ordinal_position AS BIGINT)
                                    FROM information_schema.key_column_usage k
                                    JOIN information_schema.table_constraints p USING (constraint_schema, constraint_name)
                                    WHERE p.constraint_type = 'PRIMARY KEY' AND k.table_schema = c.table_schema
                                      AND k.table_name = c.table_name AND k.column_name = c.column_name), CAST(0 AS BIGINT))
                   FROM information_schema.columns c
                   JOIN information_schema.tables t USING (table_schema, table_name)
                   WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
                     AND c.table_name <> '_sqlx_migrations'
                   ORDER BY CAST(c.table_name AS TEXT) COLLATE \"C\", c.ordinal_position",
    };
    let rows: Vec<(String, String, String, i64)> = {
        let text = sql.on(&&mut *tx);
        tx.all(text, ()).await?
    };
    let mut tables: Vec<Table> = Vec::new();
    for (table, column, of_type, key) in rows {
        if tables.last().is_none_or(|last| last.name != table) {
            tables.push(Table { name: plain(table)?, columns: Vec::new() });
        }
        let kind = match of_type.to_ascii_lowercase().as_str() {
            "integer" | "bigint" => Kind::Integer,
            "boolean" => Kind::Boolean,
            "text" => Kind::Text,
            "blob" | "bytea" => Kind::Bytes,
            // A transaction's number means something to the database that gave it only; it has a default.
            "xid8" => continue,
            other => return Err(sqlx::Error::Protocol(format!("the column {column} is of the strange type {other}"))),
        };
        if let Some(table) = tables.last_mut() {
            table.columns.push(Column { name: plain(column)?, kind, key });
        }
    }
    Ok(tables)
}

/// A name that needs no quoting care.
fn plain(name: String) -> sqlx::Result<String> {
    let fits = !name.is_empty() && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    if fits { Ok(name) } else { Err(sqlx::Error::Protocol(format!("the name {name} is strange"))) }
}

impl Table {
    /// All rows in the order of the primary key, bytewise, so that both databases give them alike.
    fn select(&self, postgres: bool, condition: &str) -> String {
        let mut key: Vec<&Column> = self.columns.iter().filter(|column| column.key > 0).collect();
        key.sort_by_key(|column| column.key);
        let order: Vec<String> = key
            .iter()
            .map(|column| match column.kind {
                Kind::Text if postgres => format!("\"{}\" COLLATE \"C\"", column.name),
                _ => format!("\"{}\"", column.name),
            })
            .collect();
        let order = if order.is_empty() { "1".to_owned() } else { order.join(", ") };
        format!("SELECT {} FROM \"{}\" {condition} ORDER BY {order}", self.names(), self.name)
    }

    fn insert(&self, rows: usize) -> String {
        let width = self.columns.len();
        let row = |row: usize| {
            let places: Vec<String> = (1..=width).map(|place| format!("${}", row * width + place)).collect();
            format!("({})", places.join(", "))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        rows.join(", ")
    }

    fn names(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        names.join(", ")
    }
}

pub async fn count(tx: &mut Tx, table: &Table) -> sqlx::Result<i64> {
    let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM \"{}\"", table.name));
    match tx {
        Tx::Sqlite(tx) => sqlx::query_scalar::<Sqlite, i64>(sql).fetch_one(&mut **tx).await,
        Tx::Postgres(tx) => sqlx::query_scalar::<Postgres, i64>(sql).fetch_one(&mut **tx).await,
    }
}

/// Hands each row to `take`, one after the other; none is kept.
pub async fn each<E: From<sqlx::Error>>(
    tx: &mut Tx,
    table: &Table,
    take: impl FnMut(Vec<Cell>) -> Result<(), E>,
) -> Result<(), E> {
    chosen(tx, table, "", None, take).await
}

/// The same with the rows that name somebody in one of these columns.
pub async fn each_of<E: From<sqlx::Error>>(
    tx: &mut Tx,
    table: &Table,
    columns: &[String],
    person: i64,
    take: impl FnMut(Vec<Cell>) -> Result<(), E>,
) -> Result<(), E> {
    let mut conditions = Vec::new();
    for column in columns {
        conditions.push(format!("\"{}\" = $1", plain(column.clone())?));
    }
    chosen(tx, table, &format!("WHERE {}", conditions.join(" OR ")), Some(person), take).await
}

async fn chosen<E: From<sqlx::Error>>(
    tx: &mut Tx,
    table: &Table,
    condition: &str,
    person: Option<i64>,
    mut take: impl FnMut(Vec<Cell>) -> Result<(), E>,
) -> Result<(), E> {
    let sql = AssertSqlSafe(table.select(matches!(tx, Tx::Postgres(_)), condition));
    match tx {
        Tx::Sqlite(tx) => {
            let mut arguments = SqliteArguments::default();
            if let Some(person) = person {
                arguments.add(person).map_err(sqlx::Error::Encode)?;
            }
            let mut rows = sqlx::query_with::<Sqlite, _>(sql, arguments).fetch(&mut **tx);
            while let Some(row) = rows.next().await {
                take(from_sqlite(&row?, table)?)?;
            }
        }
        Tx::Postgres(tx) => {
            let mut arguments = PgArguments::default();
            if let Some(person) = person {
                arguments.add(person).map_err(sqlx::Error::Encode)?;
            }
            let mut rows = sqlx::query_with::<Postgres, _>(sql, arguments).fetch(&mut **tx);
            while let Some(row) = rows.next().await {
                take(from_postgres(&row?, table)?)?;
            }
        }
    }
    Ok(())
}

fn from_sqlite(row: &SqliteRow, table: &Table) -> sqlx::Result<Vec<Cell>> {
    let cell = |(place, column): (usize, &Column)| {
        Ok(match column.kind {
            Kind::Integer | Kind::Boolean => row.try_get::<Option<i64>, _>(place)?.map(Cell::Integer),
            Kind::Text => row.try_get::<Option<String>, _>(place)?.map(Cell::Text),
            Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(place)?.map(Cell::Bytes),
        }
        .unwrap_or(Cell::Null))
    };
    table.columns.iter().enumerate().map(cell).collect()
}

fn from_postgres(row: &PgRow, table: &Table) -> sqlx::Result<Vec<Cell>> {
    let cell = |(place, column): (usize, &Column)| {
        Ok(match column.kind {
            Kind::Integer => row.try_get::<Option<i64>, _>(place)?.map(Cell::Integer),
            Kind::Boolean => row.try_get::<Option<bool>, _>(place)?.map(|value| Cell::Integer(value.into())),
            Kind::Text => row.try_get::<Option<String>, _>(place)?.map(Cell::Text),
            Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(place)?.map(Cell::Bytes),
        }
        .unwrap_or(Cell::Null))
    };
    table.columns.iter().enumerate().map(cell).collect()
}

/// Rows that go in with one statement: within SQLite's and PostgreSQL's bounds on parameters.
pub const TOGETHER: usize = 100;

/// Puts rows back. They must have the table's columns, in order.
pub async fn put(tx: &mut Tx, table: &Table, rows: Vec<Vec<Cell>>) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let (names, values) = (table.names(), table.insert(rows.len()));
    match tx {
        Tx::Sqlite(tx) => {
            let mut arguments = SqliteArguments::default();
            for cell in rows.into_iter().flatten() {
                match cell {
                    Cell::Null => arguments.add(None::<i64>),
                    Cell::Integer(value) => arguments.add(value),
                    Cell::Text(value) => arguments.add(value),
                    Cell::Bytes(value) => arguments.add(value),
                }
                .map_err(sqlx::Error::Encode)?;
            }
            let sql = AssertSqlSafe(format!("INSERT INTO \"{}\" ({names}) VALUES {values}", table.name));
            sqlx::query_with::<Sqlite, _>(sql, arguments).execute(&mut **tx).await?;
        }
        Tx::Postgres(tx) => {
            let mut arguments = PgArguments::default();
            for row in rows {
                for (cell, column) in row.into_iter().zip(&table.columns) {
                    match (cell, column.kind) {
                        (Cell::Null, Kind::Integer) => arguments.add(None::<i64>),
                        (Cell::Null, Kind::Boolean) => arguments.add(None::<bool>),
                        (Cell::Null, Kind::Text) => arguments.add(None::<String>),
                        (Cell::Null, Kind::Bytes) => arguments.add(None::<Vec<u8>>),
                        (Cell::Integer(value), Kind::Boolean) => arguments.add(value != 0),
                        (Cell::Integer(value), _) => arguments.add(value),
                        (Cell::Text(value), _) => arguments.add(value),
                        (Cell::Bytes(value), _) => arguments.add(value),
                    }
                    .map_err(sqlx::Error::Encode)?;
                }
            }
            let sql = format!("INSERT INTO \"{}\" ({names}) OVERRIDING SYSTEM VALUE VALUES {values}", table.name);
            sqlx::query_with::<Postgres, _>(AssertSqlSafe(sql), arguments).execute(&mut **tx).await?;
        }
    }
    Ok(())
}

pub async fn clear(tx: &mut Tx, table: &Table) -> sqlx::Result<()> {
    let sql = AssertSqlSafe(format!("DELETE FROM \"{}\"", table.name));
    match tx {
        Tx::Sqlite(tx) => sqlx::query::<Sqlite>(sql).execute(&mut **tx).await.map(|_| ()),
        Tx::Postgres(tx) => sqlx::query::<Postgres>(sql).execute(&mut **tx).await.map(|_| ()),
    }
}

/// Lets rows go in before those that they refer to, until [`tie`].
pub async fn untie(tx: &mut Tx) -> sqlx::Result<Vec<Tie>> {
    match tx {
        Tx::Sqlite(tx) => {
            sqlx::query("PRAGMA defer_foreign_keys = ON").execute(&mut **tx).await?;
            Ok(Vec::new())
        }
        Tx::Postgres(tx) => {
            sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut **tx).await?;
            sqlx::query("SET LOCAL idle_in_transaction_session_timeout = 0").execute(&mut **tx).await?;
            let found: Vec<(String, String, String)> = sqlx::query_as(
                "SELECT CAST(conrelid::regclass AS TEXT), CAST(conname AS TEXT), pg_get_constraintdef(oid)
                 FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace",
            )
            .fetch_all(&mut **tx)
            .await?;
            let mut ties = Vec::new();
            for (table, name, definition) in found {
                let (table, name) = (plain(table)?, plain(name)?);
                let sql = format!("ALTER TABLE \"{table}\" DROP CONSTRAINT \"{name}\"");
                sqlx::query(AssertSqlSafe(sql)).execute(&mut **tx).await?;
                ties.push(Tie { table, name, definition });
            }
            Ok(ties)
        }
    }
}

/// Puts the foreign keys back, which checks them, and lets numbers go on after the highest.
pub async fn tie(tx: &mut Tx, ties: Vec<Tie>) -> sqlx::Result<()> {
    let Tx::Postgres(tx) = tx else { return Ok(()) };
    for tie in ties {
        let sql = format!("ALTER TABLE \"{}\" ADD CONSTRAINT \"{}\" {}", tie.table, tie.name, tie.definition);
        sqlx::query(AssertSqlSafe(sql)).execute(&mut **tx).await?;
    }
    let counted: Vec<(String, String)> = sqlx::query_as(
        "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns
         WHERE table_schema = current_schema() AND is_identity = 'YES'",
    )
    .fetch_all(&mut **tx)
    .await?;
    for (table, column) in counted {
        let (table, column) = (plain(table)?, plain(column)?);
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), COALESCE(MAX(\"{column}\"), 0) + 1, false)
             FROM \"{table}\""
        );
        sqlx::query(AssertSqlSafe(sql)).execute(&mut **tx).await?;
    }
    Ok(())
}

/// The only table that a new database has a row in: where the chain of the audit log begins.
const BEGUN: &str = "audit_head";

/// Whether no table has a row that somebody's act has put there.
pub async fn is_empty(db: &Db) -> sqlx::Result<bool> {
    let mut tx = db.snapshot().await?;
    for table in tables(&mut tx).await? {
        if table.name != BEGUN && count(&mut tx, &table).await? > 0 {
            return Ok(false);
        }
    }
    Ok(true)
}
