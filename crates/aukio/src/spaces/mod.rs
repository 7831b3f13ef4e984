//! Spaces: networks, sub-networks and working groups, in a tree. Who belongs to them, and when they end.

pub mod access;
pub mod http;
pub mod store;
pub mod succession;

use std::borrow::Borrow;

use aukio_core::policy::{Joining, Role};
use aukio_core::text::{Line, Purpose, SpaceName, slug};
use aukio_core::{Language, PersonId, SpaceId, Time, Viewer};

pub use access::{AccessError, MayCreateSpace, MayEditSpace, MayJoin, MayLeave, MayManage, MayRead};

use crate::app::App;
use crate::audit::{self, Deed};
use crate::db::Tx;
use crate::journal::{self, Entry};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Network,
    Subnetwork,
    WorkingGroup,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Network, Kind::Subnetwork, Kind::WorkingGroup];

    pub const fn name(self) -> &'static str {
        match self {
            Kind::Network => "network",
            Kind::Subnetwork => "subnetwork",
            Kind::WorkingGroup => "working_group",
        }
    }

    pub fn parse(text: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == text)
    }
}

#[derive(Clone, Debug)]
pub struct Space {
    pub id: SpaceId,
    pub parent: Option<SpaceId>,
    pub kind: Kind,
    pub slug: String,
    pub name: String,
    pub purpose: String,
    pub theme: String,
    pub output: String,
    /// What came out of it, once it has ended.
    pub outcome: String,
    pub language: Language,
    /// 0 = everybody, else the closed space whose members alone may know.
    pub audience: i64,
    pub joining: Joining,
    pub created_at: Time,
    pub ends_at: Option<Time>,
    pub member_count: i64,
    pub thread_count: i64,
    pub document_count: i64,
}

impl Space {
    pub fn is_closed(&self) -> bool {
        self.audience != 0
    }

    pub fn has_ended(&self, now: impl Borrow<Time>) -> bool {
        self.ends_at.is_some_and(|end| end <= *now.borrow())
    }

    /// Days that are left, today included; None for a space without an end.
    pub fn days_left(&self, now: impl Borrow<Time>) -> Option<i64> {
        self.ends_at.map(|end| (end.seconds_since(*now.borrow()).max(0) + 86_399) / 86_400)
    }

    /// A moment of the last day that the group works on; it ends when that day is over.
    pub fn last_day(&self) -> Option<Time> {
        self.ends_at.map(|end| end.plus_seconds(-1))
    }

    /// Hundredths of its time that have passed.
    pub fn percent_gone(&self, now: impl Borrow<Time>) -> Option<i64> {
        let end = self.ends_at?;
        let whole = end.seconds_since(self.created_at).max(1);
        Some((now.borrow().seconds_since(self.created_at) * 100 / whole).clamp(0, 100))
    }

    /// The last two weeks.
    pub fn ends_soon(&self, now: impl Borrow<Time>) -> bool {
        self.days_left(*now.borrow()).is_some_and(|days| days <= 14) && !self.has_ended(now)
    }
}

/// The name of the network whose square the site is.
#[derive(Clone, Debug)]
pub struct NetworkName {
    pub slug: String,
    pub name: String,
    pub language: Language,
}

#[derive(Debug, thiserror::Error)]
pub enum SpaceError {
    #[error("a space keeps at least one convener or coordinator")]
    LastConvener,
    #[error("there is no member with that e-mail address")]
    NoSuchPerson,
    #[error(transparent)]
    Store(#[from] sqlx::Error),
}

/// What a founder says of a new space.
#[derive(Clone, Debug)]
pub struct NewSpace {
    pub kind: Kind,
    pub name: SpaceName,
    /// The readable address; made from the name when None.
    pub slug: Option<String>,
    pub purpose: Purpose,
    pub theme: Line,
    pub output: Line,
    pub language: Language,
    pub closed: bool,
    pub joining: Joining,
    pub ends_at: Option<Time>,
    pub external_id: Option<String>,
}

/// Founds a space. The founder becomes its first convener, or coordinator of a network.
pub async fn found(app: &App, may: MayCreateSpace, new: NewSpace) -> Result<Space, SpaceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let space = found_in(&mut tx, app, may, new, now).await?;
    tx.commit().await?;
    app.journal.wake();
    Ok(space)
}

/// The same inside a larger transaction, at a time that may be past: an import keeps its dates.
pub async fn found_in(
    tx: &mut Tx,
    app: &App,
    may: MayCreateSpace,
    new: NewSpace,
    at: Time,
) -> Result<Space, SpaceError> {
    let (parent, founder) = may.spend();
    let id = SpaceId(app.ids.next_at(at));
    let inherited = parent.as_ref().map_or(0, |parent| parent.audience);
    let wanted = new.slug.unwrap_or_else(|| slug(new.name.as_str(), 60));
    let space = Space {
        id,
        parent: parent.as_ref().map(|parent| parent.id),
        kind: new.kind,
        slug: store::free_slug(tx, &wanted, id).await?,
        name: new.name.into_string(),
        purpose: new.purpose.into_string(),
        theme: new.theme.into_string(),
        output: new.output.into_string(),
        outcome: String::new(),
        language: new.language,
        audience: if new.closed { id.0 } else { inherited },
        // What only its members know of cannot be joined from outside by a press of a button.
        joining: if new.closed { Joining::Invited } else { new.joining },
        created_at: at,
        ends_at: new.ends_at,
        member_count: 0,
        thread_count: 0,
        document_count: 0,
    };
    store::insert(tx, &space, founder, new.external_id).await?;
    journal::record(tx, Some(founder), at, Entry::SpaceCreated { space: id }).await?;
    let role = if new.kind == Kind::WorkingGroup { Role::Convener } else { Role::Coordinator };
    enter_in(tx, id, founder, role, at).await?;
    Ok(space)
}

/// Changes what a space says of itself.
#[derive(Clone, Debug)]
pub struct Changes {
    pub name: SpaceName,
    pub purpose: Purpose,
    pub theme: Line,
    pub output: Line,
    pub outcome: Option<Purpose>,
    pub joining: Joining,
    pub ends_at: Option<Time>,
}

pub async fn change(app: &App, may: MayEditSpace, changes: Changes) -> Result<(), SpaceError> {
    let (space, editor) = may.spend();
    let mut tx = app.db.begin().await?;
    store::update(&mut tx, &space, changes).await?;
    journal::record(&mut tx, Some(editor), app.clock.now(), Entry::SpaceChanged { space: space.id }).await?;
    tx.commit().await?;
    app.journal.wake();
    Ok(())
}

/// Makes the viewer a member.
pub async fn join(app: &App, may: MayJoin) -> Result<(), SpaceError> {
    let (space, person) = may.spend();
    let mut tx = app.db.begin().await?;
    enter_in(&mut tx, space, person, Role::Member, app.clock.now()).await?;
    tx.commit().await?;
    app.journal.wake();
    Ok(())
}

/// Puts somebody into a space and counts them; somebody who is in already stays as they are.
pub async fn enter_in(tx: &mut Tx, space: SpaceId, person: PersonId, role: Role, at: Time) -> sqlx::Result<()> {
    if store::enter(tx, space, person, role, at).await? {
        journal::record(tx, Some(person), at, Entry::MembershipChanged { space, person }).await?;
    }
    Ok(())
}

/// Asks a convener to be let in.
pub async fn ask_to_join(app: &App, may: access::MayAsk, reason: Option<Line>) -> Result<(), SpaceError> {
    let (space, person) = may.spend();
    let reason = reason.map(Line::into_string).unwrap_or_default();
    store::ask(&app.db, space, person, &reason, app.clock.now()).await?;
    Ok(())
}

/// Takes the viewer out. The last convener or coordinator has to hand over first.
pub async fn leave(app: &App, may: MayLeave) -> Result<(), SpaceError> {
    let (space, person) = may.spend();
    remove(app, space, person, person).await
}

/// Answers somebody who asked.
pub async fn answer(app: &App, may: MayManage, person: PersonId, yes: bool) -> Result<(), SpaceError> {
    let (space, convener) = may.spend();
    let mut tx = app.db.begin().await?;
    let asked = store::forget_request(&mut tx, space.id, person).await?;
    if asked && yes {
        let now = app.clock.now();
        if store::enter(&mut tx, space.id, person, Role::Member, now).await? {
            journal::record(&mut tx, Some(convener), now, Entry::MembershipChanged { space: space.id, person }).await?;
        }
    }
    tx.commit().await?;
    app.journal.wake();
    app.live.recheck();
    Ok(())
}

/// Brings in somebody who has an account, by e-mail address.
pub async fn bring_in(app: &App, may: MayManage, email_key: &str) -> Result<(), SpaceError> {
    let (space, convener) = may.spend();
    let mut tx = app.db.begin().await?;
    let person = store::person_by_email(&mut tx, email_key).await?.ok_or(SpaceError::NoSuchPerson)?;
    store::forget_request(&mut tx, space.id, person).await?;
    let now = app.clock.now();
    if store::enter(&mut tx, space.id, person, Role::Member, now).await? {
        journal::record(&mut tx, Some(convener), now, Entry::MembershipChanged { space: space.id, person }).await?;
    }
    tx.commit().await?;
    app.journal.wake();
    app.live.recheck();
    Ok(())
}

/// Gives a member another role.
pub async fn appoint(app: &App, may: MayManage, person: PersonId, role: Role) -> Result<(), SpaceError> {
    let (space, convener) = may.spend();
    let mut tx = app.db.begin().await?;
    store::lock(&mut tx, space.id).await?;
    if role == Role::Member && store::is_last_caretaker(&mut tx, space.id, person).await? {
        return Err(SpaceError::LastConvener);
    }
    store::appoint(&mut tx, space.id, person, role).await?;
    let entry = Entry::MembershipChanged { space: space.id, person };
    journal::record(&mut tx, Some(convener), app.clock.now(), entry).await?;
    let deed = Deed::RoleGiven { space: space.id, person, role };
    audit::record(&mut tx, app, Some(convener), deed).await?;
    tx.commit().await?;
    app.journal.wake();
    app.live.recheck();
    Ok(())
}

/// Takes a member out.
pub async fn dismiss(app: &App, may: MayManage, person: PersonId) -> Result<(), SpaceError> {
    let (space, convener) = may.spend();
    remove(app, space.id, person, convener).await
}

async fn remove(app: &App, space: SpaceId, person: PersonId, by: PersonId) -> Result<(), SpaceError> {
    let mut tx = app.db.begin().await?;
    store::lock(&mut tx, space).await?;
    if store::is_last_caretaker(&mut tx, space, person).await? {
        return Err(SpaceError::LastConvener);
    }
    if store::remove(&mut tx, space, person).await? {
        journal::record(&mut tx, Some(by), app.clock.now(), Entry::MembershipChanged { space, person }).await?;
        if by != person {
            audit::record(&mut tx, app, Some(by), Deed::MemberRemoved { space, person }).await?;
        }
    }
    tx.commit().await?;
    app.journal.wake();
    // Open sockets of the one who went are checked again at once.
    app.live.recheck();
    Ok(())
}

/// The network that the site belongs to: the oldest public one.
pub async fn site_network(app: &App) -> sqlx::Result<Option<NetworkName>> {
    store::site_network(&app.db).await
}

/// The spaces of a person that the viewer may know of.
pub async fn of_person(app: &App, viewer: &Viewer, person: PersonId) -> sqlx::Result<Vec<Space>> {
    store::of_person(&app.db, viewer.key(), person).await
}
