//! Errors as programs are told them: RFC 9457, in English. Each type has its lines on the page about the API.

use aukio_core::text::TextError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::app::App;
use crate::web::Failure;
use crate::words::Words;

/// What an answer is when it is no.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// What pages would say, too.
    Failure(Failure),
    /// The token was made for reading.
    Scope,
    /// The request brings a token that opens nothing.
    Token,
    /// A parameter means nothing.
    Parameter(String),
    /// The body is no JSON, or not of the described shape.
    Body(String),
    /// The body is of another kind than JSON.
    Kind,
    /// Fields with what is wrong in each.
    Fields(Vec<Fault>),
}

#[derive(Clone, Debug, Serialize)]
pub struct Fault {
    pub field: &'static str,
    pub detail: String,
}

impl Refusal {
    pub fn parameter(detail: String) -> Refusal {
        Refusal::Parameter(detail)
    }
}

impl<E: Into<Failure>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Refusal::Failure(error.into())
    }
}

/// Handed on to [`speak`], which knows the address of the page about problems.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = StatusCode::BAD_REQUEST.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Takes fields apart and gathers all that is wrong with them.
#[derive(Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    pub fn take<T>(&mut self, field: &'static str, parsed: Result<T, TextError>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(field, ENGLISH.text_error(error));
                None
            }
        }
    }

    /// A value out of a few; None when it was not given.
    pub fn choice<T>(
        &mut self,
        field: &'static str,
        given: Option<&str>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let given = given?;
        let parsed = parse(given);
        if parsed.is_none() {
            self.add(field, "this is none of the values that the description names".to_owned());
        }
        parsed
    }

    pub fn add(&mut self, field: &'static str, detail: String) {
        self.0.push(Fault { field, detail });
    }

    /// The values that were taken, if nothing is wrong with any field.
    pub fn end<T>(self, values: Option<T>) -> Result<T, Refusal> {
        match values {
            Some(values) if self.0.is_empty() => Ok(values),
            _ => Err(Refusal::Fields(self.0)),
        }
    }
}

const ENGLISH: Words = Words(aukio_core::Language::En);

#[derive(Serialize)]
struct Problem {
    r#type: String,
    title: String,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Fault>,
    /// What the operator finds in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
}

/// Writes a refusal out.
pub fn speak(app: &App, refusal: &Refusal) -> Response {
    let (status, name, title, detail) = words(refusal);
    let problem = Problem {
        r#type: format!("{}/en/api#s-{name}", app.address),
        title,
        status: status.as_u16(),
        detail,
        errors: match refusal {
            Refusal::Fields(faults) => faults.clone(),
            _ => Vec::new(),
        },
        reference: match refusal {
            Refusal::Failure(Failure::Ours { reference }) => Some(reference.clone()),
            _ => None,
        },
    };
    let text = serde_json::to_string(&problem).unwrap_or_default();
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static("en"));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Refusal::Failure(Failure::Busy { seconds } | Failure::TooOften { seconds, .. }) = refusal {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    response
}

fn words(refusal: &Refusal) -> (StatusCode, String, String, String) {
    let refuse =
        |status, name: &str, title: &str, detail: &str| (status, name.to_owned(), title.to_owned(), detail.to_owned());
    match refusal {
        Refusal::Scope => refuse(
            StatusCode::FORBIDDEN,
            "scope",
            "The token was made for reading",
            "Make a token that may write on your page and use that one.",
        ),
        Refusal::Token => refuse(
            StatusCode::UNAUTHORIZED,
            "token",
            "The token opens nothing",
            "It has been ended or mistyped. A member makes tokens on their own page, under Tokens.",
        ),
        Refusal::Parameter(detail) => {
            refuse(StatusCode::BAD_REQUEST, "parameter", "A parameter means nothing here", detail)
        }
        Refusal::Body(detail) => {
            refuse(StatusCode::BAD_REQUEST, "body", "The body is not what the description asks for", detail)
        }
        Refusal::Kind => refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "media-type",
            "The body is of another kind",
            "Send JSON with Content-Type: application/json, not packed.",
        ),
        Refusal::Fields(_) => refuse(
            StatusCode::UNPROCESSABLE_ENTITY,
            "fields",
            "Some fields cannot be accepted",
            "`errors` names each field and what is wrong with it. Nothing was changed.",
        ),
        Refusal::Failure(Failure::SignIn) => refuse(
            StatusCode::UNAUTHORIZED,
            "sign-in",
            "Only members may do this",
            "Send a member's token: Authorization: Bearer aukio_….",
        ),
        Refusal::Failure(Failure::NotFound) => refuse(
            StatusCode::NOT_FOUND,
            "not-found",
            "Not found",
            "There is nothing at this address that you may know of.",
        ),
        Refusal::Failure(Failure::Say(StatusCode::METHOD_NOT_ALLOWED, _)) => refuse(
            StatusCode::METHOD_NOT_ALLOWED,
            "method",
            "The address takes other methods",
            "The header Allow names them.",
        ),
        Refusal::Failure(Failure::Say(StatusCode::PAYLOAD_TOO_LARGE, _)) => refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "What you sent is too large",
            "Split the text. The description names the limits.",
        ),
        Refusal::Failure(failure) => {
            let key = failure.key();
            let detail = ENGLISH.say(&format!("{key}-what"));
            (failure.status(), key.trim_start_matches("error-").to_owned(), ENGLISH.say(key), detail)
        }
    }
}
