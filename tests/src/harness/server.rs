//! The program itself, as a child process.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A debug build that starts beside another one's tests is slow, an empty database takes its time.
const START: Duration = Duration::from_secs(60);
/// Lines of the log that a failed story shows.
const SHOWN: usize = 60;

/// The program with an environment that nothing outside the story shapes.
pub fn program() -> Command {
    let mut program = Command::new(binary());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AUKIO_") {
            program.env_remove(name);
        }
    }
    program
}

/// A running server. Its log is shown when the story that holds it fails.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub address: String,
    log: Arc<Mutex<Vec<String>>>,
    said: Receiver<String>,
}

impl Server {
    /// Starts the program with a command and its flags on `listen` (port 0 for any free one), and waits until it
    /// says where it listens.
    pub fn start(
        command: &str,
        listen: &str,
        data: &Path,
        database: Option<&str>,
        settings: &[(&str, String)],
    ) -> Server {
        let mut program = program();
        program.args(command.split(' ')).args(["--listen", listen, "--data"]).arg(data);
        if let Some(database) = database {
            program.args(["--database", database]);
        }
        // Each teller comes from an address of its own, so that the limits per address stay what they are.
        program.env("AUKIO_TRUSTED_PROXIES", "127.0.0.1").env("AUKIO_LOG", "info,tantivy=warn,sqlx=warn");
        for (name, value) in settings {
            program.env(name, value);
        }
        let mut child = program
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", binary().display()));

        let log = Arc::new(Mutex::new(Vec::new()));
        let (tell, said) = channel();
        let stdout = child.stdout.take().expect("the output is piped");
        let stderr = child.stderr.take().expect("the errors are piped");
        listen_to(stdout, log.clone(), move |line| drop(tell.send(line.to_owned())));
        listen_to(stderr, log.clone(), |_| ());
        let mut server = Server { child, address: String::new(), log, said };
        server.address = server.says("listening on ").unwrap_or_else(|| {
            let status = server.child.try_wait().ok().flatten();
            server.show_log();
            panic!("the server did not say where it listens ({status:?})");
        });
        server
    }

    /// The rest of the first line that begins so; None when the program ended or stayed silent.
    pub fn says(&self, beginning: &str) -> Option<String> {
        while let Ok(line) = self.said.recv_timeout(START) {
            if let Some(rest) = line.strip_prefix(beginning) {
                return Some(rest.trim().to_owned());
            }
        }
        None
    }

    /// The port with its address, to start again at the same place.
    pub fn place(&self) -> &str {
        self.address.trim_start_matches("http://")
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends the process at once, as a power cut would: nothing is flushed.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks the process to stop and waits until it has.
    pub fn stop(&mut self) -> bool {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        asked.is_ok_and(|asked| asked.success()) && self.child.wait().is_ok_and(|status| status.success())
    }

    /// What the program has written to its output and errors.
    pub fn log(&self) -> String {
        self.log.lock().expect("no thread panics with the log").join("\n")
    }

    fn show_log(&self) {
        let log = self.log.lock().expect("no thread panics with the log");
        eprintln!("--- the server's last {} lines", log.len().min(SHOWN));
        for line in &log[log.len().saturating_sub(SHOWN)..] {
            eprintln!("{line}");
        }
        eprintln!("---");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            self.show_log();
        }
    }
}

fn listen_to(pipe: impl Read + Send + 'static, log: Arc<Mutex<Vec<String>>>, tell: impl Fn(&str) + Send + 'static) {
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            tell(&line);
            log.lock().expect("no thread panics with the log").push(line);
        }
    });
}

/// The program under test: `AUKIO_BINARY`, or the one beside this test's own folder.
pub fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("AUKIO_BINARY") {
        return named.into();
    }
    let test = std::env::current_exe().expect("a test knows its own file");
    let profile = test.parent().and_then(Path::parent).expect("tests stand in target/debug/deps");
    let binary = profile.join("aukio");
    assert!(binary.exists(), "{} is missing: run `make test`, or `cargo build -p aukio` first", binary.display());
    binary
}
