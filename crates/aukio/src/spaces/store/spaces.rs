//! Rows of `space`.

use std::collections::HashMap;

use aukio_core::policy::Joining;
use aukio_core::{PersonId, SpaceId, Time};

use super::names::{joining, joining_name, language};
use super::readable;
use crate::db::{Db, Queries, Tx, among, list_of};
use crate::spaces::{Changes, Kind, NetworkName, Space};

macro_rules! columns {
    () => {
        "s.id, s.parent_id, s.kind, s.slug, s.name, s.purpose, s.theme, s.output, s.outcome, s.language, s.audience,
         s.joining, s.created_at, s.ends_at, s.member_count, s.thread_count, s.document_count"
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    parent_id: Option<i64>,
    kind: String,
    slug: String,
    name: String,
    purpose: String,
    theme: String,
    output: String,
    outcome: String,
    language: String,
    audience: i64,
    joining: String,
    created_at: i64,
    ends_at: Option<i64>,
    member_count: i64,
    thread_count: i64,
    document_count: i64,
}

impl From<Row> for Space {
    fn from(row: Row) -> Space {
        Space {
            id: SpaceId(row.id),
            parent: row.parent_id.map(SpaceId),
            kind: Kind::parse(&row.kind).unwrap_or(Kind::WorkingGroup),
            slug: row.slug,
            name: row.name,
            purpose: row.purpose,
            theme: row.theme,
            output: row.output,
            outcome: row.outcome,
            language: language(&row.language),
            audience: row.audience,
            joining: joining(&row.joining).unwrap_or(Joining::Invited),
            created_at: Time::from_microseconds(row.created_at),
            ends_at: row.ends_at.map(Time::from_microseconds),
            member_count: row.member_count,
            thread_count: row.thread_count,
            document_count: row.document_count,
        }
    }
}

/// The space at this address, whoever asks: [`access`](crate::spaces::access) decides who sees it.
pub async fn by_slug(db: &Db, slug: &str) -> sqlx::Result<Option<Space>> {
    let row: Option<Row> =
        db.optional(concat!("SELECT ", columns!(), " FROM space s WHERE s.slug = $1"), (slug.to_owned(),)).await?;
    Ok(row.map(Space::from))
}

/// The space, whoever asks.
pub async fn by_id(db: impl Queries, id: SpaceId) -> sqlx::Result<Option<Space>> {
    let row: Option<Row> =
        db.optional(concat!("SELECT ", columns!(), " FROM space s WHERE s.id = $1"), (id.0,)).await?;
    Ok(row.map(Space::from))
}

/// The space that an import brought under this id.
pub async fn by_external_id(db: impl Queries, id: &str) -> sqlx::Result<Option<Space>> {
    let row: Option<Row> =
        db.optional(concat!("SELECT ", columns!(), " FROM space s WHERE s.external_id = $1"), (id.to_owned(),)).await?;
    Ok(row.map(Space::from))
}

/// Spaces below a space that the viewer may know of, the newest first, running ones before ended ones.
pub async fn children(db: &Db, viewer: i64, parent: SpaceId, now: Time) -> sqlx::Result<Vec<Space>> {
    let rows: Vec<Row> = db
        .all(
            concat!(
                "SELECT ",
                columns!(),
                " FROM space s
                 WHERE s.parent_id = $2 AND s.audience IN ",
                readable!(),
                "
                 ORDER BY CASE WHEN s.ends_at <= $3 THEN 1 ELSE 0 END, s.ends_at NULLS LAST, s.created_at DESC
                 LIMIT 100"
            ),
            (viewer, parent.0, now.microseconds()),
        )
        .await?;
    Ok(rows.into_iter().map(Space::from).collect())
}

/// Spaces of one kind that the viewer may know of: those that end first come first, ended ones last.
pub async fn of_kind(db: &Db, viewer: i64, kind: Kind, now: Time, limit: i64) -> sqlx::Result<Vec<Space>> {
    let rows: Vec<Row> = db
        .all(
            concat!(
                "SELECT ",
                columns!(),
                " FROM space s
                 WHERE s.kind = $2 AND s.audience IN ",
                readable!(),
                "
                 ORDER BY CASE WHEN s.ends_at <= $3 THEN 1 ELSE 0 END, s.ends_at NULLS LAST, s.created_at
                 LIMIT $4"
            ),
            (viewer, kind.name().to_owned(), now.microseconds(), limit),
        )
        .await?;
    Ok(rows.into_iter().map(Space::from).collect())
}

/// Spaces that a person is in and the viewer may know of, in the order in which they came in; a hundred at most.
pub async fn of_person(db: &Db, viewer: i64, person: PersonId) -> sqlx::Result<Vec<Space>> {
    let rows: Vec<Row> = db
        .all(
            concat!(
                "SELECT ",
                columns!(),
                " FROM space s JOIN membership own ON own.space_id = s.id AND own.person_id = $2
                 WHERE s.audience IN ",
                readable!(),
                "
                 ORDER BY own.joined_at LIMIT 100"
            ),
            (viewer, person.0),
        )
        .await?;
    Ok(rows.into_iter().map(Space::from).collect())
}

/// Spaces that the viewer may know of, the latest founded first, before an id: ids rise with time.
pub async fn founded(db: &Db, viewer: i64, before: i64, limit: i64) -> sqlx::Result<Vec<Space>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM space s WHERE s.audience IN ",
        readable!(),
        " AND s.id < $2 ORDER BY s.id DESC LIMIT $3"
    );
    let rows: Vec<Row> = db.all(sql, (viewer, before, limit)).await?;
    Ok(rows.into_iter().map(Space::from).collect())
}

/// The space itself and all above it, from the top down.
pub async fn lineage(db: &Db, space: SpaceId) -> sqlx::Result<Vec<Space>> {
    let rows: Vec<Row> = db
        .all(
            concat!(
                "WITH RECURSIVE above (id, parent_id, distance) AS (
                     SELECT id, parent_id, CAST(0 AS BIGINT) FROM space WHERE id = $1
                     UNION ALL
                     SELECT s.id, s.parent_id, a.distance + 1 FROM space s JOIN above a ON s.id = a.parent_id
                     WHERE a.distance < 16
                 )
                 SELECT ",
                columns!(),
                " FROM above a JOIN space s ON s.id = a.id ORDER BY a.distance DESC LIMIT 20"
            ),
            (space.0,),
        )
        .await?;
    Ok(rows.into_iter().map(Space::from).collect())
}

/// The network whose square this site is: the oldest that everybody may read.
pub async fn site_network(db: &Db) -> sqlx::Result<Option<NetworkName>> {
    let row: Option<(String, String, String)> = db
        .optional(
            "SELECT slug, name, language FROM space WHERE kind = 'network' AND audience = 0
             ORDER BY created_at LIMIT 1",
            (),
        )
        .await?;
    Ok(row.map(|(slug, name, tongue)| NetworkName { slug, name, language: language(&tongue) }))
}

/// Names of spaces, for lists that show where something happens.
pub async fn names(db: impl Queries, ids: &[i64]) -> sqlx::Result<HashMap<i64, (String, String)>> {
    if ids.is_empty() {
        return Ok(Default::default());
    }
    let sql = among!("SELECT id, slug, name FROM space WHERE TRUE", "id", "$1").on(&db);
    let rows: Vec<(i64, String, String)> = db.all(sql, (list_of(ids),)).await?;
    Ok(rows.into_iter().map(|(id, slug, name)| (id, (slug, name))).collect())
}

/// The spaces with these ids that the viewer may know of, by id.
pub async fn readable_by_ids(db: &Db, viewer: i64, ids: &[i64]) -> sqlx::Result<HashMap<i64, Space>> {
    let sql = among!(concat!("SELECT ", columns!(), " FROM space s WHERE s.audience IN ", readable!()), "s.id", "$2");
    let rows: Vec<Row> = db.all(sql.on(&db), (viewer, list_of(ids))).await?;
    Ok(rows.into_iter().map(|row| (row.id, Space::from(row))).collect())
}

/// All spaces by id, after an id.
pub async fn after_id(db: &Db, after: SpaceId, limit: i64) -> sqlx::Result<Vec<Space>> {
    let sql = concat!("SELECT ", columns!(), " FROM space s WHERE s.id > $1 ORDER BY s.id LIMIT $2");
    let rows: Vec<Row> = db.all(sql, (after.0, limit)).await?;
    Ok(rows.into_iter().map(Space::from).collect())
}

/// Spaces that everybody may read, by id, after an id.
pub async fn public_after_id(db: &Db, after: i64, limit: i64) -> sqlx::Result<Vec<Space>> {
    let sql = concat!("SELECT ", columns!(), " FROM space s WHERE s.audience = 0 AND s.id > $1 ORDER BY s.id LIMIT $2");
    let rows: Vec<Row> = db.all(sql, (after, limit)).await?;
    Ok(rows.into_iter().map(Space::from).collect())
}

/// The id of the public space that stands `steps` after an id.
pub async fn public_id_after(db: &Db, after: i64, steps: i64) -> sqlx::Result<Option<i64>> {
    let sql = "SELECT id FROM space WHERE audience = 0 AND id > $1 ORDER BY id LIMIT 1 OFFSET $2";
    let row: Option<(i64,)> = db.optional(sql, (after, steps - 1)).await?;
    Ok(row.map(|(id,)| id))
}

/// The ids that an import gave to these spaces, by id.
pub async fn external_ids(db: &Db, ids: &[i64]) -> sqlx::Result<HashMap<i64, String>> {
    let sql = among!("SELECT id, external_id FROM space WHERE external_id IS NOT NULL", "id", "$1");
    let rows: Vec<(i64, String)> = db.all(sql.on(&db), (list_of(ids),)).await?;
    Ok(rows.into_iter().collect())
}

/// The wanted slug, or with a number after it when it is taken; the id when no letter is left of the name.
pub async fn free_slug(tx: &mut Tx, wanted: &str, id: SpaceId) -> sqlx::Result<String> {
    // `new` is the address of the page that founds a space.
    let wanted = if wanted.is_empty() || wanted == "new" { id.to_string() } else { wanted.to_owned() };
    for attempt in 1..20 {
        let slug = if attempt == 1 { wanted.clone() } else { format!("{wanted}-{attempt}") };
        let taken: Option<(i64,)> = tx.optional("SELECT id FROM space WHERE slug = $1", (slug.clone(),)).await?;
        if taken.is_none() {
            return Ok(slug);
        }
    }
    Ok(format!("{wanted}-{id}"))
}

/// A space without members, threads and documents; [`count`] counts them as they come.
pub async fn insert(tx: &mut Tx, space: &Space, by: PersonId, external_id: Option<String>) -> sqlx::Result<()> {
    tx.execute(
        "INSERT INTO space (id, parent_id, kind, slug, name, purpose, theme, output, outcome, language, audience,
                            joining, created_by, created_at, ends_at, member_count, thread_count, document_count,
                            external_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, $10, $11, $12, $13, $14, 0, 0, 0, $15)",
        (
            space.id.0,
            space.parent.map(|parent| parent.0),
            space.kind.name().to_owned(),
            space.slug.clone(),
            space.name.clone(),
            space.purpose.clone(),
            space.theme.clone(),
            space.output.clone(),
            space.language.tag().to_owned(),
            space.audience,
            joining_name(space.joining).to_owned(),
            by.0,
            space.created_at.microseconds(),
            space.ends_at.map(Time::microseconds),
            external_id,
        ),
    )
    .await?;
    Ok(())
}

/// Changes what the space says of itself. A closed one stays one by invitation.
pub async fn update(tx: &mut Tx, space: &Space, changes: Changes) -> sqlx::Result<()> {
    let joining = if space.is_closed() { Joining::Invited } else { changes.joining };
    tx.execute(
        "UPDATE space SET name = $2, purpose = $3, theme = $4, output = $5, outcome = $6, joining = $7, ends_at = $8
         WHERE id = $1",
        (
            space.id.0,
            changes.name.into_string(),
            changes.purpose.into_string(),
            changes.theme.into_string(),
            changes.output.into_string(),
            changes.outcome.map(|outcome| outcome.into_string()).unwrap_or_default(),
            joining_name(joining).to_owned(),
            changes.ends_at.map(Time::microseconds),
        ),
    )
    .await?;
    Ok(())
}

/// Writes down what came of a group.
pub async fn set_outcome(tx: &mut Tx, space: SpaceId, outcome: &str) -> sqlx::Result<()> {
    tx.execute("UPDATE space SET outcome = $2 WHERE id = $1", (space.0, outcome.to_owned())).await?;
    Ok(())
}

/// Keeps a counter of the space. The act that changes the number changes the counter.
pub async fn count(tx: &mut Tx, space: SpaceId, counter: &'static str, by: i64) -> sqlx::Result<()> {
    let sql = match counter {
        "member_count" => "UPDATE space SET member_count = member_count + $2 WHERE id = $1",
        "thread_count" => "UPDATE space SET thread_count = thread_count + $2 WHERE id = $1",
        _ => "UPDATE space SET document_count = document_count + $2 WHERE id = $1",
    };
    tx.execute(sql, (space.0, by)).await?;
    Ok(())
}

/// Who decides about the caretakers of a space does so alone, so that the last two cannot both go.
pub(in crate::spaces) async fn lock(tx: &mut Tx, space: SpaceId) -> sqlx::Result<()> {
    // In SQLite one writes at a time.
    if let Tx::Postgres(_) = tx {
        let _: Option<(i64,)> = tx.optional("SELECT id FROM space WHERE id = $1 FOR UPDATE", (space.0,)).await?;
    }
    Ok(())
}

/// The same for all spaces of a person, in one order everywhere.
pub(in crate::spaces) async fn lock_all_of(tx: &mut Tx, person: PersonId) -> sqlx::Result<()> {
    if let Tx::Postgres(_) = tx {
        let _: Vec<(i64,)> = tx
            .all(
                "SELECT s.id FROM space s JOIN membership m ON m.space_id = s.id
                 WHERE m.person_id = $1 ORDER BY s.id FOR UPDATE OF s",
                (person.0,),
            )
            .await?;
    }
    Ok(())
}

/// The spaces that this person alone takes care of.
pub(in crate::spaces) async fn kept_alone(tx: &mut Tx, person: PersonId) -> sqlx::Result<Vec<Space>> {
    let rows: Vec<Row> = tx
        .all(
            concat!(
                "SELECT ",
                columns!(),
                " FROM membership own JOIN space s ON s.id = own.space_id
                 WHERE own.person_id = $1 AND own.role IN ('convener', 'coordinator')
                   AND NOT EXISTS (SELECT 1 FROM membership other WHERE other.space_id = s.id
                                   AND other.person_id <> $1 AND other.role IN ('convener', 'coordinator'))
                 ORDER BY s.id LIMIT 1000"
            ),
            (person.0,),
        )
        .await?;
    Ok(rows.into_iter().map(Space::from).collect())
}

/// The nearest coordinator of a space above this one, other than this person.
pub(in crate::spaces) async fn coordinator_above(
    tx: &mut Tx,
    space: SpaceId,
    but: PersonId,
) -> sqlx::Result<Option<PersonId>> {
    let row: Option<(i64,)> = tx
        .optional(
            "WITH RECURSIVE above (id, parent_id, distance) AS (
                 SELECT id, parent_id, CAST(0 AS BIGINT) FROM space WHERE id = $1
                 UNION ALL
                 SELECT s.id, s.parent_id, a.distance + 1 FROM space s JOIN above a ON s.id = a.parent_id
                 WHERE a.distance < 16
             )
             SELECT m.person_id FROM above a CROSS JOIN membership m
             WHERE m.space_id = a.id AND a.distance > 0 AND m.role = 'coordinator' AND m.person_id <> $2
             ORDER BY a.distance, m.joined_at, m.person_id LIMIT 1",
            (space.0, but.0),
        )
        .await?;
    Ok(row.map(|(person,)| PersonId(person)))
}
