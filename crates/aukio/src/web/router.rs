//! Every address of the service, and the layers around them from the outside in.

use std::time::Duration;

use aukio_core::Language;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;

use super::{Failure, assets, cache, failure, secure, standing, visit};
use crate::app::App;
use crate::audit;
use crate::metrics::Metrics;
use crate::{api, documents, feeds, front, live, people, privacy, search, spaces, threads};

/// Bytes of a form: a document of 250 000 characters, each of them percent-encoded at worst.
const FORM_BYTES_MOST: usize = 3 * 1024 * 1024;
const ANSWER_SECONDS_MOST: u64 = 30;

/// The pages, the same under each language.
fn pages() -> Router<App> {
    Router::new()
        .merge(front::routes())
        .merge(spaces::http::routes())
        .merge(threads::http::routes())
        .merge(documents::http::routes())
        .merge(search::http::routes())
        .merge(people::http::routes())
        .merge(audit::http::routes())
        .merge(privacy::http::routes())
        .merge(standing::routes())
        .merge(feeds::http::routes())
        .merge(api::tokens::http::routes())
}

pub fn router(app: App, metrics: Metrics) -> Router {
    let mut site = Router::new()
        .merge(search::http::site_routes())
        .merge(people::http::site_routes())
        .route("/", get(choose_language))
        .route("/assets/{file}", get(assets::serve))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(crate::metrics::ready))
        .route("/metrics", get(move || async move { metrics.render() }))
        .merge(documents::stream::push_routes())
        .merge(feeds::http::site_routes())
        .merge(api::http::routes());
    for language in Language::ALL {
        site = site.nest(&format!("/{language}"), pages()).route(
            // With and without the slash at the end, because people type both.
            &format!("/{language}/"),
            get(front::show),
        );
    }
    let csrf = CsrfLayer::new();
    let compression = CompressionLayer::new().compress_when(
        SizeAbove::new(512)
            .and(NotForContentType::const_new("font/woff2"))
            .and(NotForContentType::const_new("text/event-stream")),
    );
    let pages = site
        .fallback(|| async { Failure::NotFound })
        .layer(DefaultBodyLimit::max(FORM_BYTES_MOST))
        .layer(csrf)
        .layer(middleware::from_fn(secure::tells_its_origin))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_secs(ANSWER_SECONDS_MOST)))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(app.clone(), failure::speak))
        .layer(compression)
        .layer(middleware::from_fn_with_state(app.clone(), cache::serve));
    // Sockets stand outside: no time limit, no compression, their own check of the origin.
    let all = Router::new()
        .merge(live::socket::routes())
        .merge(documents::socket::routes())
        .merge(documents::stream::stream_routes())
        .merge(pages)
        .layer(middleware::from_fn_with_state(app.clone(), visit::recognise))
        .layer(middleware::from_fn_with_state(app.clone(), secure::headers))
        .layer(middleware::from_fn(log))
        .with_state(app);
    // Around the whole router, because it changes the address before the router looks at it.
    Router::new().fallback_service(all).layer(middleware::map_request(feeds::http::address))
}

async fn choose_language(headers: HeaderMap) -> Response {
    let mut response = Redirect::to(&format!("/{}/", visit::preferred(&headers))).into_response();
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-language"));
    response
}

fn panicked(cause: Box<dyn std::any::Any + Send>) -> Response {
    let cause = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    Failure::ours(format_args!("a handler panicked: {cause}")).into_response()
}

/// A path with its ids and without the titles behind them: those are people's own words.
fn without_titles(path: &str) -> String {
    let plain = |segment: &str| match segment.split_once('-') {
        Some((id, _)) if id.parse::<aukio_core::ThreadId>().is_ok() => id.to_owned(),
        _ => segment.to_owned(),
    };
    path.split('/').map(plain).collect::<Vec<_>>().join("/")
}

/// One line per request: method, path without its query (it may hold tokens), status and time.
async fn log(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let path = without_titles(request.uri().path());
    let start = tokio::time::Instant::now();
    let response = next.run(request).await;
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
    let status = response.status().as_u16();
    metrics::counter!("aukio_requests_total", "status" => status.to_string()).increment(1);
    metrics::histogram!("aukio_request_seconds").record(milliseconds / 1000.0);
    tracing::debug!(%method, path, status, milliseconds, "answered");
    response
}
