//! One space.

use askama::Template;
use aukio_core::policy::Joining;
use axum::extract::Path;

use super::Face;
use crate::db::Before;
use crate::documents::http::DocumentRow;
use crate::spaces::store::{self, joining_name};
use crate::spaces::{MayRead, Space, access};
use crate::threads::http::ThreadRow;
use crate::web::page::Shell;
use crate::web::{Failure, Faults, Meta, Page, Section, Visit, meta};
use crate::words::civil_day;
use crate::{documents, threads};

#[derive(Template)]
#[template(path = "spaces/show.html")]
pub struct ShowPage {
    shell: Shell,
    place: MayRead,
    space: Space,
    lineage: Vec<Space>,
    children: Vec<Space>,
    threads: Vec<ThreadRow>,
    documents: Vec<DocumentRow>,
    members: Vec<Face>,
    caretakers: Vec<Face>,
    asked: bool,
    /// What somebody who asks to join has written, and what is wrong with it.
    reason: String,
    faults: Faults,
}

impl ShowPage {
    fn may(&self, act: &str) -> bool {
        self.place.may_named(act)
    }

    fn offers(&self, act: &str) -> bool {
        self.place.offers_named(act)
    }

    fn base(&self) -> String {
        self.shell.url(&format!("/spaces/{}", self.space.slug))
    }

    fn is_member(&self) -> bool {
        self.place.standing().role.is_some()
    }

    fn kind_words(&self) -> String {
        self.shell.t.say(&format!("space-kind-{}", self.space.kind.name().replace('_', "-")))
    }

    /// The last day, for machines.
    fn last_day(&self) -> String {
        self.space.last_day().map(|day| civil_day(day).to_string()).unwrap_or_default()
    }

    fn joining_words(&self) -> String {
        self.shell.t.say(&format!("joining-{}", joining_name(self.space.joining)))
    }

    fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.space.purpose.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty())
    }
}

pub async fn show(visit: Visit, Path(slug): Path<String>) -> Result<Page<ShowPage>, Failure> {
    let place = access::may_read(&visit.app, &visit.viewer, &slug).await?;
    Ok(Page(page(&visit, place, String::new(), Faults::default()).await?))
}

pub async fn page(visit: &Visit, place: MayRead, reason: String, faults: Faults) -> Result<ShowPage, Failure> {
    let app = &visit.app;
    let space = place.space().clone();
    let mut shell = visit.shell(Section::Spaces).await?;
    let lineage = store::lineage(&app.db, space.id).await?;
    if !space.is_closed() {
        let above = &lineage[..lineage.len().saturating_sub(1)];
        let mut about = Meta::list(&shell, &format!("/spaces/{}", space.slug), &space.name, true);
        about.summary = aukio_text::plain::excerpt(&space.purpose, 200);
        shell.meta = Some(about.with(&[meta::breadcrumbs(&shell, above, &space.name)]));
    }
    let threads = threads::store::of_space(&app.db, space.id, Before::NEWEST, 8).await?;
    let documents = documents::store::of_space(&app.db, space.id, Before::NEWEST, 8).await?;
    let members = store::members(&app.db, space.id, (Vec::new(), 0), 12).await?;
    let caretakers = store::caretakers(&app.db, space.id).await?;
    let asked = match visit.viewer.person() {
        Some(person) if space.joining == Joining::Request => store::has_asked(&app.db, space.id, person).await?,
        _ => false,
    };
    Ok(ShowPage {
        lineage,
        children: store::children(&app.db, visit.viewer.key(), space.id, visit.now).await?,
        threads: threads::http::rows(visit, threads).await?,
        documents: documents::http::rows(visit, documents).await?,
        members: members.into_iter().map(|row| Face::of(visit, row)).collect(),
        caretakers: caretakers.into_iter().map(|row| Face::of(visit, row)).collect(),
        asked,
        reason,
        faults,
        place,
        space,
        shell,
    })
}
