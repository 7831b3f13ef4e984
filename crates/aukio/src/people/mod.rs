//! People: joining, signing in, sessions, one's own page, and the list of those who have taken part.
//!
//! An account is a name, a mail address and a sector. It is hidden until its first public act. A closed
//! account leaves its texts under nobody's name.

pub mod account;
pub mod closed;
pub mod http;
pub mod joining;
pub mod kept;
pub mod passkeys;
pub mod password;
pub mod provider;
pub mod retention;
pub mod second_factor;
pub mod session;
pub mod signing_in;
mod store;
pub mod throttle;
pub mod token;
pub mod way_back;
pub mod ways_in;

use std::collections::HashMap;

use aukio_core::text::{Email, Line, Password, PersonName};
use aukio_core::{Language, PersonId, Sector, SessionId, Time};

pub use joining::first_administrator_token;
pub use session::viewer_of;

pub use store::{eldest_administrator_but, stays};

use crate::app::App;
use crate::db::{Db, Queries, Tx};
use crate::journal::{self, Entry};
use crate::words::Words;

/// Somebody with an open account, as the account's owner may see it.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    pub email: Option<String>,
    pub sector: Sector,
    pub organisation: String,
    pub language: Language,
    pub password_hash: Option<String>,
    /// The first public act; before it nobody else sees the person.
    pub acted_at: Option<Time>,
}

/// A person as lists and messages name them.
#[derive(Clone, Debug)]
pub struct Brief {
    pub id: PersonId,
    /// Empty once the account is closed.
    pub name: String,
    pub organisation: String,
    pub sector: Sector,
    pub closed: bool,
}

/// What people say of themselves.
#[derive(Clone, Debug)]
pub struct Profile {
    pub name: PersonName,
    pub sector: Sector,
    /// A resident's municipality, everybody else's employer or association. May be empty.
    pub organisation: Line,
    pub language: Language,
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewPerson {
    pub name: PersonName,
    /// Without one, nobody can sign in to the account.
    pub email: Option<Email>,
    pub sector: Sector,
    pub organisation: Line,
    pub language: Language,
    pub password_hash: Option<String>,
    pub administrator: bool,
    pub external_id: Option<String>,
}

/// A browser in which somebody is signed in.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: SessionId,
    /// Browser and system by name; empty when they are not known.
    pub device: String,
    pub created_at: Time,
    pub seen_at: Time,
}

#[derive(Debug, thiserror::Error)]
pub enum PersonError {
    #[error("too many passwords are being checked at once")]
    Busy,
    #[error("too many tries")]
    TooOften,
    #[error("the link is too old or has been used")]
    OldLink,
    #[error("a space would be without anybody who takes care of it")]
    KeepsSpaces,
    /// The key beside the database is missing, broken, or another one.
    #[error("the secret of an authenticator cannot be sealed or opened: {0}")]
    Sealed(#[from] second_factor::vault::VaultError),
    #[error("a password cannot be hashed: {0}")]
    Hashing(String),
    #[error(transparent)]
    Store(#[from] sqlx::Error),
}

/// Makes an account in the transaction of a larger act, at a time that may be past: an import keeps its dates.
///
/// # Errors
/// When another account has the same address or external id.
pub async fn add(tx: &mut Tx, app: &App, new: NewPerson, at: Time) -> sqlx::Result<PersonId> {
    let id = PersonId(app.ids.next_at(at));
    store::insert(tx, id, &new, at).await?;
    journal::record(tx, Some(id), at, Entry::PersonJoined { person: id }).await?;
    Ok(id)
}

/// The open account of an address, by its key ([`Email::key`]).
pub async fn by_email(db: impl Queries, email_key: &str) -> sqlx::Result<Option<Person>> {
    store::by_email(db, email_key).await
}

pub async fn by_external_id(db: impl Queries, id: &str) -> sqlx::Result<Option<PersonId>> {
    store::by_external_id(db, id).await
}

/// Names for lists and messages, by id. Ids of nobody are left out.
pub async fn brief(db: impl Queries, ids: &[i64]) -> sqlx::Result<HashMap<i64, Brief>> {
    store::briefs(db, ids).await
}

/// The name that readers see: who closed their account, or never was, has none.
pub fn shown_name(person: Option<&Brief>, words: Words) -> String {
    match person {
        Some(person) if !person.closed => person.name.clone(),
        _ => words.say("person-gone"),
    }
}

/// Those who have acted in public and not gone, by id, after an id: people whom search may find.
pub async fn public_after_id(db: &Db, after: PersonId, limit: i64) -> sqlx::Result<Vec<Brief>> {
    store::public_after_id(db, after, limit).await
}

/// The ids that an import gave to these people, by id.
pub async fn external_ids(db: &Db, ids: &[i64]) -> sqlx::Result<HashMap<i64, String>> {
    store::external_ids(db, ids).await
}

/// Where a person stands in lists by name.
pub async fn name_sort(db: &Db, person: PersonId) -> sqlx::Result<Option<Vec<u8>>> {
    store::name_sort(db, person).await
}

/// Opens the profile with the first public act; later acts change nothing.
pub async fn mark_acted(tx: &mut Tx, person: PersonId, at: Time) -> sqlx::Result<()> {
    if store::mark_acted(tx, person, at).await? {
        journal::record(tx, Some(person), at, Entry::PersonChanged { person }).await?;
    }
    Ok(())
}

/// Whether somebody has a password to sign in with.
async fn has_password(app: &App, person: PersonId) -> sqlx::Result<bool> {
    Ok(store::by_id(&app.db, person).await?.is_some_and(|person| person.password_hash.is_some()))
}

/// Whether somebody can still sign in: by an address that takes mailed links, a provider that the site trusts, or a
/// passkey of its address. Whoever takes a way in away has locked the person first ([`store::lock`]).
async fn has_a_way_in(tx: &mut Tx, app: &App, person: PersonId) -> sqlx::Result<bool> {
    if store::by_id(&mut *tx, person).await?.is_some_and(|person| person.email.is_some()) {
        return Ok(true);
    }
    if provider::is_used_by(&mut *tx, app, person).await? {
        return Ok(true);
    }
    match app.passkey_site() {
        Some(site) => passkeys::store::has_one(&mut *tx, person, site).await,
        None => Ok(false),
    }
}

/// Gives an account a password, whatever it had before. Sessions stay open.
pub async fn set_password(app: &App, person: PersonId, password: &Password) -> Result<(), PersonError> {
    let hash = app.hasher.hash(password).await?;
    Ok(store::set_password_hash(&app.db, person, hash).await?)
}

/// Gives the people of the example network, who have none, one and the same password.
pub async fn set_example_password(app: &App, hash: &str) -> sqlx::Result<()> {
    store::set_imported_password_hash(&app.db, hash).await
}
