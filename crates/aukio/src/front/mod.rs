//! The front page: what is going on on the square, open groups, the latest talk and texts.

use askama::Template;
use axum::Router;
use axum::routing::get;

use crate::app::App;
use crate::db::Before;
use crate::documents::http::DocumentRow;
use crate::spaces::store as spaces_store;
use crate::spaces::{Kind, Space};
use crate::threads::http::ThreadRow;
use crate::web::page::Shell;
use crate::web::{Failure, Meta, Page, Section, Visit};
use crate::{documents, threads};

pub fn routes() -> Router<App> {
    Router::new().route("/", get(show))
}

#[derive(Template)]
#[template(path = "front/show.html")]
pub struct FrontPage {
    shell: Shell,
    home: Option<Space>,
    groups: Vec<Space>,
    threads: Vec<ThreadRow>,
    documents: Vec<DocumentRow>,
}

pub async fn show(visit: Visit) -> Result<Page<FrontPage>, Failure> {
    let (db, viewer) = (&visit.app.db, visit.viewer.key());
    let mut shell = visit.shell(Section::Front).await?;
    let name = shell.network.as_ref().map_or_else(|| "Aukio".to_owned(), |network| network.name.clone());
    shell.meta = Some(Meta::list(&shell, "/", &name, true));
    let home = match &shell.network {
        Some(network) => spaces_store::by_slug(db, &network.slug).await?,
        None => None,
    };
    let threads = threads::store::newest(db, viewer, Before::NEWEST, 8).await?;
    let documents = documents::store::newest(db, viewer, Before::NEWEST, 6).await?;
    Ok(Page(FrontPage {
        home,
        groups: spaces_store::of_kind(db, viewer, Kind::WorkingGroup, visit.now, 6).await?,
        threads: threads::http::rows(&visit, threads).await?,
        documents: documents::http::rows(&visit, documents).await?,
        shell,
    }))
}
