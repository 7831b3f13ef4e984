//! Rows of threads and messages.

use aukio_core::text::{Body, Title};

use super::row;
use super::{Importer, RowError, language, marks, refused, store, text, time};
use crate::db::Tx;
use crate::documents;
use crate::threads::{self, MayPost, MayStart, NewMessage, NewThread};

impl Importer<'_> {
    pub(super) async fn thread(&mut self, tx: &mut Tx, row: row::Thread) -> Result<bool, RowError> {
        if threads::store::by_external_id(&mut *tx, &row.id).await?.is_some() {
            return Ok(false);
        }
        let space = self.space_of(tx, &row.space).await?;
        let author = self.person_of(tx, &row.author).await?;
        let document = match &row.document {
            Some(id) => Some(
                documents::store::by_external_id(&mut *tx, id)
                    .await?
                    .ok_or_else(|| RowError::Unknown("the document", id.clone()))?
                    .id,
            ),
            None => None,
        };
        let marks = self.marks(tx, row.history.as_ref()).await?;
        let new = NewThread {
            title: text("title", Title::parse(&row.title))?,
            body: body(&row.body, marks.as_ref())?,
            language: language(row.language.as_deref())?,
            document,
            external_id: Some(row.id),
        };
        let at = time(self.app, row.at.as_deref())?;
        let may = MayStart::for_import(space, author);
        let thread = threads::start_in(tx, self.app, may, new, at).await.map_err(refused)?;
        if let Some(marks) = marks {
            store::mark_message(tx, thread.id, 1, &row.body, marks).await?;
        }
        Ok(true)
    }

    pub(super) async fn message(&mut self, tx: &mut Tx, row: row::Message) -> Result<bool, RowError> {
        if self.known.contains(&row.id) || self.numbers.contains_key(&row.id) {
            return Ok(false);
        }
        let thread = self.thread_of(tx, &row.thread).await?;
        let author = self.person_of(tx, &row.author).await?;
        let parent = match &row.parent {
            // The first message has come with the thread.
            Some(id) if *id == row.thread => Some(1),
            Some(id) => {
                let parent = match self.numbers.get(id) {
                    Some((of, number)) => Some(*number).filter(|_| *of == thread.id),
                    None => threads::store::number_by_external_id(&mut *tx, thread.id, id).await?,
                };
                Some(parent.ok_or_else(|| RowError::Unknown("the parent", id.clone()))?)
            }
            None => None,
        };
        let marks = self.marks(tx, row.history.as_ref()).await?;
        let new = NewMessage {
            body: body(&row.body, marks.as_ref())?,
            language: language(row.language.as_deref())?,
            parent,
            external_id: Some(row.id.clone()),
        };
        let at = time(self.app, row.at.as_deref())?;
        let may = MayPost::for_import(&thread, author);
        let message = threads::post_in(tx, self.app, may, new, at).await.map_err(refused)?;
        if let Some(marks) = marks {
            store::mark_message(tx, thread.id, message.number, &row.body, marks).await?;
        }
        self.numbers.insert(row.id, (thread.id, message.number));
        Ok(true)
    }

    async fn marks(&mut self, tx: &mut Tx, row: Option<&row::History>) -> Result<Option<marks::Message>, RowError> {
        let Some(row) = row else { return Ok(None) };
        let by = match &row.withdrawn {
            Some(withdrawn) => Some(self.person_of(tx, &withdrawn.by).await?),
            None => None,
        };
        marks::Message::of(row, by).map(Some)
    }
}

/// The text of a message. One that was withdrawn has none; its marks take this one away again.
fn body(text: &str, marks: Option<&marks::Message>) -> Result<Body, RowError> {
    let withdrawn = marks.is_some_and(|marks| marks.withdrawal.is_some());
    self::text("body", Body::parse(if withdrawn && text.is_empty() { "-" } else { text }))
}
