//! The way back when phone and recovery codes are lost.

use crate::harness::{Authenticator, Page, Teller, Workspace, on_both};

const PASSWORD: &str = "viisitoista merkkia riittaa";
const DAY: i64 = 24 * 3600;

async fn sets_up(teller: &Teller) -> Authenticator {
    let page = teller.get("/fi/me/second-factor").await;
    let app = Authenticator::with_key(&page.texts("code.secret").concat());
    teller.submit(page.form_with(&["code"]).with("code", &app.code(0))).await.is(200);
    app
}

async fn asks(administrator: &Teller, email: &str, reason: &str) -> Page {
    let form = administrator.get("/fi/people/way-back").await.form_with(&["email", "reason"]);
    administrator.submit(form.with("email", email).with("reason", reason)).await
}

/// An administrator with two factors, and a member who has an authenticator and a password.
async fn two(workspace: &Workspace) -> (Teller, Teller) {
    let (_, founder) = workspace.network().await;
    sets_up(&founder).await;
    let member = workspace.member("Noora Nieminen").await;
    sets_up(&member).await;
    let set = member.get("/fi/me").await.form("form[action$='/me/password']").with("password", PASSWORD);
    member.submit(set).await.is(200);
    workspace.mail_called(&member.email, "Salasanasi on vaihdettu").await;
    (founder, member)
}

/// A mail's words in one line.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Signs in by password as far as it goes.
async fn tries(workspace: &Workspace, member: &Teller) -> (Teller, Page) {
    let browser = workspace.visitor();
    let form = browser.get("/fi/sign-in").await.form_with(&["email", "password"]);
    let page = browser.submit(form.with("email", &member.email).with("password", PASSWORD)).await;
    (browser, page)
}

#[tokio::test]
async fn after_a_day_the_member_comes_in_by_mail() {
    on_both(async |workspace| {
        let (founder, member) = two(&workspace).await;
        for (email, reason, field) in [
            ("", "Puhelin katosi", "email"),
            (member.email.as_str(), " ", "reason"),
            ("ei.kukaan@example.fi", "Puhelin katosi", "email"),
            (founder.email.as_str(), "Puhelin katosi", "email"),
        ] {
            let again = asks(&founder, email, reason).await;
            again.is(422);
            assert_eq!(again.count(&format!("#{field}-error")), 1, "{}", again.text());
            assert_eq!(again.value("email"), email, "what was typed is kept");
        }
        asks(&founder, &member.email, "Puhelin putosi järveen, soitin Nooralle").await.shows("Noora Nieminen");
        asks(&founder, &member.email, "Uudestaan").await.is(422);
        workspace.mail_saying(&member.email, "Puhelin putosi järveen, soitin Nooralle").await;
        member.get("/fi/me").await.shows("Estä poistaminen");

        // For a day nothing changes.
        workspace.returns_after(DAY - 60);
        let (_, asked) = tries(&workspace, &member).await;
        assert_eq!(asked.count("input[name=code]"), 1, "{}", asked.text());
        workspace.returns_after(DAY + 60);
        workspace.mail_saying(&member.email, "Aukiossa on poistettu").await;
        let out = member.get("/fi/me").await;
        assert!(out.address.starts_with("/fi/sign-in"), "the sessions have ended: {}", out.address);
        let (_, wrong) = tries(&workspace, &member).await;
        wrong.is(422);
        let browser = workspace.visitor();
        let form = browser.get("/fi/sign-in").await.form_with(&["email"]);
        browser.submit(form.with("email", &member.email).with("act", "link")).await.is(200);
        let link = workspace.mail_to(&member.email).await;
        let confirm = browser.get(&link).await.form("main form[method=post]");
        browser.submit(confirm).await.is(200);
        browser.get("/fi/me").await.shows("Noora Nieminen");
        let log = workspace.tampers("SELECT deed FROM audit").expect("the log is there");
        for deed in ["factor-removal-asked", "factor-taken"] {
            assert_eq!(log.lines().filter(|row| *row == deed).count(), 1, "{deed}: {log}");
        }
        let why = workspace.tampers("SELECT about FROM audit WHERE deed = 'factor-removal-asked'").expect("the log");
        assert!(why.contains("Puhelin putosi järveen"), "{why}");
    })
    .await;
}

#[tokio::test]
async fn a_password_opens_nothing_from_the_moment_that_its_factor_goes() {
    on_both(async |workspace| {
        let (founder, member) = two(&workspace).await;
        asks(&founder, &member.email, "Puhelin katosi").await.is(200);
        // The time comes while the service runs and before it has looked.
        workspace.tampers("UPDATE factor_removal SET due_at = 1").expect("time passes");
        let (browser, wrong) = tries(&workspace, &member).await;
        wrong.is(422);
        assert!(browser.cookies().is_none(), "the password alone opened the account");
        let left = workspace.tampers("SELECT COUNT(*) FROM factor_removal").expect("it is counted");
        assert_eq!(left.lines().last(), Some("0"), "{left}");
        let (browser, wrong) = tries(&workspace, &member).await;
        wrong.is(422);
        assert!(browser.cookies().is_none());
    })
    .await;
}

#[tokio::test]
async fn the_member_stops_it_by_mail_or_from_their_page() {
    on_both(async |workspace| {
        let (founder, member) = two(&workspace).await;
        asks(&founder, &member.email, "Puhelin katosi").await.is(200);
        let link = workspace.mail_to(&member.email).await;
        let stranger = workspace.visitor();
        // A scanner that opens the link stops nothing.
        let page = stranger.get(&link).await;
        page.shows("Säilytä kaksivaiheinen");
        founder.get("/fi/people/way-back").await.shows("Noora Nieminen");
        let form = page.form("main form[method=post]");
        stranger.submit(form.clone()).await.shows("jää käyttöön");
        assert_eq!(stranger.submit(form).await.status, 410);
        founder.get("/fi/people/way-back").await.shows("Yhtään poistoa ei odota");

        asks(&founder, &member.email, "Puhelin katosi taas").await.is(200);
        let second = workspace.mail_to(&member.email).await;
        member
            .submit(member.get("/fi/me").await.form("form[action$='/me/second-factor/keep']"))
            .await
            .shows("jää käyttöön");
        assert_eq!(stranger.get(&second).await.status, 410, "its link goes with it");
        workspace.returns_after(DAY + 60);
        let (_, asked) = tries(&workspace, &member).await;
        assert_eq!(asked.count("input[name=code]"), 1, "{}", asked.text());
        let log = workspace.tampers("SELECT deed FROM audit").expect("the log is there");
        assert_eq!(log.lines().filter(|row| *row == "factor-removal-stopped").count(), 2, "{log}");
    })
    .await;
}

#[tokio::test]
async fn only_an_administrator_with_both_factors_asks_and_the_machine_takes_at_once() {
    on_both(async |workspace| {
        let (_, founder) = workspace.network().await;
        sets_up(&founder).await;
        let member = workspace.member("Noora Nieminen").await;
        assert_eq!(member.get("/fi/people/way-back").await.status, 403);
        let takes =
            |email: &str, reason: &str| workspace.does("take-second-factor", &["--email", email, "--reason", reason]);
        let told = takes(&member.email, "Puhelin katosi").fails();
        assert!(told.contains("no second factor"), "{told}");
        takes("ei.kukaan@example.fi", "Puhelin katosi").fails();
        takes(&founder.email, " ").fails();
        takes(&founder.email, "Puhelin putosi järveen").succeeds();
        let out = founder.get("/fi/me").await;
        assert!(out.address.starts_with("/fi/sign-in"), "{}", out.address);
        let browser = workspace.visitor();
        let form = browser.get("/fi/sign-in").await.form_with(&["email"]);
        workspace.mail_called(&founder.email, "Kaksivaiheinen kirjautumisesi on poistettu").await;
        browser.submit(form.with("email", &founder.email).with("act", "link")).await.is(200);
        let link = workspace.mail_to(&founder.email).await;
        let confirm = browser.get(&link).await.form("main form[method=post]");
        let led = browser.submit(confirm).await;
        assert!(led.address.starts_with("/fi/me/second-factor"), "{}", led.address);
        sets_up(&browser).await;
        browser.get("/fi/people/way-back").await.is(200);
        let log = workspace.tampers("SELECT COALESCE(actor, 0) || ' ' || deed || ' ' || about FROM audit");
        let log = log.expect("the log is there");
        let taken = log.lines().find(|row| row.starts_with("0 factor-taken")).unwrap_or_default();
        assert!(taken.ends_with("Puhelin putosi järveen"), "{log}");
    })
    .await;
}

#[tokio::test]
async fn another_administrator_stops_it_and_it_goes_with_whoever_asked() {
    on_both(async |workspace| {
        let (founder, member) = two(&workspace).await;
        let other = workspace.member("Aino Aalto").await;
        workspace.tampers("UPDATE person SET administrator = TRUE WHERE name = 'Aino Aalto'").expect("she is one");
        assert_eq!(member.knock("/fi/people/way-back/stop", &[("person", "1")]).await.status, 403);
        sets_up(&other).await;
        asks(&founder, &member.email, "Puhelin katosi").await.is(200);
        let page = other.get("/fi/people/way-back").await;
        let person = page.attribute("form[action$='/way-back/stop'] button", "value").expect("a button");
        let stop = page.form("form[action$='/way-back/stop']").with("person", &person);
        other.submit(stop).await.shows("Poistaminen on estetty").shows("Yhtään poistoa ei odota");

        asks(&founder, &member.email, "Puhelin katosi taas").await.is(200);
        workspace.tampers("UPDATE person SET administrator = FALSE WHERE name = 'Helmi Saarela'").expect("no more");
        workspace.returns_after(DAY + 60);
        let (_, asked) = tries(&workspace, &member).await;
        assert_eq!(asked.count("input[name=code]"), 1, "{}", asked.text());
        let log = workspace.tampers("SELECT deed FROM audit").expect("the log is there");
        assert_eq!(log.lines().filter(|row| *row == "factor-removal-stopped").count(), 2, "{log}");
        assert!(!log.lines().any(|row| row == "factor-taken"), "{log}");
    })
    .await;
}

#[tokio::test]
async fn what_is_open_closes_when_another_process_takes_the_factor() {
    on_both(async |workspace| {
        let (network, founder) = workspace.network().await;
        let member = workspace.member("Noora Nieminen").await;
        sets_up(&member).await;
        member.joins(&network).await;
        let thread = member.starts_thread(&network, "Hei", "Olen uusi.").await;
        let document = founder.writes_document(&network, "Muistio", "Alku").await;
        let mut page = member.watches(&thread).await;
        let mut editor = member.edits(&document).await;
        editor.shows("Alku").await;
        let take = ["--email", member.email.as_str(), "--reason", "Puhelin katosi"];
        workspace.does("take-second-factor", &take).succeeds();
        page.closes().await;
        editor.closes().await;
    })
    .await;
}

#[tokio::test]
async fn the_owner_is_told_of_every_change_of_the_ways_in() {
    on_both(async |workspace| {
        workspace.network().await;
        let member = workspace.member("Noora Nieminen").await;
        let told = async |words: &str| {
            let mail = workspace.mail_called(&member.email, "Kirjautumistapasi ovat muuttuneet").await;
            assert!(plain(&mail.text).contains(words), "{}", mail.text);
        };
        sets_up(&member).await;
        told("otettiin käyttöön").await;
        let page = member.get("/fi/me/second-factor").await;
        member.submit(page.form("form[action$='/second-factor/codes']")).await.is(200);
        told("Varakoodit vaihdettiin").await;
        member.submit(page.form("form[action$='/second-factor/remove']")).await.is(200);
        told("poistettiin käytöstä").await;
    })
    .await;
}
