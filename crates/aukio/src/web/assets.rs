//! Styles, scripts, fonts and icons: built into `web/dist`, embedded in the binary, named by their content.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

#[derive(rust_embed::RustEmbed)]
#[folder = "../../web/dist"]
struct Files;

/// The addresses of the built files, by the names that templates use.
pub struct Assets {
    addresses: HashMap<String, String>,
}

impl Assets {
    /// The address of `name` («main.css»), with its hash in it.
    pub fn of(&self, name: &str) -> String {
        self.addresses.get(name).map_or_else(|| format!("/assets/{name}"), |file| format!("/assets/{file}"))
    }

    /// The address of an icon in the sprite.
    pub fn icon(&self, name: &str) -> String {
        format!("{}#i-{name}", self.of("icons.svg"))
    }
}

pub fn manifest() -> &'static Assets {
    static MANIFEST: LazyLock<Assets> = LazyLock::new(|| {
        let file = Files::get("manifest.json");
        if file.is_none() {
            tracing::error!("the pages' styles and scripts are not built: run `make assets`");
        }
        let addresses = file.and_then(|file| serde_json::from_slice(&file.data).ok()).unwrap_or_default();
        Assets { addresses }
    });
    &MANIFEST
}

/// Serves one built file. Names carry their hash, so that a browser may keep them for good.
pub async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let kind = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        Some("txt") => "text/plain; charset=utf-8",
        Some("map") => "application/json",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let packed = [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(encoding, _)| accepted.contains(encoding))
        .find_map(|(encoding, ending)| Some((encoding, Files::get(&format!("{name}.{ending}"))?)));
    let (encoding, file) = match packed {
        Some((encoding, file)) => (Some(encoding), file),
        None => match Files::get(&name) {
            Some(file) => (None, file),
            None => return StatusCode::NOT_FOUND.into_response(),
        },
    };
    let mut response = file.data.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}
