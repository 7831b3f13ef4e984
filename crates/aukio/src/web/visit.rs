//! What a handler knows about the request: who is looking, in which language, at which address.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use aukio_core::policy::{Role, Standing};
use aukio_core::{Language, Member, Time, Viewer};
use axum::extract::{FromRequestParts, OriginalUri, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use axum_extra::extract::CookieJar;

use super::page::{Section, Shell};
use super::{Failure, secure};
use crate::api::caller::BASE as API;
use crate::api::problem::{self, Refusal};
use crate::api::tokens;
use crate::app::App;
use crate::audit;
use crate::people::{self, second_factor, session};
use crate::words::Words;

/// One look at one page.
#[derive(Clone)]
pub struct Visit {
    pub app: App,
    pub viewer: Viewer,
    pub language: Language,
    /// The address after the language, query included: `/threads/…?from=31`.
    pub path: String,
    /// Where the request comes from, for throttles: proxies in between are seen through.
    pub from: IpAddr,
    pub now: Time,
}

impl Visit {
    pub fn words(&self) -> Words {
        Words(self.language)
    }

    /// The member, or the refusal that sends a visitor to sign in and back.
    pub fn member(&self) -> Result<&Member, Failure> {
        self.viewer.member().ok_or(Failure::SignIn)
    }

    /// The member, if they proved lately who they are; else the refusal that asks for it and comes back.
    pub fn fresh(&self) -> Result<&Member, Failure> {
        let member = self.member()?;
        if session::is_fresh(member, self.now) { Ok(member) } else { Err(Failure::ConfirmFirst) }
    }

    /// The member, if they proved it lately with all that they sign in with: for what opens a way in. Else a
    /// password or a mailbox would be enough to add a second factor beside the one that holds others off.
    pub async fn whole(&self) -> Result<&Member, Failure> {
        let member = self.fresh()?;
        let enough = member.strong || !second_factor::is_asked(&self.app, member.id).await?;
        if enough { Ok(member) } else { Err(Failure::ConfirmFirst) }
    }

    /// The member, for an act that only those may do who take care of others' things.
    pub fn caretaker(&self) -> Result<&Member, Failure> {
        let member = self.fresh()?;
        if member.strong || !self.app.settings.asks_caretakers() { Ok(member) } else { Err(Failure::ConfirmFirst) }
    }

    /// The same where conveners may act too: of them nothing more is asked.
    pub fn caretaker_in(&self, standing: Standing) -> Result<(), Failure> {
        if standing.administrator || standing.role == Some(Role::Coordinator) {
            self.caretaker()?;
        }
        Ok(())
    }

    pub fn administrator(&self) -> Result<&Member, Failure> {
        if !self.member()?.administrator {
            return Err(Failure::Say(StatusCode::FORBIDDEN, "error-administrators"));
        }
        self.caretaker()
    }

    /// Leave for one more search.
    pub fn searches(&self) -> Result<(), Failure> {
        let turn = self.app.throttle.search(self.viewer.person(), self.from);
        turn.map_err(|seconds| Failure::TooOften { key: "error-search-too-often", seconds })
    }

    /// Leave for one more offer of words while somebody types.
    pub fn types(&self) -> Result<(), Failure> {
        let turn = self.app.throttle.offer(self.viewer.person(), self.from);
        turn.map_err(|seconds| Failure::TooOften { key: "error-search-too-often", seconds })
    }

    /// An address of the service in the reader's language.
    pub fn url(&self, path: impl AsRef<str>) -> String {
        format!("/{}{}", self.language, path.as_ref())
    }

    /// What the page's frame needs, with the part of the navigation that is lit.
    pub async fn shell(&self, section: Section) -> Result<Shell, Failure> {
        Shell::of(self, section).await
    }
}

/// Finds out who is looking, once per request, before any handler runs.
pub async fn recognise(State(app): State<App>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let from = source(&app, &parts);
    audit::place::from(from, recognised(app, Request::from_parts(parts, body), next)).await
}

async fn recognised(app: App, mut request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with(API);
    if is_api && let Some(token) = bearer(request.headers()) {
        match tokens::member_of(&app, token).await {
            Ok(Some((member, scope))) => {
                if let Err(seconds) = app.throttle.call(member.session) {
                    tokens::note_slowed(&app, member.id).await;
                    let slowed = Failure::TooOften { key: "error-calls-too-often", seconds };
                    return problem::speak(&app, &slowed.into());
                }
                request.extensions_mut().insert(Viewer::Member(member));
                request.extensions_mut().insert(scope);
                return next.run(request).await;
            }
            Ok(None) => return problem::speak(&app, &Refusal::Token),
            Err(error) => return problem::speak(&app, &error.into()),
        }
    }
    // A foreign page can borrow a cookie, but no token: acts of the API take tokens only.
    let takes_cookies = !is_api || matches!(*request.method(), Method::GET | Method::HEAD);
    let jar = CookieJar::from_headers(request.headers());
    let viewer = match jar.get(secure::cookie_name(&app)).filter(|_| takes_cookies) {
        None => Viewer::Visitor,
        Some(cookie) => people::viewer_of(&app, cookie.value()).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the session cannot be looked up");
            Viewer::Visitor
        }),
    };
    request.extensions_mut().insert(viewer);
    next.run(request).await
}

/// The token of `Authorization: Bearer …` (RFC 6750 §2.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl FromRequestParts<App> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let uri =
            parts.extensions.get::<OriginalUri>().map_or_else(|| parts.uri.clone(), |original| original.0.clone());
        let (language, path) = split_language(uri.path_and_query().map_or("/", |path| path.as_str()));
        let language = language.unwrap_or_else(|| preferred(&parts.headers));
        Ok(Visit {
            app: app.clone(),
            viewer: parts.extensions.get::<Viewer>().cloned().unwrap_or(Viewer::Visitor),
            language,
            path: path.to_owned(),
            from: source(app, parts),
            now: app.clock.now(),
        })
    }
}

/// `/fi/threads` → Finnish and `/threads`.
pub fn split_language(path: &str) -> (Option<Language>, &str) {
    let language = path.get(1..3).and_then(|tag| Language::from_str(tag).ok());
    match (language, path.get(3..)) {
        (Some(language), Some(rest)) if rest.is_empty() || rest.starts_with(['/', '?']) => (Some(language), rest),
        _ => (None, path),
    }
}

/// The language that the browser asks for.
pub fn preferred(headers: &HeaderMap) -> Language {
    let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::accepted(header.unwrap_or_default())
}

/// The client's address: the peer, or what trusted proxies say, read from the right.
fn source(app: &App, parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<SocketAddr>().map_or(IpAddr::from([127, 0, 0, 1]), SocketAddr::ip);
    let trusted = &app.settings.trusted_proxies;
    if !trusted.contains(&peer) {
        return peer;
    }
    parts
        .headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(|hop| hop.trim().parse::<IpAddr>().ok())
        .rev()
        .find(|hop| !trusted.contains(hop))
        .unwrap_or(peer)
}

/// An id in an address, with or without a readable title after it: `01h455vb4pex5-montako-euroa`.
pub struct At<T>(pub T);

impl<T, S> FromRequestParts<S> for At<T>
where
    T: FromStr,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Path(segment) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| Failure::NotFound)?;
        parse_segment(&segment).map(At).ok_or(Failure::NotFound)
    }
}

/// The id at the start of a segment of an address.
pub fn parse_segment<T: FromStr>(segment: &str) -> Option<T> {
    segment.split('-').next().and_then(|id| id.parse().ok())
}
