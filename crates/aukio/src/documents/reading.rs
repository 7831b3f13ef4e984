//! Documents as readers see them: drawn from the shared text, kept until it changes, told to live pages
//! section by section.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aukio_core::{DocumentId, Language};
use aukio_protocol::{Limits, update};
use aukio_sync::{EditError, OpenError, Replica, Source};
use aukio_text::html::{self, Section};
use aukio_text::tree::Document as Tree;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::access::MayEdit;
use super::{DocumentError, log, store, versions};
use crate::app::App;
use crate::journal::{self, Entry};
use crate::words::Words;

/// Drawn documents that are kept in memory.
const KEPT_MOST: usize = 256;

/// A document drawn for reading.
#[derive(Clone)]
pub struct Reading {
    pub seq: i64,
    pub sections: Arc<Vec<Section>>,
    /// The list of headings, as HTML.
    pub contents: Arc<str>,
}

/// What followers of a document are sent.
pub struct Change {
    pub seq: i64,
    /// The keys of all sections, in order.
    pub order: Vec<String>,
    /// The sections that the last frame did not have.
    pub changed: HashMap<String, String>,
    pub contents: Arc<str>,
}

#[derive(Default)]
pub(super) struct Readings {
    drawn: Mutex<HashMap<DocumentId, Reading>>,
    told: Mutex<HashMap<DocumentId, HashSet<String>>>,
}

impl From<OpenError> for DocumentError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Missing => DocumentError::Broken("there is no such document".to_owned()),
            OpenError::Unavailable(cause) => {
                tracing::warn!(cause, "a document cannot be opened");
                DocumentError::Busy
            }
            OpenError::Damaged(cause) => {
                tracing::error!(cause, "a stored document cannot be read");
                DocumentError::Damaged
            }
        }
    }
}

impl From<EditError> for DocumentError {
    fn from(error: EditError) -> Self {
        match error {
            EditError::Open(error) => error.into(),
            EditError::Unsaved => DocumentError::Busy,
            EditError::Damaged => DocumentError::Damaged,
            EditError::Failed => DocumentError::TooLarge,
        }
    }
}

/// The text as it stands, with the number of its last update.
pub async fn tree(app: &App, id: DocumentId) -> Result<(i64, Tree), DocumentError> {
    Ok(app.documents.rooms.text(id.0).await?)
}

/// The document drawn for reading. A drawing is used again until the document's number has moved.
pub async fn read(app: &App, id: DocumentId) -> Result<Reading, DocumentError> {
    let (seq, language) =
        store::by_id(&app.db, id).await?.map_or((0, Language::Fi), |document| (document.seq, document.language));
    let readings = &app.documents.readings;
    if let Some(reading) = readings.drawn.lock().unwrap_or_else(PoisonError::into_inner).get(&id)
        && reading.seq == seq
    {
        return Ok(reading.clone());
    }
    let (seq, tree) = tree(app, id).await?;
    let reading = draw(seq, &tree, &options(language));
    let mut drawn = readings.drawn.lock().unwrap_or_else(PoisonError::into_inner);
    if drawn.len() >= KEPT_MOST {
        drawn.clear();
    }
    drawn.insert(id, reading.clone());
    Ok(reading)
}

/// The words that stand inside a document's HTML, in the document's own language.
pub fn options(language: Language) -> html::Options {
    let words = Words(language);
    html::Options {
        unknown: words.say("content-newer"),
        table: words.say("content-table"),
        code: words.say("content-code"),
    }
}

fn draw(seq: i64, tree: &Tree, options: &html::Options) -> Reading {
    let sections = html::document(tree, options);
    let contents = html::contents(&sections).into();
    Reading { seq, sections: Arc::new(sections), contents }
}

/// The document's change for live readers; None when it cannot be read now, and then the next one tells.
pub async fn change(app: &App, id: DocumentId, fresh: bool) -> Option<Change> {
    let reading = match read(app, id).await {
        Ok(reading) => reading,
        Err(error) => {
            tracing::warn!(%error, document = %id, "a change cannot be drawn");
            return None;
        }
    };
    let order: Vec<String> = reading.sections.iter().map(|section| section.key.clone()).collect();
    let mut changed = HashMap::new();
    if fresh {
        let mut told = app.documents.readings.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= KEPT_MOST {
            told.clear();
        }
        let before = told.insert(id, order.iter().cloned().collect()).unwrap_or_default();
        let news = reading.sections.iter().filter(|section| !before.contains(&section.key));
        // The first frame after a start would hold the whole text; its readers have most of it already
        // and fetch the page if they do not.
        if !before.is_empty() || reading.sections.len() <= 2 {
            changed.extend(news.map(|section| (section.key.clone(), section.html.clone())));
        }
    }
    Some(Change { seq: reading.seq, order, changed, contents: reading.contents })
}

/// Takes a whole text that somebody edited in a form. The change is made on the document as it was when
/// the form was drawn and merged like any other, so that others' changes since then survive.
pub async fn rewrite(app: &App, may: MayEdit, drawn_at: i64, text: Tree) -> Result<(), DocumentError> {
    let (document, editor) = may.spend();
    let mut then = log::replica_at(&app.db, document.id, drawn_at).await?;
    let broken = |error: aukio_sync::ReplicaError| DocumentError::from(OpenError::Damaged(error.to_string()));
    let Some(bytes) = then.replace_with(&text).map_err(broken)? else {
        return Ok(());
    };
    let summary = update::validate(&bytes, &Limits::stored()).map_err(|_| DocumentError::TooLarge)?;
    let change = move |replica: &mut Replica| {
        replica.apply(Source::SERVER, &bytes, &summary).ok()?;
        Some(bytes)
    };
    app.documents.rooms.edit(document.id.0, Some(editor.0), change).await?;
    Ok(())
}

/// Settles edits and tells the journal of them, a moment after they happened: a burst of keystrokes becomes one
/// entry. What a crash left unsettled is found and told at the next start.
pub async fn tell_journal(app: App, stop: CancellationToken) {
    /// Between two times, if little is written.
    const MOMENT: Duration = Duration::from_millis(250);
    /// The more documents are written at the same time, the longer a moment: each of them costs the disk some pages,
    /// for one keystroke as for a hundred.
    const FOR_EACH: Duration = Duration::from_millis(20);
    /// Readers of a page see an edit after this at the latest, unless the disk is slow.
    const LONGEST: Duration = Duration::from_secs(1);
    let mut pause = MOMENT;
    loop {
        tokio::select! {
            () = stop.cancelled() => {
                // The last words before the end are told, too.
                let _ = tell(&app).await;
                return;
            }
            () = tokio::time::sleep(pause) => {}
        }
        let began = Instant::now();
        match tell(&app).await {
            // A slow disk has most of its time for the keystrokes.
            Ok(documents) => pause = (FOR_EACH * documents).clamp(MOMENT, LONGEST).max(began.elapsed() * 4),
            Err(error) => tracing::warn!(%error, "edits of documents cannot be told to the journal"),
        }
    }
}

/// Tells of all that has been written. Returns of how many documents.
async fn tell(app: &App) -> sqlx::Result<u32> {
    const PORTION: i64 = 1024;
    /// Documents in one transaction. Together they touch fewer pages of the database, but the next keystrokes wait.
    const TOGETHER: usize = 64;
    let (mut after, mut count) = (DocumentId(i64::MIN), 0);
    loop {
        let documents = log::store::unsettled(&app.db, after, PORTION).await?;
        for some in documents.chunks(TOGETHER) {
            let Err(error) = settle(app, some).await else { continue };
            tracing::warn!(%error, documents = some.len(), "documents cannot be settled together");
            // One that cannot be settled must not keep the others back.
            for document in some {
                if let Err(error) = settle(app, std::slice::from_ref(document)).await {
                    tracing::error!(%error, %document, "the newest updates of a document cannot be settled");
                }
            }
        }
        count += u32::try_from(documents.len()).unwrap_or(u32::MAX);
        match documents.last() {
            Some(last) if documents.len() as i64 == PORTION => after = *last,
            _ => break,
        }
    }
    Ok(count)
}

async fn settle(app: &App, documents: &[DocumentId]) -> sqlx::Result<()> {
    let mut tx = app.db.begin().await?;
    for one in log::store::settle(&mut tx, documents).await? {
        versions::note(&mut tx, &one).await?;
        let entry = Entry::DocumentEdited { space: one.space, document: one.document, seq: one.until };
        journal::record(&mut tx, Some(one.writer), app.clock.now(), entry).await?;
    }
    log::store::clear(&mut tx).await?;
    tx.commit().await?;
    app.journal.wake();
    Ok(())
}
