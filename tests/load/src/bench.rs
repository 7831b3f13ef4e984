//! One run of the generator: what was asked for on the command line, and what has come out worse than before.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::disk;
use crate::report::Report;

pub struct Bench {
    /// The service's program.
    pub program: PathBuf,
    /// The stated sizes instead of small ones.
    pub full: bool,
    pub compare: bool,
    pub million: bool,
    pub y_sweet: Option<PathBuf>,
    pub trace: Option<PathBuf>,
    pub worse: Vec<String>,
}

impl Bench {
    pub fn size<T>(&self, small: T, full: T) -> T {
        if self.full { full } else { small }
    }

    /// Begins a report; the disk is measured now, where the service's data are.
    pub fn report(&self, scenario: &str, what: impl Into<String>, folder: &Path) -> Result<Report> {
        Ok(Report::new(scenario, what, disk::flushes_per_second(folder)?))
    }

    pub fn publish(&mut self, report: &Report) -> Result<()> {
        let folder = home().join("results").join(self.size("small", "full"));
        self.worse.extend(report.publish(&folder, self.compare)?);
        Ok(())
    }
}

/// The folder of this crate in the source tree: its results and its peers are there.
pub fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
