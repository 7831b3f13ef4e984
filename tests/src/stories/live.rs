//! Live for everybody: what happens reaches a visitor as fast as a member, once, and in order.

use serde_json::json;

use crate::harness::{Live, Workspace, on_both, soak};

#[tokio::test]
async fn a_message_reaches_everyone_reading_the_thread() {
    on_both(async |workspace| {
        let (space, maija) = workspace.network().await;
        let passerby = workspace.visitor();
        let thread = maija.starts_thread(&space, "Kirpputori", "Kenellä pöydät ovat?").await;
        let mut page = passerby.watches(&thread).await;
        maija.posts(&thread, "Ne ovat liiterissä").await;
        let entry = page.shows("Ne ovat liiterissä").await;
        assert_eq!(entry["what"], "message-posted");
        assert_eq!(entry["message"], 2);
        assert_eq!(entry["depth"], 0);
        let html = entry["html"].as_str().expect("the message is drawn");
        assert!(html.starts_with("<article id=\"m2\""), "{html}");
    })
    .await;
}

#[tokio::test]
async fn edits_and_withdrawals_reach_the_page() {
    let workspace = Workspace::open().await;
    let (space, maija) = workspace.network().await;
    let thread = maija.starts_thread(&space, "Muutokset", "Aloitus").await;
    maija.posts(&thread, "Ensin näin").await;
    let mut page = workspace.visitor().watches(&thread).await;
    let form = maija.get(&format!("{thread}/2/edit")).await.form_with(&["body"]);
    maija.submit(form.with("body", "Sitten noin").with("act", "post")).await;
    let entry = page.shows("Sitten noin").await;
    assert_eq!((&entry["what"], &entry["message"]), (&json!("message-changed"), &json!(2)));
    let form = maija.get(&format!("{thread}/2/withdraw")).await.form("form[action*='/2/withdraw']");
    maija.submit(form).await;
    let entry = page.shows("message--withdrawn").await;
    assert_eq!((&entry["what"], &entry["message"]), (&json!("message-changed"), &json!(2)));
    assert!(!entry.to_string().contains("Sitten noin"));
}

#[tokio::test]
async fn after_a_cut_nothing_is_missing_and_nothing_doubled() {
    on_both(async |workspace| {
        let (space, maija) = workspace.network().await;
        let visitor = workspace.visitor();
        let thread = maija.starts_thread(&space, "Katkos", "Aloitus").await;
        let form = maija.get(&thread).await.form("form#reply");
        let mut seen = Vec::new();
        let mut page = visitor.watches(&thread).await;
        for round in 0..4 * soak() {
            let (topic, number) = (page.topic.clone(), page.number);
            drop(page);
            for n in 0..3 {
                let body = format!("Viesti {round}.{n}");
                maija.submit(form.clone().with("body", &body).with("act", "post")).await.is(200);
            }
            page = Live::after(&visitor, &topic, number).await;
            seen.extend(page.entries().iter().filter_map(|entry| entry["message"].as_i64()));
        }
        assert_eq!(seen, (2..2 + 12 * soak() as i64).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn a_page_and_what_follows_equal_a_fresh_page() {
    let workspace = Workspace::open().await;
    let (space, maija) = workspace.network().await;
    let visitor = workspace.visitor();
    let thread = maija.starts_thread(&space, "Sama sivu", "Aloitus").await;
    let mut page = visitor.watches(&thread).await;
    maija.posts(&thread, "Yksi").await;
    maija.replies(&thread, 2, "Kaksi").await;
    page.shows("Kaksi").await;
    let fresh = visitor.get(&format!("{thread}?view=time")).await;
    for entry in page.entries() {
        let html = entry["html"].as_str().expect("a drawn message").trim_end();
        let text = html.split("message__body").nth(1).expect("a body");
        assert!(fresh.body.contains(text.split("</div>").next().expect("an end")), "not the same:\n{html}");
    }
}

#[tokio::test]
async fn those_who_read_and_write_are_told_of_in_words() {
    let workspace = Workspace::open().await;
    let (space, maija) = workspace.network().await;
    let thread = maija.starts_thread(&space, "Paikalla", "Aloitus").await;
    let mut page = workspace.visitor().watches(&thread).await;
    let mut own = maija.watches(&thread).await;
    page.hears(|heard| heard["kind"] == "presence" && heard["members"].as_array().is_some_and(|all| all.len() == 1))
        .await;
    own.says(json!({"typing": own.topic})).await;
    page.hears(|heard| heard["kind"] == "typing" && heard["text"].as_str().is_some_and(|text| text.contains("Helmi")))
        .await;
    page.hears(|heard| heard["kind"] == "typing" && heard["text"] == "").await;
}

#[tokio::test]
async fn what_is_closed_cannot_be_followed() {
    let workspace = Workspace::open().await;
    let (network, founder) = workspace.network().await;
    let closed = workspace.founds(&founder, &network, "Suljettu ryhmä", &[("visibility", "closed")]).await;
    let thread = founder.starts_thread(&closed, "Sisäinen", "Vain meille").await;
    let topic = format!("thread:{}", thread.rsplit('/').next().expect("an id"));
    let visitor = workspace.visitor();
    let outsider = workspace.member("Onni Ulkonen").await;
    for (teller, topic) in [(&visitor, topic.as_str()), (&outsider, &topic), (&visitor, "thread:0000000000000")] {
        let mut live = Live::ask(teller, topic, 0).await;
        let answer = live.next().await;
        assert_eq!((&answer["kind"], answer["topic"].as_str()), (&json!("refused"), Some(topic)));
    }
    let mut page = founder.watches(&thread).await;
    founder.posts(&thread, "Sisäpiirin viesti").await;
    page.shows("Sisäpiirin viesti").await;
}

#[tokio::test]
async fn nonsense_closes_the_socket_and_harms_nobody() {
    let workspace = Workspace::open().await;
    let (space, maija) = workspace.network().await;
    let thread = maija.starts_thread(&space, "Häly", "Aloitus").await;
    let mut page = workspace.visitor().watches(&thread).await;
    for nonsense in [json!([]), json!({"follow": 7}), json!({"follow": "thread:ö"}), json!({"typing": "x".repeat(900)})]
    {
        let mut live = Live::ask(&workspace.visitor(), &page.topic, 0).await;
        live.says(nonsense).await;
    }
    maija.posts(&thread, "Kaikki hyvin").await;
    page.shows("Kaikki hyvin").await;
}
