//! Passkeys as far as a browser without a device comes; tests/browser/passkeys.test.mjs tells the rest.

use crate::harness::on_both;

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
