//! `aukio-load`: measures a running service from outside, as its users would load it. README.md tells how.
//!
//! All work of the generator is done on one thread, so that it takes at most one of the machine's processors;
//! the server's own time on the processors is read from the kernel.

mod bench;
mod disk;
mod editing;
mod fixture;
mod histogram;
mod http;
mod people;
mod process;
mod reading;
mod relay;
mod report;
mod scenarios;
mod service;
mod site;
mod target;
mod websocket;
mod yjs;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::{Parser, ValueEnum};

use bench::Bench;
use scenarios::Scenario;

/// Load for Aukio, and for other servers of shared documents beside it
#[derive(Parser)]
struct Arguments {
    /// What to measure; everything when nothing is named
    scenarios: Vec<Scenario>,
    /// The stated sizes instead of small ones: about half an hour
    #[arg(long)]
    full: bool,
    /// Fail when a figure is more than a fifth worse than in the run before
    #[arg(long)]
    compare: bool,
    /// Let `growth` go on to a million messages
    #[arg(long)]
    million: bool,
    /// The service's program; the one beside this program by default
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// A y-sweet program (`cargo install y-sweet`), to be one of the peers
    #[arg(long, value_name = "FILE")]
    y_sweet: Option<PathBuf>,
    /// A recorded editing history for `trace`: JSON with transactions of patches [position, deleted, inserted]
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Be the bare relay that `edit` compares with
    #[arg(long, hide = true)]
    serve_relay: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.serve_relay {
        return tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(relay::serve());
    }
    let program = match arguments.server {
        Some(program) => program,
        None => std::env::current_exe()?.with_file_name("aukio"),
    };
    ensure!(program.exists(), "{} is missing: build it first, or name it by --server", program.display());
    let mut bench = Bench {
        program,
        full: arguments.full,
        compare: arguments.compare,
        million: arguments.million,
        y_sweet: arguments.y_sweet,
        trace: arguments.trace,
        worse: Vec::new(),
    };
    let wanted =
        if arguments.scenarios.is_empty() { Scenario::value_variants() } else { arguments.scenarios.as_slice() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for scenario in wanted {
        let local = tokio::task::LocalSet::new();
        let run = local.run_until(scenario.run(&mut bench));
        runtime.block_on(run).with_context(|| format!("the scenario {scenario:?} failed"))?;
    }
    for worse in &bench.worse {
        eprintln!("worse: {worse}");
    }
    ensure!(bench.worse.is_empty(), "{} figures are more than a fifth worse than before", bench.worse.len());
    Ok(())
}
