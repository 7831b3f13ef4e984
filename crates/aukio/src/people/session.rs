//! Sessions: who is signed in where. A session ends after 14 days without use, and after 30 days in any case.
//! For acts of weight a member proves again who they are; the proof counts for 15 minutes.

use aukio_core::{Member, PersonId, SessionId, Time, Viewer};

use super::token::{self, Token};
use super::{PersonError, Session, second_factor, store};
use crate::app::App;
use crate::audit::{self, Deed, Way};
use crate::db::Tx;
use crate::journal::{self, Entry};

pub const IDLE_DAYS: i64 = 14;
pub const ABSOLUTE_DAYS: i64 = 30;
/// How long a proof of who one is counts, for acts of weight.
pub const FRESH_SECONDS: i64 = 15 * 60;
/// A session's last use is noted this often, so that reading writes nothing most of the time.
const TOUCH_SECONDS: i64 = 600;

/// Who brings this token: a member, or a visitor when it is of no open session.
pub async fn viewer_of(app: &App, token: &str) -> sqlx::Result<Viewer> {
    let Some(hash) = token::hash(token) else { return Ok(Viewer::Visitor) };
    let Some(row) = store::session(&app.db, hash).await? else { return Ok(Viewer::Visitor) };
    let now = app.clock.now();
    let started_at = Time::from_microseconds(row.started_at);
    let seen_at = Time::from_microseconds(row.seen_at);
    if started_at.plus_days(ABSOLUTE_DAYS) <= now || seen_at.plus_days(IDLE_DAYS) <= now {
        return Ok(Viewer::Visitor);
    }
    if now.seconds_since(seen_at) >= TOUCH_SECONDS
        && let Err(error) = store::touch(&app.db, row.session_id, now).await
    {
        // Reading goes on when the disk is full or the writer is busy.
        tracing::warn!(%error, "the use of a session cannot be noted");
    }
    Ok(Viewer::Member(row.member()))
}

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug)]
pub struct Proof {
    pub way: Way,
    /// A second factor was part of it.
    pub strong: bool,
}

/// Whether a member proved lately enough who they are.
pub fn is_fresh(member: &Member, now: Time) -> bool {
    now.seconds_since(member.confirmed_at) < FRESH_SECONDS
}

/// Signs somebody in and gives the token for the cookie. The session that the browser had before ends.
pub async fn open(
    app: &App,
    person: PersonId,
    proof: Proof,
    device: &str,
    before: Option<SessionId>,
) -> Result<String, PersonError> {
    let mut tx = app.db.begin().await?;
    let token = open_in(&mut tx, app, person, device, proof.strong).await?;
    if let Some(before) = before {
        store::end_session_of_anybody(&mut tx, before).await?;
    }
    audit::record(&mut tx, app, Some(person), Deed::SignedIn(proof.way)).await?;
    tx.commit().await?;
    if before.is_some() {
        app.live.recheck();
    }
    Ok(token)
}

pub(super) async fn open_in(
    tx: &mut Tx,
    app: &App,
    person: PersonId,
    device: &str,
    strong: bool,
) -> sqlx::Result<String> {
    let token = Token::new();
    let id = SessionId(app.ids.next());
    store::open_session(tx, id, token.hash(), person, app.clock.now(), device.to_owned(), strong).await?;
    Ok(token.into_text())
}

/// Notes that the member has just proved who they are. The session goes on under a new token, and what is
/// open under the old one closes.
pub async fn confirm(app: &App, member: &Member, strong: bool) -> Result<String, PersonError> {
    let mut tx = app.db.begin().await?;
    let token = renew_in(&mut tx, app, member, strong).await?;
    audit::record(&mut tx, app, Some(member.id), Deed::Confirmed).await?;
    tx.commit().await?;
    app.live.recheck();
    Ok(token)
}

pub(super) async fn renew_in(tx: &mut Tx, app: &App, member: &Member, strong: bool) -> sqlx::Result<String> {
    let token = Token::new();
    let strong = strong || member.strong;
    store::renew_session(tx, member.session, token.hash(), app.clock.now(), strong).await?;
    Ok(token.into_text())
}

pub async fn of_person(app: &App, person: PersonId) -> sqlx::Result<Vec<Session>> {
    let (started, seen) = oldest(app.clock.now());
    store::sessions(&app.db, person, started, seen).await
}

/// Ends one of a person's own sessions; what is open in it closes.
pub async fn end(app: &App, person: PersonId, session: SessionId) -> sqlx::Result<()> {
    let mut tx = app.db.begin().await?;
    store::end_session(&mut tx, person, session).await?;
    note_end(&mut tx, app, person).await?;
    second_factor::forget_offer_in(&mut tx, person).await?;
    audit::record(&mut tx, app, Some(person), Deed::SessionEnded).await?;
    tx.commit().await?;
    ended(app);
    Ok(())
}

/// Signs a browser out.
pub async fn sign_out(app: &App, member: &Member) -> sqlx::Result<()> {
    let mut tx = app.db.begin().await?;
    store::end_session(&mut tx, member.id, member.session).await?;
    note_end(&mut tx, app, member.id).await?;
    audit::record(&mut tx, app, Some(member.id), Deed::SignedOut).await?;
    tx.commit().await?;
    ended(app);
    Ok(())
}

/// Ends all sessions of a person but this one.
pub async fn end_others(app: &App, person: PersonId, this: SessionId) -> sqlx::Result<()> {
    let mut tx = app.db.begin().await?;
    store::end_sessions_but(&mut tx, person, this.0).await?;
    note_end(&mut tx, app, person).await?;
    second_factor::forget_offer_in(&mut tx, person).await?;
    audit::record(&mut tx, app, Some(person), Deed::SessionEnded).await?;
    tx.commit().await?;
    ended(app);
    Ok(())
}

/// Ends all sessions of a person in the transaction of a larger act; [`ended`] comes after its commit.
pub(super) async fn end_all_in(tx: &mut Tx, app: &App, person: PersonId) -> sqlx::Result<()> {
    store::end_sessions_but(&mut *tx, person, 0).await?;
    note_end(tx, app, person).await
}

/// What is open in a session may be open at another node, or a command may have ended it: the journal tells all.
async fn note_end(tx: &mut Tx, app: &App, person: PersonId) -> sqlx::Result<()> {
    journal::record(tx, Some(person), app.clock.now(), Entry::SessionsEnded { person }).await.map(drop)
}

/// What is open here closes at once, and nobody waits for the journal to be looked at.
pub(super) fn ended(app: &App) {
    app.journal.wake();
    app.live.recheck();
}

pub(super) async fn forget_old(app: &App) -> sqlx::Result<()> {
    let (started, seen) = oldest(app.clock.now());
    if store::forget_old_sessions(&app.db, started, seen).await? > 0 {
        // A page that stays open uses no session; its sockets close with it.
        app.live.recheck();
    }
    Ok(())
}

/// Sessions that started or were seen before these moments have ended.
fn oldest(now: Time) -> (Time, Time) {
    (now.plus_days(-ABSOLUTE_DAYS), now.plus_days(-IDLE_DAYS))
}

/// Browser and system by the names their makers give them: «Firefox, Windows». Empty when neither is known.
/// Nothing more of what the browser tells is kept.
pub fn device(user_agent: &str) -> String {
    const BROWSERS: [(&str, &str); 7] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("CrOS", "ChromeOS"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let name =
        |list: &[(&str, &'static str)]| list.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, name)| *name);
    [name(&BROWSERS), name(&SYSTEMS)].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_have_names() {
        let check = |agent: &str, expected: &str| assert_eq!(device(agent), expected);
        check("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox, Linux");
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
            "Safari, iPhone",
        );
        check(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36 Edg/142.0",
            "Edge, Windows",
        );
        check("curl/8.0", "");
    }
}
