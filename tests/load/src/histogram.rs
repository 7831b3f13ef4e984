//! Durations by rank, in constant memory: microseconds in buckets whose width grows with the value, so that
//! every answer is right to 1.6 %.

use std::time::Duration;

/// Buckets per doubling.
const STEPS: u64 = 64;

#[derive(Clone, Default)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    longest: u64,
}

impl Histogram {
    pub fn record(&mut self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = bucket(micros);
        if bucket >= self.counts.len() {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += 1;
        self.total += 1;
        self.longest = self.longest.max(micros);
    }

    pub fn count(&self) -> u64 {
        self.total
    }

    /// The duration, in milliseconds, that this percentage of all stays within; 0 when nothing was recorded.
    pub fn percentile(&self, percent: f64) -> f64 {
        let wanted = ((self.total as f64 * percent / 100.0).ceil() as u64).max(1);
        let mut passed = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            passed += count;
            if passed >= wanted {
                return end_of(bucket).min(self.longest) as f64 / 1000.0;
            }
        }
        0.0
    }
}

fn bucket(micros: u64) -> usize {
    let shift = (63 - u64::from((micros | 1).leading_zeros())).saturating_sub(6);
    (shift * STEPS + (micros >> shift)) as usize
}

/// The largest value of a bucket.
fn end_of(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < 2 * STEPS {
        return bucket;
    }
    let shift = bucket / STEPS - 1;
    ((bucket % STEPS + STEPS + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_right_to_a_sixty_fourth() {
        let mut histogram = Histogram::default();
        for micros in 1..=100_000 {
            histogram.record(Duration::from_micros(micros));
        }
        for (percent, expected) in [(50.0, 50.0), (95.0, 95.0), (99.0, 99.0), (100.0, 100.0)] {
            let found = histogram.percentile(percent);
            assert!(found >= expected && found <= expected * 1.017, "p{percent} is {found}");
        }
        assert_eq!(Histogram::default().percentile(99.0), 0.0);
    }

    #[test]
    fn buckets_follow_each_other() {
        for micros in (0..10_000).chain([1 << 40, u64::MAX / 2]) {
            let at = bucket(micros);
            assert!(end_of(at) >= micros && (at == 0 || end_of(at - 1) < micros), "{micros} is in {at}");
        }
    }
}
