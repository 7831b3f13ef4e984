//! What the kernel tells of a process: its time on the processors, its memory, what it has written. Read for the
//! server alone, so that the generator's own work does not count.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

/// The kernel counts a process's time in hundredths of a second (USER_HZ of proc(5) on every Linux we run on).
const TICK_MILLISECONDS: u64 = 10;

#[derive(Clone, Copy, Debug)]
pub struct Process(pub u32);

impl Process {
    pub fn this() -> Process {
        Process(std::process::id())
    }

    /// Time on the processors since its start, user and system together.
    pub fn cpu(self) -> Duration {
        cpu_of(&self.read("stat"))
    }

    /// The same by the names of its threads, digits left out: which part of the work costs what.
    pub fn cpu_by_thread(self) -> BTreeMap<String, Duration> {
        let mut threads = BTreeMap::new();
        for thread in fs::read_dir(format!("/proc/{}/task", self.0)).into_iter().flatten().flatten() {
            let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
            let name = stat.split(['(', ')']).nth(1).unwrap_or_default();
            let name = name.trim_end_matches(|sign: char| sign.is_ascii_digit() || sign == '-');
            *threads.entry(name.to_owned()).or_default() += cpu_of(&stat);
        }
        threads
    }

    /// Memory of its own in use, in bytes. Pages of files that it has mapped are not counted: the kernel drops them when
    /// it needs room.
    pub fn memory(self) -> f64 {
        self.status("RssAnon:") * 1024.0
    }

    /// Memory in use with the pages of mapped files, in bytes: what [`Process::peak_memory`] is compared with.
    pub fn resident_memory(self) -> f64 {
        self.status("VmRSS:") * 1024.0
    }

    /// The most memory that was in use since [`Process::forget_peak`], mapped files included, in bytes.
    pub fn peak_memory(self) -> f64 {
        self.status("VmHWM:") * 1024.0
    }

    /// Lets the peak begin anew at what is in use now.
    pub fn forget_peak(self) {
        // Where this is not allowed, the peak is that of the whole life, which is never too little.
        let _ = fs::write(format!("/proc/{}/clear_refs", self.0), "5");
    }

    /// Bytes that it has caused to be written to the disk.
    pub fn written(self) -> f64 {
        let io = self.read("io");
        let line = io.lines().find_map(|line| line.strip_prefix("write_bytes:"));
        line.and_then(|number| number.trim().parse().ok()).unwrap_or(0.0)
    }

    fn status(self, key: &str) -> f64 {
        let status = self.read("status");
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        line.and_then(|rest| rest.split_whitespace().next()).and_then(|number| number.parse().ok()).unwrap_or(0.0)
    }

    fn read(self, file: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{file}", self.0)).unwrap_or_default()
    }
}

/// The time on the processors that a line of `stat` tells.
fn cpu_of(stat: &str) -> Duration {
    // The name in brackets may hold spaces; the numbers come after it.
    let numbers = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = |place: usize| numbers.split_whitespace().nth(place).and_then(|text| text.parse().ok()).unwrap_or(0);
    Duration::from_millis((ticks(11) + ticks(12)) * TICK_MILLISECONDS)
}
