//! What stands between strangers and the pages: headers, origins, limits.

use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::harness::{Page, Teller, Workspace, on_both, paragraph};

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let workspace = Workspace::example().await;
    let visitor = workspace.visitor();
    for path in [
        "/",
        "/fi/",
        "/fi/threads",
        "/fi/nowhere",
        "/fi/threads/zzz",
        "/healthz",
        "/readyz",
        "/robots.txt",
        "/assets/none.js",
        "/fi/search?q=a",
        "/fi/sign-in",
    ] {
        let answer = visitor.peek(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
    }
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, "Väärennös", "Aloitus").await;
    let path = format!("{thread}/messages");
    let fields = [("body", "Väärennetty"), ("act", "post")];
    for headers in [
        &[] as &[(&str, &str)],
        &[("Origin", "https://elsewhere.example")],
        &[("Origin", "null")],
        &[("Origin", "https://elsewhere.example"), ("Sec-Fetch-Site", "cross-site")],
        &[("Sec-Fetch-Site", "same-site")],
    ] {
        let answer = founder.forge(&path, headers, &fields).await;
        assert_eq!(answer.status, 403, "{headers:?}");
    }
    workspace.visitor().get(&thread).await.hides("Väärennetty");
}

#[tokio::test]
async fn sockets_open_to_our_own_pages_only() {
    let workspace = Workspace::open().await;
    let (_, founder) = workspace.network().await;
    let cookies = founder.cookies().expect("the founder is signed in");
    for origin in [Some("https://elsewhere.example"), Some("null"), Some("http://127.0.0.1.elsewhere.example"), None] {
        let mut request =
            format!("{}/live", workspace.address.replacen("http", "ws", 1)).into_client_request().expect("an address");
        request.headers_mut().insert("cookie", cookies.parse().expect("a header"));
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().expect("a header"));
        }
        assert!(connect_async(request).await.is_err(), "{origin:?} opens /live");
    }
}

#[tokio::test]
async fn members_pages_are_kept_by_no_cache() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    for path in ["/fi/", "/fi/me", &format!("/fi/spaces/{space}")] {
        let page = founder.get(path).await;
        assert!(page.header("cache-control").contains("no-store"), "{path}: {}", page.header("cache-control"));
    }
}

/// Asks for a page again with the tag of the first answer.
async fn again(teller: &Teller, page: &Page) -> Page {
    teller.get_with(&page.address, &[("If-None-Match", page.header("etag"))]).await
}

#[tokio::test]
async fn visitors_pages_are_kept_until_what_they_show_changes() {
    on_both(async |workspace| {
        let (space, founder) = workspace.network().await;
        let thread = founder.starts_thread(&space, "Kestävä sivu", "Aloitus").await;
        let document = founder.writes_document(&space, "Kestävä asiakirja", "Alku").await;
        let visitor = workspace.visitor();
        let (of_thread, of_document, of_space) = (
            visitor.get(&thread).await,
            visitor.get(&document).await,
            visitor.get(&format!("/fi/spaces/{space}")).await,
        );
        for page in [&of_thread, &of_document, &of_space] {
            assert_eq!(page.header("cache-control"), "public, no-cache", "{}", page.address);
            assert_eq!(page.header("vary"), "accept-encoding, cookie", "{}", page.address);
            let unchanged = again(&visitor, page).await;
            assert_eq!((unchanged.status, unchanged.body.as_str()), (304, ""), "{}", page.address);
            assert_eq!(unchanged.header("etag"), page.header("etag"));
        }

        founder.posts(&thread, "Uusi viesti").await;
        again(&visitor, &of_thread).await.shows("Uusi viesti");
        again(&visitor, &of_space).await.is(200);
        let mut editor = founder.edits(&document).await;
        let mut other = visitor.edits(&document).await;
        editor.updates(&paragraph(7007, "Tuore kappale")).await;
        other.shows("Tuore kappale").await;
        again(&visitor, &of_document).await.shows("Tuore kappale");

        // A member never gets a visitor's page, nor a visitor a member's.
        founder.get(&thread).await.shows("Vastaa");
        assert_eq!(founder.get(&thread).await.header("etag"), "");
        let (own, public) = (founder.get(&thread).await, visitor.get(&thread).await);
        assert!(own.count("a[href='/fi/me']") > 0, "a member's page leads to their own");
        assert_eq!(public.count("a[href='/fi/me']"), 0, "a visitor got a member's page");
        for path in ["/fi/search?q=sivu", "/fi/sign-in", "/fi/register", &format!("{thread}?reply=1")] {
            assert_eq!(visitor.get(path).await.header("cache-control"), "no-store", "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn health_is_told_and_strange_addresses_are_not_found() {
    let workspace = Workspace::open().await;
    let visitor = workspace.visitor();
    for path in ["/healthz", "/readyz", "/metrics", "/robots.txt"] {
        visitor.get(path).await.is(200);
    }
    for path in [
        "/xx/",
        "/fi/ei-ole",
        "/fi/threads/!!!",
        "/fi/threads/01?from=-9",
        "/fi/documents/",
        "/assets/../Cargo.toml",
        "/assets/%2e%2e%2fCargo.toml",
        "/fi/people/%00",
        "/fi/spaces/%F0%9F%98%80",
    ] {
        let page = visitor.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        if path.starts_with("/fi/") {
            assert_eq!(page.attribute("html", "lang").as_deref(), Some("fi"), "{path} is not answered with a page");
        }
    }
}

/// The addresses on a page that lead on within the service.
fn leads(page: &Page) -> Vec<String> {
    let mut all = page.attributes("a[href], link[href]", "href");
    all.extend(page.attributes("script[src], img[src]", "src"));
    let ours = |address: &String| address.starts_with('/') && !address.starts_with("//");
    all.iter().map(|address| address.split('#').next().unwrap_or_default().to_owned()).filter(ours).collect()
}

#[tokio::test]
async fn every_address_has_every_header_and_sets_no_cookie() {
    let workspace = Workspace::example().await;
    let visitor = workspace.visitor();
    let mut waiting: Vec<String> =
        ["/", "/fi/", "/nowhere", "/fi/threads/zzz", "/assets/none.js", "/robots.txt", "/sitemap.xml"]
            .map(str::to_owned)
            .into();
    waiting.extend(
        ["/healthz", "/readyz", "/metrics", "/fi.atom", "/fi/search.atom?q=kunta", "/fi/opensearch.xml"]
            .map(str::to_owned),
    );
    waiting.extend(
        [
            "/api/v1/openapi.json",
            "/api/v1/threads",
            "/api/v1/nowhere",
            "/api/v1/search?q=kunta",
            "/api/v1/threads?limit=0",
        ]
        .map(str::to_owned),
    );
    let (mut seen, mut checked) = (std::collections::BTreeSet::new(), 0);
    while let Some(path) = waiting.pop() {
        if checked >= 300 || !seen.insert(path.clone()) {
            continue;
        }
        checked += 1;
        let page = visitor.peek(&path).await;
        let has = |name: &str, value: &str| {
            assert!(page.header(name).contains(value), "{path}: {name}: {}", page.header(name))
        };
        has("content-security-policy", "default-src 'none'");
        has("content-security-policy", "require-trusted-types-for 'script'");
        has("x-content-type-options", "nosniff");
        has("referrer-policy", "same-origin");
        has("cross-origin-opener-policy", "same-origin");
        has("cross-origin-resource-policy", "same-origin");
        has("permissions-policy", "camera=()");
        assert_eq!(page.header("set-cookie"), "", "{path}");
        let cache = page.header("cache-control");
        assert!(cache.contains("no-store") || cache.starts_with("public, "), "{path}: {cache}");
        assert!(page.status < 400 || cache.contains("no-store"), "{path} ({}) may be kept: {cache}", page.status);
        if page.header("content-type").starts_with("text/html") {
            // Breadth over depth: of long lists a few of each.
            waiting.extend(leads(&page).into_iter().filter(|address| !seen.contains(address)).take(40));
        }
    }
    assert!(checked >= 100, "the crawl ended after {checked}");
    eprintln!("headers: {checked} addresses, 0 without");
}

#[tokio::test]
async fn nothing_that_a_member_sees_is_kept() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let token = founder.makes_token("read").await;
    let mut seen = std::collections::BTreeSet::from([format!("/fi/spaces/{space}"), "/fi/me/tokens".to_owned()]);
    seen.extend(leads(&founder.get("/fi/").await).into_iter().filter(|path| path.starts_with("/fi")));
    for path in seen.iter().filter(|path| !path.ends_with(".atom") && !path.contains("opensearch")) {
        let page = founder.peek(path).await;
        assert!(page.header("cache-control").contains("no-store"), "{path}: {}", page.header("cache-control"));
    }
    for path in ["/api/v1/threads", "/api/v1/search?q=a"] {
        let page = founder.calls("GET", path, Some(&token), None).await;
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        assert_eq!(founder.get(path).await.header("cache-control"), "no-store", "{path}, by a session");
    }
}
