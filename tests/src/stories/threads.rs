//! Talking: starting, replying, reading in two orders, editing and withdrawing.

use crate::harness::{Workspace, on_both};

#[tokio::test]
async fn a_visitor_replies_and_the_text_survives_registration() {
    on_both(async |workspace| {
        let (space, founder) = workspace.network().await;
        let thread = founder.starts_thread(&space, "Montako euroa asukasta kohti riittää?", "Kertokaa luvuista.").await;
        let words = "Meillä riittää viisi euroa & hyvä tahto \"kuulemma\".";

        let mut visitor = workspace.visitor();
        let page = visitor.get(&thread).await;
        let asked = visitor.submit(page.form("form#reply").with("body", words).with("act", "post")).await;
        assert!(asked.address.starts_with("/fi/sign-in"), "a visitor is asked to sign in: {}", asked.address);
        let register = asked.attribute("main a[href*='/register']", "href").expect("the page offers to register");

        visitor.name = "Aino Virtanen".to_owned();
        visitor.email = "aino.virtanen@example.fi".to_owned();
        let form = visitor.get(&register).await;
        let back = workspace.registers(&visitor, form).await;
        assert!(back.address.starts_with(&thread), "back in the discussion: {}", back.address);
        assert_eq!(back.value("body"), words, "what was typed is still there");

        // Joining is one press away when the space is open.
        visitor.joins(&space).await;
        let sent = visitor.submit(back.form("form#reply").with("act", "post")).await;
        sent.shows("Meillä riittää viisi euroa").shows("Aino Virtanen");
        workspace.visitor().get(&thread).await.shows("Meillä riittää viisi euroa");
    })
    .await;
}

#[tokio::test]
async fn a_member_signs_in_and_the_text_survives() {
    let workspace = Workspace::told(&[("AUKIO_SECOND_FACTOR", "nobody".to_owned())]).await;
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, "Tapaaminen Joensuussa", "Kuka pääsee?").await;
    let away = workspace.visitor();
    let page = away.get(&thread).await;
    let asked = away.submit(page.form("form#reply").with("body", "Minä pääsen.").with("act", "post")).await;
    let form = asked.form_with(&["email", "password"]);
    let back = away.submit(form.with("email", &founder.email).with("password", "viisitoista merkkia riittaa")).await;
    assert!(back.address.starts_with(&thread), "{}", back.address);
    assert_eq!(back.value("body"), "Minä pääsen.");
}

#[tokio::test]
async fn a_discussion_reads_as_a_tree_and_by_time() {
    on_both(async |workspace| {
        let (space, founder) = workspace.network().await;
        let other = workspace.member("Noora Nieminen").await;
        other.joins(&space).await;
        let thread = founder.starts_thread(&space, "Kumpi ensin?", "Aloitus").await;
        founder.posts(&thread, "Toinen juuri").await;
        other.replies(&thread, 1, "Vastaus aloitukseen").await;
        founder.replies(&thread, 3, "Vastaus vastaukseen").await;

        let visitor = workspace.visitor();
        let tree = visitor.get(&format!("{thread}?view=tree")).await;
        let time = visitor.get(&format!("{thread}?view=time")).await;
        assert_eq!(tree.attributes("article.message", "data-message"), ["1", "3", "4", "2"]);
        assert_eq!(time.attributes("article.message", "data-message"), ["1", "2", "3", "4"]);
        assert_eq!(tree.attribute("#m4", "data-depth").as_deref(), Some("2"));
        assert_eq!(tree.attribute("#m4", "data-parent").as_deref(), Some("3"));
        assert_eq!(tree.attributes("article.message", "aria-labelledby"), ["m1-by", "m3-by", "m4-by", "m2-by"]);
        // A message has an address of its own.
        visitor.get(&format!("{thread}/3")).await.shows("Vastaus aloitukseen");
        visitor.get(&format!("{thread}/99")).await.is(404);
    })
    .await;
}

#[tokio::test]
async fn a_message_is_edited_and_its_history_stays() {
    on_both(async |workspace| {
        let (space, founder) = workspace.network().await;
        let thread = founder.starts_thread(&space, "Luvut", "Tarkistetaan.").await;
        founder.posts(&thread, "Lukuja on kuusi.").await;
        let page = founder.get(&format!("{thread}/2/edit")).await;
        assert_eq!(page.value("body"), "Lukuja on kuusi.");
        founder.submit(page.form_with(&["body"]).with("body", "Lukuja on seitsemän.").with("act", "post")).await;

        let visitor = workspace.visitor();
        visitor.get(&thread).await.shows("Lukuja on seitsemän.").hides("Lukuja on kuusi.");
        visitor.get(&format!("{thread}/2/history")).await.shows("Lukuja on kuusi.").shows("Lukuja on seitsemän.");

        let other = workspace.member("Noora Nieminen").await;
        other.joins(&space).await;
        other.get(&format!("{thread}/2/edit")).await.is(403);
        other.post(&format!("{thread}/2/edit"), &[("body", "Omin luvin")]).await.is(403);
        visitor.get(&thread).await.hides("Omin luvin");
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_message_leaves_a_gravestone_and_its_replies() {
    on_both(async |workspace| {
        let (space, founder) = workspace.network().await;
        let thread = founder.starts_thread(&space, "Pois vedetty", "Aloitus").await;
        founder.posts(&thread, "Tämän otan takaisin").await;
        founder.replies(&thread, 2, "Vastaus jää").await;
        let page = founder.get(&format!("{thread}/2/withdraw")).await;
        let form = page.form("form[action*='/2/withdraw']");
        founder.submit(form).await.is(200);
        let page = workspace.visitor().get(&thread).await;
        page.shows("Vastaus jää").hides("Tämän otan takaisin");
        assert_eq!(page.count("#m2.message--withdrawn > .message__main time"), 1, "the gravestone is dated");
        // The number is never used again.
        founder.posts(&thread, "Seuraava").await;
        assert_eq!(workspace.visitor().get(&thread).await.count("#m4"), 1);
        workspace.visitor().get(&format!("{thread}/2/history")).await.hides("Tämän otan takaisin");
    })
    .await;
}

#[tokio::test]
async fn a_preview_sends_nothing() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, "Esikatselu", "Aloitus").await;
    let page = founder.get(&thread).await;
    let seen = founder.submit(page.form("form#reply").with("body", "**Lihava** teksti").with("act", "preview")).await;
    assert!(seen.texts("main strong").contains(&"Lihava".to_owned()), "{}", seen.text());
    assert_eq!(seen.value("body"), "**Lihava** teksti");
    assert_eq!(workspace.visitor().get(&thread).await.count("article.message"), 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_text_is_said_and_the_text_kept() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, "Virheet", "Aloitus").await;
    let page = founder.get(&thread).await;
    let empty = founder.submit(page.form("form#reply").with("body", "   ").with("act", "post")).await;
    assert_eq!(empty.status, 422, "an empty message is refused");
    assert!(empty.count("[aria-invalid=true]") > 0);
    let long = "ä".repeat(45_000);
    let too_long = founder.submit(page.form("form#reply").with("body", &long).with("act", "post")).await;
    assert_eq!(too_long.status, 422);
    assert_eq!(too_long.value("body").chars().count(), 45_000, "the text is kept");
}

#[tokio::test]
async fn markup_shows_as_text_and_runs_nothing() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, "<script>alert(1)</script> otsikossa", "Aloitus").await;
    for body in [
        "<script>alert(1)</script> kuuluu",
        "<img src=x onerror=alert(1)> kuuluu",
        "[kuuluu](javascript:alert(1))",
        "[kuuluu](data:text/html;base64,PHNjcmlwdD4=)",
        "<a href=\"vbscript:x\">kuuluu</a>",
        "![kuuluu](https://elsewhere.example/pixel.png)",
        "\u{202e}kuuluu takaperin",
    ] {
        let page = founder.posts(&thread, body).await;
        page.is(200);
    }
    let page = workspace.visitor().get(&thread).await;
    assert_eq!(page.count("article script, article img, article [onerror], article iframe, h1 script"), 0);
    for link in page.attributes("article a", "href") {
        assert!(link.starts_with(['/', '#', '?']) || link.starts_with("http"), "{link}");
    }
    assert_eq!(page.count("article"), 8);
}

#[tokio::test]
async fn long_discussions_come_in_pages() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let thread = founder.starts_thread(&space, "Pitkä", "Viesti 1.").await;
    let page = founder.get(&thread).await;
    let form = page.form("form#reply");
    for number in 2..=75 {
        founder.submit(form.clone().with("body", &format!("Viesti {number}.")).with("act", "post")).await.is(200);
    }
    let visitor = workspace.visitor();
    let mut seen = Vec::new();
    let mut next = Some(format!("{thread}?view=time&from=1"));
    while let Some(address) = next {
        let page = visitor.get(&address).await;
        page.is(200);
        let numbers: Vec<u32> =
            page.attributes("article.message", "data-message").iter().map(|n| n.parse().expect("a number")).collect();
        assert!(!numbers.is_empty() && numbers.len() <= 60, "{address} has {}", numbers.len());
        seen.extend(numbers);
        next = page.attribute("a[rel=next]", "href");
        assert!(seen.len() <= 75, "pages overlap: {seen:?}");
    }
    assert_eq!(seen, (1..=75).collect::<Vec<_>>());
}
