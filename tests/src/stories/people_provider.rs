//! Signing in through an organisation's identity provider, honest or not.

use serde_json::{Value, json};

use crate::harness::{Authenticator, IdentityProvider, Page, Play, Teller, Workspace, on_both_told};

const PASSWORD: &str = "viisitoista merkkia riittaa";
const ACCOUNTS: &str = "makes-accounts = true";

fn maija() -> Value {
    json!({ "sub": "m-1", "email": "Maija.Meri@kunta.fi", "email_verified": true, "name": "Maija Meri" })
}

/// Presses the provider's button; gives the address that the browser is sent to.
async fn leaves(browser: &Teller, page: &Page) -> String {
    let form = page
        .form("form[action$='/sign-in/provider'], form[action$='/confirm/provider'], form[action$='/providers/link']");
    let going = browser.submit(form.with("provider", "kunta")).await;
    going.is(200);
    let address = going.attribute("#go", "href").unwrap_or_else(|| panic!("no way on: {}", going.text()));
    let at_once = going.attribute("meta[http-equiv=refresh]", "content").unwrap_or_default();
    assert_eq!(at_once, format!("0; url={address}"));
    address
}

/// Presses the button, signs in over there and comes back.
async fn through(browser: &Teller, page: &Page) -> Page {
    let address = leaves(browser, page).await;
    browser.get(&address).await
}

async fn signs_in(browser: &Teller) -> Page {
    through(browser, &browser.get("/fi/sign-in").await).await
}

async fn links(member: &Teller) -> Page {
    through(member, &member.get("/fi/me").await).await
}

/// Fills in what the provider did not tell.
async fn joins(browser: &Teller, page: &Page) -> Page {
    let form = page.form_with(&["token", "sector"]);
    browser.submit(form.with("sector", "municipality").with("organisation", "Kunta")).await
}

fn is_inside(browser: &Teller) -> bool {
    browser.cookies().is_some_and(|cookies| cookies.split("; ").any(|cookie| cookie.starts_with("aukio=")))
}

#[tokio::test]
async fn somebody_new_joins_signs_in_and_takes_the_link_away() {
    let provider = IdentityProvider::start().await;
    on_both_told(&provider.settings(ACCOUNTS), async |workspace| {
        let (_, founder) = workspace.network().await;
        provider.knows(maija());
        let browser = workspace.visitor();
        let asks = signs_in(&browser).await;
        assert!(asks.address.starts_with("/fi/register/provider?token="), "{}", asks.address);
        asks.shows("Maija.Meri@kunta.fi").shows("käyttöehdot");
        assert_eq!(asks.value("name"), "Maija Meri");
        assert!(!is_inside(&browser), "nobody is signed in before there is an account");
        let form = asks.form_with(&["token", "sector"]);
        let again = browser.submit(form.clone().with("name", "Maija Merinen")).await;
        again.is(422);
        assert_eq!(again.value("name"), "Maija Merinen", "what was typed is kept");
        joins(&browser, &asks).await.is(200);
        browser.get("/fi/me").await.shows("Maija Meri").shows("Kuntatunnus").shows("Maija.Meri@kunta.fi");
        assert!(!browser.cookies().unwrap_or_default().contains("provider"), "the flow's cookie goes with the flow");
        assert_eq!(browser.submit(form).await.status, 410, "the form works once");

        let second = workspace.visitor();
        signs_in(&second).await.is(200);
        let me = second.get("/fi/me").await;
        me.shows("Maija Meri");
        second.submit(me.form("form[action$='/unlink']")).await.shows("on poistettu");
        let third = workspace.visitor();
        signs_in(&third).await.shows("on jo tunnus");
        assert!(!is_inside(&third), "what was unlinked opens nothing");

        let log =
            workspace.tampers("SELECT deed || ' ' || about FROM audit ORDER BY number").expect("the log is there");
        for row in ["account-made", "provider-linked kunta", "signed-in provider", "provider-unlinked kunta"] {
            assert!(log.lines().any(|line| line.trim() == row), "`{row}` is not in\n{log}");
        }
        founder.get("/fi/audit").await.is(200);
    })
    .await;
}

#[tokio::test]
async fn a_known_address_opens_no_account_and_its_owner_links() {
    let provider = IdentityProvider::start().await;
    on_both_told(&provider.settings(ACCOUNTS), async |workspace| {
        workspace.network().await;
        let member = workspace.member("Noora Nieminen").await;
        provider.knows(json!({ "sub": "n-1", "email": member.email.to_uppercase(), "email_verified": true }));
        let stranger = workspace.visitor();
        signs_in(&stranger).await.shows("on jo tunnus Aukiossa");
        assert!(!is_inside(&stranger), "an address alone opens nothing");
        links(&member).await.shows("on yhdistetty");
        let told = workspace.mail_called(&member.email, "Kirjautumistapasi ovat muuttuneet").await;
        assert!(told.text.contains("organisaation tunnus"), "{}", told.text);
        let browser = workspace.visitor();
        signs_in(&browser).await.is(200);
        browser.get("/fi/me").await.shows("Noora Nieminen");
        // What is linked here cannot be linked elsewhere.
        let other = workspace.member("Olli Oksa").await;
        let told = links(&other).await;
        assert!(told.address.starts_with("/fi/me?"), "{}", told.address);
        told.shows("yhdistetty johonkin toiseen");
        other.get("/fi/me").await.hides("Poista yhteys");
    })
    .await;
}

#[tokio::test]
async fn a_text_survives_the_way_to_the_provider_and_back() {
    let provider = IdentityProvider::start().await;
    on_both_told(&provider.settings(ACCOUNTS), async |workspace| {
        let (network, founder) = workspace.network().await;
        let thread = founder.starts_thread(&network, "Torin penkit", "Montako penkkiä?").await;
        provider.knows(maija());
        let visitor = workspace.visitor();
        let asks = visitor.posts(&thread, "Kolme penkkiä riittää hyvin").await;
        asks.shows("on tallella");
        provider.plays(Play::Refuses);
        let refused = through(&visitor, &asks).await;
        refused.is(422);
        assert!(refused.has("ei kirjannut sinua"), "{}", refused.text());
        provider.plays(Play::Right);
        let join = through(&visitor, &refused).await;
        join.shows("on tallella");
        let back = joins(&visitor, &join).await;
        assert_eq!(back.value("body"), "Kolme penkkiä riittää hyvin");
        visitor.submit(back.form("form#reply").with("act", "post")).await.shows("Kolme penkkiä riittää hyvin");
    })
    .await;
}

#[tokio::test]
async fn nothing_that_is_not_true_signs_anybody_in() {
    let provider = IdentityProvider::start().await;
    on_both_told(&provider.settings(ACCOUNTS), async |workspace| {
        workspace.network().await;
        let member = workspace.member("Noora Nieminen").await;
        provider.plays(Play::Right);
        provider.knows(json!({ "sub": "n-1" }));
        links(&member).await.shows("on yhdistetty");
        for (play, words) in [
            (Play::WrongNonce, "Emme voineet varmistaa"),
            (Play::NoNonce, "Emme voineet varmistaa"),
            (Play::WrongAudience, "Emme voineet varmistaa"),
            (Play::SecondAudience, "Emme voineet varmistaa"),
            (Play::WrongIssuer, "Emme voineet varmistaa"),
            (Play::WrongKey, "Emme voineet varmistaa"),
            (Play::UnknownKey, "Emme voineet varmistaa"),
            (Play::Unsigned, "Emme voineet varmistaa"),
            (Play::SharedSecret, "Emme voineet varmistaa"),
            (Play::Changed, "Emme voineet varmistaa"),
            (Play::Expired, "Emme voineet varmistaa"),
            (Play::Future, "Emme voineet varmistaa"),
            (Play::Huge, "ei juuri nyt vastaa"),
            (Play::Elsewhere, "ei juuri nyt vastaa"),
            (Play::Broken, "ei juuri nyt vastaa"),
            (Play::Refuses, "ei kirjannut sinua"),
        ] {
            provider.plays(play);
            let browser = workspace.visitor();
            let page = browser.get("/fi/sign-in?next=/fi/people").await;
            let answer = through(&browser, &page).await;
            assert!(answer.status == 422 && answer.has(words), "{play:?}: {} {}", answer.status, answer.text());
            assert_eq!(answer.value("next"), "/fi/people", "{play:?}: the way on is kept");
            assert!(
                !answer.body.contains("/sign-in/return"),
                "{play:?}: a link leads to an address that opens nothing"
            );
            assert!(!is_inside(&browser), "{play:?} signed somebody in");
        }
        assert!(!provider.asked().iter().any(|asked| asked.contains("again")), "a redirect was followed");
        provider.plays(Play::Right);
        let browser = workspace.visitor();
        signs_in(&browser).await;
        assert!(is_inside(&browser), "the truth signs in");
        let failed = workspace.tampers("SELECT about FROM audit WHERE deed = 'provider-failed'").expect("the log");
        for what in ["untrue", "unreachable", "refused"] {
            assert!(failed.lines().any(|line| line == format!("kunta {what}")), "{failed}");
        }
        // The same words in the reader's language, at the provider's button.
        provider.plays(Play::Expired);
        let page = browser.get("/sv/me").await;
        browser.submit(page.form("form[action$='/sign-out']")).await;
        let swedish = through(&browser, &browser.get("/sv/sign-in").await).await;
        assert!(swedish.has("Vi kunde inte bekräfta") && swedish.count("#provider-error") == 1, "{}", swedish.text());
        provider.plays(Play::Right);
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_is_slow_or_gone_keeps_nobody_waiting() {
    let mut provider = IdentityProvider::start().await;
    let workspace = Workspace::told(&provider.settings(ACCOUNTS)).await;
    provider.knows(maija());
    provider.plays(Play::Slow);
    let browser = workspace.visitor();
    let begun = std::time::Instant::now();
    let slow = signs_in(&browser).await;
    assert!(slow.status == 422 && slow.has("ei juuri nyt vastaa"), "{} {}", slow.status, slow.text());
    assert!(begun.elapsed().as_secs() < 15, "{:?}", begun.elapsed());
    provider.goes_down().await;
    workspace.crashes_and_returns();
    let page = browser.get("/fi/sign-in?next=/fi/people").await;
    let form = page.form("form[action$='/sign-in/provider']").with("provider", "kunta");
    let gone = browser.submit(form).await;
    assert!(gone.status == 422 && gone.has("ei juuri nyt vastaa"), "{} {}", gone.status, gone.text());
    assert_eq!(gone.value("next"), "/fi/people");
    // Everything else goes on.
    workspace.administrator("Helmi Saarela").await.get("/fi/me").await.shows("Helmi Saarela");
}

#[tokio::test]
async fn a_flow_works_once_in_its_own_browser_and_for_ten_minutes() {
    let provider = IdentityProvider::start().await;
    on_both_told(&provider.settings(ACCOUNTS), async |workspace| {
        workspace.network().await;
        let member = workspace.member("Noora Nieminen").await;
        provider.knows(json!({ "sub": "n-1" }));
        links(&member).await.shows("on yhdistetty");

        // Somebody else's browser cannot use the answer, and does not use it up.
        let (browser, thief) = (workspace.visitor(), workspace.visitor());
        let address = leaves(&browser, &browser.get("/fi/sign-in").await).await;
        let answer = browser.peek(&address).await.header("location").to_owned();
        assert!(answer.contains("/sign-in/return/kunta?code="), "{answer}");
        assert_eq!(thief.get(&answer).await.status, 422);
        leaves(&thief, &thief.get("/fi/sign-in").await).await;
        assert_eq!(thief.get(&answer).await.status, 422, "not with a flow of its own either");
        assert!(!is_inside(&thief));
        browser.get(&answer).await.is(200);
        assert!(is_inside(&browser));

        // Nobody uses it twice, not even with the cookie that was there.
        let second = workspace.visitor();
        let address = leaves(&second, &second.get("/fi/sign-in").await).await;
        let answer = second.peek(&address).await.header("location").to_owned();
        let copy = workspace.visitor().with_cookies(&second.cookies().expect("the flow has a cookie"));
        second.get(&answer).await.is(200);
        assert_eq!(copy.get(&answer).await.status, 422);
        assert!(!is_inside(&copy));

        // A state of one's own making, and none.
        for state in ["", "abc", &"0".repeat(64)] {
            assert_eq!(copy.get(&format!("/sign-in/return/kunta?code=koodi-1&state={state}")).await.status, 422);
        }
        assert_eq!(copy.get("/sign-in/return/toinen?code=a&state=b").await.status, 404);

        let late = workspace.visitor();
        let address = leaves(&late, &late.get("/fi/sign-in").await).await;
        let answer = late.peek(&address).await.header("location").to_owned();
        workspace.returns_after(601);
        assert_eq!(late.get(&answer).await.status, 422);
        assert!(!is_inside(&late));
    })
    .await;
}

#[tokio::test]
async fn the_form_that_makes_an_account_works_in_its_own_browser_only() {
    let provider = IdentityProvider::start().await;
    on_both_told(&provider.settings(ACCOUNTS), async |workspace| {
        workspace.network().await;
        provider.knows(maija());
        let browser = workspace.visitor();
        let asks = signs_in(&browser).await;
        // Somebody else is sent the address, with or without a flow of their own.
        let other = workspace.visitor();
        assert_eq!(other.get(&asks.address).await.status, 410);
        leaves(&other, &other.get("/fi/sign-in").await).await;
        assert_eq!(other.get(&asks.address).await.status, 410);
        assert_eq!(joins(&other, &asks).await.status, 410);
        assert!(!is_inside(&other));
        joins(&browser, &browser.get(&asks.address).await).await.is(200);
        assert!(is_inside(&browser));
    })
    .await;
}

#[tokio::test]
async fn a_whole_office_joins_on_one_day() {
    let provider = IdentityProvider::start().await;
    let workspace = Workspace::told(&provider.settings(ACCOUNTS)).await;
    workspace.network().await;
    for n in 0..8 {
        provider.knows(json!({ "sub": format!("o-{n}"), "email": format!("o{n}@kunta.fi"), "email_verified": true,
            "name": "Outi Oja" }));
        let browser = workspace.visitor().at("192.0.2.77");
        let asks = signs_in(&browser).await;
        joins(&browser, &asks).await.is(200);
        assert!(is_inside(&browser), "colleague {n}");
    }
}

#[tokio::test]
async fn only_a_provider_that_is_set_so_stands_for_a_second_factor() {
    let provider = IdentityProvider::start().await;
    on_both_told(&provider.settings("strong-amr = [\"mfa\"]\nstrong-acr = [\"vahva\"]"), async |workspace| {
        let (_, founder) = workspace.network().await;
        let page = founder.get("/fi/me/second-factor").await;
        let app = Authenticator::with_key(&page.texts("code.secret").concat());
        founder.submit(page.form_with(&["code"]).with("code", &app.code(0))).await.is(200);
        provider.knows(json!({ "sub": "h-1", "amr": ["pwd"] }));
        links(&founder).await.shows("on yhdistetty");

        let weak = workspace.visitor();
        let asks = signs_in(&weak).await;
        assert_eq!(asks.count("input[name=code]"), 1, "the code is asked for: {}", asks.text());
        assert!(!is_inside(&weak));

        for claims in [json!({ "sub": "h-1", "amr": ["pwd", "mfa"] }), json!({ "sub": "h-1", "acr": "vahva" })] {
            provider.knows(claims);
            let strong = workspace.visitor();
            signs_in(&strong).await.is(200);
            strong.get("/fi/audit").await.is(200);
        }

        // Proving again: by the provider too, when it asked for both factors just now.
        let strong = workspace.visitor();
        signs_in(&strong).await.is(200);
        workspace.returns_after(16 * 60);
        let asks = strong.get("/fi/audit").await;
        assert!(asks.address.starts_with("/fi/me/confirm"), "{}", asks.address);
        // The service's clock is ahead of the provider's by now, so that its word is too old.
        let old = through(&strong, &asks).await;
        assert!(old.address.starts_with("/fi/me/confirm?"), "{}", old.address);
        old.shows("Emme voineet varmistaa");
        assert!(provider.asked().iter().any(|asked| asked == "acr_values=vahva"));
        assert!(provider.asked().iter().any(|asked| asked == "authorize prompt=login max_age=0"));
        let ahead = 16 * 60 + now();
        for (claims, words) in [
            (json!({ "sub": "h-1", "amr": ["pwd"] }), "kysynyt toista vaihetta"),
            (json!({ "sub": "h-2", "acr": "vahva" }), "jonkun muun kuin sinut"),
        ] {
            let mut claims = claims;
            for (name, at) in [("iat", ahead), ("auth_time", ahead), ("exp", ahead + 300)] {
                claims[name] = json!(at);
            }
            provider.knows(claims);
            through(&strong, &strong.get("/fi/me/confirm?next=/fi/audit").await).await.shows(words);
        }
        let sql = "SELECT about FROM audit WHERE deed = 'provider-failed' AND actor IS NOT NULL";
        let failed = workspace.tampers(sql).expect("the log");
        for what in ["kunta untrue", "kunta weak", "kunta not-yours"] {
            assert!(failed.lines().any(|line| line == what), "{failed}");
        }
        provider.knows(json!({ "sub": "h-1", "acr": "vahva", "iat": ahead, "auth_time": ahead, "exp": ahead + 300 }));
        through(&strong, &strong.get("/fi/me/confirm?next=/fi/audit").await).await.shows("Tapahtumaloki");
    })
    .await;
}

#[expect(clippy::disallowed_methods, reason = "a provider asks its own clock")]
fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
    since.expect("it is past 1970").as_secs()
}

#[tokio::test]
async fn accounts_are_made_only_as_the_operator_set_it() {
    let provider = IdentityProvider::start().await;
    let limits = "makes-accounts = true\ndomains = [\"kunta.fi\"]";
    on_both_told(&provider.settings(limits), async |workspace| {
        workspace.network().await;
        for claims in [
            json!({ "sub": "x-1", "email": "maija@muu.fi", "email_verified": true }),
            json!({ "sub": "x-2", "email": "maija@alue.kunta.fi", "email_verified": true }),
            json!({ "sub": "x-3", "email": "maija@kunta.fi", "email_verified": false }),
            json!({ "sub": "x-4", "email": "maija@kunta.fi" }),
            json!({ "sub": "x-5" }),
        ] {
            provider.knows(claims.clone());
            let browser = workspace.visitor();
            signs_in(&browser).await.shows("ei ole tunnusta Aukiossa");
            assert!(!is_inside(&browser), "{claims}");
        }
        provider.knows(maija());
        signs_in(&workspace.visitor()).await.shows("Maija.Meri@kunta.fi");
    })
    .await;
    on_both_told(&provider.settings(""), async |workspace| {
        workspace.network().await;
        signs_in(&workspace.visitor()).await.shows("ei ole tunnusta Aukiossa");
    })
    .await;
}

#[tokio::test]
async fn the_last_way_in_stays() {
    let provider = IdentityProvider::start().await;
    on_both_told(&provider.settings(ACCOUNTS), async |workspace| {
        workspace.network().await;
        let member = workspace.member("Noora Nieminen").await;
        provider.knows(json!({ "sub": "n-1" }));
        links(&member).await.shows("on yhdistetty");
        workspace
            .tampers("UPDATE person SET email = NULL, email_key = NULL WHERE name = 'Noora Nieminen'")
            .expect("the address goes");
        // What cannot be used any more is no way in.
        let bytes = if workspace.is_postgres() { "'\\x01'" } else { "x'01'" };
        let old = format!(
            "INSERT INTO passkey (id, person_id, credential, name, public_key, created_at, site)
             SELECT 77, id, {bytes}, 'Puhelin', '{{}}', 0, 'vanha.example.fi' FROM person WHERE name = 'Noora Nieminen'"
        );
        workspace.tampers(&old).expect("a passkey of an earlier address");
        let form = member.get("/fi/me").await.form("form[action$='/unlink']");
        let refused = member.submit(form).await;
        refused.is(409);
        assert!(refused.has("ainoa tapasi kirjautua"), "{}", refused.text());
        member.get("/fi/me").await.shows("Poista yhteys");
        let browser = workspace.visitor();
        signs_in(&browser).await.is(200);
        assert!(is_inside(&browser));
    })
    .await;
}

#[tokio::test]
async fn without_the_drill_plain_http_and_this_machine_are_never_asked() {
    let provider = IdentityProvider::start().await;
    let file = provider.settings(ACCOUNTS).remove(0).1;
    let data = crate::harness::folder();
    let refused = crate::harness::run("reindex", &["--identity-providers", &file], data.path(), None).fails();
    assert!(refused.contains("https"), "{refused}");
    // https to this machine: the door does not open.
    let text = std::fs::read_to_string(&file).expect("the settings are there").replace("http://", "https://");
    std::fs::write(&file, text).expect("the settings can be written");
    let workspace = Workspace::told(&[("AUKIO_IDENTITY_PROVIDERS", file)]).await;
    let browser = workspace.visitor();
    let page = browser.get("/fi/sign-in").await;
    let form = page.form("form[action$='/sign-in/provider']").with("provider", "kunta");
    assert_eq!(browser.submit(form).await.status, 422);
    assert_eq!(provider.asked(), Vec::<String>::new());
    assert!(workspace.log().contains("none that may be asked"), "{}", workspace.log());
}

#[tokio::test]
async fn what_only_the_own_network_reaches_is_asked_only_when_it_is_said_to_be_there() {
    let provider = IdentityProvider::start().await;
    let asked = async |more: &str| {
        let file = provider.settings(more).remove(0).1;
        let text = std::fs::read_to_string(&file).expect("the settings are there");
        std::fs::write(&file, text.replace(&provider.issuer, "https://10.255.255.1:9")).expect("it can be written");
        let workspace = Workspace::told(&[("AUKIO_IDENTITY_PROVIDERS", file)]).await;
        let browser = workspace.visitor();
        let page = browser.get("/fi/sign-in").await;
        let form = page.form("form[action$='/sign-in/provider']").with("provider", "kunta");
        browser.submit(form).await.is(422);
        workspace.log().contains("none that may be asked")
    };
    assert!(asked("").await, "the operator's own network was asked");
    assert!(!asked("inside = true").await);
}

#[tokio::test]
async fn a_password_still_works_beside_a_provider() {
    let provider = IdentityProvider::start().await;
    let workspace = Workspace::told(&provider.settings(ACCOUNTS)).await;
    let (_, founder) = workspace.network().await;
    let browser = workspace.visitor();
    let form = browser.get("/fi/sign-in").await.form_with(&["email", "password"]);
    browser.submit(form.with("email", &founder.email).with("password", PASSWORD)).await.is(200);
    assert!(is_inside(&browser));
}
