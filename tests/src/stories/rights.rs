//! Every address × every kind of viewer, against a table that is kept beside the tests. An address that the
//! program has and the table does not fails here, and so does a right that changed without the table saying so.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Live, Page, Teller, Workspace, number, paragraph, update_frame};

/// The addresses that the program's sources declare, without the language in front.
pub fn declared() -> BTreeSet<String> {
    fn sources(folder: &Path, all: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("the sources can be listed").filter_map(Result::ok) {
            let path = entry.path();
            if path.is_dir() {
                sources(&path, all);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                all.push(std::fs::read_to_string(path).expect("a source can be read"));
            }
        }
    }
    let mut all = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests stand in the repository");
    sources(&root.join("crates/aukio/src"), &mut all);
    let mut addresses = BTreeSet::new();
    for source in all {
        let mut rest = source.as_str();
        while let Some(place) = rest.find(".route(") {
            rest = &rest[place + ".route(".len()..];
            let Some(start) = rest.find('"') else { break };
            // A computed address (the languages' own) is no literal right after the bracket.
            if rest[..start].trim().is_empty() {
                let end = rest[start + 1..].find('"').expect("a text ends") + start + 1;
                addresses.insert(rest[start + 1..end].to_owned());
            }
        }
    }
    addresses
}

/// Addresses outside the languages: the same for everybody.
const PLAIN: [&str; 10] = [
    "/",
    "/assets/{file}",
    "/robots.txt",
    "/sitemap.xml",
    "/sitemap/{kind}/{part}",
    "/healthz",
    "/readyz",
    "/metrics",
    "/live",
    "/sign-in/return/{provider}",
];
/// Forms that change what the rest of the table stands on, whoever sends them empty.
const NOT_SENT: [&str; 5] =
    ["/spaces/{slug}/leave", "/threads/{id}/{n}/withdraw", "/me/close", "/me/data", "/sign-out"];

struct Place {
    slug: String,
    thread: String,
    document: String,
}

impl Place {
    fn fill(&self, address: &str, person: &str) -> String {
        let id = if address.starts_with("/threads") {
            &self.thread
        } else if address.starts_with("/documents") {
            &self.document
        } else {
            person
        };
        address.replace("{slug}", &self.slug).replace("{id}", id).replace("{n}", "1").replace("{seq}", "1")
    }
}

fn bare(address: &str) -> String {
    let last = address.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    last.split('-').next().unwrap_or_default().to_owned()
}

fn verdict(status: u16, location: &str) -> &'static str {
    match status {
        200 => "yes",
        303 if location.contains("/sign-in") => "sign-in",
        303 => "yes",
        422 => "form",
        400 => "bad",
        403 => "no",
        404 => "hidden",
        405 => "-",
        410 => "gone",
        _ => "?",
    }
}

async fn ask(teller: &Teller, method: &str, address: &str) -> &'static str {
    let page = match method {
        "GET" => teller.peek(address).await,
        _ => teller.knock(address, &[]).await,
    };
    verdict(page.status, page.header("location"))
}

#[tokio::test]
async fn every_address_for_every_viewer() {
    let workspace = Workspace::open().await;
    let (network, founder) = workspace.network().await;
    let member = workspace.member("Maija").await;
    let outsider = workspace.member("Ossi").await;
    let visitor = workspace.visitor();
    let open = workspace.founds(&founder, &network, "Avoin ryhmä", &[]).await;
    let closed = workspace.founds(&founder, &network, "Suljettu ryhmä", &[("visibility", "closed")]).await;
    let mut places = Vec::new();
    for slug in [open, closed] {
        let thread = bare(&founder.starts_thread(&slug, "Keskustelu", "Aloitus").await);
        let document = bare(&founder.writes_document(&slug, "Asiakirja", "Alku").await);
        let brought = founder.knock(&format!("/fi/spaces/{slug}/members"), &[("email", &member.email)]).await;
        assert_eq!(brought.status, 303, "a member can be brought in");
        places.push(Place { slug, thread, document });
    }
    let person = founder.get("/fi/me").await.attributes("a[href*='/people/']", "href");
    let person = person.iter().map(|address| bare(address)).find(|id| id.len() == 13).expect("a profile of one's own");

    let tellers: [(&str, &Teller); 4] =
        [("visitor", &visitor), ("outsider", &outsider), ("member", &member), ("founder", &founder)];
    let mut table = String::from("address, then open and closed space for visitor, outsider, member, founder\n");
    for address in declared() {
        // Programs have a table of their own.
        if address.starts_with("/api/v1/") {
            continue;
        }
        if PLAIN.contains(&address.as_str()) || address.starts_with("/sync/") {
            let _ = writeln!(table, "ANY  {address}");
            continue;
        }
        for method in ["GET", "POST"] {
            let mut words = Vec::new();
            for place in &places {
                for (name, teller) in &tellers {
                    let target = place.fill(&address, &person);
                    let target = if target.starts_with("/api/") { target } else { format!("/fi{target}") };
                    // A founder's and a member's empty form may change things; what matters is who is kept out.
                    let skip = method == "POST"
                        && (NOT_SENT.contains(&address.as_str()) && *name != "visitor"
                            || matches!(*name, "member" | "founder") && !address.ends_with("new"));
                    words.push(if skip { "·" } else { ask(teller, method, &target).await });
                }
            }
            if words.iter().any(|word| *word != "-" && *word != "·") {
                let (open, closed) = words.split_at(4);
                let _ = writeln!(
                    table,
                    "{method:<4} {address:<34} {:<32} | {}",
                    open.iter().map(|word| format!("{word:<8}")).collect::<String>(),
                    closed.join("  ")
                );
            }
        }
    }
    compare("rights.txt", &table);
}

/// Compares a table with the one that is kept, or keeps it when asked to.
fn compare(name: &str, table: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("UPDATE_TABLES").is_some() {
        std::fs::write(&file, table).expect("the table can be written");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    for (before, now) in kept.lines().zip(table.lines()) {
        assert_eq!(before, now, "a right or an address has changed; if that is meant, set UPDATE_TABLES=1");
    }
    assert_eq!(kept.lines().count(), table.lines().count(), "an address has come or gone: set UPDATE_TABLES=1");
}

/// How long is listened for what may not come.
const A_MOMENT: Duration = Duration::from_millis(1500);

/// An awareness message: a cursor of this client, under a name that it gives itself.
fn cursor(client: u64, name: &str) -> Vec<u8> {
    let state = json!({ "user": { "name": name, "color": "#000000" } }).to_string();
    let mut entry = vec![1];
    number(&mut entry, client);
    entry.push(1);
    number(&mut entry, state.len() as u64);
    entry.extend(state.as_bytes());
    let mut frame = vec![1];
    number(&mut frame, entry.len() as u64);
    frame.extend(entry);
    frame
}

/// A caller of the API, with the person behind it for what takes cookies.
struct Caller {
    name: &'static str,
    teller: Teller,
    token: Option<String>,
}

impl Caller {
    async fn new(name: &'static str, teller: Teller) -> Caller {
        let token = Some(teller.makes_token("write").await);
        Caller { name, teller, token }
    }

    async fn calls(&self, method: &str, path: &str, body: Option<Value>) -> Page {
        self.teller.calls(method, path, self.token.as_deref(), body).await
    }
}

/// Bodies that are of the right shape and say nothing: who is let in hears of the fields, and nothing changes.
fn empty(address: &str) -> Value {
    match address {
        "/api/v1/documents/{id}/text" => json!({ "markdown": "\u{1}", "version": 0 }),
        "/api/v1/spaces/{slug}/documents" => json!({ "title": " " }),
        "/api/v1/spaces/{slug}/threads" => json!({ "title": " ", "markdown": " " }),
        _ => json!({ "markdown": " " }),
    }
}

fn verdict_of_call(page: &Page) -> &'static str {
    match page.status {
        200 | 201 | 204 => "yes",
        400 => "bad",
        401 if page.body.contains("#s-token") => "ended",
        401 => "sign-in",
        403 if page.body.contains("#s-scope") => "reads",
        403 => "no",
        404 => "hidden",
        405 => "-",
        422 => "form",
        _ => "?",
    }
}

#[tokio::test]
async fn every_call_and_socket_for_every_viewer() {
    let workspace = Workspace::open().await;
    let (network, administrator) = workspace.network().await;
    let (coordinator, convener) = (workspace.member("Kaisa").await, workspace.member("Kirsi").await);
    let (member, outsider) = (workspace.member("Maija").await, workspace.member("Ossi").await);
    // The administrator stands outside: what they may, they may by that alone.
    let members = format!("/fi/spaces/{network}/members");
    administrator.knock(&members, &[("email", &coordinator.email)]).await.is(303);
    let person = coordinator.get("/fi/me").await.attributes("a[href*='/people/']", "href");
    let person = person.iter().map(|address| bare(address)).find(|id| id.len() == 13).expect("a profile of one's own");
    let appointed = [("person", person.as_str()), ("act", "coordinator")];
    administrator.knock(&format!("{members}/change"), &appointed).await.is(303);
    administrator.knock(&format!("/fi/spaces/{network}/leave"), &[]).await.is(303);
    convener.joins(&network).await;
    let request = workspace.founds(&convener, &network, "Pyydetty ryhmä", &[("joining", "request")]).await;
    let closed = workspace.founds(&convener, &network, "Suljettu ryhmä", &[("visibility", "closed")]).await;
    let mut places = Vec::new();
    for slug in [request, closed] {
        convener.knock(&format!("/fi/spaces/{slug}/members"), &[("email", &member.email)]).await.is(303);
        let thread = bare(&convener.starts_thread(&slug, "Keskustelu", "Aloitus").await);
        let document = bare(&convener.writes_document(&slug, "Asiakirja", "Alku").await);
        places.push(Place { slug, thread, document });
    }
    let reading = member.makes_token("read").await;
    let ended = member.makes_token("write").await;
    for id in member.get("/fi/me/tokens").await.attributes("button[name=token]", "value").into_iter().take(1) {
        member.post("/fi/me/tokens/end", &[("token", &id)]).await.is(200);
    }
    let callers = [
        Caller { name: "visitor", teller: workspace.visitor(), token: None },
        Caller { name: "ended", teller: workspace.visitor(), token: Some(ended) },
        Caller { name: "reading", teller: member.clone(), token: Some(reading) },
        Caller::new("outsider", outsider).await,
        Caller::new("member", member).await,
        Caller::new("convener", convener).await,
        Caller::new("coordinator", coordinator).await,
        Caller::new("administrator", administrator).await,
    ];
    let mut table = String::from("a space that is joined by asking, then a closed one, for");
    for caller in &callers {
        let _ = write!(table, " {}", caller.name);
    }
    table.push('\n');
    let mut line = |what: &str, words: &[&str]| {
        let (one, other) = words.split_at(words.len() / 2);
        let columns = |words: &[&str]| words.iter().map(|word| format!("{word:<8}")).collect::<String>();
        let _ = writeln!(table, "{}", format!("{what:<48} {}| {}", columns(one), columns(other)).trim_end());
    };
    // Joining comes last, because it changes where people stand.
    let mut addresses: Vec<String> = declared().into_iter().filter(|path| path.starts_with("/api/v1/")).collect();
    addresses.sort_by_key(|address| address.ends_with("/membership"));
    for address in addresses {
        for method in ["GET", "POST", "PUT", "DELETE"] {
            let mut words = Vec::new();
            for place in &places {
                for caller in &callers {
                    let target = place.fill(address.trim_start_matches("/api/v1"), &person);
                    let body = (matches!(method, "POST" | "PUT") && !address.ends_with("/membership")).then(|| {
                        let mut body = empty(&address);
                        if method == "POST"
                            && let Some(fields) = body.as_object_mut()
                        {
                            fields.remove("version");
                        }
                        body
                    });
                    let skip = method == "DELETE"
                        && address.ends_with("/membership")
                        && !matches!(caller.name, "visitor" | "ended" | "reading" | "outsider");
                    let word = match skip {
                        true => "·",
                        false => verdict_of_call(&caller.calls(method, &format!("/api/v1{target}"), body).await),
                    };
                    words.push(word);
                }
            }
            if words.iter().any(|word| !matches!(*word, "-" | "ended")) {
                line(&format!("{method} {address}"), &words);
            }
        }
    }
    // Lists, counts, search and what is passed on: whether the place shows in them.
    for list in [
        "/api/v1/threads",
        "/api/v1/documents",
        "/api/v1/spaces",
        "/api/v1/search?q=keskustelu",
        "/fi/threads",
        "/fi/search?q=keskustelu",
        "/fi.atom",
        "/fi/threads.atom",
        "/fi/search.atom?q=keskustelu",
        "/sitemap/threads/0000000000000.xml",
    ] {
        let mut words = Vec::new();
        for place in &places {
            for caller in &callers {
                let page = match list.starts_with("/api/") {
                    true => caller.calls("GET", list, None).await,
                    false => caller.teller.get(list).await,
                };
                let signs = [&place.slug, &place.thread, &place.document];
                words.push(match signs.iter().any(|sign| page.body.contains(sign.as_str())) {
                    true => "shows",
                    false => "-",
                });
            }
        }
        line(list, &words);
    }
    // The sockets judge as the pages do.
    let (mut follows, mut syncs, mut writes) = (Vec::new(), Vec::new(), Vec::new());
    let (mut types, mut cursors) = (Vec::new(), Vec::new());
    for (which, place) in places.iter().enumerate() {
        // The convener reads along and sees who is told to be writing, and whose cursors there are.
        let watcher = &callers[5].teller;
        let mut watching = watcher.watches(&format!("/fi/threads/{}", place.thread)).await;
        let mut editing = watcher.edits(&place.document).await;
        editing.shows("Alku").await;
        for (n, caller) in callers.iter().enumerate() {
            let page = caller.teller.get(&format!("/fi/documents/{}", place.document)).await;
            let (reads, edits) = (page.status == 200, page.count("main a[href$='/description']") > 0);
            let mut live = Live::ask(&caller.teller, &format!("thread:{}", place.thread), 0).await;
            let heard = live.hears(|heard| heard["kind"] == "ready" || heard["kind"] == "refused").await;
            assert_eq!(heard["kind"] == "ready", reads, "{} follows", caller.name);
            follows.push(if heard["kind"] == "ready" { "yes" } else { "refused" });
            live.says(json!({ "typing": format!("thread:{}", place.thread) })).await;
            let name = caller.teller.name.as_str();
            let named = |heard: &Value| {
                heard["kind"] == "typing" && heard["text"].as_str().is_some_and(|text| !text.is_empty())
            };
            let told = !name.is_empty() && watching.hears_within(A_MOMENT, named).await;
            types.push(if told { "yes" } else { "no" });
            drop(live);
            if told {
                // Until nobody writes any more, so that the next one is told alone.
                watching.hears(|heard| heard["kind"] == "typing" && heard["text"] == "").await;
            }
            let mut sync = caller.teller.edits(&place.document).await;
            if !reads {
                assert_eq!(sync.closes().await, 4404, "{}", caller.name);
                syncs.push("gone");
                writes.push("gone");
                cursors.push("gone");
                continue;
            }
            sync.shows("Alku").await;
            syncs.push("yes");
            // An update, and the same as the answer to a state vector.
            for (step, offset) in [(2, 0), (1, 500)] {
                let words = format!("Muutos{which}{n}{step}");
                let mut frame = update_frame(&paragraph(9000 + offset + (which * 10 + n) as u64, &words));
                frame[1] = step;
                sync.sends(frame).await;
                if edits {
                    watcher.edits(&place.document).await.shows(&words).await;
                }
            }
            // A cursor under another's name: the name that is shown is the member's own, or there is none.
            editing.forgets();
            sync.sends(cursor(70_000 + (which * 10 + n) as u64, "Väärennetty")).await;
            let shown = !name.is_empty() && editing.hears_within(A_MOMENT, name).await;
            assert!(!editing.has("Väärennetty"), "{} goes by another name", caller.name);
            cursors.push(if shown { "yes" } else { "no" });
            writes.push(if edits { "yes" } else { "no" });
        }
        let mut after = callers[5].teller.edits(&place.document).await;
        after.shows("Alku").await;
        for n in (0..callers.len()).filter(|n| writes[which * callers.len() + n] != "yes") {
            assert!(!after.has(&format!("Muutos{which}{n}")), "{} wrote all the same", callers[n].name);
        }
    }
    line("/live follow", &follows);
    line("/sync step 1", &syncs);
    line("/sync update, step 2", &writes);
    line("/sync awareness", &cursors);
    line("/live typing", &types);
    compare("rights-programs.txt", &table);
}
