//! What went wrong, as people are told: the only file with status codes of errors.
//!
//! A handler returns a `Failure`; a layer around all pages turns it into a page in the reader's language.
//! Our own faults are logged once, here, with a reference number, and never show their cause.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::page::{ErrorPage, Page, Section};
use super::visit::Visit;
use crate::api::caller::BASE as API;
use crate::api::problem::{self, Refusal};
use crate::app::App;
use crate::audit::{self, Deed};
use crate::disk;
use crate::documents::DocumentError;
use crate::people::PersonError;
#[cfg(feature = "passkeys")]
use crate::people::passkeys::PasskeyError;
use crate::people::provider::ProviderError;
use crate::search::SearchError;
use crate::spaces::{AccessError, SpaceError};
use crate::threads::ThreadError;

#[derive(Debug, Clone)]
pub enum Failure {
    /// Only members may; a visitor is sent to sign in and comes back here.
    SignIn,
    /// An act of weight: the member proves again who they are and comes back here.
    ConfirmFirst,
    /// Nothing there, or nothing that this viewer may know of.
    NotFound,
    /// The words stand under this key: a title, and `{key}-what` what to do next.
    Say(StatusCode, &'static str),
    /// One asks faster than anybody reads; the words stand under this key.
    TooOften { key: &'static str, seconds: u32 },
    /// Too much at once; worth trying again after so many seconds.
    Busy { seconds: u32 },
    /// Our fault, logged under this reference.
    Ours { reference: String },
}

impl Failure {
    pub fn say(status: StatusCode, key: &'static str) -> Self {
        Failure::Say(status, key)
    }

    /// A fault of ours: logged here, shown as a reference number only.
    pub fn ours(cause: impl std::fmt::Display) -> Self {
        let reference = format!("{:08x}", rand::random::<u32>());
        tracing::error!(%reference, %cause, "failed");
        metrics::counter!("aukio_failures_total").increment(1);
        Failure::Ours { reference }
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Failure::SignIn | Failure::ConfirmFirst => StatusCode::SEE_OTHER,
            Failure::NotFound => StatusCode::NOT_FOUND,
            Failure::Say(status, _) => *status,
            Failure::TooOften { .. } => StatusCode::TOO_MANY_REQUESTS,
            Failure::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Failure::Ours { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub fn key(&self) -> &'static str {
        match self {
            Failure::SignIn | Failure::ConfirmFirst => "error-sign-in",
            Failure::NotFound => "error-not-found",
            Failure::Say(_, key) | Failure::TooOften { key, .. } => key,
            Failure::Busy { .. } => "error-busy",
            Failure::Ours { .. } => "error-ours",
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives every failure its page, or for programs its problem.
pub async fn speak(State(app): State<App>, visit: Visit, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with(API);
    let response = next.run(request).await;
    if let Some(refusal) = response.extensions().get::<Refusal>() {
        return problem::speak(&app, refusal);
    }
    let failure = match response.extensions().get::<Failure>() {
        Some(failure) => failure.clone(),
        None if response.headers().contains_key(header::CONTENT_TYPE) => return response,
        None => match without_a_word(response.status()) {
            Some(failure) => failure,
            None => return response,
        },
    };
    if is_api {
        let mut answer = problem::speak(&app, &Refusal::Failure(failure));
        if let Some(methods) = response.headers().get(header::ALLOW) {
            answer.headers_mut().insert(header::ALLOW, methods.clone());
        }
        return answer;
    }
    let way = match failure {
        Failure::SignIn => Some("/sign-in"),
        Failure::ConfirmFirst => Some("/me/confirm"),
        _ => None,
    };
    if let Some(way) = way {
        let back = crate::people::http::encode(&visit.url(&visit.path));
        return Redirect::to(&visit.url(format!("{way}?next={back}"))).into_response();
    }
    if failure.status() == StatusCode::FORBIDDEN {
        denied(&visit, failure.key()).await;
    }
    let shell = match visit.shell(Section::None).await {
        Ok(shell) => shell,
        Err(_) => super::page::Shell::bare(&visit),
    };
    let reference = match &failure {
        Failure::Ours { reference } => Some(reference.clone()),
        _ => None,
    };
    let page = ErrorPage { key: failure.key(), shell, reference };
    let mut response = Page(page).into_response();
    *response.status_mut() = failure.status();
    if let Failure::Busy { seconds } | Failure::TooOften { seconds, .. } = failure {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// What an answer means that a layer or the router made without saying anything; None for no error.
fn without_a_word(status: StatusCode) -> Option<Failure> {
    Some(match status {
        StatusCode::NOT_FOUND => Failure::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Failure::Say(status, "error-method"),
        StatusCode::PAYLOAD_TOO_LARGE => Failure::Say(status, "error-too-large"),
        StatusCode::FORBIDDEN => Failure::Say(status, "error-foreign"),
        StatusCode::REQUEST_TIMEOUT => Failure::Busy { seconds: 10 },
        status if status.is_server_error() => Failure::ours(format_args!("answered {status} without a word")),
        _ => return None,
    })
}

/// Writes down that a member asked for what they may not; of visitors it says nothing.
async fn denied(visit: &Visit, what: &'static str) {
    let Some(person) = visit.viewer.person() else { return };
    if !visit.app.throttle.tells_of_refusal(&person.to_string()) {
        return;
    }
    if let Err(error) = audit::note(&visit.app, Some(person), Deed::Denied { what }).await {
        tracing::error!(%error, "a refusal cannot be written down");
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut => {
                tracing::warn!("the database is busy");
                Failure::Busy { seconds: 5 }
            }
            error if disk::is_full(&error) => {
                tracing::error!(%error, "the disk is full");
                metrics::counter!("aukio_disk_full_total").increment(1);
                Failure::Say(StatusCode::INSUFFICIENT_STORAGE, "error-disk-full")
            }
            error => Failure::ours(error),
        }
    }
}

impl From<AccessError> for Failure {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::SignIn => Failure::SignIn,
            AccessError::No => Failure::Say(StatusCode::FORBIDDEN, "error-no-right"),
            AccessError::Hidden => Failure::NotFound,
            AccessError::Store(error) => error.into(),
        }
    }
}

impl From<ThreadError> for Failure {
    fn from(error: ThreadError) -> Self {
        match error {
            ThreadError::NoSuchParent => Failure::Say(StatusCode::CONFLICT, "error-no-such-parent"),
            ThreadError::Withdrawn => Failure::Say(StatusCode::CONFLICT, "error-withdrawn"),
            ThreadError::Store(error) => error.into(),
        }
    }
}

impl From<SpaceError> for Failure {
    fn from(error: SpaceError) -> Self {
        match error {
            SpaceError::LastConvener => Failure::Say(StatusCode::CONFLICT, "error-last-convener"),
            SpaceError::NoSuchPerson => Failure::Say(StatusCode::CONFLICT, "error-no-such-person"),
            SpaceError::Store(error) => error.into(),
        }
    }
}

impl From<DocumentError> for Failure {
    fn from(error: DocumentError) -> Self {
        match error {
            DocumentError::TooLarge => Failure::Say(StatusCode::PAYLOAD_TOO_LARGE, "error-document-too-large"),
            DocumentError::Busy => Failure::Busy { seconds: 5 },
            DocumentError::NoSuchVersion => Failure::Say(StatusCode::CONFLICT, "error-no-such-version"),
            DocumentError::Damaged => Failure::Say(StatusCode::CONFLICT, "error-document-damaged"),
            DocumentError::Broken(cause) => Failure::ours(cause),
            DocumentError::Store(error) => error.into(),
        }
    }
}

impl From<PersonError> for Failure {
    fn from(error: PersonError) -> Self {
        match error {
            PersonError::Busy => Failure::Busy { seconds: 2 },
            PersonError::TooOften => Failure::Say(StatusCode::TOO_MANY_REQUESTS, "error-too-often"),
            PersonError::OldLink => Failure::Say(StatusCode::GONE, "error-old-link"),
            PersonError::KeepsSpaces => Failure::Say(StatusCode::CONFLICT, "error-keeps-spaces"),
            PersonError::Sealed(cause) => {
                tracing::error!(%cause, "codes of authenticator apps do not work");
                Failure::Say(StatusCode::SERVICE_UNAVAILABLE, "error-key-lost")
            }
            PersonError::Hashing(cause) => Failure::ours(cause),
            PersonError::Store(error) => error.into(),
        }
    }
}

impl From<ProviderError> for Failure {
    fn from(error: ProviderError) -> Self {
        match error {
            ProviderError::OldFlow => Failure::Say(StatusCode::GONE, "error-provider-old"),
            ProviderError::Refused => Failure::Say(StatusCode::CONFLICT, "error-provider-refused"),
            ProviderError::Unreachable(_) => Failure::Say(StatusCode::BAD_GATEWAY, "error-provider-unreachable"),
            ProviderError::Untrue(_) => Failure::Say(StatusCode::CONFLICT, "error-provider-untrue"),
            ProviderError::Taken => Failure::Say(StatusCode::CONFLICT, "error-provider-taken"),
            ProviderError::NotYours => Failure::Say(StatusCode::CONFLICT, "error-provider-not-yours"),
            ProviderError::Weak => Failure::Say(StatusCode::CONFLICT, "error-provider-weak"),
            ProviderError::LastWay => Failure::Say(StatusCode::CONFLICT, "error-last-way"),
            ProviderError::TooOften => Failure::Say(StatusCode::TOO_MANY_REQUESTS, "error-too-often"),
            ProviderError::Store(error) => error.into(),
        }
    }
}

#[cfg(feature = "passkeys")]
impl From<PasskeyError> for Failure {
    fn from(error: PasskeyError) -> Self {
        match error {
            PasskeyError::Old => Failure::Say(StatusCode::GONE, "error-passkey-old"),
            PasskeyError::Wrong { .. } => Failure::Say(StatusCode::CONFLICT, "error-passkey-wrong"),
            PasskeyError::TooMany => Failure::Say(StatusCode::CONFLICT, "error-passkey-too-many"),
            PasskeyError::LastWay => Failure::Say(StatusCode::CONFLICT, "error-last-way"),
            PasskeyError::TooOften => Failure::Say(StatusCode::TOO_MANY_REQUESTS, "error-too-often"),
            PasskeyError::None => Failure::NotFound,
            PasskeyError::Store(error) => error.into(),
        }
    }
}

impl From<SearchError> for Failure {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Index(cause) => Failure::ours(cause),
            SearchError::Busy => Failure::Busy { seconds: 5 },
            SearchError::Store(error) => error.into(),
        }
    }
}
