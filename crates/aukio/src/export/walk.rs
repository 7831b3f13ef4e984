//! Goes through the site in the order in which it can be imported: people, spaces from the top, documents
//! with their logs, discussions.
//!
//! Ids are those that an import has brought, else our own as letters; an import keeps them. So the rows of an
//! export and of the site it was imported into are the same, and so is their sum.

use std::collections::HashMap;

use anyhow::Context;
use aukio_core::{DocumentId, MessageId, PersonId, SpaceId, ThreadId, Time};
use aukio_sync::Replica;
use aukio_text::markdown;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::store;
use crate::db::Tx;
use crate::documents::log::burst::Logged;
use crate::import::row::{self, Row};

/// Bytes of updates in one row, unless one alone has more.
const ROW_BYTES_MOST: usize = 1024 * 1024;

/// What an export holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scope {
    /// Only what any visitor may read: no closed spaces, no addresses, nobody who has not taken part.
    pub public_only: bool,
    /// Hashes of passwords, so that people can go on signing in with them.
    pub passwords: bool,
}

impl Scope {
    /// Everything but secrets: what the sum of a site is made of.
    pub const WHOLE: Scope = Scope { public_only: false, passwords: false };
}

/// The ids of an export by those of the database.
#[derive(Default)]
struct Ids {
    people: HashMap<i64, String>,
    spaces: HashMap<i64, String>,
    documents: HashMap<i64, String>,
}

pub fn time(microseconds: i64) -> String {
    Time::from_microseconds(microseconds).timestamp().to_string()
}

/// Hands every row to `take`, one after the other.
pub async fn walk(tx: &mut Tx, scope: Scope, take: &mut impl FnMut(Row) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut walk = Walk { tx, scope, ids: Ids::default(), take };
    walk.people().await?;
    walk.spaces().await?;
    walk.documents().await?;
    walk.threads().await
}

/// An export on its way.
struct Walk<'a, Take> {
    tx: &'a mut Tx,
    scope: Scope,
    ids: Ids,
    take: &'a mut Take,
}

impl Ids {
    fn person(&self, id: i64) -> anyhow::Result<String> {
        self.people.get(&id).cloned().with_context(|| format!("the person {} is not there", PersonId(id)))
    }

    fn space(&self, id: i64) -> anyhow::Result<String> {
        self.spaces.get(&id).cloned().with_context(|| format!("the space {} is not there", SpaceId(id)))
    }
}

impl<Take: FnMut(Row) -> anyhow::Result<()>> Walk<'_, Take> {
    async fn people(&mut self) -> anyhow::Result<()> {
        let mut after = 0;
        loop {
            let portion = store::people(self.tx, after).await?;
            let Some(last) = portion.last() else { return Ok(()) };
            after = last.id;
            for person in portion {
                if self.scope.public_only && person.acted_at.is_none() {
                    continue;
                }
                let id = person.external_id.unwrap_or_else(|| PersonId(person.id).to_string());
                self.ids.people.insert(person.id, id.clone());
                (self.take)(Row::Person(row::Person {
                    id,
                    name: person.name,
                    email: person.email.filter(|_| !self.scope.public_only),
                    sector: person.sector,
                    organisation: person.organisation,
                    language: Some(person.language),
                    at: Some(time(person.created_at)),
                    acted: person.acted_at.map(time),
                    closed: person.closed_at.map(time),
                    administrator: person.administrator && !self.scope.public_only,
                    reading: person.reading_order.filter(|_| !self.scope.public_only),
                    password_hash: person.password_hash.filter(|_| self.scope.passwords && !self.scope.public_only),
                }))?;
            }
        }
    }

    async fn spaces(&mut self) -> anyhow::Result<()> {
        let mut waiting = Vec::new();
        let mut after = 0;
        loop {
            let portion = store::spaces(self.tx, after).await?;
            let Some(last) = portion.last() else { break };
            after = last.id;
            waiting.extend(portion.into_iter().filter(|space| !self.scope.public_only || space.audience == 0));
        }
        // Spaces are few. Each round takes those whose parent has been taken.
        while !waiting.is_empty() {
            let taken: Vec<i64> = self.ids.spaces.keys().copied().collect();
            let is_next = |space: &store::Space| space.parent_id.is_none_or(|parent| taken.contains(&parent));
            let (next, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(is_next);
            anyhow::ensure!(!next.is_empty(), "spaces stand under each other in a circle");
            waiting = rest;
            for space in next {
                let row = space_row(self.tx, self.scope, &self.ids, &space).await?;
                self.ids.spaces.insert(space.id, row.id.clone());
                (self.take)(Row::Space(row))?;
            }
        }
        Ok(())
    }

    async fn documents(&mut self) -> anyhow::Result<()> {
        let mut after = 0;
        loop {
            let portion = store::documents(self.tx, after).await?;
            let Some(last) = portion.last() else { return Ok(()) };
            after = last.id;
            for document in portion {
                if self.scope.public_only && document.audience != 0 {
                    continue;
                }
                let id = document.external_id.clone().unwrap_or_else(|| DocumentId(document.id).to_string());
                self.ids.documents.insert(document.id, id.clone());
                let log = store::log(self.tx, document.id)
                    .await
                    .with_context(|| format!("the document {}", DocumentId(document.id)))?;
                let body = markdown_of(&log).await.unwrap_or_default();
                (self.take)(Row::Document(row::Document {
                    id: id.clone(),
                    space: self.ids.space(document.space_id)?,
                    title: document.title,
                    body,
                    kind: Some(document.kind),
                    state: Some(document.state),
                    language: Some(document.language),
                    author: self.ids.person(document.author_id)?,
                    at: Some(time(document.created_at)),
                    log: Some(document.seq),
                }))?;
                for portion in portions(log) {
                    (self.take)(Row::Updates(updates_row(&self.ids, id.clone(), portion)?))?;
                }
                self.versions(document.id, id).await?;
            }
        }
    }

    async fn versions(&mut self, document: i64, id: String) -> anyhow::Result<()> {
        let writers = store::version_writers(self.tx, document).await?;
        let mut versions = Vec::new();
        for version in store::versions(self.tx, document).await? {
            let of_it = writers.iter().filter(|(first, _)| *first == version.first_seq);
            let mut writers = of_it.map(|(_, person)| self.ids.person(*person)).collect::<anyhow::Result<Vec<_>>>()?;
            writers.sort();
            versions.push(row::Version {
                first: version.first_seq,
                last: version.last_seq,
                begun: time(version.begun_at),
                ended: time(version.ended_at),
                name: version.name,
                named_by: version.named_by.map(|person| self.ids.person(person)).transpose()?,
                writers,
            });
        }
        if versions.is_empty() { Ok(()) } else { (self.take)(Row::Versions(row::Versions { document: id, versions })) }
    }

    async fn threads(&mut self) -> anyhow::Result<()> {
        let mut after = 0;
        loop {
            let portion = store::threads(self.tx, after).await?;
            let Some(last) = portion.last() else { return Ok(()) };
            after = last.id;
            for thread in portion {
                if !self.scope.public_only || thread.audience == 0 {
                    self.messages(thread).await?;
                }
            }
        }
    }

    /// A thread with its messages. The first is a part of the thread's own row.
    async fn messages(&mut self, thread: store::Thread) -> anyhow::Result<()> {
        let id = thread.external_id.clone().unwrap_or_else(|| ThreadId(thread.id).to_string());
        let mut numbers: HashMap<i64, String> = HashMap::from([(1, id.clone())]);
        let mut after = 0;
        loop {
            let portion = store::messages(self.tx, thread.id, after).await?;
            let Some(last) = portion.last() else { return Ok(()) };
            after = last.number;
            for message in portion {
                let history = history(self.tx, &self.ids, &thread, &message).await?;
                if message.number == 1 {
                    (self.take)(Row::Thread(row::Thread {
                        id: id.clone(),
                        space: self.ids.space(thread.space_id)?,
                        title: thread.title.clone(),
                        body: message.body,
                        document: thread.document_id.and_then(|document| self.ids.documents.get(&document).cloned()),
                        language: Some(thread.language.clone()),
                        author: self.ids.person(thread.author_id)?,
                        at: Some(time(thread.created_at)),
                        history,
                    }))?;
                    continue;
                }
                let own = message.external_id.unwrap_or_else(|| MessageId(message.id).to_string());
                numbers.insert(message.number, own.clone());
                (self.take)(Row::Message(row::Message {
                    id: own,
                    thread: id.clone(),
                    parent: message.parent.and_then(|parent| numbers.get(&parent).cloned()),
                    body: message.body,
                    language: Some(message.language),
                    author: self.ids.person(message.author_id)?,
                    at: Some(time(message.posted_at)),
                    history,
                }))?;
            }
        }
    }
}

async fn space_row(tx: &mut Tx, scope: Scope, ids: &Ids, space: &store::Space) -> anyhow::Result<row::Space> {
    let mut members = Vec::new();
    for (person, role, at) in store::members(tx, space.id).await? {
        // In a public export nobody is named who has not taken part.
        if let Some(person) = ids.people.get(&person) {
            members.push((time(at), person.clone(), role));
        }
    }
    // Our own ids, by which the database sorts, are others wherever the content is imported.
    members.sort();
    let mut requests = Vec::new();
    if !scope.public_only {
        for (person, reason, at) in store::requests(tx, space.id).await? {
            requests.push((time(at), ids.person(person)?, reason));
        }
    }
    requests.sort();
    let member = |(at, person, role)| row::Member::Since { person, role, at };
    let request = |(at, person, reason)| row::Request { person, reason, at };
    let last_day = |end: i64| crate::words::civil_day(Time::from_microseconds(end).plus_seconds(-1)).to_string();
    let author = space.created_by.and_then(|person| ids.people.get(&person).cloned());
    let author = author.or_else(|| ids.people.values().min().cloned()).context("the site has no people")?;
    Ok(row::Space {
        id: space.external_id.clone().unwrap_or_else(|| SpaceId(space.id).to_string()),
        space: space.parent_id.map(|parent| ids.space(parent)).transpose()?,
        kind: space.kind.clone(),
        slug: Some(space.slug.clone()),
        title: space.name.clone(),
        body: space.purpose.clone(),
        theme: space.theme.clone(),
        output: space.output.clone(),
        outcome: space.outcome.clone(),
        ends: space.ends_at.map(last_day),
        closed: space.audience == space.id,
        joining: Some(space.joining.clone()),
        convener: None,
        members: members.into_iter().map(member).collect(),
        requests: requests.into_iter().map(request).collect(),
        language: Some(space.language.clone()),
        author,
        at: Some(time(space.created_at)),
    })
}

/// The text for people; none when the log says nothing that can be read, which `verify` tells of.
async fn markdown_of(log: &[Logged]) -> Option<String> {
    let updates: Vec<Vec<u8>> = log.iter().map(|update| update.bytes.clone()).collect();
    let print = move || Some(markdown::print(&Replica::open(None, updates).ok()?.tree().ok()?));
    tokio::task::spawn_blocking(print).await.ok().flatten()
}

fn portions(log: Vec<Logged>) -> Vec<Vec<Logged>> {
    let mut portions: Vec<Vec<Logged>> = Vec::new();
    let mut bytes = 0;
    for update in log {
        if portions.is_empty() || bytes + update.bytes.len() > ROW_BYTES_MOST {
            portions.push(Vec::new());
            bytes = 0;
        }
        bytes += update.bytes.len();
        if let Some(last) = portions.last_mut() {
            last.push(update);
        }
    }
    portions
}

fn updates_row(ids: &Ids, document: String, updates: Vec<Logged>) -> anyhow::Result<row::Updates> {
    let from = updates.first().map_or(1, |update| update.seq);
    let update = |update: Logged| {
        Ok(row::Update {
            by: update.actor.map(|person| ids.person(person.0)).transpose()?,
            at: time(update.at),
            bytes: BASE64.encode(&update.bytes),
        })
    };
    let updates = updates.into_iter().map(update).collect::<anyhow::Result<_>>()?;
    Ok(row::Updates { document, from, updates })
}

/// None for a message that is as it was posted.
async fn history(
    tx: &mut Tx,
    ids: &Ids,
    thread: &store::Thread,
    message: &store::Message,
) -> anyhow::Result<Option<row::History>> {
    let other_language = message.number == 1 && message.language != thread.language;
    if message.edited_at.is_none() && message.withdrawn_by.is_none() && !other_language {
        return Ok(None);
    }
    let earlier = |(body, language, at): (String, String, i64)| row::Earlier { body, language, at: time(at) };
    let withdrawn = match (message.withdrawn_by, &message.reason, message.withdrawn_at) {
        (Some(by), Some(reason), Some(at)) => {
            Some(row::Withdrawn { by: ids.person(by)?, reason: reason.clone(), at: time(at) })
        }
        _ => None,
    };
    Ok(Some(row::History {
        language: message.language.clone(),
        edited: message.edited_at.map(time),
        earlier: store::revisions(tx, message.id).await?.into_iter().map(earlier).collect(),
        withdrawn,
    }))
}
