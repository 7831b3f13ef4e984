//! What programs read: Atom feeds, the map of the site, what pages say of themselves in their heads.

use roxmltree::{Document, Node};
use serde_json::Value;

use crate::harness::{Page, SPACE_CLOSED, Workspace, on_both};

const ATOM: &str = "http://www.w3.org/2005/Atom";
const HOSTILE: &str = "<script>alert(1)</script><img src=x onerror=alert(2)> ]]>&amp;</content>\"'>";

fn parts<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Vec<Node<'a, 'input>> {
    node.children().filter(|child| child.tag_name().name() == name).collect()
}

#[track_caller]
fn text(node: Node, name: &str) -> String {
    let found = parts(node, name);
    assert_eq!(found.len(), 1, "one {name}");
    found[0].text().unwrap_or_default().to_owned()
}

fn link(node: Node, rel: &str) -> Option<String> {
    let links = parts(node, "link");
    links
        .iter()
        .find(|link| link.attribute("rel") == Some(rel))
        .and_then(|link| link.attribute("href"))
        .map(str::to_owned)
}

/// One entry, as a reader keeps it.
#[derive(Debug)]
struct Entry {
    id: String,
    title: String,
    address: String,
    language: String,
    html: String,
}

/// Reads a feed as RFC 4287 demands it and returns its entries with the address of older ones.
#[track_caller]
fn read(page: &Page) -> (Vec<Entry>, Option<String>) {
    page.is(200);
    assert!(page.header("content-type").starts_with("application/atom+xml"), "{}", page.header("content-type"));
    let document =
        Document::parse(&page.body).unwrap_or_else(|error| panic!("{}: {error}\n{}", page.address, page.body));
    let feed = document.root_element();
    assert!(feed.has_tag_name((ATOM, "feed")));
    let xml = "http://www.w3.org/XML/1998/namespace";
    assert!(feed.attribute((xml, "lang")).is_some(), "the feed says its language");
    for name in ["id", "title", "updated"] {
        assert!(!text(feed, name).is_empty(), "{name}");
    }
    assert!(text(feed, "id").starts_with("tag:"));
    assert!(link(feed, "self").expect("a feed knows its address").ends_with(&page.address), "{}", page.address);
    assert!(link(feed, "alternate").is_some());
    let entry = |node: &Node| {
        for name in ["updated", "published"] {
            let moment = text(*node, name);
            assert!(moment.len() == 25 && moment.as_bytes()[10] == b'T', "{moment} is no RFC 3339");
        }
        assert!(!parts(*node, "author").is_empty() || !parts(feed, "author").is_empty());
        let content = parts(*node, "content")[0];
        assert_eq!(content.attribute("type"), Some("html"));
        Entry {
            id: text(*node, "id"),
            title: text(*node, "title"),
            address: link(*node, "alternate").expect("an entry leads to its page"),
            language: node.attribute((xml, "lang")).unwrap_or_default().to_owned(),
            html: content.text().unwrap_or_default().to_owned(),
        }
    };
    let entries: Vec<Entry> = parts(feed, "entry").iter().map(entry).collect();
    let mut ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), entries.len(), "ids are unique");
    (entries, link(feed, "next"))
}

#[tokio::test]
async fn every_list_has_a_feed_that_its_page_tells_of() {
    on_both(async |workspace| {
        let (space, founder) = workspace.network().await;
        let thread = founder.starts_thread(&space, "Syötteen keskustelu", "Avaus, [linkki](/fi/spaces)").await;
        let document = founder.writes_document(&space, "Syötteen asiakirja", "## Luku\n\n[alas](#s-luku) teksti").await;
        let visitor = workspace.visitor();
        for (page, shows) in [
            ("/fi/".to_owned(), vec!["Syötteen keskustelu", "Syötteen asiakirja"]),
            ("/fi/spaces".to_owned(), vec!["Kuntademokratiaverkosto"]),
            ("/fi/threads".to_owned(), vec!["Syötteen keskustelu"]),
            ("/fi/documents".to_owned(), vec!["Syötteen asiakirja"]),
            (format!("/fi/spaces/{space}"), vec!["Syötteen keskustelu", "Syötteen asiakirja"]),
            (format!("/fi/spaces/{space}/threads"), vec!["Syötteen keskustelu"]),
            (format!("/fi/spaces/{space}/documents"), vec!["Syötteen asiakirja"]),
            (thread.clone(), vec!["Helmi Saarela: Syötteen keskustelu"]),
            (document.clone(), vec!["Syötteen asiakirja – "]),
        ] {
            let told = visitor.get(&page).await;
            let address = told.attribute("head link[type='application/atom+xml']", "href");
            let address = address.unwrap_or_else(|| panic!("{page} does not tell of its feed"));
            let address = address.strip_prefix(&workspace.address).expect("feeds are ours");
            let feed = visitor.get(address).await;
            let (entries, _) = read(&feed);
            for title in shows {
                let found = entries.iter().any(|entry| entry.title.starts_with(title));
                assert!(found, "{address} lacks {title}: {entries:#?}");
            }
            for entry in &entries {
                let path = entry.address.strip_prefix(&workspace.address).expect("entries lead here");
                visitor.get(path).await.is(200);
                assert!(!entry.html.contains("href=\"/") && !entry.html.contains("href=\"#"), "{}", entry.html);
            }
            let again = visitor.get_with(address, &[("If-None-Match", feed.header("etag"))]).await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{address} is sent again");
        }
        let (entries, _) = read(&visitor.get("/sv/threads.atom").await);
        assert_eq!(entries[0].language, "fi", "a text keeps its language in every feed");
        assert!(entries[0].address.contains("/sv/threads/"));
    })
    .await;
}

#[tokio::test]
async fn feeds_go_back_page_by_page_and_keep_their_ids() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, "Pitkä", "Viesti 1").await;
    for n in 2..=65 {
        let path = format!("{thread}/messages");
        founder.knock(&path, &[("body", &format!("Viesti {n}")), ("act", "post")]).await.is(303);
    }
    let visitor = workspace.visitor();
    let (mut seen, mut address) = (Vec::new(), Some(format!("{thread}.atom")));
    while let Some(page) = address {
        let (entries, next) = read(&visitor.get(&page).await);
        seen.extend(entries);
        address = next.map(|next| next.strip_prefix(&workspace.address).expect("ours").to_owned());
    }
    assert_eq!(seen.len(), 65);
    assert!(seen[0].html.contains("Viesti 65") && seen[64].html.contains("Viesti 1<"), "the latest comes first");
    let before = seen[64].id.clone();
    let form = founder.get(&format!("{thread}/1/edit")).await.form_with(&["body"]).with("body", "Korjattu");
    founder.submit(form).await;
    let (entries, _) = read(&visitor.get(&format!("{thread}.atom?before=2")).await);
    assert_eq!((entries[0].id.as_str(), entries[0].html.contains("Korjattu")), (before.as_str(), true));
    visitor.get(&format!("{thread}.atom?before=%3Cx%3E")).await.hides("<x>").is(200);
}

#[tokio::test]
async fn closed_spaces_stand_in_no_feed_and_on_no_map() {
    let workspace = Workspace::open().await;
    let (network, founder) = workspace.network().await;
    let closed = workspace.founds(&founder, &network, SPACE_CLOSED, &[("visibility", "closed")]).await;
    let thread = founder.starts_thread(&closed, "Salainen keskustelu", "Salaisuus").await;
    let document = founder.writes_document(&closed, "Salainen asiakirja", "Salaisuus").await;
    // Not even for those who are in: feeds are passed on.
    for teller in [&workspace.visitor(), &founder] {
        for path in [
            "/fi.atom",
            "/fi/spaces.atom",
            "/fi/threads.atom",
            "/fi/documents.atom",
            &format!("/fi/spaces/{network}.atom"),
        ] {
            let feed = teller.get(path).await;
            read(&feed);
            feed.hides("Salai").hides(SPACE_CLOSED);
        }
        for path in [
            format!("/fi/spaces/{closed}.atom"),
            format!("/fi/spaces/{closed}/threads.atom"),
            format!("/fi/spaces/{closed}/documents.atom"),
            format!("{thread}.atom"),
            format!("{document}.atom"),
        ] {
            assert_eq!(teller.get(&path).await.status, 404, "{path}");
        }
        for part in parts_of_the_map(&teller.get("/sitemap.xml").await) {
            let part = teller.get(part.strip_prefix(&workspace.address).expect("ours")).await;
            part.hides(&closed).hides("salainen");
        }
    }
    assert_eq!(founder.get(&thread).await.count("head link[type='application/atom+xml']"), 0);
}

#[tokio::test]
async fn hostile_texts_stay_texts_in_feeds_and_heads() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, HOSTILE, HOSTILE).await;
    let document = founder.writes_document(&space, HOSTILE, &format!("## {HOSTILE}\n\n{HOSTILE}")).await;
    let visitor = workspace.visitor();
    for path in ["/fi.atom".to_owned(), format!("{thread}.atom"), format!("{document}.atom")] {
        let (entries, _) = read(&visitor.get(&path).await);
        for entry in &entries {
            let html = scraper::Html::parse_fragment(&entry.html);
            let alive = scraper::Selector::parse("script, img, [onerror]").expect("a selector");
            assert_eq!(html.select(&alive).count(), 0, "{path}: {}", entry.html);
        }
        assert!(entries.iter().any(|entry| entry.title.contains("<script>alert(1)</script>")));
    }
    for page in [visitor.get(&thread).await, visitor.get(&document).await] {
        assert_eq!(page.count("head script:not([src]):not([type='application/ld+json'])"), 0, "{}", page.address);
        let data = page.texts("head script[type='application/ld+json']");
        let data: Value = serde_json::from_str(&data[0]).expect("JSON-LD is JSON");
        assert!(data["@graph"][0]["headline"].as_str().is_some_and(|headline| headline.contains("</script>")));
    }
}

#[tokio::test]
async fn pages_say_what_they_are() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, "Mitä tämä on", "Avaus kertoo.").await;
    founder.posts(&thread, "Vastaus").await;
    let document = founder.writes_document(&space, "Malli", "Toimintamallin alku.").await;
    let visitor = workspace.visitor();
    let about = async |path: &str| {
        let page = visitor.get(path).await;
        let content = |property: &str| page.attribute(&format!("head meta[property='{property}']"), "content");
        let canonical = page.attribute("head link[rel=canonical]", "href").expect("one address");
        assert_eq!(content("og:url").as_deref(), Some(canonical.as_str()));
        assert!(canonical.starts_with(&workspace.address), "{canonical}");
        let data = page.texts("head script[type='application/ld+json']");
        let data: Value = serde_json::from_str(&data[0]).expect("JSON-LD is JSON");
        (canonical, content("og:type"), content("og:description"), data)
    };
    let (canonical, kind, summary, data) = about(&format!("{thread}/2?view=time")).await;
    assert!(canonical.ends_with("-mita-tama-on"), "{canonical}");
    assert_eq!((kind.as_deref(), summary.as_deref()), (Some("article"), Some("Avaus kertoo.")));
    let posting = &data["@graph"][0];
    assert_eq!(posting["@type"], "DiscussionForumPosting");
    assert_eq!((&posting["author"]["name"], &posting["commentCount"]), (&"Helmi Saarela".into(), &1.into()));
    let crumbs = data["@graph"][1]["itemListElement"].as_array().expect("a way down");
    assert_eq!(crumbs.last().expect("this page")["name"], "Mitä tämä on");
    let (_, kind, summary, data) = about(&document).await;
    assert_eq!((kind.as_deref(), summary.as_deref()), (Some("article"), Some("Toimintamallin alku.")));
    assert_eq!(data["@graph"][0]["@type"], "Article");
    let (_, kind, _, data) = about(&format!("/fi/spaces/{space}")).await;
    assert_eq!((kind.as_deref(), &data["@graph"][0]["@type"]), (Some("website"), &"BreadcrumbList".into()));
}

fn parts_of_the_map(index: &Page) -> Vec<String> {
    let document = Document::parse(&index.body).expect("the map is XML");
    document
        .descendants()
        .filter(|node| node.tag_name().name() == "loc")
        .filter_map(|node| node.text().map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn the_map_leads_to_every_public_text_in_three_languages() {
    let workspace = Workspace::example().await;
    let visitor = workspace.visitor();
    let robots = visitor.get("/robots.txt").await;
    assert!(robots.body.contains(&format!("Sitemap: {}/sitemap.xml", workspace.address)), "{}", robots.body);
    let mut addresses = Vec::new();
    for part in parts_of_the_map(&visitor.get("/sitemap.xml").await) {
        let part = visitor.get(part.strip_prefix(&workspace.address).expect("the map is ours")).await;
        part.is(200);
        let document = Document::parse(&part.body).expect("a part is XML");
        for place in document.root_element().children().filter(Node::is_element) {
            assert_eq!(parts(place, "link").len(), 3, "each address names its languages");
            addresses.push(text(place, "loc"));
        }
    }
    let of = |kind: &str| addresses.iter().filter(|address| address.contains(kind)).count();
    assert!(of("/fi/threads/") > 5 && of("/fi/documents/") > 2 && of("/fi/spaces/") > 2, "{addresses:#?}");
    assert_eq!(of("/fi/"), of("/sv/"));
    // One of each kind, and not each of all: the crawl of all pages is another story.
    for kind in ["/sv/threads/", "/en/documents/", "/fi/spaces/"] {
        let address = addresses.iter().find(|address| address.contains(kind)).expect("one of each");
        visitor.get(address.strip_prefix(&workspace.address).expect("ours")).await.is(200);
    }
    assert_eq!(visitor.get("/sitemap/people/0000000000000.xml").await.status, 404);
    assert_eq!(visitor.get("/sitemap/threads/x.xml").await.status, 404);
}
