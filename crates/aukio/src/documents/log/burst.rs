//! Updates of one document that were settled together, as one row: a row for each of them, with its key in an index,
//! would cost the disk several times the bytes that people type. Nothing is compressed yet; `aukio_sync::history` does
//! that when a burst has become history.

use aukio_core::{DocumentId, PersonId};
use serde::{Deserialize, Serialize};

/// The most updates in a burst, and the most bytes; one update alone may have more.
pub const UPDATES_MOST: usize = 4096;
pub const BYTES_MOST: usize = 1 << 20;

/// An update as it lies in the log: its number, when it was written (in microseconds), by whom, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    pub seq: i64,
    pub at: i64,
    pub actor: Option<PersonId>,
    pub bytes: Vec<u8>,
}

/// A burst as the database has it.
#[derive(Clone, sqlx::FromRow)]
pub struct Burst {
    pub first_seq: i64,
    pub places: String,
    pub bytes: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
#[error("the burst at {1} of the document {0} does not say what is in it")]
pub struct DamagedBurst(pub DocumentId, pub i64);

/// The authors; each update's author, by the place among them; the moments, the first and then each one's distance from
/// the one before; the lengths.
#[derive(Default, Serialize, Deserialize)]
struct Places(Vec<Option<i64>>, Vec<usize>, Vec<i64>, Vec<usize>);

impl Burst {
    /// Updates that follow each other.
    pub fn of(updates: &[Logged]) -> Burst {
        let Places(mut authors, mut by, mut moments, mut lengths) = Places::default();
        let (mut bytes, mut before) = (Vec::new(), 0);
        for update in updates {
            let author = update.actor.map(|person| person.0);
            by.push(authors.iter().position(|known| *known == author).unwrap_or_else(|| {
                authors.push(author);
                authors.len() - 1
            }));
            moments.push(update.at.wrapping_sub(before));
            before = update.at;
            lengths.push(update.bytes.len());
            bytes.extend_from_slice(&update.bytes);
        }
        let places = serde_json::to_string(&Places(authors, by, moments, lengths)).unwrap_or_default();
        Burst { first_seq: updates.first().map_or(0, |update| update.seq), places, bytes }
    }

    /// The updates in it. `document` is for the error alone.
    pub fn updates(self, document: DocumentId) -> Result<Vec<Logged>, DamagedBurst> {
        let damaged = || DamagedBurst(document, self.first_seq);
        let Places(authors, by, moments, lengths) = serde_json::from_str(&self.places).map_err(|_| damaged())?;
        if by.len() != lengths.len() || moments.len() != lengths.len() {
            return Err(damaged());
        }
        let (mut updates, mut rest, mut at) = (Vec::with_capacity(lengths.len()), self.bytes.as_slice(), 0_i64);
        for (((seq, length), author), moment) in (self.first_seq..).zip(lengths).zip(by).zip(moments) {
            let (bytes, after) = rest.split_at_checked(length).ok_or_else(damaged)?;
            let actor = authors.get(author).ok_or_else(damaged)?.map(PersonId);
            at = at.wrapping_add(moment);
            updates.push(Logged { seq, at, actor, bytes: bytes.to_vec() });
            rest = after;
        }
        if rest.is_empty() { Ok(updates) } else { Err(damaged()) }
    }
}

/// Cuts a run of updates where a burst has become large enough.
pub fn bursts(updates: &[Logged]) -> impl Iterator<Item = &[Logged]> {
    let mut bytes = 0;
    let mut count = 0;
    updates.chunk_by(move |before, next| {
        (bytes, count) = (bytes + before.bytes.len(), count + 1);
        let fits = count < UPDATES_MOST && bytes + next.bytes.len() <= BYTES_MOST;
        if !fits {
            (bytes, count) = (0, 0);
        }
        fits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(lengths: &[usize]) -> Vec<Logged> {
        let update = |(seq, length): (i64, &usize)| Logged {
            seq,
            at: 1_700_000_000_000_000 + seq * seq - 40 * seq,
            actor: (seq % 3 > 0).then_some(PersonId(seq % 3)),
            bytes: vec![seq as u8; *length],
        };
        (7..).zip(lengths).map(update).collect()
    }

    #[test]
    fn what_goes_in_comes_out() {
        for lengths in [&[][..], &[0], &[5], &[3, 0, 900, 1, 1], &[25; 300]] {
            let updates = run(lengths);
            assert_eq!(Burst::of(&updates).updates(DocumentId(1)).unwrap(), updates);
        }
    }

    #[test]
    fn large_runs_are_cut() {
        let updates = run(&[700_000, 300_000, 300_000, 2_000_000, 10, 10]);
        let counts: Vec<usize> = bursts(&updates).map(<[Logged]>::len).collect();
        assert_eq!(counts, [2, 1, 1, 2]);
        let many = run(&[1; 2 * UPDATES_MOST + 5]);
        let counts: Vec<usize> = bursts(&many).map(<[Logged]>::len).collect();
        assert_eq!(counts, [UPDATES_MOST, UPDATES_MOST, 5]);
    }

    #[test]
    fn a_burst_that_does_not_add_up_is_refused() {
        let good = Burst::of(&run(&[3, 4]));
        let damages: [fn(&mut Burst); 5] = [
            |burst| burst.bytes.truncate(6),
            |burst| burst.bytes.push(0),
            |burst| burst.places = burst.places.replace("[3,4]", "[3]"),
            |burst| burst.places = burst.places.replace("[0,1]", "[0,9]"),
            |burst| burst.places.clear(),
        ];
        for damage in damages {
            let mut bad = good.clone();
            damage(&mut bad);
            assert!(bad.updates(DocumentId(1)).is_err());
        }
    }
}
