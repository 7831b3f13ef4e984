//! The operators' pages say what is so: all settings, every stored field, no page that leads nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests stand in the repository").to_owned()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What stands between marks like these in a text.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

#[test]
fn every_setting_is_explained() {
    let settings = read("crates/aukio/src/settings.rs");
    let kept: BTreeSet<String> = between(&settings, "env = \"AUKIO_", "\"")
        .into_iter()
        .map(|name| name.to_lowercase().replace('_', "-"))
        .collect();
    let page = read("docs/settings.md");
    let told: BTreeSet<String> = between(&page, "\n| `", "`").into_iter().map(str::to_owned).collect();
    assert!(kept.len() > 10);
    assert_eq!(kept, told);
    for line in read("packaging/aukio.toml").lines() {
        let name = line.trim_start_matches("# ").split(" = ").next().unwrap_or_default();
        if line.contains(" = ") {
            assert!(kept.contains(name), "packaging/aukio.toml sets {name}");
        }
    }
}

/// Tables with their columns, as the migrations make them.
fn schema() -> BTreeMap<String, BTreeSet<String>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(root().join("migrations/sqlite"))
        .expect("migrations")
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect();
    files.sort();
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(file).expect("a migration");
        for made in between(&text, "CREATE TABLE ", ") STRICT") {
            let (name, columns) = made.split_once(" (").expect("a table has columns");
            let names =
                columns.lines().map(str::trim).filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
            let names = names.filter_map(|line| line.split(' ').next()).map(str::to_owned);
            tables.entry(name.to_owned()).or_default().extend(names);
        }
        for added in between(&text, "ALTER TABLE ", ";") {
            if let Some((table, column)) = added.split_once(" ADD COLUMN ") {
                let column = column.split(' ').next().unwrap_or_default().to_owned();
                tables.entry(table.to_owned()).or_default().insert(column);
            }
        }
        for gone in between(&text, "DROP TABLE ", ";") {
            tables.remove(gone);
        }
    }
    tables
}

#[test]
fn every_stored_field_stands_in_the_survey() {
    let page = read("docs/privacy.md");
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let table = between(cells[0], "`", "`").remove(0).to_owned();
        let fields: BTreeSet<String> = cells[1].split('`').skip(1).step_by(2).map(str::to_owned).collect();
        told.insert(table, fields);
    }
    let tables = schema();
    assert!(tables.len() > 15, "{tables:#?}");
    for (table, columns) in tables {
        let fields = told.get(&table).unwrap_or_else(|| panic!("docs/privacy.md does not speak of {table}"));
        for column in columns {
            assert!(fields.contains(&column), "docs/privacy.md does not speak of {table}.{column}");
            // What points at a person is about a person.
            let personal = ["person_id", "actor", "author_id", "by_person", "named_by", "created_by"];
            if personal.contains(&column.as_str()) {
                assert!(page.contains(&format!("**`{column}`**")), "{table}.{column} is about a person");
            }
        }
    }
}

#[test]
fn pages_of_the_documentation_lead_somewhere() {
    let folder = root().join("docs");
    for entry in std::fs::read_dir(&folder).expect("docs").filter_map(Result::ok) {
        let page = std::fs::read_to_string(entry.path()).expect("a page");
        assert!(page.starts_with("# "), "{:?} has no title", entry.path());
        for link in between(&page, "](", ")") {
            let is_page = !link.contains("://") && !link.contains('{');
            assert!(!is_page || folder.join(link).exists(), "{:?} leads to {link}", entry.path());
        }
    }
}
