//! The identities of a member's account: linked, taken away, proved with again.

use aukio_core::{Member, PersonId, Time};

use super::vouched::Vouched;
use super::{Button, Provider, ProviderError, store};
use crate::app::App;
use crate::audit::{self, Deed};
use crate::db::Tx;
use crate::people::ways_in::{self, Change};
use crate::people::{has_a_way_in, second_factor, session, store as people};

/// An identity as its owner sees it.
#[derive(Clone, Debug)]
pub struct Linked {
    pub name: String,
    pub issuer: String,
    pub subject: String,
    pub since: Time,
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
pub async fn is_used_by(tx: &mut Tx, app: &App, person: PersonId) -> sqlx::Result<bool> {
    let identities = store::of_person(&mut *tx, person).await?;
    let is_trusted = |one: &Provider| identities.iter().any(|identity| identity.issuer == one.trusted.issuer);
    Ok(app.providers.all.iter().any(is_trusted))
}

/// Adds the identity to the member's account. They are told by mail.
///
/// # Errors
/// `Taken` when it is somebody else's.
pub async fn link(app: &App, member: &Member, vouched: &Vouched) -> Result<(), ProviderError> {
    let mut tx = app.db.begin().await?;
    if !store::link(&mut tx, &vouched.issuer, &vouched.subject, member.id, app.clock.now()).await? {
        let owner = store::owner(&mut tx, &vouched.issuer, &vouched.subject).await?;
        return if owner == Some(member.id) { Ok(()) } else { Err(ProviderError::Taken) };
    }
    ways_in::tell(&mut tx, app, member.id, Change::ProviderLinked).await?;
    audit::record(&mut tx, app, Some(member.id), Deed::ProviderLinked(vouched.provider.clone())).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes an identity away from the member's account. They are told by mail.
///
/// # Errors
/// `LastWay` when nobody could sign in to the account afterwards.
pub async fn unlink(app: &App, member: &Member, issuer: &str, subject: &str) -> Result<(), ProviderError> {
    let mut tx = app.db.begin().await?;
    people::lock(&mut tx, member.id).await?;
    if !store::unlink(&mut tx, issuer, subject, member.id).await? {
        return Ok(());
    }
    if !has_a_way_in(&mut tx, app, member.id).await? {
        return Err(ProviderError::LastWay);
    }
    ways_in::tell(&mut tx, app, member.id, Change::ProviderUnlinked).await?;
    let key = app.providers.key_of(issuer).to_owned();
    audit::record(&mut tx, app, Some(member.id), Deed::ProviderUnlinked(key)).await?;
    tx.commit().await?;
    Ok(())
}

/// Proves again who the member is; gives the session's new token.
///
/// # Errors
/// `NotYours` when the provider vouches for somebody else, `Weak` when the member has two factors and it asked for one.
pub async fn confirm(app: &App, member: &Member, vouched: &Vouched) -> Result<String, ProviderError> {
    if store::owner(&app.db, &vouched.issuer, &vouched.subject).await? != Some(member.id) {
        return Err(ProviderError::NotYours);
    }
    if !vouched.strong && second_factor::is_asked(app, member.id).await? {
        return Err(ProviderError::Weak);
    }
    Ok(session::confirm(app, member, vouched.strong).await?)
}
