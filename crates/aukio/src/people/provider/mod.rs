//! Signing in through an organisation's identity provider (OpenID Connect, authorization code with PKCE).
//!
//! A flow waits in the database for ten minutes, works once, and only in the browser that began it. Whom the
//! provider vouches for is known by issuer and subject and nothing else: an address that it tells makes an account
//! where the operator has set it so, and never opens one that is there already.

pub mod door;
mod flow;
mod joining;
mod linked;
pub mod settings;
mod store;
mod vouched;

use aukio_core::{PersonId, Time};
use openidconnect::IssuerUrl;
use openidconnect::core::CoreProviderMetadata;
use tokio::sync::Mutex;

use self::door::{Door, Doorway};
pub use self::flow::{Begun, Flow, Purpose, begin, take};
pub use self::joining::{JOIN_SECONDS, Outcome, join, joining, outcome};
pub use self::linked::{Linked, confirm, is_used_by, link, of_person, proofs, unlink};
use self::settings::Trusted;
pub use self::vouched::{Vouched, vouched};
use super::PersonError;
use crate::app::App;
use crate::audit::{self, Deed};
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
    /// The member proves who they are with an identity that is none of theirs.
    #[error("the identity is not the member's")]
    NotYours,
    /// The member has two factors, and the provider asked for one.
    #[error("the provider asked for one factor only")]
    Weak,
    /// Without it nobody could sign in to the account.
    #[error("it is the last way in")]
    LastWay,
    #[error("too many tries")]
    TooOften,
    #[error(transparent)]
    Store(#[from] sqlx::Error),
}

impl ProviderError {
    pub const NAMES: [&'static str; 7] = ["old", "refused", "unreachable", "untrue", "taken", "not-yours", "weak"];

    /// Its name in the audit log, in addresses and in the keys of its words; none for what has a page of its own.
    pub fn name(&self) -> Option<&'static str> {
        match self {
            ProviderError::OldFlow => Some("old"),
            ProviderError::Refused => Some("refused"),
            ProviderError::Unreachable(_) => Some("unreachable"),
            ProviderError::Untrue(_) => Some("untrue"),
            ProviderError::Taken => Some("taken"),
            ProviderError::NotYours => Some("not-yours"),
            ProviderError::Weak => Some("weak"),
            ProviderError::LastWay | ProviderError::TooOften | ProviderError::Store(_) => None,
        }
    }
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
    known: Mutex<Known>,
}

/// What a provider told of itself, and when; and when it last told nothing.
#[derive(Default)]
struct Known {
    told: Option<(CoreProviderMetadata, Time)>,
    failed: Option<Time>,
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

    /// The key of an issuer's provider, or its address once it is no longer trusted.
    fn key_of<'a>(&'a self, issuer: &'a str) -> &'a str {
        self.all.iter().find(|one| one.trusted.issuer == issuer).map_or(issuer, |one| &one.trusted.key)
    }

    /// The door as far as it opens for a provider.
    fn door(&self, provider: &Provider) -> Doorway<'_> {
        self.door.to(provider.trusted.inside)
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

/// Writes down that a sign-in, a link or a proof through a provider failed, and why; of whom, if a member asked.
pub async fn note_failure(app: &App, error: &ProviderError, key: &str, person: Option<PersonId>) -> sqlx::Result<()> {
    let Some(what) = error.name().filter(|_| !matches!(error, ProviderError::OldFlow)) else { return Ok(()) };
    tracing::warn!(provider = key, cause = %error, "a sign-in through a provider failed");
    if app.throttle.tells_of_refusal(key) {
        audit::note(app, person, Deed::ProviderFailed { key: key.to_owned(), what }).await?;
    }
    Ok(())
}
