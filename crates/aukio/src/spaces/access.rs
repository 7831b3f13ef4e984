//! Who may do what with a space. Permits have private fields: holding one is the proof.

use aukio_core::policy::{self, Act, Standing, Verdict};
use aukio_core::{PersonId, SpaceId, Time, Viewer};

use super::{Kind, Space, store};
use crate::app::App;

#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    #[error("sign in first")]
    SignIn,
    #[error("no right")]
    No,
    #[error("not there")]
    Hidden,
    #[error(transparent)]
    Store(#[from] sqlx::Error),
}

/// Turns a verdict into leave to go on.
pub fn permit(verdict: Verdict) -> Result<(), AccessError> {
    match verdict {
        Verdict::Yes => Ok(()),
        Verdict::SignIn => Err(AccessError::SignIn),
        Verdict::No => Err(AccessError::No),
        Verdict::Hidden => Err(AccessError::Hidden),
    }
}

/// Where the viewer stands towards a space.
pub async fn standing(app: &App, viewer: &Viewer, space: &Space, now: Time) -> sqlx::Result<Standing> {
    let role = match viewer.person() {
        None => None,
        Some(person) => store::role(&app.db, space.id, person).await?,
    };
    Ok(Standing {
        person: viewer.person(),
        administrator: viewer.member().is_some_and(|member| member.administrator),
        role,
        closed: space.is_closed(),
        ended: space.has_ended(now),
        joining: space.joining,
        own: false,
    })
}

/// A space that the viewer may read, and what else they may do there.
#[derive(Clone, Debug)]
pub struct MayRead {
    space: Space,
    standing: Standing,
}

impl MayRead {
    pub fn space(&self) -> &Space {
        &self.space
    }

    pub fn standing(&self) -> Standing {
        self.standing
    }

    pub fn may(&self, act: Act) -> bool {
        policy::decide(self.standing, act) == Verdict::Yes
    }

    /// Whether a page should show the act: a visitor sees it and is asked to sign in on using it.
    pub fn offers(&self, act: Act) -> bool {
        matches!(policy::decide(self.standing, act), Verdict::Yes | Verdict::SignIn)
    }

    /// The same by the act's name, for templates.
    pub fn may_named(&self, act: &str) -> bool {
        Act::named(act).is_some_and(|act| self.may(act))
    }

    pub fn offers_named(&self, act: &str) -> bool {
        Act::named(act).is_some_and(|act| self.offers(act))
    }

    fn demand(&self, act: Act) -> Result<PersonId, AccessError> {
        permit(policy::decide(self.standing, act))?;
        self.standing.person.ok_or(AccessError::SignIn)
    }

    /// The person who may do `act` here.
    pub fn actor(&self, act: Act) -> Result<PersonId, AccessError> {
        self.demand(act)
    }
}

/// Finds a space by its slug, through the viewer.
pub async fn may_read(app: &App, viewer: &Viewer, slug: &str) -> Result<MayRead, AccessError> {
    let space = store::by_slug(&app.db, slug).await?.ok_or(AccessError::Hidden)?;
    may_read_space(app, viewer, space).await
}

/// Finds a space by its id, through the viewer.
pub async fn may_read_id(app: &App, viewer: &Viewer, id: SpaceId) -> Result<MayRead, AccessError> {
    let space = store::by_id(&app.db, id).await?.ok_or(AccessError::Hidden)?;
    may_read_space(app, viewer, space).await
}

async fn may_read_space(app: &App, viewer: &Viewer, space: Space) -> Result<MayRead, AccessError> {
    let standing = standing(app, viewer, &space, app.clock.now()).await?;
    permit(policy::decide(standing, Act::Read))?;
    Ok(MayRead { space, standing })
}

/// Leave to found a space inside another, or a network of its own.
pub struct MayCreateSpace {
    parent: Option<Space>,
    founder: PersonId,
}

impl MayCreateSpace {
    pub(super) fn spend(self) -> (Option<Space>, PersonId) {
        (self.parent, self.founder)
    }

    pub fn parent(&self) -> Option<&Space> {
        self.parent.as_ref()
    }

    /// For the program itself: an import that an operator started.
    pub fn for_import(parent: Option<Space>, founder: PersonId) -> Self {
        Self { parent, founder }
    }
}

/// Any member may start a group where they take part; networks are founded by administrators.
pub fn may_create_in(may: MayRead) -> Result<MayCreateSpace, AccessError> {
    let founder = may.demand(Act::CreateSpace)?;
    Ok(MayCreateSpace { parent: Some(may.space), founder })
}

pub fn may_found_network(viewer: &Viewer, kind: Kind) -> Result<MayCreateSpace, AccessError> {
    let member = viewer.member().ok_or(AccessError::SignIn)?;
    if member.administrator && kind == Kind::Network {
        Ok(MayCreateSpace { parent: None, founder: member.id })
    } else {
        Err(AccessError::No)
    }
}

macro_rules! permits {
    ($($(#[$doc:meta])* $name:ident, $function:ident, $act:expr, $what:ident: $type:ty;)*) => {$(
        $(#[$doc])*
        pub struct $name { space: $type, person: PersonId }

        impl $name {
            pub(super) fn spend(self) -> ($type, PersonId) { (self.space, self.person) }
        }

        pub fn $function(may: MayRead) -> Result<$name, AccessError> {
            let person = may.demand($act)?;
            Ok($name { space: permits!(@ $what may), person })
        }
    )*};
    (@ id $may:ident) => { $may.space.id };
    (@ whole $may:ident) => { $may.space };
}

permits! {
    /// Leave to become a member.
    MayJoin, may_join, Act::Join, id: SpaceId;
    /// Leave to ask for membership.
    MayAsk, may_ask, Act::AskToJoin, id: SpaceId;
    /// Leave to go.
    MayLeave, may_leave, Act::Leave, id: SpaceId;
    /// Leave to change what the space says of itself.
    MayEditSpace, may_edit, Act::EditSpace, whole: Space;
    /// Leave to let people in and out.
    MayManage, may_manage, Act::ManageMembers, whole: Space;
}
