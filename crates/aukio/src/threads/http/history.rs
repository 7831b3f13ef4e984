//! What a message said before, version by version.

use askama::Template;
use aukio_text::tree::Document as Tree;
use aukio_text::{diff, markdown};
use axum::extract::Path;

use super::find;
use crate::threads::{Revision, Thread, store};
use crate::web::diff::{Line as DiffLine, lines};
use crate::web::page::Shell;
use crate::web::{Failure, Page, Section, Visit, markup};

#[derive(Template)]
#[template(path = "threads/history.html")]
pub struct HistoryPage {
    shell: Shell,
    thread: Thread,
    number: i64,
    versions: Vec<Version>,
}

pub struct Version {
    revision: Revision,
    html: String,
    /// What became different from the version before; nothing for the first one.
    lines: Vec<DiffLine>,
}

impl HistoryPage {
    fn back(&self) -> String {
        self.shell.url(&format!("/threads/{}/{n}#m{n}", self.thread.id, n = self.number))
    }
}

pub async fn show(visit: Visit, Path((id, number)): Path<(String, i64)>) -> Result<Page<HistoryPage>, Failure> {
    let (read, message) = find(&visit, &id, number).await?;
    if message.withdrawal.is_some() {
        return Err(Failure::NotFound);
    }
    let mut revisions = store::revisions(&visit.app.db, message.id).await?;
    revisions.push(Revision {
        body: message.body,
        language: message.language,
        written_at: message.edited_at.unwrap_or(message.posted_at),
    });
    let mut before: Option<Tree> = None;
    let mut versions = Vec::with_capacity(revisions.len());
    for revision in revisions {
        let tree = markdown::parse(&revision.body);
        let lines = before.map(|before| lines(diff::words(&before, &tree))).unwrap_or_default();
        versions.push(Version { html: markup::message(&revision.body), revision, lines });
        before = Some(tree);
    }
    versions.reverse();
    let shell = visit.shell(Section::Threads).await?;
    Ok(Page(HistoryPage { shell, thread: read.thread, number, versions }))
}
