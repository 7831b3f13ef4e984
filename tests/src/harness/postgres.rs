//! One PostgreSQL cluster per test run, from Debian's binaries, in a temporary folder, without fsync; each
//! story gets an empty database in it. It ends when the test process does, whatever way that is.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static DATABASES: AtomicUsize = AtomicUsize::new(1);

struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    /// Holds the pipe whose end tells the cluster's keeper to stop it.
    _keeper: Child,
}

/// The address of a new, empty database.
///
/// # Panics
/// When PostgreSQL is not installed or does not start.
pub fn database() -> String {
    let cluster = CLUSTER.get_or_init(start);
    let name = format!("story_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let made = cluster.run("createdb", &["-U", "postgres", "-h", cluster.folder(), &name]);
    assert!(made.status.success(), "createdb: {}", String::from_utf8_lossy(&made.stderr));
    format!("postgres://postgres@localhost/{name}?host={}", cluster.folder())
}

impl Cluster {
    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        Command::new(self.programs.join(program)).args(arguments).output().expect("PostgreSQL's programs run")
    }

    fn folder(&self) -> &str {
        self.folder.to_str().expect("temporary folders have plain names")
    }
}

fn start() -> Cluster {
    let programs = programs();
    let folder = tempfile::Builder::new().prefix("aukio-postgres-").tempdir().expect("a temporary folder").keep();
    let data = folder.join("data");
    if is_root() {
        // PostgreSQL refuses to run as root; the package brings this account.
        let owned = Command::new("chown").arg("postgres").arg(&folder).status();
        assert!(
            owned.is_ok_and(|status| status.success()),
            "the account postgres is missing: run `scripts/setup test`"
        );
    }
    let mut initdb = unprivileged(&programs.join("initdb"));
    let made = initdb
        .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D"])
        .arg(&data)
        .current_dir("/")
        .output()
        .expect("initdb runs");
    assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));

    let mut server = unprivileged(&programs.join("postgres"));
    server.arg("-D").arg(&data).arg("-k").arg(&folder).args(["-c", "listen_addresses=", "-c", "fsync=off"]);
    server.args(["-c", "full_page_writes=off", "-c", "max_connections=300", "-c", "shared_buffers=64MB"]);
    // A static is never dropped, so a shell keeps the cluster: when this process ends, its pipe closes,
    // the shell reads the end, stops PostgreSQL and sweeps up.
    let keeper = Command::new("sh")
        .arg("-c")
        .arg(r#"folder=$1; shift; "$@" >"$folder/log" 2>&1 & server=$!; read -r _; kill -INT $server; wait; rm -rf "$folder""#)
        .arg("keeper")
        .arg(&folder)
        .arg(server.get_program())
        .args(server.get_args())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell starts");
    let cluster = Cluster { programs, folder, _keeper: keeper };
    for _ in 0..600 {
        if cluster.run("pg_isready", &["-q", "-h", cluster.folder()]).status.success() {
            return cluster;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let log = std::fs::read_to_string(cluster.folder.join("log")).unwrap_or_default();
    panic!("PostgreSQL does not start:\n{log}");
}

/// The newest of Debian's PostgreSQL versions that are installed.
fn programs() -> PathBuf {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.filter_map(Result::ok).map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    versions.retain(|folder| folder.join("initdb").exists());
    versions.sort();
    versions.pop().expect("PostgreSQL is missing: run `scripts/setup test`")
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n")
}

fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_story_gets_an_empty_database() {
        for _ in 0..2 {
            let tables = Command::new("psql")
                .args([&database(), "-Atc", "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"])
                .output();
            let tables = tables.expect("psql runs");
            assert_eq!(String::from_utf8_lossy(&tables.stdout), "0\n", "{}", String::from_utf8_lossy(&tables.stderr));
        }
    }
}
