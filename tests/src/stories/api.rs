//! `/api/v1`: what programs read and do, and that its description says all of it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Page, SPACE_CLOSED, Workspace, on_both};
use crate::stories::rights::declared;

/// The description of the API, with which every answer is compared.
struct Description(Value);

impl Description {
    async fn of(workspace: &Workspace) -> Description {
        Description(workspace.visitor().get("/api/v1/openapi.json").await.json())
    }

    fn at<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => self.at(self.0.pointer(reference.trim_start_matches('#')).expect(reference)),
            None => schema,
        }
    }

    /// Fails unless the answer is described, with exactly its fields.
    #[track_caller]
    fn fits(&self, method: &str, path: &str, page: &Page) -> Value {
        let operation = &self.0["paths"][path][method.to_lowercase()];
        let answer = self.at(&operation["responses"][page.status.to_string()]);
        assert!(!answer.is_null(), "{method} {path} is not said to answer {}: {}", page.status, page.body);
        let kind = page.header("content-type");
        if page.body.is_empty() {
            return Value::Null;
        }
        let schema = &answer["content"][kind]["schema"];
        assert!(!schema.is_null(), "{method} {path} is not said to answer {kind}");
        let value = page.json();
        if let Err(why) = self.check(schema, &value) {
            panic!("{method} {path}: {why}\n{}", page.body);
        }
        value
    }

    fn check(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let schema = self.at(schema);
        if let Some(choices) = schema["anyOf"].as_array() {
            let fits = choices.iter().any(|choice| self.check(choice, value).is_ok());
            return if fits { Ok(()) } else { Err(format!("{value} is none of {choices:?}")) };
        }
        if let Some(choices) = schema["enum"].as_array().filter(|choices| !choices.contains(value)) {
            return Err(format!("{value} is not among {choices:?}"));
        }
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let allowed = &schema["type"];
        if *allowed != kind && !allowed.as_array().is_some_and(|kinds| kinds.iter().any(|one| *one == kind)) {
            return Err(format!("{value} is not {allowed}"));
        }
        match value {
            Value::Array(items) => items.iter().try_for_each(|item| self.check(&schema["items"], item)),
            Value::Object(fields) if schema["properties"].is_object() => {
                for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    fields.get(name).ok_or_else(|| format!("{name} is missing"))?;
                }
                for (name, field) in fields {
                    let schema = schema["properties"].get(name).ok_or_else(|| format!("{name} is not described"))?;
                    self.check(schema, field).map_err(|why| format!("{name}: {why}"))?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn last(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or_default().split('-').next().unwrap_or_default()
}

#[tokio::test]
async fn every_address_is_described_and_nothing_else() {
    let workspace = Workspace::open().await;
    let description = Description::of(&workspace).await;
    let described: BTreeSet<String> =
        description.0["paths"].as_object().expect("paths").keys().map(|path| format!("/api/v1{path}")).collect();
    let served: BTreeSet<String> = declared().into_iter().filter(|path| path.starts_with("/api/v1/")).collect();
    assert_eq!(described, served);
    // And every method that is said to be there is there.
    let visitor = workspace.visitor();
    for (path, operations) in description.0["paths"].as_object().expect("paths") {
        for method in ["get", "post", "put", "delete", "patch"] {
            let filled = path.replace("{slug}", "x").replace("{id}", "0000000000000").replace("{n}", "1");
            let answer = visitor.calls(&method.to_uppercase(), &format!("/api/v1{filled}"), None, None).await;
            let is_there = operations.get(method).is_some();
            assert_eq!(answer.status != 405, is_there, "{method} {path}: {}", answer.status);
            if !is_there {
                assert!(!answer.header("allow").is_empty(), "{path} does not say what it takes");
            }
        }
    }
}

#[tokio::test]
async fn a_program_reads_what_is_public() {
    on_both(async |workspace| {
        let description = Description::of(&workspace).await;
        let (space, founder) = workspace.network().await;
        let thread = founder.starts_thread(&space, "Rajapinnan keskustelu", "Avaus **tässä**").await;
        founder.replies(&thread, 1, "Vastaus <b>x</b>").await;
        let document = founder.writes_document(&space, "Rajapinnan asiakirja", "## Luku\n\nTeksti").await;
        let (thread, document) = (last(&thread), last(&document));
        let program = workspace.visitor();
        let read = async |path: &str, described: &str| {
            let page = program.calls("GET", &format!("/api/v1{path}"), None, None).await;
            page.is(200);
            assert_eq!(page.header("cache-control"), "public, no-cache", "{path}");
            let again = program.get_with(&page.address, &[("If-None-Match", page.header("etag"))]).await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
            description.fits("GET", described, &page)
        };
        let spaces = read("/spaces", "/spaces").await;
        assert_eq!(spaces["items"][0]["slug"], space.as_str());
        let one = read(&format!("/spaces/{space}"), "/spaces/{slug}").await;
        assert_eq!((&one["thread_count"], &one["document_count"]), (&json!(1), &json!(1)));
        for path in ["/threads".to_owned(), format!("/spaces/{space}/threads")] {
            let described = if path == "/threads" { "/threads" } else { "/spaces/{slug}/threads" };
            assert_eq!(read(&path, described).await["items"][0]["id"], thread);
        }
        let one = read(&format!("/threads/{thread}"), "/threads/{id}").await;
        assert_eq!((&one["message_count"], &one["author"]["name"]), (&json!(2), &json!("Helmi Saarela")));
        let messages = read(&format!("/threads/{thread}/messages"), "/threads/{id}/messages").await;
        assert_eq!(messages["items"][0]["html"], "<p>Avaus <strong>tässä</strong></p>");
        assert_eq!(messages["items"][1]["html"], "<p>Vastaus &lt;b&gt;x&lt;/b&gt;</p>");
        let second = read(&format!("/threads/{thread}/messages/2"), "/threads/{id}/messages/{n}").await;
        assert_eq!(second["parent"], 1);
        for path in ["/documents".to_owned(), format!("/spaces/{space}/documents")] {
            let described = if path == "/documents" { "/documents" } else { "/spaces/{slug}/documents" };
            assert_eq!(read(&path, described).await["items"][0]["id"], document);
        }
        let one = read(&format!("/documents/{document}"), "/documents/{id}").await;
        assert_eq!((&one["text"], &one["markdown"]), (&json!("Luku\nTeksti"), &json!("## Luku\n\nTeksti")));
        read(&format!("/documents/{document}/versions"), "/documents/{id}/versions").await;
        let people = read("/people", "/people").await;
        let person = people["items"][0]["id"].as_str().expect("an id").to_owned();
        assert_eq!(read(&format!("/people/{person}"), "/people/{id}").await["name"], "Helmi Saarela");
    })
    .await;
}

#[tokio::test]
async fn lists_come_in_pages_without_gaps() {
    let workspace = Workspace::open().await;
    let (space, founder) = workspace.network().await;
    let mut thread = String::new();
    for n in 0..7 {
        thread = founder.starts_thread(&space, &format!("Keskustelu {n}"), "Avaus").await;
    }
    for n in 0..6 {
        founder.posts(&thread, &format!("Viesti {n}")).await;
    }
    let program = workspace.visitor();
    for (list, key, expected) in [
        ("/threads".to_owned(), "id", 7),
        (format!("/spaces/{space}/threads"), "id", 7),
        (format!("/threads/{}/messages", last(&thread)), "number", 7),
    ] {
        let (mut seen, mut after) = (BTreeSet::new(), String::new());
        for _ in 0..10 {
            let page = program.get(&format!("/api/v1{list}?limit=3{after}")).await.json();
            for item in page["items"].as_array().expect("items") {
                assert!(seen.insert(item[key].to_string()), "{list} shows {} twice", item[key]);
            }
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(seen.len(), expected, "{list}");
    }
}

#[tokio::test]
async fn a_member_acts_through_a_token() {
    on_both(async |workspace| {
        let description = Description::of(&workspace).await;
        let (network, founder) = workspace.network().await;
        let space = workspace.founds(&founder, &network, "Avoin ryhmä", &[]).await;
        let member = workspace.member("Maija").await;
        let token = member.makes_token("write").await;
        member.get("/fi/me/tokens").await.shows("Avain write").hides(&token);
        let does = async |method: &str, path: &str, described: &str, body: Option<Value>| {
            let page = member.calls(method, &format!("/api/v1{path}"), Some(&token), body).await;
            assert!(page.status < 300, "{method} {path}: {} {}", page.status, page.body);
            assert!(page.header("cache-control").contains("no-store") || page.status == 204, "{path}");
            assert_eq!(page.header("set-cookie"), "");
            (description.fits(method, described, &page), page.header("location").to_owned())
        };
        let (joined, _) = does("PUT", &format!("/spaces/{space}/membership"), "/spaces/{slug}/membership", None).await;
        assert_eq!(joined["state"], "member");
        let new = json!({ "title": "Ohjelman avaus", "markdown": "Hei", "language": "fi" });
        let (thread, location) =
            does("POST", &format!("/spaces/{space}/threads"), "/spaces/{slug}/threads", Some(new)).await;
        assert_eq!(thread["author"]["name"], "Maija");
        member.get(location.strip_prefix(&workspace.address).expect("here")).await.is(200);
        let thread = thread["id"].as_str().expect("an id").to_owned();
        let reply = json!({ "markdown": "Vastaus", "parent": 1 });
        let (message, _) =
            does("POST", &format!("/threads/{thread}/messages"), "/threads/{id}/messages", Some(reply)).await;
        assert_eq!((&message["number"], &message["parent"]), (&json!(2), &json!(1)));
        workspace.visitor().get(&format!("/fi/threads/{thread}")).await.shows("Vastaus");

        let new = json!({ "title": "Ohjelman asiakirja", "markdown": "Alku", "kind": "minutes" });
        let (document, _) =
            does("POST", &format!("/spaces/{space}/documents"), "/spaces/{slug}/documents", Some(new)).await;
        let text = format!("/documents/{}/text", document["id"].as_str().expect("an id"));
        let described = "/documents/{id}/text";
        let (added, _) = does("POST", &text, described, Some(json!({ "markdown": "Lisäys" }))).await;
        assert_eq!(added["text"], "Alku\nLisäys");
        // Two who replace what they both read: neither loses the other's words.
        let version = added["version"].as_i64().expect("a number");
        let one = json!({ "markdown": "Alku, korjattu\n\nLisäys", "version": version });
        let other = json!({ "markdown": "Alku\n\nLisäys\n\nLoppu", "version": version });
        does("PUT", &text, described, Some(one)).await;
        let (merged, _) = does("PUT", &text, described, Some(other)).await;
        assert_eq!(merged["text"], "Alku, korjattu\nLisäys\nLoppu");
        does("DELETE", &format!("/spaces/{space}/membership"), "/spaces/{slug}/membership", None).await;
        assert_eq!(workspace.log().matches(&token).count(), 0, "a token stands in the log");
    })
    .await;
}

#[tokio::test]
async fn tokens_open_no_more_than_they_were_made_for() {
    let workspace = Workspace::open().await;
    let description = Description::of(&workspace).await;
    let (network, founder) = workspace.network().await;
    let closed = workspace.founds(&founder, &network, SPACE_CLOSED, &[("visibility", "closed")]).await;
    let secret = founder.starts_thread(&closed, "Salainen", "Salaisuus").await;
    let open = founder.starts_thread(&network, "Avoin", "Avaus").await;
    let member = workspace.member("Maija").await;
    let (reading, writing) = (member.makes_token("read").await, member.makes_token("write").await);
    let own = founder.makes_token("read").await;
    let messages = format!("/api/v1/threads/{}/messages", last(&open));
    let new = || Some(json!({ "markdown": "Viesti" }));
    let refused =
        async |method: &str, path: &str, token: Option<&str>, body: Option<Value>, status: u16, kind: &str| {
            let answer = member.calls(method, path, token, body).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.body);
            assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
            let problem = answer.json();
            description.check(&json!({ "$ref": "#/components/schemas/Problem" }), &problem).expect("a problem");
            assert!(problem["type"].as_str().is_some_and(|address| address.ends_with(kind)), "{problem}");
            answer
        };
    refused("POST", &messages, None, new(), 401, "#s-sign-in").await;
    refused("POST", &messages, Some(&reading), new(), 403, "#s-scope").await;
    refused("POST", &messages, Some("aukio_0"), new(), 401, "#s-token").await;
    refused("GET", &messages, Some(&writing[..60]), None, 401, "#s-token").await;
    // What a closed space has, and what never was: the same for everybody who is not in.
    for token in [None, Some(writing.as_str())] {
        for path in [format!("/api/v1/threads/{}", last(&secret)), format!("/api/v1/spaces/{closed}")] {
            let hidden = refused("GET", &path, token, None, 404, "#s-not-found").await;
            let never = refused("GET", "/api/v1/threads/0000000000001", token, None, 404, "#s-not-found").await;
            assert_eq!(hidden.body, never.body);
        }
        for list in ["/api/v1/threads", "/api/v1/spaces"] {
            member.calls("GET", list, token, None).await.hides("Salainen").hides(&closed);
        }
    }
    let mine = founder.calls("GET", "/api/v1/threads", Some(&own), None).await;
    assert!(mine.body.contains("Salainen"), "a member's token reads what the member reads");
    assert_eq!(mine.header("cache-control"), "no-store");

    // A browser cannot be made to act by its cookie, and a foreign page not by a token.
    let cookies = founder.cookies().expect("signed in");
    for headers in [
        vec![("Cookie", cookies.as_str())],
        vec![("Cookie", cookies.as_str()), ("Origin", "https://elsewhere.example")],
        vec![("Cookie", cookies.as_str()), ("Origin", workspace.address.as_str()), ("Sec-Fetch-Site", "same-origin")],
    ] {
        let answer = workspace.visitor().forge(&messages, &headers, &[("markdown", "Väärennetty")]).await;
        assert!(matches!(answer.status, 401 | 403 | 415), "{headers:?}: {}", answer.status);
    }
    workspace.visitor().get(&open).await.hides("Väärennetty");

    // Bodies of the wrong shape, and fields that are not anybody's to give.
    for (body, status, kind) in [
        (json!({ "markdown": "x", "author": "0000000000000" }), 400, "#s-body"),
        (json!({ "markdown": 1 }), 400, "#s-body"),
        (json!([]), 400, "#s-body"),
        (json!({ "markdown": " " }), 422, "#s-fields"),
        (json!({ "markdown": "x\u{0}" }), 422, "#s-fields"),
        (json!({ "markdown": "x", "language": "de" }), 422, "#s-fields"),
        (json!({ "markdown": "x", "parent": 77 }), 409, "#s-no-such-parent"),
    ] {
        refused("POST", &messages, Some(&writing), Some(body), status, kind).await;
    }
    for path in
        ["/api/v1/threads?limit=0", "/api/v1/threads?limit=101", "/api/v1/threads?after=x", "/api/v1/people?x=1"]
    {
        refused("GET", path, None, None, 400, "#s-parameter").await;
    }
    refused("GET", "/api/v1/nowhere", None, None, 404, "#s-not-found").await;
    refused("GET", "/api/v1/spaces/%00", None, None, 404, "#s-not-found").await;
    refused("DELETE", "/api/v1/threads", None, None, 405, "#s-method").await;

    // Ended is ended, and so is what a closed account had.
    let page = member.get("/fi/me/tokens").await;
    for id in page.attributes("button[name=token]", "value") {
        member.post("/fi/me/tokens/end", &[("token", &id)]).await.is(200);
    }
    refused("GET", &messages, Some(&writing), None, 401, "#s-token").await;
    let again = member.makes_token("write").await;
    member.calls("GET", &messages, Some(&again), None).await.is(200);
    member.knock("/fi/me/close", &[("confirm_name", "Maija")]).await.is(303);
    refused("GET", &messages, Some(&again), None, 401, "#s-token").await;
}

#[tokio::test]
async fn the_page_of_tokens_belongs_to_one_member() {
    let workspace = Workspace::open().await;
    let (_, founder) = workspace.network().await;
    let member = workspace.member("Maija").await;
    let token = founder.makes_token("write").await;
    member.get("/fi/me/tokens").await.shows("Sinulla ei ole avaimia");
    let id = founder.get("/fi/me/tokens").await.attributes("button[name=token]", "value").remove(0);
    member.post("/fi/me/tokens/end", &[("token", &id)]).await.is(200);
    founder.calls("GET", "/api/v1/threads", Some(&token), None).await.is(200);
    for name in ["", &"x".repeat(81)] {
        member.post("/fi/me/tokens", &[("name", name), ("scope", "read")]).await.is(422);
    }
    for n in 0..20 {
        member.post("/fi/me/tokens", &[("name", &format!("Avain {n}")), ("scope", "read")]).await.is(200);
    }
    member.post("/fi/me/tokens", &[("name", "Yksi liikaa"), ("scope", "read")]).await.is(422);
    for language in ["fi", "sv", "en"] {
        member.get(&format!("/{language}/me/tokens")).await.is(200).hides("⟦");
        workspace.visitor().get(&format!("/{language}/api")).await.is(200).shows("application/problem+json");
    }
}

/// Every problem that the program can answer with has its lines on the page that its type leads to.
#[tokio::test]
async fn problems_lead_to_words() {
    let workspace = Workspace::open().await;
    let page = workspace.visitor().get("/en/api").await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests stand in the repository");
    let source = std::fs::read_to_string(root.join("crates/aukio/src/web/failure.rs")).expect("a source");
    let own = std::fs::read_to_string(root.join("crates/aukio/src/api/problem.rs")).expect("a source");
    let named = |text: &str, before: &str| -> Vec<String> {
        let rest = text.split(before).skip(1);
        rest.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
    };
    let ids = page.attributes("main [id]", "id");
    // These end in pages only: passwords, mails and names that the API does not take.
    let elsewhere = ["form", "old-link", "too-often", "no-such-person", "withdrawn"];
    let mut names = named(&source, "\"error-");
    names.extend(named(&own, "StatusCode::UNAUTHORIZED,\n            \""));
    // Programs come with tokens, not through providers or with passkeys.
    let signing_in = |name: &str| {
        ["last-way", "key-lost"].contains(&name) || name.starts_with("provider-") || name.starts_with("passkey-")
    };
    for name in names.iter().filter(|name| !elsewhere.contains(&name.as_str()) && !signing_in(name)) {
        assert!(ids.contains(&format!("s-{name}")), "{name} has no words on /en/api");
    }
}

/// A schema-driven caller of every operation, when the tests' tools have it.
#[tokio::test]
async fn strangers_programs_find_no_fault() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests stand in the repository");
    let tools = root.join("tests/.tools/schemathesis");
    if std::fs::read_to_string(tools.join(".installed")).is_ok_and(|version| version.trim() == "none") {
        eprintln!("not told: schemathesis could not be had at set-up");
        return;
    }
    let program = tools.join("bin/schemathesis");
    assert!(program.exists(), "{} is missing: run scripts/setup test", program.display());
    let workspace = Workspace::example().await;
    let programmer = workspace.member("Ohjelmoija").await;
    // A token may be used so often and no more, and this program calls all the time.
    let mut tokens = Vec::new();
    for _ in 0..10 {
        tokens.push(programmer.makes_token("write").await);
    }
    let run = Command::new(program)
        .args(["run", &format!("{}/api/v1/openapi.json", workspace.address)])
        .args(["--url", &format!("{}/api/v1", workspace.address)])
        .args(["--checks", "not_a_server_error,status_code_conformance,content_type_conformance"])
        .args(["--checks", "response_headers_conformance,response_schema_conformance,negative_data_rejection"])
        .args(["--max-examples", "12", "--phases", "examples,coverage,fuzzing", "--seed", "1", "--no-color"])
        .env("NO_COLOR", "1")
        .env("SCHEMATHESIS_HOOKS", root.join("tests/data/callers-tokens.py"))
        .env("AUKIO_TOKENS", tokens.join(" "))
        .current_dir(workspace.data())
        .output()
        .expect("the program runs");
    let told = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{told}\n{}", String::from_utf8_lossy(&run.stderr));
    let last: Vec<&str> = told.lines().rev().take(14).collect();
    eprintln!("{}", last.into_iter().rev().collect::<Vec<_>>().join("\n"));
}
