//! Signing in through an organisation's identity provider (OpenID Connect, authorization code with PKCE).
//!
//! A flow waits in the database for ten minutes, works once, and only in the browser that began it. Whom the
//! provider vouches for is known by issuer and subject and nothing else: an address that it tells makes an account
//! where the operator has set it so, and never opens one that is there already.

mod accounts;
pub mod door;
mod flow;
pub mod settings;
pub mod store;
mod vouched;

use aukio_core::{PersonId, Time};
use openidconnect::IssuerUrl;
use openidconnect::core::CoreProviderMetadata;
use tokio::sync::Mutex;

pub use self::accounts::{Outcome, confirm, join, joining, link, outcome, unlink};
use self::door::Door;
pub use self::flow::{Begun, Purpose, begin, take};
use self::settings::Trusted;
pub use self::vouched::vouched;
use super::PersonError;
use crate::app::App;
use crate::audit::{self, Deed};
use crate::db::Tx;
use crate::settings::Settings;

#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The flow is used, expired, none, or another browser's.
    #[error("the sign-in is too old or was begun elsewhere")]
    OldFlow,
    /// The provider says that the person was not signed in there.
    #[error("the provider refused")]
    Refused,
    /// Down, slow, or not what it should be.
    #[error("the provider cannot be reached: {0}")]
    Unreachable(String),
    /// What it says of the person is not to be believed.
    #[error("the provider's word is not good: {0}")]
    Untrue(String),
    /// The identity belongs to another account.
    #[error("the identity is somebody else's")]
    Taken,
    /// Without it nobody could sign in to the account.
    #[error("it is the last way in")]
    LastWay,
    #[error("too many tries")]
    TooOften,
    #[error(transparent)]
    Store(#[from] sqlx::Error),
}

impl From<PersonError> for ProviderError {
    fn from(error: PersonError) -> Self {
        match error {
            PersonError::TooOften | PersonError::Busy => ProviderError::TooOften,
            PersonError::OldLink => ProviderError::OldFlow,
            PersonError::Sealed(cause) => ProviderError::Untrue(cause.to_string()),
            PersonError::Hashing(cause) => ProviderError::Untrue(cause),
            kept @ PersonError::KeepsSpaces => ProviderError::Untrue(kept.to_string()),
            PersonError::Store(error) => ProviderError::Store(error),
        }
    }
}

/// The providers of the site.
pub struct Providers {
    all: Vec<Provider>,
    door: Door,
}

pub struct Provider {
    pub trusted: Trusted,
    /// What it told of itself, and when.
    known: Mutex<Option<(CoreProviderMetadata, Time)>>,
}

impl Providers {
    /// Reads the file that the settings name; without one there are no providers.
    ///
    /// # Errors
    /// When the file or a secret cannot be read, or an issuer has no https.
    pub fn open(settings: &Settings) -> anyhow::Result<Providers> {
        let door = Door::new(settings.identity_providers_plain);
        let trusted = match &settings.identity_providers {
            Some(file) => settings::read(file)?,
            None => Vec::new(),
        };
        for provider in &trusted {
            let sound = IssuerUrl::new(provider.issuer.clone()).is_ok() && door.allows(&provider.issuer);
            anyhow::ensure!(sound, "the issuer of `{}` must be an address with https", provider.key);
        }
        let all = trusted.into_iter().map(|trusted| Provider { trusted, known: Mutex::default() }).collect();
        Ok(Providers { all, door })
    }

    pub fn named(&self, key: &str) -> Option<&Provider> {
        self.all.iter().find(|provider| provider.trusted.key == key)
    }

    /// Key and name of each, in the operator's order.
    pub fn buttons(&self) -> Vec<Button> {
        self.all.iter().map(Button::of).collect()
    }

    /// An issuer's name for people: the provider's, or its address once it is no longer trusted.
    pub fn name_of<'a>(&'a self, issuer: &'a str) -> &'a str {
        self.all.iter().find(|one| one.trusted.issuer == issuer).map_or(issuer, |one| &one.trusted.name)
    }
}

/// A provider as a page offers it.
#[derive(Clone, Debug)]
pub struct Button {
    pub key: String,
    pub name: String,
}

impl Button {
    fn of(provider: &Provider) -> Button {
        Button { key: provider.trusted.key.clone(), name: provider.trusted.name.clone() }
    }
}

/// The identities of a person with the providers' names.
pub async fn of_person(app: &App, person: PersonId) -> sqlx::Result<Vec<Linked>> {
    let identities = store::of_person(&app.db, person).await?;
    let linked = |one: store::Identity| Linked {
        name: app.providers.name_of(&one.issuer).to_owned(),
        since: Time::from_microseconds(one.created_at),
        issuer: one.issuer,
        subject: one.subject,
    };
    Ok(identities.into_iter().map(linked).collect())
}

/// An identity as its owner sees it.
#[derive(Clone, Debug)]
pub struct Linked {
    pub name: String,
    pub issuer: String,
    pub subject: String,
    pub since: Time,
}

/// The providers with which a member can prove again who they are; with both factors, if it must be so.
pub async fn proofs(app: &App, person: PersonId, both: bool) -> sqlx::Result<Vec<Button>> {
    let identities = store::of_person(&app.db, person).await?;
    let fits = |one: &&Provider| {
        let is_linked = identities.iter().any(|identity| identity.issuer == one.trusted.issuer);
        is_linked && (one.trusted.may_be_strong() || !both)
    };
    Ok(app.providers.all.iter().filter(fits).map(Button::of).collect())
}

/// Whether somebody can sign in through a provider that the site still trusts.
pub(super) async fn is_used_by(tx: &mut Tx, app: &App, person: PersonId) -> sqlx::Result<bool> {
    let identities = store::of_person(&mut *tx, person).await?;
    let is_trusted = |one: &Provider| identities.iter().any(|identity| identity.issuer == one.trusted.issuer);
    Ok(app.providers.all.iter().any(is_trusted))
}

/// Writes down that a sign-in through a provider failed, and why.
pub async fn note_failure(app: &App, error: &ProviderError, key: &str) -> sqlx::Result<()> {
    let what = match error {
        ProviderError::Refused => "refused",
        ProviderError::Unreachable(_) => "unreachable",
        ProviderError::Untrue(_) => "untrue",
        ProviderError::Taken => "taken",
        ProviderError::OldFlow | ProviderError::LastWay | ProviderError::TooOften | ProviderError::Store(_) => {
            return Ok(());
        }
    };
    tracing::warn!(provider = key, cause = %error, "a sign-in through a provider failed");
    if app.throttle.tells_of_refusal(key) {
        audit::note(app, None, Deed::ProviderFailed { what }).await?;
    }
    Ok(())
}
