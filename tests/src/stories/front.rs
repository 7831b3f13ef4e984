//! The first look: three languages, no cookie, nothing from elsewhere.

use crate::harness::Workspace;

#[tokio::test]
async fn the_front_page_opens_in_three_languages() {
    let workspace = Workspace::example().await;
    let visitor = workspace.visitor();
    for language in ["fi", "sv", "en"] {
        let page = visitor.get(&format!("/{language}/")).await;
        page.is(200);
        assert_eq!(page.attribute("html", "lang").as_deref(), Some(language));
        assert_eq!(page.count("h1"), 1, "one main heading");
        let mut others = page.attributes("head link[rel=alternate][hreflang]", "hreflang");
        others.sort();
        assert_eq!(others, ["en", "fi", "sv"], "the page tells of its other languages");
    }
}

#[tokio::test]
async fn the_bare_address_leads_to_the_readers_language() {
    let workspace = Workspace::open().await;
    let visitor = workspace.visitor();
    for (asked, led_to) in [("sv-FI,sv;q=0.9,fi;q=0.5", "/sv/"), ("en-GB", "/en/"), ("fi", "/fi/"), ("ja", "/fi/")] {
        let answer = visitor.get_with("/", &[("Accept-Language", asked)]).await;
        assert!((300..400).contains(&answer.status), "{asked}: {}", answer.status);
        assert_eq!(answer.header("location"), led_to, "{asked}");
    }
}

#[tokio::test]
async fn a_texts_language_is_marked_where_it_differs() {
    let workspace = Workspace::example().await;
    let page = workspace.visitor().get("/fi/threads").await;
    page.is(200);
    let row = page.attribute("main a[href*='/fi/threads/']", "href").expect("the example network talks");
    let thread = workspace.visitor().get(&row).await;
    let (bodies, marked) = (thread.count(".message__body"), thread.count(".message__body[lang]"));
    assert!(bodies > 0);
    let gravestones = thread.count(".message--withdrawn .message__body");
    assert_eq!(bodies - gravestones, marked, "each message says its language");
}

#[tokio::test]
async fn an_empty_workspace_says_what_belongs_there() {
    let workspace = Workspace::open().await;
    let visitor = workspace.visitor();
    for path in ["/fi/", "/fi/spaces", "/fi/threads", "/fi/documents", "/fi/people", "/fi/search"] {
        let page = visitor.get(path).await;
        page.is(200);
        assert!(page.text().len() > 40, "{path} says too little: {}", page.text());
    }
}

#[tokio::test]
async fn reading_leaves_no_cookie_and_asks_nothing_of_other_hosts() {
    let workspace = Workspace::example().await;
    let visitor = workspace.visitor();
    let mut seen = vec!["/fi/".to_owned()];
    // Two steps from the front page: each kind of page is among them.
    for step in 0..2 {
        for path in seen.clone() {
            let page = visitor.get(&path).await;
            assert_eq!(page.header("set-cookie"), "", "{path} sets a cookie");
            let brought =
                page.attributes("link[href]:not([rel=alternate]):not([rel=canonical]), use", "href").into_iter();
            for address in brought.chain(page.attributes("[src]", "src")) {
                assert!(address.starts_with('/') || address.starts_with('#'), "{path} asks for {address}");
            }
            assert_eq!(
                page.count("[style], style, script:not([src]):not([type='application/ld+json']), [onclick]"),
                0,
                "{path} has inline code"
            );
            if step == 0 {
                seen.extend(page.attributes("a[href^='/']", "href"));
            }
        }
        seen.sort();
        seen.dedup();
        seen.truncate(60);
    }
    assert!(seen.len() > 10, "the front page leads somewhere: {seen:?}");
}

#[tokio::test]
async fn every_page_stands_in_three_languages() {
    let workspace = Workspace::example().await;
    let visitor = workspace.visitor();
    for language in ["fi", "sv", "en"] {
        let mut seen = std::collections::BTreeSet::from([format!("/{language}/")]);
        let mut waiting: Vec<String> = seen.iter().cloned().collect();
        while let Some(address) = waiting.pop() {
            let page = visitor.peek(&address).await;
            assert!(matches!(page.status, 200 | 303), "{address} is answered with {}", page.status);
            if page.status == 303 {
                continue;
            }
            assert_eq!(page.attribute("html", "lang").as_deref(), Some(language), "{address}");
            assert!(!page.body.contains('⟦'), "{address} has words missing");
            assert_eq!(page.count("h1"), 1, "{address} has not one title");
            // What the frame and the front pages lead to; texts of people are the same in every language.
            let links = if seen.len() < 40 { page.attributes("a[href]", "href") } else { Vec::new() };
            for link in links {
                let plain = link.split(['?', '#']).next().unwrap_or_default().to_owned();
                if plain.starts_with(&format!("/{language}/")) && seen.len() < 60 && seen.insert(plain.clone()) {
                    waiting.push(plain);
                }
            }
        }
        for page in ["help", "about", "accessibility", "privacy", "terms", "sign-in", "register", "people"] {
            assert!(seen.contains(&format!("/{language}/{page}")), "no page leads to {page} in {language}");
        }
    }
}
