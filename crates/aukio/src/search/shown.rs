//! Hits as the page shows them: read again from the database, through the viewer.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use aukio_core::{Language, Time, Viewer};
use aukio_index::{Hit, Kind, Piece, Query, marked, snippet};
use aukio_text::{markdown, plain};

use super::SearchError;
use super::facts::tongue;
use crate::app::App;
use crate::spaces::store as spaces_store;
use crate::threads::view;
use crate::words::Words;
use crate::{documents, people, spaces, threads};

/// A hit with everything that is said of it.
pub struct Shown {
    pub kind: Kind,
    pub title: Vec<Piece>,
    /// Without the language in front.
    pub address: String,
    pub language: Language,
    pub snippet: Vec<Piece>,
    pub space: Option<String>,
    pub by: Option<String>,
    pub at: Option<Time>,
}

impl Shown {
    pub fn kind_key(&self) -> &'static str {
        match self.kind {
            Kind::Space => "space",
            Kind::Thread => "thread",
            Kind::Message => "hit-message",
            Kind::Document => "document",
            Kind::Person => "hit-person",
        }
    }

    pub fn icon(&self) -> &'static str {
        match self.kind {
            Kind::Space => "group",
            Kind::Thread | Kind::Message => "thread",
            Kind::Document => "document",
            Kind::Person => "person",
        }
    }

    pub fn is_document(&self) -> bool {
        self.kind == Kind::Document
    }
}

fn ids(hits: &[Hit], kind: Kind) -> Vec<i64> {
    hits.iter().filter(|hit| hit.kind == kind).map(|hit| hit.id).collect()
}

/// Reads the hits again. What the viewer may not read any more, or what is gone, is left out.
pub async fn shown(
    app: &App,
    viewer: &Viewer,
    words: Words,
    query: &Query,
    hits: &[Hit],
) -> Result<Vec<Shown>, SearchError> {
    let db = &app.db;
    let key = viewer.key();
    let spaces = spaces::store::readable_by_ids(db, key, &ids(hits, Kind::Space)).await?;
    let messages = threads::store::messages_by_ids(db, &ids(hits, Kind::Message)).await?;
    let mut thread_ids = ids(hits, Kind::Thread);
    thread_ids.extend(messages.values().map(|message| message.thread.0));
    let threads = threads::store::readable_by_ids(db, key, &thread_ids).await?;
    let first = threads::store::first_messages(db, &ids(hits, Kind::Thread)).await?;
    let documents = documents::store::readable_by_ids(db, key, &ids(hits, Kind::Document)).await?;
    let mut person_ids = ids(hits, Kind::Person);
    person_ids.extend(messages.values().map(|message| message.author.0));
    person_ids.extend(threads.values().map(|thread| thread.author.0));
    person_ids.extend(documents.values().map(|document| document.edited_by.0));
    let people = people::brief(db, &person_ids).await?;
    let mut places: Vec<i64> = threads.values().map(|thread| thread.space.0).collect();
    places.extend(documents.values().map(|document| document.space.0));
    let places = spaces_store::names(db, &places).await?;
    let place = |space: i64| places.get(&space).map(|(_, name)| name.clone());
    let name = |person: i64| match people.get(&person) {
        Some(person) if !person.closed => person.name.clone(),
        _ => words.say("person-gone"),
    };

    let terms = app.search.terms(query);
    let analyser = app.search.index.analyser();
    let cut = |language: Language, text: &str| snippet(analyser, &terms, tongue(language), text);
    let mark = |language: Language, title: &str| marked(analyser, &terms, tongue(language), title);
    let mut texts: HashMap<i64, Vec<plain::Part>> = HashMap::new();
    let mut all = Vec::with_capacity(hits.len());
    for hit in hits {
        let shown = match hit.kind {
            Kind::Space => spaces.get(&hit.id).map(|space| Shown {
                kind: hit.kind,
                title: mark(space.language, &space.name),
                address: format!("/spaces/{}", space.slug),
                language: space.language,
                snippet: cut(space.language, &format!("{}\n{}", space.theme, space.purpose)),
                space: None,
                by: None,
                at: None,
            }),
            Kind::Thread => threads.get(&hit.id).map(|thread| Shown {
                kind: hit.kind,
                title: mark(thread.language, &thread.title),
                address: view::address(thread.id, &thread.title),
                language: thread.language,
                snippet: first
                    .get(&hit.id)
                    .map(|body| cut(thread.language, &plain::text(&markdown::parse(body))))
                    .unwrap_or_default(),
                space: place(thread.space.0),
                by: Some(name(thread.author.0)),
                at: Some(thread.last_at),
            }),
            Kind::Message => messages.get(&hit.id).and_then(|message| {
                let thread = threads.get(&message.thread.0)?;
                if message.withdrawal.is_some() {
                    return None;
                }
                Some(Shown {
                    kind: hit.kind,
                    title: mark(thread.language, &thread.title),
                    address: format!("/threads/{}/{n}#m{n}", thread.id, n = message.number),
                    language: message.language,
                    snippet: cut(message.language, &plain::text(&markdown::parse(&message.body))),
                    space: place(thread.space.0),
                    by: Some(name(message.author.0)),
                    at: Some(message.posted_at),
                })
            }),
            Kind::Document => match documents.get(&hit.id) {
                None => None,
                Some(document) => {
                    let parts = match texts.entry(hit.id) {
                        Entry::Occupied(parts) => parts.into_mut(),
                        // One text may have several hits.
                        Entry::Vacant(place) => place.insert(match documents::reading::tree(app, document.id).await {
                            Ok((_, tree)) => plain::sections(&tree),
                            Err(_) => Vec::new(),
                        }),
                    };
                    let part = parts.iter().find(|part| part.anchor == hit.section);
                    let heading = part.and_then(|part| part.path.last()).filter(|_| !hit.section.is_empty());
                    Some(Shown {
                        kind: hit.kind,
                        title: match heading {
                            Some(heading) => mark(document.language, &format!("{} – {heading}", document.title)),
                            None => mark(document.language, &document.title),
                        },
                        address: match hit.section.as_str() {
                            "" => documents::http::address(document.id, &document.title),
                            section => format!("{}#{section}", documents::http::address(document.id, &document.title)),
                        },
                        language: document.language,
                        snippet: part.map(|part| cut(document.language, &part.text)).unwrap_or_default(),
                        space: place(document.space.0),
                        by: Some(name(document.edited_by.0)),
                        at: Some(document.edited_at),
                    })
                }
            },
            Kind::Person => people.get(&hit.id).filter(|person| !person.closed).map(|person| Shown {
                kind: hit.kind,
                title: mark(words.0, &person.name),
                address: format!("/people/{}", person.id),
                language: words.0,
                snippet: vec![Piece { text: person.organisation.clone(), marked: false }],
                space: None,
                by: Some(words.sector(&person.sector)),
                at: None,
            }),
        };
        all.extend(shown);
    }
    Ok(all)
}
