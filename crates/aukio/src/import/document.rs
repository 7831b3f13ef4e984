//! Rows of documents: what they are, their logs, and the sittings in which they were written.

use aukio_core::text::{Manuscript, Title};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::row;
use super::{Importer, RowError, language, refused, store, text, time};
use crate::db::Tx;
use crate::documents::{self, MayCreate, NewDocument};
use crate::journal::{self, Entry};

impl Importer<'_> {
    pub(super) async fn document(&mut self, tx: &mut Tx, row: row::Document) -> Result<bool, RowError> {
        if documents::store::by_external_id(&mut *tx, &row.id).await?.is_some() {
            return Ok(false);
        }
        let space = self.space_of(tx, &row.space).await?;
        let author = self.person_of(tx, &row.author).await?;
        let kind = match row.kind.as_deref() {
            None => documents::Kind::Plain,
            Some(kind) => documents::Kind::parse(kind).ok_or_else(|| RowError::NoSuch("the type", kind.to_owned()))?,
        };
        let state = match row.state.as_deref() {
            None => documents::State::Draft,
            Some(state) => {
                documents::State::parse(state).ok_or_else(|| RowError::NoSuch("the state", state.to_owned()))?
            }
        };
        let new = NewDocument {
            title: text("title", Title::parse(&row.title))?,
            kind,
            state,
            language: language(row.language.as_deref())?,
            manuscript: text("body", Manuscript::parse(if row.log.is_some() { "" } else { &row.body }))?,
            external_id: Some(row.id),
        };
        let at = time(self.app, row.at.as_deref())?;
        let may = MayCreate::for_import(space, author);
        documents::create_in(tx, self.app, may, new, at).await.map_err(refused)?;
        Ok(true)
    }

    /// A part of the log of a document that this file has brought; what is there already is left.
    pub(super) async fn updates(&mut self, tx: &mut Tx, row: row::Updates) -> Result<bool, RowError> {
        let document = self.document_of(tx, &row.document).await?;
        let known = document.seq - row.from + 1;
        if known < 0 {
            return Err(RowError::Refused(format!("updates before {} are missing", row.from)));
        }
        let new = row.updates.iter().skip(usize::try_from(known).unwrap_or(usize::MAX));
        let mut seq = document.seq;
        for update in new {
            let actor = match &update.by {
                Some(person) => Some(self.person_of(tx, person).await?),
                None => None,
            };
            let bytes = BASE64.decode(&update.bytes).map_err(refused)?;
            aukio_protocol::update::validate(&bytes, &aukio_protocol::Limits::stored()).map_err(refused)?;
            let update_at = time(self.app, Some(&update.at))?;
            let append =
                documents::log::store::Append { document: document.id, updates: vec![(actor, bytes)], schema: 0 };
            documents::log::store::append(tx, vec![append], update_at).await?;
            seq += 1;
        }
        if seq == document.seq {
            return Ok(false);
        }
        // The sittings come in a row of their own, so that they are what they were.
        documents::log::store::settle(tx, &[document.id]).await?;
        documents::log::store::clear(tx).await?;
        let entry = Entry::DocumentEdited { space: document.space, document: document.id, seq };
        journal::record(tx, Some(document.author), document.created_at, entry).await?;
        Ok(true)
    }

    pub(super) async fn versions(&mut self, tx: &mut Tx, row: row::Versions) -> Result<bool, RowError> {
        let document = self.document_of(tx, &row.document).await?;
        let mut any = false;
        for version in row.versions {
            let mut writers = Vec::new();
            for person in &version.writers {
                writers.push(self.person_of(tx, person).await?);
            }
            let named_by = match &version.named_by {
                Some(person) => Some(self.person_of(tx, person).await?),
                None => None,
            };
            let (begun, ended) = (time(self.app, Some(&version.begun))?, time(self.app, Some(&version.ended))?);
            any |= store::put_version(tx, document.id, version, (begun, ended), named_by, writers).await?;
        }
        Ok(any)
    }

    async fn document_of(&self, tx: &mut Tx, id: &str) -> Result<documents::Document, RowError> {
        let document = documents::store::by_external_id(&mut *tx, id).await?;
        document.ok_or_else(|| RowError::Unknown("the document", id.to_owned()))
    }
}
