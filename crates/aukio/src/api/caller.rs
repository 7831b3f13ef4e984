//! Who calls, and what they ask with: tokens, parameters and bodies of requests.

use std::str::FromStr;

use aukio_core::{ThreadId, Viewer};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Scope;
use super::problem::Refusal;
use crate::app::App;
use crate::web::tagged::{self, Keep};
use crate::web::{Failure, Visit};

/// Where all of it stands. Paths under it are answered to programs, errors included.
pub const BASE: &str = "/api/";

/// Entries of a list when the address names no number, and at most.
const LIMIT: i64 = 30;
const LIMIT_MOST: i64 = 100;

/// One call.
pub struct Caller {
    pub visit: Visit,
    headers: HeaderMap,
    scope: Option<Scope>,
}

impl Caller {
    /// Leave to act at all: signed in by a token that was made for it. What they may do is asked later, of the
    /// same permits as on pages.
    pub fn acting(&self) -> Result<(), Refusal> {
        match (&self.visit.viewer, self.scope) {
            (Viewer::Member(_), Some(Scope::Write)) => Ok(()),
            (Viewer::Member(_), _) => Err(Refusal::Scope),
            (Viewer::Visitor, _) => Err(Failure::SignIn.into()),
        }
    }

    /// What was asked for. Answers to members are kept nowhere, the others are the same for everybody.
    pub fn answer(&self, value: &impl Serialize) -> Result<Response, Refusal> {
        let keep = if self.visit.viewer.member().is_some() { Keep::Nobody } else { Keep::Anybody };
        let text = serde_json::to_string(value).map_err(Failure::ours)?;
        Ok(tagged::answer(&self.headers, "application/json", keep, text))
    }

    /// What was made, with its address.
    pub fn made(&self, address: &str, value: &impl Serialize) -> Result<Response, Refusal> {
        let text = serde_json::to_string(value).map_err(Failure::ours)?;
        let headers = [
            (header::CONTENT_TYPE, "application/json".to_owned()),
            (header::CACHE_CONTROL, "no-store".to_owned()),
            (header::LOCATION, format!("{}/api/v1{address}", self.visit.app.address)),
        ];
        Ok((StatusCode::CREATED, headers, text).into_response())
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let visit = Visit::from_request_parts(parts, app).await?;
        Ok(Caller { visit, headers: parts.headers.clone(), scope: parts.extensions.get::<Scope>().copied() })
    }
}

/// A part of the path: an id or a slug. What cannot be one is of nothing.
pub struct Of<T>(pub T);

impl<T: FromStr> FromRequestParts<App> for Of<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let part = Path::<String>::from_request_parts(parts, app).await.map_err(|_| Failure::NotFound)?;
        // No text that is kept holds a control character, and PostgreSQL takes none as a question.
        if part.0.chars().any(char::is_control) {
            return Err(Failure::NotFound);
        }
        part.0.parse().map(Of).map_err(|_| Failure::NotFound)
    }
}

/// Two parts of the path.
pub struct OfTwo<A, B>(pub A, pub B);

impl<A: FromStr, B: FromStr> FromRequestParts<App> for OfTwo<A, B> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let both = Path::<(String, String)>::from_request_parts(parts, app).await.map_err(|_| Failure::NotFound)?;
        let (one, other) = both.0;
        match (one.parse(), other.parse()) {
            (Ok(one), Ok(other)) => Ok(OfTwo(one, other)),
            _ => Err(Failure::NotFound),
        }
    }
}

/// The place and the size of a page of a list.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    limit: Option<i64>,
    after: Option<String>,
}

impl Span {
    pub fn limit(&self) -> Result<i64, Refusal> {
        let limit = self.limit.unwrap_or(LIMIT);
        match (1..=LIMIT_MOST).contains(&limit) {
            true => Ok(limit),
            false => Err(Refusal::parameter(format!("`limit` is a number from 1 to {LIMIT_MOST}"))),
        }
    }

    /// How many entries there are on the page, and before which id they begin: [`i64::MAX`] at the start of a list.
    /// Ids of all kinds are written alike.
    pub fn before_id(&self) -> Result<(i64, i64), Refusal> {
        Ok((self.limit()?, self.after::<ThreadId>()?.map_or(i64::MAX, |id| id.0)))
    }

    /// The place after which the page begins.
    pub fn after<T: FromStr>(&self) -> Result<Option<T>, Refusal> {
        let Some(after) = &self.after else { return Ok(None) };
        let wrong = |_| Refusal::parameter("`after` is the `next` of the page before".to_owned());
        after.parse().map(Some).map_err(wrong)
    }
}

/// Parameters; a name that means nothing is refused, because it would be passed over in silence otherwise.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        match Query::<T>::from_request_parts(parts, app).await {
            Ok(query) => Ok(Asked(query.0)),
            Err(error) => Err(Refusal::parameter(error.body_text())),
        }
    }
}

/// No parameters are known here.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A body of JSON.
pub struct Sent<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Sent<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
            return Err(Refusal::Kind);
        }
        let body = axum::body::Bytes::from_request(request, app).await.map_err(|rejection| {
            let status = rejection.into_response().status();
            match status {
                StatusCode::PAYLOAD_TOO_LARGE => Refusal::from(Failure::say(status, "error-too-large")),
                _ => Refusal::Body("the body did not arrive whole".to_owned()),
            }
        })?;
        serde_json::from_slice(&body).map(Sent).map_err(|error| Refusal::Body(error.to_string()))
    }
}
