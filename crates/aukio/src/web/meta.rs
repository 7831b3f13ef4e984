//! What a page says of itself to programs, in its head: its one address, what is shown where it is shared (Open
//! Graph), what it is for search engines (JSON-LD, schema.org), and its feed.
//!
//! Pages of closed spaces say nothing. A picture is deliberately absent: texts speak for themselves.

use aukio_core::{Language, Time};
use serde_json::{Value, json};

use super::page::Shell;
use crate::spaces::Space;
use crate::words::datetime;

/// Characters of a summary.
const SUMMARY_MOST: usize = 200;

pub struct Meta {
    /// The page's one address, whatever way led to it.
    pub address: String,
    pub title: String,
    /// A sentence or two in the language of the text; may be empty.
    pub summary: String,
    /// When the text was published and changed; None for pages that are no text.
    pub dates: Option<(String, String)>,
    /// The address of the page's feed.
    pub feed: Option<String>,
    /// JSON-LD that may stand in a script element as it is; may be empty.
    pub data: String,
}

impl Meta {
    /// A page that lists things, with a feed of them if there is one. `path` is without the language.
    pub fn list(shell: &Shell, path: &str, title: &str, has_feed: bool) -> Meta {
        let address = format!("{}{}", shell.address, shell.url(path));
        // The front page's list is the language's own.
        let list = address.trim_end_matches('/');
        let feed = has_feed.then(|| format!("{list}.atom"));
        Meta { title: title.to_owned(), summary: String::new(), dates: None, feed, data: String::new(), address }
    }

    /// A text: a discussion or a document. `base` is the address with the language, `list` the path of its feed.
    pub fn text(shell: &Shell, base: &str, list: &str, title: &str, summary: &str, dates: (Time, Time)) -> Meta {
        Meta {
            address: format!("{}{base}", shell.address),
            title: title.to_owned(),
            summary: aukio_text::plain::excerpt(summary, SUMMARY_MOST),
            dates: Some((datetime(&dates.0), datetime(&dates.1))),
            feed: Some(format!("{}{}.atom", shell.address, shell.url(list))),
            data: String::new(),
        }
    }

    #[must_use]
    pub fn with(mut self, data: &[Value]) -> Meta {
        self.data = script(&json!({ "@context": "https://schema.org", "@graph": data }));
        self
    }

    pub fn kind(&self) -> &'static str {
        if self.dates.is_some() { "article" } else { "website" }
    }
}

/// JSON that cannot end the script element it stands in, nor begin a comment (HTML §4.12.1.3).
fn script(data: &Value) -> String {
    data.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// The way down to a page.
pub fn breadcrumbs(shell: &Shell, lineage: &[Space], title: &str) -> Value {
    let mut places: Vec<Value> = Vec::new();
    for space in lineage {
        let address = format!("{}{}", shell.address, shell.url(&format!("/spaces/{}", space.slug)));
        let place = places.len() + 1;
        places.push(json!({ "@type": "ListItem", "position": place, "name": space.name, "item": address }));
    }
    places.push(json!({ "@type": "ListItem", "position": places.len() + 1, "name": title }));
    json!({ "@type": "BreadcrumbList", "itemListElement": places })
}

/// Somebody who wrote; the page of a closed account is gone.
pub fn person(shell: &Shell, name: &str, id: Option<&str>) -> Value {
    match id {
        Some(id) => {
            let address = format!("{}{}", shell.address, shell.url(&format!("/people/{id}")));
            json!({ "@type": "Person", "name": name, "url": address })
        }
        None => json!({ "@type": "Person", "name": name }),
    }
}

/// The locale as Open Graph names it.
pub fn locale(language: Language) -> &'static str {
    match language {
        Language::Fi => "fi_FI",
        Language::Sv => "sv_FI",
        Language::En => "en_GB",
    }
}

/// The words of printed HTML, for a summary.
pub fn words_of(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars().take(4 * SUMMARY_MOST) {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    text.replace("&amp;", "&").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_stays_inside_its_element() {
        let text = script(&json!({ "a": "</script><!--<script>&" }));
        assert!(!text.contains(['<', '>', '&']), "{text}");
        let back: Value = serde_json::from_str(&text).expect("it is JSON all the same");
        assert_eq!(back["a"], "</script><!--<script>&");
    }

    #[test]
    fn summaries_are_words() {
        assert_eq!(words_of("<h2>A &amp; b</h2><p>c &lt;d&gt;</p>"), "A & b c <d>");
    }
}
