//! Mail: written into the outbox in the transaction of the act that asks for it, delivered by one task.
//!
//! Letters are plain text with one link. Without a mail server they become files in the data folder, so
//! that a demonstration and a test can read them.

pub mod deliver;
pub mod letters;

use aukio_core::Language;
use aukio_core::text::Email;

pub use deliver::run;

use crate::app::App;
use crate::db::{Queries, Tx};

/// A letter to be sent.
#[derive(Clone, Debug)]
pub struct Letter {
    pub to: Email,
    /// One line.
    pub subject: String,
    /// Paragraphs of plain text.
    pub body: String,
    pub language: Language,
}

/// Puts a letter into the outbox. It goes out when the transaction has committed, and only then.
pub async fn send(tx: &mut Tx, app: &App, letter: Letter) -> sqlx::Result<()> {
    let now = app.clock.now().microseconds();
    tx.execute(
        "INSERT INTO outbox (id, recipient, subject, body, language, created_at, tries, next_try_at)
         VALUES ($1, $2, $3, $4, $5, $6, CAST(0 AS BIGINT), $6)",
        (app.ids.next(), letter.to.into_string(), letter.subject, letter.body, letter.language.tag().to_owned(), now),
    )
    .await?;
    Ok(())
}
