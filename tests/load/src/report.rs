//! What a scenario found: one line for people, one file for the next run to be compared with.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// How much worse than the run before a figure may be.
const WORSE_MOST: f64 = 1.2;

/// Which way a figure is better.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Better {
    Lower,
    Higher,
    /// Told for understanding, not compared.
    Neither,
}

struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    better: Better,
    bar: Option<f64>,
}

/// The figures of one scenario.
pub struct Report {
    scenario: String,
    what: String,
    flushes: f64,
    figures: Vec<Figure>,
}

impl Report {
    /// `what` tells the sizes; `flushes` is what the disk did just before.
    pub fn new(scenario: &str, what: impl Into<String>, flushes: f64) -> Report {
        Report { scenario: scenario.to_owned(), what: what.into(), flushes, figures: Vec::new() }
    }

    /// Adds a figure that is told and compared.
    pub fn figure(&mut self, name: impl Into<String>, value: f64, unit: &'static str, better: Better) -> &mut Report {
        self.figures.push(Figure { name: name.into(), value, unit, better, bar: None });
        self
    }

    /// The bar that the figure just added has to hold at the stated sizes; shown beside it.
    pub fn bar(&mut self, bar: f64) -> &mut Report {
        if let Some(last) = self.figures.last_mut() {
            last.bar = Some(bar);
        }
        self
    }

    fn line(&self) -> String {
        let figures: Vec<String> = self.figures.iter().map(Figure::words).collect();
        format!("{:<9} {}: {} | disk {:.0} flushes/s", self.scenario, self.what, figures.join(", "), self.flushes)
    }

    /// Prints the line and writes the file; with `compare`, says which figures are worse than in the file that
    /// was there, and then leaves that file as it is.
    pub fn publish(&self, folder: &Path, compare: bool) -> Result<Vec<String>> {
        println!("{}", self.line());
        std::fs::create_dir_all(folder)?;
        let place = self.place(folder);
        if compare && let Ok(before) = std::fs::read_to_string(&place) {
            let before: Value = serde_json::from_str(&before).context("the figures of the run before")?;
            let worse: Vec<String> =
                self.figures.iter().filter_map(|figure| figure.worse(&self.scenario, &before)).collect();
            if !worse.is_empty() {
                return Ok(worse);
            }
        }
        let figures: serde_json::Map<String, Value> = self
            .figures
            .iter()
            .map(|figure| (figure.name.clone(), json!({"value": figure.value, "unit": figure.unit})))
            .collect();
        let all = json!({"scenario": self.scenario, "what": self.what, "flushes_per_second": self.flushes, "figures": figures});
        std::fs::write(place, format!("{all:#}\n"))?;
        Ok(Vec::new())
    }

    fn place(&self, folder: &Path) -> PathBuf {
        let name: String = self.scenario.chars().map(|sign| if sign.is_alphanumeric() { sign } else { '-' }).collect();
        folder.join(format!("{name}.json"))
    }
}

impl Figure {
    fn words(&self) -> String {
        let bar = match (self.bar, self.better) {
            (Some(bar), Better::Lower) => format!(" (bar ≤ {})", plain(bar)),
            (Some(bar), _) => format!(" (bar ≥ {})", plain(bar)),
            (None, _) => String::new(),
        };
        format!("{} {} {}{bar}", self.name, plain(self.value), self.unit).replace("  ", " ").trim_end().to_owned()
    }

    /// Differences that are smaller than what a busy machine does by itself do not count.
    fn noise(&self) -> f64 {
        match self.unit {
            "ms" => 2.0,
            "MiB" => 8.0,
            "KiB" => 2.0,
            _ => 0.0,
        }
    }

    fn worse(&self, scenario: &str, before: &Value) -> Option<String> {
        let before = before["figures"][&self.name]["value"].as_f64()?;
        let is_worse = match self.better {
            Better::Lower => self.value > before * WORSE_MOST && self.value - before > self.noise(),
            Better::Higher => self.value < before / WORSE_MOST,
            Better::Neither => false,
        };
        is_worse
            .then(|| format!("{scenario}: {} is {} {}, was {}", self.name, plain(self.value), self.unit, plain(before)))
    }
}

/// Three digits that mean something.
fn plain(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_a_fifth_worse_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let publish = |latency: f64, rate: f64| {
            let mut report = Report::new("edit", "one", 100.0);
            report.figure("p99", latency, "ms", Better::Lower).figure("rate", rate, "requests/s", Better::Higher);
            report.publish(folder.path(), true).unwrap()
        };
        assert!(publish(10.0, 1000.0).is_empty());
        assert!(publish(11.9, 840.0).is_empty());
        assert_eq!(publish(15.0, 600.0).len(), 2);
        assert!(publish(13.0, 900.0).is_empty(), "a worse run does not become the measure");
    }
}
