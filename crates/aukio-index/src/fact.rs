//! What there is to find.

use crate::Tongue;

/// The kinds of things that are found.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Kind {
    Space,
    Thread,
    Message,
    Document,
    Person,
}

impl Kind {
    pub const ALL: [Kind; 5] = [Kind::Space, Kind::Thread, Kind::Message, Kind::Document, Kind::Person];

    pub const fn name(self) -> &'static str {
        match self {
            Kind::Space => "space",
            Kind::Thread => "thread",
            Kind::Message => "message",
            Kind::Document => "document",
            Kind::Person => "person",
        }
    }

    pub fn parse(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    pub(crate) fn code(self) -> u64 {
        self as u64
    }

    pub(crate) fn of_code(code: u64) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Which thing a fact is about. A document may have a fact for each of its sections beside the one for the
/// whole: together they are one hit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Key {
    pub kind: Kind,
    pub id: i64,
}

impl Key {
    pub(crate) fn term(&self) -> String {
        format!("{}:{}", self.kind.name(), self.id)
    }
}

/// Something that can be found.
#[derive(Clone, Debug)]
pub struct Fact {
    pub key: Key,
    /// The anchor of the section, for a part of a document; empty otherwise.
    pub section: String,
    /// Who may find it: 0 for everybody, else the id of the closed space.
    pub audience: i64,
    pub space: Option<i64>,
    pub language: Tongue,
    pub title: String,
    pub body: String,
    /// People, places and tags that belong to it.
    pub names: String,
    /// Microseconds since the Unix epoch; 0 for what has no time.
    pub at: i64,
    /// The year of it where its readers live; 0 for what has no time.
    pub year: u16,
}

/// A change of what there is to find.
#[derive(Clone, Debug)]
pub enum Change {
    /// All facts about a thing: they take the place of what was known of it.
    Put(Key, Vec<Fact>),
    Remove(Key),
}
