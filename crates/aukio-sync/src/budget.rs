//! How much memory the open documents take, and which of them goes when it becomes too much.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::time::Instant;

/// What an open room takes without any text, in bytes.
const ROOM_BYTES: usize = 24 << 10;
/// Bytes in memory for each byte of an encoded document. Measured on a text of short paragraphs with many marks and
/// lists, which is the dear kind: an item of a few letters takes as much as one of a whole paragraph.
const BYTES_PER_BYTE: usize = 9;

/// One room's reading, written by the room and read by whoever opens another.
#[derive(Debug)]
pub(crate) struct Gauge {
    start: Instant,
    bytes: AtomicUsize,
    /// Milliseconds from `start` to when the last session left; `BUSY` while there are some.
    idle_since: AtomicU64,
}

const BUSY: u64 = u64::MAX;

impl Gauge {
    /// A room that is being opened: nobody is there, but somebody is about to be.
    pub fn new(start: Instant) -> Self {
        Gauge { start, bytes: AtomicUsize::new(ROOM_BYTES), idle_since: AtomicU64::new(BUSY) }
    }

    /// The document has this many bytes when encoded. At rest it takes less, but it may wake at any time.
    pub fn set(&self, encoded_bytes: usize) {
        self.bytes.store(ROOM_BYTES + encoded_bytes * BYTES_PER_BYTE, Ordering::Relaxed);
    }

    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    pub fn busy(&self) {
        self.idle_since.store(BUSY, Ordering::Relaxed);
    }

    pub fn idle(&self, since: Instant) {
        let since = since.saturating_duration_since(self.start).as_millis();
        self.idle_since.store(u64::try_from(since).unwrap_or(BUSY - 1), Ordering::Relaxed);
    }

    /// Since when nobody is there; `None` if somebody is.
    pub fn idle_since(&self) -> Option<u64> {
        Some(self.idle_since.load(Ordering::Relaxed)).filter(|&since| since != BUSY)
    }
}

/// Which of these rooms (name, bytes, idle since) must go so that the rest fits: the longest idle first, and only
/// idle ones.
pub(crate) fn surplus<N: Copy>(mut rooms: Vec<(N, usize, Option<u64>)>, budget_bytes: usize) -> Vec<N> {
    let mut total: usize = rooms.iter().map(|(_, bytes, _)| bytes).sum();
    rooms.retain(|(_, _, idle)| idle.is_some());
    rooms.sort_by_key(|(_, _, idle)| *idle);
    let mut gone = Vec::new();
    for (name, bytes, _) in rooms {
        if total <= budget_bytes {
            break;
        }
        total -= bytes;
        gone.push(name);
    }
    gone
}

#[cfg(test)]
mod tests {
    use super::surplus;

    #[test]
    fn the_longest_idle_goes_first_and_the_busy_stay() {
        let rooms = || vec![('a', 10, Some(5)), ('b', 10, None), ('c', 10, Some(1)), ('d', 10, Some(9))];
        assert_eq!(surplus(rooms(), 40), []);
        assert_eq!(surplus(rooms(), 39), ['c']);
        assert_eq!(surplus(rooms(), 15), ['c', 'a', 'd']);
    }
}
