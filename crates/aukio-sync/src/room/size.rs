//! How large a document has become: in bytes, in items, and in the memory that it takes.
//!
//! Encoding a document to know its size costs time, so it is measured once per megabyte or 20 000 structs of
//! changes; in between, what is added is added up. Typing makes one struct a keystroke, which the engine merges
//! into few items, so the sum is on the safe side and measuring puts it right.

use std::sync::Arc;
use std::time::Duration;

use aukio_protocol::{Limits, update};
use tokio::time::Instant;

use crate::budget::Gauge;
use crate::{Replica, Settings};

const MEASURE_BYTES: usize = 1 << 20;
const MEASURE_ITEMS: usize = 20_000;
/// The shortest time between two measures at the limit.
const MEASURE_AGAIN: Duration = Duration::from_secs(1);

pub(super) struct Size {
    bytes: usize,
    items: usize,
    added_bytes: usize,
    added_items: usize,
    measured_at: Option<Instant>,
    gauge: Arc<Gauge>,
}

impl Size {
    pub fn new(bytes: usize, gauge: Arc<Gauge>) -> Self {
        let mut size = Size { bytes: 0, items: 0, added_bytes: 0, added_items: 0, measured_at: None, gauge };
        size.loaded(bytes);
        size
    }

    /// The document was opened from this many bytes.
    pub fn loaded(&mut self, bytes: usize) {
        (self.bytes, self.items, self.added_bytes, self.added_items) = (bytes, 0, 0, 0);
        self.measured_at = None;
        self.gauge.set(bytes);
    }

    pub fn added(&mut self, bytes: usize) {
        self.added_bytes += bytes;
        self.gauge.set(self.bytes + self.added_bytes);
    }

    pub fn structs(&mut self, count: usize) {
        self.added_items += count;
    }

    pub fn busy(&self) {
        self.gauge.busy();
    }

    pub fn idle(&self, since: Instant) {
        self.gauge.idle(since);
    }

    /// Whether so much more would be more than a document may hold.
    pub fn would_pass(&mut self, bytes: usize, items: usize, replica: &mut Replica, settings: &Settings) -> bool {
        let is_due = self.added_bytes >= MEASURE_BYTES || self.added_items >= MEASURE_ITEMS;
        if is_due || (self.passes(bytes, items, settings) && !self.is_fresh()) {
            self.measure(replica);
        }
        self.passes(bytes, items, settings)
    }

    fn passes(&self, bytes: usize, items: usize, settings: &Settings) -> bool {
        self.bytes + self.added_bytes + bytes > settings.document_bytes_max
            || self.items + self.added_items + items > settings.document_items_max
    }

    /// Whether measuring again would hardly tell anything new. At the limit it must not happen for each update.
    fn is_fresh(&self) -> bool {
        self.measured_at.is_some_and(|at| at.elapsed() < MEASURE_AGAIN)
    }

    fn measure(&mut self, replica: &mut Replica) {
        // If it cannot be encoded, what follows finds out.
        let Ok(snapshot) = replica.snapshot() else { return };
        self.bytes = snapshot.len();
        self.items = update::validate(&snapshot, &Limits::stored()).map_or(self.items, |summary| summary.structs.len());
        (self.added_bytes, self.added_items) = (0, 0);
        self.measured_at = Some(Instant::now());
        self.gauge.set(self.bytes);
    }
}
