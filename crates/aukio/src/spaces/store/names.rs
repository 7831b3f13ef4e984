//! Languages, roles and ways of joining as the database writes them.

use aukio_core::Language;
use aukio_core::policy::{Joining, Role};

/// A language as the database keeps it.
pub fn language(text: &str) -> Language {
    text.parse().unwrap_or(Language::Fi)
}

/// None for what is no way of joining.
pub fn joining(text: &str) -> Option<Joining> {
    [Joining::Open, Joining::Request, Joining::Invited].into_iter().find(|joining| joining_name(*joining) == text)
}

pub fn joining_name(joining: Joining) -> &'static str {
    match joining {
        Joining::Open => "open",
        Joining::Request => "request",
        Joining::Invited => "invited",
    }
}

pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Member => "member",
        Role::Convener => "convener",
        Role::Coordinator => "coordinator",
    }
}

/// None for what is no role.
pub fn role_of(text: &str) -> Option<Role> {
    [Role::Member, Role::Convener, Role::Coordinator].into_iter().find(|role| role_name(*role) == text)
}
