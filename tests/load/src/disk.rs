//! How fast the disk is at what counts here: small appends, each flushed. Printed beside the figures, since a
//! figure about durable edits says little without it.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

const MEASURE: Duration = Duration::from_millis(300);

/// Flushed appends of 4 KiB per second in this folder.
pub fn flushes_per_second(folder: &Path) -> std::io::Result<f64> {
    let place = folder.join("flush-rate");
    let mut file = File::create(&place)?;
    let block = [7u8; 4096];
    let start = Instant::now();
    let mut flushes = 0;
    while start.elapsed() < MEASURE {
        file.write_all(&block)?;
        file.sync_data()?;
        flushes += 1;
    }
    let rate = f64::from(flushes) / start.elapsed().as_secs_f64();
    std::fs::remove_file(place)?;
    Ok(rate)
}
