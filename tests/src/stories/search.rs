//! One box for all of it: inflected Finnish, and nothing that the searcher may not open.

use std::time::{Duration, Instant};

use crate::harness::{PATIENCE, Page, SPACE_CLOSED, Teller, Workspace, on_both};

/// The index follows the journal a moment later, so a page is asked for until it shows the words.
async fn finds(teller: &Teller, query: &str, words: &str) -> Page {
    let started = Instant::now();
    loop {
        let page = teller.get(&format!("/fi/search?q={query}")).await;
        page.is(200);
        if page.has(words) {
            return page;
        }
        assert!(started.elapsed() < PATIENCE, "`{query}` does not find `{words}`:\n{}", page.text());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_visitor_finds_other_forms_of_a_word() {
    on_both(async |workspace| {
        let (space, founder) = workspace.network().await;
        let title = "Osallistuva budjetointi pienissä kunnissa";
        founder.starts_thread(&space, title, "Asukasraadeissa pohdittiin rahan käyttöä kirjastoihin.").await;
        let visitor = workspace.visitor();
        for query in ["kunta", "budjetointia", "asukasraadissa", "kirjasto"] {
            let page = finds(&visitor, query, title).await;
            assert!(page.count("main mark") > 0, "`{query}`: the hit is marked");
        }
    })
    .await;
}

#[tokio::test]
async fn a_message_can_be_found_soon_after_it_was_sent() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, "Kevään tapaaminen", "Missä tavataan?").await;
    founder.posts(&thread, "Ehdotan Kajaanin raatihuonetta.").await;
    finds(&workspace.visitor(), "raatihuone", "raatihuonetta").await;
}

#[tokio::test]
async fn nothing_found_is_no_dead_end() {
    let workspace = Workspace::example().await;
    let page = workspace.visitor().get("/fi/search?q=xyzzyplugh").await;
    page.is(200);
    assert_eq!(page.value("q"), "xyzzyplugh", "what was asked stays in the box");
    assert!(page.text().len() > 60, "it says what to try next: {}", page.text());
}

#[tokio::test]
async fn what_is_closed_is_found_by_its_members_only() {
    on_both(async |workspace| {
        let (network, founder) = workspace.network().await;
        let closed = workspace.founds(&founder, &network, SPACE_CLOSED, &[("visibility", "closed")]).await;
        founder.starts_thread(&closed, "Salainen suunnitelma", "Kellariholvin aukaisu").await;
        founder.starts_thread(&network, "Julkinen suunnitelma", "Kellariholvin esittely").await;
        finds(&founder, "kellariholvi", "Salainen suunnitelma").await;
        let page = finds(&workspace.visitor(), "kellariholvi", "Julkinen suunnitelma").await;
        page.hides("Salainen suunnitelma").hides("aukaisu").hides(SPACE_CLOSED);
        let outsider = workspace.member("Onni Ulkonen").await;
        finds(&outsider, "kellariholvi", "Julkinen suunnitelma").await.hides("Salainen suunnitelma");
    })
    .await;
}

#[tokio::test]
async fn hostile_questions_get_a_calm_page() {
    let workspace = Workspace::example().await;
    let visitor = workspace.visitor();
    let long = "a".repeat(3000);
    let many = "kunta%20".repeat(300);
    for query in [
        "%22",
        "%27%20OR%201=1",
        "*:*",
        "AND%20OR%20NOT",
        "%00",
        "(((((((",
        "title:%5B*%20TO%20*%5D",
        &long,
        &many,
        "%E2%80%8B",
    ] {
        let page = visitor.get(&format!("/fi/search?q={query}")).await;
        assert!(page.status < 500, "{query}: {}", page.status);
    }
}
