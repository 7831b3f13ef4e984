//! The log for administrators to read.

use std::collections::HashMap;

use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::routing::get;
use serde::Deserialize;

use super::{Row, moment};
use crate::app::App;
use crate::people::{self, Brief};
use crate::web::page::Shell;
use crate::web::{Failure, Page, Section, Visit};
use crate::words::datetime;

const PAGE: i64 = 50;

pub fn routes() -> Router<App> {
    Router::new().route("/audit", get(show))
}

#[derive(Template)]
#[template(path = "people/audit.html")]
struct AuditPage {
    shell: Shell,
    lines: Vec<Line>,
    older: Option<String>,
}

struct Line {
    number: i64,
    at: String,
    datetime: String,
    who: String,
    what: String,
    about: String,
    place: String,
}

#[derive(Deserialize, Default)]
struct Look {
    #[serde(default)]
    before: Option<i64>,
}

async fn show(visit: Visit, Query(look): Query<Look>) -> Result<Page<AuditPage>, Failure> {
    visit.administrator()?;
    let mut rows = super::older_than(&visit.app.db, look.before.unwrap_or(i64::MAX), PAGE + 1).await?;
    let more = rows.len() as i64 > PAGE;
    rows.truncate(PAGE as usize);
    let older = rows.last().filter(|_| more).map(|last| visit.url(format!("/audit?before={}", last.number)));
    let actors: Vec<i64> = rows.iter().filter_map(|row| row.actor).collect();
    let names = people::brief(&visit.app.db, &actors).await?;
    let lines = rows.into_iter().map(|row| line(&visit, row, &names)).collect();
    Ok(Page(AuditPage { shell: visit.shell(Section::None).await?, lines, older }))
}

fn line(visit: &Visit, row: Row, names: &HashMap<i64, Brief>) -> Line {
    let words = visit.words();
    let who = match row.actor.and_then(|actor| names.get(&actor)) {
        None => words.say("audit-nobody"),
        Some(person) if person.closed => words.say("person-gone"),
        Some(person) => person.name.clone(),
    };
    Line {
        number: row.number,
        at: words.moment(moment(&row), visit.now),
        datetime: datetime(&moment(&row)),
        who,
        what: words.say(&format!("audit-{}", row.deed)),
        about: row.about,
        place: words.say(&format!("audit-place-{}", row.place)),
    }
}
