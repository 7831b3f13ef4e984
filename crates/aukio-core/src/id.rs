//! Ids: 63-bit numbers that rise with time, shown as 13 lower-case letters and digits.
//!
//! The upper 41 bits count milliseconds since 2025-01-01 UTC, the lower 22 are random, so that ids
//! say when but not how many: a closed space cannot be counted from the gaps. They fit a BIGINT,
//! sort by time, and make short addresses. The alphabet is Crockford's base32, which leaves out
//! letters that are easily misread (<https://www.crockford.com/base32.html>).

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::clock::{Clock, Time};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 13;
/// 2025-01-01T00:00:00Z in milliseconds since the Unix epoch.
const EPOCH_MILLISECONDS: i64 = 1_735_689_600_000;
const RANDOM_BITS: u32 = 22;

/// The text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: 13 characters of 0-9 and a-z without i, l, o, u are expected")]
pub struct NotAnId;

fn print(number: i64, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut letters = [0u8; LENGTH];
    for (place, letter) in letters.iter_mut().rev().enumerate() {
        *letter = ALPHABET[((number >> (5 * place)) & 31) as usize];
    }
    out.write_str(std::str::from_utf8(&letters).unwrap_or_default())
}

fn parse(text: &str) -> Result<i64, NotAnId> {
    if text.len() != LENGTH {
        return Err(NotAnId);
    }
    let mut number: i64 = 0;
    for byte in text.bytes() {
        let digit = ALPHABET.iter().position(|&letter| letter == byte).ok_or(NotAnId)?;
        number = number.checked_mul(32).and_then(|n| n.checked_add(digit as i64)).ok_or(NotAnId)?;
    }
    Ok(number)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result { print(self.0, out) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(concat!(stringify!($name), " "))?;
                print(self.0, out)
            }
        }
        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> { parse(text).map($name) }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> { out.collect_str(self) }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(input)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// A network, a sub-network or a working group.
    SpaceId;
    /// A discussion.
    ThreadId;
    /// A message; people know it by its number in the thread.
    MessageId;
    /// A text that people write together.
    DocumentId;
    /// Somebody with an account, open or closed.
    PersonId;
    /// One signed-in browser of a person.
    SessionId;
}

/// Where new ids come from. Ids of one `Ids` never repeat and never fall, whatever the clock does.
#[derive(Clone)]
pub struct Ids {
    clock: Clock,
    last: Arc<AtomicI64>,
    /// Lower bits of the next id for a time that is past: whatever shares a moment is still kept apart.
    past: Arc<AtomicI64>,
}

impl Ids {
    pub fn new(clock: Clock) -> Self {
        Self { clock, last: Arc::new(AtomicI64::new(0)), past: Arc::new(AtomicI64::new(random())) }
    }

    /// The next id for now.
    pub fn next(&self) -> i64 {
        self.next_at(self.clock.now())
    }

    /// The next id for something that happened at `at`: imported texts keep their place in time.
    pub fn next_at(&self, at: Time) -> i64 {
        // More than a second ago: many imported texts may share one moment.
        if at < self.clock.now().plus_seconds(-1) {
            let lower = self.past.fetch_add(1, Ordering::Relaxed) & ((1 << RANDOM_BITS) - 1);
            return upper(at) | lower;
        }
        let wanted = upper(at) | random();
        let step = |last: i64| Some(if wanted > last { wanted } else { last + 1 });
        match self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step) {
            Ok(last) | Err(last) => step(last).unwrap_or(wanted),
        }
    }
}

fn upper(at: Time) -> i64 {
    (at.microseconds() / 1000 - EPOCH_MILLISECONDS).clamp(0, (1 << 41) - 1) << RANDOM_BITS
}

fn random() -> i64 {
    i64::from(rand::random::<u32>() >> (32 - RANDOM_BITS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_it_was_shown() {
        for number in [0, 1, 31, 32, i64::MAX, 0x0123_4567_89ab_cdef] {
            assert_eq!(ThreadId(number).to_string().parse(), Ok(ThreadId(number)));
        }
        for wrong in ["", "abc", "0000000000000000", "000000000000u", "zzzzzzzzzzzzz", "ÄÄÄÄÄÄÄ"] {
            assert_eq!(wrong.parse::<ThreadId>(), Err(NotAnId), "{wrong}");
        }
    }

    #[test]
    fn ids_rise_even_when_the_clock_stands_still() {
        let ids = Ids::new(Clock::fixed(Time::from_microseconds(1_800_000_000_000_000)));
        let made: Vec<i64> = (0..1000).map(|_| ids.next()).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn ids_of_one_past_moment_are_kept_apart() {
        let ids = Ids::new(Clock::machine());
        let past = Time::from_microseconds(1_790_000_000_000_000);
        let made: std::collections::HashSet<i64> = (0..200_000).map(|_| ids.next_at(past)).collect();
        assert_eq!(made.len(), 200_000);
    }
}
