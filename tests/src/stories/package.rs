//! The Debian package: built, installed, started as its own account, removed without a trace. Needs root; the
//! account and the files are the package's own names.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::harness::binary;

fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"))
}

#[track_caller]
fn does(program: &str, arguments: &[&str]) -> String {
    let done = run(program, arguments);
    let told = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{program} {arguments:?}: {told}");
    told
}

/// Purges the package however the story ends.
struct Installed;

impl Drop for Installed {
    fn drop(&mut self) {
        let _ = run("dpkg", &["--purge", "aukio"]);
    }
}

#[tokio::test]
async fn the_package_installs_runs_and_goes() {
    let systemd = Command::new("systemd-analyze").arg("--version").output().is_ok();
    if !systemd || does("id", &["-u"]).trim() != "0" || Path::new("/etc/aukio").exists() {
        eprintln!("not told: this machine is not ours to install packages on");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests stand in the repository");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = root.join("packaging/deb");
    let built = Command::new(script).arg(binary()).arg(folder.path()).env("PACKING", "none").output().expect("bash");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let package = String::from_utf8_lossy(&built.stdout).trim().to_owned();

    let installed = Installed;
    does("dpkg", &["--install", &package]);
    let unit = "/usr/lib/systemd/system/aukio.service";
    let told = does("systemd-analyze", &["verify", unit]);
    assert!(!told.contains("aukio.service:"), "{told}");
    let safe = does("systemd-analyze", &["security", "--offline=true", "--threshold=20", unit]);
    eprintln!("package: {}", safe.lines().last().unwrap_or_default().trim());

    // As the unit would: its account, its command, its folder.
    let text = std::fs::read_to_string(unit).expect("the unit");
    let command = text.lines().find_map(|line| line.strip_prefix("ExecStart=")).expect("a command");
    let mut words: Vec<&str> = command.split(' ').collect();
    words.extend(["--listen", "127.0.0.1:0"]);
    let mut service = Command::new("setpriv")
        .args(["--reuid=aukio", "--regid=aukio", "--clear-groups", "--no-new-privs", "--bounding-set=-all", "--"])
        .args(&words)
        .current_dir("/var/lib/aukio")
        .env_clear()
        .stdout(Stdio::piped())
        .spawn()
        .expect("setpriv starts");
    let mut lines = BufReader::new(service.stdout.take().expect("piped")).lines().map_while(Result::ok);
    let address = lines.find_map(|line| line.strip_prefix("listening on ").map(str::to_owned));
    let health = match &address {
        Some(address) => reqwest::get(format!("{address}/healthz")).await.map(|answer| answer.status().as_u16()).ok(),
        None => None,
    };
    let owner = does("stat", &["-c", "%U %a", "/var/lib/aukio"]);
    let stopped = run("kill", &[&service.id().to_string()]).status.success();
    assert!(stopped && service.wait().expect("it ends").success(), "the service stops when it is asked to");
    assert_eq!(health, Some(200), "{address:?}");
    assert_eq!(owner.trim(), "aukio 750");

    does("dpkg", &["--remove", "aukio"]);
    assert!(!Path::new("/usr/bin/aukio").exists() && Path::new("/var/lib/aukio").exists(), "data outlives the program");
    drop(installed);
    for gone in ["/etc/aukio", "/var/lib/aukio", unit, "/usr/share/doc/aukio"] {
        assert!(!Path::new(gone).exists(), "{gone} is left");
    }
    assert!(!run("getent", &["passwd", "aukio"]).status.success(), "the account is left");
}
