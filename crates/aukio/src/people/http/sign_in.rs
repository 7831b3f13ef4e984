//! Signing in by password or by a mailed link, and signing out.

use askama::Template;
use axum::extract::Query;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::join::email;
use super::{enter, local, set_cookie, welcome};
use crate::audit::Way;
use crate::people::provider::Button;
use crate::people::session::Proof;
use crate::people::{PersonError, second_factor, session, signing_in};
use crate::web::page::{Again, Shell};
use crate::web::{Failure, Faults, Form, Page, Section, Visit};

#[derive(Template)]
#[template(path = "people/sign_in.html")]
struct SignInPage {
    shell: Shell,
    form: SignInForm,
    providers: Vec<Button>,
    offers_passkeys: bool,
    faults: Faults,
}

impl SignInPage {
    async fn of(visit: &Visit, form: SignInForm, faults: Faults) -> Result<SignInPage, Failure> {
        let shell = visit.shell(Section::None).await?;
        let (providers, offers_passkeys) = (visit.app.providers.buttons(), visit.app.offers_passkeys());
        Ok(SignInPage { shell, form: form.cleaned(), providers, offers_passkeys, faults })
    }

    /// A form that was typed before signing in waits on the server.
    fn keeps_text(&self) -> bool {
        self.form.next.contains("keep=")
    }

    fn register_address(&self) -> String {
        let next =
            if self.form.next.is_empty() { String::new() } else { format!("?next={}", super::encode(&self.form.next)) };
        self.shell.url(&format!("/register{next}"))
    }
}

#[derive(Deserialize, Default)]
pub(super) struct SignInForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
    /// `link` asks for a mail; everything else signs in by password.
    #[serde(default)]
    act: String,
}

impl SignInForm {
    /// Drops what must not go back to the page: the password, and an address that is not ours.
    fn cleaned(mut self) -> Self {
        self.password.clear();
        if local(&self.next).is_none() {
            self.next.clear();
        }
        self
    }
}

pub(super) async fn show(visit: Visit, Query(form): Query<SignInForm>) -> Result<Response, Failure> {
    let form = form.cleaned();
    if visit.viewer.member().is_some() {
        return Ok(Redirect::to(&local(&form.next).map_or_else(|| visit.url("/"), str::to_owned)).into_response());
    }
    Ok(Page(SignInPage::of(&visit, form, Faults::default()).await?).into_response())
}

pub(super) async fn sign_in(
    visit: Visit,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Result<Response, Failure> {
    let words = visit.words();
    let mut faults = Faults::default();
    let email = email(words, &form.email, &mut faults);
    let by_link = form.act == "link";
    if !by_link && form.password.is_empty() {
        faults.add("password", words.say("sign-in-no-password"));
    }
    if let Some(email) = email.filter(|_| faults.is_empty()) {
        let next = local(&form.next);
        if by_link {
            signing_in::send_link(&visit.app, email, visit.language, next.map(str::to_owned), visit.from).await?;
            return Ok(sent(&visit, &form.email, Sent::SignInLink).await?.into_response());
        }
        if let Some(person) = signing_in::by_password(&visit.app, &email, &form.password, visit.from).await? {
            return welcome(&visit, &headers, person, Way::Password, next).await;
        }
        faults.add("password", words.say("sign-in-wrong"));
    }
    Ok(Again(SignInPage::of(&visit, form, faults).await?).into_response())
}

/// The page with what went wrong elsewhere, and the way on kept.
pub(super) async fn again_with(visit: &Visit, next: String, faults: Faults) -> Result<Response, Failure> {
    let form = SignInForm { next, ..SignInForm::default() };
    Ok(Again(SignInPage::of(visit, form, faults).await?).into_response())
}

/// The page after a password that opens nothing.
pub(super) async fn wrong_password(visit: &Visit, next: Option<&str>) -> Result<Response, Failure> {
    let mut faults = Faults::default();
    faults.add("password", visit.words().say("sign-in-wrong"));
    again_with(visit, next.unwrap_or_default().to_owned(), faults).await
}

/// Which mail is on its way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    SignInLink,
    Registration,
}

#[derive(Template)]
#[template(path = "people/sent.html")]
pub(super) struct SentPage {
    shell: Shell,
    email: String,
    sent: Sent,
}

impl SentPage {
    fn hours(&self) -> String {
        self.shell.t.say(match self.sent {
            Sent::SignInLink => "sent-works-an-hour",
            Sent::Registration => "sent-works-a-day",
        })
    }

    fn again_address(&self) -> String {
        self.shell.url(match self.sent {
            Sent::SignInLink => "/sign-in",
            Sent::Registration => "/register",
        })
    }
}

/// The answer after a mail, the same whether or not the address is known.
pub(super) async fn sent(visit: &Visit, email: &str, sent: Sent) -> Result<Page<SentPage>, Failure> {
    Ok(Page(SentPage { shell: visit.shell(Section::None).await?, email: email.trim().to_owned(), sent }))
}

/// A page with one button: mail scanners follow links, but press nothing.
#[derive(Template)]
#[template(path = "people/confirm.html")]
pub(super) struct ConfirmPage {
    pub shell: Shell,
    pub title: String,
    pub text: String,
    pub button: String,
    pub action: String,
    pub token: String,
}

#[derive(Deserialize, Default)]
pub(super) struct TokenForm {
    #[serde(default)]
    pub token: String,
}

pub(super) async fn show_link(visit: Visit, Query(form): Query<TokenForm>) -> Result<Page<ConfirmPage>, Failure> {
    let person = signing_in::link_owner(&visit.app, &form.token).await?;
    let words = visit.words();
    Ok(Page(ConfirmPage {
        shell: visit.shell(Section::None).await?,
        title: words.say("link-title"),
        text: words.with("link-text", "name", person.name.as_str()),
        button: words.say("sign-in-do"),
        action: visit.url("/sign-in/link"),
        token: form.token,
    }))
}

pub(super) async fn use_link(
    visit: Visit,
    headers: HeaderMap,
    Form(form): Form<TokenForm>,
) -> Result<Response, Failure> {
    let (person, next) = signing_in::by_link(&visit.app, &form.token).await?;
    welcome(&visit, &headers, person, Way::Link, next.as_deref()).await
}

/// The page that asks for the code of an authenticator app.
#[derive(Template)]
#[template(path = "people/code.html")]
pub(super) struct CodePage {
    shell: Shell,
    token: String,
    faults: Faults,
}

#[derive(Deserialize, Default)]
pub(super) struct CodeForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    code: String,
}

pub(super) async fn ask_code(visit: &Visit, token: String) -> Result<Response, Failure> {
    let shell = visit.shell(Section::None).await?;
    Ok(Page(CodePage { shell, token, faults: Faults::default() }).into_response())
}

pub(super) async fn enter_code(
    visit: Visit,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Result<Response, Failure> {
    let key = match second_factor::enter(&visit.app, &form.token, &form.code, visit.from).await {
        Ok(Some(entered)) => {
            let proof = Proof { way: entered.way, strong: true };
            return enter(&visit, &headers, entered.person, proof, entered.next.as_deref()).await;
        }
        Ok(None) => "code-wrong",
        Err(error) => unsealed(error)?,
    };
    let mut faults = Faults::default();
    faults.add("code", visit.words().say(key));
    let shell = visit.shell(Section::None).await?;
    Ok(Again(CodePage { shell, token: form.token, faults }).into_response())
}

/// What to say at the field when codes of apps cannot be looked at: recovery codes still can.
pub(super) fn unsealed(error: PersonError) -> Result<&'static str, PersonError> {
    let PersonError::Sealed(cause) = error else { return Err(error) };
    tracing::error!(%cause, "a code of an authenticator app cannot be looked at");
    Ok("code-key-lost")
}

pub(super) async fn sign_out(visit: Visit) -> Result<Response, Failure> {
    if let Some(member) = visit.viewer.member() {
        session::sign_out(&visit.app, member).await?;
    }
    Ok(goodbye(&visit))
}

/// Leaves nothing of the member in the browser.
pub(super) fn goodbye(visit: &Visit) -> Response {
    let mut response = Redirect::to(&visit.url("/")).into_response();
    set_cookie(&visit.app, &mut response, "", 0);
    let clear = HeaderName::from_static("clear-site-data");
    response.headers_mut().insert(clear, HeaderValue::from_static("\"cache\""));
    response
}
