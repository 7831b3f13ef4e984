//! What browsers and devices do with passkeys: make one, use one, prove again.
//!
//! That is two factors in one, so that no code is asked for. A challenge waits in the database for five minutes
//! and works once. Deliberately absent: attestation; which maker a device is of is nobody's business here.

use std::net::IpAddr;

use aukio_core::text::Line;
use aukio_core::{Member, PersonId, Time};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url,
    Uuid, Webauthn, WebauthnBuilder,
};

use super::store;
use crate::app::App;
use crate::audit::{self, Deed};
use crate::people::throttle::Flow;
use crate::people::token::{self, Token};
use crate::people::ways_in::{self, Change};
use crate::people::{self, Person, PersonError, session, way_back};

const NEW: &str = "passkey-new";
const USE: &str = "passkey";
const CHALLENGE_SECONDS: i64 = 300;
/// Passkeys of one person.
const PASSKEYS_MOST: i64 = 20;

#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// The challenge is used, expired or none.
    #[error("the challenge is too old")]
    Old,
    /// What the browser brought proves nothing; whose passkey it would be, once that is known.
    #[error("the passkey is not good: {cause}")]
    Wrong { cause: String, owner: Option<PersonId> },
    #[error("there are too many passkeys")]
    TooMany,
    #[error("it is the last way in")]
    LastWay,
    #[error("too many tries")]
    TooOften,
    /// The service is reached by an address that browsers make no passkeys for.
    #[error("there are no passkeys here")]
    None,
    #[error(transparent)]
    Store(#[from] sqlx::Error),
}

impl From<PersonError> for PasskeyError {
    fn from(error: PersonError) -> Self {
        match error {
            PersonError::TooOften | PersonError::Busy => PasskeyError::TooOften,
            PersonError::OldLink => PasskeyError::Old,
            PersonError::Sealed(cause) => wrong(cause),
            PersonError::Hashing(cause) => wrong(cause),
            kept @ PersonError::KeepsSpaces => wrong(kept),
            PersonError::Store(error) => PasskeyError::Store(error),
        }
    }
}

/// What passkeys of this site are bound to: its name. None where the address is a number.
pub struct Passkeys(Option<(String, Webauthn)>);

impl Passkeys {
    pub fn of(address: &str) -> Passkeys {
        Passkeys(site(address))
    }

    /// The name, where passkeys are offered.
    pub fn name(&self) -> Option<&str> {
        self.0.as_ref().map(|(name, _)| name.as_str())
    }

    fn site(&self) -> Result<(&str, &Webauthn), PasskeyError> {
        self.0.as_ref().map(|(name, site)| (name.as_str(), site)).ok_or(PasskeyError::None)
    }
}

fn site(address: &str) -> Option<(String, Webauthn)> {
    let mut origin = Url::parse(address).ok()?;
    let is_this_machine = matches!(origin.host_str(), Some("127.0.0.1" | "[::1]"));
    if is_this_machine {
        // Browsers make passkeys for names only, and this machine has one.
        origin.set_host(Some("localhost")).ok()?;
    }
    let name = origin.domain()?.to_owned();
    if origin.scheme() != "https" && name != "localhost" {
        return None;
    }
    let built =
        WebauthnBuilder::new(&name, &origin).map(|builder| builder.rp_name("Aukio")).and_then(WebauthnBuilder::build);
    let built = built.inspect_err(|error| tracing::warn!(%error, "passkeys cannot be used at this address")).ok()?;
    Some((name, built))
}

/// A passkey as its owner sees it.
#[derive(Clone, Debug)]
pub struct Kept {
    pub id: i64,
    pub name: String,
    pub since: Time,
    pub used: Option<Time>,
    /// It was made for another address of the service, and browsers use it no more.
    pub is_elsewhere: bool,
}

/// A challenge for the browser, and the token that the answer comes back with.
#[derive(Serialize)]
pub struct Challenge {
    token: String,
    options: Value,
}

fn wrong(error: impl std::fmt::Display) -> PasskeyError {
    PasskeyError::Wrong { cause: error.to_string(), owner: None }
}

/// The same of a passkey whose owner is known.
fn wrong_of(owner: PersonId, error: impl std::fmt::Display) -> PasskeyError {
    PasskeyError::Wrong { cause: error.to_string(), owner: Some(owner) }
}

/// What passkeys know a person by.
fn handle(person: PersonId) -> Uuid {
    Uuid::from_u128(u128::from(person.0.unsigned_abs()))
}

async fn challenge<S: Serialize>(
    app: &App,
    purpose: &'static str,
    person: Option<PersonId>,
    options: impl Serialize,
    state: &S,
) -> Result<(Token, Value), PasskeyError> {
    let payload = serde_json::to_string(state).map_err(wrong)?;
    let options = serde_json::to_value(options).map_err(wrong)?;
    let (now, token) = (app.clock.now(), Token::new());
    let mut tx = app.db.begin().await?;
    let end = now.plus_seconds(CHALLENGE_SECONDS);
    people::store::issue_bounded(&mut tx, token.hash(), purpose, person, payload, now, end).await?;
    tx.commit().await?;
    Ok((token, options))
}

/// Uses a challenge up: whose it was, and its state.
async fn answered<S: DeserializeOwned>(
    app: &App,
    purpose: &'static str,
    token: &str,
) -> Result<(Option<i64>, S), PasskeyError> {
    let hash = token::hash(token).ok_or(PasskeyError::Old)?;
    let mut tx = app.db.begin().await?;
    let found = people::store::consume(&mut tx, hash, purpose, app.clock.now()).await?;
    tx.commit().await?;
    let (person, payload) = found.ok_or(PasskeyError::Old)?;
    Ok((person, serde_json::from_str(&payload).map_err(|_| PasskeyError::Old)?))
}

/// Asks the browser to make a passkey for the member.
pub async fn begin_new(app: &App, person: &Person, from: IpAddr) -> Result<Challenge, PasskeyError> {
    app.throttle.flow(Flow::Passkey, from)?;
    let kept = store::of_person(&app.db, person.id).await?;
    if kept.len() as i64 >= PASSKEYS_MOST {
        return Err(PasskeyError::TooMany);
    }
    let known = kept.into_iter().map(|row| row.credential).collect();
    let account = person.email.as_deref().unwrap_or(&person.name);
    let (_, site) = app.passkeys.site()?;
    let begun = site.start_passkey_registration(handle(person.id), account, &person.name, Some(known));
    let (options, state) = begun.map_err(wrong)?;
    let (token, mut options) = challenge(app, NEW, Some(person.id), options, &state).await?;
    // It has to be found without an address being typed first.
    let selection = &mut options["publicKey"]["authenticatorSelection"];
    selection["residentKey"] = "required".into();
    selection["requireResidentKey"] = true.into();
    Ok(Challenge { token: token.into_text(), options })
}

/// Keeps the passkey that the browser made. Its device has just seen who it is, as at a sign-in with it: gives the
/// session's new token.
pub async fn keep_new(
    app: &App,
    member: &Member,
    token: &str,
    credential: &str,
    name: &Line,
) -> Result<String, PasskeyError> {
    let (person, state): (_, PasskeyRegistration) = answered(app, NEW, token).await?;
    if person != Some(member.id.0) {
        return Err(PasskeyError::Old);
    }
    let made: RegisterPublicKeyCredential = serde_json::from_str(credential).map_err(wrong)?;
    let (site_name, site) = app.passkeys.site()?;
    let passkey = site.finish_passkey_registration(&made, &state).map_err(wrong)?;
    let text = serde_json::to_string(&passkey).map_err(wrong)?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    // Many may have begun at once, so that they are counted where only one goes on at a time.
    people::store::lock(&mut tx, member.id).await?;
    if store::count(&mut tx, member.id).await? >= PASSKEYS_MOST {
        return Err(PasskeyError::TooMany);
    }
    let new = store::New {
        id: app.ids.next(),
        person: member.id,
        credential: passkey.cred_id().to_vec(),
        name: name.as_str().to_owned(),
        public_key: text,
        site: site_name.to_owned(),
        at: now,
    };
    if !store::keep(&mut tx, new).await? {
        return Err(wrong("the passkey is known already"));
    }
    let token = session::renew_in(&mut tx, app, member, true).await?;
    ways_in::tell(&mut tx, app, member.id, Change::PasskeyAdded).await?;
    audit::record(&mut tx, app, Some(member.id), Deed::PasskeyAdded).await?;
    tx.commit().await?;
    app.live.recheck();
    Ok(token)
}

/// Asks the browser for any passkey of this site: because somebody wants to use one, or to offer those it has.
pub async fn begin_use(app: &App, flow: Flow, from: IpAddr) -> Result<Challenge, PasskeyError> {
    app.throttle.flow(flow, from)?;
    let (options, state) = app.passkeys.site()?.1.start_discoverable_authentication().map_err(wrong)?;
    let (token, mut options) = challenge(app, USE, None, options, &state).await?;
    // The page says itself how it asks: from a button, or beside the field for the address.
    if let Some(options) = options.as_object_mut() {
        options.remove("mediation");
    }
    Ok(Challenge { token: token.into_text(), options })
}

/// Whose passkey answered the challenge.
///
/// # Errors
/// `Old` when the challenge is used up or expired, `Wrong` when the answer proves nothing.
pub async fn used(app: &App, token: &str, credential: &str) -> Result<PersonId, PasskeyError> {
    let (_, state): (_, DiscoverableAuthentication) = answered(app, USE, token).await?;
    let answer: PublicKeyCredential = serde_json::from_str(credential).map_err(wrong)?;
    let (site_name, site) = app.passkeys.site()?;
    let (owner, id) = site.identify_discoverable_authentication(&answer).map_err(wrong)?;
    let row = store::by_credential(&app.db, id.to_vec()).await?;
    let row = row.filter(|row| handle(PersonId(row.person_id)) == owner).ok_or_else(|| wrong("nobody's"))?;
    let person = PersonId(row.person_id);
    let mut passkey: Passkey = serde_json::from_str(&row.public_key).map_err(|error| wrong_of(person, error))?;
    let result = site.finish_discoverable_authentication_v2(&answer, state, &passkey);
    let result = result.map_err(|error| wrong_of(person, error))?;
    if !result.user_verified() {
        return Err(wrong_of(person, "the device did not ask who is at it"));
    }
    let before = row.public_key;
    passkey.update_credential(&result);
    let after = serde_json::to_string(&passkey).map_err(wrong)?;
    // Of two that bring the same count at once, as a copy of a device would, one gets in.
    if !store::note_use(&app.db, row.id, before, after, site_name, app.clock.now()).await? {
        return Err(wrong_of(person, "used elsewhere at this moment"));
    }
    // It may be the last moment of a passkey that an administrator has taken away.
    if way_back::take_if_due(app, person).await? {
        return Err(wrong_of(person, "it has been taken away"));
    }
    Ok(person)
}

/// Proves again who the member is, with both factors; gives the session's new token.
pub async fn confirm(app: &App, member: &Member, token: &str, credential: &str) -> Result<String, PasskeyError> {
    let owner = used(app, token, credential).await?;
    if owner != member.id {
        return Err(wrong_of(owner, "somebody else's"));
    }
    Ok(session::confirm(app, member, true).await?)
}

pub async fn of_person(app: &App, person: PersonId) -> sqlx::Result<Vec<Kept>> {
    let rows = store::of_person(&app.db, person).await?;
    let kept = |row: store::Row| Kept {
        id: row.id,
        name: row.name,
        since: Time::from_microseconds(row.created_at),
        used: row.used_at.map(Time::from_microseconds),
        is_elsewhere: row.site.is_some_and(|site| app.passkey_site() != Some(site.as_str())),
    };
    Ok(rows.into_iter().map(kept).collect())
}

/// Takes a passkey away; what is none of the member's is gone already.
///
/// # Errors
/// `LastWay` when nobody could sign in to the account afterwards.
pub async fn remove(app: &App, member: &Member, id: i64) -> Result<(), PasskeyError> {
    let mut tx = app.db.begin().await?;
    people::store::lock(&mut tx, member.id).await?;
    if !store::remove(&mut tx, id, member.id).await? {
        return Ok(());
    }
    if !people::has_a_way_in(&mut tx, app, member.id).await? {
        return Err(PasskeyError::LastWay);
    }
    ways_in::tell(&mut tx, app, member.id, Change::PasskeyRemoved).await?;
    audit::record(&mut tx, app, Some(member.id), Deed::PasskeyRemoved).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes down a passkey that proved nothing, of whoever brought it or else of its owner.
pub async fn note_failure(app: &App, error: &PasskeyError, person: Option<PersonId>) -> sqlx::Result<()> {
    let PasskeyError::Wrong { cause, owner } = error else { return Ok(()) };
    tracing::warn!(cause, "a passkey was refused");
    if app.throttle.tells_of_refusal("passkey") {
        audit::note(app, person.or(*owner), Deed::PasskeyFailed).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_need_a_name_and_https() {
        let check = |address: &str, expected: bool| assert_eq!(site(address).is_some(), expected, "{address}");
        check("https://aukio.example.fi", true);
        check("http://127.0.0.1:8080", true);
        check("http://localhost:8080", true);
        check("http://aukio.example.fi", false);
        check("https://192.0.2.7", false);
        check("nonsense", false);
    }
}
