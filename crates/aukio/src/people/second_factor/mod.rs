//! The second factor: codes of an authenticator app, and recovery codes for the day when it is lost.
//!
//! Everybody may have one; coordinators and administrators must, and are led to it when they sign in. The
//! secret is sealed with a key that is not in the database (`vault.rs`); one from before is, when it is next used.

mod store;
pub mod totp;
pub mod vault;

use std::net::IpAddr;

use aukio_core::{Member, PersonId};
use rand::RngExt;
use serde::{Deserialize, Serialize};

use self::vault::{Sealed, VaultError};
use super::token::{self, Token};
use super::ways_in::{self, Change};
use super::{PersonError, passkeys, session};
use crate::app::App;
use crate::audit::{self, Deed, Way};
use crate::db::Tx;

const PURPOSE: &str = "code";
/// How long somebody whose password was right may look for their app.
const WAIT_SECONDS: i64 = 600;
/// How long a secret is offered: whoever saw it earlier must not have the code of whoever sets it up later.
const OFFER_SECONDS: i64 = 900;
pub const RECOVERY_CODES: usize = 10;
/// Letters of a recovery code, five bits each: 120 bits.
const RECOVERY_LETTERS: usize = 24;

/// A sign-in that waits for its code.
#[derive(Serialize, Deserialize)]
struct Waiting {
    way: String,
    next: Option<String>,
}

/// A sign-in whose code was right.
pub struct Entered {
    pub person: PersonId,
    pub way: Way,
    pub next: Option<String>,
}

/// Whether codes are asked of this person.
pub async fn is_set(app: &App, person: PersonId) -> sqlx::Result<bool> {
    Ok(store::of(&app.db, person).await?.is_some_and(|factor| factor.active))
}

/// Whether this person has to set a second factor and has none.
pub async fn is_due(app: &App, person: PersonId) -> sqlx::Result<bool> {
    Ok(app.settings.asks_caretakers() && store::is_caretaker(&app.db, person).await? && !is_asked(app, person).await?)
}

/// Whether a person signs in with more than one factor: codes of an app, or a passkey.
pub async fn is_asked(app: &App, person: PersonId) -> sqlx::Result<bool> {
    Ok(is_set(app, person).await? || passkeys::are_used_by(app, person).await?)
}

/// How many recovery codes are left.
pub async fn codes_left(app: &App, person: PersonId) -> sqlx::Result<i64> {
    store::codes_left(&app.db, person).await
}

/// The secret to be put into an app, for a quarter of an hour the same until its first code was right.
pub async fn offer(app: &App, person: PersonId) -> Result<Vec<u8>, PersonError> {
    have_a_key(app).await?;
    let secret: [u8; totp::SECRET_BYTES] = rand::random();
    let sealed = app.vault.seal(person, &secret)?;
    let now = app.clock.now();
    let oldest = now.plus_seconds(-OFFER_SECONDS);
    let offered = store::offer(&app.db, person, sealed.clone(), now, oldest).await?;
    match app.vault.open(person, &offered) {
        Ok(secret) => Ok(secret),
        Err(_) => {
            // Nobody uses it yet, so that one that cannot be opened any more makes room for a new one.
            store::forget_offer(&app.db, person).await?;
            Ok(app.vault.open(person, &store::offer(&app.db, person, sealed, now, oldest).await?)?)
        }
    }
}

/// Makes the site's key when there has never been one. One that is only missing is not replaced: that would shut
/// what was sealed with it for good, and two nodes would each have their own.
async fn have_a_key(app: &App) -> Result<(), PersonError> {
    if app.vault.has_any() {
        return Ok(());
    }
    if store::has_had_a_key(&app.db).await? {
        return Err(VaultError::Missing(app.settings.secret_key()).into());
    }
    let made = app.vault.make()?;
    let noted = store::note_key(&app.db, &made).await?;
    if noted != made {
        // Another node was quicker.
        app.vault.take_back()?;
        return Err(VaultError::OtherKey(noted).into());
    }
    Ok(())
}

/// Takes back a secret that somebody was offered, with the sessions in which they may have seen it.
pub(super) async fn forget_offer_in(tx: &mut Tx, person: PersonId) -> sqlx::Result<()> {
    store::forget_offer(&mut *tx, person).await
}

/// Tells whoever runs the machine when secrets are sealed with a key that is not at hand.
pub async fn warn_of_other_keys(app: &App) -> sqlx::Result<()> {
    for key_id in store::keys(&app.db).await? {
        if !app.vault.has(&key_id) {
            let file = app.settings.secret_key();
            tracing::error!(
                key_id,
                file = %file.display(),
                "authenticator secrets are sealed with a key that is not in the file: put it back"
            );
        }
    }
    Ok(())
}

/// Makes the factor active when the first code is right; gives the session's new token and recovery codes.
pub async fn set(app: &App, member: &Member, typed: &str) -> Result<Option<(String, Vec<String>)>, PersonError> {
    let oldest = app.clock.now().plus_seconds(-OFFER_SECONDS);
    let offered = store::of(&app.db, member.id).await?.filter(|factor| factor.is_offered_after(oldest));
    let Some(factor) = offered else { return Ok(None) };
    let secret = app.vault.open(member.id, &factor.sealed())?;
    let Some(step) = totp::used_step(&secret, typed, app.clock.now(), factor.last_step) else {
        return Ok(None);
    };
    let mut tx = app.db.begin().await?;
    if !store::activate(&mut tx, member.id, step).await? {
        return Ok(None);
    }
    let codes = new_codes(&mut tx, member.id).await?;
    let token = session::renew_in(&mut tx, app, member, true).await?;
    ways_in::tell(&mut tx, app, member.id, Change::CodeSet).await?;
    audit::record(&mut tx, app, Some(member.id), Deed::SecondFactorSet).await?;
    tx.commit().await?;
    app.live.recheck();
    Ok(Some((token, codes)))
}

/// Takes the factor and its recovery codes away.
pub async fn remove(app: &App, person: PersonId) -> sqlx::Result<()> {
    let mut tx = app.db.begin().await?;
    store::remove(&mut tx, person).await?;
    ways_in::tell(&mut tx, app, person, Change::CodeRemoved).await?;
    audit::record(&mut tx, app, Some(person), Deed::SecondFactorRemoved).await?;
    tx.commit().await
}

/// The same in the transaction of a larger act.
pub(super) async fn remove_in(tx: &mut Tx, person: PersonId) -> sqlx::Result<()> {
    store::remove(tx, person).await
}

/// Makes new recovery codes; those from before stop working.
pub async fn renew_codes(app: &App, person: PersonId) -> sqlx::Result<Vec<String>> {
    let mut tx = app.db.begin().await?;
    let codes = new_codes(&mut tx, person).await?;
    ways_in::tell(&mut tx, app, person, Change::RecoveryCodesMade).await?;
    audit::record(&mut tx, app, Some(person), Deed::RecoveryCodesMade).await?;
    tx.commit().await?;
    Ok(codes)
}

async fn new_codes(tx: &mut Tx, person: PersonId) -> sqlx::Result<Vec<String>> {
    store::forget_codes(tx, person).await?;
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect();
    for code in &codes {
        store::keep_code(tx, person, token::digest(&plain(code))).await?;
    }
    Ok(codes)
}

/// Six groups of four letters and digits; none of them are mistaken for another.
fn recovery_code() -> String {
    let bytes: [u8; RECOVERY_LETTERS * 5 / 8] = rand::rng().random();
    let letters = totp::base32(&bytes);
    letters.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group)).collect::<Vec<_>>().join("-")
}

/// As it is hashed: people type it with and without dashes, in small letters and large ones.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

/// Uses a code up: of the app, or for recovery. False when it is wrong or was used before.
///
/// # Errors
/// `TooOften` after too many tries: six digits must not be guessed.
pub async fn takes(app: &App, person: PersonId, typed: &str, from: IpAddr) -> Result<bool, PersonError> {
    let tried = app.throttle.sign_in(&format!("code {person}"), from)?;
    let Some(factor) = store::of(&app.db, person).await?.filter(|factor| factor.active) else { return Ok(false) };
    // Without its key the app's codes are no good, but recovery codes are.
    let secret = match app.vault.open(person, &factor.sealed()) {
        Err(error) if plain(typed).len() != RECOVERY_LETTERS => return Err(error.into()),
        opened => opened.ok(),
    };
    let step = secret.as_ref().and_then(|secret| totp::used_step(secret, typed, app.clock.now(), factor.last_step));
    // One from before there was a key. It was right as it is, so that a key that cannot be made locks nobody out.
    let sealed = match (&factor.key_id, &secret, step) {
        (None, Some(secret), Some(_)) => sealed_now(app, person, secret).await,
        _ => None,
    };
    let mut tx = app.db.begin().await?;
    let right = match step {
        Some(step) => {
            if let Some(sealed) = sealed {
                store::seal(&mut tx, person, sealed).await?;
            }
            store::use_step(&mut tx, person, step).await?
        }
        None if plain(typed).len() == RECOVERY_LETTERS => {
            let used = store::use_code(&mut tx, person, token::digest(&plain(typed))).await?;
            if used {
                audit::record(&mut tx, app, Some(person), Deed::RecoveryCodeUsed).await?;
            }
            used
        }
        None => false,
    };
    if right {
        app.throttle.succeeded(tried);
    } else {
        audit::record(&mut tx, app, Some(person), Deed::CodeFailed).await?;
    }
    tx.commit().await?;
    Ok(right)
}

async fn sealed_now(app: &App, person: PersonId, secret: &[u8]) -> Option<Sealed> {
    let sealed = match have_a_key(app).await {
        Ok(()) => app.vault.seal(person, secret).map_err(PersonError::from),
        Err(error) => Err(error),
    };
    sealed.inspect_err(|error| tracing::error!(%error, "an authenticator's secret stays unsealed")).ok()
}

/// Remembers that somebody's first factor was right; gives the token that their code goes with.
pub async fn wait(app: &App, person: PersonId, way: Way, next: Option<String>) -> Result<String, PersonError> {
    let waiting = Waiting { way: way.name().to_owned(), next };
    let payload = serde_json::to_string(&waiting).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let token = Token::new();
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let end = now.plus_seconds(WAIT_SECONDS);
    super::store::issue(&mut tx, token.hash(), PURPOSE, Some(person), payload, now, end).await?;
    tx.commit().await?;
    Ok(token.into_text())
}

/// Lets in whoever waits with this token, when their code is right; None when it is not.
///
/// # Errors
/// `OldLink` when the token is used, expired or none.
pub async fn enter(app: &App, token: &str, typed: &str, from: IpAddr) -> Result<Option<Entered>, PersonError> {
    let hash = token::hash(token).ok_or(PersonError::OldLink)?;
    let found = super::store::look_at(&app.db, hash.clone(), PURPOSE, app.clock.now()).await?;
    let (person, payload) = found.ok_or(PersonError::OldLink)?;
    let person = PersonId(person.ok_or(PersonError::OldLink)?);
    if !takes(app, person, typed, from).await? {
        return Ok(None);
    }
    let mut tx = app.db.begin().await?;
    super::store::consume(&mut tx, hash, PURPOSE, app.clock.now()).await?.ok_or(PersonError::OldLink)?;
    tx.commit().await?;
    let waiting: Waiting = serde_json::from_str(&payload).map_err(|_| PersonError::OldLink)?;
    let way = Way::named(&waiting.way).ok_or(PersonError::OldLink)?;
    Ok(Some(Entered { person, way, next: waiting.next }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovery_codes_are_long_and_forgive_how_they_are_typed() {
        let code = recovery_code();
        assert_eq!(code.len(), 29, "{code}");
        assert_eq!(plain(&code).len(), RECOVERY_LETTERS);
        assert_eq!(plain(&code.to_lowercase().replace('-', " ")), plain(&code));
        assert_ne!(recovery_code(), code);
    }
}
