//! A sign-in on its way: begun here, out at the provider, back in the same browser.

use std::net::IpAddr;
use std::time::Duration;

use aukio_core::{Language, Member, PersonId, SessionId};
use data_encoding::HEXLOWER;
use openidconnect::core::{CoreAuthPrompt, CoreAuthenticationFlow, CoreClient};
use openidconnect::{AuthenticationContextClass, ClientId, CsrfToken, Nonce, PkceCodeChallenge, RedirectUrl, Scope};
use serde::{Deserialize, Serialize};

use super::vouched::{known, unreachable};
use super::{Provider, ProviderError};
use crate::app::App;
use crate::db::Tx;
use crate::people::store;
use crate::people::throttle;
use crate::people::token::{self, Token};

const FLOW: &str = "provider";
const FLOW_SECONDS: i64 = 600;

/// What a flow is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Purpose {
    SignIn,
    /// Adds the identity to the member's account.
    Link,
    /// Proves again who the member is.
    Confirm,
}

/// A flow that waits for the browser to come back.
#[derive(Serialize, Deserialize)]
pub struct Flow {
    pub(super) provider: String,
    /// The hash of the browser's cookie, in hexadecimal digits.
    browser: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    pub purpose: Purpose,
    /// The session that links or confirms.
    session: Option<i64>,
    pub next: Option<String>,
    pub language: Language,
}

/// A flow that has just begun.
pub struct Begun {
    /// Where the browser goes on.
    pub address: String,
    /// The value of its cookie.
    pub browser: String,
}

pub(super) fn back_address(app: &App, key: &str) -> String {
    format!("{}/sign-in/return/{key}", app.address)
}

/// Begins a flow: where to send the browser, and with which cookie.
pub async fn begin(
    app: &App,
    provider: &Provider,
    purpose: Purpose,
    member: Option<&Member>,
    next: Option<String>,
    language: Language,
    from: IpAddr,
) -> Result<Begun, ProviderError> {
    app.throttle.flow(throttle::Flow::Provider, from)?;
    let metadata = known(app, provider, false).await?;
    let (state, browser, nonce) = (Token::new(), Token::new(), Token::new().into_text());
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = Flow {
        provider: provider.trusted.key.clone(),
        browser: HEXLOWER.encode(&browser.hash()),
        nonce: nonce.clone(),
        verifier: verifier.into_secret(),
        purpose,
        session: member.map(|member| member.session.0),
        next,
        language,
    };
    let person = member.map(|member| member.id);
    let mut tx = app.db.begin().await?;
    issue(&mut tx, app, state.hash(), FLOW, person, &flow, FLOW_SECONDS).await?;
    tx.commit().await?;

    let (state, nonce) = (CsrfToken::new(state.into_text()), Nonce::new(nonce));
    let redirect = RedirectUrl::new(back_address(app, &provider.trusted.key)).map_err(unreachable)?;
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(provider.trusted.client_id.clone()), None)
        .set_redirect_uri(redirect);
    let mut request = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce)
        .add_scope(Scope::new("email".to_owned()))
        .add_scope(Scope::new("profile".to_owned()))
        .set_pkce_challenge(challenge);
    for acr in provider.trusted.strong_acr() {
        request = request.add_auth_context_value(AuthenticationContextClass::new(acr.clone()));
    }
    if purpose == Purpose::Confirm {
        request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
    }
    let (address, _, _) = request.url();
    Ok(Begun { address: address.to_string(), browser: browser.into_text() })
}

/// Takes the flow of a browser that has come back; it is used up, whatever comes of it.
///
/// # Errors
/// `OldFlow` when it is used, expired, none, another provider's or another browser's.
pub async fn take(app: &App, key: &str, state: &str, browser: &str) -> Result<Flow, ProviderError> {
    let hash = token::hash(state).ok_or(ProviderError::OldFlow)?;
    let browser = token::hash(browser).ok_or(ProviderError::OldFlow)?;
    let now = app.clock.now();
    // Looked at first: a stranger who brings somebody's state uses nothing up.
    let found = store::look_at(&app.db, hash.clone(), FLOW, now).await?;
    let (_, payload) = found.ok_or(ProviderError::OldFlow)?;
    let flow: Flow = serde_json::from_str(&payload).map_err(|_| ProviderError::OldFlow)?;
    if flow.provider != key || flow.browser != HEXLOWER.encode(&browser) {
        return Err(ProviderError::OldFlow);
    }
    let mut tx = app.db.begin().await?;
    store::consume(&mut tx, hash, FLOW, now).await?.ok_or(ProviderError::OldFlow)?;
    tx.commit().await?;
    Ok(flow)
}

impl Flow {
    /// Whether this is the session that began the flow.
    pub fn is_of(&self, member: &Member) -> bool {
        self.session.map(SessionId) == Some(member.session)
    }
}

/// Keeps what waits for a browser to come back.
pub(super) async fn issue<T: Serialize>(
    tx: &mut Tx,
    app: &App,
    hash: Vec<u8>,
    purpose: &'static str,
    person: Option<PersonId>,
    waiting: &T,
    seconds: i64,
) -> sqlx::Result<()> {
    let payload = serde_json::to_string(waiting).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let now = app.clock.now();
    store::issue_bounded(tx, hash, purpose, person, payload, now, now.plus_seconds(seconds)).await
}
