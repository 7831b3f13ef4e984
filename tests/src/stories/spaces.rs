//! Spaces: founding, joining, and a closed space that looks like none at all.

use crate::harness::{SPACE_CLOSED, Workspace, on_both};

#[tokio::test]
async fn any_member_founds_a_working_group() {
    on_both(async |workspace| {
        let (network, _) = workspace.network().await;
        let member = workspace.member("Noora Nieminen").await;
        member.joins(&network).await;
        let group = workspace
            .founds(
                &member,
                &network,
                "Nuorten osallisuus",
                &[("kind", "working_group"), ("theme", "Nuoret"), ("output", "Opas nuorisovaltuustoille")],
            )
            .await;
        let visitor = workspace.visitor();
        let page = visitor.get(&format!("/fi/spaces/{group}")).await;
        page.shows("Nuorten osallisuus").shows("Opas nuorisovaltuustoille");
        assert!(page.count("time") > 0, "a working group says when it ends");
        visitor.get(&format!("/fi/spaces/{network}")).await.shows("Nuorten osallisuus");
    })
    .await;
}

#[tokio::test]
async fn a_group_without_an_end_is_asked_for_one() {
    let workspace = Workspace::open().await;
    let (network, founder) = workspace.network().await;
    let page = founder.get(&format!("/fi/spaces/new?parent={network}")).await;
    let form = page.form_with(&["name", "purpose", "ends"]).with("name", "Loputon").with("purpose", "Ilman loppua");
    let refused = founder.submit(form.with("kind", "working_group").with("ends", "joskus")).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.value("name"), "Loputon", "what was written stays");
    founder.get("/fi/spaces").await.hides("Loputon");
}

#[tokio::test]
async fn a_visitor_founds_nothing() {
    let workspace = Workspace::open().await;
    let (network, _) = workspace.network().await;
    let visitor = workspace.visitor();
    let asked = visitor.get(&format!("/fi/spaces/new?parent={network}")).await;
    assert!(asked.address.starts_with("/fi/sign-in"), "{}", asked.address);
    let sent = visitor
        .post(
            "/fi/spaces/new",
            &[
                ("parent", &network),
                ("kind", "working_group"),
                ("name", "Salakaato"),
                ("purpose", "x"),
                ("ends", "2030-01-01"),
            ],
        )
        .await;
    assert!(sent.address.starts_with("/fi/sign-in") || sent.status >= 400, "{} {}", sent.status, sent.address);
    visitor.get("/fi/spaces").await.hides("Salakaato");
}

#[tokio::test]
async fn joining_and_leaving_show_among_the_members() {
    on_both(async |workspace| {
        let (network, _) = workspace.network().await;
        let member = workspace.member("Noora Nieminen").await;
        member.joins(&network).await;
        let members = format!("/fi/spaces/{network}/members");
        member.get(&members).await.shows("Noora Nieminen");
        member.post(&format!("/fi/spaces/{network}/leave"), &[]).await;
        let left = member.get(&members).await;
        assert!(!left.has("Noora Nieminen"), "{}", left.text());
    })
    .await;
}

#[tokio::test]
async fn joining_by_request_waits_for_an_answer() {
    let workspace = Workspace::open().await;
    let (network, founder) = workspace.network().await;
    let group =
        workspace.founds(&founder, &network, "Pyynnöstä", &[("kind", "subnetwork"), ("joining", "request")]).await;
    let member = workspace.member("Noora Nieminen").await;
    member.post(&format!("/fi/spaces/{group}/join"), &[("reason", "Teen tätä työkseni")]).await;
    let queue = founder.get(&format!("/fi/spaces/{group}/members")).await;
    queue.shows("Noora Nieminen").shows("Teen tätä työkseni");
    workspace.visitor().get(&format!("/fi/spaces/{group}/members")).await.hides("Teen tätä työkseni");
}

#[tokio::test]
async fn a_closed_space_looks_like_none_at_all() {
    on_both(async |workspace| {
        let (network, founder) = workspace.network().await;
        let closed = workspace
            .founds(&founder, &network, SPACE_CLOSED, &[("kind", "subnetwork"), ("visibility", "closed")])
            .await;
        let thread = founder.starts_thread(&closed, "Sisäinen keskustelu", "Vain meille").await;
        let document = founder.writes_document(&closed, "Sisäinen asiakirja", "Vain meille").await;
        founder.get(&format!("/fi/spaces/{closed}")).await.shows(SPACE_CLOSED);
        let (visitor, outsider) = (workspace.visitor(), workspace.member("Onni Ulkonen").await);
        outsider.joins(&network).await;
        for teller in [&visitor, &outsider] {
            for (there, nowhere) in [
                (format!("/fi/spaces/{closed}"), "/fi/spaces/ei-ole"),
                (format!("/fi/spaces/{closed}/members"), "/fi/spaces/ei-ole/members"),
                (format!("/fi/spaces/{closed}/threads"), "/fi/spaces/ei-ole/threads"),
                (format!("/fi/spaces/{closed}/documents"), "/fi/spaces/ei-ole/documents"),
                (format!("/fi/spaces/{closed}/threads/new"), "/fi/spaces/ei-ole/threads/new"),
                (thread.clone(), "/fi/threads/0000000000001"),
                (format!("{thread}/1"), "/fi/threads/0000000000001/1"),
                (format!("{thread}/1/history"), "/fi/threads/0000000000001/1/history"),
                (document.clone(), "/fi/documents/0000000000001"),
                (format!("{document}/edit"), "/fi/documents/0000000000001/edit"),
            ] {
                let (closed, none) = (teller.peek(&there).await, teller.peek(nowhere).await);
                assert_eq!((closed.status, closed.text()), (none.status, none.text()), "{there} and {nowhere} differ");
            }
            let replies = format!("{thread}/messages");
            let (closed, none) = (
                teller.post(&replies, &[("body", "Kuuluuko?"), ("act", "post")]).await,
                teller.post("/fi/threads/0000000000001/messages", &[("body", "Kuuluuko?"), ("act", "post")]).await,
            );
            assert_eq!((closed.status, closed.text()), (none.status, none.text()));
            for list in ["/fi/", "/fi/spaces", "/fi/threads", "/fi/documents", &format!("/fi/spaces/{network}")] {
                teller.get(list).await.is(200).hides(SPACE_CLOSED).hides("Sisäinen");
            }
        }
    })
    .await;
}
