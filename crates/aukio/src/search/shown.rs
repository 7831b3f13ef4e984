//! Hits as people and programs see them: read again from the database, through the viewer.

use std::collections::HashMap;

use aukio_core::{Language, PersonId, SpaceId, Time};
use aukio_index::{Hit, Kind, Marks, Piece, Query, Results};
use aukio_text::{markdown, plain};

use super::{SearchError, facts};
use crate::app::App;
use crate::documents::{self, Document};
use crate::people::{self, Brief};
use crate::spaces::{self, Space};
use crate::threads::{self, Message, Thread, view};
use crate::web::Visit;
use crate::words::Words;

/// A hit with everything that is said of it.
pub struct Shown {
    pub kind: Kind,
    pub id: String,
    pub external_id: Option<String>,
    pub title: Vec<Piece>,
    /// Without the language in front.
    pub address: String,
    pub language: Language,
    pub snippet: Vec<Piece>,
    /// Slug and name.
    pub space: Option<(String, String)>,
    pub by: Option<String>,
    pub at: Option<Time>,
    /// For a message.
    pub thread: Option<ThreadOf>,
    /// Where a document opens.
    pub section: Option<Place>,
    /// Where else in the document the words are.
    pub sections: Vec<Place>,
    pub score: f32,
}

/// The thread of a message.
pub struct ThreadOf {
    pub id: String,
    pub title: String,
    pub address: String,
}

/// A section of a document.
pub struct Place {
    pub anchor: String,
    pub heading: String,
    pub address: String,
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

    pub fn space_name(&self) -> Option<&str> {
        self.space.as_ref().map(|(_, name)| name.as_str())
    }
}

/// A section's text without its heading, which stands in the title; with it when there is nothing else.
fn below_heading(part: &plain::Part) -> &str {
    let heading = part.path.last().map_or("", String::as_str);
    part.text.strip_prefix(heading).map(str::trim_start).filter(|text| !text.is_empty()).unwrap_or(&part.text)
}

/// A text without its marks.
pub fn text_of(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect()
}

/// Reads the hits again. What the viewer may not read any more, or what is gone, is left out.
pub async fn shown(visit: &Visit, query: &Query, results: &Results) -> Result<Vec<Shown>, SearchError> {
    let marks = visit.app.search.marks(query, results)?;
    let rows = Rows::read(visit, &results.hits).await?;
    let mut all = Vec::with_capacity(results.hits.len());
    for hit in &results.hits {
        all.extend(rows.shown(&visit.app, &marks, hit).await);
    }
    Ok(all)
}

/// What stands in the database about some hits, a query for each table.
struct Rows {
    words: Words,
    spaces: HashMap<i64, Space>,
    threads: HashMap<i64, Thread>,
    openings: HashMap<i64, String>,
    messages: HashMap<i64, Message>,
    documents: HashMap<i64, Document>,
    people: HashMap<i64, Brief>,
    /// Slugs and names of the spaces that things are in.
    places: HashMap<i64, (String, String)>,
    external: HashMap<(Kind, i64), String>,
}

fn ids(hits: &[Hit], kind: Kind) -> Vec<i64> {
    hits.iter().filter(|hit| hit.kind == kind).map(|hit| hit.id).collect()
}

impl Rows {
    async fn read(visit: &Visit, hits: &[Hit]) -> sqlx::Result<Rows> {
        let (db, viewer) = (&visit.app.db, visit.viewer.key());
        let of = |kind: Kind| ids(hits, kind);
        let messages = threads::store::messages_by_ids(db, &of(Kind::Message)).await?;
        let mut thread_ids = of(Kind::Thread);
        thread_ids.extend(messages.values().map(|message| message.thread.0));
        let threads = threads::store::readable_by_ids(db, viewer, &thread_ids).await?;
        let documents = documents::store::readable_by_ids(db, viewer, &of(Kind::Document)).await?;
        let mut person_ids = of(Kind::Person);
        person_ids.extend(messages.values().map(|message| message.author.0));
        person_ids.extend(threads.values().map(|thread| thread.author.0));
        person_ids.extend(documents.values().map(|document| document.edited_by.0));
        let mut places: Vec<i64> = threads.values().map(|thread| thread.space.0).collect();
        places.extend(documents.values().map(|document| document.space.0));
        let mut external = HashMap::new();
        for (kind, found) in [
            (Kind::Space, spaces::store::external_ids(db, &of(Kind::Space)).await?),
            (Kind::Thread, threads::store::external_ids(db, &of(Kind::Thread)).await?),
            (Kind::Message, threads::store::external_ids_of_messages(db, &of(Kind::Message)).await?),
            (Kind::Document, documents::store::external_ids(db, &of(Kind::Document)).await?),
            (Kind::Person, people::external_ids(db, &of(Kind::Person)).await?),
        ] {
            external.extend(found.into_iter().map(|(id, given)| ((kind, id), given)));
        }
        Ok(Rows {
            words: visit.words(),
            spaces: spaces::store::readable_by_ids(db, viewer, &of(Kind::Space)).await?,
            openings: threads::store::first_messages(db, &of(Kind::Thread)).await?,
            people: people::brief(db, &person_ids).await?,
            places: spaces::store::names(db, &places).await?,
            messages,
            threads,
            documents,
            external,
        })
    }

    async fn shown(&self, app: &App, marks: &Marks, hit: &Hit) -> Option<Shown> {
        let shown = match hit.kind {
            Kind::Space => self.space(marks, self.spaces.get(&hit.id)?),
            Kind::Thread => self.thread(marks, self.threads.get(&hit.id)?),
            Kind::Message => {
                let message = self.messages.get(&hit.id).filter(|message| message.withdrawal.is_none())?;
                self.message(marks, message, self.threads.get(&message.thread.0)?)
            }
            Kind::Document => self.document(app, marks, self.documents.get(&hit.id)?, hit).await,
            Kind::Person => self.person(marks, self.people.get(&hit.id).filter(|person| !person.closed)?),
        };
        Some(Shown { external_id: self.external.get(&(hit.kind, hit.id)).cloned(), score: hit.score, ..shown })
    }

    fn blank(&self, kind: Kind, id: String, address: String, language: Language) -> Shown {
        Shown {
            kind,
            id,
            address,
            language,
            external_id: None,
            title: Vec::new(),
            snippet: Vec::new(),
            space: None,
            by: None,
            at: None,
            thread: None,
            section: None,
            sections: Vec::new(),
            score: 0.0,
        }
    }

    fn name(&self, person: PersonId) -> String {
        people::shown_name(self.people.get(&person.0), self.words)
    }

    fn place(&self, space: SpaceId) -> Option<(String, String)> {
        self.places.get(&space.0).cloned()
    }

    fn space(&self, marks: &Marks, space: &Space) -> Shown {
        let tongue = facts::tongue(space.language);
        let about = [&space.theme, &space.purpose, &space.output, &space.outcome].map(String::as_str).join("\n");
        let address = format!("/spaces/{}", space.slug);
        Shown {
            title: marks.title(tongue, &space.name),
            snippet: marks.passage(tongue, about.trim()),
            space: Some((space.slug.clone(), space.name.clone())),
            ..self.blank(Kind::Space, space.id.to_string(), address, space.language)
        }
    }

    fn thread(&self, marks: &Marks, thread: &Thread) -> Shown {
        let tongue = facts::tongue(thread.language);
        let opening = self.openings.get(&thread.id.0).map(|body| plain::text(&markdown::parse(body)));
        let address = view::address(thread.id, &thread.title);
        Shown {
            title: marks.title(tongue, &thread.title),
            snippet: opening.map(|opening| marks.passage(tongue, &opening)).unwrap_or_default(),
            space: self.place(thread.space),
            by: Some(self.name(thread.author)),
            at: Some(thread.last_at),
            ..self.blank(Kind::Thread, thread.id.to_string(), address, thread.language)
        }
    }

    fn message(&self, marks: &Marks, message: &Message, thread: &Thread) -> Shown {
        let address = format!("/threads/{}/{n}#m{n}", thread.id, n = message.number);
        Shown {
            title: marks.title(facts::tongue(thread.language), &thread.title),
            snippet: marks.passage(facts::tongue(message.language), &plain::text(&markdown::parse(&message.body))),
            space: self.place(thread.space),
            by: Some(self.name(message.author)),
            at: Some(message.posted_at),
            thread: Some(ThreadOf {
                id: thread.id.to_string(),
                title: thread.title.clone(),
                address: view::address(thread.id, &thread.title),
            }),
            ..self.blank(Kind::Message, message.id.to_string(), address, message.language)
        }
    }

    async fn document(&self, app: &App, marks: &Marks, document: &Document, hit: &Hit) -> Shown {
        let tongue = facts::tongue(document.language);
        let address = documents::http::address(document.id, &document.title);
        let tree = documents::reading::tree(app, document.id).await.map(|(_, tree)| tree).unwrap_or_default();
        let sections = facts::sections(&tree);
        let place = |anchor: &String| {
            let part = sections.iter().find(|part| part.anchor == *anchor)?;
            Some(Place {
                anchor: anchor.clone(),
                heading: part.path.last().cloned().unwrap_or_default(),
                address: format!("{address}#{anchor}"),
            })
        };
        let section = place(&hit.section);
        let text = match sections.iter().find(|part| part.anchor == hit.section) {
            Some(part) => below_heading(part).to_owned(),
            None => plain::text(&tree),
        };
        Shown {
            title: marks.title(tongue, &document.title),
            snippet: marks.passage(tongue, &text),
            space: self.place(document.space),
            by: Some(self.name(document.edited_by)),
            at: Some(document.edited_at),
            sections: hit.sections.iter().filter_map(place).collect(),
            ..self.blank(
                Kind::Document,
                document.id.to_string(),
                section.as_ref().map_or(address.clone(), |section| section.address.clone()),
                document.language,
            )
        }
        .at(section)
    }

    fn person(&self, marks: &Marks, person: &Brief) -> Shown {
        let (language, tongue) = (self.words.0, facts::tongue(self.words.0));
        Shown {
            title: marks.title(tongue, &person.name),
            snippet: marks.title(tongue, &person.organisation),
            by: Some(self.words.sector(&person.sector)),
            ..self.blank(Kind::Person, person.id.to_string(), format!("/people/{}", person.id), language)
        }
    }
}

impl Shown {
    fn at(self, section: Option<Place>) -> Shown {
        Shown { section, ..self }
    }
}
