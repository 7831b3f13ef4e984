//! Puts the copy together: `data.json` for programs, `index.html` for people, own messages as Markdown.

use aukio_core::PersonId;
use aukio_text::html::escape;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};

use super::store;
use crate::app::App;
use crate::backup::package::Package;
use crate::backup::store::{self as rows, Cell, Column, Table};
use crate::db::Tx;

/// The ZIP of a person's data, as of one moment.
pub(super) async fn gather(app: &App, person: PersonId) -> anyhow::Result<Vec<u8>> {
    let mut tx = app.db.snapshot().await?;
    let personal = store::personal(&mut tx).await?;
    let tables: Vec<Table> = rows::tables(&mut tx).await?;
    let (mut data, mut page, mut texts) = (Map::new(), String::new(), String::new());
    let steps = personal.len() as i64;
    for (done, (name, columns)) in personal.into_iter().enumerate() {
        store::progress(&app.db, person, done as i64, steps).await?;
        let Some(table) = tables.iter().find(|table| table.name == name) else { continue };
        let found = of_person(&mut tx, table, &columns, person).await?;
        if name == "message" {
            texts = found.iter().filter_map(|row| row["body"].as_str()).collect::<Vec<_>>().join("\n\n---\n\n");
        }
        page.push_str(&section(&name, &found));
        data.insert(name, Value::Array(found));
    }
    drop(tx);
    let mut package = Package::in_memory();
    package.file("data.json", &serde_json::to_vec_pretty(&Value::Object(data))?)?;
    package.file("index.html", document(&page).as_bytes())?;
    package.file("messages.md", texts.as_bytes())?;
    Ok(package.finish()?)
}

async fn of_person(tx: &mut Tx, table: &Table, columns: &[String], person: PersonId) -> sqlx::Result<Vec<Value>> {
    let mut found = Vec::new();
    rows::each_of(tx, table, columns, person.0, |row| -> sqlx::Result<()> {
        let fields = table.columns.iter().zip(row);
        let fields = fields.filter(|(column, _)| !is_secret(&column.name));
        found.push(Value::Object(fields.map(|(column, cell)| (column.name.clone(), value(column, cell))).collect()));
        Ok(())
    })
    .await?;
    Ok(found)
}

/// What opens a door, or could be made to.
fn is_secret(column: &str) -> bool {
    ["hash", "secret", "token", "credential"].iter().any(|word| column.contains(word))
}

fn value(column: &Column, cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Integer(value) if column.name == "at" || column.name.ends_with("_at") => {
            json!(aukio_core::Time::from_microseconds(value).timestamp().to_string())
        }
        Cell::Integer(value) => json!(value),
        Cell::Text(value) => json!(value),
        Cell::Bytes(value) => json!(BASE64.encode(value)),
    }
}

fn section(name: &str, rows: &[Value]) -> String {
    let row = |row: &Value| {
        let fields = row.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        let field = |(name, value): (&String, &Value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            format!("<dt>{}</dt><dd>{}</dd>", escape(name), escape(&text))
        };
        format!("<dl>{}</dl>\n", fields.map(field).collect::<String>())
    };
    format!("<h2>{} ({})</h2>\n{}", escape(name), rows.len(), rows.iter().map(row).collect::<String>())
}

fn document(sections: &str) -> String {
    format!(
        "<!doctype html><meta charset=\"utf-8\"><title>Aukio</title><h1>Aukio: omat tiedot · egna uppgifter · own data</h1>\n\
         {sections}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_a_door_is_left_out() {
        for column in ["token_hash", "password_hash", "totp_secret"] {
            assert!(is_secret(column), "{column}");
        }
        for column in ["id", "name", "email", "email_key", "device", "body", "actor"] {
            assert!(!is_secret(column), "{column}");
        }
    }

    #[test]
    fn the_page_is_text_whatever_people_wrote() {
        let page = section("message", &[json!({"body": "<script>alert(1)</script>", "n": 1})]);
        assert!(!page.contains("<script>") && page.contains("&lt;script&gt;"), "{page}");
    }
}
