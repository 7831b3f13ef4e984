//! Faults from outside, and what people see of them. Each drill prints one line with its figures.

use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::fault::{Fault, limit, memory, processor_seconds};
use crate::harness::{Live, Sync, Teller, Workspace, database, folder, paragraph, program, run, soak};

/// The longest of some readings of a page, while something is wrong.
async fn slowest(teller: &Teller, path: &str, times: usize) -> Duration {
    let mut slowest = Duration::ZERO;
    for _ in 0..times {
        let asked = Instant::now();
        teller.get(path).await.is(200);
        slowest = slowest.max(asked.elapsed());
    }
    slowest
}

async fn post(teller: &Teller, thread: &str, words: &str) -> Option<u16> {
    teller.tries(&format!("{thread}/messages"), &[("body", words), ("act", "post"), ("language", "fi")]).await
}

#[tokio::test]
async fn killed_while_twenty_people_write_nothing_acknowledged_is_lost() {
    if !Fault::is_allowed() {
        return;
    }
    const PEOPLE: usize = 20;
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, "Kaksikymmentä", "Aloitus").await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let mut slowest = Duration::ZERO;
    let rounds = soak();
    for round in 0..rounds {
        let enough = told.lock().expect("no panics").len() + PEOPLE;
        let writers: Vec<_> = (0..PEOPLE)
            .map(|person| {
                let (founder, thread, told) = (founder.clone(), thread.clone(), told.clone());
                tokio::spawn(async move {
                    for n in 0.. {
                        let words = format!("Kierros {round} kirjoittaja {person} viesti {n} loppu");
                        match post(&founder, &thread, &words).await {
                            Some(303) => told.lock().expect("no panics").push(words),
                            Some(429) => {}
                            _ => return,
                        }
                    }
                })
            })
            .collect();
        while told.lock().expect("no panics").len() < enough {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let down = Instant::now();
        workspace.crashes_and_returns();
        workspace.visitor().get("/readyz").await.is(200);
        slowest = slowest.max(down.elapsed());
        for writer in writers {
            writer.abort();
        }
    }
    let there = stored(&workspace, &space).await;
    let told = told.lock().expect("no panics");
    let lost = told.iter().filter(|words| there.matches(words.as_str()).count() == 0).count();
    let doubled = told.iter().filter(|words| there.matches(words.as_str()).count() > 1).count();
    workspace.does("verify", &[]).succeeds();
    eprintln!(
        "drill D1 kill -9: {rounds} rounds, {} acknowledged, {lost} lost, {doubled} doubled, ready in {slowest:?}",
        told.len()
    );
    assert_eq!((lost, doubled), (0, 0));
}

/// All messages of the site, as an export has them.
async fn stored(workspace: &Workspace, _space: &str) -> String {
    let place = folder();
    let to = place.path().join("site");
    workspace.does("export", &["--to", to.to_str().expect("a plain name")]).succeeds();
    std::fs::read_to_string(to.join("site.jsonl")).expect("an export has it")
}

const ROWS: &str = r#"{"kind":"person","id":"p1","name":"Helmi Saarela","sector":"municipality","at":"2026-08-10T05:30:00Z"}
{"kind":"space","id":"s1","type":"network","slug":"verkosto","title":"Verkosto","body":"Tarkoitus","author":"p1","at":"2026-08-10T05:30:00Z"}
{"kind":"document","id":"d1","space":"s1","title":"Opas","body":"Otsikko","author":"p1","at":"2026-08-10T05:30:00Z"}
{"kind":"thread","id":"t1","space":"s1","title":"Kysymys","body":"Aloitus","author":"p1","at":"2026-09-01T10:00:00Z"}
{"kind":"message","id":"m1","thread":"t1","body":"Vastaus","author":"p1","language":"fi","at":"2026-09-01T11:00:00Z"}
"#;

fn content(told: &str) -> &str {
    told.rsplit("content ").next().unwrap_or_default().trim()
}

#[test]
fn killed_at_each_write_the_next_start_finds_a_whole_state() {
    let whole = folder();
    let rows = whole.path().join("rows.jsonl");
    std::fs::write(&rows, ROWS).expect("a temporary folder can be written");
    let rows = rows.to_str().expect("a plain name");
    run("import", &[rows], whole.path(), None).succeeds();
    // As exported, because a document that is made from its text gets other marks each time.
    let site = whole.path().join("site");
    run("export", &["--to", site.to_str().expect("a plain name")], whole.path(), None).succeeds();
    let rows = site.join("site.jsonl");
    let rows = rows.to_str().expect("a plain name");
    let told = run("verify", &["--hash"], whole.path(), None).succeeds();
    let (mut crashes, mut points) = (0, 0);
    // The first writes are those of the migrations, the later ones those of the import.
    let step = (12 / soak()).max(1);
    for call in ["pwrite64", "fdatasync", "fsync", "unlink"] {
        for n in (1..400).step_by(step) {
            let data = folder();
            let ended = Command::new("strace")
                .args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("inject={call}:signal=KILL:when={n}")])
                .arg(program().get_program())
                .args(["import", rows, "--data"])
                .arg(data.path())
                .output()
                .expect("strace is missing: run `scripts/setup test`");
            points += 1;
            let survived = ended.status.success();
            crashes += usize::from(!survived);
            run("import", &[rows], data.path(), None).succeeds();
            let again = run("verify", &["--hash"], data.path(), None).succeeds();
            assert_eq!(content(&again), content(&told), "{call} {n}");
            if survived {
                break;
            }
        }
    }
    eprintln!("drill D2 and D24 crash at a write: {points} points, {crashes} crashes, 0 bad states");
    assert!(crashes > 0, "nothing crashed");
}

#[tokio::test]
async fn a_full_disk_refuses_writing_in_words_and_heals() {
    if !Fault::is_allowed() {
        return;
    }
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, "Täysi levy", "Aloitus").await;
    founder.posts(&thread, "Ennen täyttymistä").await.shows("Ennen täyttymistä");
    let full = Fault::inject(workspace.pid(), "pwrite64:error=ENOSPC");
    let refused = founder
        .forge(
            &format!("{thread}/messages"),
            &[("Origin", founder.base.as_str()), ("Sec-Fetch-Site", "same-origin")],
            &[("body", "Ei mahdu"), ("act", "post")],
        )
        .await;
    refused.is(507);
    assert!(refused.has("Levy on täynnä") && refused.has("Ota tekstisi talteen"), "{}", refused.text());
    let measured = workspace.visitor().get("/metrics").await.body;
    assert!(measured.contains("aukio_disk_full_total 1"), "a full disk is not measured");
    let read = slowest(&workspace.visitor(), &thread, 10).await;
    workspace.visitor().get(&thread).await.shows("Ennen täyttymistä").hides("Ei mahdu");
    drop(full);
    let freed = Instant::now();
    loop {
        match post(&founder, &thread, "Taas mahtuu").await {
            Some(303) => break,
            other => assert!(freed.elapsed() < Duration::from_secs(10), "writing does not come back: {other:?}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let healed = freed.elapsed();
    workspace.visitor().get(&thread).await.shows("Taas mahtuu").hides("Ei mahdu");
    workspace.does("verify", &[]).succeeds();
    eprintln!("drill D3 disk full: refused with {}, reads at most {read:?}, healed in {healed:?}", refused.status);
}

#[tokio::test]
async fn a_slow_disk_makes_writing_slow_and_reading_not() {
    if !Fault::is_allowed() {
        return;
    }
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, "Hidas levy", "Aloitus").await;
    let visitor = workspace.visitor();
    visitor.get(&thread).await.is(200);
    let slow = Fault::inject(workspace.pid(), "fdatasync,fsync:delay_exit=200000");
    let asked = Instant::now();
    let writing = {
        let (founder, thread) = (founder.clone(), thread.clone());
        tokio::spawn(async move { post(&founder, &thread, "Hitaasti mutta varmasti").await })
    };
    let read = slowest(&visitor, "/fi/spaces", 20).await;
    assert_eq!(writing.await.expect("it ends"), Some(303));
    let wrote = asked.elapsed();
    drop(slow);
    visitor.get(&thread).await.shows("Hitaasti mutta varmasti");
    eprintln!("drill D4 slow disk: a write took {wrote:?}, a reading at most {read:?}");
    assert!(wrote >= Duration::from_millis(200), "the delay did not reach the write");
}

#[tokio::test]
async fn a_disk_that_fails_to_flush_loses_nothing_that_was_acknowledged() {
    if !Fault::is_allowed() {
        return;
    }
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, "Rikki", "Aloitus").await;
    founder.posts(&thread, "Ennen vikaa").await;
    let broken = Fault::inject(workspace.pid(), "fdatasync,fsync:error=EIO");
    let answer = post(&founder, &thread, "Vian aikana").await;
    let acknowledged = answer == Some(303);
    workspace.visitor().get(&thread).await.shows("Ennen vikaa");
    drop(broken);
    workspace.crashes_and_returns();
    let page = workspace.visitor().get(&thread).await;
    page.shows("Ennen vikaa");
    assert!(!acknowledged, "a write was acknowledged that the disk did not take");
    assert_eq!(post(&founder, &thread, "Vian jälkeen").await, Some(303));
    workspace.does("verify", &[]).succeeds();
    eprintln!("drill D5 EIO on flush: the write was refused with {answer:?}; all that was acknowledged is there");
}

#[tokio::test]
async fn a_locked_table_delays_writers_and_recovers() {
    let workspace = Workspace::on(folder(), Some(database()));
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, "Lukossa", "Aloitus").await;
    let mut lock = Command::new("psql")
        .args([workspace.database().expect("PostgreSQL"), "-qAt"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("psql runs");
    let mut tell = lock.stdin.take().expect("piped");
    std::io::Write::write_all(&mut tell, b"BEGIN; LOCK TABLE message IN EXCLUSIVE MODE; SELECT 'locked';\n")
        .expect("told");
    let mut said = [0; 6];
    std::io::Read::read_exact(lock.stdout.as_mut().expect("piped"), &mut said).expect("it is locked");
    let waiting: Vec<_> = (0..20)
        .map(|n| {
            let (founder, thread) = (founder.clone(), thread.clone());
            tokio::spawn(async move { post(&founder, &thread, &format!("Odottanut {n}.")).await })
        })
        .collect();
    let read = slowest(&workspace.visitor(), &thread, 5).await;
    drop(tell);
    lock.wait().expect("psql ends");
    let freed = Instant::now();
    let mut posted = 0;
    for waiting in waiting {
        posted += usize::from(waiting.await.expect("it ends") == Some(303));
    }
    let recovered = freed.elapsed();
    let page = workspace.visitor().get(&format!("{thread}?view=time")).await;
    let there = page.texts(".message__body").iter().filter(|text| text.starts_with("Odottanut")).count();
    eprintln!("drill D6 locked: {posted} of 20 posted after the lock in {recovered:?}, reads at most {read:?}");
    assert!(there >= posted.min(15), "{there} of {posted}");
    workspace.does("verify", &[]).succeeds();
}

#[tokio::test]
async fn a_cut_or_damaged_log_of_the_database_opens_at_a_whole_commit() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, "Katkennut", "Aloitus").await;
    for n in 0..5 {
        founder.posts(&thread, &format!("Viesti {n}.")).await;
    }
    let (mut whole, mut refused, mut tried) = (0, 0, 0);
    workspace.without(|| {
        let files = ["aukio.db", "aukio.db-wal"];
        let wal = std::fs::read(workspace.data().join(files[1])).expect("a killed service leaves its log");
        let step = (wal.len() / (6 * soak())).max(4096) / 4096 * 4096;
        let cuts = (0..wal.len()).step_by(step).map(|cut| wal[..cut].to_vec());
        let flips = (4096..wal.len()).step_by(step).map(|place| {
            let mut bytes = wal.clone();
            bytes[place] ^= 0xff;
            bytes
        });
        for bytes in cuts.chain(flips) {
            let data = folder();
            std::fs::copy(workspace.data().join(files[0]), data.path().join(files[0])).expect("it can be copied");
            std::fs::write(data.path().join(files[1]), bytes).expect("it can be written");
            tried += 1;
            let told = run("verify", &[], data.path(), None);
            match told.well {
                true => whole += 1,
                // Cut before the migrations: nothing is there, and that is said.
                false if told.text.contains("version 0") || told.text.contains("no database") => refused += 1,
                false if told.text.contains("are of version") => refused += 1,
                false => panic!("{}", told.text),
            }
        }
    });
    eprintln!("drill D11 damaged log: {tried} ways, {whole} at a whole commit, {refused} refused in words, 0 mixed");
    assert!(whole > 0);
}

#[tokio::test]
async fn a_damaged_update_leaves_its_document_readable_and_the_others_alone() {
    let workspace = Workspace::on(folder(), Some(database()));
    let (space, founder) = workspace.network().await;
    let (bad, good) = (
        founder.writes_document(&space, "Vaurioituva", "Alku").await,
        founder.writes_document(&space, "Ehjä", "Ehjä alku").await,
    );
    for (client, words) in [(61, "Ennen vauriota"), (62, "Vaurioitunut kappale"), (63, "Vaurion jälkeen")] {
        Sync::write(&founder, &bad).await.saves(&paragraph(client, words)).await.expect("it is taken");
        // Each update is on its way to its place, which the damage is to strike; it is alone there.
        while !is_settled(&workspace) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    let flip = |place: usize| {
        let sql = format!(
            "UPDATE document_burst SET bytes = set_byte(bytes, {place}, get_byte(bytes, {place}) # 255) WHERE first_seq = 3 AND
             document_id = (SELECT id FROM document WHERE title = 'Vaurioituva')"
        );
        let told = Command::new("psql").args([workspace.database().expect("PostgreSQL"), "-qc", &sql]).status();
        assert!(told.is_ok_and(|told| told.success()));
    };
    let visitor = workspace.visitor();
    let bytes = paragraph(62, "Vaurioitunut kappale").len();
    let step = if soak() > 1 { 1 } else { bytes / 4 };
    let mut tried = 0;
    for place in (0..bytes).step_by(step) {
        tried += 1;
        workspace.without(|| flip(place));
        let page = visitor.get(&bad).await;
        page.is(200).shows("Ennen vauriota").hides("Vaurioitunut kappale").hides("Vaurion jälkeen");
        page.shows("se voi palauttaa asiakirjan varmuuskopiosta");
        visitor.get(&bad.replace("/fi/", "/sv/")).await.shows("återställa dokumentet från en säkerhetskopia");
        visitor.get(&bad.replace("/fi/", "/en/")).await.shows("restore it from a backup");
        // Where somebody would write, they are told at once, and nothing is taken from them.
        founder.get(&format!("{bad}/edit")).await.is(200).shows("se voi palauttaa asiakirjan varmuuskopiosta");
        let mut editor = Sync::write(&founder, &bad).await;
        editor.hears("damaged").await;
        assert!(editor.has("Ennen vauriota") && !editor.has("Vaurioitunut kappale"), "{}", editor.heard());
        assert_eq!(editor.saves(&paragraph(64 + place as u64, "Vaurion päälle")).await, Err(0));
        let form = founder.get(&format!("{bad}/plain")).await.form("form#text").with("part", "Lomakkeella kirjoitettu");
        let refused = founder.submit(form).await;
        refused.is(422);
        assert!(refused.has("eikä sitä voi muuttaa") && refused.has("Lomakkeella kirjoitettu"), "{}", refused.text());
        // The others do not notice.
        let words = format!("Vauriosta {place} huolimatta");
        let written = Sync::write(&founder, &good).await.saves(&paragraph(171 + place as u64, &words)).await;
        assert_eq!(written, Ok(()));
        founder.edits(&good).await.shows(&format!("Vauriosta {place} huolimatta")).await;
        visitor.get(&good).await.is(200).shows("Ehjä alku").hides("varmuuskopiosta");
        let told = workspace.does("verify", &[]).fails();
        assert!(told.contains("its update 3 is damaged") && told.contains("1 faults were found"), "{told}");
        flip(place);
    }
    // Mended, it is whole again: nothing was written over what came after.
    workspace.without(|| ());
    visitor.get(&bad).await.shows("Vaurion jälkeen").shows("Vaurioitunut kappale").hides("varmuuskopiosta");
    Sync::write(&founder, &bad).await.saves(&paragraph(999, "Taas kirjoitetaan")).await.expect("it is taken");
    workspace.does("verify", &[]).succeeds();
    eprintln!(
        "drill D13 damaged document: {tried} places of an update, each read-only before it, others write, 0 lost"
    );
}

#[tokio::test]
async fn a_damaged_snapshot_costs_nothing() {
    let workspace = Workspace::on(folder(), Some(database()));
    let (space, founder) = workspace.network().await;
    let document = founder.writes_document(&space, "Tiivistetty", "Alku").await;
    let mut editor = Sync::write(&founder, &document).await;
    for n in 0..520 {
        editor.saves(&paragraph(1000 + n, &format!("Kappale {n} loppu"))).await.expect("it is taken");
    }
    drop(editor);
    let ask = |sql: &str| {
        let told = Command::new("psql").args([workspace.database().expect("PostgreSQL"), "-qAtc", sql]).output();
        String::from_utf8(told.expect("psql runs").stdout).expect("text").trim().to_owned()
    };
    // The next opening makes the snapshot.
    workspace.crashes_and_returns();
    let began = Instant::now();
    while ask("SELECT COUNT(*) FROM document_snapshot") != "1" {
        workspace.visitor().get(&document).await.shows("Kappale 519 loppu");
        assert!(began.elapsed() < Duration::from_secs(20), "no snapshot is made");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    workspace.without(|| {
        ask("UPDATE document_snapshot SET bytes = set_byte(bytes, 40, get_byte(bytes, 40) # 255)");
    });
    let damaged = ask("SELECT encode(bytes, 'hex') FROM document_snapshot");
    // What does not go through a room first, because that one mends it.
    workspace.visitor().get(&format!("{document}/versions/521")).await.is(200).shows("Kappale 519 loppu");
    let page = workspace.visitor().get(&document).await;
    page.is(200).shows("Kappale 519 loppu").shows("Kappale 0 loppu").hides("varmuuskopiosta");
    let written = Sync::write(&founder, &document).await.saves(&paragraph(7, "Jatkuu")).await;
    assert_eq!(written, Ok(()));
    let began = Instant::now();
    while ask("SELECT encode(bytes, 'hex') FROM document_snapshot") == damaged {
        assert!(began.elapsed() < Duration::from_secs(20), "the damaged snapshot stays");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    eprintln!("drill D13 damaged snapshot: the document opens from its log, 521 updates, and is written in");
}

#[tokio::test]
async fn a_thousand_idle_readers_cost_little() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, "Hiljainen yleisö", "Aloitus").await;
    let count = (200 * soak()).min(1000);
    let page = workspace.visitor().get(&thread).await;
    let mut readers = Vec::new();
    // What the first ones bring along, caches and threads, is not theirs.
    for _ in 0..100 {
        readers.push(Live::follow(&workspace.visitor(), &page).await);
    }
    let before = memory(workspace.pid());
    for _ in 0..count {
        readers.push(Live::follow(&workspace.visitor(), &page).await);
    }
    let each = memory(workspace.pid()).saturating_sub(before) / count as u64;
    let asked = Instant::now();
    founder.posts(&thread, "Kaikille").await;
    for reader in &mut readers {
        reader.shows("Kaikille").await;
    }
    let reached = asked.elapsed();
    eprintln!("drill D15 idle sockets: {count}, {each} bytes each, a message reached all in {reached:?}");
    assert!(each <= 64 * 1024, "{each} bytes a socket");
}

#[tokio::test]
async fn half_requests_are_closed_and_hold_nobody_up() {
    let workspace = Workspace::open().await;
    workspace.network().await;
    let place = workspace.address.trim_start_matches("http://").to_owned();
    let mut halves = Vec::new();
    for _ in 0..(200 * soak()).min(2000) {
        let mut socket = tokio::net::TcpStream::connect(&place).await.expect("the service accepts");
        socket.write_all(b"GET /fi/ HTTP/1.1\r\nHost: a\r\nX-Slow: ").await.expect("it listens");
        halves.push(socket);
    }
    let read = slowest(&workspace.visitor(), "/fi/", 20).await;
    let began = Instant::now();
    let count = halves.len();
    for mut socket in halves {
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(15), socket.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "a half request is held for longer than 15 s");
    }
    eprintln!("drill D17 slowloris: {count} half requests closed in {:?}, pages at most {read:?}", began.elapsed());
}

#[tokio::test]
async fn without_free_files_the_service_waits_and_recovers() {
    let workspace = Workspace::open().await;
    workspace.network().await;
    workspace.visitor().get("/fi/").await.is(200);
    limit(workspace.pid(), "--nofile=96");
    let place = workspace.address.trim_start_matches("http://").to_owned();
    let mut sockets = Vec::new();
    for _ in 0..200 {
        sockets.push(tokio::net::TcpStream::connect(&place).await.expect("the kernel queues it"));
    }
    let (before, began) = (processor_seconds(workspace.pid()), Instant::now());
    tokio::time::sleep(Duration::from_secs(1)).await;
    let share = (processor_seconds(workspace.pid()) - before) / began.elapsed().as_secs_f64();
    drop(sockets);
    let freed = Instant::now();
    workspace.visitor().get("/fi/").await.is(200);
    eprintln!("drill D21 no free files: {:.0} % of a core, answers {:?} after", share * 100.0, freed.elapsed());
    assert!(share <= 0.2, "it spins: {share}");
}

#[tokio::test]
async fn poisonous_texts_are_shown_safely_and_found() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let zero = "Nolla\u{200b}leveys ja \u{202e}käännetty\u{202c} loppu";
    let thread = founder.starts_thread(&space, "Ty\u{00f6}kokous", zero).await;
    founder.posts(&thread, "Pa\u{0308}a\u{0308}to\u{0308}s hajotettuna").await;
    founder.posts(&thread, &format!("Sieluja {}", "e\u{301}\u{302}\u{303}".repeat(300))).await.is(200);
    let visitor = workspace.visitor();
    visitor.get(&thread).await.is(200).shows("loppu");
    let huge = "a".repeat(1_000_000);
    let refused = post(&founder, &thread, &huge).await;
    assert!(matches!(refused, Some(413 | 422)), "{refused:?}");
    let began = Instant::now();
    let mut found = 0;
    for question in ["p%C3%A4%C3%A4t%C3%B6s", "pa%CC%88a%CC%88to%CC%88s"] {
        while !visitor.get(&format!("/fi/search?q={question}")).await.has("Työkokous") {
            assert!(began.elapsed() < Duration::from_secs(10), "{question} is not found");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        found += 1;
    }
    visitor.get("/readyz").await.is(200);
    eprintln!("drill D27 poison: a line of 1 MB refused with {refused:?}, {found} of 2 spellings found");
}

#[tokio::test]
async fn administrators_are_told_before_the_disk_is_full() {
    // Any disk has less than all of it free, and none has less than nothing.
    for (percent, told) in [("101", true), ("0", false)] {
        let workspace = Workspace::told(&[("AUKIO_DISK_WARNING_PERCENT", percent.to_owned())]).await;
        let (space, founder) = workspace.network().await;
        let member = workspace.member("Noora Nieminen").await;
        member.joins(&space).await;
        for (prefix, words) in [("fi", "Vapauta tilaa"), ("sv", "Frigör utrymme"), ("en", "Make room before")] {
            assert_eq!(founder.get(&format!("/{prefix}/spaces")).await.has(words), told, "{percent} {prefix}");
        }
        for other in [&member, &workspace.visitor()] {
            other.get("/fi/spaces").await.hides("Vapauta tilaa");
        }
        let measured = workspace.visitor().get("/metrics").await.body;
        assert!(measured.contains("aukio_disk_free_bytes ") && measured.contains("aukio_disk_free_percent "));
        assert_eq!(workspace.log().contains("little room is left on the disk"), told);
    }
    eprintln!("drill D3 warning: administrators, metrics and log tell of little room, nobody else");
}

/// Whether every update stands in its document's log.
fn is_settled(workspace: &Workspace) -> bool {
    let database = workspace.database().expect("PostgreSQL");
    let said = Command::new("psql").args([database, "-qtAc", "SELECT COUNT(*) FROM document_tail"]).output();
    said.expect("psql answers").stdout.trim_ascii() == b"0"
}
