//! Editing without a script: the text in parts, one field a part, as Markdown.

use askama::Template;
use aukio_core::DocumentId;
use aukio_core::text::Manuscript;
use aukio_text::parts;
use aukio_text::tree::Document as Tree;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::address;
use crate::documents::{Document, DocumentError, access, reading, versions};
use crate::web::page::{Again, Shell};
use crate::web::{At, Failure, Faults, Form, Page, Section, Visit};

/// The name of the field with everything that is wrong with the text as a whole.
const WHOLE: &str = "text";

#[derive(Template)]
#[template(path = "documents/plain.html")]
pub struct PlainPage {
    shell: Shell,
    document: Document,
    base: String,
    /// The number of the update that the form's text was drawn at.
    seq: i64,
    parts: Vec<Part>,
    faults: Faults,
}

/// One field of the form.
struct Part {
    /// The `id` and the name under which the field's fault is found.
    id: String,
    /// The heading that the part begins with.
    heading: String,
    markdown: String,
    /// Something stands here that the form cannot show and will keep.
    keeps: bool,
}

impl Part {
    fn rows(&self) -> usize {
        (self.markdown.len() / 60 + self.markdown.matches('\n').count() + 2).min(24)
    }
}

/// The fields, with the texts as `typed` or as they stand, and an empty one at the end for more.
fn fields(tree: &[Tree], typed: Option<&[String]>) -> Vec<Part> {
    let field = |place: usize| {
        let part = tree.get(place);
        Part {
            id: format!("part-{place}"),
            heading: part.map(parts::heading).unwrap_or_default(),
            markdown: match typed.and_then(|typed| typed.get(place)) {
                Some(typed) => typed.clone(),
                None => part.map(parts::print).unwrap_or_default(),
            },
            keeps: part.is_some_and(parts::keeps_something),
        }
    };
    (0..=tree.len()).map(field).collect()
}

/// Fields that are drawn again without the document that they came from.
const PARTS_MOST: usize = 2_000;

#[derive(Deserialize, Default)]
pub struct PlainForm {
    #[serde(default)]
    part: Vec<String>,
    #[serde(default)]
    seq: i64,
}

pub async fn form(visit: Visit, At(id): At<DocumentId>) -> Result<Page<PlainPage>, Failure> {
    let read = access::may_read(&visit.app, &visit.viewer, id).await?;
    let document = access::may_edit(read)?.document().clone();
    let (seq, tree) = reading::tree(&visit.app, id).await?;
    let shell = visit.shell(Section::Documents).await?;
    let base = visit.url(address(id, &document.title));
    let parts = fields(&parts::split(&tree), None);
    Ok(Page(PlainPage { shell, document, base, seq, parts, faults: Faults::default() }))
}

pub async fn save(visit: Visit, At(id): At<DocumentId>, Form(form): Form<PlainForm>) -> Result<Response, Failure> {
    let read = access::may_read(&visit.app, &visit.viewer, id).await?;
    let may = access::may_edit(read)?;
    let document = may.document().clone();
    let mut faults = Faults::default();
    let drawn = match versions::tree_at(&visit.app, id, form.seq.clamp(0, document.seq)).await {
        Ok(tree) => {
            let drawn = parts::split(&tree);
            if let Some(tree) = edited(&visit, &drawn, &form.part, &mut faults) {
                match reading::rewrite(&visit.app, may, form.seq, tree).await {
                    Ok(()) => return Ok(Redirect::to(&visit.url(address(id, &document.title))).into_response()),
                    Err(error) => not_saved(&visit, error, &mut faults)?,
                }
            }
            drawn
        }
        Err(error) => {
            not_saved(&visit, error, &mut faults)?;
            // The fields are as many as were typed in; what stood in them before is not to be had.
            vec![Tree::default(); form.part.len().saturating_sub(1).min(PARTS_MOST)]
        }
    };
    let shell = visit.shell(Section::Documents).await?;
    let base = visit.url(address(id, &document.title));
    let parts = fields(&drawn, Some(&form.part));
    Ok(Again(PlainPage { shell, document, base, seq: form.seq, parts, faults }).into_response())
}

/// What was typed is worth more than a page of its own for the error.
fn not_saved(visit: &Visit, error: DocumentError, faults: &mut Faults) -> Result<(), Failure> {
    let why = match error {
        DocumentError::TooLarge => "error-document-too-large",
        DocumentError::Damaged => "document-damaged",
        DocumentError::Busy => "error-busy",
        error => return Err(error.into()),
    };
    faults.add(WHOLE, visit.words().say(why));
    Ok(())
}

/// The text that the fields make together; None with a fault at each field that cannot be taken. The last
/// field is the one for more text; one that was left out changes nothing.
fn edited(visit: &Visit, drawn: &[Tree], typed: &[String], faults: &mut Faults) -> Option<Tree> {
    let words = visit.words();
    let mut blocks = Vec::new();
    for place in 0..=drawn.len() {
        let nothing = Tree::default();
        let part = drawn.get(place).unwrap_or(&nothing);
        match typed.get(place) {
            Some(text) => {
                let text = faults.take(words, format!("part-{place}"), Manuscript::parse(text));
                blocks.extend(text.map(|text| parts::merge(part, text.as_str())).unwrap_or_default());
            }
            None => blocks.extend(part.blocks.iter().cloned()),
        }
    }
    let characters: usize = typed.iter().map(|text| text.chars().count()).sum();
    if faults.is_empty() && characters > Manuscript::MOST {
        faults.add(WHOLE, words.say("error-document-too-large"));
    }
    faults.is_empty().then_some(Tree { blocks })
}
