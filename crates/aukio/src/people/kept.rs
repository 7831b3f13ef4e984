//! What a visitor had typed when asked to sign in. It waits on the server, found by a token in the address,
//! and survives registering and a link opened in another browser.

use serde::{Deserialize, Serialize};

use super::token::{self, Token};
use crate::app::App;
use crate::db::Queries;

/// Bytes of all fields together: more than the longest message, whatever its letters.
const BYTES_MOST: usize = 256 * 1024;
const HOURS: i64 = 24;
/// Texts kept at once. Visitors can make them, so their number is bounded: the oldest make room.
const TEXTS_MOST: i64 = 5000;

/// A form as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The page that the form stands on.
    pub path: String,
    pub fields: Vec<(String, String)>,
}

impl Kept {
    /// What was typed into a field; empty when there is no such field.
    pub fn field(&self, name: &str) -> String {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, text)| text.clone()).unwrap_or_default()
    }

    /// Cuts what goes beyond the limit: only a whole document could be that long.
    fn bounded(mut self) -> Kept {
        let mut left = BYTES_MOST;
        for (_, text) in &mut self.fields {
            text.truncate(text.floor_char_boundary(left));
            left -= text.len();
        }
        self
    }
}

/// Keeps a form for 24 hours and gives the token to find it by.
pub async fn keep(app: &App, kept: Kept) -> sqlx::Result<String> {
    let now = app.clock.now();
    let token = Token::new();
    let payload = serde_json::to_string(&kept.bounded()).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let mut tx = app.db.begin().await?;
    tx.execute("DELETE FROM kept_text WHERE expires_at < $1", (now.microseconds(),)).await?;
    tx.execute(
        "DELETE FROM kept_text WHERE token_hash IN
             (SELECT token_hash FROM kept_text ORDER BY expires_at DESC LIMIT 100 OFFSET $1)",
        (TEXTS_MOST,),
    )
    .await?;
    tx.execute(
        "INSERT INTO kept_text (token_hash, payload, expires_at) VALUES ($1, $2, $3)",
        (token.hash(), payload, now.plus_seconds(HOURS * 3600).microseconds()),
    )
    .await?;
    tx.commit().await?;
    Ok(token.into_text())
}

/// The form that a token stands for, until it expires: a page that is loaded again still has it.
pub async fn take(app: &App, token: &str) -> sqlx::Result<Option<Kept>> {
    let Some(hash) = token::hash(token) else { return Ok(None) };
    let row: Option<(String,)> = app
        .db
        .optional(
            "SELECT payload FROM kept_text WHERE token_hash = $1 AND expires_at >= $2",
            (hash, app.clock.now().microseconds()),
        )
        .await?;
    Ok(row.and_then(|(payload,)| serde_json::from_str(&payload).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded() {
        let fields = vec![("title".to_owned(), "ä".repeat(100)), ("body".to_owned(), "ä".repeat(BYTES_MOST))];
        let kept = Kept { path: "/fi/threads/x".to_owned(), fields }.bounded();
        assert_eq!(kept.field("title").len(), 200);
        assert_eq!(kept.field("body").len(), BYTES_MOST - 200);
        assert_eq!(kept.field("nothing"), "");
    }
}
