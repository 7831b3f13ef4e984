//! Public answers for programs: the same bytes for everybody, with a tag, so that whoever has them already is
//! told so in a few bytes.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// Whether anybody may keep the answer. Kept answers are asked about again before each use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keep {
    Anybody,
    /// It was made for one member and is kept nowhere.
    Nobody,
}

/// 200 with the bytes, or 304 when the asker has them. The tag is weak: the layer that packs answers changes
/// their bytes, not what they say (RFC 9110 §8.8.1).
pub fn answer(asked: &HeaderMap, kind: &'static str, keep: Keep, body: String) -> Response {
    let tag: String = Sha256::digest(&body)[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("W/\"{tag}\"");
    let known = asked.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok()).unwrap_or_default();
    let same = known.split(',').any(|one| one.trim() == tag || one.trim() == tag.trim_start_matches("W/"));
    let mut response = match same && keep == Keep::Anybody {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => ([(header::CONTENT_TYPE, kind)], body).into_response(),
    };
    let headers = response.headers_mut();
    match keep {
        Keep::Nobody => headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        Keep::Anybody => {
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding, authorization, cookie"));
            if let Ok(tag) = HeaderValue::from_str(&tag) {
                headers.insert(header::ETAG, tag);
            }
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"))
        }
    };
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_the_bytes_is_told_so() {
        let ask = |known: Option<&str>, keep| {
            let mut headers = HeaderMap::new();
            if let Some(known) = known {
                headers.insert(header::IF_NONE_MATCH, known.parse().expect("a header"));
            }
            answer(&headers, "text/plain", keep, "hei".to_owned())
        };
        let first = ask(None, Keep::Anybody);
        let tag = first.headers()[header::ETAG].to_str().expect("a tag is text").to_owned();
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(ask(Some(&tag), Keep::Anybody).status(), StatusCode::NOT_MODIFIED);
        assert_eq!(ask(Some(&format!("\"x\", {tag}")), Keep::Anybody).status(), StatusCode::NOT_MODIFIED);
        assert_eq!(ask(Some("\"x\""), Keep::Anybody).status(), StatusCode::OK);
        assert_eq!(ask(Some(&tag), Keep::Nobody).status(), StatusCode::OK);
    }
}
