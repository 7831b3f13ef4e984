//! Versions of a document. Each update in its log can be gone back to; updates that follow each other
//! closely are one *sitting*, which is what lists show and what can be given a name. Going back is a new
//! edit: nothing that was ever written is taken away.

pub mod store;

use aukio_core::text::Title;
use aukio_core::{DocumentId, PersonId, Time};
use aukio_sync::{OpenError, Replica};
use aukio_text::tree::Document as Tree;

use super::log::store::Settled;
use super::{DocumentError, MayEdit, log};
use crate::app::App;
use crate::db::Tx;
use crate::journal::{self, Entry};

/// A sitting goes on as long as nobody pauses for longer than this.
const PAUSE_MINUTES: i64 = 10;
/// And ends after this long all the same, so that a busy day is more than one line.
const SITTING_MINUTES_MOST: i64 = 60;

/// A sitting: the updates `first_seq` to `last_seq` of a document's log.
#[derive(Clone, Debug)]
pub struct Version {
    pub first_seq: i64,
    pub last_seq: i64,
    pub begun_at: Time,
    pub ended_at: Time,
    pub name: Option<String>,
}

impl Version {
    /// Whether an update at this time belongs to the sitting. A name ends it: what comes after is something else.
    fn goes_on_at(&self, at: Time) -> bool {
        let minutes = |from: Time| (at.microseconds() - from.microseconds()) / 60_000_000;
        self.name.is_none() && minutes(self.ended_at) < PAUSE_MINUTES && minutes(self.begun_at) < SITTING_MINUTES_MOST
    }
}

/// Notes that updates have been written: they prolong the last sitting or begin a new one.
pub(super) async fn note(tx: &mut Tx, new: &Settled) -> sqlx::Result<()> {
    let sitting = match store::last(&mut *tx, new.document).await? {
        Some(last) if last.goes_on_at(new.begun_at) => {
            store::prolong(tx, new.document, last.first_seq, new.until, new.ended_at).await?;
            last.first_seq
        }
        _ => {
            let version = Version {
                first_seq: new.after + 1,
                last_seq: new.until,
                begun_at: new.begun_at,
                ended_at: new.ended_at,
                name: None,
            };
            store::begin(tx, new.document, &version).await?;
            version.first_seq
        }
    };
    store::add_writers(tx, new.document, sitting, new.writers.keys().copied()).await
}

/// The text as it was after the update `seq`. Replays the log, on a thread of its own.
///
/// # Errors
/// The log cannot be read, or what it holds is no text.
pub async fn tree_at(app: &App, document: DocumentId, seq: i64) -> Result<Tree, DocumentError> {
    let mut replica = log::replica_at(&app.db, document, seq).await?;
    Ok(replica.tree().map_err(|error| OpenError::Damaged(error.to_string()))?)
}

/// Gives the sitting that ends with the update `seq` a name, or takes its name away.
///
/// # Errors
/// [`DocumentError::NoSuchVersion`] when no sitting ends there (any more).
pub async fn name(app: &App, may: MayEdit, seq: i64, name: Option<Title>) -> Result<(), DocumentError> {
    let (document, editor) = may.spend();
    let mut tx = app.db.begin().await?;
    if !store::name(&mut tx, document.id, seq, name.map(Title::into_string), editor).await? {
        return Err(DocumentError::NoSuchVersion);
    }
    let entry = Entry::DocumentVersionNamed { space: document.space, document: document.id, seq };
    journal::record(&mut tx, Some(editor), app.clock.now(), entry).await?;
    tx.commit().await?;
    app.journal.wake();
    Ok(())
}

/// Makes the document say again what it said after the update `seq`. The change is an edit like any other,
/// in the history under the name of whoever made it.
///
/// # Errors
/// The old text cannot be read, or the change cannot be saved; then nothing has changed.
pub async fn restore(app: &App, may: MayEdit, seq: i64) -> Result<(), DocumentError> {
    let (document, editor) = may.spend();
    let then = tree_at(app, document.id, seq).await?;
    let change = move |replica: &mut Replica| replica.replace_with(&then).ok().flatten();
    app.documents.rooms.edit(document.id.0, Some(editor.0), change).await?;
    Ok(())
}

/// Who had a hand in sittings, by the first update of each.
pub type Writers = std::collections::HashMap<i64, Vec<PersonId>>;
