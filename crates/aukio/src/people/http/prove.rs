//! «Confirm that it is you»: asked before acts of weight when the last proof is older than 15 minutes.

use askama::Template;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::me::own;
use super::provider::fault;
use super::sign_in::unsealed;
use super::{encode, local, set_cookie};
use crate::audit::{self, Deed};
use crate::people::provider::{self, Button};
use crate::people::{Person, account, passkeys, second_factor, session};
use crate::web::page::{Again, Shell};
use crate::web::{Failure, Faults, Form, Page, Section, Visit};

#[derive(Template)]
#[template(path = "people/prove.html")]
struct ProvePage {
    shell: Shell,
    person: Person,
    asks: Asks,
    providers: Vec<Button>,
    has_passkeys: bool,
    next: String,
    faults: Faults,
    /// What went wrong at a provider that the member came back from.
    fault: Option<String>,
}

impl ProvePage {
    async fn of(visit: &Visit, person: Person, asks: Asks, next: String, faults: Faults) -> Result<ProvePage, Failure> {
        let has_passkeys = passkeys::are_used_by(&visit.app, person.id).await?;
        // Whoever has two factors is not sent to where one would be asked for.
        let providers = provider::proofs(&visit.app, person.id, asks.code || asks.passkey).await?;
        let shell = visit.shell(Section::None).await?;
        Ok(ProvePage { shell, person, asks, providers, has_passkeys, next, faults, fault: None })
    }
}

/// What a member can show.
#[derive(Clone, Copy)]
struct Asks {
    password: bool,
    code: bool,
    /// A passkey is all that they have beside the password: nothing less than it proves anything.
    passkey: bool,
}

impl Asks {
    async fn of(visit: &Visit, person: &Person) -> Result<Asks, Failure> {
        let code = second_factor::is_set(&visit.app, person.id).await?;
        let passkey = !code && passkeys::are_used_by(&visit.app, person.id).await?;
        Ok(Asks { password: person.password_hash.is_some() && !passkey, code, passkey })
    }

    /// There is no field to fill in: the way is a passkey, or else a link by mail.
    fn nothing(self) -> bool {
        !self.password && !self.code
    }
}

#[derive(Deserialize, Default)]
pub(super) struct ProveForm {
    #[serde(default)]
    next: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    fault: String,
}

impl ProveForm {
    fn next(&self, visit: &Visit) -> String {
        local(&self.next).map_or_else(|| visit.url("/me"), str::to_owned)
    }
}

pub(super) async fn show(visit: Visit, Query(form): Query<ProveForm>) -> Result<Response, Failure> {
    let person = own(&visit).await?;
    let asks = Asks::of(&visit, &person).await?;
    let member = visit.member()?;
    if session::is_fresh(member, visit.now) {
        if second_factor::is_due(&visit.app, member.id).await? {
            let next = encode(&form.next(&visit));
            return Ok(Redirect::to(&visit.url(format!("/me/second-factor?next={next}"))).into_response());
        }
        if member.strong || !asks.code && !asks.passkey {
            return Ok(Redirect::to(&form.next(&visit)).into_response());
        }
    }
    let next = form.next(&visit);
    let page = ProvePage::of(&visit, person, asks, next, Faults::default()).await?;
    Ok(Page(ProvePage { fault: fault(&visit, &form.fault), ..page }).into_response())
}

pub(super) async fn prove(visit: Visit, Form(form): Form<ProveForm>) -> Result<Response, Failure> {
    let person = own(&visit).await?;
    let asks = Asks::of(&visit, &person).await?;
    let words = visit.words();
    let mut faults = Faults::default();
    if asks.password && !account::knows_password(&visit.app, &person, &form.password, visit.from).await? {
        faults.add("password", words.say("me-password-wrong"));
    }
    // A code is used up by looking at it, so that a wrong password must not cost one.
    if asks.code && faults.is_empty() {
        match second_factor::takes(&visit.app, person.id, &form.code, visit.from).await {
            Ok(true) => {}
            Ok(false) => faults.add("code", words.say("code-wrong")),
            Err(error) => faults.add("code", words.say(unsealed(error)?)),
        }
    }
    if faults.is_empty() && !asks.nothing() {
        let token = session::confirm(&visit.app, visit.member()?, asks.code).await?;
        return Ok(answer(&visit, &token, &form.next(&visit)));
    }
    if asks.nothing() {
        audit::note(&visit.app, Some(person.id), Deed::ConfirmFailed).await?;
    }
    let next = form.next(&visit);
    Ok(Again(ProvePage::of(&visit, person, asks, next, faults).await?).into_response())
}

/// The page with what went wrong with a passkey.
#[cfg(feature = "passkeys")]
pub(super) async fn again_with(visit: &Visit, next: String, faults: Faults) -> Result<Response, Failure> {
    let person = own(visit).await?;
    let asks = Asks::of(visit, &person).await?;
    Ok(Again(ProvePage::of(visit, person, asks, next, faults).await?).into_response())
}

/// Goes on under the session's new token.
pub(super) fn answer(visit: &Visit, token: &str, next: &str) -> Response {
    let mut response = Redirect::to(next).into_response();
    renewed(visit, &mut response, token);
    response
}

/// Puts a session's new token into an answer.
pub(super) fn renewed(visit: &Visit, response: &mut Response, token: &str) {
    set_cookie(&visit.app, response, token, session::ABSOLUTE_DAYS * 86_400);
}
