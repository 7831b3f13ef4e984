//! Documents: written together, read by anyone.

use std::time::Duration;

use crate::harness::{Workspace, on_both, paragraph};

#[tokio::test]
async fn a_document_is_made_from_a_form_and_read_by_a_visitor() {
    on_both(async |workspace| {
        let (space, founder) = workspace.network().await;
        let markdown =
            "## Tausta\n\nKunta *kuulee*.\n\n- yksi\n- kaksi\n\n## Päätös\n\n| a | b |\n|---|---|\n| 1 | 2 |\n";
        let document = founder.writes_document(&space, "Kuulemisen malli", markdown).await;
        let page = workspace.visitor().get(&document).await;
        page.shows("Kuulemisen malli").shows("Kunta kuulee.").shows("Tausta").shows("Päätös");
        assert_eq!((page.count(".prose li"), page.count(".prose table")), (2, 1));
        assert_eq!(page.attribute(".prose", "lang").as_deref(), Some("fi"));
        assert!(page.count("nav.contents a") >= 2, "the contents lead to the sections");
    })
    .await;
}

#[tokio::test]
async fn two_people_write_and_a_visitor_sees_it() {
    on_both(async |workspace| {
        let (space, founder) = workspace.network().await;
        let other = workspace.member("Noora Nieminen").await;
        other.joins(&space).await;
        let visitor = workspace.visitor();
        let document = founder.writes_document(&space, "Yhdessä", "").await;
        let mut page = visitor.watches(&document).await;
        let (mut first, mut second) = (founder.edits(&document).await, other.edits(&document).await);
        first.updates(&paragraph(1001, "Ensimmäinen kappale")).await;
        second.shows("Ensimmäinen kappale").await;
        second.updates(&paragraph(1002, "Toinen kappale")).await;
        first.shows("Toinen kappale").await;
        page.shows("Toinen kappale").await;
        // Who comes later gets all of it at once.
        let mut late = visitor.edits(&document).await;
        late.shows("Ensimmäinen kappale").await;
        late.shows("Toinen kappale").await;
        visitor.get(&document).await.shows("Ensimmäinen kappale").shows("Toinen kappale");
    })
    .await;
}

#[tokio::test]
async fn a_visitor_reads_along_but_changes_nothing() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let document = founder.writes_document(&space, "Lukijoille", "Alku").await;
    let mut reader = workspace.visitor().edits(&document).await;
    reader.shows("Alku").await;
    reader.updates(&paragraph(2002, "Luvaton lisäys")).await;
    let mut writer = founder.edits(&document).await;
    writer.updates(&paragraph(2003, "Luvallinen lisäys")).await;
    writer.listens(Duration::from_millis(300)).await;
    assert!(!writer.has("Luvaton"));
    workspace.visitor().get(&document).await.shows("Luvallinen lisäys").hides("Luvaton");
}

#[tokio::test]
async fn a_closed_document_opens_no_socket_to_outsiders() {
    let workspace = Workspace::open().await;
    let (network, founder) = workspace.network().await;
    let closed =
        workspace.founds(&founder, &network, "Suljettu", &[("kind", "subnetwork"), ("visibility", "closed")]).await;
    let document = founder.writes_document(&closed, "Sisäinen", "Vain meille").await;
    let outsider = workspace.member("Onni Ulkonen").await;
    for teller in [&workspace.visitor(), &outsider] {
        let (there, nowhere) = (
            teller.edits(&document).await.closes().await,
            teller.edits("/fi/documents/0000000000001").await.closes().await,
        );
        assert_eq!(there, nowhere, "a closed document and none close alike");
    }
    founder.edits(&document).await.shows("Vain meille").await;
}

#[tokio::test]
async fn the_plain_form_edits_without_a_script() {
    on_both(async |workspace| {
        let (space, founder) = workspace.network().await;
        let document = founder.writes_document(&space, "Lomakkeella", "Vanha teksti").await;
        let page = founder.get(&format!("{document}/plain")).await;
        assert_eq!(page.value("body").trim(), "Vanha teksti");
        let mut open = founder.edits(&document).await;
        founder
            .submit(page.form_with(&["body", "seq"]).with("body", "Uusi teksti\n\nToinen kappale"))
            .await
            .shows("Uusi teksti");
        open.shows("Toinen kappale").await;
    })
    .await;
}

#[tokio::test]
async fn a_discussion_about_a_document_links_both_ways() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let document = founder.writes_document(&space, "Puheenaihe", "Tästä puhutaan.").await;
    let id = document.rsplit('/').next().expect("an id");
    let page = founder.get(&format!("/fi/spaces/{space}/threads/new?document={id}")).await;
    let form = page.form_with(&["title", "body"]).with("title", "Mitä mieltä?").with("body", "Sanokaa.");
    founder.submit(form.with("act", "post")).await.shows("Puheenaihe");
    workspace.visitor().get(&document).await.shows("Mitä mieltä?");
}

#[tokio::test]
async fn hostile_frames_close_one_socket_and_no_more() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let document = founder.writes_document(&space, "Kestää", "Alku").await;
    let mut good = founder.edits(&document).await;
    good.shows("Alku").await;
    for frame in [
        vec![],
        vec![0],
        vec![0, 2, 255, 255, 255, 255, 15],
        // an update that declares 2^32 - 1 structs
        vec![0, 2, 7, 1, 255, 255, 255, 255, 15, 1],
        // a state vector with 2^32 - 1 entries
        vec![0, 0, 5, 255, 255, 255, 255, 15],
        vec![250, 1, 2, 3],
    ] {
        let mut bad = founder.edits(&document).await;
        bad.sends(frame.clone()).await;
        let code = bad.closes().await;
        assert_eq!(code, 4400, "{frame:?}");
    }
    good.updates(&paragraph(3003, "Edelleen pystyssä")).await;
    workspace.visitor().edits(&document).await.shows("Edelleen pystyssä").await;
}
