//! The letter to a member whose ways to sign in have changed, whoever it was that changed them.

use aukio_core::PersonId;
use aukio_core::text::Email;

use super::store;
use crate::app::App;
use crate::db::Tx;
use crate::mail::{self, letters};

/// What has changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    CodeSet,
    CodeRemoved,
    RecoveryCodesMade,
    #[cfg_attr(not(feature = "passkeys"), allow(dead_code))]
    PasskeyAdded,
    #[cfg_attr(not(feature = "passkeys"), allow(dead_code))]
    PasskeyRemoved,
    ProviderLinked,
    ProviderUnlinked,
}

impl Change {
    #[cfg(test)]
    pub const ALL: [Change; 7] = [
        Change::CodeSet,
        Change::CodeRemoved,
        Change::RecoveryCodesMade,
        Change::PasskeyAdded,
        Change::PasskeyRemoved,
        Change::ProviderLinked,
        Change::ProviderUnlinked,
    ];

    /// The key of its words.
    pub fn key(self) -> &'static str {
        match self {
            Change::CodeSet => "way-in-code-set",
            Change::CodeRemoved => "way-in-code-removed",
            Change::RecoveryCodesMade => "way-in-recovery-codes",
            Change::PasskeyAdded => "way-in-passkey-added",
            Change::PasskeyRemoved => "way-in-passkey-removed",
            Change::ProviderLinked => "way-in-provider-linked",
            Change::ProviderUnlinked => "way-in-provider-unlinked",
        }
    }
}

/// Tells the owner of the account, in the transaction of the act. Whoever has no address is told nothing.
pub(super) async fn tell(tx: &mut Tx, app: &App, person: PersonId, change: Change) -> sqlx::Result<()> {
    let Some(person) = store::by_id(&mut *tx, person).await? else { return Ok(()) };
    let Some(to) = person.email.as_deref().and_then(|email| Email::parse(email).ok()) else { return Ok(()) };
    mail::send(tx, app, letters::way_in_changed(&person, to, change)).await
}
