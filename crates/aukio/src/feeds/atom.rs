//! A feed as Atom (RFC 4287). The template writes it; here is what it needs and what XML cannot hold.

use askama::Template;
use aukio_core::{Language, Time};

use crate::words::datetime;

#[derive(Template)]
#[template(path = "feeds/feed.xml")]
pub struct Feed {
    pub id: String,
    pub title: String,
    pub language: Language,
    /// This page of the feed, the first one, the one with older entries, and the page for people; whole addresses.
    pub own: String,
    pub first: String,
    pub next: Option<String>,
    pub page: String,
    pub entries: Vec<Entry>,
}

/// One text. Entries keep their ids for ever, whatever becomes of titles and addresses.
pub struct Entry {
    pub id: String,
    pub title: String,
    pub address: String,
    pub language: Language,
    pub published: Time,
    pub updated: Time,
    pub authors: Vec<String>,
    /// HTML by the program's own printers, with whole addresses.
    pub html: String,
}

impl Feed {
    /// The newest change; a feed without entries is as old as the calendar of computers.
    fn updated(&self) -> String {
        let newest = self.entries.iter().map(|entry| entry.updated).max();
        datetime(&newest.unwrap_or(Time::from_microseconds(0)))
    }
}

impl Entry {
    fn published(&self) -> String {
        datetime(&self.published)
    }

    fn updated(&self) -> String {
        datetime(&self.updated)
    }
}

/// Text without the characters that XML 1.0 cannot write (§2.2).
pub fn plain(text: &str) -> String {
    let fits = |c: &char| !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}') || matches!(c, '\n' | '\t');
    text.chars().filter(fits).collect()
}

/// Local links of printed HTML made whole, so that they lead here from a reader's program. The printers escape
/// quotes in texts, so that `href="` only ever begins a link.
pub fn whole(html: &str, site: &str, page: &str) -> String {
    let html = html.replace("href=\"/", &format!("href=\"{site}/")).replace("href=\"#", &format!("href=\"{page}#"));
    plain(&html)
}

/// A name that stays the same for ever (RFC 4151), of a host that the operator holds.
pub fn tag(site: &str, what: &str) -> String {
    let authority = site.split_once("://").map_or(site, |(_, rest)| rest);
    // A port is no part of a name.
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    format!("tag:{},2026:{what}", host.trim_matches(['[', ']']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_the_host() {
        let check = |site: &str, expected: &str| assert_eq!(tag(site, "thread/1"), expected);
        check("https://aukio.example.fi", "tag:aukio.example.fi,2026:thread/1");
        check("http://127.0.0.1:8080", "tag:127.0.0.1,2026:thread/1");
    }

    #[test]
    fn local_links_become_whole() {
        let check = |html: &str, expected: &str| assert_eq!(whole(html, "https://a.fi", "https://a.fi/fi/x"), expected);
        check("<a href=\"/fi/threads/1\">x</a>", "<a href=\"https://a.fi/fi/threads/1\">x</a>");
        check("<a href=\"#s-a\">x</a>", "<a href=\"https://a.fi/fi/x#s-a\">x</a>");
        check("<p>href=&quot;/x&quot;</p>", "<p>href=&quot;/x&quot;</p>");
        check("<a href=\"https://b.fi/\">x</a>\u{7}", "<a href=\"https://b.fi/\">x</a>");
    }
}
