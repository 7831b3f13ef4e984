//! Joining, and making the first administrator.

use askama::Template;
use aukio_core::text::{Email, Line, Password, PersonName, TextError};
use aukio_core::{Language, Sector};
use axum::extract::Query;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::sign_in::{ConfirmPage, Sent, TokenForm, sent};
use super::{device, go_on, local, welcome};
use crate::audit::Way;
use crate::people::password::{self, Refusal};
use crate::people::{PersonError, Profile, joining};
use crate::web::page::{Again, Shell};
use crate::web::{Failure, Faults, Form, Page, Section, Visit};
use crate::words::Words;

#[derive(Template)]
#[template(path = "people/register.html")]
struct RegisterPage {
    shell: Shell,
    form: RegisterForm,
    faults: Faults,
}

#[derive(Deserialize, Default)]
pub(super) struct RegisterForm {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub sector: String,
    #[serde(default)]
    pub organisation: String,
    #[serde(default)]
    pub language: String,
    #[serde(default)]
    pub password: String,
    #[serde(default)]
    pub next: String,
    /// Only for the first administrator.
    #[serde(default)]
    pub token: String,
}

impl RegisterForm {
    fn cleaned(mut self) -> Self {
        self.password.clear();
        if local(&self.next).is_none() {
            self.next.clear();
        }
        self
    }
}

impl RegisterPage {
    fn sectors(&self) -> [Sector; 7] {
        Sector::ALL
    }

    fn languages(&self) -> [Language; 3] {
        Language::ALL
    }

    fn chosen_language(&self) -> &str {
        if self.form.language.is_empty() { self.shell.lang() } else { &self.form.language }
    }

    fn keeps_text(&self) -> bool {
        self.form.next.contains("keep=")
    }

    fn sign_in_address(&self) -> String {
        let next =
            if self.form.next.is_empty() { String::new() } else { format!("?next={}", super::encode(&self.form.next)) };
        self.shell.url(&format!("/sign-in{next}"))
    }
}

/// The name, or its fault. Faults are found in the order in which the page asks.
pub(super) fn name(words: Words, text: &str, faults: &mut Faults) -> Option<PersonName> {
    required(words, ("name", "person-name-missing"), PersonName::parse(text), faults)
}

pub(super) fn email(words: Words, text: &str, faults: &mut Faults) -> Option<Email> {
    required(words, ("email", "person-email-missing"), Email::parse(text), faults)
}

/// Says of an empty field what belongs into it.
fn required<T>(
    words: Words,
    (field, missing): (&'static str, &str),
    parsed: Result<T, TextError>,
    faults: &mut Faults,
) -> Option<T> {
    if let Err(TextError::Empty) = parsed {
        faults.add(field, words.say(missing));
        return None;
    }
    faults.take(words, field, parsed)
}

/// What people say of themselves, when joining and later on.
pub(super) fn profile(
    words: Words,
    name: Option<PersonName>,
    form: &RegisterForm,
    faults: &mut Faults,
) -> Option<Profile> {
    let sector = form.sector.parse().ok();
    if sector.is_none() {
        faults.add("sector", words.say("person-sector-choose"));
    }
    let organisation = faults.take(words, "organisation", Line::parse(&form.organisation));
    let language = form.language.parse().unwrap_or(words.0);
    Some(Profile { name: name?, sector: sector?, organisation: organisation?, language })
}

/// A password to be chosen, or its fault.
pub(super) fn chosen(words: Words, text: &str, own: &[&str], least: usize, faults: &mut Faults) -> Option<Password> {
    match password::choose(text, own, least) {
        Ok(password) => Some(password),
        Err(Refusal::Text(error)) => {
            faults.add("password", words.text_error(error));
            None
        }
        Err(Refusal::Common) => {
            faults.add("password", words.say("password-common"));
            None
        }
    }
}

pub(super) async fn show(visit: Visit, Query(form): Query<RegisterForm>) -> Result<Response, Failure> {
    let form = form.cleaned();
    if visit.viewer.member().is_some() {
        return Ok(Redirect::to(&local(&form.next).map_or_else(|| visit.url("/"), str::to_owned)).into_response());
    }
    let shell = visit.shell(Section::None).await?;
    Ok(Page(RegisterPage { shell, form, faults: Faults::default() }).into_response())
}

pub(super) async fn register(visit: Visit, Form(form): Form<RegisterForm>) -> Result<Response, Failure> {
    let words = visit.words();
    let mut faults = Faults::default();
    let name = name(words, &form.name, &mut faults);
    let email = email(words, &form.email, &mut faults);
    let profile = profile(words, name, &form, &mut faults);
    let password = match form.password.as_str() {
        "" => None,
        text => chosen(words, text, &[&form.name, &form.email, &form.organisation], Password::LEAST, &mut faults),
    };
    if let (Some(profile), Some(email), true) = (profile, email, faults.is_empty()) {
        let next = local(&form.next).map(str::to_owned);
        let registration = joining::Registration { profile, email, password, next };
        joining::register(&visit.app, registration, visit.from).await?;
        return Ok(sent(&visit, &form.email, Sent::Registration).await?.into_response());
    }
    let shell = visit.shell(Section::None).await?;
    Ok(Again(RegisterPage { shell, form: form.cleaned(), faults }).into_response())
}

pub(super) async fn show_confirm(visit: Visit, Query(form): Query<TokenForm>) -> Result<Page<ConfirmPage>, Failure> {
    let name = joining::waiting_name(&visit.app, &form.token).await?;
    let words = visit.words();
    Ok(Page(ConfirmPage {
        shell: visit.shell(Section::None).await?,
        title: words.say("confirm-title"),
        text: words.with("confirm-text", "name", name),
        button: words.say("confirm-do"),
        action: visit.url("/confirm"),
        token: form.token,
    }))
}

pub(super) async fn confirm(
    visit: Visit,
    headers: HeaderMap,
    Form(form): Form<TokenForm>,
) -> Result<Response, Failure> {
    let (person, next) = joining::confirm(&visit.app, &form.token).await?;
    welcome(&visit, &headers, person, Way::Link, next.as_deref()).await
}

#[derive(Template)]
#[template(path = "people/first.html")]
pub(super) struct FirstPage {
    shell: Shell,
    form: RegisterForm,
    faults: Faults,
}

impl FirstPage {
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

pub(super) async fn show_first(visit: Visit, Query(form): Query<RegisterForm>) -> Result<Page<FirstPage>, Failure> {
    if !joining::is_first_token(&visit.app, &form.token).await? {
        return Err(PersonError::OldLink.into());
    }
    Ok(Page(FirstPage { shell: visit.shell(Section::None).await?, form: form.cleaned(), faults: Faults::default() }))
}

pub(super) async fn make_first(
    visit: Visit,
    headers: HeaderMap,
    Form(form): Form<RegisterForm>,
) -> Result<Response, Failure> {
    if !joining::is_first_token(&visit.app, &form.token).await? {
        return Err(PersonError::OldLink.into());
    }
    let words = visit.words();
    let mut faults = Faults::default();
    let name = name(words, &form.name, &mut faults);
    let email = email(words, &form.email, &mut faults);
    let profile = profile(words, name, &form, &mut faults);
    let password = {
        let own = [form.name.as_str(), &form.email, &form.organisation];
        chosen(words, &form.password, &own, Password::LEAST, &mut faults)
    };
    if let (Some(profile), Some(email), Some(password)) = (profile, email, password) {
        let device = device(&headers);
        let token =
            joining::make_first_administrator(&visit.app, &form.token, profile, email, password, &device).await?;
        return Ok(go_on(&visit, &token, None));
    }
    let shell = visit.shell(Section::None).await?;
    Ok(Again(FirstPage { shell, form: form.cleaned(), faults }).into_response())
}
