//! Clocks that jump, and what the passing of time takes away.

use std::time::{Duration, Instant};

use crate::harness::{Teller, Workspace, on_both};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

async fn is_signed_in(teller: &Teller) -> bool {
    teller.peek("/fi/me").await.status == 200
}

fn number(workspace: &Workspace, sql: &str) -> i64 {
    let told = workspace.tampers(sql).expect("the database answers");
    told.lines().last().and_then(|count| count.trim().parse().ok()).unwrap_or_else(|| panic!("{sql}: {told}"))
}

/// Mails somebody a link to sign in by, and gives its address.
async fn link(workspace: &Workspace, member: &Teller) -> String {
    let browser = workspace.visitor();
    let form = browser.get("/fi/sign-in").await.form_with(&["email"]);
    browser.submit(form.with("email", &member.email).with("act", "link")).await.is(200);
    workspace.mail_to(&member.email).await
}

#[tokio::test]
async fn a_clock_that_jumps_ends_no_session_and_no_order() {
    on_both(async |workspace| {
        let (space, founder) = workspace.network().await;
        let member = workspace.member("Noora Nieminen").await;
        member.joins(&space).await;
        let thread = founder.starts_thread(&space, "Kellot", "Aloitus").await;
        let sessions = number(&workspace, "SELECT COUNT(*) FROM session");
        let (mut posted, mut signed_out) = (Vec::new(), 0);
        let jumps = [HOUR, -HOUR, 0, 3 * HOUR, -2 * DAY, 12 * DAY, 0];
        for (n, jump) in jumps.into_iter().enumerate() {
            workspace.returns_after(jump);
            for teller in [&founder, &member] {
                signed_out += usize::from(!is_signed_in(teller).await);
            }
            let words = format!("Viesti {n} hypyn jälkeen");
            founder.posts(&thread, &words).await.shows(&words);
            posted.push(words);
        }
        // What was written later stands later, whatever the clock said.
        let shown = workspace.visitor().get(&format!("{thread}?view=time")).await.texts(".message__body");
        let shown: Vec<&String> = shown.iter().filter(|text| text.starts_with("Viesti ")).collect();
        assert_eq!(shown, posted.iter().collect::<Vec<_>>());
        assert_eq!(number(&workspace, "SELECT COUNT(*) FROM session"), sessions, "a session came or went");
        workspace.does("verify", &[]).succeeds();
        // A year on, everything that ends has ended, and nobody is in a loop: signing in works at once.
        workspace.returns_after(YEAR);
        assert!(!is_signed_in(&member).await, "a session outlives its thirty days");
        let address = link(&workspace, &member).await;
        let back = workspace.visitor();
        let asks = back.get(&address).await;
        back.submit(asks.form("main form[method=post]")).await.is(200);
        assert!(is_signed_in(&back).await);
        eprintln!(
            "drill D10 clock: {} jumps, {signed_out} signed out, order kept, a year on signed in anew",
            jumps.len()
        );
        assert_eq!(signed_out, 0);
    })
    .await;
}

#[tokio::test]
async fn no_link_is_taken_after_its_time() {
    let workspace = Workspace::open().await;
    workspace.network().await;
    let member = workspace.member("Noora Nieminen").await;
    let (early, late) = (link(&workspace, &member).await, link(&workspace, &member).await);
    // Asking went on for a few seconds, so the first is a little older than the second.
    workspace.returns_after(HOUR - MINUTE);
    let browser = workspace.visitor();
    let asks = browser.get(&early).await;
    browser.submit(asks.form("main form[method=post]")).await;
    assert!(is_signed_in(&browser).await, "a link is refused a minute before its end");
    workspace.returns_after(HOUR + MINUTE);
    let browser = workspace.visitor();
    browser.get(&late).await.is(410);
    assert!(!is_signed_in(&browser).await);
    // Turning the clock back brings nothing back that was let go.
    workspace.returns_after(HOUR - MINUTE);
    workspace.visitor().get(&late).await.is(410);
    workspace.visitor().get(&early).await.is(410);
    eprintln!("drill D10 links: taken a minute before the end, refused a minute after, not revived by going back");
}

/// Waits until a question is answered with this number.
async fn until(workspace: &Workspace, sql: &str, wanted: i64) {
    let began = Instant::now();
    while number(workspace, sql) != wanted {
        assert!(began.elapsed() < Duration::from_secs(10), "{sql}: {} instead of {wanted}", number(workspace, sql));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Starts again after so many seconds and waits until what has expired by then was let go: told by a link that ended
/// a second before, and, of the audit log, by what is asked for last.
async fn passes(workspace: &Workspace, seconds: i64) {
    workspace
        .tampers(
            "INSERT INTO mail_token (token_hash, purpose, person_id, payload, created_at, expires_at)
             VALUES (randomblob(32), 'marker', NULL, '', 0, 0)",
        )
        .expect("a marker");
    workspace.returns_after(seconds);
    until(workspace, "SELECT COUNT(*) FROM mail_token WHERE purpose = 'marker'", 0).await;
    // The other chores follow the one that was just seen; asking them to be over takes a moment.
    tokio::time::sleep(Duration::from_millis(300)).await;
}

#[tokio::test]
async fn what_is_kept_for_a_time_goes_at_its_end_and_not_before() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let member = workspace.member("Noora Nieminen").await;
    let thread = founder.starts_thread(&space, "Määräajat", "Aloitus").await;
    // A link that nobody uses, a text that nobody comes back for, a copy that nobody fetches.
    let stranger = workspace.visitor();
    let form = stranger.get("/fi/register").await.form_with(&["email", "name", "sector"]);
    let form = form.with("name", "Kesken Kesänen").with("email", "kesken@example.fi").with("sector", "municipality");
    stranger.submit(form.with("organisation", "Joensuu")).await.is(200);
    link(&workspace, &member).await;
    let page = stranger.get(&thread).await;
    stranger.submit(page.form("form#reply").with("body", "Kesken jäänyt").with("act", "post")).await;
    let page = member.get("/fi/me/data").await;
    member.submit(page.form("form[action$='/me/data']")).await.is(200);
    until(&workspace, "SELECT COUNT(*) FROM personal_copy WHERE ready_at IS NOT NULL", 1).await;
    let count = |table: &str| format!("SELECT COUNT(*) FROM {table}");
    let sign_in = count("mail_token WHERE purpose = 'sign-in'");
    let registering = count("mail_token WHERE purpose <> 'sign-in'");
    let (texts, copies) = (count("kept_text"), count("personal_copy"));
    let sessions = format!(
        "SELECT COUNT(*) FROM session WHERE person_id = (SELECT id FROM person WHERE name = '{}')",
        member.name
    );
    let made = count("audit WHERE deed = 'account-made'");
    let bounds: [(i64, &[(&str, &str)]); 5] = [
        (HOUR, &[(&sign_in, "a link to sign in")]),
        (DAY, &[(&registering, "a registration"), (&texts, "a kept text")]),
        (7 * DAY, &[(&copies, "a copy of one's data")]),
        (14 * DAY, &[(&sessions, "a session")]),
        (2 * YEAR + DAY, &[(&made, "the audit log")]),
    ];
    let mut held = 0;
    for (bound, kept) in bounds {
        for (sql, what) in kept {
            assert!(number(&workspace, sql) > 0, "there is {what}");
        }
        passes(&workspace, bound - 2 * MINUTE).await;
        for (sql, what) in kept {
            assert!(number(&workspace, sql) > 0, "{what} is gone two minutes early");
        }
        workspace.returns_after(bound + MINUTE);
        for (sql, _) in kept {
            until(&workspace, sql, 0).await;
            held += 1;
        }
    }
    assert_eq!(number(&workspace, &count("audit WHERE deed = 'old-rows-gone'")), 1);
    workspace.does("verify", &[]).succeeds();
    eprintln!("drill retention: {held} bounds, each held to two minutes");
}
