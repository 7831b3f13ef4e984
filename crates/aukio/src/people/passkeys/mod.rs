//! Passkeys: a device proves who somebody is and asks for a finger, a face or a PIN before it does (WebAuthn).
//!
//! The table is always known: a build without passkeys goes on with a database that has some, and must forget them
//! with their owner. What browsers do with them (`acts.rs`) is left out of such a build.

#[cfg(feature = "passkeys")]
mod acts;
pub(super) mod store;

use aukio_core::PersonId;

#[cfg(feature = "passkeys")]
pub use self::acts::*;
use crate::app::App;

/// Whether somebody can sign in with a passkey: one that was made for another address of the service is none.
pub async fn are_used_by(app: &App, person: PersonId) -> sqlx::Result<bool> {
    match app.passkey_site() {
        Some(site) => store::has_one(&app.db, person, site).await,
        None => Ok(false),
    }
}
