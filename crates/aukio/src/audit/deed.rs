//! The deeds that are written down. Their names are stored, so that they never change once released.

use aukio_core::policy::Role;
use aukio_core::text::Line;
use aukio_core::{PersonId, SessionId, SpaceId};

/// How somebody proved who they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    Password,
    Link,
    /// An organisation's identity provider.
    Provider,
    Passkey,
}

impl Way {
    pub fn name(self) -> &'static str {
        match self {
            Way::Password => "password",
            Way::Link => "link",
            Way::Provider => "provider",
            Way::Passkey => "passkey",
        }
    }

    pub fn named(name: &str) -> Option<Way> {
        [Way::Password, Way::Link, Way::Provider, Way::Passkey].into_iter().find(|way| way.name() == name)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    SignedIn(Way),
    /// A wrong password; the actor is the account that was tried, if there is one.
    SignInFailed,
    SignInSlowed,
    /// A wrong code of the authenticator app, or a used one.
    CodeFailed,
    SignedOut,
    SessionEnded,
    /// Proved again who they are, for an act of weight.
    Confirmed,
    ConfirmFailed,
    AccountMade,
    AccountClosed,
    AdministratorMade,
    PasswordChanged,
    AddressChanged,
    SecondFactorSet,
    SecondFactorRemoved,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    /// An identity provider was linked, by its key in the settings.
    ProviderLinked(String),
    ProviderUnlinked(String),
    ProviderFailed {
        key: String,
        what: &'static str,
    },
    /// An administrator asked that somebody's second factor be taken away, and why.
    FactorRemovalAsked {
        person: PersonId,
        reason: Line,
    },
    /// By its owner, by an administrator, or by itself when who asked is no administrator any more.
    FactorRemovalStopped {
        person: PersonId,
    },
    /// It was taken away; without an actor, by whoever runs the machine, who says why.
    FactorTaken {
        person: PersonId,
        reason: Option<Line>,
    },
    #[cfg_attr(not(feature = "passkeys"), expect(dead_code))]
    PasskeyAdded,
    #[cfg_attr(not(feature = "passkeys"), expect(dead_code))]
    PasskeyRemoved,
    #[cfg_attr(not(feature = "passkeys"), expect(dead_code))]
    PasskeyFailed,
    RoleGiven {
        space: SpaceId,
        person: PersonId,
        role: Role,
    },
    MemberRemoved {
        space: SpaceId,
        person: PersonId,
    },
    /// A member asked for what they may not.
    Denied {
        what: &'static str,
    },
    TokenMade {
        token: SessionId,
        writes: bool,
    },
    TokenEnded {
        token: SessionId,
    },
    /// A program called with a token faster than it may.
    TokenSlowed,
    /// Rows of this log were older than two years and were let go.
    OldRowsGone,
}

impl Deed {
    pub fn name(&self) -> &'static str {
        match self {
            Deed::SignedIn(_) => "signed-in",
            Deed::SignInFailed => "sign-in-failed",
            Deed::SignInSlowed => "sign-in-slowed",
            Deed::CodeFailed => "code-failed",
            Deed::SignedOut => "signed-out",
            Deed::SessionEnded => "session-ended",
            Deed::Confirmed => "confirmed",
            Deed::ConfirmFailed => "confirm-failed",
            Deed::AccountMade => "account-made",
            Deed::AccountClosed => "account-closed",
            Deed::AdministratorMade => "administrator-made",
            Deed::PasswordChanged => "password-changed",
            Deed::AddressChanged => "address-changed",
            Deed::SecondFactorSet => "second-factor-set",
            Deed::SecondFactorRemoved => "second-factor-removed",
            Deed::RecoveryCodesMade => "recovery-codes-made",
            Deed::RecoveryCodeUsed => "recovery-code-used",
            Deed::ProviderLinked(_) => "provider-linked",
            Deed::ProviderUnlinked(_) => "provider-unlinked",
            Deed::ProviderFailed { .. } => "provider-failed",
            Deed::FactorRemovalAsked { .. } => "factor-removal-asked",
            Deed::FactorRemovalStopped { .. } => "factor-removal-stopped",
            Deed::FactorTaken { .. } => "factor-taken",
            Deed::PasskeyAdded => "passkey-added",
            Deed::PasskeyRemoved => "passkey-removed",
            Deed::PasskeyFailed => "passkey-failed",
            Deed::RoleGiven { .. } => "role-given",
            Deed::MemberRemoved { .. } => "member-removed",
            Deed::Denied { .. } => "denied",
            Deed::TokenMade { .. } => "token-made",
            Deed::TokenEnded { .. } => "token-ended",
            Deed::TokenSlowed => "token-slowed",
            Deed::OldRowsGone => "old-rows-gone",
        }
    }

    /// What the deed was about, in ids and words of ours.
    pub(super) fn about(&self) -> String {
        match self {
            Deed::SignedIn(way) => way.name().to_owned(),
            Deed::RoleGiven { space, person, role } => {
                format!("{} space:{space} person:{person}", role_name(*role))
            }
            Deed::MemberRemoved { space, person } => format!("space:{space} person:{person}"),
            Deed::TokenMade { token, writes } => format!("{} token:{token}", if *writes { "write" } else { "read" }),
            Deed::TokenEnded { token } => format!("token:{token}"),
            Deed::FactorRemovalAsked { person, reason } | Deed::FactorTaken { person, reason: Some(reason) } => {
                format!("person:{person} {}", reason.as_str())
            }
            Deed::FactorRemovalStopped { person } | Deed::FactorTaken { person, reason: None } => {
                format!("person:{person}")
            }
            Deed::ProviderLinked(key) | Deed::ProviderUnlinked(key) => key.clone(),
            Deed::ProviderFailed { key, what } => format!("{key} {what}"),
            Deed::Denied { what } => (*what).to_owned(),
            _ => String::new(),
        }
    }
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Member => "member",
        Role::Convener => "convener",
        Role::Coordinator => "coordinator",
    }
}
