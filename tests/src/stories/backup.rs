//! A backup is a whole moment, taken while people write, and comes back as it was.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

use crate::harness::{Workspace, database, folder, on_both, paragraph, run, soak};

/// Writes until told to stop, and says how many messages it was told are saved.
async fn writes_on(
    workspace: &Workspace,
    stop: Arc<AtomicBool>,
    said: watch::Sender<usize>,
) -> (String, tokio::task::JoinHandle<()>) {
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, "Kuorma", "Aloitus").await;
    let address = thread.clone();
    let writing = tokio::spawn(async move {
        while !stop.load(Ordering::Relaxed) {
            let words = format!("Viesti {} kirjattu", *said.borrow());
            founder.posts(&thread, &words).await.shows(&words);
            said.send_modify(|said| *said += 1);
        }
    });
    (address, writing)
}

#[tokio::test]
async fn a_backup_taken_while_people_write_comes_back_on_either_database() {
    on_both(async |workspace| {
        let (stop, (say, mut said)) = (Arc::new(AtomicBool::new(false)), watch::channel(0));
        let (thread, writing) = writes_on(&workspace, stop.clone(), say).await;
        let before = *said.wait_for(|said| *said >= 5 * soak()).await.expect("the writer goes on");
        let place = folder();
        let file = place.path().join("backup.zip");
        let file = file.to_str().expect("a plain name").to_owned();
        // Off this thread, so that the writer goes on.
        let (data, from) = (workspace.data().to_owned(), workspace.database().map(str::to_owned));
        let taken = {
            let file = file.clone();
            tokio::task::spawn_blocking(move || run("backup", &["--to", &file], &data, from.as_deref()))
        };
        let taken = taken.await.expect("the command ends").succeeds();
        stop.store(true, Ordering::Relaxed);
        writing.await.expect("writing went well all the time");
        let after = *said.borrow();
        eprintln!("drill D22 backup under load: {before} messages before, {after} after; {}", taken.trim());
        workspace.does("verify", &["--backup", &file]).succeeds();
        workspace.does("verify", &[]).succeeds();

        for database in [None, Some(database())] {
            let data = folder();
            run("restore", &["--from", &file], data.path(), database.as_deref()).succeeds();
            let told = run("verify", &[], data.path(), database.as_deref()).succeeds();
            assert!(told.contains("documents replay") && !told.contains("WRONG"), "{told}");
            let again = run("restore", &["--from", &file], data.path(), database.as_deref()).fails();
            assert!(again.contains("there is data here already"), "{again}");
            let restored = Workspace::on(data, database);
            let talk = restored.visitor().get(&format!("{thread}?view=time&from=1")).await;
            talk.is(200);
            let last = format!("Viesti {} kirjattu", before - 1);
            assert!(restored.visitor().get(&format!("{thread}?view=time&from={before}")).await.has(&last), "{last}");
            // And life goes on: numbers go on after the highest.
            let newcomer = restored.member("Noora Nieminen").await;
            newcomer.joins("kuntademokratiaverkosto").await;
            newcomer.posts(&thread, "Jatkuu palautuksen jälkeen").await.shows("Jatkuu palautuksen jälkeen");
            restored.does("verify", &[]).succeeds();
        }
    })
    .await;
}

#[tokio::test]
async fn a_damaged_backup_is_told_and_leaves_the_place_empty() {
    let workspace = Workspace::example().await;
    let place = folder();
    let path = place.path().join("backup");
    let to = path.to_str().expect("a plain name");
    workspace.does("backup", &["--to", to]).succeeds();
    let again = workspace.does("backup", &["--to", to]).fails();
    assert!(again.contains("is there already"), "{again}");

    let table = path.join("tables/message.jsonl");
    let mut bytes = std::fs::read(&table).expect("messages are in it");
    let middle = bytes.iter().position(|byte| *byte == b'a').expect("somebody wrote an a");
    bytes[middle] = b'e';
    std::fs::write(&table, bytes).expect("it can be written");
    let told = workspace.does("verify", &["--backup", to]).fails();
    assert!(told.contains("tables/message.jsonl is damaged"), "{told}");
    let data = folder();
    let told = run("restore", &["--from", to], data.path(), None).fails();
    assert!(told.contains("message.jsonl"), "{told}");
    // The place is still empty, so that a whole backup can go there.
    std::fs::remove_dir_all(&path).expect("it is ours");
    workspace.does("backup", &["--to", to]).succeeds();
    run("restore", &["--from", to], data.path(), None).succeeds();

    std::fs::remove_file(path.join("manifest.json")).expect("it is there");
    let told = run("restore", &["--from", to], folder().path(), None).fails();
    assert!(told.contains("no whole backup"), "{told}");
    let told = run("backup", &["--to", "/tmp/never"], folder().path(), None).fails();
    assert!(told.contains("there is no database here"), "{told}");
}

#[tokio::test]
async fn verify_finds_each_fault_and_says_it_in_words() {
    let workspace = Workspace::on(folder(), Some(database()));
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, "Tarkastus", "Aloitus").await;
    let document = founder.writes_document(&space, "Tarkastettava", "Alku").await;
    let mut editor = founder.edits(&document).await;
    editor.updates(&paragraph(501, "Toinen kappale")).await;
    founder.edits(&document).await.shows("Toinen kappale").await;
    founder.posts(&thread, "Toinen viesti").await;
    workspace.does("verify", &[]).succeeds();
    let psql = |sql: &str| {
        let told = std::process::Command::new("psql")
            .args([workspace.database().expect("PostgreSQL"), "-v", "ON_ERROR_STOP=1", "-qc", sql])
            .output()
            .expect("psql runs");
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    };
    for (damage, mending, words) in [
        (
            "UPDATE space SET thread_count = thread_count + 1",
            "UPDATE space SET thread_count = thread_count - 1",
            "discussions of the space",
        ),
        (
            "UPDATE thread SET message_count = message_count + 2",
            "UPDATE thread SET message_count = message_count - 2",
            "messages of the thread",
        ),
        (
            "UPDATE journal SET kind = 'x' WHERE kind = 'thread-started'",
            "UPDATE journal SET kind = 'thread-started' WHERE kind = 'x'",
            "no entry tells of the thread",
        ),
        (
            "UPDATE document_burst SET bytes = set_byte(bytes, 3, get_byte(bytes, 3) # 255) WHERE first_seq = 2",
            "UPDATE document_burst SET bytes = set_byte(bytes, 3, get_byte(bytes, 3) # 255) WHERE first_seq = 2",
            "documents replay to what they say",
        ),
        (
            "INSERT INTO document_snapshot SELECT document_id, 2, bytes FROM document_burst WHERE first_seq = 1",
            "DELETE FROM document_snapshot",
            "its snapshot does not say",
        ),
        (
            "UPDATE message SET parent = 77 WHERE number = 2",
            "UPDATE message SET parent = NULL",
            "message 2 of the thread",
        ),
    ] {
        psql(damage);
        let told = workspace.does("verify", &[]).fails();
        assert!(told.contains(words), "`{words}` is not in: {told}");
        psql(mending);
    }
    workspace.does("verify", &[]).succeeds();
}

#[tokio::test]
async fn who_closed_their_account_after_the_backup_is_closed_after_the_restore() {
    on_both(async |workspace| {
        let (space, _) = workspace.network().await;
        let leaver = workspace.member("Kanaria Kuikkanen").await;
        leaver.joins(&space).await;
        let thread = leaver.starts_thread(&space, "Lähtijän aloitus", "Tämä teksti jää").await;
        let stays = workspace.member("Pekka Pysyvä").await;
        stays.joins(&space).await;
        let place = folder();
        let file = place.path().join("backup.zip");
        let file = file.to_str().expect("a plain name").to_owned();
        workspace.does("backup", &["--to", &file]).succeeds();
        let cookies = leaver.cookies().expect("signed in");
        let page = leaver.get("/fi/me").await;
        leaver.submit(page.form("form[action$='/me/close']").with("confirm_name", "Kanaria Kuikkanen")).await;
        let list = workspace.data().join("closed-accounts");
        let told = std::fs::read_to_string(&list).expect("the list is beside the database");
        assert!(told.lines().count() == 1 && !told.to_lowercase().contains("kuikkanen"), "{told}");
        let list = list.to_str().expect("a plain name").to_owned();

        // A list that is not there is noticed before anything is written, and a line that nobody can read harms no other.
        let data = folder();
        run("restore", &["--from", &file, "--closed", "/nowhere"], data.path(), None).fails();
        run("restore", &["--from", &file], data.path(), None).succeeds();
        std::fs::write(data.path().join("closed-accounts"), "xx 1\nrevitty").expect("a torn list");
        let told = run("close-again", &["--closed", &list], data.path(), None).succeeds();
        assert!(told.contains("1 accounts closed again"), "{told}");
        let told = run("close-again", &[], data.path(), None).succeeds();
        assert!(told.contains("0 accounts closed again, of 1"), "{told}");

        for database in [None, Some(database())] {
            let data = folder();
            let told =
                run("restore", &["--from", &file, "--closed", &list], data.path(), database.as_deref()).succeeds();
            assert!(told.contains("1 accounts closed again"), "{told}");
            run("verify", &[], data.path(), database.as_deref()).succeeds();
            assert!(data.path().join("closed-accounts").exists(), "the next restore would miss the list");
            let restored = Workspace::on(data, database);
            restored.visitor().get(&thread).await.shows("Tämä teksti jää").hides("Kuikkanen");
            let (gone, there) = (restored.visitor().with_cookies(&cookies), restored.visitor());
            assert_eq!(gone.peek("/fi/me").await.status, 303, "somebody who left is signed in");
            there.with_cookies(&stays.cookies().expect("signed in")).get("/fi/me").await.shows("Pekka Pysyvä");
            for canary in ["Kuikkanen", "kanaria.kuikkanen@example.fi"] {
                let sql =
                    format!("SELECT COUNT(*) FROM person WHERE name LIKE '%{canary}%' OR email LIKE '%{canary}%'");
                assert_eq!(restored.tampers(&sql).expect("it answers").lines().last(), Some("0"), "{canary}");
            }
        }
        eprintln!("drill erasure: closed after the backup, closed again after the restore, 0 canaries");
    })
    .await;
}
