//! What stands between strangers and the pages: headers on every answer, refusal of foreign forms, cookies.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api::caller::BASE as API;
use crate::app::App;

/// Nothing inline, nothing from elsewhere; a constant, so that pages can be kept. Markup is made from text in two
/// places only: `html.ts` for what this server drew, and the editor's library for what is pasted into it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types aukio ProseMirrorClipboard";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), interest-cohort=()"),
];

/// Puts the security headers on every answer, errors and files included.
pub async fn headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // What says nothing of itself is not kept.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if app.is_secure() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

/// The layer for forged requests lets pass what tells neither its origin nor its site, for old programs'
/// sake. Browsers always tell; an act that does not tell is refused. It also refuses packed bodies,
/// which could grow beyond every limit when unpacked.
pub async fn tells_its_origin(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // Programs have no origin. No cookie counts where they act, so that no browser can be made to act there.
    let is_program = request.uri().path().starts_with(API);
    let headers = request.headers();
    if !reads && !is_program && !headers.contains_key(header::ORIGIN) && !headers.contains_key("sec-fetch-site") {
        return StatusCode::FORBIDDEN.into_response();
    }
    if headers.contains_key(header::CONTENT_ENCODING) {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    next.run(request).await
}

/// The session cookie's name. The prefix binds it to https and to this host (RFC 6265bis §4.1.3).
pub fn cookie_name(app: &App) -> &'static str {
    if app.is_secure() { "__Host-aukio" } else { "aukio" }
}

/// Whether a websocket was opened by a page of ours: its origin must be the host it asks (RFC 6455 §10.2).
pub fn same_origin(app: &App, headers: &axum::http::HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else { return false };
    if origin == app.address {
        return true;
    }
    let host = text(header::HOST).unwrap_or_default();
    !host.is_empty() && origin.split_once("://").is_some_and(|(_, authority)| authority == host)
}
