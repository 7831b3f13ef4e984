//! Who is looking. Logging in is optional, so nobody is a kind of somebody.

use crate::{Language, PersonId, Sector, SessionId, Time};

#[derive(Clone, Debug)]
pub enum Viewer {
    Visitor,
    Member(Member),
}

/// A person who is signed in right now.
#[derive(Clone, Debug)]
pub struct Member {
    pub id: PersonId,
    pub session: SessionId,
    pub name: String,
    pub sector: Sector,
    pub organisation: String,
    pub language: Language,
    pub administrator: bool,
    /// When they last proved in this session who they are.
    pub confirmed_at: Time,
    /// Whether a second factor was part of that proof, or of signing in.
    pub strong: bool,
}

impl Viewer {
    pub fn member(&self) -> Option<&Member> {
        match self {
            Viewer::Visitor => None,
            Viewer::Member(member) => Some(member),
        }
    }

    pub fn person(&self) -> Option<PersonId> {
        self.member().map(|member| member.id)
    }

    /// The id as the database compares it; no person has id 0.
    pub fn key(&self) -> i64 {
        self.person().map_or(0, |person| person.0)
    }
}
