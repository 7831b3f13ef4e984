//! Two-step sign-in: an authenticator app, recovery codes, and who must have it.

use crate::harness::{Authenticator, Page, Teller, Workspace, on_both};

const PASSWORD: &str = "viisitoista merkkia riittaa";

/// Signs in by password, up to where the code is asked for.
async fn asks_code(browser: &Teller, email: &str) -> Page {
    let page = browser.get("/fi/sign-in").await;
    let form = page.form_with(&["email", "password"]).with("email", email).with("password", PASSWORD);
    browser.submit(form).await
}

/// Sets the factor up; gives the app and the recovery codes.
async fn sets_up(teller: &Teller) -> (Authenticator, Vec<String>) {
    let page = teller.get("/fi/me/second-factor").await;
    let app = Authenticator::with_key(&page.texts("code.secret").concat());
    assert_eq!(page.count("svg[role=img]"), 1, "the key is a picture too");
    let form = page.form_with(&["code"]);
    teller.submit(form.clone().with("code", "000000")).await.is(422);
    let done = teller.submit(form.with("code", &app.code(0))).await;
    done.is(200);
    (app, done.texts("ul.codes code"))
}

#[tokio::test]
async fn a_code_and_a_recovery_code_work_once() {
    on_both(async |workspace| {
        let (_, founder) = workspace.network().await;
        let (app, recovery) = sets_up(&founder).await;
        assert_eq!(recovery.len(), 10);
        assert!(recovery.iter().all(|code| code.len() == 29), "{recovery:?}");

        let browser = workspace.visitor();
        let asked = asks_code(&browser, &founder.email).await;
        assert!(browser.cookies().is_none(), "the password alone opens nothing");
        let form = asked.form_with(&["token", "code"]);
        // The code that set it up is used; the one of the next step is not.
        let replayed = browser.submit(form.clone().with("code", &app.last_code())).await;
        replayed.is(422);
        let code = app.code(1);
        browser.submit(form.clone().with("code", &code)).await.is(200);
        browser.get("/fi/me").await.shows("Helmi Saarela");

        let second = workspace.visitor();
        let asked = asks_code(&second, &founder.email).await;
        let again = asked.form_with(&["token", "code"]);
        second.submit(again.clone().with("code", &code)).await.is(422);
        second.submit(again.with("code", &recovery[3].to_lowercase().replace('-', " "))).await.is(200);
        second.get("/fi/me").await.shows("Helmi Saarela");
        // Neither the token nor the recovery code is good for a third browser.
        let third = workspace.visitor();
        assert_eq!(third.submit(form.with("code", &recovery[4])).await.status, 410);
        let asked = asks_code(&third, &founder.email).await;
        third.submit(asked.form_with(&["token", "code"]).with("code", &recovery[3])).await.is(422);
        assert!(third.cookies().is_none());
    })
    .await;
}

#[tokio::test]
async fn of_many_who_bring_the_same_code_one_gets_in() {
    let workspace = Workspace::open().await;
    let (_, founder) = workspace.network().await;
    let (_, recovery) = sets_up(&founder).await;
    let mut forms = Vec::new();
    for _ in 0..8 {
        let browser = workspace.visitor();
        let asked = asks_code(&browser, &founder.email).await;
        let form = asked.form_with(&["token", "code"]).with("code", &recovery[0]);
        forms.push((browser, form));
    }
    let tries = forms.into_iter().map(|(browser, form)| {
        tokio::spawn(async move {
            browser.submit(form).await;
            browser.cookies().is_some()
        })
    });
    let mut inside = 0;
    for attempt in tries.collect::<Vec<_>>() {
        inside += usize::from(attempt.await.expect("the browser goes on"));
    }
    assert_eq!(inside, 1);
}

#[tokio::test]
async fn administrators_are_led_to_it_and_conveners_are_not() {
    let workspace = Workspace::open().await;
    let (network, founder) = workspace.network().await;
    let browser = workspace.visitor();
    let page = asks_code(&browser, &founder.email).await;
    assert!(page.address.starts_with("/fi/me/second-factor"), "{}", page.address);
    // What everybody may do works; what only an administrator may does not.
    browser.get(&format!("/fi/spaces/{network}")).await.is(200);
    let refused = browser.get("/fi/audit").await;
    assert!(refused.address.starts_with("/fi/me/second-factor"), "{}", refused.address);
    let edit = browser.get(&format!("/fi/spaces/{network}/edit")).await;
    assert!(edit.address.starts_with("/fi/me/second-factor"), "{}", edit.address);
    sets_up(&browser).await;
    browser.get("/fi/audit").await.shows("kaksivaiheisen kirjautumisen");

    let convener = workspace.member("Kaisa Koollekutsuja").await;
    convener.joins(&network).await;
    let group = workspace.founds(&convener, &network, "Kaisan ryhmä", &[]).await;
    convener.get(&format!("/fi/spaces/{group}/edit")).await.is(200);
    assert_eq!(convener.get("/fi/audit").await.status, 403);
    let visitor = workspace.visitor().get("/fi/audit").await;
    assert!(visitor.address.starts_with("/fi/sign-in"), "{}", visitor.address);
}

#[tokio::test]
async fn eight_characters_are_enough_beside_a_code_and_not_without() {
    let workspace = Workspace::open().await;
    let member = workspace.member("Noora Nieminen").await;
    let page = member.get("/fi/me").await;
    let set = page.form("form[action$='/me/password']");
    member.submit(set.with("password", "kurkku7!Zx")).await.is(422);
    sets_up(&member).await;
    let set = member.get("/fi/me").await.form("form[action$='/me/password']");
    member.submit(set.with("password", "kurkku7!Zx")).await.shows("Salasana on vaihdettu");
    let page = member.get("/fi/me/second-factor").await;
    let remove = page.form("form[action$='/remove']").with("password", "kurkku7!Zx");
    member.submit(remove).await.is(422);
    let set = member.get("/fi/me").await.form("form[action$='/me/password']").with("current", "kurkku7!Zx");
    member.submit(set.with("password", "tre små grisar i Borgå")).await.shows("Salasana on vaihdettu");
    let page = member.get("/fi/me/second-factor").await;
    let remove = page.form("form[action$='/remove']").with("password", "tre små grisar i Borgå");
    member.submit(remove).await.shows("poistettu käytöstä");
}

#[tokio::test]
async fn secrets_are_sealed_and_their_key_is_in_no_backup() {
    on_both(async |workspace| {
        let member = workspace.member("Noora Nieminen").await;
        let (app, recovery) = sets_up(&member).await;
        let secret = |workspace: &Workspace| {
            let sql = if workspace.is_postgres() {
                "SELECT encode(secret, 'hex') || ' ' || COALESCE(key_id, '') FROM second_factor"
            } else {
                "SELECT lower(hex(secret)) || ' ' || COALESCE(key_id, '') FROM second_factor"
            };
            let told = workspace.tampers(sql).expect("the factor is there");
            told.lines().last().unwrap_or_default().to_owned()
        };
        let sealed = secret(&workspace);
        let own = app.hexadecimal();
        let (bytes, key_id) = sealed.split_once(' ').expect("two columns");
        assert!(!bytes.contains(&own) && key_id.len() == 16, "{sealed}");
        let key_file = workspace.data().join("secret.key");
        let key = std::fs::read_to_string(&key_file).expect("the key stands beside the database");
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&key_file).expect("it is").permissions());
        assert_eq!(mode & 0o777, 0o600);

        // Neither the secret nor the key goes into a backup.
        let to = workspace.data().join("backup");
        workspace.does("backup", &["--to", &to.display().to_string()]).succeeds();
        let mut read = 0;
        for entry in std::fs::read_dir(&to).expect("the backup").filter_map(Result::ok) {
            let bytes = std::fs::read(entry.path()).unwrap_or_default();
            read += bytes.len();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains(key.trim()) && !text.contains(&own), "{:?}", entry.path());
        }
        assert!(read > 0);

        // A secret from before works, and is sealed by its use.
        let plain = if workspace.is_postgres() { format!("'\\x{own}'") } else { format!("x'{own}'") };
        let before = format!("UPDATE second_factor SET secret = {plain}, key_id = NULL, last_step = 0");
        workspace.tampers(&before).expect("the row can be set back");
        let prove = async |code: &str| {
            let browser = workspace.visitor();
            let form = browser.get("/fi/sign-in").await.form_with(&["email"]);
            browser.submit(form.with("email", &member.email).with("act", "link")).await.is(200);
            let link = workspace.mail_to(&member.email).await;
            let confirm = browser.get(&link).await.form("main form[method=post]");
            let asked = browser.submit(confirm).await;
            browser.submit(asked.form_with(&["token", "code"]).with("code", code)).await
        };
        prove(&app.code(0)).await.is(200);
        let again = secret(&workspace);
        assert!(again.ends_with(key_id) && !again.contains(&own), "{again}");
        assert_ne!(again, sealed, "each sealing is a new one");

        // With another key the codes are no good and whoever runs the machine is told; recovery codes are.
        workspace.without(|| std::fs::write(&key_file, format!("{}\n", "ab".repeat(32))).expect("the key is changed"));
        assert!(workspace.log().contains("sealed with a key that is not in the file"), "{}", workspace.log());
        let told = prove(&app.code(1)).await;
        told.is(422);
        assert!(told.has("eivät juuri nyt toimi") && told.count("#code-error") == 1, "{}", told.text());
        prove(&recovery[0]).await.is(200);

        // A key that is missing is not replaced, not even for somebody who sets an app up.
        workspace.without(|| std::fs::remove_file(&key_file).expect("the key goes"));
        let other = workspace.member("Onni Ojala").await;
        let none = other.get("/fi/me/second-factor").await;
        none.is(503);
        assert!(none.has("ei voi juuri nyt ottaa käyttöön"), "{}", none.text());
        prove(&app.code(1)).await.is(422);
        assert!(!key_file.exists(), "a new key was made");
        // A secret from before there were keys needs none.
        workspace.tampers(&before).expect("the row can be set back");
        prove(&app.code(0)).await.is(200);
        assert!(!key_file.exists(), "a new key was made");
        let sealed = sealed.split_once(' ').expect("two columns").0.to_owned();
        let back = if workspace.is_postgres() { format!("'\\x{sealed}'") } else { format!("x'{sealed}'") };
        let back = format!("UPDATE second_factor SET secret = {back}, key_id = '{key_id}' WHERE active");
        workspace.tampers(&back).expect("the row is as it was");

        // The right key makes everything good.
        workspace.without(|| std::fs::write(&key_file, &key).expect("the key is put back"));
        prove(&app.code(1)).await.is(200);
        other.get("/fi/me/second-factor").await.is(200);
    })
    .await;
}

#[tokio::test]
async fn a_secret_on_offer_is_another_after_a_while() {
    let workspace = Workspace::open().await;
    let member = workspace.member("Noora Nieminen").await;
    let offered = async || member.get("/fi/me/second-factor").await.texts("code.secret").concat();
    let first = offered().await;
    assert_eq!(offered().await, first);
    member.submit(member.get("/fi/me").await.form("form[action$='/me/password']").with("password", PASSWORD)).await;
    let second = offered().await;
    assert_ne!(second, first, "the sessions that may have seen it have ended");
    workspace.tampers("UPDATE second_factor SET created_at = created_at - 901000000").expect("time passes");
    let form = member.get("/fi/me/second-factor").await;
    assert_ne!(form.texts("code.secret").concat(), second);
    workspace.tampers("UPDATE second_factor SET created_at = created_at - 901000000").expect("time passes");
    let app = Authenticator::with_key(&form.texts("code.secret").concat());
    member.submit(form.form_with(&["code"]).with("code", &app.code(0))).await.is(422);
}
