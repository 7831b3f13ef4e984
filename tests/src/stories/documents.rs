//! Documents: written together, read by anyone.

use std::time::Duration;

use crate::harness::{Stream, Sync, Workspace, on_both, paragraph, update_frame};

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
async fn the_plain_form_edits_part_by_part_without_a_script() {
    on_both(async |workspace| {
        let (space, founder) = workspace.network().await;
        let text = "Johdanto\n\n## Tausta\n\nVanha teksti\n\n## Päätös\n\nPäätetään.";
        let document = founder.writes_document(&space, "Lomakkeella", text).await;
        let page = founder.get(&format!("{document}/plain")).await;
        let form = page.form_with(&["part", "seq"]);
        let parts: Vec<&str> =
            form.fields.iter().filter(|(name, _)| name == "part").map(|(_, value)| value.trim()).collect();
        assert_eq!(parts, ["Johdanto", "## Tausta\n\nVanha teksti", "## Päätös\n\nPäätetään.", ""]);
        // Somebody else writes meanwhile; neither loses a word.
        let mut open = founder.edits(&document).await;
        open.updates(&paragraph(4004, "Sillä välin kirjoitettu")).await;
        workspace.visitor().edits(&document).await.shows("Sillä välin kirjoitettu").await;
        let saved = founder.submit(form.replacing("part", "Vanha teksti", "Uusi teksti\n\nToinen kappale")).await;
        saved.shows("Uusi teksti").shows("Sillä välin kirjoitettu").shows("Päätetään.").hides("Vanha teksti");
        open.shows("Toinen kappale").await;
    })
    .await;
}

#[tokio::test]
async fn what_the_plain_form_cannot_take_stays_in_it() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let document = founder.writes_document(&space, "Liikaa", "Alku\n\n## Loppu\n\nLoppu").await;
    let form = founder.get(&format!("{document}/plain")).await.form_with(&["part", "seq"]);
    // Each part alone would do.
    let (one, two) = ("Sana ".repeat(30_000), "## Loppu\n\n".to_owned() + &"Muu ".repeat(30_000));
    let form = form.replacing("part", "Alku", &one).replacing("part", "## Loppu\n\nLoppu", &two);
    let page = founder.submit(form).await;
    assert!(page.is(422).has("Asiakirja kasvaisi liian suureksi"), "it says what is wrong");
    assert!(page.value("part").starts_with("Sana Sana"), "what was typed is still there");
    founder.get(&document).await.shows("Alku");
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

#[tokio::test]
async fn earlier_versions_are_read_compared_named_and_restored() {
    on_both(async |workspace| {
        let (space, founder) = workspace.network().await;
        let document = founder.writes_document(&space, "Versiot", "Kokous maanantaina\n\nTervetuloa").await;
        let versions = format!("{document}/versions");
        // A name ends a sitting, so that what follows is a version of its own.
        let first = founder.get(&format!("{versions}/1")).await;
        founder.submit(first.form_with(&["name"]).with("name", "Kutsu")).await.shows("Kutsu");
        let form = founder.get(&format!("{document}/plain")).await.form_with(&["part", "seq"]);
        founder.submit(form.replacing("part", "maanantaina", "tiistaina")).await.shows("tiistaina");

        let visitor = workspace.visitor();
        let mut list = visitor.get(&versions).await;
        for _ in 0..50 {
            // The sitting is noted a moment after the words are safe.
            if list.count("ol.rows > li") == 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            list = visitor.get(&versions).await;
        }
        list.shows("Kutsu").shows("Nykyinen");
        visitor.get(&format!("{versions}/1")).await.shows("Kokous maanantaina").hides("Palauta");
        let compared = visitor.get(&format!("{versions}/compare?from=1&to=2")).await;
        assert_eq!(compared.texts("del"), ["Poistettu: maanantaina"]);
        assert_eq!(compared.texts("ins"), ["Lisätty: tiistaina"]);

        let mut open = visitor.edits(&document).await;
        let old = founder.get(&format!("{versions}/1")).await;
        founder.submit(old.form("form[action$='/restore']")).await.shows("Kokous maanantaina").hides("tiistaina");
        open.shows("maanantaina").await;
        visitor.get(&format!("{versions}/2")).await.shows("Kokous tiistaina");
        visitor.peek(&format!("{versions}/99")).await.is(404);
        visitor.peek(&format!("{versions}/compare?from=0&to=99")).await.is(404);
    })
    .await;
}

#[tokio::test]
async fn the_same_room_opens_without_websockets() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let document = founder.writes_document(&space, "Estetty verkko", "Alku").await;
    let mut other = founder.edits(&document).await;
    let (key, foreign) = ("00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100");
    let mut stream = Stream::open(&founder, &document, key).await;
    stream.shows("Alku").await;

    // A frame whose answer was lost is pushed again and taken once; one ahead of its turn is not taken.
    let frame = update_frame(&paragraph(5005, "Työnnetty kappale"));
    assert_eq!(stream.pushes(2, frame.clone()).await, 409);
    assert_eq!(stream.pushes(1, frame.clone()).await, 204);
    assert_eq!(stream.pushes(1, frame).await, 204);
    other.shows("Työnnetty kappale").await;
    other.updates(&paragraph(5006, "Toisesta suunnasta")).await;
    stream.shows("Toisesta suunnasta").await;
    let page = workspace.visitor().get(&document).await;
    assert_eq!(page.texts(".prose p").iter().filter(|text| *text == "Työnnetty kappale").count(), 1);

    // Somebody else cannot push into it, not even with the key; a visitor's own stream only reads.
    let id = document.rsplit('/').next().expect("an id");
    let stranger = workspace.visitor();
    let push = format!("/sync/{id}/push?key={key}&n=2");
    assert_eq!(stranger.sends(&push, update_frame(&paragraph(5007, "Vieras"))).await, 410);
    let mut reader = Stream::open(&stranger, &document, foreign).await;
    reader.shows("Toisesta suunnasta").await;
    assert_eq!(reader.pushes(1, update_frame(&paragraph(5008, "Luvaton"))).await, 204);
    founder.get(&document).await.hides("Vieras").hides("Luvaton");

    // Bytes that are no frame end this stream and nothing else.
    assert_eq!(reader.pushes(2, vec![0, 2, 255, 255, 255, 255, 15]).await, 204);
    assert_eq!(reader.ends().await, 4400);
    stream.shows("Toisesta suunnasta").await;
}

#[tokio::test]
async fn a_long_history_is_packed_and_every_version_stays() {
    on_both(async |workspace| {
        let (space, founder) = workspace.network().await;
        let document = founder.writes_document(&space, "Pitkä historia", "").await;
        let mut editor = founder.edits(&document).await;
        for n in 0..700_u64 {
            editor.updates(&paragraph(10_000 + n, &format!("Kappale {n}."))).await;
        }
        workspace.visitor().edits(&document).await.shows("Kappale 699.").await;
        // The next opening finds the log long: it makes a snapshot and packs what is in it.
        workspace.restarts();
        workspace.visitor().edits(&document).await.shows("Kappale 0.").await;
        workspace.measures("aukio_document_compactions_total 1").await;
        workspace.restarts();
        workspace.visitor().edits(&document).await.shows("Kappale 0.").await;
        let visitor = workspace.visitor();
        for (seq, last) in [(1, 0), (300, 299), (700, 699)] {
            let page = visitor.get(&format!("{document}/versions/{seq}")).await;
            page.shows(&format!("Kappale {last}.")).hides(&format!("Kappale {}.", last + 1));
            assert_eq!(page.count(".prose p"), seq, "version {seq} has one paragraph an update");
        }
        // Writing goes on behind the snapshot.
        let mut editor = founder.edits(&document).await;
        editor.updates(&paragraph(20_000, "Jatkoa.")).await;
        workspace.visitor().edits(&document).await.shows("Jatkoa.").await;
        visitor.get(&document).await.shows("Jatkoa.").shows("Kappale 350.");
    })
    .await;
}

/// Larger than what one message from a client may be: it leaves in pieces.
#[tokio::test]
async fn a_document_of_six_megabytes_opens() {
    let workspace = Workspace::told(&[]).await;
    let (space, founder) = workspace.network().await;
    let document = founder.writes_document(&space, "Suuri asiakirja", "").await;
    let mut editor = Sync::write(&founder, &document).await;
    for n in 0..8 {
        let words = format!("Luku {n} alkaa. {}", "Pitkä virke jatkuu. ".repeat(37_000));
        editor.saves(&paragraph(10_000 + n, &words)).await.expect("it is taken");
    }
    drop(editor);
    workspace.restarts();
    let mut reader = workspace.visitor().edits(&document).await;
    reader.shows("Luku 0 alkaa.").await;
    assert!(reader.has("Luku 7 alkaa."), "all of it is there");
    // What is written meanwhile comes after the pieces, whole.
    Sync::write(&founder, &document).await.saves(&paragraph(20_000, "Vielä rivi.")).await.expect("it is taken");
    reader.shows("Vielä rivi.").await;
}
