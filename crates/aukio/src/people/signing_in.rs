//! Signing in: by password, or by a link that comes by mail. Unknown addresses get the same answer as
//! known ones, after the same work.

use std::net::IpAddr;

use aukio_core::text::{Email, Password};
use aukio_core::{Language, PersonId};
use serde::{Deserialize, Serialize};

use super::token::{self, Token};
use super::{Person, PersonError, password, store, way_back};
use crate::app::App;
use crate::audit::{self, Deed};
use crate::db::Tx;
use crate::mail::{self, letters};
use crate::words::Words;

const PURPOSE: &str = "sign-in";
const LINK_SECONDS: i64 = 3600;

#[derive(Serialize, Deserialize)]
struct Payload {
    next: Option<String>,
}

/// The person whose address and password these are.
///
/// # Errors
/// `TooOften` after too many tries at this account or from this place, `Busy` when no turn comes.
pub async fn by_password(app: &App, email: &Email, typed: &str, from: IpAddr) -> Result<Option<PersonId>, PersonError> {
    let tried = match app.throttle.sign_in(&email.key(), from) {
        Ok(tried) => tried,
        Err(error) => {
            if app.throttle.tells_of_slowing() {
                audit::note(app, None, Deed::SignInSlowed).await?;
            }
            return Err(error);
        }
    };
    let Ok(password) = Password::typed(typed) else { return Ok(None) };
    let mut person = store::by_email(&app.db, &email.key()).await?;
    if let Some(known) = &person
        && way_back::take_if_due(app, known.id).await?
    {
        // The password went with the factor.
        person = store::by_email(&app.db, &email.key()).await?;
    }
    let hash = person.as_ref().and_then(|person| person.password_hash.clone());
    let fits = app.hasher.fits(&password, hash.as_deref()).await?;
    let known = person.as_ref().map(|person| person.id);
    let Some(person) = person.filter(|_| fits) else {
        audit::note(app, known, Deed::SignInFailed).await?;
        return Ok(None);
    };
    app.throttle.succeeded(tried);
    if hash.is_some_and(|hash| password::is_dated(&hash)) {
        super::set_password(app, person.id, &password).await?;
    }
    Ok(Some(person.id))
}

/// Mails a link that signs in. An address without an account is told so, by mail and nowhere else.
pub async fn send_link(
    app: &App,
    email: Email,
    language: Language,
    next: Option<String>,
    from: IpAddr,
) -> Result<(), PersonError> {
    app.throttle.mail(&email.key(), from)?;
    let mut tx = app.db.begin().await?;
    let letter = match store::by_email(&mut tx, &email.key()).await? {
        Some(person) => {
            let link = issue_link(&mut tx, app, &person, next).await?;
            letters::sign_in(&person, email, &link)
        }
        None => {
            // A token that opens nothing: writing it takes the time that a real one would take.
            let now = app.clock.now();
            store::issue(&mut tx, Token::new().hash(), "nobody", None, String::new(), now, now).await?;
            letters::no_account(Words(language), email, &format!("{}/{language}/register", app.address))
        }
    };
    mail::send(&mut tx, app, letter).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn issue_link(tx: &mut Tx, app: &App, person: &Person, next: Option<String>) -> sqlx::Result<String> {
    let now = app.clock.now();
    let token = Token::new();
    let payload = serde_json::to_string(&Payload { next }).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let end = now.plus_seconds(LINK_SECONDS);
    store::issue(tx, token.hash(), PURPOSE, Some(person.id), payload, now, end).await?;
    Ok(format!("{}/{}/sign-in/link?token={}", app.address, person.language, token.into_text()))
}

/// Whom a link would sign in.
///
/// # Errors
/// `OldLink` when the token is used, expired or none.
pub async fn link_owner(app: &App, token: &str) -> Result<Person, PersonError> {
    let hash = token::hash(token).ok_or(PersonError::OldLink)?;
    let found = store::look_at(&app.db, hash, PURPOSE, app.clock.now()).await?;
    let person = found.and_then(|(person, _)| person).ok_or(PersonError::OldLink)?;
    store::by_id(&app.db, PersonId(person)).await?.ok_or(PersonError::OldLink)
}

/// Uses a link up: who is signed in by it, and where to go on.
///
/// # Errors
/// `OldLink` when the token is used, expired or none.
pub async fn by_link(app: &App, token: &str) -> Result<(PersonId, Option<String>), PersonError> {
    let hash = token::hash(token).ok_or(PersonError::OldLink)?;
    let mut tx = app.db.begin().await?;
    let found = store::consume(&mut tx, hash, PURPOSE, app.clock.now()).await?;
    let (person, payload) = found.ok_or(PersonError::OldLink)?;
    let person = PersonId(person.ok_or(PersonError::OldLink)?);
    if store::by_id(&mut tx, person).await?.is_none() {
        return Err(PersonError::OldLink);
    }
    tx.commit().await?;
    let next = serde_json::from_str(&payload).ok().and_then(|payload: Payload| payload.next);
    Ok((person, next))
}
