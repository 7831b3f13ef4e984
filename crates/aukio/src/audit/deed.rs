//! The deeds that are written down. Their names are stored, so that they never change once released.

use aukio_core::policy::Role;
use aukio_core::{PersonId, SpaceId};

/// How somebody proved who they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    Password,
    Link,
}

impl Way {
    pub fn name(self) -> &'static str {
        match self {
            Way::Password => "password",
            Way::Link => "link",
        }
    }

    pub fn named(name: &str) -> Option<Way> {
        [Way::Password, Way::Link].into_iter().find(|way| way.name() == name)
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
            Deed::RoleGiven { .. } => "role-given",
            Deed::MemberRemoved { .. } => "member-removed",
            Deed::Denied { .. } => "denied",
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
