//! Joining, signing in and out.

use crate::harness::{Workspace, on_both};

const PASSWORD: &str = "viisitoista merkkia riittaa";

#[tokio::test]
async fn signing_in_with_a_password_and_out_again() {
    on_both(async |workspace| {
        let (_, founder) = workspace.network().await;
        let browser = workspace.visitor();
        let page = browser.get("/fi/sign-in").await;
        let form = page.form_with(&["email", "password"]).with("email", &founder.email);
        let wrong = browser.submit(form.clone().with("password", "ei tämä ainakaan ole")).await;
        assert!(wrong.status >= 400 && browser.cookies().is_none(), "{}", wrong.status);
        browser.submit(form.with("password", PASSWORD)).await.is(200);
        assert!(browser.cookies().is_some_and(|cookies| cookies.starts_with("aukio=")));
        let me = browser.get("/fi/me").await;
        me.shows("Helmi Saarela");
        let out = me.form("form[action*='sign-out']");
        browser.submit(out).await;
        let again = browser.get("/fi/me").await;
        assert!(again.address.starts_with("/fi/sign-in"), "{}", again.address);
    })
    .await;
}

#[tokio::test]
async fn signing_in_by_a_mailed_link_works_once() {
    let workspace = Workspace::open().await;
    let member = workspace.member("Noora Nieminen").await;
    let browser = workspace.visitor();
    let page = browser.get("/fi/sign-in").await;
    let form = page.form_with(&["email"]).with("email", &member.email).with("act", "link");
    browser.submit(form).await.is(200);
    let link = workspace.mail_to(&member.email).await;
    // A mail scanner that opens the link uses nothing up.
    workspace.visitor().get(&link).await.is(200);
    let asks = browser.get(&link).await;
    let form = asks.form("main form[method=post]");
    browser.submit(form.clone()).await;
    browser.get("/fi/me").await.shows("Noora Nieminen");
    let second = workspace.visitor();
    second.submit(form).await;
    assert!(second.cookies().is_none(), "the link worked twice");
}

#[tokio::test]
async fn nobody_learns_who_is_a_member() {
    let workspace = Workspace::open().await;
    let member = workspace.member("Noora Nieminen").await;
    let stranger = workspace.visitor();
    let page = stranger.get("/fi/sign-in").await;
    let link = page.form_with(&["email"]).with("act", "link");
    let known = stranger.submit(link.clone().with("email", &member.email)).await;
    let unknown = stranger.submit(link.with("email", "ei.kukaan@example.fi")).await;
    let plain = |text: String| text.replace(&member.email, "").replace("ei.kukaan@example.fi", "");
    assert_eq!((known.status, plain(known.text())), (unknown.status, plain(unknown.text())));

    let password = page.form_with(&["email", "password"]).with("password", "ei tämä ainakaan ole");
    let known = stranger.submit(password.clone().with("email", &member.email)).await;
    let unknown = stranger.submit(password.with("email", "ei.kukaan@example.fi")).await;
    assert_eq!((known.status, known.text()), (unknown.status, unknown.text()));

    let page = stranger.get("/fi/register").await;
    let form = page.form_with(&["email", "name", "sector"]).with("name", "Joku Muu").with("sector", "resident");
    let known = stranger.submit(form.clone().with("email", &member.email)).await;
    let unknown = stranger.submit(form.with("email", "uusi.ihminen@example.fi")).await;
    let plain = |text: String| text.replace(&member.email, "").replace("uusi.ihminen@example.fi", "");
    assert_eq!((known.status, plain(known.text())), (unknown.status, plain(unknown.text())));
}

#[tokio::test]
async fn the_way_back_never_leads_elsewhere() {
    let workspace = Workspace::open().await;
    let (_, founder) = workspace.network().await;
    for next in [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "javascript:alert(1)",
        "/fi/../..//elsewhere.example",
        "/%09/elsewhere.example",
    ] {
        let browser = workspace.visitor();
        let fields = [("email", founder.email.as_str()), ("password", PASSWORD), ("next", next)];
        let origin = [("Origin", browser.base.as_str()), ("Sec-Fetch-Site", "same-origin")];
        let answer = browser.forge("/fi/sign-in", &origin, &fields).await;
        let location = answer.header("location");
        let local = location.starts_with('/') && !location.starts_with("//") && !location.contains(['\\', '\t']);
        assert!(answer.status >= 400 || local, "{next} leads to {location}");
    }
}

#[tokio::test]
async fn a_profile_is_private_until_its_first_public_act() {
    let workspace = Workspace::open().await;
    let (space, _) = workspace.network().await;
    let member = workspace.member("Noora Nieminen").await;
    let visitor = workspace.visitor();
    assert!(!visitor.get("/fi/people").await.has("Noora Nieminen"));
    member.joins(&space).await;
    member.starts_thread(&space, "Hei kaikille", "Olen uusi.").await;
    visitor.get("/fi/people").await.shows("Noora Nieminen");
}

/// Two at the same moment, each of whom could go if the other stayed.
#[tokio::test]
async fn the_last_two_who_take_care_of_a_space_cannot_both_go() {
    on_both(async |workspace| {
        let (network, founder) = workspace.network().await;
        let (one, other) = (workspace.member("Eka Epäröivä").await, workspace.member("Toka Touhukas").await);
        let mut stayed = 0;
        for member in [&one, &other] {
            member.joins(&network).await;
        }
        let own = other.get("/fi/me").await.attribute("a[href^='/fi/people/']", "href").expect("a page of one's own");
        let person = own.rsplit('/').next().expect("an id").to_owned();
        for round in 0..12 {
            let group = workspace.founds(&one, &network, &format!("Ryhmä {round}"), &[("joining", "open")]).await;
            other.joins(&group).await;
            let change = format!("/fi/spaces/{group}/members/change");
            one.knock(&change, &[("person", &person), ("act", "convener")]).await.is(303);
            let leave = format!("/fi/spaces/{group}/leave");
            let (first, second) = tokio::join!(one.tries(&leave, &[]), other.tries(&leave, &[]));
            assert!(first.is_some() && second.is_some(), "{first:?} {second:?}");
            let members = founder.get(&format!("/fi/spaces/{group}/members")).await;
            let count = ["Eka Epäröivä", "Toka Touhukas"].into_iter().filter(|name| members.has(name)).count();
            assert_eq!(count, 1, "round {round}: {first:?} {second:?}");
            stayed += 1;
        }
        eprintln!("{stayed} groups, each with somebody left");
    })
    .await;
}

#[tokio::test]
async fn no_space_is_left_to_nobody_when_an_account_is_closed() {
    on_both(async |workspace| {
        let (network, founder) = workspace.network().await;
        let convener = workspace.member("Kaisa Kokoaja").await;
        convener.joins(&network).await;
        let group = workspace.founds(&convener, &network, "Kuulemisryhmä", &[("joining", "open")]).await;
        let close =
            |page: &crate::harness::Page, name: &str| page.form("form[action$='/me/close']").with("confirm_name", name);
        // The page says what she alone takes care of, where to hand it over, and to whom it goes otherwise.
        let page = convener.get("/fi/me").await;
        page.shows("Kuulemisryhmä").shows("jos et valitse toista, vastuun saa Helmi Saarela.");
        assert_eq!(page.count(&format!("#keeps a[href='/fi/spaces/{group}/members']")), 1);
        convener.submit(close(&page, "Kaisa Kokoaja")).await;
        convener.get("/fi/me").await.hides("Kokoaja");
        let members = founder.get(&format!("/fi/spaces/{group}/members")).await;
        members.is(200).shows("Helmi Saarela").shows("Koollekutsuja");
        founder.get(&format!("/fi/spaces/{group}/edit")).await.shows("Kuulemisryhmä");
        // Nobody else could take the network: it is asked for first, in words, and nothing is closed.
        let page = founder.get("/fi/me").await;
        page.shows("valitse ensin toinen");
        let form = page.form("form[action$='/me/close']").with("confirm_password", "viisitoista merkkia riittaa");
        let refused = founder.submit(form.clone()).await;
        refused.is(422);
        assert!(refused.has("Luovuta ensin vastuu työtiloista") && refused.has("Kuntademokratiaverkosto"));
        founder.get("/fi/me").await.shows("Helmi Saarela");
        workspace.does("verify", &[]).succeeds();
    })
    .await;
}
