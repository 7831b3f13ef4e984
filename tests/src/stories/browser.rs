//! The journeys in a real browser: tests/browser, told by Node's own test runner against a server with the
//! example network.

use std::path::Path;
use std::process::Command;

use crate::harness::Workspace;

#[tokio::test]
async fn the_browsers_journeys() {
    let workspace = Workspace::example().await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests stand in the repository");
    let mut specs: Vec<_> = std::fs::read_dir(root.join("tests/browser"))
        .expect("the journeys stand beside the stories")
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    specs.sort();
    // One file at a time: each drives several windows, and two cores are soon busy.
    let run = Command::new("node")
        .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
        .args(&specs)
        .current_dir(root)
        .env("AUKIO_ADDRESS", &workspace.address)
        .env("AUKIO_PASSWORD", workspace.demo_password())
        .env("AUKIO_MAIL", workspace.data().join("mail"))
        .env("AUKIO_FIRST", workspace.invitation())
        .output()
        .expect("node runs");
    let told = String::from_utf8_lossy(&run.stdout);
    eprintln!("{told}\n{}", String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "a journey in the browser failed; it is told above");
}
