//! Earlier versions of a document: the list, one of them, two of them compared, going back.

use askama::Template;
use aukio_core::policy::Act;
use aukio_core::text::Title;
use aukio_core::{DocumentId, PersonId};
use aukio_text::{diff, html};
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::address;
use crate::documents::access::{self, MayReadDocument};
use crate::documents::versions::{self, Version, store};
use crate::documents::{Document, reading};
use crate::people;
use crate::spaces::MayRead;
use crate::web::diff::{Line, lines};
use crate::web::list::cut;
use crate::web::page::{Again, Shell};
use crate::web::visit::parse_segment;
use crate::web::{At, Failure, Faults, Form, Page, Section, Visit};
use crate::words::datetime;

/// Sittings on one page of the list.
const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "documents/versions.html")]
pub struct ListPage {
    shell: Shell,
    document: Document,
    base: String,
    rows: Vec<Row>,
    next: Option<String>,
}

/// A sitting as the list shows it.
struct Row {
    version: Version,
    /// Names, separated by commas.
    writers: String,
}

impl Row {
    fn before(&self) -> i64 {
        self.version.first_seq - 1
    }

    fn datetime(&self) -> String {
        datetime(&self.version.ended_at)
    }
}

#[derive(Deserialize)]
pub struct Before {
    before: Option<i64>,
}

pub async fn list(visit: Visit, At(id): At<DocumentId>, Query(page): Query<Before>) -> Result<Page<ListPage>, Failure> {
    let read = access::may_read(&visit.app, &visit.viewer, id).await?;
    let db = &visit.app.db;
    let sittings = store::before(db, id, page.before.unwrap_or(i64::MAX), PAGE + 1).await?;
    let (sittings, next) = cut(sittings, PAGE, |version| version.first_seq);
    let next = next.map(|seq| visit.url(format!("/documents/{id}/versions?before={seq}")));
    let rows = rows(&visit, id, sittings).await?;
    let shell = visit.shell(Section::Documents).await?;
    let base = visit.url(address(id, &read.document.title));
    Ok(Page(ListPage { shell, document: read.document, base, rows, next }))
}

async fn rows(visit: &Visit, id: DocumentId, sittings: Vec<Version>) -> sqlx::Result<Vec<Row>> {
    let db = &visit.app.db;
    let writers = store::writers(db, id, &sittings).await?;
    let mut people: Vec<i64> = writers.values().flatten().map(|person| person.0).collect();
    people.sort_unstable();
    people.dedup();
    let people = people::brief(db, &people).await?;
    let name = |person: PersonId| people::shown_name(people.get(&person.0), visit.words());
    let row = |version: Version| {
        let hands = writers.get(&version.first_seq).map(Vec::as_slice).unwrap_or_default();
        Row { writers: hands.iter().map(|person| name(*person)).collect::<Vec<_>>().join(", "), version }
    };
    Ok(sittings.into_iter().map(row).collect())
}

#[derive(Template)]
#[template(path = "documents/version.html")]
pub struct ShowPage {
    shell: Shell,
    document: Document,
    place: MayRead,
    base: String,
    seq: i64,
    /// The sitting it belongs to.
    version: Version,
    sections: Vec<html::Section>,
    name: String,
    faults: Faults,
}

impl ComparePage {
    fn is_with_current(&self) -> bool {
        self.to == self.document.seq
    }
}

impl ShowPage {
    fn is_current(&self) -> bool {
        self.seq == self.document.seq
    }

    fn may_edit(&self) -> bool {
        self.place.may(Act::EditDocument)
    }

    /// A name is given to a sitting as a whole.
    fn may_name(&self) -> bool {
        self.may_edit() && self.seq == self.version.last_seq
    }

    fn before(&self) -> i64 {
        self.version.first_seq - 1
    }
}

/// A version that there is, in a document that the viewer may read.
async fn find(visit: &Visit, id: &str, seq: i64) -> Result<(MayReadDocument, Version), Failure> {
    let id = parse_segment(id).ok_or(Failure::NotFound)?;
    let read = access::may_read(&visit.app, &visit.viewer, id).await?;
    let version = store::around(&visit.app.db, id, seq).await?.ok_or(Failure::NotFound)?;
    Ok((read, version))
}

pub async fn show(visit: Visit, Path((id, seq)): Path<(String, i64)>) -> Result<Page<ShowPage>, Failure> {
    let (read, version) = find(&visit, &id, seq).await?;
    let name = version.name.clone().unwrap_or_default();
    Ok(Page(page(&visit, read, version, seq, name, Faults::default()).await?))
}

async fn page(
    visit: &Visit,
    read: MayReadDocument,
    version: Version,
    seq: i64,
    name: String,
    faults: Faults,
) -> Result<ShowPage, Failure> {
    let MayReadDocument { document, place } = read;
    let tree = versions::tree_at(&visit.app, document.id, seq).await?;
    let sections = html::document(&tree, &reading::options(document.language));
    let shell = visit.shell(Section::Documents).await?;
    let base = visit.url(address(document.id, &document.title));
    Ok(ShowPage { shell, document, place, base, seq, version, sections, name, faults })
}

#[derive(Deserialize)]
pub struct NameForm {
    #[serde(default)]
    name: String,
}

pub async fn name(
    visit: Visit,
    Path((id, seq)): Path<(String, i64)>,
    Form(form): Form<NameForm>,
) -> Result<Response, Failure> {
    let (read, version) = find(&visit, &id, seq).await?;
    let document = read.document.id;
    let mut faults = Faults::default();
    let name = match form.name.trim() {
        "" => None,
        name => faults.take(visit.words(), "name", Title::parse(name)),
    };
    if faults.is_empty() {
        versions::name(&visit.app, access::may_edit(read)?, seq, name).await?;
        return Ok(Redirect::to(&visit.url(format!("/documents/{document}/versions"))).into_response());
    }
    Ok(Again(page(&visit, read, version, seq, form.name, faults).await?).into_response())
}

pub async fn restore(visit: Visit, Path((id, seq)): Path<(String, i64)>) -> Result<Redirect, Failure> {
    let (read, _) = find(&visit, &id, seq).await?;
    let back = visit.url(address(read.document.id, &read.document.title));
    versions::restore(&visit.app, access::may_edit(read)?, seq).await?;
    Ok(Redirect::to(&back))
}

/// Whoever comes back from signing in to the address of a form finds the version that it stood under.
pub async fn back(visit: Visit, Path((id, seq)): Path<(String, i64)>) -> Result<Redirect, Failure> {
    let (read, _) = find(&visit, &id, seq).await?;
    Ok(Redirect::to(&visit.url(format!("/documents/{}/versions/{seq}", read.document.id))))
}

#[derive(Template)]
#[template(path = "documents/compare.html")]
pub struct ComparePage {
    shell: Shell,
    document: Document,
    base: String,
    from: i64,
    to: i64,
    /// When the two were written, in words; nothing for the text before its first word.
    from_when: Option<String>,
    to_when: Option<String>,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
pub struct Pair {
    #[serde(default)]
    from: i64,
    to: Option<i64>,
}

pub async fn compare(
    visit: Visit,
    At(id): At<DocumentId>,
    Query(pair): Query<Pair>,
) -> Result<Page<ComparePage>, Failure> {
    let app = &visit.app;
    let document = access::may_read(app, &visit.viewer, id).await?.document;
    let (from, to) = (pair.from, pair.to.unwrap_or(document.seq));
    if !(0..=document.seq).contains(&from) || !(0..=document.seq).contains(&to) {
        return Err(Failure::NotFound);
    }
    let (before, after) = (versions::tree_at(app, id, from).await?, versions::tree_at(app, id, to).await?);
    let when = async |seq| -> sqlx::Result<Option<String>> {
        let found = store::around(&app.db, id, seq).await?;
        Ok(found.map(|version| visit.words().moment(version.ended_at, visit.now)))
    };
    Ok(Page(ComparePage {
        lines: lines(diff::words(&before, &after)),
        from_when: when(from).await?,
        to_when: when(to).await?,
        shell: visit.shell(Section::Documents).await?,
        base: visit.url(address(id, &document.title)),
        document,
        from,
        to,
    }))
}
