//! Passkeys as far as a browser without a device comes; tests/browser/passkeys.test.mjs tells the rest.

use crate::harness::{Authenticator, Page, Teller, Workspace, on_both};

const PASSWORD: &str = "viisitoista merkkia riittaa";

/// Puts a passkey into the database, as a device has left it there; none of the stories has the device.
fn gets_a_passkey(workspace: &Workspace, name: &str, site: &str) {
    let bytes = if workspace.is_postgres() { "'\\x01'" } else { "x'01'" };
    let sql = format!(
        "INSERT INTO passkey (id, person_id, credential, name, public_key, created_at, site)
         SELECT 77, id, {bytes}, 'Puhelin', '{{}}', 0, {site} FROM person WHERE name = '{name}'"
    );
    workspace.tampers(&sql).expect("the passkey is there");
}

/// Signs in by a mailed link, as whoever reads the mail can.
async fn by_mail(workspace: &Workspace, email: &str) -> (Teller, Page) {
    let browser = workspace.visitor();
    let form = browser.get("/fi/sign-in").await.form_with(&["email"]);
    browser.submit(form.with("email", email).with("act", "link")).await.is(200);
    let link = workspace.mail_to(email).await;
    let confirm = browser.get(&link).await.form("main form[method=post]");
    let page = browser.submit(confirm).await;
    (browser, page)
}

/// What would open a way in: none of it is done, each leads to where the member proves who they are.
async fn opens_nothing(browser: &Teller) {
    for (path, fields) in [
        ("/fi/me/second-factor", vec![("code", "123456")]),
        ("/fi/me/passkeys/start", vec![]),
        ("/fi/me/passkeys", vec![("name", "Oma")]),
        ("/fi/me/passkeys/remove", vec![("passkey", "77")]),
        ("/fi/me/tokens", vec![("name", "Oma"), ("scope", "write")]),
        ("/fi/me/email", vec![("email", "joku.muu@example.fi")]),
        ("/fi/me/providers/link", vec![("provider", "kunta")]),
        ("/fi/me/providers/unlink", vec![("issuer", "x"), ("subject", "x")]),
    ] {
        let answer = browser.knock(path, &fields).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.text());
        assert!(answer.header("location").starts_with("/fi/me/confirm"), "{path}: {}", answer.header("location"));
    }
}

#[tokio::test]
async fn a_mailbox_or_a_password_adds_nothing_beside_a_passkey() {
    on_both(async |workspace| {
        let (_, founder) = workspace.network().await;
        gets_a_passkey(&workspace, "Helmi Saarela", "NULL");
        let (thief, _) = by_mail(&workspace, &founder.email).await;
        for path in ["/fi/me/second-factor", "/fi/audit"] {
            let asked = thief.get(path).await;
            assert!(asked.address.starts_with("/fi/me/confirm"), "{path}: {}", asked.address);
            assert_eq!(asked.count("main input[name=password], main form[action$='/sign-in']"), 0);
            assert_eq!(asked.count("main form[action$='/me/confirm/passkey']"), 1);
        }
        opens_nothing(&thief).await;
        thief.post("/fi/me/confirm", &[("password", PASSWORD), ("next", "/fi/audit")]).await.is(422);
        opens_nothing(&thief).await;
        assert!(thief.get("/fi/audit").await.address.starts_with("/fi/me/confirm"));
    })
    .await;
}

#[tokio::test]
async fn a_session_from_before_the_code_opens_no_way_beside_it() {
    let workspace = Workspace::open().await;
    workspace.network().await;
    let member = workspace.member("Noora Nieminen").await;
    let (before, _) = by_mail(&workspace, &member.email).await;
    let page = member.get("/fi/me/second-factor").await;
    let app = Authenticator::with_key(&page.texts("code.secret").concat());
    member.submit(page.form_with(&["code"]).with("code", &app.code(0))).await.is(200);
    member.knock("/fi/me/passkeys/start", &[]).await.is(200);
    opens_nothing(&before).await;
}

#[tokio::test]
async fn a_passkey_of_an_earlier_address_counts_no_more() {
    let workspace = Workspace::open().await;
    let (_, founder) = workspace.network().await;
    gets_a_passkey(&workspace, "Helmi Saarela", "'vanha.example.fi'");
    founder.get("/fi/me").await.shows("palvelun aiemmassa osoitteessa");
    let (_, led) = by_mail(&workspace, &founder.email).await;
    assert!(led.address.starts_with("/fi/me/second-factor"), "{}", led.address);
}

#[tokio::test]
async fn what_proves_nothing_makes_no_passkey_and_signs_nobody_in() {
    on_both(async |workspace| {
        workspace.network().await;
        let member = workspace.member("Noora Nieminen").await;
        let page = member.get("/fi/me").await;
        page.shows("vain, kun selaimessasi on JavaScript");
        let form = page.form("form[action$='/me/passkeys']");
        let unnamed = member.submit(form.clone()).await;
        unnamed.is(422);
        assert_eq!(unnamed.count("#passkey_name-error"), 1);
        let without_script = member.submit(form.clone().with("name", "Oma puhelin")).await;
        without_script.is(422);
        assert!(without_script.has("JavaScript") && without_script.body.contains("value=\"Oma puhelin\""));

        let begun = member.knock("/fi/me/passkeys/start", &[]).await.json();
        assert_eq!(begun["options"]["publicKey"]["rp"]["id"], "localhost");
        assert_eq!(begun["options"]["publicKey"]["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(begun["options"]["publicKey"]["authenticatorSelection"]["userVerification"], "required");
        let token = begun["token"].as_str().expect("a token").to_owned();
        let filled = form.with("name", "Oma puhelin").with("token", &token).with("credential", "{\"id\":\"x\"}");
        assert!(member.submit(filled.clone()).await.has("ei kelvannut"));
        assert!(member.submit(filled).await.has("kesti liian kauan"), "a challenge works once");

        let visitor = workspace.visitor();
        let begun = visitor.knock("/fi/sign-in/passkey/start", &[]).await.json();
        assert_eq!(begun["options"]["publicKey"]["userVerification"], "required");
        let token = begun["token"].as_str().expect("a token").to_owned();
        let fields = [("token", token.as_str()), ("credential", "{}"), ("next", "/fi/people")];
        let refused = visitor.knock("/fi/sign-in/passkey", &fields).await;
        refused.is(422);
        assert!(refused.has("ei kelvannut") && refused.value("next") == "/fi/people");
        let late = visitor.knock("/fi/sign-in/passkey/start", &[]).await.json()["token"].clone();
        workspace.returns_after(301);
        let fields = [("token", late.as_str().expect("a token")), ("credential", "{}")];
        assert!(visitor.knock("/fi/sign-in/passkey", &fields).await.has("kesti liian kauan"));
        assert!(visitor.cookies().is_none());
        let log = workspace.tampers("SELECT deed FROM audit").expect("the log is there");
        assert!(log.lines().any(|deed| deed == "passkey-failed"), "{log}");
    })
    .await;
}
