//! How the database finds what pages ask for: by an index, always. A list that is looked through from one end to
//! the other is quick in a story and slow in a town.

use std::collections::BTreeSet;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Row};

use crate::harness::Workspace;

/// Looked through as a whole, and why that is well.
const SMALL: [(&str, &str); 12] = [
    ("document_tail", "the updates of the last seconds"),
    ("tail", "the same"),
    ("document_unsettled", "the same, counted by document"),
    ("u", "the same"),
    ("audit_head", "one row"),
    ("CONSTANT ROW", "nothing is read at all"),
    ("setting", "a handful of rows"),
    ("_sqlx_migrations", "one row a migration"),
    ("json_each", "the list that the question brings along"),
    ("readable", "the spaces that a viewer may read, found by index before"),
    ("a", "the spaces above one, found by index before"),
    ("(subquery", "a list that was cut before"),
];
/// Questions of start-up and of tasks in the background, which read everything on purpose or a partial index.
const ALLOWED: [&str; 8] = [
    // What tasks in the background do now and then: the first rows by age, the copies of a week.
    "AS oldest",
    "personal_copy",
    // How far filling the index has come.
    "SUM(message_count)",
    "SELECT COUNT(*) FROM person",
    "DELETE FROM session WHERE created_at",
    // The newest row by the key of the table itself, which a plan calls a scan that stops at once.
    "FROM journal ORDER BY number DESC LIMIT 1",
    "FROM mail",
    "sqlite_master",
];

/// The statements that a server has logged.
fn statements(log: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for line in log.lines().filter(|line| line.contains("sqlx::query")) {
        let line: String = strip(line);
        let Some(start) = line.find("db.statement=\"") else { continue };
        let rest = &line[start + "db.statement=\"".len()..];
        let Some(end) = rest.find("\" rows_affected") else { continue };
        all.insert(rest[..end].replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\").trim().to_owned());
    }
    all
}

/// Without the colours of a terminal.
fn strip(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(place) = rest.find('\u{1b}') {
        out.push_str(&rest[..place]);
        rest = rest[place..].find('m').map_or("", |end| &rest[place + end + 1..]);
    }
    out + rest
}

#[tokio::test]
async fn no_question_looks_through_a_growing_list() {
    let workspace = Workspace::that_tells_its_questions().await;
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, "Suunnitelma", "Aloitus").await;
    founder.posts(&thread, "Toinen").await;
    let document = founder.writes_document(&space, "Asiakirja", "Alku").await;
    let visitor = workspace.visitor();
    for teller in [&founder, &visitor] {
        for path in [
            "/fi/".to_owned(),
            "/fi/spaces".to_owned(),
            format!("/fi/spaces/{space}"),
            format!("/fi/spaces/{space}/members"),
            format!("/fi/spaces/{space}/threads"),
            format!("/fi/spaces/{space}/documents"),
            "/fi/threads".to_owned(),
            thread.clone(),
            format!("{thread}?view=time"),
            format!("{thread}/2"),
            format!("{thread}/1/history"),
            "/fi/documents".to_owned(),
            document.clone(),
            format!("{document}/versions"),
            format!("{document}/versions/1"),
            "/fi/people".to_owned(),
            "/fi/people?sector=resident".to_owned(),
            "/fi/search?q=alku".to_owned(),
        ] {
            teller.get(&path).await;
        }
    }
    founder.get("/fi/me").await;
    let said = statements(&workspace.log());
    assert!(said.len() > 60, "only {} statements were told", said.len());

    let file = workspace.data().join("aukio.db");
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(SqliteConnectOptions::new().filename(file).read_only(true))
        .await
        .expect("the database can be read beside the server");
    let mut scans = Vec::new();
    let mut asked = 0;
    for statement in said {
        let verb = statement.split_whitespace().next().unwrap_or_default().to_uppercase();
        if !matches!(verb.as_str(), "SELECT" | "WITH" | "UPDATE" | "DELETE")
            || ALLOWED.iter().any(|part| statement.contains(part))
        {
            continue;
        }
        let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"))).fetch_all(&pool).await;
        let plan = plan.unwrap_or_else(|error| panic!("{statement}: {error}"));
        asked += 1;
        for step in plan {
            let detail: String = step.get("detail");
            let Some(what) = detail.strip_prefix("SCAN ") else { continue };
            let by_index = what.contains("USING INDEX") || what.contains("USING COVERING INDEX");
            let small = SMALL.iter().any(|(name, _)| what == *name || what.starts_with(&format!("{name} ")));
            // Along an index is well when the question stops after a page of it.
            let stops = by_index && statement.contains("LIMIT");
            if !small && !stops {
                scans.push(format!("{detail}\n{statement}"));
            }
        }
    }
    assert!(asked > 40, "only {asked} questions were looked at");
    assert!(scans.is_empty(), "{} questions look through a list:\n{}", scans.len(), scans.join("\n\n"));
}
