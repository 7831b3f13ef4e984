//! What of each thing can be found. A new kind of content is asked here what its facts are.

use std::collections::BTreeSet;

use aukio_core::{DocumentId, Language, PersonId, SpaceId, ThreadId, Time};
use aukio_index::{Change, Fact, Key, Kind, Tongue};
use aukio_text::tree::Document as Tree;
use aukio_text::{markdown, plain};

use super::SearchError;
use crate::app::App;
use crate::documents::{self, Document, DocumentError, versions};
use crate::journal::{Entry, Numbered};
use crate::people::{self, Brief};
use crate::spaces::{self, Space};
use crate::threads::{self, Message, Thread};
use crate::words::civil_day;

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
                if message == OPENING {
                    threads.insert(thread);
                } else {
                    messages.insert((thread, message));
                }
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
            Entry::MembershipChanged { .. } | Entry::DocumentVersionNamed { .. } | Entry::SessionsEnded { .. } => {}
        }
    }
    let mut changes = Vec::new();
    for id in spaces {
        if let Some(space) = spaces::store::by_id(&app.db, id).await? {
            changes.push(of_space(&space));
        }
    }
    let threads: Vec<i64> = threads.into_iter().map(|thread| thread.0).collect();
    let threads = threads::store::by_ids(&app.db, &threads).await?;
    changes.extend(of_threads(app, threads.values()).await?);
    for (thread, number) in messages {
        let Some(thread) = threads::store::by_id(&app.db, thread).await? else { continue };
        let Some(message) = threads::store::message(&app.db, thread.id, number).await? else { continue };
        changes.push(of_message(&message, &thread));
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
            (of_threads(app, all.iter()).await?, full(all.len(), all.last().map(|thread| thread.id.0)))
        }
        Source::Messages => {
            let all = threads::store::messages_after_id(&app.db, after, limit).await?;
            let mut wanted: Vec<i64> = all.iter().map(|message| message.thread.0).collect();
            wanted.sort_unstable();
            wanted.dedup();
            let threads = threads::store::by_ids(&app.db, &wanted).await?;
            let answers = all.iter().filter(|message| message.number != OPENING);
            let changes = answers.filter_map(|message| Some(of_message(message, threads.get(&message.thread.0)?)));
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

/// A thread's opening message is found as the thread: it carries no fact of its own.
const OPENING: i64 = 1;

/// A fact with nothing in it yet.
fn fact(kind: Kind, id: i64, audience: i64, language: Language, at: Option<Time>) -> Fact {
    let year = at.map_or(0, |at| u16::try_from(civil_day(at).year()).unwrap_or(0));
    Fact {
        key: Key { kind, id },
        section: String::new(),
        audience,
        space: None,
        language: tongue(language),
        title: String::new(),
        body: String::new(),
        names: String::new(),
        at: at.map_or(0, Time::microseconds),
        year,
    }
}

fn put(fact: Fact) -> Change {
    Change::Put(fact.key, vec![fact])
}

fn of_space(space: &Space) -> Change {
    put(Fact {
        space: Some(space.id.0),
        title: space.name.clone(),
        body: [&space.theme, &space.purpose, &space.output, &space.outcome].map(String::as_str).join("\n"),
        ..fact(Kind::Space, space.id.0, space.audience, space.language, Some(space.created_at))
    })
}

async fn of_threads(app: &App, threads: impl Iterator<Item = &Thread> + Clone) -> Result<Vec<Change>, SearchError> {
    let ids: Vec<i64> = threads.clone().map(|thread| thread.id.0).collect();
    let openings = threads::store::first_messages(&app.db, &ids).await?;
    Ok(threads.map(|thread| of_thread(thread, openings.get(&thread.id.0))).collect())
}

fn of_thread(thread: &Thread, opening: Option<&String>) -> Change {
    put(Fact {
        space: Some(thread.space.0),
        title: thread.title.clone(),
        body: opening.map(|body| plain::text(&markdown::parse(body))).unwrap_or_default(),
        ..fact(Kind::Thread, thread.id.0, thread.audience, thread.language, Some(thread.created_at))
    })
}

fn of_message(message: &Message, thread: &Thread) -> Change {
    if message.withdrawal.is_some() {
        return Change::Remove(Key { kind: Kind::Message, id: message.id.0 });
    }
    put(Fact {
        space: Some(thread.space.0),
        body: plain::text(&markdown::parse(&message.body)),
        ..fact(Kind::Message, message.id.0, thread.audience, message.language, Some(message.posted_at))
    })
}

/// A document has a fact for the whole, and one for each of its sections when there are several: words that
/// stand far apart are found together, and a hit opens where its words are. A document that cannot be opened
/// is still found by its title.
async fn of_document(app: &App, document: &Document) -> Change {
    let whole = Fact {
        space: Some(document.space.0),
        title: document.title.clone(),
        ..fact(Kind::Document, document.id.0, document.audience, document.language, Some(document.edited_at))
    };
    let tree = match documents::reading::tree(app, document.id).await {
        Ok((_, tree)) => Ok(tree),
        // No room for it now, or the service is stopping: what is committed can be read past the room.
        Err(DocumentError::Busy) => versions::tree_at(app, document.id, i64::MAX).await,
        Err(error) => Err(error),
    };
    let tree = match tree {
        Ok(tree) => tree,
        Err(error) => {
            tracing::warn!(%error, document = %document.id, "a document cannot be opened for search");
            return put(whole);
        }
    };
    let mut facts: Vec<Fact> = sections(&tree)
        .into_iter()
        .map(|part| Fact { section: part.anchor, title: part.path.join(" "), body: part.text, ..whole.clone() })
        .collect();
    facts.push(Fact { body: plain::text(&tree), ..whole });
    Change::Put(facts[0].key, facts)
}

/// The sections that are hits of their own: those under a heading.
pub fn sections(tree: &Tree) -> Vec<plain::Part> {
    plain::sections(tree).into_iter().filter(|part| !part.anchor.is_empty()).collect()
}

fn of_person(person: &Brief) -> Change {
    put(Fact {
        title: person.name.clone(),
        // An employer, an association, a municipality.
        names: person.organisation.clone(),
        ..fact(Kind::Person, person.id.0, 0, Language::Fi, None)
    })
}

/// People are found once they have acted in public, and no longer when they have gone.
async fn of_person_id(app: &App, id: PersonId) -> Result<Change, SearchError> {
    let found = people::public_after_id(&app.db, PersonId(id.0 - 1), 1).await?;
    Ok(match found.first() {
        Some(person) if person.id == id => of_person(person),
        _ => Change::Remove(Key { kind: Kind::Person, id: id.0 }),
    })
}

/// How many things there are to be found, about: for telling how far a filling is.
pub async fn expected(app: &App) -> sqlx::Result<i64> {
    Ok(threads::store::count_messages(&app.db).await? + documents::store::count(&app.db).await?)
}
