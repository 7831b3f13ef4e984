//! Every address × every kind of viewer, against a table that is kept beside the tests. An address that the
//! program has and the table does not fails here, and so does a right that changed without the table saying so.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use crate::harness::{Teller, Workspace};

/// The addresses that the program's sources declare, without the language in front.
fn declared() -> BTreeSet<String> {
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
const PLAIN: [&str; 7] = ["/", "/assets/{file}", "/robots.txt", "/healthz", "/readyz", "/metrics", "/live"];
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
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("rights.txt");
    if std::env::var_os("UPDATE_TABLES").is_some() {
        std::fs::write(&file, &table).expect("the table can be written");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    for (before, now) in kept.lines().zip(table.lines()) {
        assert_eq!(before, now, "a right or an address has changed; if that is meant, set UPDATE_TABLES=1");
    }
    assert_eq!(kept.lines().count(), table.lines().count(), "an address has come or gone: set UPDATE_TABLES=1");
}
