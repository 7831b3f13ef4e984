//! The audit log: who did what of weight, when, and from what kind of place.
//!
//! Rows form a chain: each hash covers the hash before it, so that a row that is changed, moved or taken out
//! shows (`aukio verify`). The database itself refuses changes. Deliberately absent: network addresses, names,
//! and anything that somebody typed, but for the reason why a second factor was taken away; a row names ids only,
//! and those of closed accounts lead to nobody.

mod deed;
pub mod http;
pub mod place;
mod store;

use aukio_core::{PersonId, Time};
use sha2::{Digest, Sha256};

pub use deed::{Deed, Way};

use crate::app::App;
use crate::db::{Db, Tx};

/// How long rows are kept.
const DAYS_KEPT: i64 = 731;
/// Rows read at a time when the whole chain is walked.
const PORTION: i64 = 1000;

/// One row as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    pub number: i64,
    pub at: i64,
    pub actor: Option<i64>,
    pub deed: String,
    pub about: String,
    pub place: String,
    pub hash: Vec<u8>,
}

impl Row {
    /// What the row's hash must be after the row before it. JSON keeps fields apart whatever stands in them.
    fn digest(&self, before: &[u8]) -> Vec<u8> {
        let fields = serde_json::json!([self.number, self.at, self.actor, self.deed, self.about, self.place]);
        Sha256::new().chain_update(before).chain_update(fields.to_string()).finalize().to_vec()
    }
}

/// Adds a row in the transaction of the act, as the last thing before it commits: the end of the chain stays
/// locked until then.
pub async fn record(tx: &mut Tx, app: &App, actor: Option<PersonId>, deed: Deed) -> sqlx::Result<()> {
    let (number, before) = store::next(tx).await?;
    let mut row = Row {
        number,
        at: app.clock.now().microseconds(),
        actor: actor.map(|person| person.0),
        deed: deed.name().to_owned(),
        about: deed.about(),
        place: place::here().to_owned(),
        hash: Vec::new(),
    };
    row.hash = row.digest(&before);
    store::append(tx, row).await
}

/// The same for what is no act of its own: a failure, a refusal.
pub async fn note(app: &App, actor: Option<PersonId>, deed: Deed) -> sqlx::Result<()> {
    let mut tx = app.db.begin().await?;
    record(&mut tx, app, actor, deed).await?;
    tx.commit().await
}

/// Lets go of rows that are older than two years. The chain then begins at the last of them.
pub async fn forget_old(app: &App) -> sqlx::Result<()> {
    let before = app.clock.now().plus_days(-DAYS_KEPT);
    let mut tx = app.db.begin().await?;
    if let Some(last) = store::last_before(&mut tx, before).await? {
        store::let_go(&mut tx, last).await?;
        record(&mut tx, app, None, Deed::OldRowsGone).await?;
    }
    tx.commit().await
}

/// Walks the whole chain and says what is wrong with it: one line for each row that does not fit.
pub async fn faults(tx: &mut Tx) -> sqlx::Result<Vec<String>> {
    let head = store::head(&mut *tx).await?;
    let mut faults = Vec::new();
    let (mut number, mut hash) = (head.gone_number, head.gone_hash);
    loop {
        let rows = store::after(&mut *tx, number, PORTION).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            if row.number != number + 1 {
                faults.push(format!("audit rows {} to {} are missing", number + 1, row.number - 1));
            } else if row.digest(&hash) != row.hash {
                faults.push(format!("audit row {} was changed, or the one before it", row.number));
            }
            (number, hash) = (row.number, row.hash);
        }
    }
    if number != head.number {
        faults.push(format!("audit rows {} to {} are missing", number + 1, head.number));
    } else if hash != head.hash {
        faults.push(format!("audit row {number} is not the one that was written last"));
    }
    Ok(faults)
}

/// Rows for people to read, the newest first, older than a number.
async fn older_than(db: &Db, number: i64, limit: i64) -> sqlx::Result<Vec<Row>> {
    store::older_than(db, number, limit).await
}

/// When a row was written.
fn moment(row: &Row) -> Time {
    Time::from_microseconds(row.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_covers_every_field_and_the_row_before() {
        let row = Row {
            number: 7,
            at: 1,
            actor: Some(2),
            deed: "signed-in".to_owned(),
            about: "password".to_owned(),
            place: "ipv4".to_owned(),
            hash: Vec::new(),
        };
        let hash = row.digest(b"before");
        let others = [
            Row { number: 8, ..row.clone() },
            Row { at: 2, ..row.clone() },
            Row { actor: None, ..row.clone() },
            Row { deed: "signed-inp".to_owned(), about: "assword".to_owned(), ..row.clone() },
            Row { place: "ipv6".to_owned(), ..row.clone() },
        ];
        for other in others {
            assert_ne!(other.digest(b"before"), hash, "{other:?}");
        }
        assert_ne!(row.digest(b"else"), hash);
        assert_eq!(row.digest(b"before"), hash);
    }
}
