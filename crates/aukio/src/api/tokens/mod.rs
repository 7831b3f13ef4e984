//! Tokens: with one a program acts for the member who made it, until they end it. The text is shown once; the
//! database keeps its SHA-256.

pub mod http;
mod store;

use aukio_core::text::Line;
use aukio_core::{Member, PersonId, SessionId, Time};

use super::Scope;
use crate::app::App;
use crate::audit::{self, Deed};
use crate::people::token::{self, Token};

/// Tokens of one member.
pub const TOKENS_MOST: i64 = 20;
/// What the texts of tokens begin with, so that programs that look for lost secrets know them.
const MARK: &str = "aukio_";
/// A token's last use is noted this often, so that reading writes nothing most of the time.
const TOUCH_SECONDS: i64 = 600;

/// A token as its owner sees it.
pub struct Kept {
    pub id: SessionId,
    pub name: String,
    pub scope: Scope,
    pub created_at: Time,
    pub used_at: Option<Time>,
}

/// Makes a token and returns its text; None when the member has as many as they may.
pub async fn make(app: &App, person: PersonId, name: Line, scope: Scope) -> sqlx::Result<Option<String>> {
    let token = Token::new();
    let id = SessionId(app.ids.next());
    let mut tx = app.db.begin().await?;
    if store::count(&mut tx, person).await? >= TOKENS_MOST {
        return Ok(None);
    }
    store::insert(&mut tx, id, token.hash(), person, name.as_str(), scope, app.clock.now()).await?;
    audit::record(&mut tx, app, Some(person), Deed::TokenMade { token: id, writes: scope == Scope::Write }).await?;
    tx.commit().await?;
    Ok(Some(format!("{MARK}{}", token.into_text())))
}

pub async fn of_person(app: &App, person: PersonId) -> sqlx::Result<Vec<Kept>> {
    store::of_person(&app.db, person).await
}

/// Ends one of a member's own tokens.
pub async fn end(app: &App, person: PersonId, token: SessionId) -> sqlx::Result<()> {
    let mut tx = app.db.begin().await?;
    if store::delete(&mut tx, person, token).await? {
        audit::record(&mut tx, app, Some(person), Deed::TokenEnded { token }).await?;
    }
    tx.commit().await
}

/// A program calls too often with a token: the audit log has a line of it now and then.
pub async fn note_slowed(app: &App, person: PersonId) {
    if app.throttle.tells_of_refusal(&person.to_string())
        && let Err(error) = audit::note(app, Some(person), Deed::TokenSlowed).await
    {
        tracing::error!(%error, "it cannot be written down that a token was slowed");
    }
}

/// Who a program acts for, by the text that it brings; None when it is of no token.
pub async fn member_of(app: &App, text: &str) -> sqlx::Result<Option<(Member, Scope)>> {
    let Some(hash) = text.strip_prefix(MARK).and_then(token::hash) else { return Ok(None) };
    let Some(found) = store::find(&app.db, hash).await? else { return Ok(None) };
    let now = app.clock.now();
    if found.used_at.is_none_or(|used| now.seconds_since(used) >= TOUCH_SECONDS)
        && let Err(error) = store::touch(&app.db, found.member.session, now).await
    {
        // Reading goes on when the disk is full or the writer is busy.
        tracing::warn!(%error, "the use of a token cannot be noted");
    }
    Ok(Some((found.member, found.scope)))
}
