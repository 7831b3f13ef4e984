//! Many at once while something goes wrong: readers who stop reading, everybody coming back together, a stop and a
//! crash in the middle of writing, more documents than there is memory for. Each drill prints one line of figures.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::harness::fault::memory;
use crate::harness::{Sync, Teller, Workspace, paragraph, soak};

/// A number below `most` that nobody can foretell.
fn chance(most: u64) -> u64 {
    RandomState::new().build_hasher().finish() % most
}

/// A client's id that no other has.
fn client() -> u64 {
    static NEXT: AtomicUsize = AtomicUsize::new(1000);
    NEXT.fetch_add(1, Ordering::Relaxed) as u64
}

fn p99(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[(times.len() * 99 / 100).min(times.len() - 1)]
}

/// A build for finding faults is several times slower than what runs.
fn at_most(bar: Duration) -> Duration {
    if cfg!(debug_assertions) { bar * 10 } else { bar }
}

/// Sockets that the service has open, as it measures.
async fn sockets(workspace: &Workspace) -> usize {
    let metrics = workspace.visitor().get("/metrics").await.body;
    let line = metrics.lines().find_map(|line| line.strip_prefix("aukio_live_sockets "));
    line.and_then(|count| count.parse::<f64>().ok()).map_or(0, |count| count as usize)
}

/// The sentences of a drill in a text: «Kierros 1 kirjoittaja 2 sana 3 loppu».
fn sentences(text: &str) -> HashSet<String> {
    let rests = text.match_indices("Kierros ").map(|(at, _)| &text[at..]);
    rests.filter_map(|rest| rest.find(" loppu").map(|end| rest[..end + " loppu".len()].to_owned())).collect()
}

/// Between two paragraphs of one person, several times as fast as anybody types: what is tried is a crowd at work. The
/// speed of the log alone is for the benchmarks.
const PAUSE: Duration = Duration::from_millis(20);

/// Writes paragraphs into the document until the connection ends; keeps those that were called saved. The code of the
/// end.
async fn types(teller: Teller, document: String, round: usize, person: usize, told: Arc<Mutex<Vec<String>>>) -> u16 {
    let mut editor = Sync::write(&teller, &document).await;
    for n in 0.. {
        let words = format!("Kierros {round} kirjoittaja {person} sana {n} loppu");
        match editor.saves(&paragraph(client(), &words)).await {
            Ok(()) => told.lock().expect("no panics").push(words),
            Err(code) => return code,
        }
        tokio::time::sleep(PAUSE).await;
    }
    unreachable!("it goes on until the connection ends")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_twenty_people_type_nothing_saved_or_seen_is_lost() {
    const PEOPLE: usize = 20;
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let (mut acknowledged, mut seen_by_others, mut lost, mut doubled) = (0, 0, 0, 0);
    let mut slowest = Duration::ZERO;
    let rounds = if soak() > 1 { soak() } else { 3 };
    for round in 0..rounds {
        let document = founder.writes_document(&space, &format!("Kierros {round}"), "Alku").await;
        let told = Arc::new(Mutex::new(Vec::new()));
        let mut reader = Sync::open(&workspace.visitor(), &document).await;
        let reading = tokio::spawn(async move {
            reader.ends().await;
            reader.heard()
        });
        let typists: Vec<_> = (0..PEOPLE)
            .map(|person| tokio::spawn(types(founder.clone(), document.clone(), round, person, told.clone())))
            .collect();
        while told.lock().expect("no panics").len() < PEOPLE {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::sleep(Duration::from_millis(chance(200))).await;
        let down = Instant::now();
        workspace.crashes_and_returns();
        workspace.visitor().get("/readyz").await.is(200);
        slowest = slowest.max(down.elapsed());
        for typist in typists {
            typist.await.expect("the connection ends");
        }
        let seen = sentences(&reading.await.expect("the connection ends"));
        let told = told.lock().expect("no panics").clone();
        let mut again = Sync::open(&founder, &document).await;
        again.shows("Alku").await;
        let there = again.heard();
        let times = |words: &str| there.matches(words).count();
        let must: HashSet<&String> = told.iter().chain(&seen).collect();
        acknowledged += told.len();
        seen_by_others += seen.len();
        lost += must.iter().filter(|words| times(words) == 0).count();
        doubled += must.iter().filter(|words| times(words) > 1).count();
        assert!(!seen.is_empty(), "nobody saw anything");
    }
    workspace.does("verify", &[]).succeeds();
    eprintln!(
        "drill D1 kill -9 in typing: {rounds} rounds, {acknowledged} acknowledged, {seen_by_others} seen by another, \
         {lost} lost, {doubled} doubled, ready in {slowest:?}"
    );
    assert_eq!((lost, doubled), (0, 0));
    assert!(slowest <= at_most(Duration::from_secs(3)), "ready only after {slowest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_to_stop_in_the_middle_of_typing_all_that_was_saved_is_there() {
    const PEOPLE: usize = 20;
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let document = founder.writes_document(&space, "Pysähdys kesken", "Alku").await;
    let thread = founder.starts_thread(&space, "Pysähdys kesken", "Alku").await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let posted = Arc::new(Mutex::new(Vec::new()));
    let mut readers = Vec::new();
    for _ in 0..50 {
        let mut reader = Sync::open(&workspace.visitor(), &document).await;
        readers.push(tokio::spawn(async move { reader.ends().await }));
    }
    let typists: Vec<_> = (0..PEOPLE)
        .map(|person| tokio::spawn(types(founder.clone(), document.clone(), 0, person, told.clone())))
        .collect();
    let writers: Vec<_> = (0..5)
        .map(|person| {
            let (founder, thread, posted) = (founder.clone(), thread.clone(), posted.clone());
            tokio::spawn(async move {
                for n in 0.. {
                    let words = format!("Kierros 0 lähettäjä {person} viesti {n} loppu");
                    let fields = [("body", words.as_str()), ("act", "post"), ("language", "fi")];
                    match founder.tries(&format!("{thread}/messages"), &fields).await {
                        Some(303) => posted.lock().expect("no panics").push(words),
                        Some(429 | 503) => {}
                        _ => return,
                    }
                    tokio::time::sleep(PAUSE).await;
                }
            })
        })
        .collect();
    // Not for long: a document of many thousand paragraphs would measure something else.
    while told.lock().expect("no panics").len() < 5 * PEOPLE || posted.lock().expect("no panics").len() < 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let took = workspace.restarts();
    let (mut codes, mut typing) = (Vec::new(), Vec::new());
    for reader in readers {
        codes.push(reader.await.expect("the connection ends"));
    }
    for typist in typists {
        // Whoever is just sending may find the connection gone before they read why.
        typing.push(typist.await.expect("the connection ends"));
    }
    for writer in writers {
        writer.abort();
    }
    let told = told.lock().expect("no panics").clone();
    let posted = posted.lock().expect("no panics").clone();
    let mut again = Sync::open(&founder, &document).await;
    again.shows("Alku").await;
    let place = crate::harness::folder();
    let to = place.path().join("site");
    workspace.does("export", &["--to", to.to_str().expect("a plain name")]).succeeds();
    let there = again.heard() + &std::fs::read_to_string(to.join("site.jsonl")).expect("an export has it");
    let lost = told.iter().chain(&posted).filter(|words| !there.contains(words.as_str())).count();
    let restart = codes.iter().filter(|code| **code == 1012).count();
    eprintln!(
        "drill D25 SIGTERM in load: {} keystrokes and {} posts acknowledged, {lost} lost, {restart} of {} sockets told \
         1012, stopped in {took:?}",
        told.len(),
        posted.len(),
        codes.len()
    );
    assert_eq!((lost, restart), (0, codes.len()), "{codes:?}");
    assert!(typing.iter().all(|code| [1012, 1006].contains(code)), "{typing:?}");
    assert!(took <= Duration::from_secs(10));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_who_stop_reading_are_let_go_and_hold_nobody_up() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let document = founder.writes_document(&space, "Hitaat lukijat", "Alku").await;
    let count = (60 * soak()).min(500);
    let before = memory(workspace.pid());
    let mut slow = Vec::new();
    for n in 0..count {
        // As visitors come, each from a place of their own; a room takes 500, so a few are left for the others.
        if n < 480 {
            slow.push(Sync::open(&workspace.visitor(), &document).await);
        }
    }
    let mut reader = Sync::open(&workspace.visitor(), &document).await;
    reader.shows("Alku").await;
    let mut editor = Sync::write(&founder, &document).await;
    let open = sockets(&workspace).await;
    assert!(open > slow.len(), "{open} sockets are open");
    // They take nothing more: what is sent to them waits in the kernel, then in the room's queue, and then they go.
    let began = Instant::now();
    let (mut delivered, mut pages, mut written) = (Vec::new(), Vec::new(), 0_usize);
    let visitor = workspace.visitor();
    while sockets(&workspace).await > 2 {
        assert!(began.elapsed() < Duration::from_secs(120), "{} are still held", sockets(&workspace).await);
        let words = format!("Pitkä kappale {written} {}", "sana ".repeat(16_000));
        let asked = Instant::now();
        // A document has a bound; after that there is only waiting.
        if written < 90 {
            reader.forgets();
            editor.saves(&paragraph(client(), &words)).await.expect("it is taken");
            reader.shows(&format!("Pitkä kappale {written} ")).await;
            delivered.push(asked.elapsed());
            written += 1;
        } else {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let asked = Instant::now();
        visitor.get("/fi/spaces").await.is(200);
        pages.push(asked.elapsed());
    }
    let gone = began.elapsed();
    let grown = memory(workspace.pid()).saturating_sub(before);
    let (delivered, pages) = (p99(delivered), p99(pages));
    eprintln!(
        "drill D16 slow readers: {} stopped reading, all let go after {gone:?} and {} KiB written; for the others an \
         edit arrived in p99 {delivered:?}, a page in p99 {pages:?}, {} MiB more memory",
        slow.len(),
        written * 80,
        grown >> 20
    );
    assert!(delivered <= at_most(Duration::from_millis(100)) && pages <= at_most(Duration::from_millis(100)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_everybody_is_back_and_nobody_signs_in_anew() {
    const DOCUMENTS: usize = 20;
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let mut documents = Vec::new();
    for n in 0..DOCUMENTS {
        documents.push(founder.writes_document(&space, &format!("Paluu {n}"), &format!("Paluuteksti {n}")).await);
    }
    let count = (300 * soak()).min(5000);
    let (here, back) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let clients: Vec<_> = (0..count)
        .map(|n| {
            // Some are members: coming back must cost no password. One address has a bound of its own.
            let teller = if n % 3 == 0 && n < 450 { founder.clone() } else { workspace.visitor() };
            let (document, text) = (documents[n % DOCUMENTS].clone(), format!("Paluuteksti {}", n % DOCUMENTS));
            let (here, back) = (here.clone(), back.clone());
            tokio::spawn(async move {
                let mut socket = Sync::open(&teller, &document).await;
                socket.shows(&text).await;
                here.fetch_add(1, Ordering::Relaxed);
                socket.ends().await;
                // As the page's script does: full jitter, longer with each try.
                for attempt in 0.. {
                    let most = 500_u64.saturating_mul(1 << attempt.min(6)).min(30_000);
                    tokio::time::sleep(Duration::from_millis(500 + chance(most))).await;
                    if let Some(mut socket) = Sync::tries(&teller, &document).await {
                        socket.shows(&text).await;
                        back.fetch_add(1, Ordering::Relaxed);
                        socket.ends().await;
                        return;
                    }
                }
            })
        })
        .collect();
    while here.load(Ordering::Relaxed) < count {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let stopping = workspace.restarts();
    let began = Instant::now();
    let (mut pages, mut bad) = (Vec::new(), 0);
    let visitor = workspace.visitor();
    while back.load(Ordering::Relaxed) < count {
        assert!(began.elapsed() < Duration::from_secs(45), "{} of {count} are back", back.load(Ordering::Relaxed));
        let asked = Instant::now();
        bad += usize::from(visitor.get("/fi/spaces").await.status >= 500);
        pages.push(asked.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let all = began.elapsed();
    let hashes = workspace.visitor().get("/metrics").await.body;
    let hashes = hashes.lines().find(|line| line.starts_with("aukio_password_hashes_total")).map(str::to_owned);
    for client in clients {
        client.abort();
    }
    let pages = p99(pages);
    eprintln!(
        "drill D18 everybody comes back: {count} sockets, stopped in {stopping:?}, all back {all:?} after the start, \
         {bad} pages with 5xx, a page in p99 {pages:?}, passwords hashed: {}",
        hashes.as_deref().unwrap_or("none")
    );
    assert_eq!((bad, hashes), (0, None));
}

#[tokio::test]
async fn when_memory_is_short_no_more_documents_open_and_the_open_ones_go_on() {
    let workspace = Workspace::told(&[("AUKIO_DOCUMENTS_MEMORY_MIB", "8".to_owned())]).await;
    let (space, founder) = workspace.network().await;
    let text = "Pitkä teksti jota riittää.\n\n".repeat(8_000);
    let mut documents = Vec::new();
    for n in 0..12 {
        documents.push(founder.writes_document(&space, &format!("Iso {n}"), &text).await);
    }
    // Nothing is open and nothing drawn.
    workspace.restarts();
    let idle = memory(workspace.pid());
    crate::harness::fault::limit(workspace.pid(), "--as=8589934592");
    let (mut open, mut refused) = (Vec::new(), None);
    for (n, document) in documents.iter().enumerate() {
        let mut editor = Sync::write(&founder, document).await;
        let seen =
            tokio::time::timeout(Duration::from_secs(20), editor.saves(&paragraph(client(), "Mahtuu vielä"))).await;
        match seen.expect("an answer comes") {
            Ok(()) => open.push(editor),
            Err(code) => {
                refused = Some((n, code));
                break;
            }
        }
    }
    let (n, code) = refused.expect("memory is short at some time");
    let page = workspace.visitor().get(&documents[n]).await;
    page.is(503);
    assert!(page.has("Odota hetki ja yritä uudelleen"), "{}", page.text());
    assert!(!page.header("retry-after").is_empty(), "when to come back is not told");
    // Those who are in go on, and so does everything else.
    open[0].saves(&paragraph(client(), "Edelleen kirjoitetaan")).await.expect("it is taken");
    workspace.visitor().get("/fi/spaces").await.is(200);
    workspace.visitor().get("/readyz").await.is(200);
    let grown = memory(workspace.pid()).saturating_sub(idle);
    let count = open.len();
    drop(open);
    let began = Instant::now();
    while workspace.visitor().get(&documents[n]).await.status != 200 {
        assert!(began.elapsed() < Duration::from_secs(20), "the document stays closed");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    eprintln!(
        "drill D20 memory short: {count} large documents open within 8 MiB, the next refused with {code} and its page \
         with 503, {} MiB more memory, opens again {:?} after others left",
        grown >> 20,
        began.elapsed()
    );
    assert!(count >= 1 && grown <= 400 << 20, "{count} {grown}");
}
