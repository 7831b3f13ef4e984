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

/// What became of somebody's spaces.
pub struct HandedOver {
    /// To be written into the audit log at the end.
    pub deeds: Vec<Deed>,
    /// Spaces that nobody can take over.
    pub left: usize,
}

/// Gives each of these spaces to its heir.
pub async fn hand_over(tx: &mut Tx, person: PersonId, at: Time) -> sqlx::Result<HandedOver> {
    store::lock_all_of(tx, person).await?;
    let mut deeds = Vec::new();
    loop {
        let (before, mut left) = (deeds.len(), 0);
        for Kept { space, heir } in kept_alone(tx, person).await? {
            // Who goes at this moment, too, cannot take anything over.
            let heir = match heir {
                Some(heir) if people::stays(tx, heir).await? => heir,
                _ => {
                    left += 1;
                    continue;
                }
            };
            let role = if space.kind == Kind::WorkingGroup { Role::Convener } else { Role::Coordinator };
            if !store::enter(tx, space.id, heir, role, at).await? {
                store::appoint(tx, space.id, heir, role).await?;
            }
            let entry = Entry::MembershipChanged { space: space.id, person: heir };
            journal::record(tx, Some(person), at, entry).await?;
            deeds.push(Deed::RoleGiven { space: space.id, person: heir, role });
        }
        // There may have been more than are looked up at once.
        if deeds.len() == before {
            return Ok(HandedOver { deeds, left });
        }
    }
}
