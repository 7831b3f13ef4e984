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
use crate::people::provider::{self, Begun, Outcome, Provider, ProviderError, Purpose};
use crate::people::second_factor;
use crate::people::session::Proof;
use crate::web::page::{Again, Shell};
use crate::web::{Failure, Faults, Form, Page, Section, Visit};

const COOKIE_SECONDS: i64 = 600;

/// Bound to https and this host like the session's; there only while a flow is under way.
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
    start_for_member(visit, form, Purpose::Link).await
}

pub(super) async fn start_proof(visit: Visit, Form(form): Form<StartForm>) -> Result<Response, Failure> {
    start_for_member(visit, form, Purpose::Confirm).await
}

async fn start_for_member(visit: Visit, form: StartForm, purpose: Purpose) -> Result<Response, Failure> {
    let member = if purpose == Purpose::Link { visit.whole().await? } else { visit.member()? };
    let provider = form.provider(&visit)?;
    let next = form.next();
    let begun = provider::begin(&visit.app, provider, purpose, Some(member), next, visit.language, visit.from).await;
    match begun {
        Ok(begun) => go(&visit, provider, begun).await,
        Err(error) => {
            provider::note_failure(&visit.app, &error, &provider.trusted.key).await?;
            Err(error.into())
        }
    }
}

/// The page for signing in again, with what went wrong and the way on kept.
async fn failed(
    visit: &Visit,
    provider: &Provider,
    error: ProviderError,
    next: Option<String>,
) -> Result<Response, Failure> {
    provider::note_failure(&visit.app, &error, &provider.trusted.key).await?;
    let key = match error {
        ProviderError::OldFlow => "provider-old",
        ProviderError::Refused => "provider-refused",
        ProviderError::Unreachable(_) => "provider-unreachable",
        ProviderError::Untrue(_) => "provider-untrue",
        ProviderError::TooOften | ProviderError::Taken | ProviderError::LastWay | ProviderError::Store(_) => {
            return Err(error.into());
        }
    };
    let mut faults = Faults::default();
    faults.add("provider", visit.words().with(key, "name", provider.trusted.name.as_str()));
    again_with(visit, next.unwrap_or_default(), faults).await
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
    let mut response = returning(&mut visit, &headers, &key, returned).await.unwrap_or_else(Failure::into_response);
    set_cookie(&visit.app, &mut response, "", 0);
    Ok(response)
}

async fn returning(visit: &mut Visit, headers: &HeaderMap, key: &str, returned: Returned) -> Result<Response, Failure> {
    let app = visit.app.clone();
    let provider = app.providers.named(key).ok_or(Failure::NotFound)?;
    let jar = CookieJar::from_headers(headers);
    let browser = jar.get(cookie_name(&app)).map(|cookie| cookie.value().to_owned()).unwrap_or_default();
    let flow = match provider::take(&app, key, &returned.state, &browser).await {
        Ok(flow) => flow,
        Err(error) => return failed(visit, provider, error, None).await,
    };
    visit.language = flow.language;
    let vouched = if returned.error.is_empty() {
        provider::vouched(&app, provider, &flow, &returned.code).await
    } else {
        Err(ProviderError::Refused)
    };
    let vouched = match vouched {
        Ok(vouched) => vouched,
        Err(error) if flow.purpose == Purpose::SignIn => return failed(visit, provider, error, flow.next).await,
        Err(error) => {
            provider::note_failure(&app, &error, key).await?;
            return Err(error.into());
        }
    };
    match flow.purpose {
        Purpose::SignIn => {
            let (strong, next) = (vouched.strong, flow.next);
            match provider::outcome(&app, vouched, next.clone()).await? {
                Outcome::Known(person) => {
                    let proof = Proof { way: Way::Provider, strong };
                    welcome_by(visit, headers, person, proof, next.as_deref()).await
                }
                Outcome::New(token) => {
                    Ok(Redirect::to(&visit.url(format!("/register/provider?token={token}"))).into_response())
                }
                Outcome::AddressKnown => stranger(visit, provider, true, next).await,
                Outcome::Unknown => stranger(visit, provider, false, next).await,
            }
        }
        Purpose::Link | Purpose::Confirm => {
            let member = visit.member()?;
            if !flow.is_of(member) {
                return Err(ProviderError::OldFlow.into());
            }
            if flow.purpose == Purpose::Link {
                provider::link(&app, member, &vouched).await?;
                return Ok(Redirect::to(&visit.url("/me?done=provider-linked")).into_response());
            }
            if second_factor::is_asked(&app, member.id).await? && !vouched.strong {
                return Err(Failure::say(axum::http::StatusCode::CONFLICT, "error-provider-weak"));
            }
            let token = provider::confirm(&app, member, &vouched).await?;
            let next = flow.next.as_deref().and_then(local).map_or_else(|| visit.url("/me"), str::to_owned);
            Ok(prove::answer(visit, &token, &next))
        }
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

async fn join_page(visit: &Visit, mut form: RegisterForm, faults: Faults) -> Result<JoinPage, Failure> {
    let joining = provider::joining(&visit.app, &form.token).await?;
    if form.name.is_empty() && faults.is_empty() {
        form.name = joining.vouched.name;
    }
    form.email = joining.vouched.email.unwrap_or_default();
    let provider = visit.app.providers.name_of(&joining.vouched.issuer).to_owned();
    let keeps_text = joining.next.is_some_and(|next| next.contains("keep="));
    Ok(JoinPage { shell: visit.shell(Section::None).await?, form, provider, keeps_text, faults })
}

pub(super) async fn show_join(visit: Visit, Query(form): Query<TokenForm>) -> Result<Page<JoinPage>, Failure> {
    let form = RegisterForm { token: form.token, ..RegisterForm::default() };
    Ok(Page(join_page(&visit, form, Faults::default()).await?))
}

pub(super) async fn join(
    visit: Visit,
    headers: HeaderMap,
    Form(form): Form<RegisterForm>,
) -> Result<Response, Failure> {
    provider::joining(&visit.app, &form.token).await?;
    let words = visit.words();
    let mut faults = Faults::default();
    let name = name(words, &form.name, &mut faults);
    match profile(words, name, &form, &mut faults) {
        Some(profile) if faults.is_empty() => {
            let (person, joining) = provider::join(&visit.app, &form.token, profile).await?;
            let proof = Proof { way: Way::Provider, strong: joining.vouched.strong };
            enter(&visit, &headers, person, proof, joining.next.as_deref()).await
        }
        _ => Ok(Again(join_page(&visit, form, faults).await?).into_response()),
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
