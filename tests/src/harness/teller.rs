//! Somebody who uses the service: a visitor or a member, with a cookie jar and an address of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::cookie::{CookieStore, Jar};
use reqwest::{Client, Method, Url};
use serde_json::Value;

use super::page::{Form, Page};
use super::{Live, Sync};

static NEXT_ADDRESS: AtomicU32 = AtomicU32::new(1);

/// A person at a browser without scripts.
#[derive(Clone)]
pub struct Teller {
    client: Client,
    /// The same person, not following where an answer points.
    standing: Client,
    jar: Arc<Jar>,
    /// `http://127.0.0.1:PORT`
    pub base: String,
    /// The network address they come from, as a trusted proxy would tell it.
    from: String,
    pub name: String,
    pub email: String,
}

impl Teller {
    pub fn new(base: &str) -> Teller {
        let n = NEXT_ADDRESS.fetch_add(1, Ordering::Relaxed);
        let jar = Arc::new(Jar::default());
        let client = || Client::builder().pool_max_idle_per_host(0).cookie_provider(jar.clone()).no_proxy();
        Teller {
            client: client().build().expect("a client without special needs"),
            standing: client()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .expect("a client without special needs"),
            base: base.to_owned(),
            from: format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255),
            name: String::new(),
            email: String::new(),
            jar,
        }
    }

    /// Opens an address and follows where it leads.
    pub async fn get(&self, path: &str) -> Page {
        self.ask(&self.client, Method::GET, path, &[], &[]).await
    }

    /// Opens an address and stays at its first answer.
    pub async fn peek(&self, path: &str) -> Page {
        self.ask(&self.standing, Method::GET, path, &[], &[]).await
    }

    /// Sends fields and looks at the answer itself, wherever it points.
    pub async fn knock(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let origin = [("Origin", self.base.as_str()), ("Sec-Fetch-Site", "same-origin")];
        self.ask(&self.standing, Method::POST, path, &origin, fields).await
    }

    /// Sends fields as a browser sends a form of the service's own page.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let origin = [("Origin", self.base.as_str()), ("Sec-Fetch-Site", "same-origin")];
        self.ask(&self.client, Method::POST, path, &origin, fields).await
    }

    /// Sends fields with headers that a browser of ours would not send.
    pub async fn forge(&self, path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Page {
        self.ask(&self.standing, Method::POST, path, headers, fields).await
    }

    pub async fn submit(&self, form: Form) -> Page {
        let fields: Vec<(&str, &str)> =
            form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(&form.action, &fields).await
    }

    /// Somebody at another network address.
    #[must_use]
    pub fn at(mut self, address: &str) -> Teller {
        address.clone_into(&mut self.from);
        self
    }

    /// The same person with only these cookies, as one who had stolen them.
    pub fn with_cookies(&self, cookies: &str) -> Teller {
        let thief = Teller::new(&self.base);
        for cookie in cookies.split("; ") {
            thief.jar.add_cookie_str(cookie, &thief.url("/"));
        }
        thief
    }

    /// Opens an address with headers of one's own.
    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Page {
        self.ask(&self.standing, Method::GET, path, headers, &[]).await
    }

    async fn ask(
        &self,
        client: &Client,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Page {
        let url = self.url(path);
        let mut request = client.request(method.clone(), url.clone()).header("X-Forwarded-For", &self.from);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if method == Method::POST {
            request = request.form(&fields);
        }
        let response = request.send().await.unwrap_or_else(|error| panic!("{method} {url}: {error}"));
        let status = response.status().as_u16();
        let at = response.url();
        let address = at.query().map_or_else(|| at.path().to_owned(), |query| format!("{}?{query}", at.path()));
        let headers = response.headers().clone();
        let body = response.text().await.unwrap_or_else(|error| panic!("{method} {url}: {error}"));
        Page { status, address, headers, body }
    }

    /// Sends a form whose body is encoded already, well or not, and looks at the answer itself.
    pub async fn sends_form(&self, path: &str, body: String) -> Page {
        let request = self.standing.post(self.url(path)).header("X-Forwarded-For", &self.from);
        let request = request.header("Origin", &self.base).header("Sec-Fetch-Site", "same-origin");
        let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(body);
        let response = request.send().await.unwrap_or_else(|error| panic!("POST {path}: {error}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.text().await.unwrap_or_else(|error| panic!("POST {path}: {error}"));
        Page { status, address: path.to_owned(), headers, body }
    }

    /// Calls the API as a program: no cookies, no origin, a token if there is one.
    pub async fn calls(&self, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Page {
        let program = Client::builder().pool_max_idle_per_host(0).no_proxy().build().expect("a plain client");
        let method: Method = method.parse().expect("a method");
        let mut request = program.request(method, self.url(path)).header("X-Forwarded-For", &self.from);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body.to_string());
        }
        let response = request.send().await.unwrap_or_else(|error| panic!("{path}: {error}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.text().await.unwrap_or_else(|error| panic!("{path}: {error}"));
        Page { status, address: path.to_owned(), headers, body }
    }

    /// Makes a token on one's own page and returns its text.
    pub async fn makes_token(&self, scope: &str) -> String {
        let form = self.get("/fi/me/tokens").await.form_with(&["name", "scope"]);
        let made = self.submit(form.with("name", &format!("Avain {scope}")).with("scope", scope)).await;
        made.attribute("#made", "value").unwrap_or_else(|| panic!("no token was made: {}", made.text()))
    }

    /// Fetches a file: its headers and bytes.
    pub async fn fetches(&self, path: &str) -> (reqwest::header::HeaderMap, Vec<u8>) {
        let request = self.standing.get(self.url(path)).header("X-Forwarded-For", &self.from);
        let response = request.send().await.unwrap_or_else(|error| panic!("GET {path}: {error}"));
        assert_eq!(response.status(), 200, "{path}");
        let headers = response.headers().clone();
        (headers, response.bytes().await.unwrap_or_else(|error| panic!("GET {path}: {error}")).to_vec())
    }

    /// Opens an answer that goes on, such as an event stream.
    pub async fn opens(&self, path: &str) -> reqwest::Response {
        let request = self.standing.get(self.url(path)).header("X-Forwarded-For", &self.from);
        request.send().await.unwrap_or_else(|error| panic!("GET {path}: {error}"))
    }

    /// Sends bytes as a page's script would, and returns the status of the answer.
    pub async fn sends(&self, path: &str, bytes: Vec<u8>) -> u16 {
        let request = self.standing.post(self.url(path)).header("X-Forwarded-For", &self.from);
        let request = request.header("Origin", &self.base).header("Sec-Fetch-Site", "same-origin").body(bytes);
        request.send().await.unwrap_or_else(|error| panic!("POST {path}: {error}")).status().as_u16()
    }

    /// Sends fields and gives the status of the answer; None when the service is not there.
    pub async fn tries(&self, path: &str, fields: &[(&str, &str)]) -> Option<u16> {
        let request = self.standing.post(self.url(path)).header("X-Forwarded-For", &self.from);
        let request = request.header("Origin", &self.base).header("Sec-Fetch-Site", "same-origin").form(&fields);
        request.send().await.ok().map(|response| response.status().as_u16())
    }

    fn url(&self, path: &str) -> Url {
        let base = Url::parse(&self.base).expect("the server's address is an address");
        base.join(path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The cookies that go with a request, for the websockets.
    pub fn cookies(&self) -> Option<String> {
        let header = self.jar.cookies(&self.url("/"))?;
        Some(header.to_str().expect("cookies are plain text").to_owned())
    }

    pub fn from(&self) -> &str {
        &self.from
    }

    // --- what people do

    /// Starts a discussion and returns its address, `/fi/threads/ID`.
    pub async fn starts_thread(&self, space: &str, title: &str, body: &str) -> String {
        let page = self.get(&format!("/fi/spaces/{space}/threads/new")).await;
        let form = page.form_with(&["title", "body"]).with("title", title).with("body", body).with("language", "fi");
        let thread = self.submit(form.with("act", "post")).await;
        thread.shows(title);
        address_of("/fi/threads/", &thread.address)
    }

    /// Sends a message into the discussion and returns the page that shows it.
    pub async fn posts(&self, thread: &str, body: &str) -> Page {
        let page = self.get(thread).await;
        self.submit(page.form("form#reply").with("body", body).with("act", "post")).await
    }

    /// Answers one message of the discussion.
    pub async fn replies(&self, thread: &str, to: u32, body: &str) -> Page {
        let page = self.get(&format!("{thread}?reply={to}")).await;
        self.submit(page.form("form#reply").with("body", body).with("act", "post")).await
    }

    /// Makes a document and returns its address, `/fi/documents/ID`.
    pub async fn writes_document(&self, space: &str, title: &str, markdown: &str) -> String {
        let page = self.get(&format!("/fi/spaces/{space}/documents/new")).await;
        let form = page
            .form_with(&["title", "body", "kind"])
            .with("title", title)
            .with("body", markdown)
            .with("language", "fi");
        let document = self.submit(form).await;
        document.shows(title);
        address_of("/fi/documents/", &document.address)
    }

    /// Joins a space.
    pub async fn joins(&self, space: &str) -> Page {
        self.post(&format!("/fi/spaces/{space}/join"), &[]).await
    }

    /// Keeps a page open: hears what is sent to its topic after it was drawn.
    pub async fn watches(&self, address: &str) -> Live {
        let page = self.get(address).await;
        page.is(200);
        Live::follow(self, &page).await
    }

    /// Opens the document as an editor does.
    pub async fn edits(&self, document: &str) -> Sync {
        Sync::open(self, document).await
    }
}

/// `/fi/threads/01abc-title?x` → `/fi/threads/01abc`: the address without title and place.
fn address_of(before: &str, address: &str) -> String {
    let rest = address.strip_prefix(before).unwrap_or_else(|| panic!("{address} is not under {before}"));
    let end = rest.find(['-', '/', '?', '#']).unwrap_or(rest.len());
    format!("{before}{}", &rest[..end])
}
