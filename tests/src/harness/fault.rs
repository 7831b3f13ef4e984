//! Faults from outside: a disk that is full, slow or broken, by strace's injection into the running service; and
//! limits set on it while it runs. They end when they are dropped.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// System calls of the service that fail or wait, until this is dropped.
pub struct Fault(Child);

impl Fault {
    /// Whether this machine lets a program look into another one. Some containers do not, and then the drills that
    /// need it are not told.
    pub fn is_allowed() -> bool {
        let tried = Command::new("strace").args(["-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
        let allowed = tried.expect("strace is missing: run `scripts/setup test`").success();
        if !allowed {
            eprintln!("not told: this machine lets no program look into another one");
        }
        allowed
    }

    /// `rule` as strace's `-e inject=` takes it: `fdatasync:error=EIO`.
    ///
    /// # Panics
    /// When strace is missing or may not look at the service.
    pub fn inject(pid: u32, rule: &str) -> Fault {
        let mut strace = Command::new("strace")
            .args(["-f", "-o", "/dev/null", "-e", &format!("inject={rule}"), "-p", &pid.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("strace is missing: run `scripts/setup test`");
        let mut said =
            BufReader::new(strace.stderr.take().expect("the errors are piped")).lines().map_while(Result::ok);
        assert!(said.any(|line| line.contains("attached")), "strace may not attach to {pid}");
        // It tells of each new thread and would end at a pipe that nobody reads.
        std::thread::spawn(move || said.for_each(drop));
        Fault(strace)
    }
}

impl Drop for Fault {
    fn drop(&mut self) {
        // strace lets go of the service when it is asked to end; killed outright it might not.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

/// Sets a limit of a running process, as `prlimit` names it: `--nofile=64`.
pub fn limit(pid: u32, limit: &str) {
    let set = Command::new("prlimit").args(["--pid", &pid.to_string(), limit]).status();
    assert!(set.is_ok_and(|set| set.success()), "prlimit {limit}");
}

/// Resident memory of a process in bytes.
pub fn memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("Linux tells it");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).expect("a number of KiB") * 1024
}

/// Seconds of processor time that a process has used.
pub fn processor_seconds(pid: u32) -> f64 {
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process runs");
    let after = stat.rsplit(')').next().expect("a name in brackets");
    let fields: Vec<&str> = after.split_whitespace().collect();
    let ticks = |place: usize| fields[place].parse::<f64>().expect("a number of ticks");
    (ticks(11) + ticks(12)) / TICKS
}
