//! Documents for programs: lists, one with its text, its versions, beginning one, adding to and replacing its text.
//!
//! Text is changed as the form without a script changes it: on the version it was read at, merged with what
//! others have written since.

use aukio_core::DocumentId;
use aukio_core::text::{Manuscript, Title};
use aukio_text::tree::Document as Tree;
use aukio_text::{html, markdown, plain};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::caller::{Asked, Caller, Nothing, Of, Sent, Span};
use super::problem::{Faults, Refusal};
use super::wire::{DocumentOut, List, Names, WholeDocument};
use crate::documents::versions::store as versions_store;
use crate::documents::{self, Document, Kind, MayEdit, NewDocument, State, access, reading, store};
use crate::spaces;
use crate::web::Failure;

/// The latest begun first.
pub async fn list(caller: Caller, Asked(span): Asked<Span>) -> Result<Response, Refusal> {
    let visit = &caller.visit;
    let (limit, before) = span.before_id()?;
    let documents = store::begun(&visit.app.db, visit.viewer.key(), before, limit + 1).await?;
    caller.answer(&page(&caller, documents, limit).await?)
}

pub async fn list_of_space(
    caller: Caller,
    Of(slug): Of<String>,
    Asked(span): Asked<Span>,
) -> Result<Response, Refusal> {
    let visit = &caller.visit;
    let place = spaces::access::may_read(&visit.app, &visit.viewer, &slug).await?;
    let (limit, before) = span.before_id()?;
    let documents = store::begun_in(&visit.app.db, place.space().id, before, limit + 1).await?;
    caller.answer(&page(&caller, documents, limit).await?)
}

async fn page(caller: &Caller, documents: Vec<Document>, limit: i64) -> Result<List<DocumentOut>, Refusal> {
    let names = names(caller, &documents).await?;
    Ok(List::cut(documents, limit, |document| document.id.to_string(), |document| names.document(document)))
}

async fn names(caller: &Caller, documents: &[Document]) -> sqlx::Result<Names> {
    let people: Vec<i64> = documents.iter().flat_map(|document| [document.author.0, document.edited_by.0]).collect();
    let spaces: Vec<i64> = documents.iter().map(|document| document.space.0).collect();
    Names::of(&caller.visit.app, &people, &spaces).await
}

/// The document as it stands now, for whoever may read it.
async fn whole(caller: &Caller, id: DocumentId) -> Result<WholeDocument, Refusal> {
    let app = &caller.visit.app;
    let document = access::may_read(app, &caller.visit.viewer, id).await?.document;
    let names = names(caller, std::slice::from_ref(&document)).await?;
    let (version, tree) = reading::tree(app, id).await?;
    let sections = html::document(&tree, &reading::options(document.language));
    Ok(WholeDocument {
        document: names.document(document),
        version,
        markdown: markdown::print(&tree),
        html: sections.into_iter().map(|section| section.html).collect(),
        text: plain::text(&tree),
    })
}

pub async fn show(caller: Caller, Of(id): Of<DocumentId>, _: Asked<Nothing>) -> Result<Response, Refusal> {
    caller.answer(&whole(&caller, id).await?)
}

/// The sittings in which it was written, the latest first.
pub async fn versions(caller: Caller, Of(id): Of<DocumentId>, Asked(span): Asked<Span>) -> Result<Response, Refusal> {
    let app = &caller.visit.app;
    let document = access::may_read(app, &caller.visit.viewer, id).await?.document;
    let (limit, before) = (span.limit()?, span.after::<u32>()?.map_or(i64::MAX, i64::from));
    let sittings = versions_store::before(&app.db, id, before, limit + 1).await?;
    let writers = versions_store::writers(&app.db, id, &sittings).await?;
    let people: Vec<i64> = writers.values().flatten().map(|person| person.0).collect();
    let names = Names::of(app, &people, &[]).await?;
    let list = List::cut(
        sittings,
        limit,
        |version| version.first_seq.to_string(),
        |version| {
            let hands = writers.get(&version.first_seq).map(Vec::as_slice).unwrap_or_default();
            names.version(&document, version, hands)
        },
    );
    caller.answer(&list)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentIn {
    title: String,
    markdown: Option<String>,
    kind: Option<String>,
    language: Option<String>,
}

pub async fn create(
    caller: Caller,
    Of(slug): Of<String>,
    _: Asked<Nothing>,
    Sent(sent): Sent<DocumentIn>,
) -> Result<Response, Refusal> {
    caller.acting()?;
    let visit = &caller.visit;
    let may = access::may_create(spaces::access::may_read(&visit.app, &visit.viewer, &slug).await?)?;
    let mut faults = Faults::default();
    let title = faults.take("title", Title::parse(&sent.title));
    let manuscript = faults.take("markdown", Manuscript::parse(sent.markdown.as_deref().unwrap_or_default()));
    let kind = faults.choice("kind", sent.kind.as_deref(), Kind::parse).unwrap_or(Kind::Plain);
    let language = faults.choice("language", sent.language.as_deref(), |tag| tag.parse().ok());
    let (title, manuscript) = faults.end(title.zip(manuscript))?;
    let new = NewDocument { title, kind, state: State::Draft, language, manuscript, external_id: None };
    let document = documents::create(&visit.app, may, new).await?;
    caller.made(&format!("/documents/{}", document.id), &whole(&caller, document.id).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplacingIn {
    markdown: String,
    /// The version that the new text was made from.
    version: u32,
}

/// Replaces the text. What others wrote after `version` stays.
pub async fn replace(
    caller: Caller,
    Of(id): Of<DocumentId>,
    _: Asked<Nothing>,
    Sent(sent): Sent<ReplacingIn>,
) -> Result<Response, Refusal> {
    let (may, text) = writing(&caller, id, &sent.markdown).await?;
    let version = i64::from(sent.version);
    if version > may.document().seq {
        return Err(Failure::say(StatusCode::CONFLICT, "error-no-such-version").into());
    }
    reading::rewrite(&caller.visit.app, may, version, text).await?;
    caller.answer(&whole(&caller, id).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddingIn {
    markdown: String,
}

/// Adds paragraphs at the end.
pub async fn add(
    caller: Caller,
    Of(id): Of<DocumentId>,
    _: Asked<Nothing>,
    Sent(sent): Sent<AddingIn>,
) -> Result<Response, Refusal> {
    let (may, text) = writing(&caller, id, &sent.markdown).await?;
    let (version, mut tree) = reading::tree(&caller.visit.app, id).await?;
    tree.blocks.extend(text.blocks);
    reading::rewrite(&caller.visit.app, may, version, tree).await?;
    caller.answer(&whole(&caller, id).await?)
}

/// Leave to change the text of a document, and the text that was sent for it.
async fn writing(caller: &Caller, id: DocumentId, sent: &str) -> Result<(MayEdit, Tree), Refusal> {
    caller.acting()?;
    let may = access::may_edit(access::may_read(&caller.visit.app, &caller.visit.viewer, id).await?)?;
    let mut faults = Faults::default();
    let manuscript = faults.take("markdown", Manuscript::parse(sent));
    Ok((may, markdown::parse(faults.end(manuscript)?.as_str())))
}
