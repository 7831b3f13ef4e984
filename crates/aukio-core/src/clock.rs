//! Time as an argument: the only place that asks the machine what time it is.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// A moment, in microseconds since the Unix epoch, UTC. Both databases keep it as a BIGINT.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Time(i64);

impl Time {
    pub const fn from_microseconds(microseconds: i64) -> Self {
        Self(microseconds)
    }

    pub const fn microseconds(self) -> i64 {
        self.0
    }

    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds * 1_000_000)
    }

    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_seconds(days * 86_400)
    }

    /// Whole seconds from `earlier` to here; negative when `earlier` is later.
    pub const fn seconds_since(self, earlier: Time) -> i64 {
        (self.0 - earlier.0) / 1_000_000
    }

    /// For showing and calculating with calendars. Times outside jiff's range become the epoch.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl From<Timestamp> for Time {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.as_microsecond())
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.timestamp())
    }
}

/// Hands out the time. Tests and drills move it with [`Clock::pass_seconds`] instead of waiting.
#[derive(Clone)]
pub struct Clock(Kind);

#[derive(Clone)]
enum Kind {
    Machine { ahead_microseconds: Arc<AtomicI64> },
    Fixed(Time),
}

impl Clock {
    pub fn machine() -> Self {
        Self(Kind::Machine { ahead_microseconds: Arc::default() })
    }

    pub fn fixed(at: Time) -> Self {
        Self(Kind::Fixed(at))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that may ask the machine")]
    pub fn now(&self) -> Time {
        match &self.0 {
            Kind::Machine { ahead_microseconds } => {
                Time(Timestamp::now().as_microsecond() + ahead_microseconds.load(Ordering::Relaxed))
            }
            Kind::Fixed(at) => *at,
        }
    }

    /// Lets time pass at once. A fixed clock stays fixed.
    pub fn pass_seconds(&self, seconds: i64) {
        if let Kind::Machine { ahead_microseconds } = &self.0 {
            ahead_microseconds.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
        }
    }
}
