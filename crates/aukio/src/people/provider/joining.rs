//! Whom a sign-in comes to: somebody whose account the identity opens, or somebody new who makes one.

use aukio_core::PersonId;
use aukio_core::text::Email;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use super::flow::issue;
use super::vouched::Vouched;
use super::{ProviderError, store};
use crate::app::App;
use crate::audit::{self, Deed};
use crate::people::store as people;
use crate::people::token::{self, Token};
use crate::people::{NewPerson, PersonError, Profile, add, by_email};

const JOIN: &str = "provider-join";
pub const JOIN_SECONDS: i64 = 3600;

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

/// Finds out whose account the identity opens, or whether one may be made, in the browser that has this cookie.
pub async fn outcome(
    app: &App,
    vouched: Vouched,
    next: Option<String>,
    browser: &str,
) -> Result<Outcome, ProviderError> {
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
    let Some(browser) = token::hash(browser).filter(|_| may) else { return Ok(Outcome::Unknown) };
    let token = Token::new();
    let joining = Joining { vouched, next, browser: HEXLOWER.encode(&browser) };
    let mut tx = app.db.begin().await?;
    issue(&mut tx, app, token.hash(), JOIN, None, &joining, JOIN_SECONDS).await?;
    tx.commit().await?;
    Ok(Outcome::New(token.into_text()))
}

/// Somebody new who fills in the form.
#[derive(Serialize, Deserialize)]
pub struct Joining {
    pub vouched: Vouched,
    pub next: Option<String>,
    /// The hash of the browser's cookie, in hexadecimal digits: the address of the form, sent to somebody else, must
    /// not make them an account under an identity that is not theirs.
    browser: String,
}

impl Joining {
    fn read(payload: &str, browser: &str) -> Result<Joining, PersonError> {
        let joining: Joining = serde_json::from_str(payload).map_err(|_| PersonError::OldLink)?;
        let browser = token::hash(browser).map(|hash| HEXLOWER.encode(&hash));
        if browser.as_ref() == Some(&joining.browser) { Ok(joining) } else { Err(PersonError::OldLink) }
    }
}

/// Who a token would join as.
///
/// # Errors
/// `OldLink` when the token is used, expired, none or another browser's.
pub async fn joining(app: &App, token: &str, browser: &str) -> Result<Joining, PersonError> {
    let hash = token::hash(token).ok_or(PersonError::OldLink)?;
    let (_, payload) = people::look_at(&app.db, hash, JOIN, app.clock.now()).await?.ok_or(PersonError::OldLink)?;
    Joining::read(&payload, browser)
}

/// Makes the account and links the identity; the token is used up.
///
/// # Errors
/// `OldLink` when the token is used, expired, none or another browser's, or when the address or the identity has an
/// account by now.
pub async fn join(app: &App, token: &str, browser: &str, profile: Profile) -> Result<(PersonId, Joining), PersonError> {
    // The sign-in was counted when it began, so that a whole office may join on one day.
    let hash = token::hash(token).ok_or(PersonError::OldLink)?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let (_, payload) = people::consume(&mut tx, hash, JOIN, now).await?.ok_or(PersonError::OldLink)?;
    let joining = Joining::read(&payload, browser)?;
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
