//! The same load on other servers of shared documents, as they come and without a store, beside ours with its
//! commits and the bare relay: processor time per delivery, and memory of an open document.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tokio::time::sleep;

use super::edit::{costs, latencies, relay};
use crate::bench::{Bench, home};
use crate::editing::{self, Connection, Shape};
use crate::fixture::Sizes;
use crate::http::Client;
use crate::report::Better;
use crate::service::Service;
use crate::site::Site;
use crate::target::{Dialect, Target, Who};
use crate::yjs;

const DOCUMENT_BYTES: usize = 20_000;

pub async fn run(bench: &mut Bench) -> Result<()> {
    let (documents, held, seconds) = bench.size((8, 100, 3.0), (20, 500, 10.0));
    let shape = Shape { editors: 10, readers: 0, rate: 5.0, presence: false, seconds };
    let folder = tempfile::tempdir()?;

    let site = Site::open(bench, Sizes { people: 20, documents: documents + held, ..Sizes::default() }).await?;
    let (edited, open) = site.documents.split_at(documents);
    let ours = measure(bench, "peers aukio", &site.target, edited, open, shape, site.data.folder()).await?;
    drop(site);

    let names: Vec<Rc<str>> = (0..documents + held).map(|n| format!("d{n}").into()).collect();
    let (edited, open) = names.split_at(documents);
    let mut report = bench.report("peers relay", "the relay", folder.path())?;
    let relayed = relay(shape, edited).await?;
    latencies(&mut report, &relayed, (f64::NAN, f64::NAN));
    costs(&mut report, &relayed);
    bench.publish(&report)?;

    for peer in peers(bench)? {
        let service = Service::start(peer.command).with_context(|| peer.name)?;
        let target = Rc::new(Target {
            place: service.place,
            process: service.process(),
            dialect: peer.dialect,
            members: Vec::new(),
        });
        if peer.dialect == Dialect::Sweet {
            create(&target, &names).await?;
        }
        let name = format!("peers {}", peer.name);
        let theirs = measure(bench, &name, &target, edited, open, shape, folder.path()).await?;
        println!(
            "          {} takes {:.2} × our CPU per delivery and {:.1} × our memory per open document",
            peer.name,
            theirs.0 / ours.0,
            theirs.1 / ours.1
        );
        drop(peer.folder);
    }
    Ok(())
}

/// Measures one server; returns seconds per million deliveries, and KiB per open document with its writer.
async fn measure(
    bench: &mut Bench,
    name: &str,
    target: &Rc<Target>,
    edited: &[Rc<str>],
    open: &[Rc<str>],
    shape: Shape,
    folder: &Path,
) -> Result<(f64, f64)> {
    let what = format!("{} documents × 10 editors, then {} documents of 20 kB", edited.len(), open.len());
    let mut report = bench.report(name, what, folder)?;
    // Before the rest, while the server is fresh: a garbage collector keeps what it once had. The first documents
    // are not counted, since with them comes what a server loads only once.
    let (first, counted) = open.split_at(open.len() / 5);
    let mut writers = written(target, first, 0).await?;
    let before = target.process.memory();
    writers.extend(written(target, counted, first.len()).await?);
    let each = (target.process.memory() - before) / counted.len() as f64 / 1024.0;
    drop(writers);
    let outcome = editing::run(target, edited, shape).await?;
    latencies(&mut report, &outcome, (f64::NAN, f64::NAN));
    costs(&mut report, &outcome);
    report.figure("open document with its writer", each, "KiB", Better::Lower);
    bench.publish(&report)?;
    Ok((outcome.cpu_per_million(), each))
}

/// Opens the documents and writes a text into each; the writers stay.
async fn written(target: &Rc<Target>, documents: &[Rc<str>], from: usize) -> Result<Vec<Connection>> {
    let wanted =
        documents.iter().enumerate().map(|(n, document)| (Rc::clone(document), Who::Member(from + n))).collect();
    let writers = editing::open_all(target, wanted).await?;
    for (n, writer) in writers.iter().enumerate() {
        for update in yjs::book(DOCUMENT_BYTES, 10_000 + (from + n) as u64 * 4) {
            writer.update(&update, None).await?;
        }
        writer.unsaved_at_most(0).await?;
    }
    sleep(Duration::from_secs(1)).await;
    Ok(writers)
}

struct Peer {
    name: &'static str,
    dialect: Dialect,
    command: Command,
    /// Where it keeps its files, if it keeps any.
    folder: Option<TempDir>,
}

fn peers(bench: &Bench) -> Result<Vec<Peer>> {
    let folder = installed()?;
    let node = |script: &str| {
        let mut command = Command::new("node");
        command.arg(folder.join(script)).current_dir(&folder).env("NODE_ENV", "production").stderr(Stdio::null());
        command
    };
    let mut peers = vec![
        Peer { name: "hocuspocus", dialect: Dialect::Hocuspocus, command: node("hocuspocus.mjs"), folder: None },
        Peer { name: "y-websocket", dialect: Dialect::Stock, command: node("y-websocket.mjs"), folder: None },
    ];
    if let Some(program) = &bench.y_sweet {
        // It does not tell a port that it chose itself, so one is chosen for it.
        let port = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let kept = tempfile::tempdir()?;
        let mut command = Command::new("sh");
        let script = r#""$0" serve --host 127.0.0.1 --port "$1" "$2" >/dev/null 2>&1 & server=$!
            trap 'kill $server' EXIT TERM
            while ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do sleep 0.1; done
            echo "listening on http://127.0.0.1:$1"; wait"#;
        command.arg("-c").arg(script).arg(program).arg(port.to_string()).arg(kept.path());
        peers.push(Peer { name: "y-sweet", dialect: Dialect::Sweet, command, folder: Some(kept) });
    }
    Ok(peers)
}

/// The folder of the peers' scripts, with their packages in it.
fn installed() -> Result<PathBuf> {
    let folder = home().join("peers");
    if !folder.join("node_modules").exists() {
        let install = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
        let done = Command::new("npm").args(install).current_dir(&folder).stdout(Stdio::null()).status()?;
        ensure!(done.success(), "the peers' packages cannot be installed");
    }
    Ok(folder)
}

/// y-sweet wants documents to be made before they are opened.
async fn create(target: &Target, names: &[Rc<str>]) -> Result<()> {
    let mut client = Client::open(target.place).await?;
    for name in names {
        let body = format!(r#"{{"docId":"{name}"}}"#);
        let request = format!(
            "POST /doc/new HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            target.place,
            body.len()
        );
        let (status, _) = client.exchange(request.as_bytes()).await?;
        ensure!(status == 200, "y-sweet answers {status} to a new document");
    }
    Ok(())
}
