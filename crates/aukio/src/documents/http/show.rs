//! The page on which a document is read.

use askama::Template;
use aukio_core::DocumentId;
use aukio_core::policy::Act;
use aukio_core::text::initials;

use super::address;
use crate::documents::reading::{self, Reading};
use crate::documents::{Document, access, store};
use crate::people::{self, Brief};
use crate::spaces::store as spaces_store;
use crate::spaces::{MayRead, Space};
use crate::threads;
use crate::threads::http::ThreadRow;
use crate::web::page::Shell;
use crate::web::{At, Failure, Meta, Page, Section, Visit, meta};
use crate::words::datetime;

#[derive(Template)]
#[template(path = "documents/show.html")]
pub struct ShowPage {
    shell: Shell,
    document: Document,
    place: MayRead,
    is_damaged: bool,
    lineage: Vec<Space>,
    reading: Reading,
    writers: Vec<Writer>,
    threads: Vec<ThreadRow>,
}

/// Somebody who wrote in the document.
struct Writer {
    id: String,
    name: String,
    initials: String,
    look: &'static str,
}

impl Writer {
    fn of(brief: &Brief) -> Writer {
        Writer {
            id: brief.id.to_string(),
            initials: initials(&brief.name),
            name: brief.name.clone(),
            look: brief.sector.look(),
        }
    }
}

impl ShowPage {
    fn offers_edit(&self) -> bool {
        !self.is_damaged && self.place.offers(Act::EditDocument)
    }

    fn offers_thread(&self) -> bool {
        self.place.offers(Act::StartThread)
    }

    fn may_edit(&self) -> bool {
        self.place.may(Act::EditDocument)
    }

    fn edited(&self) -> String {
        datetime(&self.document.edited_at)
    }
}

pub async fn show(visit: Visit, At(id): At<DocumentId>) -> Result<Page<ShowPage>, Failure> {
    let app = &visit.app;
    let read = access::may_read(app, &visit.viewer, id).await?;
    let mut shell = visit.shell(Section::Documents).await?;
    let reading = reading::read(app, id).await?;
    let writers = store::writers(&app.db, id, 12).await?;
    let briefs = people::brief(&app.db, &writers).await?;
    let threads = threads::store::about_document(&app.db, id, 10).await?;
    let lineage = spaces_store::lineage(&app.db, read.document.space).await?;
    let open = writers.iter().filter_map(|writer| briefs.get(writer)).filter(|brief| !brief.closed);
    let writers: Vec<Writer> = open.map(Writer::of).collect();
    let base = visit.url(address(id, &read.document.title));
    if !read.place.space().is_closed() {
        shell.meta = Some(about(&shell, &read.document, &lineage, &base, &writers, &reading));
    }
    Ok(Page(ShowPage {
        lineage,
        writers,
        threads: threads::http::rows(&visit, threads).await?,
        is_damaged: app.documents.rooms.is_damaged(id.0),
        document: read.document,
        place: read.place,
        reading,
        shell,
    }))
}

/// What the page of a public document says of itself to programs.
fn about(
    shell: &Shell,
    document: &Document,
    lineage: &[Space],
    base: &str,
    writers: &[Writer],
    reading: &Reading,
) -> Meta {
    let text = reading.sections.first().map(|section| meta::words_of(&section.html)).unwrap_or_default();
    let dates = (document.created_at, document.edited_at);
    let authors: Vec<_> = writers.iter().map(|writer| meta::person(shell, &writer.name, Some(&writer.id))).collect();
    let article = serde_json::json!({
        "@type": "Article",
        "headline": document.title,
        "url": format!("{}{base}", shell.address),
        "inLanguage": document.language.tag(),
        "datePublished": datetime(&dates.0),
        "dateModified": datetime(&dates.1),
        "author": authors,
    });
    let about = Meta::text(shell, base, &format!("/documents/{}", document.id), &document.title, &text, dates);
    about.with(&[article, meta::breadcrumbs(shell, lineage, &document.title)])
}
