//! Entries of feeds from what the slices keep. Everything is found through a visitor.

use std::collections::HashMap;
use std::convert::Infallible;

use aukio_core::Language;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::atom::{Entry, plain, tag, whole};
use crate::app::App;
use crate::documents::versions::Version;
use crate::documents::{self, Document, reading, versions};
use crate::people::{self, Brief};
use crate::spaces::Space;
use crate::threads::{self, Message, Thread, view};
use crate::web::{Visit, markup};
use crate::words::Words;

/// Bytes of a document's HTML in a feed; longer ones begin here and go on at their address.
const DOCUMENT_BYTES_MOST: usize = 60_000;

/// A feed in the making: who asks, in which language, with what the answer may be spared by.
pub struct Asked {
    pub app: App,
    pub words: Words,
    pub headers: HeaderMap,
}

impl FromRequestParts<App> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Asked, Infallible> {
        let visit = Visit::from_request_parts(parts, app).await?;
        Ok(Asked { words: visit.words(), app: visit.app, headers: parts.headers.clone() })
    }
}

impl Asked {
    /// A whole address in the feed's language.
    pub fn whole(&self, path: impl AsRef<str>) -> String {
        format!("{}/{}{}", self.app.address, self.words, path.as_ref())
    }

    pub fn tag(&self, what: &str) -> String {
        tag(&self.app.address, what)
    }

    fn name(&self, people: &HashMap<i64, Brief>, person: i64) -> String {
        plain(&people::shown_name(people.get(&person), self.words))
    }

    /// Discussions, each with its opening message.
    pub async fn threads(&self, threads: Vec<Thread>) -> sqlx::Result<Vec<(i64, Entry)>> {
        let db = &self.app.db;
        let ids: Vec<i64> = threads.iter().map(|thread| thread.id.0).collect();
        let authors: Vec<i64> = threads.iter().map(|thread| thread.author.0).collect();
        let people = people::brief(db, &authors).await?;
        let opening = threads::store::first_messages(db, &ids).await?;
        let entry = |thread: Thread| {
            let address = self.whole(view::address(thread.id, &thread.title));
            let body = opening.get(&thread.id.0).map(String::as_str).unwrap_or_default();
            let entry = Entry {
                id: self.tag(&format!("thread/{}", thread.id)),
                title: plain(&thread.title),
                language: thread.language,
                published: thread.created_at,
                updated: thread.created_at,
                authors: vec![self.name(&people, thread.author.0)],
                html: whole(&markup::message(body), &self.app.address, &address),
                address,
            };
            (thread.id.0, entry)
        };
        Ok(threads.into_iter().map(entry).collect())
    }

    /// Documents with their texts as they stand.
    pub async fn documents(&self, documents: Vec<Document>) -> sqlx::Result<Vec<(i64, Entry)>> {
        let hands = |document: &Document| [document.author.0, document.edited_by.0];
        let people = people::brief(&self.app.db, &documents.iter().flat_map(hands).collect::<Vec<_>>()).await?;
        let mut entries = Vec::with_capacity(documents.len());
        for document in documents {
            let address = self.whole(documents::http::address(document.id, &document.title));
            let mut authors: Vec<String> = hands(&document).iter().map(|person| self.name(&people, *person)).collect();
            authors.dedup();
            let entry = Entry {
                id: self.tag(&format!("document/{}", document.id)),
                title: plain(&document.title),
                language: document.language,
                published: document.created_at,
                updated: document.edited_at,
                authors,
                html: whole(&self.beginning(&document).await, &self.app.address, &address),
                address,
            };
            entries.push((document.id.0, entry));
        }
        Ok(entries)
    }

    /// As many sections from the start as fit. A text that cannot be opened now leaves the rest of the feed whole.
    async fn beginning(&self, document: &Document) -> String {
        let reading = match reading::read(&self.app, document.id).await {
            Ok(reading) => reading,
            Err(error) => {
                tracing::warn!(%error, document = %document.id, "a feed goes without a text");
                return String::new();
            }
        };
        let mut html = String::new();
        for section in reading.sections.iter() {
            if html.len() + section.html.len() > DOCUMENT_BYTES_MOST {
                break;
            }
            html.push_str(&section.html);
        }
        html
    }

    /// The messages of one discussion.
    pub async fn messages(&self, thread: &Thread, messages: Vec<Message>) -> sqlx::Result<Vec<(i64, Entry)>> {
        let authors: Vec<i64> = messages.iter().map(|message| message.author.0).collect();
        let people = people::brief(&self.app.db, &authors).await?;
        let entry = |message: Message| {
            let address = self.whole(format!("/threads/{}/{}", thread.id, message.number));
            let (gone, by) = (message.withdrawal.as_ref(), self.name(&people, message.author.0));
            let html = match gone {
                Some(gone) if gone.by == message.author => format!("<p>{}</p>", self.words.say("withdrawn-by-author")),
                Some(_) => format!("<p>{}</p>", self.words.say("withdrawn-by-care")),
                None => markup::message(&message.body),
            };
            let changed = gone.map(|gone| gone.at).or(message.edited_at);
            let entry = Entry {
                id: self.tag(&format!("thread/{}/{}", thread.id, message.number)),
                title: format!("{by}: {}", plain(&thread.title)),
                language: message.language,
                published: message.posted_at,
                updated: changed.unwrap_or(message.posted_at),
                authors: vec![by],
                html: whole(&html, &self.app.address, &address),
                address,
            };
            (message.number, entry)
        };
        Ok(messages.into_iter().map(entry).collect())
    }

    /// The sittings in which a document was written.
    pub async fn versions(&self, document: &Document, sittings: Vec<Version>) -> sqlx::Result<Vec<(i64, Entry)>> {
        let db = &self.app.db;
        let writers = versions::store::writers(db, document.id, &sittings).await?;
        let people: Vec<i64> = writers.values().flatten().map(|person| person.0).collect();
        let people = people::brief(db, &people).await?;
        let entry = |version: Version| {
            let base = self.whole(format!("/documents/{}/versions", document.id));
            let changes = format!("{base}/compare?from={}&amp;to={}", version.first_seq - 1, version.last_seq);
            let hands = writers.get(&version.first_seq).map(Vec::as_slice).unwrap_or_default();
            let called = version.name.clone().unwrap_or_else(|| self.words.date(version.ended_at));
            let entry = Entry {
                id: self.tag(&format!("document/{}/version/{}", document.id, version.first_seq)),
                title: plain(&format!("{} – {called}", document.title)),
                address: format!("{base}/{}", version.last_seq),
                language: document.language,
                published: version.begun_at,
                updated: version.ended_at,
                authors: hands.iter().map(|person| self.name(&people, person.0)).collect(),
                html: format!("<p><a href=\"{changes}\">{}</a></p>", self.words.say("version-changes")),
            };
            (version.first_seq, entry)
        };
        Ok(sittings.into_iter().map(entry).collect())
    }

    /// Spaces with what they are for.
    pub fn spaces(&self, spaces: Vec<Space>) -> Vec<(i64, Entry)> {
        let entry = |space: Space| {
            let address = self.whole(format!("/spaces/{}", space.slug));
            let paragraphs = space.purpose.split("\n\n").filter(|text| !text.trim().is_empty());
            let html: String = paragraphs.map(|text| format!("<p>{}</p>", aukio_text::html::escape(text))).collect();
            let entry = Entry {
                id: self.tag(&format!("space/{}", space.id)),
                title: plain(&space.name),
                language: space.language,
                published: space.created_at,
                updated: space.created_at,
                authors: vec![plain(&space.name)],
                html: plain(&html),
                address,
            };
            (space.id.0, entry)
        };
        spaces.into_iter().map(entry).collect()
    }

    pub fn language(&self) -> Language {
        self.words.0
    }
}
