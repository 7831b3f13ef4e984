//! Permits for documents. A document is as readable as its space.

use aukio_core::policy::Act;
use aukio_core::{DocumentId, PersonId, Viewer};

use super::{Document, store};
use crate::app::App;
use crate::spaces::{AccessError, MayRead, Space, access};

/// A document that the viewer may read.
pub struct MayReadDocument {
    pub document: Document,
    pub place: MayRead,
}

pub async fn may_read(app: &App, viewer: &Viewer, id: DocumentId) -> Result<MayReadDocument, AccessError> {
    let document = store::by_id(&app.db, id).await?.ok_or(AccessError::Hidden)?;
    let place = access::may_read_id(app, viewer, document.space).await?;
    Ok(MayReadDocument { document, place })
}

/// Leave to begin a document in a space.
pub struct MayCreate {
    space: Space,
    author: PersonId,
}

impl MayCreate {
    pub(super) fn spend(self) -> (Space, PersonId) {
        (self.space, self.author)
    }

    /// For the program itself: an import that an operator started.
    pub fn for_import(space: Space, author: PersonId) -> Self {
        Self { space, author }
    }
}

pub fn may_create(place: MayRead) -> Result<MayCreate, AccessError> {
    let author = place.actor(Act::CreateDocument)?;
    Ok(MayCreate { space: place.space().clone(), author })
}

/// Leave to change a document: its text, its title, its state.
pub struct MayEdit {
    document: Document,
    editor: PersonId,
}

impl MayEdit {
    pub(super) fn spend(self) -> (Document, PersonId) {
        (self.document, self.editor)
    }

    pub fn document(&self) -> &Document {
        &self.document
    }
}

pub fn may_edit(read: MayReadDocument) -> Result<MayEdit, AccessError> {
    let editor = read.place.actor(Act::EditDocument)?;
    Ok(MayEdit { document: read.document, editor })
}
