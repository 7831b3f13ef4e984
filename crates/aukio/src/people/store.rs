//! The tables `person`, `session`, `mail_token`, and what of `setting` concerns people.

use std::collections::HashMap;
use std::sync::LazyLock;

use aukio_core::{Language, PersonId, Sector, SessionId, Time};
use icu_collator::options::CollatorOptions;
use icu_collator::{CollatorBorrowed, CollatorPreferences};
use icu_locale_core::locale;

use super::{Brief, NewPerson, Person, Profile, Session};
use crate::db::{Db, Queries, Sql, Tx};

/// Names are sorted as Finnish and Swedish do: å, ä and ö come last. One order for all, so that a page
/// has a place in the list whatever language it is read in.
static COLLATOR: LazyLock<CollatorBorrowed<'static>> = LazyLock::new(|| {
    let options = CollatorOptions::default();
    CollatorBorrowed::try_new(CollatorPreferences::from(locale!("fi")), options)
        .expect("the Finnish order of letters is compiled into the program")
});

/// The key by which a name is sorted; both databases compare its bytes.
fn sort_key(name: &str) -> Vec<u8> {
    let mut key = Vec::new();
    // Writing to a Vec cannot fail.
    let Ok(()) = COLLATOR.write_sort_key_to(name, &mut key);
    key
}

macro_rules! columns {
    () => {
        "p.id, p.name, p.email, p.sector, p.organisation, p.language, p.password_hash, p.acted_at"
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    name: String,
    email: Option<String>,
    sector: String,
    organisation: String,
    language: String,
    password_hash: Option<String>,
    acted_at: Option<i64>,
}

impl From<Row> for Person {
    fn from(row: Row) -> Person {
        Person {
            id: PersonId(row.id),
            name: row.name,
            email: row.email,
            sector: sector(&row.sector),
            organisation: row.organisation,
            language: row.language.parse().unwrap_or(Language::Fi),
            password_hash: row.password_hash,
            acted_at: row.acted_at.map(Time::from_microseconds),
        }
    }
}

/// A sector that a newer program wrote is shown as the most modest one.
fn sector(text: &str) -> Sector {
    text.parse().unwrap_or(Sector::Resident)
}

pub(super) async fn insert(tx: &mut Tx, id: PersonId, new: &NewPerson, at: Time) -> sqlx::Result<()> {
    tx.execute(
        "INSERT INTO person (id, name, name_sort, email, email_key, sector, organisation, language, password_hash,
                             administrator, created_at, external_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        (
            id.0,
            new.name.as_str().to_owned(),
            sort_key(new.name.as_str()),
            new.email.as_ref().map(|email| email.as_str().to_owned()),
            new.email.as_ref().map(|email| email.key()),
            new.sector.name().to_owned(),
            new.organisation.as_str().to_owned(),
            new.language.tag().to_owned(),
            new.password_hash.clone(),
            new.administrator,
            at.microseconds(),
            new.external_id.clone(),
        ),
    )
    .await?;
    Ok(())
}

/// Open accounts only: a closed one is nobody any more.
pub(super) async fn by_id(db: impl Queries, id: PersonId) -> sqlx::Result<Option<Person>> {
    let row: Option<Row> = db
        .optional(concat!("SELECT ", columns!(), " FROM person p WHERE p.id = $1 AND p.closed_at IS NULL"), (id.0,))
        .await?;
    Ok(row.map(Person::from))
}

/// Holds other acts about the same person up until this one is done.
pub(super) async fn lock(tx: &mut Tx, id: PersonId) -> sqlx::Result<()> {
    let sql = Sql {
        // There is one writer at a time anyway.
        sqlite: "SELECT id FROM person WHERE id = $1",
        postgres: "SELECT id FROM person WHERE id = $1 FOR UPDATE",
    };
    let sql = sql.on(&tx);
    let _: Option<(i64,)> = tx.optional(sql, (id.0,)).await?;
    Ok(())
}

pub(super) async fn by_email(db: impl Queries, email_key: &str) -> sqlx::Result<Option<Person>> {
    let row: Option<Row> = db
        .optional(
            concat!("SELECT ", columns!(), " FROM person p WHERE p.email_key = $1 AND p.closed_at IS NULL"),
            (email_key.to_owned(),),
        )
        .await?;
    Ok(row.map(Person::from))
}

pub(super) async fn by_external_id(db: impl Queries, id: &str) -> sqlx::Result<Option<PersonId>> {
    let row: Option<(i64,)> = db.optional("SELECT id FROM person WHERE external_id = $1", (id.to_owned(),)).await?;
    Ok(row.map(|(id,)| PersonId(id)))
}

pub(super) async fn name_sort(db: &Db, id: PersonId) -> sqlx::Result<Option<Vec<u8>>> {
    let row: Option<(Vec<u8>,)> = db.optional("SELECT name_sort FROM person WHERE id = $1", (id.0,)).await?;
    Ok(row.map(|(key,)| key))
}

#[derive(sqlx::FromRow)]
struct BriefRow {
    id: i64,
    name: String,
    organisation: String,
    sector: String,
    closed_at: Option<i64>,
}

pub(super) async fn briefs(db: impl Queries, ids: &[i64]) -> sqlx::Result<HashMap<i64, Brief>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql {
        sqlite: "SELECT id, name, organisation, sector, closed_at FROM person
                 WHERE id IN (SELECT value FROM json_each($1))",
        postgres: "SELECT id, name, organisation, sector, closed_at FROM person
                   WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS JSON)))",
    };
    let sql = sql.on(&db);
    let rows: Vec<BriefRow> = db.all(sql, (json(ids),)).await?;
    let brief = |row: BriefRow| {
        let closed = row.closed_at.is_some();
        let (id, sector) = (PersonId(row.id), sector(&row.sector));
        (row.id, Brief { id, name: row.name, organisation: row.organisation, sector, closed })
    };
    Ok(rows.into_iter().map(brief).collect())
}

/// A list as one parameter that both databases can take apart.
fn json<T: serde::Serialize>(list: &[T]) -> String {
    serde_json::to_string(list).unwrap_or_default()
}

/// True when this was the first public act.
pub(super) async fn mark_acted(tx: &mut Tx, person: PersonId, at: Time) -> sqlx::Result<bool> {
    let first = tx
        .execute("UPDATE person SET acted_at = $2 WHERE id = $1 AND acted_at IS NULL", (person.0, at.microseconds()))
        .await?;
    Ok(first > 0)
}

pub(super) async fn change(tx: &mut Tx, person: PersonId, profile: &Profile) -> sqlx::Result<()> {
    tx.execute(
        "UPDATE person SET name = $2, name_sort = $3, sector = $4, organisation = $5, language = $6 WHERE id = $1",
        (
            person.0,
            profile.name.as_str().to_owned(),
            sort_key(profile.name.as_str()),
            profile.sector.name().to_owned(),
            profile.organisation.as_str().to_owned(),
            profile.language.tag().to_owned(),
        ),
    )
    .await?;
    Ok(())
}

pub(super) async fn set_email(tx: &mut Tx, person: PersonId, email: &str, email_key: &str) -> sqlx::Result<()> {
    tx.execute(
        "UPDATE person SET email = $2, email_key = $3 WHERE id = $1",
        (person.0, email.to_owned(), email_key.to_owned()),
    )
    .await?;
    Ok(())
}

pub(super) async fn set_password_hash(db: impl Queries, person: PersonId, hash: String) -> sqlx::Result<()> {
    db.execute("UPDATE person SET password_hash = $2 WHERE id = $1", (person.0, hash)).await?;
    Ok(())
}

pub(super) async fn forget_password(tx: &mut Tx, person: PersonId) -> sqlx::Result<()> {
    tx.execute("UPDATE person SET password_hash = NULL WHERE id = $1", (person.0,)).await?;
    Ok(())
}

pub(super) async fn set_imported_password_hash(db: &Db, hash: &str) -> sqlx::Result<()> {
    db.execute(
        "UPDATE person SET password_hash = $1
         WHERE external_id IS NOT NULL AND email IS NOT NULL AND password_hash IS NULL AND closed_at IS NULL",
        (hash.to_owned(),),
    )
    .await?;
    Ok(())
}

pub(super) async fn set_administrator(tx: &mut Tx, person: PersonId, administrator: bool) -> sqlx::Result<()> {
    tx.execute("UPDATE person SET administrator = $2 WHERE id = $1", (person.0, administrator)).await?;
    Ok(())
}

/// Leaves of an account only what its texts hang on.
pub(super) async fn close(tx: &mut Tx, person: PersonId, at: Time) -> sqlx::Result<()> {
    tx.execute(
        "UPDATE person SET name = '', name_sort = $3, email = NULL, email_key = NULL, organisation = '',
                           sector = 'resident', password_hash = NULL, administrator = $4, external_id = NULL,
                           closed_at = $2
         WHERE id = $1",
        (person.0, at.microseconds(), Vec::<u8>::new(), false),
    )
    .await?;
    tx.execute("DELETE FROM mail_token WHERE person_id = $1", (person.0,)).await?;
    tx.execute("DELETE FROM join_request WHERE person_id = $1", (person.0,)).await?;
    tx.execute("DELETE FROM provider_identity WHERE person_id = $1", (person.0,)).await?;
    tx.execute("DELETE FROM factor_removal WHERE person_id = $1", (person.0,)).await?;
    tx.execute("DELETE FROM reader WHERE person_id = $1", (person.0,)).await?;
    tx.execute("DELETE FROM api_token WHERE person_id = $1", (person.0,)).await?;
    Ok(())
}

pub(super) async fn spaces_of(tx: &mut Tx, person: PersonId) -> sqlx::Result<Vec<i64>> {
    let rows: Vec<(i64,)> =
        tx.all("SELECT space_id FROM membership WHERE person_id = $1 LIMIT 10000", (person.0,)).await?;
    Ok(rows.into_iter().map(|(space,)| space).collect())
}

/// The administrator who has been there longest, other than this person.
pub async fn eldest_administrator_but(tx: &mut Tx, person: PersonId) -> sqlx::Result<Option<PersonId>> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT id FROM person WHERE administrator AND closed_at IS NULL AND id <> $1
             ORDER BY created_at, id LIMIT 1",
            (person.0,),
        )
        .await?;
    Ok(row.map(|(person,)| PersonId(person)))
}

/// Whether the account is open and nobody is closing it right now; it cannot be closed before this transaction ends.
pub async fn stays(tx: &mut Tx, person: PersonId) -> sqlx::Result<bool> {
    const OPEN: Sql = Sql {
        sqlite: "SELECT id FROM person WHERE id = $1 AND closed_at IS NULL",
        // Not waited for: two who are each other's heirs would wait for ever.
        postgres: "SELECT id FROM person WHERE id = $1 AND closed_at IS NULL FOR SHARE SKIP LOCKED",
    };
    let text = OPEN.on(&&mut *tx);
    let row: Option<(i64,)> = tx.optional(text, (person.0,)).await?;
    Ok(row.is_some())
}

/// Whether somebody is an administrator, with an open account.
pub(super) async fn is_administrator(db: impl Queries, person: PersonId) -> sqlx::Result<bool> {
    let row: Option<(i64,)> =
        db.optional("SELECT id FROM person WHERE id = $1 AND administrator AND closed_at IS NULL", (person.0,)).await?;
    Ok(row.is_some())
}

pub(super) async fn has_administrator(db: impl Queries) -> sqlx::Result<bool> {
    let row: Option<(i64,)> =
        db.optional("SELECT id FROM person WHERE administrator AND closed_at IS NULL LIMIT 1", ()).await?;
    Ok(row.is_some())
}

/// Those who have acted in public, in some sectors, after a place in the list.
pub(super) async fn listed(
    db: &Db,
    sectors: &[Sector],
    after: (Vec<u8>, i64),
    limit: i64,
) -> sqlx::Result<Vec<Person>> {
    let names: Vec<&str> = sectors.iter().map(|sector| sector.name()).collect();
    let sql = Sql {
        sqlite: concat!(
            "SELECT ",
            columns!(),
            " FROM person p
             WHERE p.acted_at IS NOT NULL AND p.closed_at IS NULL AND (p.name_sort, p.id) > ($2, $3)
               AND p.sector IN (SELECT value FROM json_each($1))
             ORDER BY p.name_sort, p.id LIMIT $4"
        ),
        postgres: concat!(
            "SELECT ",
            columns!(),
            " FROM person p
             WHERE p.acted_at IS NOT NULL AND p.closed_at IS NULL AND (p.name_sort, p.id) > ($2, $3)
               AND p.sector IN (SELECT value FROM json_array_elements_text(CAST($1 AS JSON)))
             ORDER BY p.name_sort, p.id LIMIT $4"
        ),
    };
    let rows: Vec<Row> = db.all(sql.on(&db), (json(&names), after.0, after.1, limit)).await?;
    Ok(rows.into_iter().map(Person::from).collect())
}

/// Those who have acted in public and not gone, by id, after an id.
pub(super) async fn public_after_id(db: &Db, after: PersonId, limit: i64) -> sqlx::Result<Vec<Brief>> {
    let rows: Vec<BriefRow> = db
        .all(
            "SELECT id, name, organisation, sector, closed_at FROM person
             WHERE id > $1 AND acted_at IS NOT NULL AND closed_at IS NULL ORDER BY id LIMIT $2",
            (after.0, limit),
        )
        .await?;
    let brief = |row: BriefRow| Brief {
        id: PersonId(row.id),
        sector: sector(&row.sector),
        name: row.name,
        organisation: row.organisation,
        closed: false,
    };
    Ok(rows.into_iter().map(brief).collect())
}

/// The ids that an import gave to these people, by id.
pub(super) async fn external_ids(db: &Db, ids: &[i64]) -> sqlx::Result<HashMap<i64, String>> {
    let sql = Sql {
        sqlite: "SELECT id, external_id FROM person
                 WHERE external_id IS NOT NULL AND id IN (SELECT value FROM json_each($1))",
        postgres: "SELECT id, external_id FROM person WHERE external_id IS NOT NULL
                   AND id IN (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS JSON)))",
    };
    let rows: Vec<(i64, String)> = db.all(sql.on(&db), (json(ids),)).await?;
    Ok(rows.into_iter().collect())
}

/// How many each sector has of those who have acted in public.
pub(super) async fn sector_counts(db: &Db) -> sqlx::Result<HashMap<Sector, i64>> {
    let rows: Vec<(String, i64)> = db
        .all(
            "SELECT sector, COUNT(*) FROM person WHERE acted_at IS NOT NULL AND closed_at IS NULL
             GROUP BY sector LIMIT 100",
            (),
        )
        .await?;
    let mut counts = HashMap::new();
    for (name, count) in rows {
        *counts.entry(sector(&name)).or_insert(0) += count;
    }
    Ok(counts)
}

// Sessions.

#[derive(sqlx::FromRow)]
pub(super) struct SessionRow {
    pub session_id: i64,
    pub started_at: i64,
    pub seen_at: i64,
    confirmed_at: i64,
    strong: bool,
    person_id: i64,
    name: String,
    sector: String,
    organisation: String,
    language: String,
    administrator: bool,
}

impl SessionRow {
    pub fn member(self) -> aukio_core::Member {
        aukio_core::Member {
            id: PersonId(self.person_id),
            session: SessionId(self.session_id),
            name: self.name,
            sector: sector(&self.sector),
            organisation: self.organisation,
            language: self.language.parse().unwrap_or(Language::Fi),
            administrator: self.administrator,
            confirmed_at: Time::from_microseconds(self.confirmed_at),
            strong: self.strong,
        }
    }
}

pub(super) async fn session(db: &Db, token_hash: Vec<u8>) -> sqlx::Result<Option<SessionRow>> {
    db.optional(
        "SELECT s.id AS session_id, s.created_at AS started_at, s.seen_at, s.confirmed_at, s.strong, p.id AS person_id, p.name, p.sector,
                p.organisation, p.language, p.administrator
         FROM session s JOIN person p ON p.id = s.person_id
         WHERE s.token_hash = $1 AND p.closed_at IS NULL",
        (token_hash,),
    )
    .await
}

pub(super) async fn touch(db: &Db, session: i64, at: Time) -> sqlx::Result<()> {
    db.execute("UPDATE session SET seen_at = $2 WHERE id = $1 AND seen_at < $2", (session, at.microseconds())).await?;
    Ok(())
}

pub(super) async fn open_session(
    tx: &mut Tx,
    id: SessionId,
    token_hash: Vec<u8>,
    person: PersonId,
    at: Time,
    device: String,
    strong: bool,
) -> sqlx::Result<()> {
    tx.execute(
        "INSERT INTO session (id, token_hash, person_id, created_at, seen_at, confirmed_at, device, strong)
         VALUES ($1, $2, $3, $4, $4, $4, $5, $6)",
        (id.0, token_hash, person.0, at.microseconds(), device, strong),
    )
    .await?;
    Ok(())
}

/// Gives a session a new token after its owner has proved who they are.
pub(super) async fn renew_session(
    tx: &mut Tx,
    id: SessionId,
    token_hash: Vec<u8>,
    at: Time,
    strong: bool,
) -> sqlx::Result<()> {
    tx.execute(
        "UPDATE session SET token_hash = $2, confirmed_at = $3, seen_at = $3, strong = $4 WHERE id = $1",
        (id.0, token_hash, at.microseconds(), strong),
    )
    .await?;
    Ok(())
}

/// The open sessions of a person, the last used first.
pub(super) async fn sessions(db: &Db, person: PersonId, started: Time, seen: Time) -> sqlx::Result<Vec<Session>> {
    let rows: Vec<(i64, String, i64, i64)> = db
        .all(
            "SELECT id, device, created_at, seen_at FROM session
             WHERE person_id = $1 AND created_at > $2 AND seen_at > $3 ORDER BY seen_at DESC LIMIT 100",
            (person.0, started.microseconds(), seen.microseconds()),
        )
        .await?;
    let session = |(id, device, created_at, seen_at): (i64, String, i64, i64)| Session {
        id: SessionId(id),
        device,
        created_at: Time::from_microseconds(created_at),
        seen_at: Time::from_microseconds(seen_at),
    };
    Ok(rows.into_iter().map(session).collect())
}

/// Ends one session, if it is this person's.
pub(super) async fn end_session(db: impl Queries, person: PersonId, session: SessionId) -> sqlx::Result<()> {
    db.execute("DELETE FROM session WHERE id = $1 AND person_id = $2", (session.0, person.0)).await?;
    Ok(())
}

/// Ends the session that a browser had, whosever it was.
pub(super) async fn end_session_of_anybody(tx: &mut Tx, session: SessionId) -> sqlx::Result<()> {
    tx.execute("DELETE FROM session WHERE id = $1", (session.0,)).await?;
    Ok(())
}

/// Ends all sessions of a person but one; 0 spares none.
pub(super) async fn end_sessions_but(db: impl Queries, person: PersonId, spared: i64) -> sqlx::Result<()> {
    db.execute("DELETE FROM session WHERE person_id = $1 AND id <> $2", (person.0, spared)).await?;
    Ok(())
}

/// How many there were.
pub(super) async fn forget_old_sessions(db: &Db, started: Time, seen: Time) -> sqlx::Result<u64> {
    db.execute(
        "DELETE FROM session WHERE created_at <= $1 OR seen_at <= $2",
        (started.microseconds(), seen.microseconds()),
    )
    .await
}

// Tokens that travel by mail.

/// What a token stands for: whose it is, and what was to be done.
pub(super) type Found = (Option<i64>, String);

pub(super) async fn issue(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    purpose: &'static str,
    person: Option<PersonId>,
    payload: String,
    at: Time,
    expires_at: Time,
) -> sqlx::Result<()> {
    tx.execute(
        "INSERT INTO mail_token (token_hash, purpose, person_id, payload, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        (
            token_hash,
            purpose.to_owned(),
            person.map(|person| person.0),
            payload,
            at.microseconds(),
            expires_at.microseconds(),
        ),
    )
    .await?;
    Ok(())
}

/// Tokens of one purpose that anybody may ask for wait at once in this number, of all browsers together.
const WAITING_MOST: i64 = 10_000;

/// The same for what anybody may begin: the oldest of the purpose make room when there are too many.
pub(super) async fn issue_bounded(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    purpose: &'static str,
    person: Option<PersonId>,
    payload: String,
    at: Time,
    expires_at: Time,
) -> sqlx::Result<()> {
    tx.execute(
        "DELETE FROM mail_token WHERE token_hash IN
             (SELECT token_hash FROM mail_token WHERE purpose = $1 ORDER BY created_at DESC LIMIT 100 OFFSET $2)",
        (purpose.to_owned(), WAITING_MOST),
    )
    .await?;
    issue(tx, token_hash, purpose, person, payload, at, expires_at).await
}

/// Lets go of a person's tokens of one purpose.
pub(super) async fn forget_tokens(tx: &mut Tx, person: PersonId, purpose: &'static str) -> sqlx::Result<()> {
    tx.execute("DELETE FROM mail_token WHERE person_id = $1 AND purpose = $2", (person.0, purpose.to_owned())).await?;
    Ok(())
}

/// Reads a token without using it up.
pub(super) async fn look_at(
    db: &Db,
    token_hash: Vec<u8>,
    purpose: &'static str,
    now: Time,
) -> sqlx::Result<Option<Found>> {
    db.optional(
        "SELECT person_id, payload FROM mail_token WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3",
        (token_hash, purpose.to_owned(), now.microseconds()),
    )
    .await
}

/// Uses a token up: of many who come at the same time, one gets it.
pub(super) async fn consume(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    purpose: &'static str,
    now: Time,
) -> sqlx::Result<Option<Found>> {
    tx.optional(
        "DELETE FROM mail_token WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3
         RETURNING person_id, payload",
        (token_hash, purpose.to_owned(), now.microseconds()),
    )
    .await
}

pub(super) async fn forget_old_tokens(db: &Db, now: Time) -> sqlx::Result<()> {
    db.execute("DELETE FROM mail_token WHERE expires_at <= $1", (now.microseconds(),)).await?;
    Ok(())
}

pub(super) async fn forget_old_texts(db: &Db, now: Time) -> sqlx::Result<()> {
    db.execute("DELETE FROM kept_text WHERE expires_at < $1", (now.microseconds(),)).await?;
    Ok(())
}

// The first administrator.

const FIRST: &str = "first-administrator";

pub(super) async fn set_first_token(db: &Db, hash: &str) -> sqlx::Result<()> {
    db.execute(
        "INSERT INTO setting (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (FIRST.to_owned(), hash.to_owned()),
    )
    .await?;
    Ok(())
}

pub(super) async fn is_first_token(db: &Db, hash: &str) -> sqlx::Result<bool> {
    let row: Option<(String,)> = db
        .optional("SELECT name FROM setting WHERE name = $1 AND value = $2", (FIRST.to_owned(), hash.to_owned()))
        .await?;
    Ok(row.is_some())
}

pub(super) async fn forget_first_token(tx: &mut Tx, hash: &str) -> sqlx::Result<bool> {
    let gone =
        tx.execute("DELETE FROM setting WHERE name = $1 AND value = $2", (FIRST.to_owned(), hash.to_owned())).await?;
    Ok(gone > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_as_in_finnish() {
        let mut names = ["Örjan", "Åke", "Zaida", "Áile", "Ärla", "aino", "Anna-Karin", "Veera", "Xenia"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["Áile", "aino", "Anna-Karin", "Veera", "Xenia", "Zaida", "Åke", "Ärla", "Örjan"]);
    }
}
