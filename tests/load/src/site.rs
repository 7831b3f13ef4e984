//! A service with people and texts in it, ready for load.

use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::bench::Bench;
use crate::fixture::{self, Sizes};
use crate::http::Client;
use crate::people;
use crate::service::{Data, Service, until};
use crate::target::{Dialect, Target};

/// How long the search index may take to catch up with an import.
const FILLING: Duration = Duration::from_secs(900);

pub struct Site {
    pub data: Data,
    service: Option<Service>,
    pub target: Rc<Target>,
    /// Ids, as they stand in addresses.
    pub documents: Vec<Rc<str>>,
    /// How long the import took.
    pub imported_in: Duration,
}

impl Site {
    /// Imports, starts, and signs the people in.
    pub async fn open(bench: &Bench, sizes: Sizes) -> Result<Site> {
        let data = Data::new(&bench.program)?;
        let rows = data.folder().join("rows.jsonl");
        fixture::write(&rows, sizes)?;
        let start = Instant::now();
        data.import(&rows)?;
        let imported_in = start.elapsed();
        std::fs::remove_file(rows)?;
        let service = data.serve()?;
        let members = people::sign_in(service.place, data.folder(), sizes.people).await?;
        let target = Target { place: service.place, process: service.process(), dialect: Dialect::Aukio, members };
        let mut site =
            Site { data, service: Some(service), target: Rc::new(target), documents: Vec::new(), imported_in };
        site.documents = site.ids("documents").await?;
        ensure!(site.documents.len() == sizes.documents, "{} documents are listed", site.documents.len());
        Ok(site)
    }

    /// Stops and starts again, so that nothing is open and nothing is in memory.
    pub fn restart(&mut self) -> Result<()> {
        if let Some(service) = self.service.take() {
            service.stop()?;
        }
        let service = self.data.serve()?;
        let members = self.target.members.clone();
        self.target =
            Rc::new(Target { place: service.place, process: service.process(), dialect: Dialect::Aukio, members });
        self.service = Some(service);
        Ok(())
    }

    /// Stops in good order, so that everything is in the database's file.
    pub fn stop(&mut self) -> Result<()> {
        self.service.take().map_or(Ok(()), Service::stop)
    }

    /// The ids of all that is listed under this name, page by page.
    pub async fn ids(&self, what: &str) -> Result<Vec<Rc<str>>> {
        let mut ids: Vec<Rc<str>> = Vec::new();
        let mut client = Client::open(self.target.place).await?;
        let mut page = Some(format!("/fi/{what}"));
        while let Some(path) = page {
            let answer = client.get(&path, &people::from(1)).await?;
            ensure!(answer.status == 200, "{path} is answered by {}", answer.status);
            let text = answer.text();
            for link in text.split(&format!("href=\"/fi/{what}/")).skip(1) {
                let id: String = link.chars().take_while(char::is_ascii_alphanumeric).collect();
                if id.len() == 13 && !ids.iter().any(|known| **known == *id) {
                    ids.push(id.into());
                }
            }
            page = links(&text, &format!("/fi/{what}?before=")).find(|next| *next != path);
        }
        Ok(ids)
    }

    /// A page as a visitor sees it.
    pub async fn page(&self, path: &str) -> Result<String> {
        let answer = Client::open(self.target.place).await?.get(path, &people::from(1)).await?;
        ensure!(answer.status == 200, "{path} is answered by {}", answer.status);
        Ok(answer.text())
    }

    /// Waits until everything can be found.
    pub async fn is_indexed(&self) -> Result<()> {
        let place = self.target.place;
        until("a full index", FILLING, || async move {
            let answer = Client::open(place).await?.get("/readyz", "").await?;
            Ok(answer.text().contains("search ok"))
        })
        .await
    }
}

/// The links on the page that begin so.
fn links<'a>(page: &'a str, beginning: &'a str) -> impl Iterator<Item = String> + 'a {
    let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.filter(move |link| link.starts_with(beginning)).map(|link| link.replace("&amp;", "&").replace("&#38;", "&"))
}

/// The value of the first attribute with this name on the page.
pub fn attribute<'a>(page: &'a str, name: &str) -> Result<&'a str> {
    let (_, rest) = page.split_once(&format!("{name}=\"")).with_context(|| format!("the page has no {name}"))?;
    Ok(rest.split('"').next().unwrap_or_default())
}
