//! The rows of an import file, which are also those of an export. The README describes them for people.
//!
//! What only an export writes is optional and left out when it says nothing, so that a file written by hand
//! stays as simple as it was.

use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Row {
    Person(Person),
    Space(Space),
    Thread(Thread),
    Message(Message),
    Document(Document),
    Updates(Updates),
    Versions(Versions),
}

#[derive(Serialize, Deserialize)]
pub struct Person {
    pub id: String,
    pub name: String,
    /// With it, the person can sign in by a link in a mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    pub sector: String,
    #[serde(default)]
    pub organisation: String,
    pub language: Option<String>,
    pub at: Option<String>,
    /// The first public act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acted: Option<String>,
    /// The account was closed; what they wrote stays under nobody's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub administrator: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reading: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub struct Space {
    pub id: String,
    /// The space above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub space: Option<String>,
    #[serde(rename = "type")]
    pub kind: String,
    pub slug: Option<String>,
    pub title: String,
    pub body: String,
    #[serde(default)]
    pub theme: String,
    #[serde(default)]
    pub output: String,
    #[serde(default)]
    pub outcome: String,
    /// The last day, `2026-12-31`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub closed: bool,
    /// open, request or invited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joining: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub convener: Option<String>,
    #[serde(default)]
    pub members: Vec<Member>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<Request>,
    pub language: Option<String>,
    pub author: String,
    pub at: Option<String>,
}

/// Somebody in a space. With roles and times the list is whole: whoever is not in it is no member.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub enum Member {
    Id(String),
    Since { person: String, role: String, at: String },
}

/// Somebody who asked to be let in.
#[derive(Serialize, Deserialize)]
pub struct Request {
    pub person: String,
    pub reason: String,
    pub at: String,
}

#[derive(Serialize, Deserialize)]
pub struct Thread {
    pub id: String,
    pub space: String,
    pub title: String,
    /// The first message. Answers to it have the thread's id as their parent.
    pub body: String,
    /// The document that the discussion is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    pub language: Option<String>,
    pub author: String,
    pub at: Option<String>,
    /// What has become of the first message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<History>,
}

#[derive(Serialize, Deserialize)]
pub struct Message {
    pub id: String,
    pub thread: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    pub body: String,
    pub language: Option<String>,
    pub author: String,
    pub at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<History>,
}

/// What has become of a message since it was posted.
#[derive(Serialize, Deserialize, Clone)]
pub struct History {
    pub language: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Earlier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawn>,
}

/// What a message said before.
#[derive(Serialize, Deserialize, Clone)]
pub struct Earlier {
    pub body: String,
    pub language: String,
    pub at: String,
}

#[derive(Serialize, Deserialize, Clone)]
pub struct Withdrawn {
    pub by: String,
    pub reason: String,
    pub at: String,
}

#[derive(Serialize, Deserialize)]
pub struct Document {
    pub id: String,
    pub space: String,
    pub title: String,
    #[serde(default)]
    pub body: String,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub state: Option<String>,
    pub language: Option<String>,
    pub author: String,
    pub at: Option<String>,
    /// How many updates follow. Then the body is for people only: the updates say everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<i64>,
}

/// A part of a document's log: updates as Yjs writes them (its first format).
#[derive(Serialize, Deserialize)]
pub struct Updates {
    pub document: String,
    /// The number of the first of them.
    pub from: i64,
    pub updates: Vec<Update>,
}

#[derive(Serialize, Deserialize)]
pub struct Update {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    pub at: String,
    /// Base 64.
    pub bytes: String,
}

/// The sittings that a document's history shows.
#[derive(Serialize, Deserialize)]
pub struct Versions {
    pub document: String,
    pub versions: Vec<Version>,
}

#[derive(Serialize, Deserialize)]
pub struct Version {
    pub first: i64,
    pub last: i64,
    pub begun: String,
    pub ended: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub named_by: Option<String>,
    #[serde(default)]
    pub writers: Vec<String>,
}

fn is_false(value: &bool) -> bool {
    !*value
}

/// The id of the message that a line holds, if it holds one.
pub fn message_id(line: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Glance {
        kind: String,
        id: String,
    }
    let glance: Glance = serde_json::from_str(line).ok()?;
    (glance.kind == "message").then_some(glance.id)
}
