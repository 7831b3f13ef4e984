//! Joining: a form, a mail with a link, a button. An account is made only when its address is proven.

use std::net::IpAddr;

use aukio_core::text::{Email, Line, Password, PersonName};
use aukio_core::{Language, PersonId};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use super::token::{self, Token};
use super::{NewPerson, PersonError, Profile, session, signing_in, store};
use crate::app::App;
use crate::audit::{self, Deed};
use crate::mail::{self, letters};
use crate::words::Words;

const PURPOSE: &str = "join";
const HOURS: i64 = 24;

/// What waits for its address to be proven.
#[derive(Serialize, Deserialize)]
struct Waiting {
    name: String,
    email: String,
    sector: String,
    organisation: String,
    language: Language,
    password_hash: Option<String>,
    next: Option<String>,
}

/// Somebody who asks to join.
pub struct Registration {
    pub profile: Profile,
    pub email: Email,
    pub password: Option<Password>,
    /// Where to go on afterwards: an address of ours.
    pub next: Option<String>,
}

/// Sends a link that makes the account. To an address that has one already, the mail says so and signs in;
/// the answer, and the time it takes, are the same.
pub async fn register(app: &App, registration: Registration, from: IpAddr) -> Result<(), PersonError> {
    let Registration { profile, email, password, next } = registration;
    app.throttle.register(from)?;
    app.throttle.mail(&email.key(), from)?;
    let password_hash = match password {
        Some(password) => Some(app.hasher.hash(&password).await?),
        None => None,
    };
    let words = Words(profile.language);
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let letter = match store::by_email(&mut tx, &email.key()).await? {
        Some(person) => {
            let link = signing_in::issue_link(&mut tx, app, &person, next).await?;
            letters::already_a_member(&person, email, &link)
        }
        None => {
            let token = Token::new();
            let waiting = Waiting {
                name: profile.name.as_str().to_owned(),
                email: email.as_str().to_owned(),
                sector: profile.sector.name().to_owned(),
                organisation: profile.organisation.as_str().to_owned(),
                language: profile.language,
                password_hash,
                next,
            };
            let payload = serde_json::to_string(&waiting).map_err(|error| sqlx::Error::Encode(error.into()))?;
            store::issue(&mut tx, token.hash(), PURPOSE, None, payload, now, now.plus_seconds(HOURS * 3600)).await?;
            let link = format!("{}/{}/confirm?token={}", app.address, profile.language, token.into_text());
            letters::confirm(words, &profile.name, email, &link)
        }
    };
    mail::send(&mut tx, app, letter).await?;
    tx.commit().await?;
    Ok(())
}

/// Whose account a link would make.
///
/// # Errors
/// `OldLink` when the token is used, expired or none.
pub async fn waiting_name(app: &App, token: &str) -> Result<String, PersonError> {
    let hash = token::hash(token).ok_or(PersonError::OldLink)?;
    let found = store::look_at(&app.db, hash, PURPOSE, app.clock.now()).await?;
    let (_, payload) = found.ok_or(PersonError::OldLink)?;
    let waiting: Waiting = serde_json::from_str(&payload).map_err(|_| PersonError::OldLink)?;
    Ok(waiting.name)
}

/// Makes the account and says where to go on. When the address has an account by now, it is that one.
///
/// # Errors
/// `OldLink` when the token is used, expired or none.
pub async fn confirm(app: &App, token: &str) -> Result<(PersonId, Option<String>), PersonError> {
    let hash = token::hash(token).ok_or(PersonError::OldLink)?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let found = store::consume(&mut tx, hash, PURPOSE, now).await?;
    let (_, payload) = found.ok_or(PersonError::OldLink)?;
    // What was stored had been parsed, so that this fails only for what another program wrote.
    let waiting: Waiting = serde_json::from_str(&payload).map_err(|_| PersonError::OldLink)?;
    let email = Email::parse(&waiting.email).map_err(|_| PersonError::OldLink)?;
    let person = match store::by_email(&mut tx, &email.key()).await? {
        Some(person) => person.id,
        None => {
            let new = NewPerson {
                name: PersonName::parse(&waiting.name).map_err(|_| PersonError::OldLink)?,
                email: Some(email),
                sector: waiting.sector.parse().map_err(|_| PersonError::OldLink)?,
                organisation: Line::parse(&waiting.organisation).map_err(|_| PersonError::OldLink)?,
                language: waiting.language,
                password_hash: waiting.password_hash,
                administrator: false,
                external_id: None,
            };
            let person = super::add(&mut tx, app, new, now).await?;
            audit::record(&mut tx, app, Some(person), Deed::AccountMade).await?;
            person
        }
    };
    tx.commit().await?;
    app.journal.wake();
    Ok((person, waiting.next))
}

/// A token with which the first administrator can be made; None once there is one. Each call makes a new
/// token and the one before stops working: it is printed where only the operator reads.
pub async fn first_administrator_token(app: &App) -> sqlx::Result<Option<String>> {
    if store::has_administrator(&app.db).await? {
        return Ok(None);
    }
    let token = Token::new();
    store::set_first_token(&app.db, &HEXLOWER.encode(&token.hash())).await?;
    Ok(Some(token.into_text()))
}

/// Whether this is the token that was printed last.
pub async fn is_first_token(app: &App, token: &str) -> sqlx::Result<bool> {
    let Some(hash) = token::hash(token) else { return Ok(false) };
    Ok(!store::has_administrator(&app.db).await? && store::is_first_token(&app.db, &HEXLOWER.encode(&hash)).await?)
}

/// Makes the first administrator and signs them in; gives the token for the cookie.
///
/// # Errors
/// `OldLink` when the token is not the one printed last, or when there is an administrator.
pub async fn make_first_administrator(
    app: &App,
    token: &str,
    profile: Profile,
    email: Email,
    password: Password,
    device: &str,
) -> Result<String, PersonError> {
    let hash = HEXLOWER.encode(&token::hash(token).ok_or(PersonError::OldLink)?);
    let password_hash = app.hasher.hash(&password).await?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    if !store::forget_first_token(&mut tx, &hash).await? || store::has_administrator(&mut tx).await? {
        return Err(PersonError::OldLink);
    }
    let person = match store::by_email(&mut tx, &email.key()).await? {
        Some(person) => {
            store::set_administrator(&mut tx, person.id, true).await?;
            store::set_password_hash(&mut tx, person.id, password_hash).await?;
            person.id
        }
        None => {
            let new = NewPerson {
                name: profile.name,
                email: Some(email),
                sector: profile.sector,
                organisation: profile.organisation,
                language: profile.language,
                password_hash: Some(password_hash),
                administrator: true,
                external_id: None,
            };
            super::add(&mut tx, app, new, now).await?
        }
    };
    // Whoever reads the console holds the machine: that is factor enough for the first session.
    let session = session::open_in(&mut tx, app, person, device, true).await?;
    audit::record(&mut tx, app, Some(person), Deed::AdministratorMade).await?;
    tx.commit().await?;
    app.journal.wake();
    Ok(session)
}
