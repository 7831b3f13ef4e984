//! How long a session lasts, and what ends with it.

use std::time::{Duration, Instant};

use crate::harness::{Teller, Workspace, on_both};

const DAY: i64 = 86_400;
const MINUTE: i64 = 60;
const PASSWORD: &str = "viisitoista merkkia riittaa";

async fn is_signed_in(teller: &Teller) -> bool {
    teller.peek("/fi/me").await.status == 200
}

#[tokio::test]
async fn a_session_ends_after_fourteen_days_of_rest() {
    let workspace = Workspace::open().await;
    let member = workspace.member("Noora Nieminen").await;
    workspace.returns_after(14 * DAY - MINUTE);
    let other = workspace.member("Onni Ojala").await;
    assert!(is_signed_in(&member).await);
    // Looking was a use: the fourteen days begin anew.
    workspace.returns_after(28 * DAY - 3 * MINUTE);
    assert!(is_signed_in(&member).await);
    workspace.returns_after(28 * DAY + MINUTE);
    assert!(!is_signed_in(&other).await, "fourteen days and a minute without use");
    assert!(is_signed_in(&member).await);
}

#[tokio::test]
async fn a_session_ends_after_thirty_days_in_any_case() {
    let workspace = Workspace::open().await;
    let member = workspace.member("Noora Nieminen").await;
    for day in [13, 26] {
        workspace.returns_after(day * DAY);
        assert!(is_signed_in(&member).await, "day {day}");
    }
    workspace.returns_after(30 * DAY - MINUTE);
    assert!(is_signed_in(&member).await);
    workspace.returns_after(30 * DAY + MINUTE);
    assert!(!is_signed_in(&member).await);
}

#[tokio::test]
async fn acts_of_weight_ask_again_after_a_quarter_of_an_hour() {
    let workspace = Workspace::open().await;
    let (network, founder) = workspace.network().await;
    let member = workspace.member("Noora Nieminen").await;
    workspace.returns_after(14 * MINUTE);
    founder.get(&format!("/fi/spaces/{network}/edit")).await.shows("Kuntademokratiaverkosto");
    workspace.returns_after(16 * MINUTE);
    // An administrator without a code may prove who they are, and is then led to setting one up.
    let asked = founder.get("/fi/audit").await;
    assert!(asked.address.starts_with("/fi/me/confirm"), "{}", asked.address);
    let form = asked.form_with(&["password", "next"]);
    founder.submit(form.clone().with("password", "ei tämä ainakaan ole")).await.is(422);
    let before = founder.cookies();
    let done = founder.submit(form.with("password", PASSWORD)).await;
    assert_eq!(done.address, "/fi/audit", "the first session of all came from the console");
    assert_ne!(founder.cookies(), before, "a proof gives a new token");
    let old = founder.with_cookies(&before.expect("a cookie"));
    assert!(!is_signed_in(&old).await, "and the old one is dead");

    // A member without a password gets a link, and comes back to the same place.
    let email = member.get("/fi/me").await.form("form[action$='/me/email']").with("email", "noora.uusi@example.fi");
    let asked = member.submit(email).await;
    assert!(asked.address.starts_with("/fi/me/confirm"), "{}", asked.address);
    member.submit(asked.form_with(&["email", "next"]).with("act", "link")).await.is(200);
    let link = workspace.mail_to(&member.email).await;
    let asks = member.get(&link).await;
    let back = member.submit(asks.form("main form[method=post]")).await;
    assert_eq!(back.address, "/fi/me");
    let email = back.form("form[action$='/me/email']").with("email", "noora.uusi@example.fi");
    member.submit(email).await.shows("Lähetimme linkin");
}

#[tokio::test]
async fn what_is_open_closes_with_its_session() {
    on_both(async |workspace| {
        let (network, founder) = workspace.network().await;
        let member = workspace.member("Noora Nieminen").await;
        member.joins(&network).await;
        let thread = member.starts_thread(&network, "Hei", "Olen uusi.").await;
        let document = founder.writes_document(&network, "Muistio", "Alku").await;

        // Another browser of the same member ends this one's session.
        let mut page = member.watches(&thread).await;
        let mut editor = member.edits(&document).await;
        editor.shows("Alku").await;
        let other = workspace.visitor();
        let asked = other.get("/fi/sign-in").await.form_with(&["email"]).with("email", &member.email);
        other.submit(asked.with("act", "link")).await.is(200);
        let link = workspace.mail_to(&member.email).await;
        let asks = other.get(&link).await;
        other.submit(asks.form("main form[method=post]")).await;
        let asked = Instant::now();
        other.post("/fi/me/sessions/end", &[("session", "others")]).await.is(200);
        page.closes().await;
        editor.closes().await;
        assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
        assert!(!is_signed_in(&member).await);

        // Closing the account closes what is open too, and nothing written afterwards is taken.
        let mut page = other.watches(&thread).await;
        let mut editor = other.edits(&document).await;
        editor.shows("Alku").await;
        let asked = Instant::now();
        let form = other.get("/fi/me").await.form("form[action$='/me/close']");
        other.submit(form.with("confirm_name", "Noora Nieminen")).await;
        page.closes().await;
        editor.closes().await;
        assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
        founder.get(&thread).await.hides("Noora Nieminen");
    })
    .await;
}

#[tokio::test]
async fn a_password_hashed_by_older_parameters_is_hashed_anew_at_sign_in() {
    // The same password, by the parameters of some years ago.
    const OLD: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$dmFuaGFzdW9sYXZhbmhhcw$eGFFV/1Vb42qyRf/PAqrSc6g9Vfx+ZPfJk/kLcmeZNA";
    on_both(async |workspace| {
        let (_, founder) = workspace.network().await;
        workspace
            .tampers(&format!("UPDATE person SET password_hash = '{OLD}' WHERE name = '{}'", founder.name))
            .expect("the hash is set");
        let kept = || {
            let told = workspace.tampers("SELECT password_hash FROM person WHERE password_hash IS NOT NULL");
            told.expect("the database answers").lines().last().unwrap_or_default().to_owned()
        };
        let signs_in = async |password: &str| {
            let browser = workspace.visitor();
            let form = browser.get("/fi/sign-in").await.form_with(&["email", "password"]);
            browser.submit(form.with("email", &founder.email).with("password", password)).await;
            is_signed_in(&browser).await
        };
        assert!(!signs_in("viisitoista merkkia ei riita").await);
        assert_eq!(kept(), OLD, "a wrong password changes nothing");
        assert!(signs_in(PASSWORD).await);
        let new = kept();
        assert!(new.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"), "{new}");
        assert!(signs_in(PASSWORD).await);
        assert_eq!(kept(), new, "what is of today stays");
    })
    .await;
}
