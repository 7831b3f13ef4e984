//! One's own data to take along, and what is left of somebody who has gone.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::harness::{PATIENCE, Teller, Workspace, folder, on_both};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
        if entry.path().is_dir() { found.extend(files(&entry.path())) } else { found.push(entry.path()) }
    }
    found
}

fn contains(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

#[tokio::test]
async fn a_closed_account_leaves_no_name_and_no_address_anywhere() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let leaver = workspace.member("Kanaria Kuikkanen").await;
    leaver.joins(&space).await;
    let thread = leaver.starts_thread(&space, "Lähtijän aloitus", "Tämä teksti jää").await;
    leaver.writes_document(&space, "Lähtijän opas", "Tämäkin jää").await;
    workspace.visitor().get(&thread).await.shows("Kanaria Kuikkanen");
    let database = workspace.data().join("aukio.db");
    let page = leaver.get("/fi/me").await;
    leaver.submit(page.form("form[action$='/me/close']").with("confirm_name", "Kanaria Kuikkanen")).await;
    leaver.get("/fi/me").await.hides("Kuikkanen");
    workspace.visitor().get(&thread).await.shows("Tämä teksti jää").hides("Kuikkanen");
    founder.get(&format!("/fi/spaces/{space}/members")).await.hides("Kuikkanen");
    workspace.visitor().get("/fi/search?q=Kuikkanen").await.is(200);
    // Stopping writes what waits in the log of the database into its file.
    workspace.restarts();

    let place = folder();
    for command in ["backup", "export"] {
        workspace.does(command, &["--to", place.path().join(command).to_str().expect("a plain name")]).succeeds();
    }
    let log = workspace.log();
    let mut looked_at = 0;
    for word in ["Kuikkanen", "kuikkanen"] {
        assert!(!log.contains(word), "the log tells `{word}`");
        for file in files(place.path()).into_iter().chain([database.clone()]) {
            looked_at += 1;
            let bytes = std::fs::read(&file).expect("it can be read");
            assert!(!contains(&bytes, word), "{} holds `{word}`", file.display());
        }
    }
    eprintln!("drill closing: name and address in 0 of {looked_at} files");
}

/// Asks for a copy, looks again until it is ready, and fetches it: the files by name.
async fn copy(teller: &Teller) -> Vec<(String, String)> {
    let page = teller.get("/fi/me/data").await;
    teller.submit(page.form("form[action$='/me/data']")).await.is(200);
    let asked = std::time::Instant::now();
    let link = loop {
        let page = teller.get("/fi/me/data").await;
        if let Some(link) = page.attribute("a[download]", "href") {
            break link;
        }
        assert!(asked.elapsed() < PATIENCE, "no copy in {PATIENCE:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    let (headers, bytes) = teller.fetches(&link).await;
    assert_eq!(headers["content-type"], "application/zip");
    assert!(headers["cache-control"].to_str().expect("text").contains("no-store"));
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a ZIP");
    let mut file = |place: usize| {
        let mut file = zip.by_index(place).expect("it is counted");
        let mut text = String::new();
        file.read_to_string(&mut text).expect("it is text");
        (file.name().expect("a plain name").to_string(), text)
    };
    (0..3).map(&mut file).collect()
}

#[tokio::test]
async fn everything_about_a_person_and_nothing_of_others_is_in_their_copy() {
    on_both(async |workspace| {
        let (space, founder) = workspace.network().await;
        let noora = workspace.member("Noora Nieminen").await;
        noora.joins(&space).await;
        let thread = noora.starts_thread(&space, "Nooran aloitus", "Nooran <b>teksti</b>").await;
        founder.posts(&thread, "Helmin vastaus").await;
        let files = copy(&noora).await;
        let of = |name: &str| &files.iter().find(|(file, _)| file == name).expect("it is in it").1;
        let data: serde_json::Value = serde_json::from_str(of("data.json")).expect("JSON");
        assert_eq!(data["person"][0]["name"], "Noora Nieminen");
        assert_eq!(data["message"][0]["body"], "Nooran <b>teksti</b>");
        assert!(data["session"][0]["created_at"].as_str().is_some_and(|at| at.starts_with("20")));
        assert!(of("messages.md").contains("Nooran") && of("index.html").contains("&lt;b&gt;"));
        for (name, text) in &files {
            for secret in ["helmi.saarela@example.fi", "Helmin vastaus", "token_hash", "password_hash"] {
                assert!(!text.contains(secret), "{name} tells `{secret}`");
            }
        }
        // Every table that names people is in it; the database says which.
        if let Some(database) = workspace.database() {
            let sql = "SELECT DISTINCT conrelid::regclass FROM pg_constraint
                       WHERE contype = 'f' AND confrelid = 'person'::regclass";
            let told = std::process::Command::new("psql").args([database, "-Atc", sql]).output().expect("psql runs");
            let told = String::from_utf8_lossy(&told.stdout).into_owned();
            assert!(told.lines().count() > 10, "{told}");
            for table in told.lines().filter(|table| *table != "personal_copy") {
                assert!(data[table].is_array(), "{table} is not in the copy");
            }
        }
        assert_eq!(workspace.visitor().peek("/fi/me/data/copy.zip").await.status, 303);
        founder.get("/fi/me/data/copy.zip").await.is(404);
    })
    .await;
}

#[tokio::test]
async fn a_copy_of_ones_data_asks_who_one_is() {
    let workspace = Workspace::open().await;
    let (_, founder) = workspace.network().await;
    workspace.returns_after(20 * 60);
    let page = founder.get("/fi/me/data").await;
    page.is(200).shows("Ensin varmistamme, että olet sinä.");
    let asked = founder.submit(page.form("form[action$='/me/data']")).await;
    assert!(asked.address.starts_with("/fi/me/confirm"), "{}", asked.address);
    let count = workspace.tampers("SELECT COUNT(*) FROM personal_copy").expect("the database answers");
    assert_eq!(count.lines().last(), Some("0"), "a copy was begun without proof");
    let form = asked.form_with(&["password", "next"]).with("password", "viisitoista merkkia riittaa");
    let back = founder.submit(form).await;
    assert_eq!(back.address, "/fi/me/data");
    back.hides("Ensin varmistamme");
    assert_eq!(copy(&founder).await.len(), 3);
}
