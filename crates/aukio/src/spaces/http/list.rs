//! The list of spaces.

use askama::Template;

use crate::spaces::{Kind, Space, store};
use crate::web::page::Shell;
use crate::web::{Failure, Meta, Page, Section, Visit};

#[derive(Template)]
#[template(path = "spaces/list.html")]
pub struct ListPage {
    shell: Shell,
    groups: Vec<Space>,
    networks: Vec<Space>,
    subnetworks: Vec<Space>,
    /// The network in which a new group would be founded.
    home: Option<String>,
}

pub async fn list(visit: Visit) -> Result<Page<ListPage>, Failure> {
    let mut shell = visit.shell(Section::Spaces).await?;
    shell.meta = Some(Meta::list(&shell, "/spaces", &visit.words().say("nav-spaces"), true));
    let (db, viewer) = (&visit.app.db, visit.viewer.key());
    Ok(Page(ListPage {
        groups: store::of_kind(db, viewer, Kind::WorkingGroup, visit.now, 200).await?,
        networks: store::of_kind(db, viewer, Kind::Network, visit.now, 50).await?,
        subnetworks: store::of_kind(db, viewer, Kind::Subnetwork, visit.now, 100).await?,
        home: shell.network.as_ref().map(|network| network.slug.clone()),
        shell,
    }))
}
