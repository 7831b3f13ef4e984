//! The rows of an import file. The README describes them for people.

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Row {
    Person(Person),
    Space(Space),
    Thread(Thread),
    Message(Message),
    Document(Document),
}

#[derive(Deserialize)]
pub struct Person {
    pub id: String,
    pub name: String,
    /// With it, the person can sign in by a link in a mail.
    pub email: Option<String>,
    pub sector: String,
    #[serde(default)]
    pub organisation: String,
    pub language: Option<String>,
    pub at: Option<String>,
}

#[derive(Deserialize)]
pub struct Space {
    pub id: String,
    /// The space above.
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
    pub ends: Option<String>,
    #[serde(default)]
    pub closed: bool,
    pub convener: Option<String>,
    #[serde(default)]
    pub members: Vec<String>,
    pub language: Option<String>,
    pub author: String,
    pub at: Option<String>,
}

#[derive(Deserialize)]
pub struct Thread {
    pub id: String,
    pub space: String,
    pub title: String,
    pub body: String,
    /// The document that the discussion is about.
    pub document: Option<String>,
    pub language: Option<String>,
    pub author: String,
    pub at: Option<String>,
}

#[derive(Deserialize)]
pub struct Message {
    pub id: String,
    pub thread: String,
    pub parent: Option<String>,
    pub body: String,
    pub language: Option<String>,
    pub author: String,
    pub at: Option<String>,
}

#[derive(Deserialize)]
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
