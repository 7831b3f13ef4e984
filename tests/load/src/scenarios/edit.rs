//! Documents × editors × rate, with every edit on the disk before anybody sees it; then the same keys through a
//! relay that keeps nothing, for what safety and rights cost per delivery.

use std::collections::BTreeMap;
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;

use crate::bench::Bench;
use crate::editing::{self, Outcome, Shape};
use crate::fixture::Sizes;
use crate::report::{Better, Report};
use crate::service::Service;
use crate::site::Site;
use crate::target::{Dialect, Target};

pub async fn run(bench: &mut Bench) -> Result<()> {
    let (documents, seconds) = bench.size((20, 4.0), (50, 20.0));
    let shape = Shape { editors: 10, readers: 0, rate: 5.0, presence: false, seconds };
    let what = format!("{documents} documents × {} editors at {} keys/s", shape.editors, shape.rate);
    let sizes = Sizes { people: 50, documents, document_bytes: 2_000, messages: 0 };
    let site = Site::open(bench, sizes).await?;
    let mut report = bench.report("edit", &what, site.data.folder())?;
    let before = site.target.process.cpu_by_thread();
    let outcome = editing::run(&site.target, &site.documents, shape).await?;
    let after = site.target.process.cpu_by_thread();
    latencies(&mut report, &outcome, (10.0, 40.0));
    costs(&mut report, &outcome);
    report.figure("written per key", outcome.written_bytes / outcome.keys as f64, "B", Better::Lower).bar(1000.0);

    let relayed = relay(shape, &site.documents).await?;
    let ratio = outcome.cpu_per_million() / relayed.cpu_per_million();
    report.figure("CPU beside the relay's", ratio, "×", Better::Lower).bar(2.0);
    bench.publish(&report)?;
    println!("          its time by threads, from joining on: {}", shares(&before, &after));
    let mut report = bench.report("edit relay", what, site.data.folder())?;
    latencies(&mut report, &relayed, (f64::NAN, f64::NAN));
    costs(&mut report, &relayed);
    bench.publish(&report)
}

/// How the time between two readings divides among threads, in percent.
fn shares(before: &BTreeMap<String, Duration>, after: &BTreeMap<String, Duration>) -> String {
    let spent = |name: &str, now: &Duration| now.saturating_sub(before.get(name).copied().unwrap_or_default());
    let all: Duration = after.iter().map(|(name, now)| spent(name, now)).sum();
    let mut shares: Vec<(f64, &str)> = after
        .iter()
        .map(|(name, now)| (spent(name, now).as_secs_f64() / all.as_secs_f64().max(0.001) * 100.0, name.as_str()))
        .filter(|(share, _)| *share >= 1.0)
        .collect();
    shares.sort_by(|one, other| other.0.total_cmp(&one.0));
    shares.iter().map(|(share, name)| format!("{name} {share:.0} %")).collect::<Vec<_>>().join(", ")
}

/// The same load on the bare relay.
pub async fn relay(shape: Shape, documents: &[Rc<str>]) -> Result<Outcome> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--serve-relay");
    let relay = Service::start(command)?;
    let target = Target { place: relay.place, process: relay.process(), dialect: Dialect::Relay, members: Vec::new() };
    editing::run(&Rc::new(target), documents, shape).await
}

/// Adds how fast keys came through. Bars that are no number are left out.
pub fn latencies(report: &mut Report, outcome: &Outcome, (median_bar, rare_bar): (f64, f64)) {
    report.figure("seen by others p50", outcome.propagation.percentile(50.0), "ms", Better::Lower);
    if median_bar.is_finite() {
        report.bar(median_bar);
    }
    report.figure("p95", outcome.propagation.percentile(95.0), "ms", Better::Lower);
    report.figure("p99", outcome.propagation.percentile(99.0), "ms", Better::Lower);
    if rare_bar.is_finite() {
        report.bar(rare_bar);
    }
    if outcome.acknowledgement.count() > 0 {
        report.figure("saved p50", outcome.acknowledgement.percentile(50.0), "ms", Better::Lower);
        report.figure("saved p99", outcome.acknowledgement.percentile(99.0), "ms", Better::Lower);
    }
    // What never came is worse than what came late, so it is always told.
    report.figure("missing", outcome.missing as f64, "", Better::Lower);
}

/// Adds what it cost.
pub fn costs(report: &mut Report, outcome: &Outcome) {
    let share = |time: Duration| time.as_secs_f64() / outcome.seconds * 100.0;
    report
        .figure("deliveries", outcome.deliveries as f64 / outcome.seconds, "/s", Better::Neither)
        .figure("CPU per million", outcome.cpu_per_million(), "s", Better::Lower)
        .figure("server", share(outcome.server), "% of a core", Better::Neither)
        .figure("generator", share(outcome.generator), "%", Better::Neither);
}
