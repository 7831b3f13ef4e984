//! One's own page: what one says of oneself, address, password, sessions, and closing the account.

use askama::Template;
use aukio_core::text::Password;
use aukio_core::{Language, PersonId, Sector};
use axum::extract::Query;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::join::{RegisterForm, chosen, email, name, profile};
use super::provider::fault;
use super::sign_in::{ConfirmPage, TokenForm, goodbye};
use super::{device, go_on};
use crate::people::provider::{self, Button, Linked};
use crate::people::{self, Person, PersonError, account, second_factor, session, store, way_back};
use crate::spaces::succession;
use crate::web::page::{Again, Shell};
use crate::web::{Failure, Faults, Form, Page, Section, Visit};
use crate::words::datetime;

/// What has just been done, as the page says after a form.
const DONE: [&str; 11] = [
    "profile",
    "email-sent",
    "email",
    "password",
    "session",
    "code-removed",
    "provider-linked",
    "provider-unlinked",
    "passkey-added",
    "passkey-removed",
    "factor-kept",
];

#[derive(Template)]
#[template(path = "people/me.html")]
pub(super) struct MePage {
    shell: Shell,
    person: Person,
    form: RegisterForm,
    /// A new address that was typed.
    new_email: String,
    /// The name that was typed to close the account.
    typed_name: String,
    sessions: Vec<Browser>,
    has_code: bool,
    keeps: Vec<Keeps>,
    /// When the second factor goes because an administrator asked for it.
    factor_goes: Option<String>,
    passkeys: Option<Vec<OwnPasskey>>,
    /// A name that was typed for a new passkey.
    passkey_name: String,
    linked: Vec<Linked>,
    providers: Vec<Button>,
    faults: Faults,
    done: Option<&'static str>,
    /// What went wrong at a provider that the member came back from.
    fault: Option<String>,
    closing: bool,
}

/// A space that would be without anybody who takes care of it.
struct Keeps {
    name: String,
    language: Language,
    members: String,
    heir: Option<String>,
}

struct Browser {
    id: String,
    device: String,
    here: bool,
    started: String,
    seen: String,
    seen_datetime: String,
}

impl MePage {
    fn sectors(&self) -> [Sector; 7] {
        Sector::ALL
    }

    fn languages(&self) -> [Language; 3] {
        Language::ALL
    }

    fn done_words(&self) -> Option<String> {
        self.done.map(|done| self.shell.t.say(&format!("me-done-{done}")))
    }

    fn has_password(&self) -> bool {
        self.person.password_hash.is_some()
    }

    /// Characters that a new password needs.
    fn password_least(&self) -> i64 {
        least(self.has_code) as i64
    }

    fn has_others(&self) -> bool {
        self.sessions.len() > 1
    }
}

fn least(has_code: bool) -> usize {
    if has_code { Password::LEAST_BESIDE } else { Password::LEAST }
}

/// The account behind the session.
pub(super) async fn own(visit: &Visit) -> Result<Person, Failure> {
    let member = visit.member()?;
    store::by_id(&visit.app.db, member.id).await?.ok_or(Failure::SignIn)
}

/// The spaces that this person alone takes care of, and who would take them over.
async fn keeps(visit: &Visit, person: PersonId) -> sqlx::Result<Vec<Keeps>> {
    let mut tx = visit.app.db.snapshot().await?;
    let kept = succession::kept_alone(&mut tx, person).await?;
    drop(tx);
    let heirs: Vec<i64> = kept.iter().filter_map(|kept| kept.heir.map(|heir| heir.0)).collect();
    let heirs = people::brief(&visit.app.db, &heirs).await?;
    let keeps = |succession::Kept { space, heir }| Keeps {
        members: visit.url(format!("/spaces/{}/members", space.slug)),
        heir: heir.and_then(|heir| heirs.get(&heir.0)).map(|heir| heir.name.clone()),
        name: space.name,
        language: space.language,
    };
    Ok(kept.into_iter().map(keeps).collect())
}

async fn page(visit: &Visit, person: Person) -> Result<MePage, Failure> {
    let words = visit.words();
    let this = visit.member()?.session;
    let sessions = session::of_person(&visit.app, person.id).await?;
    let browser = |session: crate::people::Session| Browser {
        id: session.id.to_string(),
        device: if session.device.is_empty() { words.say("me-device-unknown") } else { session.device },
        here: session.id == this,
        started: words.moment(session.created_at, visit.now),
        seen: words.moment(session.seen_at, visit.now),
        seen_datetime: datetime(&session.seen_at),
    };
    Ok(MePage {
        shell: visit.shell(Section::None).await?,
        form: RegisterForm {
            name: person.name.clone(),
            sector: person.sector.name().to_owned(),
            organisation: person.organisation.clone(),
            language: person.language.tag().to_owned(),
            ..RegisterForm::default()
        },
        new_email: String::new(),
        typed_name: String::new(),
        sessions: sessions.into_iter().map(browser).collect(),
        has_code: second_factor::is_set(&visit.app, person.id).await?,
        keeps: keeps(visit, person.id).await?,
        factor_goes: way_back::due(&visit.app, person.id).await?.map(|due| words.moment(due, visit.now)),
        passkeys: own_passkeys(visit, person.id).await?,
        passkey_name: String::new(),
        linked: provider::of_person(&visit.app, person.id).await?,
        providers: visit.app.providers.buttons(),
        faults: Faults::default(),
        done: None,
        fault: None,
        closing: false,
        person,
    })
}

/// A passkey as the page shows it.
struct OwnPasskey {
    id: i64,
    name: String,
    since: String,
    used: Option<String>,
    is_elsewhere: bool,
}

/// None where passkeys are not offered.
#[cfg(feature = "passkeys")]
async fn own_passkeys(visit: &Visit, person: PersonId) -> Result<Option<Vec<OwnPasskey>>, Failure> {
    if !visit.app.offers_passkeys() {
        return Ok(None);
    }
    let words = visit.words();
    let own = |kept: crate::people::passkeys::Kept| OwnPasskey {
        id: kept.id,
        name: kept.name,
        since: words.moment(kept.since, visit.now),
        used: kept.used.map(|used| words.moment(used, visit.now)),
        is_elsewhere: kept.is_elsewhere,
    };
    let kept = crate::people::passkeys::of_person(&visit.app, person).await?;
    Ok(Some(kept.into_iter().map(own).collect()))
}

#[cfg(not(feature = "passkeys"))]
async fn own_passkeys(_: &Visit, _: PersonId) -> Result<Option<Vec<OwnPasskey>>, Failure> {
    Ok(None)
}

/// The page with what is wrong about a new passkey.
#[cfg(feature = "passkeys")]
pub(super) async fn again_with_passkey(visit: &Visit, name: String, faults: Faults) -> Result<Response, Failure> {
    let page = page(visit, own(visit).await?).await?;
    Ok(Again(MePage { passkey_name: name, faults, ..page }).into_response())
}

#[derive(Deserialize, Default)]
pub(super) struct Look {
    #[serde(default)]
    done: String,
    #[serde(default)]
    fault: String,
}

pub(super) async fn show(visit: Visit, Query(look): Query<Look>) -> Result<Page<MePage>, Failure> {
    let mut page = page(&visit, own(&visit).await?).await?;
    page.done = DONE.into_iter().find(|done| *done == look.done);
    page.fault = fault(&visit, &look.fault);
    Ok(Page(page))
}

/// Somebody reloaded the answer to a form.
pub(super) async fn back(visit: Visit) -> Redirect {
    Redirect::to(&visit.url("/me"))
}

fn done(visit: &Visit, what: &str) -> Redirect {
    Redirect::to(&visit.url(format!("/me?done={what}")))
}

pub(super) async fn change(visit: Visit, Form(form): Form<RegisterForm>) -> Result<Response, Failure> {
    let person = own(&visit).await?;
    let mut faults = Faults::default();
    let name = name(visit.words(), &form.name, &mut faults);
    match profile(visit.words(), name, &form, &mut faults) {
        Some(profile) if faults.is_empty() => {
            let language = profile.language;
            account::change(&visit.app, person.id, profile).await?;
            // The answer speaks the language that was chosen just now.
            let answer = if language == person.language { visit.language } else { language };
            Ok(Redirect::to(&format!("/{answer}/me?done=profile")).into_response())
        }
        _ => {
            let page = page(&visit, person).await?;
            Ok(Again(MePage { form, faults, ..page }).into_response())
        }
    }
}

#[derive(Deserialize, Default)]
pub(super) struct EmailForm {
    #[serde(default)]
    email: String,
}

pub(super) async fn ask_new_email(visit: Visit, Form(form): Form<EmailForm>) -> Result<Response, Failure> {
    visit.whole().await?;
    let person = own(&visit).await?;
    let mut faults = Faults::default();
    match email(visit.words(), &form.email, &mut faults) {
        Some(email) => {
            account::ask_new_email(&visit.app, &person, email, visit.from).await?;
            Ok(done(&visit, "email-sent").into_response())
        }
        None => {
            let page = page(&visit, person).await?;
            Ok(Again(MePage { new_email: form.email, faults, ..page }).into_response())
        }
    }
}

pub(super) async fn show_email(visit: Visit, Query(form): Query<TokenForm>) -> Result<Page<ConfirmPage>, Failure> {
    let email = account::waiting_email(&visit.app, visit.member()?, &form.token).await?;
    let words = visit.words();
    Ok(Page(ConfirmPage {
        shell: visit.shell(Section::None).await?,
        title: words.say("email-confirm-title"),
        text: words.with("email-confirm-text", "email", email),
        button: words.say("email-confirm-do"),
        action: visit.url("/me/email/confirm"),
        token: form.token,
    }))
}

pub(super) async fn confirm_email(visit: Visit, Form(form): Form<TokenForm>) -> Result<Redirect, Failure> {
    account::confirm_email(&visit.app, visit.member()?, &form.token).await?;
    Ok(done(&visit, "email"))
}

#[derive(Deserialize, Default)]
pub(super) struct PasswordForm {
    /// The password until now; empty when there is none.
    #[serde(default)]
    current: String,
    #[serde(default)]
    password: String,
}

pub(super) async fn change_password(
    visit: Visit,
    headers: HeaderMap,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Failure> {
    let person = own(&visit).await?;
    let words = visit.words();
    let mut faults = Faults::default();
    let own_words = [person.name.as_str(), person.email.as_deref().unwrap_or_default(), &person.organisation];
    let least = least(second_factor::is_set(&visit.app, person.id).await?);
    let password = chosen(words, &form.password, &own_words, least, &mut faults);
    if person.password_hash.is_none() {
        visit.whole().await?;
    }
    if !account::knows_password(&visit.app, &person, &form.current, visit.from).await? {
        faults.add("current", words.say("me-password-wrong"));
    }
    match password {
        Some(password) if faults.is_empty() => {
            let token =
                account::change_password(&visit.app, &person, visit.member()?, password, &device(&headers)).await?;
            Ok(go_on(&visit, &token, Some(&visit.url("/me?done=password"))))
        }
        _ => {
            let page = page(&visit, person).await?;
            Ok(Again(MePage { faults, ..page }).into_response())
        }
    }
}

#[derive(Deserialize, Default)]
pub(super) struct EndForm {
    /// A session, or `others` for all but this one.
    #[serde(default)]
    session: String,
}

pub(super) async fn end_session(visit: Visit, Form(form): Form<EndForm>) -> Result<Response, Failure> {
    let member = visit.member()?;
    if form.session == "others" {
        session::end_others(&visit.app, member.id, member.session).await?;
        return Ok(done(&visit, "session").into_response());
    }
    // What is no session of theirs has ended already.
    if let Ok(session) = form.session.parse() {
        session::end(&visit.app, member.id, session).await?;
        if session == member.session {
            return Ok(goodbye(&visit));
        }
    }
    Ok(done(&visit, "session").into_response())
}

#[derive(Deserialize, Default)]
pub(super) struct CloseForm {
    /// The password, when there is one.
    #[serde(default)]
    confirm_password: String,
    /// One's own name, when there is no password.
    #[serde(default)]
    confirm_name: String,
}

pub(super) async fn close(visit: Visit, Form(form): Form<CloseForm>) -> Result<Response, Failure> {
    let person = own(&visit).await?;
    let words = visit.words();
    let mut faults = Faults::default();
    if person.password_hash.is_some() {
        if !account::knows_password(&visit.app, &person, &form.confirm_password, visit.from).await? {
            faults.add("confirm_password", words.say("me-password-wrong"));
        }
    // Leaving asks for no second factor: whoever has lost theirs may go, too.
    } else if visit.fresh()?.name != form.confirm_name.split_whitespace().collect::<Vec<_>>().join(" ") {
        faults.add("confirm_name", words.say("me-close-name-wrong"));
    }
    if keeps(&visit, person.id).await?.iter().any(|space| space.heir.is_none()) {
        faults.add("keeps", words.say("error-keeps-spaces-what"));
    }
    if !faults.is_empty() {
        let page = page(&visit, person).await?;
        return Ok(Again(MePage { faults, closing: true, typed_name: form.confirm_name, ..page }).into_response());
    }
    account::close(&visit.app, person.id).await.map_err(|error: PersonError| Failure::from(error))?;
    Ok(goodbye(&visit))
}
