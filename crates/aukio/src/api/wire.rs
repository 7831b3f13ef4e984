//! What answers are made of. Every field stands in `openapi.json`.

use std::collections::HashMap;

use aukio_core::{Language, Time};
use serde::Serialize;

use crate::app::App;
use crate::documents::versions::Version;
use crate::documents::{self, Document};
use crate::people::{self, Brief};
use crate::spaces::store::{joining_name, names};
use crate::spaces::{Kind, Space};
use crate::threads::{Message, Thread, view};
use crate::web::markup;

/// A page of a list.
#[derive(Serialize)]
pub struct List<T> {
    pub items: Vec<T>,
    /// The `after` of the next page; null on the last.
    pub next: Option<String>,
}

impl<T> List<T> {
    /// Cuts what was read one longer than a page. `place` is where an entry stands.
    pub fn cut<R>(mut rows: Vec<R>, limit: i64, place: impl Fn(&R) -> String, item: impl FnMut(R) -> T) -> List<T> {
        let more = rows.len() as i64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(0));
        let next = rows.last().filter(|_| more).map(place);
        List { items: rows.into_iter().map(item).collect(), next }
    }
}

#[derive(Serialize, Clone)]
pub struct PersonOut {
    pub id: String,
    pub name: String,
    pub organisation: String,
    pub sector: &'static str,
    pub url: String,
}

#[derive(Serialize)]
pub struct SpaceOut {
    id: String,
    slug: String,
    kind: &'static str,
    name: String,
    parent: Option<String>,
    purpose: String,
    theme: String,
    output: String,
    outcome: String,
    language: &'static str,
    joining: &'static str,
    closed: bool,
    created_at: String,
    ends_at: Option<String>,
    member_count: i64,
    thread_count: i64,
    document_count: i64,
    url: String,
}

#[derive(Serialize)]
pub struct ThreadOut {
    id: String,
    title: String,
    language: &'static str,
    space: Option<String>,
    document: Option<String>,
    author: Option<PersonOut>,
    created_at: String,
    last_at: String,
    message_count: i64,
    writer_count: i64,
    url: String,
}

#[derive(Serialize)]
pub struct MessageOut {
    number: i64,
    parent: Option<i64>,
    author: Option<PersonOut>,
    language: &'static str,
    posted_at: String,
    edited_at: Option<String>,
    withdrawn: bool,
    markdown: String,
    html: String,
    url: String,
}

#[derive(Serialize)]
pub struct DocumentOut {
    id: String,
    title: String,
    kind: &'static str,
    state: &'static str,
    language: &'static str,
    space: Option<String>,
    author: Option<PersonOut>,
    edited_by: Option<PersonOut>,
    created_at: String,
    edited_at: String,
    url: String,
}

/// A document with its text as it stands.
#[derive(Serialize)]
pub struct WholeDocument {
    #[serde(flatten)]
    pub document: DocumentOut,
    /// The number of the update that the text was read at.
    pub version: i64,
    pub markdown: String,
    pub html: String,
    pub text: String,
}

#[derive(Serialize)]
pub struct VersionOut {
    version: i64,
    name: Option<String>,
    begun_at: String,
    ended_at: String,
    writers: Vec<PersonOut>,
    url: String,
}

#[derive(Serialize)]
pub struct MembershipOut {
    pub space: String,
    /// `member`, or `asked` where a convener answers.
    pub state: &'static str,
}

fn moment(at: Time) -> String {
    at.timestamp().to_string()
}

/// Names that a list needs, looked up once for all of it.
pub struct Names {
    site: String,
    people: HashMap<i64, Brief>,
    spaces: HashMap<i64, (String, String)>,
}

impl Names {
    pub async fn of(app: &App, people: &[i64], spaces: &[i64]) -> sqlx::Result<Names> {
        Ok(Names {
            site: app.address.clone(),
            people: people::brief(&app.db, people).await?,
            spaces: names(&app.db, spaces).await?,
        })
    }

    /// A page about it, in the language it is written in.
    fn url(&self, language: Language, path: &str) -> String {
        format!("{}/{language}{path}", self.site)
    }

    /// None for an account that was closed.
    pub fn person(&self, id: i64) -> Option<PersonOut> {
        self.people.get(&id).filter(|person| !person.closed).map(|person| self.brief(person))
    }

    pub fn brief(&self, person: &Brief) -> PersonOut {
        PersonOut {
            id: person.id.to_string(),
            name: person.name.clone(),
            organisation: person.organisation.clone(),
            sector: person.sector.name(),
            url: self.url(Language::Fi, &format!("/people/{}", person.id)),
        }
    }

    fn slug(&self, space: i64) -> Option<String> {
        self.spaces.get(&space).map(|(slug, _)| slug.clone())
    }

    pub fn space(&self, space: Space) -> SpaceOut {
        SpaceOut {
            id: space.id.to_string(),
            url: self.url(space.language, &format!("/spaces/{}", space.slug)),
            kind: Kind::name(space.kind),
            parent: space.parent.and_then(|parent| self.slug(parent.0)),
            language: space.language.tag(),
            joining: joining_name(space.joining),
            closed: space.is_closed(),
            created_at: moment(space.created_at),
            ends_at: space.ends_at.map(moment),
            member_count: space.member_count,
            thread_count: space.thread_count,
            document_count: space.document_count,
            slug: space.slug,
            name: space.name,
            purpose: space.purpose,
            theme: space.theme,
            output: space.output,
            outcome: space.outcome,
        }
    }

    pub fn thread(&self, thread: Thread) -> ThreadOut {
        ThreadOut {
            id: thread.id.to_string(),
            url: self.url(thread.language, &view::address(thread.id, &thread.title)),
            language: thread.language.tag(),
            space: self.slug(thread.space.0),
            document: thread.document.map(|document| document.to_string()),
            author: self.person(thread.author.0),
            created_at: moment(thread.created_at),
            last_at: moment(thread.last_at),
            message_count: thread.message_count,
            writer_count: thread.writer_count,
            title: thread.title,
        }
    }

    pub fn message(&self, message: Message) -> MessageOut {
        MessageOut {
            number: message.number,
            parent: message.parent,
            author: self.person(message.author.0),
            language: message.language.tag(),
            posted_at: moment(message.posted_at),
            edited_at: message.edited_at.map(moment),
            withdrawn: message.withdrawal.is_some(),
            html: markup::message(&message.body),
            url: self.url(message.language, &format!("/threads/{}/{}", message.thread, message.number)),
            markdown: message.body,
        }
    }

    pub fn document(&self, document: Document) -> DocumentOut {
        DocumentOut {
            id: document.id.to_string(),
            url: self.url(document.language, &documents::http::address(document.id, &document.title)),
            kind: document.kind.name(),
            state: document.state.name(),
            language: document.language.tag(),
            space: self.slug(document.space.0),
            author: self.person(document.author.0),
            edited_by: self.person(document.edited_by.0),
            created_at: moment(document.created_at),
            edited_at: moment(document.edited_at),
            title: document.title,
        }
    }

    pub fn version(&self, document: &Document, version: Version, writers: &[aukio_core::PersonId]) -> VersionOut {
        let path = format!("/documents/{}/versions/{}", document.id, version.last_seq);
        VersionOut {
            version: version.last_seq,
            url: self.url(document.language, &path),
            begun_at: moment(version.begun_at),
            ended_at: moment(version.ended_at),
            writers: writers.iter().filter_map(|writer| self.person(writer.0)).collect(),
            name: version.name,
        }
    }
}
