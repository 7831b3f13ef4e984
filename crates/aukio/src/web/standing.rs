//! Standing pages: help, accessibility statement, privacy notice, terms, about. Markdown in `web/texts`.

use askama::Template;
use aukio_core::Language;
use aukio_text::{html, markdown};
use axum::Router;
use axum::routing::get;

use super::page::{Page, Section, Shell};
use super::visit::Visit;
use super::{Failure, Meta};
use crate::app::App;

#[derive(rust_embed::RustEmbed)]
#[folder = "../../web/texts"]
#[include = "*.md"]
struct Texts;

/// How to use the API; the operators' documentation holds the same file.
const API: &str = include_str!("../../../../docs/api.md");

#[derive(Template)]
#[template(path = "standing/show.html")]
struct StandingPage {
    shell: Shell,
    title: String,
    language: Language,
    sections: Vec<html::Section>,
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/help", get(|visit: Visit| show(visit, "help")))
        .route("/about", get(|visit: Visit| show(visit, "about")))
        .route("/accessibility", get(|visit: Visit| show(visit, "accessibility")))
        .route("/privacy", get(|visit: Visit| show(visit, "privacy")))
        .route("/terms", get(|visit: Visit| show(visit, "terms")))
        .route("/api", get(api))
}

async fn show(visit: Visit, name: &str) -> Result<Page<StandingPage>, Failure> {
    let section = if name == "help" { Section::Help } else { Section::None };
    let mut shell = visit.shell(section).await?;
    let site = shell.network.as_ref().map_or_else(|| "Aukio".to_owned(), |network| network.name.clone());
    let (title, text) = text(visit.language, name).ok_or(Failure::NotFound)?;
    let text = text
        .replace("{operator}", &visit.app.settings.operator)
        .replace("{contact}", &visit.app.settings.contact)
        .replace("{site}", &site);
    shell.meta = Some(Meta::list(&shell, &format!("/{name}"), &title, false));
    let sections = html::document(&markdown::parse(&text), &html::Options::default());
    Ok(Page(StandingPage { language: visit.language, shell, title, sections }))
}

/// For programmers, in English under every language: one text beside the description that it explains.
async fn api(visit: Visit) -> Result<Page<StandingPage>, Failure> {
    let mut shell = visit.shell(Section::None).await?;
    let (title, text) = titled(API).ok_or(Failure::NotFound)?;
    let sections =
        html::document(&markdown::parse(&text.replace("{address}", &visit.app.address)), &html::Options::default());
    shell.meta = Some(Meta::list(&shell, "/api", &title, false));
    Ok(Page(StandingPage { shell, title, language: Language::En, sections }))
}

/// The first heading of the file is the page's title.
fn text(language: Language, name: &str) -> Option<(String, String)> {
    let file = Texts::get(&format!("{language}/{name}.md"))?;
    titled(&String::from_utf8_lossy(&file.data))
}

fn titled(text: &str) -> Option<(String, String)> {
    let (first, rest) = text.split_once('\n')?;
    Some((first.trim_start_matches('#').trim().to_owned(), rest.to_owned()))
}
