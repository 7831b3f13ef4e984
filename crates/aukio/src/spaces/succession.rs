//! Who takes care of a space when the last one who did goes for good: the nearest coordinator above it, or else the
//! administrator who has been there longest. No space is ever left to nobody.

use aukio_core::policy::Role;
use aukio_core::{PersonId, Time};

use super::{Kind, Space, store};
use crate::audit::Deed;
use crate::db::Tx;
use crate::journal::{self, Entry};
use crate::people;

/// A space that one person alone takes care of.
pub struct Kept {
    pub space: Space,
    /// Who would take it over; nobody when there is neither a coordinator above nor another administrator.
    pub heir: Option<PersonId>,
}

/// The spaces that would be left alone, at most a thousand of them.
pub async fn kept_alone(tx: &mut Tx, person: PersonId) -> sqlx::Result<Vec<Kept>> {
    let mut kept = Vec::new();
    for space in store::kept_alone(tx, person).await? {
        let above = store::coordinator_above(tx, space.id, person).await?;
        let heir = match above {
            Some(coordinator) => Some(coordinator),
            None => people::eldest_administrator_but(tx, person).await?,
        };
        kept.push(Kept { space, heir });
    }
    Ok(kept)
}

/// Gives each of these spaces to its heir, and returns what is to be written into the audit log at the end. None, and
/// nothing is changed for good, when a space has no heir.
pub async fn hand_over(tx: &mut Tx, person: PersonId, at: Time) -> sqlx::Result<Option<Vec<Deed>>> {
    store::lock_all_of(tx, person).await?;
    let mut deeds = Vec::new();
    loop {
        let kept = kept_alone(tx, person).await?;
        if kept.is_empty() {
            return Ok(Some(deeds));
        }
        for Kept { space, heir } in kept {
            let Some(heir) = heir else { return Ok(None) };
            // Who goes at this moment, too, cannot take anything over.
            if !people::stays(tx, heir).await? {
                return Ok(None);
            }
            let role = if space.kind == Kind::WorkingGroup { Role::Convener } else { Role::Coordinator };
            if !store::enter(tx, space.id, heir, role, at).await? {
                store::appoint(tx, space.id, heir, role).await?;
            }
            let entry = Entry::MembershipChanged { space: space.id, person: heir };
            journal::record(tx, Some(person), at, entry).await?;
            deeds.push(Deed::RoleGiven { space: space.id, person: heir, role });
        }
    }
}
