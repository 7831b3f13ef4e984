//! From what people write to what a page shows: Markdown to HTML, excerpts for lists.

use aukio_text::{html, markdown};

/// A message's Markdown as HTML that may stand in a page as it is.
pub fn message(body: &str) -> String {
    html::message(&markdown::parse(body))
}
