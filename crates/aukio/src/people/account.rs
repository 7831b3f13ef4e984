//! One's own account: what it says, its address, its password, and closing it.

use std::net::IpAddr;

use aukio_core::text::{Email, Password};
use aukio_core::{Member, PersonId, SpaceId, Time};
use serde::{Deserialize, Serialize};

use super::token::{self, Token};
use super::{Person, PersonError, Profile, closed, passkeys, second_factor, session, store};
use crate::app::App;
use crate::audit::{self, Deed};
use crate::db::Tx;
use crate::journal::{self, Entry};
use crate::mail::{self, letters};
use crate::spaces;
use crate::words::Words;

const PURPOSE: &str = "email";
const LINK_SECONDS: i64 = 24 * 3600;

#[derive(Serialize, Deserialize)]
struct Payload {
    email: String,
}

/// Changes what a person says of themselves; it shows at once beside everything they have written.
pub async fn change(app: &App, person: PersonId, profile: Profile) -> sqlx::Result<()> {
    let mut tx = app.db.begin().await?;
    store::change(&mut tx, person, &profile).await?;
    journal::record(&mut tx, Some(person), app.clock.now(), Entry::PersonChanged { person }).await?;
    tx.commit().await?;
    app.journal.wake();
    Ok(())
}

/// Whether this is the person's password. A person without one has nothing to show.
pub async fn knows_password(app: &App, person: &Person, typed: &str, from: IpAddr) -> Result<bool, PersonError> {
    let Some(hash) = person.password_hash.clone() else { return Ok(true) };
    let tried = app.throttle.sign_in(&person.id.to_string(), from)?;
    let Ok(password) = Password::typed(typed) else { return Ok(false) };
    let fits = app.hasher.fits(&password, Some(&hash)).await?;
    if fits {
        app.throttle.succeeded(tried);
    } else {
        audit::note(app, Some(person.id), Deed::ConfirmFailed).await?;
    }
    Ok(fits)
}

/// Mails a link to a new address; the account keeps the old one until the link is used.
pub async fn ask_new_email(app: &App, person: &Person, email: Email, from: IpAddr) -> Result<(), PersonError> {
    app.throttle.mail(&email.key(), from)?;
    let words = Words(person.language);
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let letter = match store::by_email(&mut tx, &email.key()).await? {
        // Said to the address only: the page must not tell who else is a member.
        Some(other) if other.id != person.id => letters::address_taken(words, email),
        _ => {
            let token = Token::new();
            let payload = Payload { email: email.as_str().to_owned() };
            let payload = serde_json::to_string(&payload).map_err(|error| sqlx::Error::Encode(error.into()))?;
            let end = now.plus_seconds(LINK_SECONDS);
            store::issue(&mut tx, token.hash(), PURPOSE, Some(person.id), payload, now, end).await?;
            let link = format!("{}/{}/me/email/confirm?token={}", app.address, person.language, token.into_text());
            letters::confirm_address(words, email, &link)
        }
    };
    mail::send(&mut tx, app, letter).await?;
    tx.commit().await?;
    Ok(())
}

/// The new address that a link would set for this member.
///
/// # Errors
/// `OldLink` when the token is used, expired, none, or somebody else's.
pub async fn waiting_email(app: &App, member: &Member, token: &str) -> Result<String, PersonError> {
    let hash = token::hash(token).ok_or(PersonError::OldLink)?;
    match store::look_at(&app.db, hash, PURPOSE, app.clock.now()).await? {
        Some((Some(person), payload)) if person == member.id.0 => {
            let payload: Payload = serde_json::from_str(&payload).map_err(|_| PersonError::OldLink)?;
            Ok(payload.email)
        }
        _ => Err(PersonError::OldLink),
    }
}

/// Sets the new address. The old one is told.
///
/// # Errors
/// `OldLink` when the token is used, expired, none, somebody else's, or the address is taken by now.
pub async fn confirm_email(app: &App, member: &Member, token: &str) -> Result<(), PersonError> {
    let hash = token::hash(token).ok_or(PersonError::OldLink)?;
    let mut tx = app.db.begin().await?;
    let (person, payload) =
        store::consume(&mut tx, hash, PURPOSE, app.clock.now()).await?.ok_or(PersonError::OldLink)?;
    let payload: Payload = serde_json::from_str(&payload).map_err(|_| PersonError::OldLink)?;
    let email = Email::parse(&payload.email).map_err(|_| PersonError::OldLink)?;
    let taken = store::by_email(&mut tx, &email.key()).await?.is_some_and(|other| other.id != member.id);
    if person != Some(member.id.0) || taken {
        return Err(PersonError::OldLink);
    }
    let before = store::by_id(&mut tx, member.id).await?.and_then(|person| person.email);
    store::set_email(&mut tx, member.id, email.as_str(), &email.key()).await?;
    if let Some(before) = before.and_then(|before| Email::parse(&before).ok())
        && before.key() != email.key()
    {
        mail::send(&mut tx, app, letters::address_changed(Words(member.language), before)).await?;
    }
    audit::record(&mut tx, app, Some(member.id), Deed::AddressChanged).await?;
    tx.commit().await?;
    Ok(())
}

/// Sets a password. All other sessions end, this one gets a new token, and the address is told.
pub async fn change_password(
    app: &App,
    person: &Person,
    member: &Member,
    password: Password,
    device: &str,
) -> Result<String, PersonError> {
    let hash = app.hasher.hash(&password).await?;
    let mut tx = app.db.begin().await?;
    store::set_password_hash(&mut tx, person.id, hash).await?;
    session::end_all_in(&mut tx, app, person.id).await?;
    second_factor::forget_offer_in(&mut tx, person.id).await?;
    let token = session::open_in(&mut tx, app, person.id, device, member.strong).await?;
    if let Some(email) = person.email.as_deref().and_then(|email| Email::parse(email).ok()) {
        mail::send(&mut tx, app, letters::password_changed(Words(person.language), email)).await?;
    }
    audit::record(&mut tx, app, Some(person.id), Deed::PasswordChanged).await?;
    tx.commit().await?;
    session::ended(app);
    Ok(token)
}

/// Closes an account for good. What the person wrote stays, under nobody's name; spaces that they alone took care of
/// go to a coordinator or an administrator.
///
/// # Errors
/// `KeepsSpaces` when there is nobody to take one of them over.
pub async fn close(app: &App, person: PersonId) -> Result<(), PersonError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    store::lock(&mut tx, person).await?;
    let handed_over = spaces::succession::hand_over(&mut tx, person, now).await?;
    if handed_over.left > 0 {
        return Err(PersonError::KeepsSpaces);
    }
    close_in(&mut tx, person, now).await?;
    // Before it is done: somebody who asked for it may be closed once too often, but never be forgotten.
    closed::note(&app.settings, person, now).await.map_err(sqlx::Error::Io)?;
    note_closed(&mut tx, app, person, handed_over.deeds).await?;
    tx.commit().await?;
    app.journal.wake();
    app.live.recheck();
    Ok(())
}

/// Closes an account again that a restore has brought back, whatever it takes care of.
pub async fn close_again(app: &App, person: PersonId) -> sqlx::Result<()> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    store::lock(&mut tx, person).await?;
    let handed_over = spaces::succession::hand_over(&mut tx, person, now).await?;
    close_in(&mut tx, person, now).await?;
    note_closed(&mut tx, app, person, handed_over.deeds).await?;
    tx.commit().await
}

async fn close_in(tx: &mut Tx, person: PersonId, now: Time) -> sqlx::Result<()> {
    for space in store::spaces_of(tx, person).await?.into_iter().map(SpaceId) {
        spaces::store::remove(tx, space, person).await?;
        journal::record(tx, Some(person), now, Entry::MembershipChanged { space, person }).await?;
    }
    store::end_sessions_but(&mut *tx, person, 0).await?;
    second_factor::remove_in(tx, person).await?;
    passkeys::store::forget_all(tx, person).await?;
    store::close(tx, person, now).await?;
    journal::record(tx, Some(person), now, Entry::PersonClosed { person }).await?;
    Ok(())
}

/// The audit log's lines come last, as they hold its end until the commit.
async fn note_closed(tx: &mut Tx, app: &App, person: PersonId, deeds: Vec<Deed>) -> sqlx::Result<()> {
    for deed in deeds {
        audit::record(tx, app, Some(person), deed).await?;
    }
    audit::record(tx, app, Some(person), Deed::AccountClosed).await?;
    Ok(())
}
