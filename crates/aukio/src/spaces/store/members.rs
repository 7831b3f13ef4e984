//! Rows of `membership`: who is in, as what, and what they may therefore read.

use aukio_core::policy::Role;
use aukio_core::{PersonId, SpaceId, Time};

use super::count;
use super::names::{role_name, role_of};
use crate::db::{Db, Queries, Tx};

/// The role of a person in a space; who coordinates a space above coordinates this one too,
/// but nobody inherits their way into a closed space.
pub async fn role(db: &Db, space: SpaceId, person: PersonId) -> sqlx::Result<Option<Role>> {
    let roles: Vec<(String, i64)> = db
        .all(
            "WITH RECURSIVE above (id, parent_id, audience, distance) AS (
                 SELECT id, parent_id, audience, CAST(0 AS BIGINT) FROM space WHERE id = $1
                 UNION ALL
                 SELECT s.id, s.parent_id, s.audience, a.distance + 1
                 FROM space s JOIN above a ON s.id = a.parent_id
                 WHERE a.audience = 0 AND a.distance < 16
             )
             SELECT m.role, a.distance FROM above a
             JOIN membership m ON m.space_id = a.id AND m.person_id = $2
             WHERE a.distance = 0 OR m.role = 'coordinator'
             LIMIT 20",
            (space.0, person.0),
        )
        .await?;
    Ok(roles.iter().map(|(role, _)| role_of(role).unwrap_or(Role::Member)).max_by_key(|role| match role {
        Role::Member => 0,
        Role::Convener => 1,
        Role::Coordinator => 2,
    }))
}

/// The audiences that a viewer belongs to: everybody, and the closed spaces they are in.
pub async fn audiences(db: &Db, viewer: i64) -> sqlx::Result<Vec<i64>> {
    let mut all = vec![0];
    if viewer != 0 {
        let closed: Vec<(i64,)> = db
            .all(
                "SELECT s.id FROM membership m JOIN space s ON s.id = m.space_id
                 WHERE m.person_id = $1 AND s.audience = s.id LIMIT 1000",
                (viewer,),
            )
            .await?;
        all.extend(closed.into_iter().map(|(id,)| id));
    }
    Ok(all)
}

/// A member as the members page lists them.
#[derive(sqlx::FromRow, Clone, Debug)]
pub struct MemberRow {
    pub person_id: i64,
    pub name: String,
    pub sector: String,
    pub organisation: String,
    pub role: String,
}

/// Members by name, after a name; conveners and coordinators are marked, not ranked.
pub async fn members(db: &Db, space: SpaceId, after: (Vec<u8>, i64), limit: i64) -> sqlx::Result<Vec<MemberRow>> {
    db.all(
        "SELECT m.person_id, p.name, p.sector, p.organisation, m.role
         FROM membership m JOIN person p ON p.id = m.person_id
         WHERE m.space_id = $1 AND (p.name_sort, p.id) > ($2, $3)
         ORDER BY p.name_sort, p.id LIMIT $4",
        (space.0, after.0, after.1, limit),
    )
    .await
}

/// Those who call together and take care.
pub async fn caretakers(db: &Db, space: SpaceId) -> sqlx::Result<Vec<MemberRow>> {
    db.all(
        "SELECT m.person_id, p.name, p.sector, p.organisation, m.role
         FROM membership m JOIN person p ON p.id = m.person_id
         WHERE m.space_id = $1 AND m.role IN ('convener', 'coordinator')
         ORDER BY p.name_sort, p.id LIMIT 20",
        (space.0,),
    )
    .await
}

/// Whether the space would be without convener and coordinator if this person went.
pub async fn is_last_caretaker(tx: &mut Tx, space: SpaceId, person: PersonId) -> sqlx::Result<bool> {
    let (own, others): (i64, i64) = tx
        .one(
            "SELECT CAST(COALESCE(SUM(CASE WHEN person_id = $2 THEN 1 ELSE 0 END), 0) AS BIGINT),
                    CAST(COALESCE(SUM(CASE WHEN person_id <> $2 THEN 1 ELSE 0 END), 0) AS BIGINT)
             FROM membership WHERE space_id = $1 AND role IN ('convener', 'coordinator')",
            (space.0, person.0),
        )
        .await?;
    Ok(own > 0 && others == 0)
}

/// Whether somebody new came in.
pub async fn enter(tx: &mut Tx, space: SpaceId, person: PersonId, role: Role, at: Time) -> sqlx::Result<bool> {
    let added = tx
        .execute(
            "INSERT INTO membership (space_id, person_id, role, joined_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (space_id, person_id) DO NOTHING",
            (space.0, person.0, role_name(role).to_owned(), at.microseconds()),
        )
        .await?;
    if added > 0 {
        count(tx, space, "member_count", 1).await?;
    }
    Ok(added > 0)
}

/// Whether somebody went who was in.
pub async fn remove(tx: &mut Tx, space: SpaceId, person: PersonId) -> sqlx::Result<bool> {
    let gone = tx.execute("DELETE FROM membership WHERE space_id = $1 AND person_id = $2", (space.0, person.0)).await?;
    if gone > 0 {
        count(tx, space, "member_count", -1).await?;
    }
    Ok(gone > 0)
}

/// Gives a member another role.
pub async fn appoint(tx: &mut Tx, space: SpaceId, person: PersonId, role: Role) -> sqlx::Result<()> {
    tx.execute(
        "UPDATE membership SET role = $3 WHERE space_id = $1 AND person_id = $2",
        (space.0, person.0, role_name(role).to_owned()),
    )
    .await?;
    Ok(())
}

/// The open account of an address, by its key.
pub async fn person_by_email(tx: &mut Tx, email_key: &str) -> sqlx::Result<Option<PersonId>> {
    let row: Option<(i64,)> = tx
        .optional("SELECT id FROM person WHERE email_key = $1 AND closed_at IS NULL", (email_key.to_owned(),))
        .await?;
    Ok(row.map(|(id,)| PersonId(id)))
}
