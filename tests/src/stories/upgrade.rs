//! Data of earlier programs, and the migrations that bring it here.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Workspace, folder};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests stand in the tree").to_owned()
}

/// sqlx refuses a database whose applied migrations differ from the program's by so much as a comment.
#[test]
fn released_migrations_are_as_they_were() {
    let told = Command::new("sha256sum")
        .args(["--check", "--strict", "--quiet", "RELEASED"])
        .current_dir(root().join("migrations"))
        .output()
        .expect("sha256sum runs");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stdout));
}

#[tokio::test]
async fn data_of_the_first_program_opens_and_is_written_on() {
    let data = folder();
    let unpacked = Command::new("tar")
        .arg("-xzf")
        .arg(root().join("tests/data/upgrade/v1/data.tar.gz"))
        .arg("-C")
        .arg(data.path())
        .status();
    assert!(unpacked.is_ok_and(|unpacked| unpacked.success()), "the old data can be unpacked");
    let workspace = Workspace::on(data, None);
    let visitor = workspace.visitor();
    visitor.get("/fi/").await.is(200);
    let list = visitor.get("/fi/threads").await;
    let links = list.attributes("main h3 a, main h2 a", "href");
    let thread = links.iter().find(|link| link.contains("/threads/")).expect("the example has threads");
    visitor.get(thread).await.is(200);
    let documents = visitor.get("/fi/documents").await.attributes("main h3 a, main h2 a", "href");
    let document = documents.iter().find(|link| link.contains("/documents/")).expect("and documents");
    visitor.get(document).await.is(200);
    let newcomer = workspace.member("Noora Nieminen").await;
    newcomer.posts(thread, "Kirjoitettu uudella ohjelmalla").await.shows("Kirjoitettu uudella ohjelmalla");
    workspace.does("verify", &[]).succeeds();
}
