//! The addresses of the API, and its description.

use axum::Router;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post, put};

use super::{documents, people, spaces, threads};
use crate::app::App;
use crate::web::tagged::{self, Keep};

/// Written by hand; a test compares it with the addresses below and with what they answer.
const DESCRIPTION: &str = include_str!("openapi.json");

pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/openapi.json", get(describe))
        .route("/api/v1/spaces", get(spaces::list))
        .route("/api/v1/spaces/{slug}", get(spaces::show))
        .route("/api/v1/spaces/{slug}/membership", put(spaces::join).delete(spaces::leave))
        .route("/api/v1/spaces/{slug}/threads", get(threads::list_of_space).post(threads::start))
        .route("/api/v1/spaces/{slug}/documents", get(documents::list_of_space).post(documents::create))
        .route("/api/v1/threads", get(threads::list))
        .route("/api/v1/threads/{id}", get(threads::show))
        .route("/api/v1/threads/{id}/messages", get(threads::messages).post(threads::post))
        .route("/api/v1/threads/{id}/messages/{n}", get(threads::message))
        .route("/api/v1/documents", get(documents::list))
        .route("/api/v1/documents/{id}", get(documents::show))
        .route("/api/v1/documents/{id}/text", post(documents::add).put(documents::replace))
        .route("/api/v1/documents/{id}/versions", get(documents::versions))
        .route("/api/v1/people", get(people::list))
        .route("/api/v1/people/{id}", get(people::show))
}

async fn describe(headers: HeaderMap) -> Response {
    tagged::answer(&headers, "application/json", Keep::Anybody, DESCRIPTION.to_owned())
}
