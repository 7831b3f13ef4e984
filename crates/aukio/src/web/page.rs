//! The frame around every page, and the answer that a drawn template becomes.

use std::borrow::Borrow;

use askama::Template;
use aukio_core::text::initials;
use aukio_core::{Language, Time};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::assets::Assets;
use super::meta::{self, Meta};
use super::visit::Visit;
use super::{Failure, assets};
use crate::disk;
use crate::spaces::{self, NetworkName};
use crate::words::Words;

/// The part of the main navigation that a page belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Section {
    None,
    Front,
    Spaces,
    Threads,
    Documents,
    People,
    Search,
    Help,
}

/// What the frame of a page shows: masthead, languages, who is signed in.
pub struct Shell {
    pub t: Words,
    pub section: Section,
    pub me: Option<Me>,
    /// The address after the language.
    pub path: String,
    /// The network whose square this is; None before the first one is founded.
    pub network: Option<NetworkName>,
    pub assets: &'static Assets,
    /// Number of the journal that the page is drawn at; its live socket goes on from there.
    pub journal: i64,
    pub now: Time,
    pub address: String,
    /// What the page says of itself to programs.
    pub meta: Option<Meta>,
    /// For administrators: the percentage of the disk that is left, when it is little.
    pub disk_left: Option<u64>,
}

/// The person who is signed in, as the masthead shows them.
pub struct Me {
    pub id: String,
    pub name: String,
    pub initials: String,
    pub look: &'static str,
}

impl Shell {
    pub(super) async fn of(visit: &Visit, section: Section) -> Result<Shell, Failure> {
        // The number comes before the page's own reading, so that nothing falls between the two.
        let journal = visit.app.journal.drawn_at();
        let network = spaces::site_network(&visit.app).await?;
        Ok(Shell { section, journal, network, ..Shell::bare(visit) })
    }

    /// A frame that asks nothing of the database.
    pub fn bare(visit: &Visit) -> Shell {
        Shell {
            t: visit.words(),
            section: Section::None,
            me: visit.viewer.member().map(|member| Me {
                id: member.id.to_string(),
                name: member.name.clone(),
                initials: initials(&member.name),
                look: member.sector.look(),
            }),
            path: visit.path.clone(),
            network: None,
            assets: assets::manifest(),
            journal: 0,
            now: visit.now,
            address: visit.app.address.clone(),
            meta: None,
            disk_left: visit
                .viewer
                .member()
                .filter(|member| member.administrator)
                .and_then(|_| disk::low(&visit.app.settings)),
        }
    }

    pub fn lang(&self) -> &'static str {
        self.t.tag()
    }

    /// An address of the service in this page's language.
    pub fn url(&self, path: &str) -> String {
        format!("/{}{path}", self.lang())
    }

    /// This page in the three languages.
    pub fn languages(&self) -> impl Iterator<Item = LanguageLink> {
        Language::ALL.into_iter().map(|language| LanguageLink {
            tag: language.tag(),
            address: format!("/{language}{}", self.path),
            name: Words(language).say("language-in"),
            here: language == self.t.0,
        })
    }

    /// Where signing in should come back to.
    pub fn next(&self) -> String {
        crate::people::http::encode(&self.url(&self.path))
    }

    /// The language as Open Graph names it.
    pub fn locale(&self) -> &'static str {
        meta::locale(self.t.0)
    }

    pub fn is(&self, section: Section) -> bool {
        self.section == section
    }

    pub fn moment(&self, at: impl Borrow<Time>) -> String {
        self.t.moment(at, self.now)
    }
}

pub struct LanguageLink {
    pub tag: &'static str,
    pub address: String,
    pub name: String,
    pub here: bool,
}

/// A page to be drawn.
pub struct Page<T>(pub T);

impl<T: Template> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(html) => {
                let mut response = Html(html).into_response();
                response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
                response
            }
            Err(error) => Failure::ours(format_args!("a page cannot be drawn: {error}")).into_response(),
        }
    }
}

/// A form with faults, drawn again with what was typed.
pub struct Again<T>(pub T);

/// A form that was sent and not acted on: [`Again`] when it has faults, else a page like others, for a preview.
pub fn not_yet<T: Template>(page: T, faulty: bool) -> Response {
    if faulty { Again(page).into_response() } else { Page(page).into_response() }
}

impl<T: Template> IntoResponse for Again<T> {
    fn into_response(self) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, Page(self.0)).into_response()
    }
}

#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    pub shell: Shell,
    pub key: &'static str,
    pub reference: Option<String>,
}

impl ErrorPage {
    fn what(&self) -> String {
        self.shell.t.say(&format!("{}-what", self.key))
    }
}
