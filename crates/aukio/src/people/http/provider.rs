//! Signing in through an organisation's identity provider: going there, coming back, joining, linking, proving.

use askama::Template;
use aukio_core::{Language, Sector};
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use super::join::{RegisterForm, name, profile};
use super::sign_in::{TokenForm, again_with};
use super::{encode, enter, local, prove, welcome_by};
use crate::app::App;
use crate::audit::Way;
use crate::people::provider::{self, Begun, Flow, Outcome, Provider, ProviderError, Purpose, Vouched};
use crate::people::session::Proof;
use crate::web::page::{Again, Shell};
use crate::web::{Failure, Faults, Form, Page, Section, Visit};

const COOKIE_SECONDS: i64 = 600;

/// Bound to https and this host like the session's; there only while a flow is under way, or the form after it.
fn cookie_name(app: &App) -> &'static str {
    if app.is_secure() { "__Host-aukio-provider" } else { "aukio-provider" }
}

fn set_cookie(app: &App, response: &mut Response, value: &str, age_seconds: i64) {
    let name = cookie_name(app);
    let secure = if app.is_secure() { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age_seconds}{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

#[derive(Deserialize, Default)]
pub(super) struct StartForm {
    #[serde(default)]
    provider: String,
    #[serde(default)]
    next: String,
}

impl StartForm {
    fn provider<'a>(&self, visit: &'a Visit) -> Result<&'a Provider, Failure> {
        visit.app.providers.named(&self.provider).ok_or(Failure::NotFound)
    }

    fn next(&self) -> Option<String> {
        local(&self.next).map(str::to_owned)
    }
}

/// The page that sends the browser on. A redirect would be stopped by our own rule on where forms may lead.
#[derive(Template)]
#[template(path = "people/provider_go.html")]
struct GoPage {
    shell: Shell,
    name: String,
    address: String,
}

async fn go(visit: &Visit, provider: &Provider, begun: Begun) -> Result<Response, Failure> {
    let shell = visit.shell(Section::None).await?;
    let page = GoPage { shell, name: provider.trusted.name.clone(), address: begun.address };
    let mut response = Page(page).into_response();
    set_cookie(&visit.app, &mut response, &begun.browser, COOKIE_SECONDS);
    Ok(response)
}

pub(super) async fn start(visit: Visit, Form(form): Form<StartForm>) -> Result<Response, Failure> {
    let provider = form.provider(&visit)?;
    let next = form.next();
    let begun =
        provider::begin(&visit.app, provider, Purpose::SignIn, None, next.clone(), visit.language, visit.from).await;
    match begun {
        Ok(begun) => go(&visit, provider, begun).await,
        Err(error) => failed(&visit, provider, error, next).await,
    }
}

pub(super) async fn start_link(visit: Visit, Form(form): Form<StartForm>) -> Result<Response, Failure> {
    visit.whole().await?;
    start_for_member(visit, form, Purpose::Link).await
}

pub(super) async fn start_proof(visit: Visit, Form(form): Form<StartForm>) -> Result<Response, Failure> {
    start_for_member(visit, form, Purpose::Confirm).await
}

async fn start_for_member(visit: Visit, form: StartForm, purpose: Purpose) -> Result<Response, Failure> {
    let member = visit.member()?;
    let provider = form.provider(&visit)?;
    let next = form.next();
    let from = visit.from;
    let begun = provider::begin(&visit.app, provider, purpose, Some(member), next.clone(), visit.language, from).await;
    match begun {
        Ok(begun) => go(&visit, provider, begun).await,
        Err(error) => member_told(&visit, provider, purpose, error, next).await,
    }
}

/// The page for signing in again, with what went wrong and the way on kept.
async fn failed(
    visit: &Visit,
    provider: &Provider,
    error: ProviderError,
    next: Option<String>,
) -> Result<Response, Failure> {
    provider::note_failure(&visit.app, &error, &provider.trusted.key, None).await?;
    let key = match error {
        ProviderError::OldFlow => "provider-old",
        ProviderError::Refused => "provider-refused",
        ProviderError::Unreachable(_) => "provider-unreachable",
        ProviderError::Untrue(_) => "provider-untrue",
        ProviderError::Taken
        | ProviderError::NotYours
        | ProviderError::Weak
        | ProviderError::LastWay
        | ProviderError::TooOften
        | ProviderError::Store(_) => return Err(error.into()),
    };
    let mut faults = Faults::default();
    faults.add("provider", visit.words().with(key, "name", provider.trusted.name.as_str()));
    again_with(visit, next.unwrap_or_default(), faults).await
}

/// Sends a member back to the page that they began at, which says what went wrong.
async fn member_told(
    visit: &Visit,
    provider: &Provider,
    purpose: Purpose,
    error: ProviderError,
    next: Option<String>,
) -> Result<Response, Failure> {
    let person = visit.viewer.person();
    provider::note_failure(&visit.app, &error, &provider.trusted.key, person).await?;
    let Some(fault) = error.name() else { return Err(error.into()) };
    let next = next.as_deref().and_then(local).map_or_else(|| visit.url("/me"), str::to_owned);
    let page = match purpose {
        Purpose::Confirm => format!("/me/confirm?fault={fault}&next={}", encode(&next)),
        Purpose::Link | Purpose::SignIn => format!("/me?fault={fault}"),
    };
    Ok(Redirect::to(&visit.url(page)).into_response())
}

/// What the page says that a member was sent back to.
pub(super) fn fault(visit: &Visit, name: &str) -> Option<String> {
    let known = ProviderError::NAMES.contains(&name);
    known.then(|| visit.words().say(&format!("error-provider-{name}-what")))
}

#[derive(Deserialize, Default)]
pub(super) struct Returned {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    error: String,
}

/// The browser comes back. The address has no language, so that the provider knows one only; the flow has it.
pub(super) async fn come_back(
    mut visit: Visit,
    headers: HeaderMap,
    Path(key): Path<String>,
    Query(returned): Query<Returned>,
) -> Result<Response, Failure> {
    // What is drawn here has the links of the page for signing in: this address opens nothing a second time.
    visit.path = "/sign-in".to_owned();
    let browser = browser_of(&visit.app, &headers);
    let (mut response, cookie_seconds) = match returning(&mut visit, &headers, &key, &browser, returned).await {
        Ok(Went::On(response)) => (response, 0),
        Ok(Went::ToJoin(response)) => (response, provider::JOIN_SECONDS),
        Err(failure) => (failure.into_response(), 0),
    };
    let value = if cookie_seconds == 0 { "" } else { browser.as_str() };
    set_cookie(&visit.app, &mut response, value, cookie_seconds);
    Ok(response)
}

/// Where a browser that came back went.
enum Went {
    On(Response),
    /// To the form that makes an account, which works in this browser only.
    ToJoin(Response),
}

fn browser_of(app: &App, headers: &HeaderMap) -> String {
    let jar = CookieJar::from_headers(headers);
    jar.get(cookie_name(app)).map(|cookie| cookie.value().to_owned()).unwrap_or_default()
}

async fn returning(
    visit: &mut Visit,
    headers: &HeaderMap,
    key: &str,
    browser: &str,
    returned: Returned,
) -> Result<Went, Failure> {
    let app = visit.app.clone();
    let provider = app.providers.named(key).ok_or(Failure::NotFound)?;
    let flow = match provider::take(&app, key, &returned.state, browser).await {
        Ok(flow) => flow,
        Err(error) => return failed(visit, provider, error, None).await.map(Went::On),
    };
    visit.language = flow.language;
    let vouched = if returned.error.is_empty() {
        provider::vouched(&app, provider, &flow, &returned.code).await
    } else {
        Err(ProviderError::Refused)
    };
    if flow.purpose != Purpose::SignIn {
        return for_member(visit, provider, flow, vouched).await.map(Went::On);
    }
    let vouched = match vouched {
        Ok(vouched) => vouched,
        Err(error) => return failed(visit, provider, error, flow.next).await.map(Went::On),
    };
    let (strong, next) = (vouched.strong, flow.next);
    match provider::outcome(&app, vouched, next.clone(), browser).await? {
        Outcome::Known(person) => {
            let proof = Proof { way: Way::Provider, strong };
            welcome_by(visit, headers, person, proof, next.as_deref()).await.map(Went::On)
        }
        Outcome::New(token) => {
            let form = visit.url(format!("/register/provider?token={token}"));
            Ok(Went::ToJoin(Redirect::to(&form).into_response()))
        }
        Outcome::AddressKnown => stranger(visit, provider, true, next).await.map(Went::On),
        Outcome::Unknown => stranger(visit, provider, false, next).await.map(Went::On),
    }
}

/// Links the identity, or takes it for a proof, when the flow is of this very session.
async fn for_member(
    visit: &mut Visit,
    provider: &Provider,
    flow: Flow,
    vouched: Result<Vouched, ProviderError>,
) -> Result<Response, Failure> {
    visit.path = "/me".to_owned();
    let member = visit.member()?;
    let done = match vouched {
        Ok(_) if !flow.is_of(member) => Err(ProviderError::OldFlow),
        Ok(vouched) if flow.purpose == Purpose::Link => provider::link(&visit.app, member, &vouched)
            .await
            .map(|()| Redirect::to(&visit.url("/me?done=provider-linked")).into_response()),
        Ok(vouched) => provider::confirm(&visit.app, member, &vouched).await.map(|token| {
            let next = flow.next.as_deref().and_then(local).map_or_else(|| visit.url("/me"), str::to_owned);
            prove::answer(visit, &token, &next)
        }),
        Err(error) => Err(error),
    };
    match done {
        Ok(response) => Ok(response),
        Err(error) => member_told(visit, provider, flow.purpose, error, flow.next).await,
    }
}

/// Whom the provider vouches for and who has no account by that identity.
#[derive(Template)]
#[template(path = "people/provider_stranger.html")]
struct StrangerPage {
    shell: Shell,
    name: String,
    /// An account has the address.
    known: bool,
    next: String,
}

impl StrangerPage {
    fn onward(&self, path: &str) -> String {
        let next = if self.next.is_empty() { String::new() } else { format!("?next={}", encode(&self.next)) };
        self.shell.url(&format!("{path}{next}"))
    }

    fn keeps_text(&self) -> bool {
        self.next.contains("keep=")
    }
}

async fn stranger(visit: &Visit, provider: &Provider, known: bool, next: Option<String>) -> Result<Response, Failure> {
    let shell = visit.shell(Section::None).await?;
    let next = next.unwrap_or_default();
    Ok(Page(StrangerPage { shell, name: provider.trusted.name.clone(), known, next }).into_response())
}

#[derive(Template)]
#[template(path = "people/provider_join.html")]
pub(super) struct JoinPage {
    shell: Shell,
    form: RegisterForm,
    provider: String,
    keeps_text: bool,
    faults: Faults,
}

impl JoinPage {
    fn sectors(&self) -> [Sector; 7] {
        Sector::ALL
    }

    fn languages(&self) -> [Language; 3] {
        Language::ALL
    }

    fn chosen_language(&self) -> &str {
        if self.form.language.is_empty() { self.shell.lang() } else { &self.form.language }
    }
}

async fn join_page(
    visit: &Visit,
    headers: &HeaderMap,
    mut form: RegisterForm,
    faults: Faults,
) -> Result<JoinPage, Failure> {
    let joining = provider::joining(&visit.app, &form.token, &browser_of(&visit.app, headers)).await?;
    if form.name.is_empty() && faults.is_empty() {
        form.name = joining.vouched.name;
    }
    form.email = joining.vouched.email.unwrap_or_default();
    let provider = visit.app.providers.name_of(&joining.vouched.issuer).to_owned();
    let keeps_text = joining.next.is_some_and(|next| next.contains("keep="));
    Ok(JoinPage { shell: visit.shell(Section::None).await?, form, provider, keeps_text, faults })
}

pub(super) async fn show_join(
    visit: Visit,
    headers: HeaderMap,
    Query(form): Query<TokenForm>,
) -> Result<Page<JoinPage>, Failure> {
    let form = RegisterForm { token: form.token, ..RegisterForm::default() };
    Ok(Page(join_page(&visit, &headers, form, Faults::default()).await?))
}

pub(super) async fn join(
    visit: Visit,
    headers: HeaderMap,
    Form(form): Form<RegisterForm>,
) -> Result<Response, Failure> {
    let browser = browser_of(&visit.app, &headers);
    provider::joining(&visit.app, &form.token, &browser).await?;
    let words = visit.words();
    let mut faults = Faults::default();
    let name = name(words, &form.name, &mut faults);
    match profile(words, name, &form, &mut faults) {
        Some(profile) if faults.is_empty() => {
            let (person, joining) = provider::join(&visit.app, &form.token, &browser, profile).await?;
            let proof = Proof { way: Way::Provider, strong: joining.vouched.strong };
            let mut response = enter(&visit, &headers, person, proof, joining.next.as_deref()).await?;
            set_cookie(&visit.app, &mut response, "", 0);
            Ok(response)
        }
        _ => Ok(Again(join_page(&visit, &headers, form, faults).await?).into_response()),
    }
}

#[derive(Deserialize, Default)]
pub(super) struct UnlinkForm {
    #[serde(default)]
    issuer: String,
    #[serde(default)]
    subject: String,
}

pub(super) async fn unlink(visit: Visit, Form(form): Form<UnlinkForm>) -> Result<Redirect, Failure> {
    let member = visit.whole().await?;
    provider::unlink(&visit.app, member, &form.issuer, &form.subject).await?;
    Ok(Redirect::to(&visit.url("/me?done=provider-unlinked")))
}
