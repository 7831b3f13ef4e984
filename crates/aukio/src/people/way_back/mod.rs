//! The way back when phone and recovery codes are lost: an administrator has the second factor taken away.
//!
//! That takes a day, in which its owner, who is told at once, can stop it. Whoever runs the machine can do it at
//! once, for a site whose only administrator is locked out. The password goes with the factor: beside a code it may
//! have been shorter than one that stands alone.

mod store;

use anyhow::Context;
use aukio_core::text::{Email, Line};
use aukio_core::{Member, PersonId, Time};
use tokio_util::sync::CancellationToken;

use super::token::{self, Token};
use super::{Person, PersonError, passkeys, second_factor, session};
use crate::app::App;
use crate::audit::{self, Deed};
use crate::db::Tx;
use crate::mail::{self, letters};
use crate::settings::Settings;

const PURPOSE: &str = "factor-keep";
pub const WAIT_SECONDS: i64 = 24 * 3600;
/// Removals that are done at one go; the rest comes with the next.
const PORTION: i64 = 100;

#[derive(Debug, thiserror::Error)]
pub enum WayBackError {
    #[error("no account has this address")]
    NoSuchPerson,
    #[error("there is no second factor to take away")]
    NoFactor,
    #[error("it is under way already")]
    UnderWay,
    #[error("one's own is taken away on one's own page")]
    Oneself,
    #[error(transparent)]
    Store(#[from] sqlx::Error),
}

/// A removal that waits.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub person: PersonId,
    pub by: PersonId,
    pub reason: String,
    pub due: Time,
}

/// Begins to take somebody's second factor away. They are told at once, with a link that stops it.
pub async fn ask(app: &App, by: &Member, email: &Email, reason: &Line) -> Result<(), WayBackError> {
    let person = super::by_email(&app.db, &email.key()).await?.ok_or(WayBackError::NoSuchPerson)?;
    if person.id == by.id {
        return Err(WayBackError::Oneself);
    }
    if !second_factor::is_asked(app, person.id).await? {
        return Err(WayBackError::NoFactor);
    }
    let now = app.clock.now();
    let due = now.plus_seconds(WAIT_SECONDS);
    let mut tx = app.db.begin().await?;
    if !store::ask(&mut tx, person.id, by.id, reason.as_str(), now, due).await? {
        return Err(WayBackError::UnderWay);
    }
    let token = Token::new();
    super::store::issue(&mut tx, token.hash(), PURPOSE, Some(person.id), String::new(), now, due).await?;
    let link = format!("{}/{}/second-factor/keep?token={}", app.address, person.language, token.into_text());
    if let Some(to) = address(&person) {
        mail::send(&mut tx, app, letters::factor_goes(&person, to, reason.as_str(), due, now, &link)).await?;
    }
    let asked = Deed::FactorRemovalAsked { person: person.id, reason: reason.clone() };
    audit::record(&mut tx, app, Some(by.id), asked).await?;
    tx.commit().await?;
    Ok(())
}

fn address(person: &Person) -> Option<Email> {
    person.email.as_deref().and_then(|email| Email::parse(email).ok())
}

/// The removals that wait, the next one first.
pub async fn waiting(app: &App) -> sqlx::Result<Vec<Waiting>> {
    store::all(&app.db).await
}

/// When a person's second factor goes, if it does.
pub async fn due(app: &App, person: PersonId) -> sqlx::Result<Option<Time>> {
    store::due(&app.db, person).await
}

/// Stops the removal of somebody's second factor: their own act, or any administrator's.
pub async fn stop(app: &App, by: &Member, person: PersonId) -> sqlx::Result<()> {
    let mut tx = app.db.begin().await?;
    stop_in(&mut tx, app, Some(by.id), person).await?;
    tx.commit().await
}

async fn stop_in(tx: &mut Tx, app: &App, by: Option<PersonId>, person: PersonId) -> sqlx::Result<()> {
    if store::stop(tx, person).await? {
        super::store::forget_tokens(tx, person, PURPOSE).await?;
        audit::record(tx, app, by, Deed::FactorRemovalStopped { person }).await?;
    }
    Ok(())
}

/// Whether a mailed link still stops something.
///
/// # Errors
/// `OldLink` when it is used, expired or none.
pub async fn look(app: &App, token: &str) -> Result<(), PersonError> {
    let hash = token::hash(token).ok_or(PersonError::OldLink)?;
    super::store::look_at(&app.db, hash, PURPOSE, app.clock.now()).await?.map(drop).ok_or(PersonError::OldLink)
}

/// Stops a removal by the link in the mail.
///
/// # Errors
/// `OldLink` when it is used, expired or none.
pub async fn stop_by_link(app: &App, token: &str) -> Result<(), PersonError> {
    let hash = token::hash(token).ok_or(PersonError::OldLink)?;
    let mut tx = app.db.begin().await?;
    let found = super::store::consume(&mut tx, hash, PURPOSE, app.clock.now()).await?;
    let person = PersonId(found.and_then(|(person, _)| person).ok_or(PersonError::OldLink)?);
    stop_in(&mut tx, app, Some(person), person).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes away what has waited long enough. Of whom something was taken.
pub async fn take_due(app: &App) -> sqlx::Result<Vec<PersonId>> {
    let mut taken = Vec::new();
    for waiting in store::due_before(&app.db, app.clock.now(), PORTION).await? {
        match take_one(app, &waiting).await {
            Ok(true) => taken.push(waiting.person),
            Ok(false) => {}
            // The others do not wait for this one; it is tried again with the next hour.
            Err(error) => tracing::error!(%error, person = %waiting.person, "a second factor cannot be taken away"),
        }
    }
    Ok(taken)
}

async fn take_one(app: &App, waiting: &Waiting) -> sqlx::Result<bool> {
    let mut tx = app.db.begin().await?;
    // Who asked must still be somebody who may: an account that was taken over for a day leaves nothing behind.
    if !super::store::is_administrator(&mut tx, waiting.by).await? {
        stop_in(&mut tx, app, None, waiting.person).await?;
        tx.commit().await?;
        return Ok(false);
    }
    if !store::end_due(&mut tx, waiting.person, app.clock.now()).await? {
        return Ok(false);
    }
    let deed = Deed::FactorTaken { person: waiting.person, reason: None };
    take(&mut tx, app, waiting.person, Some(waiting.by), deed).await?;
    tx.commit().await?;
    session::ended(app);
    Ok(true)
}

/// The same for somebody who is just signing in, so that nobody waits for the clock to strike. Whether something of
/// theirs was taken: what they sign in with may be gone.
pub async fn take_if_due(app: &App, person: PersonId) -> sqlx::Result<bool> {
    match store::due(&app.db, person).await? {
        Some(due) if due <= app.clock.now() => Ok(take_due(app).await?.contains(&person)),
        _ => Ok(false),
    }
}

/// Takes the factor, the recovery codes, the passkeys and the password away and ends all sessions.
async fn take(tx: &mut Tx, app: &App, person: PersonId, by: Option<PersonId>, deed: Deed) -> sqlx::Result<()> {
    second_factor::remove_in(tx, person).await?;
    passkeys::store::forget_all(tx, person).await?;
    super::store::forget_password(tx, person).await?;
    session::end_all_in(tx, app, person).await?;
    super::store::forget_tokens(tx, person, PURPOSE).await?;
    if let Some(person) = super::store::by_id(&mut *tx, person).await?
        && let Some(to) = address(&person)
    {
        let link = format!("{}/{}/sign-in", app.address, person.language);
        mail::send(tx, app, letters::factor_gone(&person, to, &link)).await?;
    }
    audit::record(tx, app, by, deed).await
}

/// The command of whoever runs the machine: takes a second factor away at once.
pub async fn run(settings: Settings, email: &str, reason: &str) -> anyhow::Result<()> {
    let reason =
        Line::parse(reason).map_err(|_| anyhow::anyhow!("the reason is one line of at most 200 characters"))?;
    anyhow::ensure!(!reason.as_str().is_empty(), "say why, with --reason");
    let listen = settings.listen;
    // Nobody signs in here, so that it does not matter whether the providers' file is in order.
    let settings = Settings { identity_providers: None, ..settings };
    let app = crate::serve::open(settings, listen, CancellationToken::new()).await?;
    let email = Email::parse(email).map_err(|_| anyhow::anyhow!("`{email}` is no mail address"))?;
    let person = super::by_email(&app.db, &email.key()).await?.context("no account has this address")?;
    anyhow::ensure!(second_factor::is_asked(&app, person.id).await?, "the account has no second factor");
    let mut tx = app.db.begin().await?;
    store::stop(&mut tx, person.id).await?;
    let deed = Deed::FactorTaken { person: person.id, reason: Some(reason) };
    take(&mut tx, &app, person.id, None, deed).await?;
    tx.commit().await?;
    println!("the second factor, the passkeys and the password of {} are gone", person.name);
    println!("sign in by a mailed link: {}/{}/sign-in", app.address, person.language);
    app.db.close().await;
    Ok(())
}
