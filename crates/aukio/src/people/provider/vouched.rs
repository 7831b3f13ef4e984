//! What a provider says of a person, and when it is believed.

use std::time::Duration;

use aukio_core::Time;
use aukio_core::text::{Email, Line};
use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreClient, CoreClientAuthMethod, CoreIdToken, CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, IssuerUrl, Nonce, PkceCodeVerifier,
    RedirectUrl, SignatureVerificationError, TokenResponse,
};
use serde::{Deserialize, Serialize};

use super::flow::{Flow, Purpose, back_address};
use super::settings::Trusted;
use super::{Known, Provider, ProviderError};
use crate::app::App;

/// How long what a provider tells of itself is believed before it is asked again.
const KNOWN_SECONDS: i64 = 3600;
/// How long it is believed when the provider does not answer.
const STALE_SECONDS: i64 = 24 * 3600;
/// A provider that did not answer is left alone for so long, so that not everybody waits for it in turn.
const DOWN_SECONDS: i64 = 30;
/// After this, a key that is not known may be new.
const ASK_AGAIN_SECONDS: i64 = 60;
/// How far a provider's clock may be off.
const LEEWAY_SECONDS: i64 = 60;
/// How fresh a sign-in at the provider must be to prove again who somebody is.
const PROOF_SECONDS: i64 = 300;
const WAIT: Duration = Duration::from_secs(10);
/// For all that a browser waits for when it comes back.
const ALL: Duration = Duration::from_secs(20);
/// Bytes of a subject (OpenID Connect Core §2 allows 255).
const SUBJECT_MOST: usize = 255;

/// Only signatures that are checked with a public key: the secret that we share signs nothing.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Somebody whom a provider vouches for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Vouched {
    pub provider: String,
    pub issuer: String,
    pub subject: String,
    /// Only an address that the provider has verified.
    pub email: Option<String>,
    pub name: String,
    pub strong: bool,
}

/// Exchanges the code and believes the answer only when all of it is in order.
pub async fn vouched(app: &App, provider: &Provider, flow: &Flow, code: &str) -> Result<Vouched, ProviderError> {
    let slow = |_| ProviderError::Unreachable("its answers take too long together".to_owned());
    tokio::time::timeout(ALL, asked(app, provider, flow, code)).await.map_err(slow)?
}

async fn asked(app: &App, provider: &Provider, flow: &Flow, code: &str) -> Result<Vouched, ProviderError> {
    let trusted = &provider.trusted;
    let metadata = known(app, provider, false).await?;
    let by_post = metadata.token_endpoint_auth_methods_supported().is_some_and(|methods| {
        !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
            && methods.contains(&CoreClientAuthMethod::ClientSecretPost)
    });
    let redirect = RedirectUrl::new(back_address(app, &trusted.key)).map_err(unreachable)?;
    let secret = trusted.secret.clone().map(ClientSecret::new);
    let client = CoreClient::from_provider_metadata(metadata.clone(), ClientId::new(trusted.client_id.clone()), secret)
        .set_redirect_uri(redirect)
        .set_auth_type(if by_post { AuthType::RequestBody } else { AuthType::BasicAuth });
    let answer = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .map_err(unreachable)?
        .set_pkce_verifier(PkceCodeVerifier::new(flow.verifier.clone()))
        .request_async(&app.providers.door(provider))
        .await
        .map_err(unreachable)?;
    let id_token = answer.id_token().ok_or_else(|| ProviderError::Untrue("there is no ID token".to_owned()))?;
    match claims(app, trusted, metadata, flow, id_token) {
        Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
            // The provider may have changed its keys since it was asked.
            let metadata = known(app, provider, true).await?;
            claims(app, trusted, metadata, flow, id_token).map_err(untrue)
        }
        other => other.map_err(untrue),
    }
}

pub(super) fn unreachable(error: impl std::error::Error) -> ProviderError {
    let mut cause = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        cause = format!("{cause}: {error}");
        source = error.source();
    }
    ProviderError::Unreachable(cause)
}

fn untrue(error: ClaimsVerificationError) -> ProviderError {
    ProviderError::Untrue(match &error {
        ClaimsVerificationError::SignatureVerification(cause) => format!("{error}: {cause}"),
        _ => error.to_string(),
    })
}

/// A provider's keys and addresses, asked for anew every hour, or when `anew` and it was not asked just now.
pub(super) async fn known(app: &App, provider: &Provider, anew: bool) -> Result<CoreProviderMetadata, ProviderError> {
    let busy = |_| ProviderError::Unreachable("others wait for the same answer".to_owned());
    let mut known = tokio::time::timeout(WAIT, provider.known.lock()).await.map_err(busy)?;
    let now = app.clock.now();
    let believed = if anew { ASK_AGAIN_SECONDS } else { KNOWN_SECONDS };
    if let Some((metadata, at)) = &known.told
        && now.seconds_since(*at) < believed
    {
        return Ok(metadata.clone());
    }
    let is_down = known.failed.is_some_and(|at| now.seconds_since(at) < DOWN_SECONDS);
    let asked = match is_down {
        true => Err(ProviderError::Unreachable("it did not answer a moment ago".to_owned())),
        false => discovered(app, provider).await,
    };
    match (asked, &known.told) {
        (Ok(metadata), _) => {
            *known = Known { told: Some((metadata.clone(), now)), failed: None };
            Ok(metadata)
        }
        (Err(error), told) => {
            // What it told before is as good as what it would tell now, as long as its keys are not in doubt.
            let stale = told.as_ref().filter(|(_, at)| !anew && now.seconds_since(*at) < STALE_SECONDS);
            let answer = stale.map(|(metadata, _)| metadata.clone()).ok_or(error);
            if !is_down {
                known.failed = Some(now);
            }
            answer
        }
    }
}

async fn discovered(app: &App, provider: &Provider) -> Result<CoreProviderMetadata, ProviderError> {
    let issuer = IssuerUrl::new(provider.trusted.issuer.clone()).map_err(unreachable)?;
    let door = app.providers.door(provider);
    let metadata = CoreProviderMetadata::discover_async(issuer, &door).await.map_err(unreachable)?;
    if !app.providers.door.allows(metadata.authorization_endpoint().as_str()) {
        return Err(ProviderError::Unreachable("people would be sent to an address without https".to_owned()));
    }
    Ok(metadata)
}

fn claims(
    app: &App,
    trusted: &Trusted,
    metadata: CoreProviderMetadata,
    flow: &Flow,
    id_token: &CoreIdToken,
) -> Result<Vouched, ClaimsVerificationError> {
    let now = app.clock.now();
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(trusted.client_id.clone()), None);
    let moment = move |time: Time| DateTime::<Utc>::from_timestamp_micros(time.microseconds()).unwrap_or_default();
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || moment(now.plus_seconds(-LEEWAY_SECONDS)))
        .set_issue_time_verifier_fn(move |issued| match issued <= moment(now.plus_seconds(LEEWAY_SECONDS)) {
            true => Ok(()),
            false => Err("issued in the future".to_owned()),
        })
        .set_auth_time_verifier_fn(move |signed_in| match signed_in {
            _ if flow.purpose != Purpose::Confirm => Ok(()),
            Some(at) if at >= moment(now.plus_seconds(-PROOF_SECONDS)) => Ok(()),
            _ => Err("nobody signed in there just now".to_owned()),
        });
    let claims = id_token.claims(&verifier, &Nonce::new(flow.nonce.clone()))?;
    let subject = claims.subject().as_str();
    if subject.is_empty() || subject.len() > SUBJECT_MOST {
        return Err(ClaimsVerificationError::InvalidSubject("its length".to_owned()));
    }
    let acr = claims.auth_context_ref().map(|acr| acr.as_str());
    let amr = claims.auth_method_refs().into_iter().flatten().map(|amr| amr.as_str());
    let email = claims.email().filter(|_| claims.email_verified() == Some(true));
    let name = claims.name().and_then(|names| names.get(None).or_else(|| names.iter().next().map(|(_, name)| name)));
    Ok(Vouched {
        provider: trusted.key.clone(),
        issuer: trusted.issuer.clone(),
        subject: subject.to_owned(),
        email: email.and_then(|email| Email::parse(email.as_str()).ok()).map(|email| email.as_str().to_owned()),
        name: name
            .and_then(|name| Line::parse(name.as_str()).ok())
            .map_or_else(String::new, |name| name.as_str().to_owned()),
        strong: trusted.is_strong(acr, amr),
    })
}
