//! What of each thing can be found. A new kind of content is asked here what its facts are.

use std::collections::BTreeSet;

use aukio_core::{DocumentId, Language, PersonId, SpaceId, ThreadId};
use aukio_index::{Change, Fact, Key, Kind, Tongue};
use aukio_text::{markdown, plain};

use super::SearchError;
use crate::app::App;
use crate::documents::{self, Document};
use crate::journal::{Entry, Numbered};
use crate::people::{self, Brief};
use crate::spaces::{self, Space};
use crate::threads::{self, Message, Thread};

pub fn tongue(language: Language) -> Tongue {
    match language {
        Language::Fi => Tongue::Fi,
        Language::Sv => Tongue::Sv,
        Language::En => Tongue::En,
    }
}

/// Where facts come from when an index is filled.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    Spaces,
    Threads,
    Messages,
    Documents,
    People,
}

impl Source {
    pub const ALL: [Source; 5] = [Source::Spaces, Source::Threads, Source::Messages, Source::Documents, Source::People];
}

/// The changes that some entries of the journal mean. A thing that changed several times is looked up once.
pub async fn of_entries(app: &App, entries: &[Numbered]) -> Result<Vec<Change>, SearchError> {
    let mut spaces = BTreeSet::new();
    let mut threads = BTreeSet::new();
    let mut messages = BTreeSet::new();
    let mut documents = BTreeSet::new();
    let mut people = BTreeSet::new();
    for numbered in entries {
        match numbered.entry {
            Entry::SpaceCreated { space } | Entry::SpaceChanged { space } => {
                spaces.insert(space);
            }
            Entry::ThreadStarted { thread, .. } => {
                threads.insert(thread);
            }
            Entry::MessagePosted { thread, message, .. }
            | Entry::MessageEdited { thread, message, .. }
            | Entry::MessageWithdrawn { thread, message, .. } => {
                messages.insert((thread, message));
                // The first public act makes its author findable.
                people.extend(numbered.actor);
            }
            Entry::DocumentCreated { document, .. }
            | Entry::DocumentRenamed { document, .. }
            | Entry::DocumentEdited { document, .. } => {
                documents.insert(document);
                people.extend(numbered.actor);
            }
            Entry::PersonJoined { person } | Entry::PersonChanged { person } | Entry::PersonClosed { person } => {
                people.insert(person);
            }
            Entry::MembershipChanged { .. } | Entry::DocumentVersionNamed { .. } => {}
        }
    }
    let mut changes = Vec::new();
    for id in spaces {
        if let Some(space) = spaces::store::by_id(&app.db, id).await? {
            changes.push(of_space(&space));
        }
    }
    for id in threads {
        if let Some(thread) = threads::store::by_id(&app.db, id).await? {
            changes.push(of_thread(&thread));
        }
    }
    for (thread, number) in messages {
        let Some(thread) = threads::store::by_id(&app.db, thread).await? else { continue };
        let Some(message) = threads::store::message(&app.db, thread.id, number).await? else { continue };
        let authors = people::brief(&app.db, &[message.author.0]).await?;
        changes.push(of_message(&message, &thread, authors.get(&message.author.0)));
    }
    for id in documents {
        if let Some(document) = documents::store::by_id(&app.db, id).await? {
            changes.push(of_document(app, &document).await);
        }
    }
    for id in people {
        changes.push(of_person_id(app, id).await?);
    }
    Ok(changes)
}

/// Facts of one source after an id, and the id to go on after; None at the end.
pub async fn portion(
    app: &App,
    source: Source,
    after: i64,
    limit: i64,
) -> Result<(Vec<Change>, Option<i64>), SearchError> {
    let full = |count: usize, last: Option<i64>| last.filter(|_| count as i64 == limit);
    Ok(match source {
        Source::Spaces => {
            let all = spaces::store::after_id(&app.db, SpaceId(after), limit).await?;
            (all.iter().map(of_space).collect(), full(all.len(), all.last().map(|space| space.id.0)))
        }
        Source::Threads => {
            let all = threads::store::after_id(&app.db, ThreadId(after), limit).await?;
            (all.iter().map(of_thread).collect(), full(all.len(), all.last().map(|thread| thread.id.0)))
        }
        Source::Messages => {
            let all = threads::store::messages_after_id(&app.db, after, limit).await?;
            let mut wanted: Vec<i64> = all.iter().map(|message| message.thread.0).collect();
            wanted.sort_unstable();
            wanted.dedup();
            let threads = threads::store::by_ids(&app.db, &wanted).await?;
            let authors: Vec<i64> = all.iter().map(|message| message.author.0).collect();
            let authors = people::brief(&app.db, &authors).await?;
            let changes = all.iter().filter_map(|message| {
                let thread = threads.get(&message.thread.0)?;
                Some(of_message(message, thread, authors.get(&message.author.0)))
            });
            (changes.collect(), full(all.len(), all.last().map(|message| message.id.0)))
        }
        Source::Documents => {
            // Each is a text of its own to open, so the portions are small.
            let limit = limit.min(50);
            let all = documents::store::after_id(&app.db, DocumentId(after), limit).await?;
            let mut changes = Vec::with_capacity(all.len());
            for document in &all {
                changes.push(of_document(app, document).await);
            }
            let next = all.last().map(|document| document.id.0).filter(|_| all.len() as i64 == limit);
            (changes, next)
        }
        Source::People => {
            let all = people::public_after_id(&app.db, PersonId(after), limit).await?;
            (all.iter().map(of_person).collect(), full(all.len(), all.last().map(|person| person.id.0)))
        }
    })
}

fn of_space(space: &Space) -> Change {
    let key = Key { kind: Kind::Space, id: space.id.0 };
    let fact = Fact {
        key: key.clone(),
        section: String::new(),
        audience: space.audience,
        space: Some(space.id.0),
        thread: None,
        language: tongue(space.language),
        title: space.name.clone(),
        body: [&space.theme, &space.purpose, &space.output, &space.outcome].map(String::as_str).join("\n"),
        names: String::new(),
        at: space.created_at.microseconds(),
    };
    Change::Put(key, vec![fact])
}

fn of_thread(thread: &Thread) -> Change {
    let key = Key { kind: Kind::Thread, id: thread.id.0 };
    let fact = Fact {
        key: key.clone(),
        section: String::new(),
        audience: thread.audience,
        space: Some(thread.space.0),
        thread: Some(thread.id.0),
        language: tongue(thread.language),
        title: thread.title.clone(),
        body: String::new(),
        names: String::new(),
        at: thread.created_at.microseconds(),
    };
    Change::Put(key, vec![fact])
}

fn of_message(message: &Message, thread: &Thread, author: Option<&Brief>) -> Change {
    let key = Key { kind: Kind::Message, id: message.id.0 };
    if message.withdrawal.is_some() {
        return Change::Remove(key);
    }
    let fact = Fact {
        key: key.clone(),
        section: String::new(),
        audience: thread.audience,
        space: Some(thread.space.0),
        thread: Some(thread.id.0),
        language: tongue(message.language),
        title: String::new(),
        body: plain::text(&markdown::parse(&message.body)),
        names: author.map(|author| author.name.clone()).unwrap_or_default(),
        at: message.posted_at.microseconds(),
    };
    Change::Put(key, vec![fact])
}

/// A document has a fact for each of its sections, the title standing in the first. One that cannot be
/// opened is still found by its title.
async fn of_document(app: &App, document: &Document) -> Change {
    let key = Key { kind: Kind::Document, id: document.id.0 };
    let parts = match documents::reading::tree(app, document.id).await {
        Ok((_, tree)) => plain::sections(&tree),
        Err(error) => {
            tracing::warn!(%error, document = %document.id, "a document cannot be opened for search");
            Vec::new()
        }
    };
    let fact = |section: String, title: String, body: String| Fact {
        key: key.clone(),
        section,
        audience: document.audience,
        space: Some(document.space.0),
        thread: None,
        language: tongue(document.language),
        title,
        body,
        names: String::new(),
        at: document.edited_at.microseconds(),
    };
    let mut facts = Vec::with_capacity(parts.len() + 1);
    let mut parts = parts.into_iter().peekable();
    // What stands before the first heading belongs to the title.
    let opening = parts.next_if(|part| part.anchor.is_empty()).map(|part| part.text).unwrap_or_default();
    facts.push(fact(String::new(), document.title.clone(), opening));
    facts.extend(parts.map(|part| fact(part.anchor, part.path.join(" "), part.text)));
    Change::Put(key, facts)
}

fn of_person(person: &Brief) -> Change {
    let key = Key { kind: Kind::Person, id: person.id.0 };
    let fact = Fact {
        key: key.clone(),
        section: String::new(),
        audience: 0,
        space: None,
        thread: None,
        language: Tongue::Fi,
        title: person.name.clone(),
        body: person.organisation.clone(),
        names: String::new(),
        at: 0,
    };
    Change::Put(key, vec![fact])
}

/// People are found once they have acted in public, and no longer when they have gone.
async fn of_person_id(app: &App, id: PersonId) -> Result<Change, SearchError> {
    let found = people::public_after_id(&app.db, PersonId(id.0 - 1), 1).await?;
    Ok(match found.first() {
        Some(person) if person.id == id => of_person(person),
        _ => Change::Remove(Key { kind: Kind::Person, id: id.0 }),
    })
}
