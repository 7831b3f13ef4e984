//! What strangers try: guessing, flooding, racing, forging, and reading what was never meant for them.

use std::time::Instant;

use crate::harness::{Teller, Workspace, on_both, soak};

const PASSWORD: &str = "viisitoista merkkia riittaa";

async fn tries(browser: &Teller, email: &str, password: &str) -> u16 {
    browser.knock("/fi/sign-in", &[("email", email), ("password", password)]).await.status
}

#[tokio::test]
async fn strangers_reach_an_account_twenty_times_an_hour_and_its_owner_always() {
    let workspace = Workspace::open().await;
    let (_, founder) = workspace.network().await;
    assert_eq!(tries(&founder, &founder.email, PASSWORD).await, 303, "her place is known from now on");
    let mut guesses = Vec::new();
    for n in 0..50 {
        // Half of the strangers come from one network of IPv6.
        let address = if n % 2 == 0 { format!("198.51.100.{n}") } else { format!("2001:db8:1:2::{n}") };
        let stranger = workspace.visitor().at(&address);
        let email = founder.email.clone();
        guesses.push(tokio::spawn(async move {
            for _ in 0..4 * soak() {
                tries(&stranger, &email, "arvaus arvaus arvaus").await;
            }
        }));
    }
    for guess in guesses {
        guess.await.expect("strangers do not tire");
    }
    let reached = workspace.tampers("SELECT COUNT(*) FROM audit WHERE deed = 'sign-in-failed'").expect("a count");
    let reached: u32 = reached.lines().last().and_then(|line| line.parse().ok()).expect("a number");
    assert!((1..=20).contains(&reached), "{reached} tries reached the password");
    let started = Instant::now();
    assert_eq!(tries(&founder, &founder.email, PASSWORD).await, 303, "the owner gets in");
    assert!(started.elapsed().as_secs() < 60);
}

#[tokio::test]
async fn a_place_makes_five_accounts_an_hour_whatever_it_claims_to_be() {
    let workspace = Workspace::open().await;
    let mut answers = Vec::new();
    for n in 0..7 {
        // What stands left of the proxy's own word is the client's, and worth nothing.
        let robot = workspace.visitor().at(&format!("203.0.113.{n}, 192.0.2.9"));
        let name = format!("Robotti {n}");
        let email = format!("robotti{n}@example.fi");
        let fields = [("name", name.as_str()), ("email", &email), ("sector", "resident")];
        answers.push(robot.knock("/fi/register", &fields).await.status);
    }
    assert_eq!(answers, [200, 200, 200, 200, 200, 429, 429]);
}

#[tokio::test]
async fn of_fifty_who_use_a_link_at_once_one_gets_in() {
    on_both(async |workspace| {
        let visitor = workspace.visitor();
        let form = visitor.get("/fi/register").await.form_with(&["email", "name", "sector"]);
        let form = form.with("name", "Noora Nieminen").with("email", "noora@example.fi").with("sector", "resident");
        visitor.submit(form).await.is(200);
        let link = workspace.mail_to("noora@example.fi").await;
        for _ in 0..10 {
            visitor.get(&link).await.is(200);
        }
        let token = link.rsplit('=').next().expect("a link has a token").to_owned();
        let mut presses = Vec::new();
        for _ in 0..50 {
            let (browser, token) = (workspace.visitor(), token.clone());
            presses.push(tokio::spawn(async move {
                let status = browser.knock("/fi/confirm", &[("token", token.as_str())]).await.status;
                assert!(matches!(status, 303 | 410), "{status}");
                browser.cookies().is_some()
            }));
        }
        let mut inside = 0;
        for press in presses {
            inside += usize::from(press.await.expect("browsers go on"));
        }
        assert_eq!(inside, 1);
    })
    .await;
}

/// Welch's t of two samples.
fn welch(a: &[f64], b: &[f64]) -> f64 {
    let of = |sample: &[f64]| {
        let count = sample.len() as f64;
        let mean = sample.iter().sum::<f64>() / count;
        let variance = sample.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
        (mean, variance / count)
    };
    let ((mean_a, spread_a), (mean_b, spread_b)) = (of(a), of(b));
    (mean_a - mean_b) / (spread_a + spread_b).sqrt()
}

#[tokio::test]
async fn time_does_not_tell_who_is_a_member() {
    let workspace = Workspace::open().await;
    let count = if soak() > 1 { 200 } else { 24 };
    let mut members = Vec::new();
    for n in 0..count / 12 {
        let member = workspace.member(&format!("Jäsen {}", char::from(b'A' + n as u8))).await;
        members.push(member.email);
    }
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for n in 0..2 * count {
        let stranger = workspace.visitor();
        let is_known = n % 2 == 0;
        let email = if is_known { members[n / 2 % members.len()].clone() } else { format!("ei{n}@example.fi") };
        let started = Instant::now();
        assert_eq!(tries(&stranger, &email, "arvaus arvaus arvaus").await, 422);
        let took = started.elapsed().as_secs_f64();
        if is_known { known.push(took) } else { unknown.push(took) }
    }
    let t = welch(&known, &unknown);
    eprintln!("signing in: {count} known and {count} unknown addresses, Welch t = {t:.2}");
    assert!(t.abs() < 4.5, "t = {t}");
}

#[tokio::test]
async fn no_way_back_leads_elsewhere() {
    let workspace = Workspace::open().await;
    let member = workspace.member("Noora Nieminen").await;
    let hosts = ["evil.example", "127.0.0.1.evil.example", "evil.example/fi/", "xn--evl-hma.example", "[::1]"];
    let shapes = [
        "https://{}",
        "http://{}",
        "//{}",
        "///{}",
        "////{}",
        "/\\{}",
        "\\\\{}",
        "/\t/{}",
        "https:{}",
        "/fi//{}",
        "/fi/..//{}",
        "@{}",
        "/fi@{}",
        "javascript://{}/%0aalert(1)",
        " //{}",
        "/%2f%2f{}",
        "/%5c{}",
        "/fi/%2e%2e//{}",
    ];
    let mut count = 0;
    for host in hosts {
        for shape in shapes {
            let next = shape.replace("{}", host);
            let answer = member.peek(&format!("/fi/me/confirm?next={}", percent(&next))).await;
            let location = answer.header("location");
            assert_eq!(answer.status, 303, "{next}");
            assert!(location == "/fi/me", "{next} leads to {location}");
            count += 1;
        }
    }
    assert!(count >= 60);
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn no_form_of_another_site_reaches_any_act() {
    let workspace = Workspace::open().await;
    let (_, founder) = workspace.network().await;
    let table = include_str!("../../rights.txt");
    let addresses: Vec<String> = table
        .lines()
        .filter_map(|line| line.strip_prefix("POST "))
        .filter_map(|line| line.split_whitespace().next())
        .map(|address| format!("/fi{}", address.replace(['{', '}'], "")))
        .collect();
    assert!(addresses.len() > 20, "the table of rights names the acts");
    let ours = workspace.address.clone();
    let elsewhere = "https://elsewhere.example";
    for address in &addresses {
        for headers in [
            &[] as &[(&str, &str)],
            &[("Origin", elsewhere)],
            &[("Origin", "null")],
            &[("Origin", &ours), ("Sec-Fetch-Site", "cross-site")],
            &[("Sec-Fetch-Site", "same-site"), ("Origin", elsewhere)],
        ] {
            let answer = founder.forge(address, headers, &[("body", "x")]).await;
            assert_eq!(answer.status, 403, "{address} with {headers:?}");
        }
    }
}

#[tokio::test]
async fn the_audit_log_cannot_be_changed_unseen() {
    on_both(async |workspace| {
        let (network, founder) = workspace.network().await;
        let member = workspace.member("Noora Nieminen").await;
        member.joins(&network).await;
        tries(&workspace.visitor(), &founder.email, "arvaus arvaus arvaus").await;
        let profile = member.get("/fi/me").await.attributes("a[href*='/people/']", "href");
        let id = profile.iter().filter_map(|link| link.rsplit('/').next()).find(|id| id.len() == 13).expect("an id");
        let change = format!("/fi/spaces/{network}/members/change");
        founder.post(&change, &[("person", id), ("act", "convener")]).await.is(200);
        let log = founder.get("/fi/audit").await;
        log.shows("Väärä salasana").shows("Antoi roolin").shows("Rekisteröityi").shows("convener space:");
        let (said, content) = workspace.says("verify");
        assert!(content && said.contains("good: the audit log is an unbroken chain"), "{said}");

        for sql in
            ["UPDATE audit SET actor = 1 WHERE number = 2", "DELETE FROM audit WHERE number = 2", "DELETE FROM audit"]
        {
            let refused = workspace.tampers(sql).expect_err("the database refuses");
            assert!(refused.contains("audit log"), "{sql}: {refused}");
        }
        // Somebody who takes the guards away as well is found out.
        let unguard = if workspace.is_postgres() {
            "DROP TRIGGER audit_is_kept ON audit;"
        } else {
            "DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_shortened;"
        };
        workspace.tampers(unguard).expect("the owner of a database may do anything");
        workspace.tampers("UPDATE audit SET actor = 1 WHERE number = 2").expect("no guard is left");
        let (said, content) = workspace.says("verify");
        assert!(!content && said.contains("audit row 2 was changed"), "{said}");
        workspace.tampers("DELETE FROM audit WHERE number = 2").expect("no guard is left");
        assert!(workspace.says("verify").0.contains("audit rows 2 to 2 are missing"));
        workspace.tampers("DELETE FROM audit WHERE number >= 2").expect("no guard is left");
        assert!(workspace.says("verify").0.contains("are missing"));
    })
    .await;
}

#[tokio::test]
async fn old_rows_of_the_audit_log_are_let_go() {
    let workspace = Workspace::open().await;
    workspace.member("Noora Nieminen").await;
    let rows = |workspace: &Workspace| {
        let answer = workspace.tampers("SELECT COUNT(*) FROM audit").expect("a count");
        answer.lines().last().and_then(|line| line.parse::<u32>().ok()).expect("a number")
    };
    let before = rows(&workspace);
    assert!(before >= 2);
    workspace.returns_after(729 * 86_400);
    let member = workspace.member("Onni Ojala").await;
    assert!(rows(&workspace) > before, "two years have not passed");
    workspace.returns_after(733 * 86_400);
    member.get("/fi/").await.is(200);
    let started = Instant::now();
    // Letting go is the first thing that the program does, beside answering.
    while rows(&workspace) != 3 {
        assert!(started.elapsed().as_secs() < 10, "{} rows", rows(&workspace));
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let (said, content) = workspace.says("verify");
    assert!(content, "{said}");
}

#[tokio::test]
async fn nothing_that_people_type_stands_in_the_log() {
    let workspace = Workspace::told(&[("AUKIO_LOG", "debug,sqlx=info,hyper=info,tantivy=info".to_owned())]).await;
    let (network, founder) = workspace.network().await;
    let member = workspace.member("Kanarialintu Keltainen").await;
    member.joins(&network).await;
    let thread = member.starts_thread(&network, "Kanarialintuotsikko", "Kanarialintuviesti tässä.").await;
    founder.posts(&thread, "Kanarialintuvastaus\r\nINFO väärennetty rivi").await;
    founder.writes_document(&network, "Kanarialintuasiakirja", "Kanarialintuteksti").await;
    member.get("/fi/search?q=kanarialintuhaku").await;
    let visitor = workspace.visitor();
    tries(&visitor, "kanarialintu@example.fi", "kanarialintusalasana").await;
    visitor
        .knock("/fi/register", &[("name", "Kanarialintu"), ("email", "kanarialintu@"), ("sector", "kanarialintu")])
        .await;
    visitor.get("/fi/sign-in/link?token=kanarialintutunnus").await;
    visitor.get("/fi/kanarialintu%0d%0aINFO").await;
    visitor.get_with("/fi/", &[("User-Agent", "kanarialintuselain"), ("Cookie", "aukio=kanarialintukeksi")]).await;
    let log = workspace.log().to_lowercase();
    let found: Vec<&str> =
        log.lines().filter(|line| line.contains("kanarialintu") && !line.contains("/fi/kanarialintu")).collect();
    assert!(found.is_empty(), "{found:#?}");
    for secret in [member.cookies(), founder.cookies()].into_iter().flatten() {
        let token = secret.split('=').nth(1).expect("a cookie has a value");
        assert!(!log.contains(token), "a session's token stands in the log");
        let stored = workspace.tampers(&format!("SELECT COUNT(*) FROM session WHERE hex(token_hash) LIKE '%{token}%'"));
        assert!(stored.expect("a count").ends_with('0'), "a session's token is stored as it is");
    }
    assert!(log.contains("answered"), "requests are logged, without what was typed");
}

#[tokio::test]
async fn walking_through_the_search_is_slowed_and_reading_is_not() {
    let workspace = Workspace::open().await;
    workspace.network().await;
    let walker = workspace.visitor();
    let (mut taken, mut refused) = (0, None);
    for n in 0..400 {
        let page = walker.get(&format!("/sv/search?q=ord{n}")).await;
        if page.status == 429 {
            refused = Some(page);
            break;
        }
        page.is(200);
        taken += 1;
    }
    let refused = refused.expect("four hundred searches at once are too many");
    assert!(taken >= 300, "only {taken} searches were taken");
    assert!(refused.has("För många sökningar på kort tid"), "{}", refused.text());
    let wait: u64 = refused.header("retry-after").parse().expect("a number of seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    // Everything else goes on for them, and search for all others.
    walker.get("/sv/spaces").await.is(200);
    workspace.visitor().get("/fi/search?q=kokous").await.is(200);
    // A search comes free every fifth of a second, so the next few may pass.
    let mut problem = walker.get("/api/v1/search?q=kokous").await;
    for _ in 0..100 {
        if problem.status == 429 {
            break;
        }
        problem = walker.get("/api/v1/search?q=kokous").await;
    }
    problem.is(429);
    assert!(problem.json()["type"].as_str().is_some_and(|kind| kind.ends_with("#s-search-too-often")));
    tokio::time::sleep(std::time::Duration::from_secs(wait)).await;
    walker.get("/sv/search?q=ord").await.is(200);
}

#[tokio::test]
async fn tokens_are_written_down_and_slowed_when_they_call_too_often() {
    let workspace = Workspace::open().await;
    workspace.network().await;
    let member = workspace.member("Noora Nieminen").await;
    let token = member.makes_token("read").await;
    let (mut refused, program) = (None, workspace.visitor());
    for _ in 0..900 {
        let answer = program.calls("GET", "/api/v1/spaces", Some(&token), None).await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
        answer.is(200);
    }
    let refused = refused.expect("nine hundred calls at once are too many");
    assert!(refused.json()["type"].as_str().is_some_and(|kind| kind.ends_with("#s-calls-too-often")));
    assert!(!refused.header("retry-after").is_empty());
    // Another token of another member is not slowed, and neither is the member's own browser.
    let other = workspace.member("Onni Ojala").await;
    let others = other.makes_token("write").await;
    other.calls("GET", "/api/v1/spaces", Some(&others), None).await.is(200);
    let page = member.get("/fi/me/tokens").await;
    let id = page.attributes("button[name=token]", "value").pop().expect("a token to end");
    member.post("/fi/me/tokens/end", &[("token", &id)]).await.is(200);
    let deeds = workspace.tampers("SELECT deed || ' ' || about FROM audit ORDER BY number").expect("the log is read");
    let made: Vec<&str> = deeds.lines().filter(|deed| deed.starts_with("token-")).collect();
    assert!(made[0].starts_with("token-made read token:"), "{made:?}");
    assert!(made.contains(&"token-slowed "), "{made:?}");
    assert!(made.iter().any(|deed| deed.starts_with("token-made write token:")), "{made:?}");
    assert!(made.last().is_some_and(|deed| deed.starts_with("token-ended token:")), "{made:?}");
    assert!(!deeds.contains(&token), "the log holds the token itself");
    workspace.does("verify", &[]).succeeds();
}
