//! What is measured. Each scenario starts its own service, prints its figures in a line and stops it again.

mod crowd;
mod edit;
mod growth;
mod hostile;
mod idle;
mod memory;
mod pages;
mod peers;
mod signins;
mod storm;
mod trace;

use anyhow::Result;
use clap::ValueEnum;

use crate::bench::Bench;

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Scenario {
    /// Many documents with some editors each; the same on a bare relay
    Edit,
    /// One large document with many editors, more readers, and presence
    Crowd,
    /// Many people open a large document at once that nobody had open
    Storm,
    /// Memory of open documents
    Memory,
    /// Broken frames on other documents beside editors
    Hostile,
    /// The same load on other servers
    Peers,
    /// A long editing history, as fast as it can be made safe, and its opening
    Trace,
    /// Requests per second of the pages that visitors read, beside a static file
    Pages,
    /// The cost of pages as the site grows
    Growth,
    /// Visitors who only keep a page open
    Idle,
    /// Many sign-ins and half requests beside a reader
    Signins,
}

impl Scenario {
    pub async fn run(self, bench: &mut Bench) -> Result<()> {
        match self {
            Scenario::Edit => edit::run(bench).await,
            Scenario::Crowd => crowd::run(bench).await,
            Scenario::Storm => storm::run(bench).await,
            Scenario::Memory => memory::run(bench).await,
            Scenario::Hostile => hostile::run(bench).await,
            Scenario::Peers => peers::run(bench).await,
            Scenario::Trace => trace::run(bench).await,
            Scenario::Pages => pages::run(bench).await,
            Scenario::Growth => growth::run(bench).await,
            Scenario::Idle => idle::run(bench).await,
            Scenario::Signins => signins::run(bench).await,
        }
    }
}
