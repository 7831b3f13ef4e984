//! The service under load: its own data in a temporary folder, filled by `aukio import`, served by a process of
//! its own that is stopped at the end. Other servers are started in the same way.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::process::Process;

const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(20);

/// A data folder, and the program that can serve it.
pub struct Data {
    program: PathBuf,
    folder: TempDir,
}

impl Data {
    pub fn new(program: &Path) -> Result<Data> {
        let folder = tempfile::Builder::new().prefix("aukio-load-").tempdir()?;
        Ok(Data { program: program.to_owned(), folder })
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Brings in a file of rows.
    pub fn import(&self, file: &Path) -> Result<()> {
        let done =
            self.command("import").arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(self.log()?).status()?;
        ensure!(done.success(), "the import failed:\n{}", self.complaints());
        Ok(())
    }

    pub fn serve(&self) -> Result<Service> {
        let mut command = self.command("serve");
        // Visitors and members come from many places, told by a proxy, so that limits per place are what they are.
        command.args(["--listen", "127.0.0.1:0"]).env("AUKIO_TRUSTED_PROXIES", "127.0.0.1");
        command.stderr(self.log()?);
        Service::start(command).with_context(|| self.complaints())
    }

    /// Bytes of the database, its log included.
    pub fn stored(&self) -> f64 {
        let size = |name: &str| std::fs::metadata(self.folder().join(name)).map_or(0, |data| data.len());
        (size("aukio.db") + size("aukio.db-wal")) as f64
    }

    fn command(&self, act: &str) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AUKIO_") {
                command.env_remove(name);
            }
        }
        command.arg(act).arg("--data").arg(self.folder()).env("AUKIO_LOG", "warn");
        command
    }

    fn log(&self) -> Result<File> {
        Ok(File::options().create(true).append(true).open(self.folder().join("service.log"))?)
    }

    /// The end of what the program has logged.
    pub fn complaints(&self) -> String {
        let log = std::fs::read_to_string(self.folder().join("service.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

/// A running service. It is ended when this is dropped.
pub struct Service {
    child: Child,
    pub place: SocketAddr,
}

impl Service {
    /// Starts a program that says where it listens, as the service does.
    pub fn start(mut command: Command) -> Result<Service> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut service = Service { child, place: SocketAddr::from(([127, 0, 0, 1], 0)) };
        let output = service.child.stdout.take().context("the output is piped")?;
        let (tell, told) = channel();
        std::thread::spawn(move || {
            // To its end, since a full pipe would hold the program up.
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(place) = line.strip_prefix("listening on http://") {
                    let _ = tell.send(place.trim().parse::<SocketAddr>());
                }
            }
        });
        let Ok(place) = told.recv_timeout(START) else { bail!("the program does not say where it listens") };
        service.place = place?;
        Ok(service)
    }

    pub fn process(&self) -> Process {
        Process(self.child.id())
    }

    /// Asks it to stop and waits until it has.
    pub fn stop(mut self) -> Result<()> {
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        let asked = Instant::now();
        while asked.elapsed() < STOP {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        bail!("the service does not stop within {STOP:?}")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already, and then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is so, looking at it now and then.
pub async fn until<F: Future<Output = Result<bool>>>(
    what: &str,
    patience: Duration,
    mut holds: impl FnMut() -> F,
) -> Result<()> {
    let start = Instant::now();
    while !holds().await? {
        ensure!(start.elapsed() < patience, "{what} does not come about in {patience:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
