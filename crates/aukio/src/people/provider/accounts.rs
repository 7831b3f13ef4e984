//! Whose account an identity opens: found, made, linked, taken away, proved again.

use aukio_core::text::Email;
use aukio_core::{Member, PersonId};
use serde::{Deserialize, Serialize};

use super::flow::issue;
use super::vouched::Vouched;
use super::{ProviderError, store};
use crate::app::App;
use crate::audit::{self, Deed};
use crate::people::store as people;
use crate::people::token::{self, Token};
use crate::people::{NewPerson, PersonError, Profile, add, by_email, has_a_way_in, session};

const JOIN: &str = "provider-join";
const JOIN_SECONDS: i64 = 3600;

/// What came of a sign-in whose word was good.
pub enum Outcome {
    /// Their account, by the identity.
    Known(PersonId),
    /// They may make an account; the token goes with the form.
    New(String),
    /// An account has the address; its owner signs in and links.
    AddressKnown,
    /// No account, and none can be made this way.
    Unknown,
}

/// Finds out whose account the identity opens, or whether one may be made.
pub async fn outcome(app: &App, vouched: Vouched, next: Option<String>) -> Result<Outcome, ProviderError> {
    if let Some(person) = store::owner(&app.db, &vouched.issuer, &vouched.subject).await? {
        return Ok(Outcome::Known(person));
    }
    let Some(email) = vouched.email.as_deref().and_then(|email| Email::parse(email).ok()) else {
        return Ok(Outcome::Unknown);
    };
    if by_email(&app.db, &email.key()).await?.is_some() {
        return Ok(Outcome::AddressKnown);
    }
    let may = app
        .providers
        .named(&vouched.provider)
        .is_some_and(|one| one.trusted.makes_accounts && one.trusted.takes(&email));
    if !may {
        return Ok(Outcome::Unknown);
    }
    let token = Token::new();
    let mut tx = app.db.begin().await?;
    issue(&mut tx, app, token.hash(), JOIN, None, &Joining { vouched, next }, JOIN_SECONDS).await?;
    tx.commit().await?;
    Ok(Outcome::New(token.into_text()))
}

/// Somebody new who fills in the form.
#[derive(Serialize, Deserialize)]
pub struct Joining {
    pub vouched: Vouched,
    pub next: Option<String>,
}

/// Who a token would join as.
///
/// # Errors
/// `OldLink` when the token is used, expired or none.
pub async fn joining(app: &App, token: &str) -> Result<Joining, PersonError> {
    let hash = token::hash(token).ok_or(PersonError::OldLink)?;
    let (_, payload) = people::look_at(&app.db, hash, JOIN, app.clock.now()).await?.ok_or(PersonError::OldLink)?;
    serde_json::from_str(&payload).map_err(|_| PersonError::OldLink)
}

/// Makes the account and links the identity; the token is used up.
///
/// # Errors
/// `OldLink` when the token is used, expired or none, or when the address or the identity has an account by now.
pub async fn join(app: &App, token: &str, profile: Profile) -> Result<(PersonId, Joining), PersonError> {
    // The sign-in was counted when it began, so that a whole office may join on one day.
    let hash = token::hash(token).ok_or(PersonError::OldLink)?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let (_, payload) = people::consume(&mut tx, hash, JOIN, now).await?.ok_or(PersonError::OldLink)?;
    let joining: Joining = serde_json::from_str(&payload).map_err(|_| PersonError::OldLink)?;
    let email = joining.vouched.email.as_deref().and_then(|email| Email::parse(email).ok());
    let email = email.ok_or(PersonError::OldLink)?;
    if people::by_email(&mut tx, &email.key()).await?.is_some() {
        return Err(PersonError::OldLink);
    }
    let new = NewPerson {
        name: profile.name,
        email: Some(email),
        sector: profile.sector,
        organisation: profile.organisation,
        language: profile.language,
        password_hash: None,
        administrator: false,
        external_id: None,
    };
    let person = add(&mut tx, app, new, now).await?;
    if !store::link(&mut tx, &joining.vouched.issuer, &joining.vouched.subject, person, now).await? {
        return Err(PersonError::OldLink);
    }
    audit::record(&mut tx, app, Some(person), Deed::AccountMade).await?;
    audit::record(&mut tx, app, Some(person), Deed::ProviderLinked(joining.vouched.provider.clone())).await?;
    tx.commit().await?;
    app.journal.wake();
    Ok((person, joining))
}

/// Adds the identity to the member's account.
///
/// # Errors
/// `Taken` when it is somebody else's.
pub async fn link(app: &App, member: &Member, vouched: &Vouched) -> Result<(), ProviderError> {
    let mut tx = app.db.begin().await?;
    if !store::link(&mut tx, &vouched.issuer, &vouched.subject, member.id, app.clock.now()).await? {
        let owner = store::owner(&mut tx, &vouched.issuer, &vouched.subject).await?;
        return if owner == Some(member.id) { Ok(()) } else { Err(ProviderError::Taken) };
    }
    audit::record(&mut tx, app, Some(member.id), Deed::ProviderLinked(vouched.provider.clone())).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes an identity away from the member's account.
///
/// # Errors
/// `LastWay` when nobody could sign in to the account afterwards.
pub async fn unlink(app: &App, member: &Member, issuer: &str, subject: &str) -> Result<(), ProviderError> {
    let mut tx = app.db.begin().await?;
    people::lock(&mut tx, member.id).await?;
    if !store::unlink(&mut tx, issuer, subject, member.id).await? {
        return Ok(());
    }
    if !has_a_way_in(&mut tx, app, member.id).await? {
        return Err(ProviderError::LastWay);
    }
    audit::record(&mut tx, app, Some(member.id), Deed::ProviderUnlinked).await?;
    tx.commit().await?;
    Ok(())
}

/// Proves again who the member is; gives the session's new token.
///
/// # Errors
/// `Taken` when the provider vouches for somebody else.
pub async fn confirm(app: &App, member: &Member, vouched: &Vouched) -> Result<String, ProviderError> {
    if store::owner(&app.db, &vouched.issuer, &vouched.subject).await? != Some(member.id) {
        return Err(ProviderError::Taken);
    }
    Ok(session::confirm(app, member, vouched.strong).await?)
}
