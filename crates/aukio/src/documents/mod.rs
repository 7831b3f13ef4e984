//! Documents: texts that people write together. The log of updates is the truth; rooms, snapshots and
//! drawn pages are made from it.

pub mod access;
pub mod http;
pub mod log;
pub mod reading;
mod seat;
pub mod socket;
pub mod store;
pub mod stream;
pub mod versions;

use std::time::Duration;

use aukio_core::text::{Manuscript, Title};
use aukio_core::{DocumentId, Language, PersonId, SpaceId, Time, Viewer};
use aukio_sync::{Replica, Rooms};
use aukio_text::markdown;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

pub use access::{MayCreate, MayEdit};

use crate::app::App;
use crate::db::Tx;
use crate::journal::{self, Entry};
use crate::{people, spaces};
use log::{DocumentLog, Untold};
use reading::Readings;
use stream::Streams;

#[derive(Clone, Debug)]
pub struct Document {
    pub id: DocumentId,
    pub space: SpaceId,
    pub audience: i64,
    pub kind: Kind,
    pub state: State,
    pub title: String,
    pub language: Language,
    pub author: PersonId,
    pub created_at: Time,
    pub edited_at: Time,
    pub edited_by: PersonId,
    pub seq: i64,
}

impl Document {
    pub fn is_draft(&self) -> bool {
        self.state == State::Draft
    }

    /// The key of the words for its state.
    pub fn state_key(&self) -> &'static str {
        match self.state {
            State::Draft => "document-state-draft",
            State::Published => "document-state-published",
            State::Adopted => "document-state-adopted",
            State::Archived => "document-state-archived",
        }
    }

    /// The key of the words for its kind.
    pub fn kind_key(&self) -> &'static str {
        self.kind.key()
    }
}

macro_rules! names {
    ($type:ident { $($variant:ident = $name:literal,)* }) => {
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $type { $($variant,)* }

        impl $type {
            pub const ALL: &'static [$type] = &[$($type::$variant,)*];

            pub const fn name(self) -> &'static str {
                match self { $($type::$variant => $name,)* }
            }

            pub fn parse(text: &str) -> Option<$type> {
                match text { $($name => Some($type::$variant),)* _ => None }
            }
        }
    };
}

names! {
    Kind {
        Plain = "plain",
        OperatingModel = "operating_model",
        GoodPractice = "good_practice",
        InfoPackage = "info_package",
        Statement = "statement",
        Minutes = "minutes",
        Charter = "charter",
    }
}

names! {
    State {
        Draft = "draft",
        Published = "published",
        Adopted = "adopted",
        Archived = "archived",
    }
}

impl Kind {
    pub fn key(self) -> &'static str {
        match self {
            Kind::Plain => "document-kind-plain",
            Kind::OperatingModel => "document-kind-operating-model",
            Kind::GoodPractice => "document-kind-good-practice",
            Kind::InfoPackage => "document-kind-info-package",
            Kind::Statement => "document-kind-statement",
            Kind::Minutes => "document-kind-minutes",
            Kind::Charter => "document-kind-charter",
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    #[error("the document would become too large")]
    TooLarge,
    #[error("the document cannot be changed right now")]
    Busy,
    #[error("there is no such version")]
    NoSuchVersion,
    #[error("what is stored of the document is damaged")]
    Damaged,
    #[error("the document cannot be read: {0}")]
    Broken(String),
    #[error(transparent)]
    Store(#[from] sqlx::Error),
}

/// The rooms in which documents are open, and the pages drawn from them.
pub struct Documents {
    pub rooms: Rooms<DocumentLog>,
    readings: Readings,
    streams: Streams,
    pub untold: Untold,
    stop: CancellationToken,
}

impl Documents {
    pub fn new(log: DocumentLog, memory_bytes_max: usize, stop: CancellationToken) -> Self {
        // The log gathers the updates of all rooms together; a room that waited as well would double the delay.
        let settings =
            aukio_sync::Settings { gather: Duration::ZERO, memory_bytes_max, ..aukio_sync::Settings::default() };
        Self {
            untold: log.untold(),
            rooms: Rooms::new(log, settings),
            readings: Readings::default(),
            streams: Streams::default(),
            stop,
        }
    }

    /// Ends when the service stops, so that sockets tell their clients to come back.
    pub fn stopping(&self) -> StopSignal {
        StopSignal(self.stop.clone())
    }
}

/// Ready once the service stops.
pub struct StopSignal(CancellationToken);

impl StopSignal {
    pub fn cancelled(&mut self) -> WaitForCancellationFutureOwned {
        self.0.clone().cancelled_owned()
    }
}

pub struct NewDocument {
    pub title: Title,
    pub kind: Kind,
    pub state: State,
    /// None: guessed from the text.
    pub language: Option<Language>,
    pub manuscript: Manuscript,
    pub external_id: Option<String>,
}

/// Begins a document, with a text if there is one already.
pub async fn create(app: &App, may: MayCreate, new: NewDocument) -> Result<Document, DocumentError> {
    let mut tx = app.db.begin().await?;
    let document = create_in(&mut tx, app, may, new, app.clock.now()).await?;
    tx.commit().await?;
    app.journal.wake();
    Ok(document)
}

/// The same inside a larger transaction, at a time that may be past.
pub async fn create_in(
    tx: &mut Tx,
    app: &App,
    may: MayCreate,
    new: NewDocument,
    at: Time,
) -> Result<Document, DocumentError> {
    let (space, author) = may.spend();
    let text = new.manuscript.as_str();
    let language = new.language.unwrap_or_else(|| Language::detect(&format!("{} {text}", new.title), space.language));
    let document = Document {
        id: DocumentId(app.ids.next_at(at)),
        space: space.id,
        audience: space.audience,
        kind: new.kind,
        state: new.state,
        title: new.title.into_string(),
        language,
        author,
        created_at: at,
        edited_at: at,
        edited_by: author,
        seq: 0,
    };
    store::insert(tx, &document, new.external_id).await?;
    let tree = markdown::parse(text);
    let mut seq = 0;
    if !tree.blocks.is_empty() {
        let bytes = Replica::from_tree(&tree).map_err(|error| DocumentError::Broken(error.to_string()))?;
        let append = log::store::Append { document: document.id, updates: vec![(Some(author), bytes)], schema: 0 };
        log::store::append(tx, vec![append], at).await?;
        for settled in log::store::settle(tx, &[document.id]).await? {
            seq = settled.until;
            versions::note(tx, &settled).await?;
        }
        log::store::clear(tx).await?;
    }
    spaces::store::count(tx, space.id, "document_count", 1).await?;
    people::mark_acted(tx, author, at).await?;
    let entry = Entry::DocumentCreated { space: space.id, document: document.id };
    journal::record(tx, Some(author), at, entry).await?;
    Ok(Document { seq, ..document })
}

/// What a document is called and how far it is.
pub struct Description {
    pub title: Title,
    pub kind: Kind,
    pub state: State,
    pub language: Language,
}

pub async fn describe(app: &App, may: MayEdit, to: Description) -> Result<(), DocumentError> {
    let (document, editor) = may.spend();
    let changed =
        Document { title: to.title.into_string(), kind: to.kind, state: to.state, language: to.language, ..document };
    let mut tx = app.db.begin().await?;
    store::describe(&mut tx, &changed).await?;
    let entry = Entry::DocumentRenamed { space: changed.space, document: changed.id };
    journal::record(&mut tx, Some(editor), app.clock.now(), entry).await?;
    tx.commit().await?;
    app.journal.wake();
    Ok(())
}

/// A document that the viewer may read; None when there is none for them.
pub async fn readable(app: &App, viewer: &Viewer, id: DocumentId) -> sqlx::Result<Option<Document>> {
    match access::may_read(app, viewer, id).await {
        Ok(read) => Ok(Some(read.document)),
        Err(spaces::AccessError::Store(error)) => Err(error),
        Err(_) => Ok(None),
    }
}
