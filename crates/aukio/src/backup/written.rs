//! A row as a line of a backup: a JSON array of null, numbers, texts, and bytes as `{"b": base64}`.

use anyhow::{bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::Cell;

/// With the line feed at its end.
pub fn line(row: &[Cell]) -> String {
    let value = |cell: &Cell| match cell {
        Cell::Null => Value::Null,
        Cell::Integer(value) => json!(value),
        Cell::Text(value) => json!(value),
        Cell::Bytes(value) => json!({ "b": BASE64.encode(value) }),
    };
    let mut line = Value::Array(row.iter().map(value).collect()).to_string();
    line.push('\n');
    line
}

/// # Errors
/// When the line is not a row of so many values.
pub fn row(line: &[u8], width: usize) -> anyhow::Result<Vec<Cell>> {
    let Value::Array(values) = serde_json::from_slice(line)? else { bail!("a line is no row") };
    ensure!(values.len() == width, "a row has {} values instead of {width}", values.len());
    values.into_iter().map(cell).collect()
}

fn cell(value: Value) -> anyhow::Result<Cell> {
    Ok(match value {
        Value::Null => Cell::Null,
        Value::String(text) => Cell::Text(text),
        Value::Number(number) if number.as_i64().is_some() => Cell::Integer(number.as_i64().unwrap_or_default()),
        Value::Object(object) if object.len() == 1 => match object.get("b").and_then(Value::as_str) {
            Some(text) => Cell::Bytes(BASE64.decode(text)?),
            None => bail!("a row has a strange value"),
        },
        other => bail!("a row has the strange value {other}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_back_as_it_was_written() {
        let cells = vec![
            Cell::Null,
            Cell::Integer(i64::MIN),
            Cell::Text("rivi\nvaihto \u{202e}".to_owned()),
            Cell::Bytes(vec![0, 255]),
        ];
        let written = line(&cells);
        assert_eq!(written.matches('\n').count(), 1);
        assert_eq!(row(written.as_bytes(), 4).expect("a row"), cells);
    }

    #[test]
    fn what_is_no_row_is_refused() {
        for wrong in ["", "{}", "[1]", "[1,2,3]", "[1.5,2]", r#"[{"c":1},2]"#, r#"[{},2]"#, r#"[{"b":"?"},2]"#] {
            assert!(row(wrong.as_bytes(), 2).is_err(), "{wrong}");
        }
    }
}
