//! The whole site leaves in open formats and comes back the same, on either database.

use std::path::Path;

use crate::harness::{SPACE_CLOSED, Teller, Workspace, database, folder, on_both, paragraph, run};

/// A site in which something of every kind has happened.
async fn lived_in(workspace: &Workspace) -> (Teller, String) {
    let (space, founder) = workspace.network().await;
    let closed =
        workspace.founds(&founder, &space, SPACE_CLOSED, &[("kind", "subnetwork"), ("visibility", "closed")]).await;
    let by_request =
        workspace.founds(&founder, &space, "Pyynnöstä", &[("kind", "subnetwork"), ("joining", "request")]).await;
    let (noora, leaver) = (workspace.member("Noora Nieminen").await, workspace.member("Lauri Lähtijä").await);
    noora.joins(&space).await;
    leaver.joins(&space).await;
    noora.post(&format!("/fi/spaces/{by_request}/join"), &[("reason", "Olisin mukana")]).await;

    let thread = founder.starts_thread(&space, "Kaikenlaista", "Ensimmäinen **viesti**").await;
    noora.replies(&thread, 1, "Vastaus ensimmäiseen").await;
    leaver.replies(&thread, 2, "Vastaus vastaukseen").await;
    founder.posts(&thread, "Poistettava").await;
    let page = founder.get(&format!("{thread}/4/withdraw")).await;
    founder.submit(page.form("form[action*='/4/withdraw']").with("reason", "Väärä paikka")).await;
    for (number, text) in [(1, "Ensimmäinen viesti korjattuna"), (1, "Ja toisen kerran")] {
        let page = founder.get(&format!("{thread}/{number}/edit")).await;
        founder.submit(page.form_with(&["body"]).with("body", text)).await.shows(text);
    }
    founder.starts_thread(&closed, "Vain meille", "Suljettu kanaria").await;

    let document = founder.writes_document(&space, "Opas", "## Otsikko\n\nAlku").await;
    // The journal tells of an update a moment later; only then is its sitting what it stays.
    let mut page = founder.watches(&document).await;
    let mut editor = noora.edits(&document).await;
    editor.updates(&paragraph(801, "Nooran kappale")).await;
    page.shows("Nooran kappale").await;
    founder.writes_document(&closed, "Suljettu opas", "Suljettu kanaria").await;

    let page = leaver.get("/fi/me").await;
    let form = page.form("form[action$='/me/close']").with("confirm_name", "Lauri Lähtijä");
    leaver.submit(form).await;
    (founder, thread)
}

fn content(text: &str) -> String {
    let start = text.find("content ").unwrap_or_else(|| panic!("no sum in {text}")) + 8;
    text[start..start + 64].to_owned()
}

fn lines(package: &Path) -> Vec<String> {
    let site = std::fs::read_to_string(package.join("site.jsonl")).expect("an export has it");
    let mut lines: Vec<String> = site.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn an_export_imported_anywhere_is_the_same_site() {
    on_both(async |workspace| {
        let (_, thread) = lived_in(&workspace).await;
        let sum = content(&workspace.does("verify", &["--hash"]).succeeds());
        let place = folder();
        let path = |name: &str| place.path().join(name).to_str().expect("a plain name").to_owned();
        let told = workspace.does("export", &["--to", &path("site")]).succeeds();
        assert_eq!(content(&told), sum);
        workspace.does("export", &["--to", &path("site.zip")]).succeeds();
        let before = lines(Path::new(&path("site")));

        for (n, (from, database)) in [("site", None), ("site.zip", Some(database()))].into_iter().enumerate() {
            let data = folder();
            let told = run("import", &[&path(from)], data.path(), database.as_deref()).succeeds();
            assert!(told.contains(&format!("{} added, 0 known already, 0 bad", before.len())), "{told}");
            let again = run("import", &[&path(from)], data.path(), database.as_deref()).succeeds();
            assert!(again.contains(&format!("0 added, {} known already, 0 bad", before.len())), "{again}");
            let to = path(&format!("again{n}"));
            run("export", &["--to", &to], data.path(), database.as_deref()).succeeds();
            for (then, now) in before.iter().zip(lines(Path::new(&to))) {
                assert_eq!(*then, now);
            }
            let told = run("verify", &["--hash"], data.path(), database.as_deref()).succeeds();
            assert_eq!(content(&told), sum);
            // It is not only the same on paper.
            let imported = Workspace::on(data, database);
            let visitor = imported.visitor();
            let list = visitor.get("/fi/threads").await;
            list.shows("Kaikenlaista").hides("Vain meille");
            let address = list.attributes("main a", "href").into_iter().find(|link| link.contains("kaikenlaista"));
            let talk = visitor.get(&address.expect("a link to the thread")).await;
            talk.shows("Ja toisen kerran").hides("Poistettava").hides("Lauri").hides("Suljettu kanaria");
            assert_eq!(talk.count(".message--withdrawn"), 1);
            let documents = visitor.get("/fi/documents").await;
            let opas = documents.attributes("main a", "href").into_iter().find(|link| link.contains("opas"));
            let opas = opas.expect("a link to the document");
            visitor.get(&opas).await.shows("Nooran kappale");
            // And can be written on.
            let noora = imported.member("Onni Ojala").await;
            noora.joins("kuntademokratiaverkosto").await;
            let mut editor = noora.edits(opas.split('-').next().expect("an id")).await;
            editor.shows("Nooran kappale").await;
            editor.updates(&paragraph(802, "Onnin kappale")).await;
            noora.edits(opas.split('-').next().expect("an id")).await.shows("Onnin kappale").await;
        }
        workspace.visitor().get(&thread).await.shows("Ja toisen kerran");
    })
    .await;
}

#[tokio::test]
async fn a_public_export_holds_what_a_visitor_may_read() {
    let workspace = Workspace::open().await;
    lived_in(&workspace).await;
    workspace.member("Hanna Hiljainen").await;
    let place = folder();
    let path = |name: &str| place.path().join(name).to_str().expect("a plain name").to_owned();
    workspace.does("export", &["--to", &path("all"), "--with-passwords"]).succeeds();
    workspace.does("export", &["--to", &path("public"), "--public-only"]).succeeds();
    let (all, public) = (lines(Path::new(&path("all"))).join("\n"), lines(Path::new(&path("public"))).join("\n"));
    for secret in ["Suljettu", "@example.fi", "Hanna Hiljainen", "$argon2", SPACE_CLOSED, "Olisin mukana"] {
        assert!(all.contains(secret), "the whole export lacks `{secret}`");
        assert!(!public.contains(secret), "the public export tells `{secret}`");
    }
    // Who has left is nowhere in it.
    assert!(!all.contains("Lähtijä") && !all.contains("lauri.l"));
    run("import", &[&path("public")], folder().path(), None).succeeds();

    let people = std::fs::read_to_string(place.path().join("public/README.md")).expect("there is a README");
    assert!(people.contains("Suomeksi") && people.contains("På svenska") && people.contains("In English"));
    let threads = place.path().join("public/spaces/kuntademokratiaverkosto/threads");
    let thread = std::fs::read_dir(threads).expect("a folder of threads").next().expect("one").expect("readable");
    let text = std::fs::read_to_string(thread.path()).expect("it is text");
    assert!(text.starts_with("# Kaikenlaista") && text.contains("Vastaus ensimmäiseen"), "{text}");
    assert!(!text.contains("Poistettava"), "{text}");
}
