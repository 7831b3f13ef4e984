//! Passkeys: making one, signing in and proving again with one, taking one away. Browsers talk to devices by
//! script only: it fetches the challenge, and the answer comes back in a form like any other.

use aukio_core::text::Line;
use axum::Json;
use axum::extract::Query;
use axum::http::HeaderMap;
use axum::response::{Redirect, Response};
use serde::Deserialize;

use super::me::{self, own};
use super::sign_in::again_with;
use super::{enter, local, prove};
use crate::audit::Way;
use crate::people::passkeys::{self, Challenge, PasskeyError};
use crate::people::session::Proof;
use crate::people::throttle::Flow;
use crate::web::{Failure, Faults, Form, Visit};
use crate::words::Words;

#[derive(Deserialize, Default)]
pub(super) struct PasskeyForm {
    #[serde(default)]
    token: String,
    /// What the browser made or signed, as JSON; empty when no script ran.
    #[serde(default)]
    credential: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    next: String,
}

/// What to say at the form, or the failure that has a page of its own.
fn fault(words: Words, form: &PasskeyForm, error: &PasskeyError) -> Option<String> {
    let key = match error {
        _ if form.credential.is_empty() => "passkey-no-script",
        PasskeyError::Old => "passkey-old",
        PasskeyError::Wrong { .. } => "passkey-wrong",
        PasskeyError::TooMany => "passkey-too-many",
        PasskeyError::LastWay | PasskeyError::TooOften | PasskeyError::None | PasskeyError::Store(_) => return None,
    };
    Some(words.say(key))
}

pub(super) async fn begin_new(visit: Visit) -> Result<Json<Challenge>, Failure> {
    visit.whole().await?;
    let person = own(&visit).await?;
    Ok(Json(passkeys::begin_new(&visit.app, &person, visit.from).await?))
}

pub(super) async fn keep_new(visit: Visit, Form(form): Form<PasskeyForm>) -> Result<Response, Failure> {
    let member = visit.whole().await?;
    let words = visit.words();
    let mut faults = Faults::default();
    let name = faults.take(words, "passkey_name", Line::parse(&form.name));
    if let Some(name) = &name
        && name.as_str().is_empty()
    {
        faults.add("passkey_name", words.say("passkey-name-missing"));
    }
    if let (Some(name), true) = (name, faults.is_empty()) {
        match passkeys::keep_new(&visit.app, member, &form.token, &form.credential, &name).await {
            Ok(token) => return Ok(prove::answer(&visit, &token, &visit.url("/me?done=passkey-added"))),
            Err(error) => {
                passkeys::note_failure(&visit.app, &error, Some(member.id)).await?;
                faults.add("passkey_name", fault(words, &form, &error).ok_or_else(|| Failure::from(error))?);
            }
        }
    }
    me::again_with_passkey(&visit, form.name, faults).await
}

#[derive(Deserialize, Default)]
pub(super) struct RemoveForm {
    #[serde(default)]
    passkey: String,
}

pub(super) async fn remove(visit: Visit, Form(form): Form<RemoveForm>) -> Result<Redirect, Failure> {
    let member = visit.whole().await?;
    // What is no number is none of theirs.
    passkeys::remove(&visit.app, member, form.passkey.parse().unwrap_or_default()).await?;
    Ok(Redirect::to(&visit.url("/me?done=passkey-removed")))
}

#[derive(Deserialize, Default)]
pub(super) struct Why {
    /// The browser shows the passkeys that it has beside the field for the address; nobody has pressed anything.
    #[serde(default)]
    offer: String,
}

pub(super) async fn begin_use(visit: Visit, Query(why): Query<Why>) -> Result<Json<Challenge>, Failure> {
    let flow = if why.offer.is_empty() { Flow::Passkey } else { Flow::PasskeyOffer };
    Ok(Json(passkeys::begin_use(&visit.app, flow, visit.from).await?))
}

pub(super) async fn sign_in(
    visit: Visit,
    headers: HeaderMap,
    Form(form): Form<PasskeyForm>,
) -> Result<Response, Failure> {
    let error = match passkeys::used(&visit.app, &form.token, &form.credential).await {
        Ok(person) => {
            let proof = Proof { way: Way::Passkey, strong: true };
            return enter(&visit, &headers, person, proof, local(&form.next)).await;
        }
        Err(error) => error,
    };
    passkeys::note_failure(&visit.app, &error, None).await?;
    let mut faults = Faults::default();
    faults.add("passkey", fault(visit.words(), &form, &error).ok_or_else(|| Failure::from(error))?);
    again_with(&visit, form.next, faults).await
}

pub(super) async fn confirm(visit: Visit, Form(form): Form<PasskeyForm>) -> Result<Response, Failure> {
    let member = visit.member()?;
    let next = local(&form.next).map_or_else(|| visit.url("/me"), str::to_owned);
    match passkeys::confirm(&visit.app, member, &form.token, &form.credential).await {
        Ok(token) => Ok(prove::answer(&visit, &token, &next)),
        Err(error) => {
            passkeys::note_failure(&visit.app, &error, Some(member.id)).await?;
            let mut faults = Faults::default();
            faults.add("passkey", fault(visit.words(), &form, &error).ok_or_else(|| Failure::from(error))?);
            prove::again_with(&visit, next, faults).await
        }
    }
}
