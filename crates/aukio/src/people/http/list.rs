//! Those who have taken part in public: the list of them, and what each says of themselves.

use std::collections::HashMap;

use askama::Template;
use aukio_core::text::initials;
use aukio_core::{PersonId, Sector};
use serde::Deserialize;

use crate::people::{Person, store};
use crate::spaces;
use crate::spaces::Space;
use crate::web::page::Shell;
use crate::web::{At, Failure, Form, Page, Section, Visit};

const PAGE: i64 = 30;

#[derive(Template)]
#[template(path = "people/list.html")]
pub(super) struct ListPage {
    shell: Shell,
    rows: Vec<Row>,
    sectors: Vec<Choice>,
    /// How many there are in the chosen sectors.
    total: i64,
    /// The next page.
    next: Option<String>,
    is_first_page: bool,
}

struct Row {
    id: String,
    name: String,
    initials: String,
    look: &'static str,
    sector: String,
    organisation: String,
}

struct Choice {
    name: &'static str,
    words: String,
    look: &'static str,
    count: i64,
    chosen: bool,
}

impl ListPage {
    fn is_narrowed(&self) -> bool {
        self.sectors.iter().any(|choice| choice.chosen)
    }
}

#[derive(Deserialize, Default)]
pub(super) struct Look {
    #[serde(default)]
    sector: Vec<String>,
    /// Id of the last person of the page before.
    #[serde(default)]
    after: String,
}

pub(super) async fn show(visit: Visit, Form(look): Form<Look>) -> Result<Page<ListPage>, Failure> {
    let db = &visit.app.db;
    let words = visit.words();
    let is_chosen = |sector: &Sector| look.sector.iter().any(|name| name == sector.name());
    let chosen: Vec<Sector> = Sector::ALL.into_iter().filter(is_chosen).collect();
    let wanted = if chosen.is_empty() { Sector::ALL.to_vec() } else { chosen.clone() };
    let after = match look.after.parse::<PersonId>() {
        Ok(person) => store::name_sort(db, person).await?.map_or((Vec::new(), 0), |key| (key, person.0)),
        Err(_) => (Vec::new(), 0),
    };
    let is_first_page = after.1 == 0;
    let mut people = store::listed(db, &wanted, after, PAGE + 1).await?;
    let more = people.len() as i64 > PAGE;
    people.truncate(PAGE as usize);
    let counts: HashMap<Sector, i64> = store::sector_counts(db).await?;
    let count = |sector: &Sector| counts.get(sector).copied().unwrap_or(0);
    let narrowed: String = chosen.iter().map(|sector| format!("sector={sector}&")).collect();
    let next = people.last().filter(|_| more).map(|last| visit.url(format!("/people?{narrowed}after={}", last.id)));
    let sectors = Sector::ALL.map(|sector| Choice {
        name: sector.name(),
        words: words.sector(&sector),
        look: sector.look(),
        count: count(&sector),
        chosen: chosen.contains(&sector),
    });
    let row = |person: Person| Row {
        id: person.id.to_string(),
        initials: initials(&person.name),
        name: person.name,
        look: person.sector.look(),
        sector: words.sector(&person.sector),
        organisation: person.organisation,
    };
    Ok(Page(ListPage {
        shell: visit.shell(Section::People).await?,
        rows: people.into_iter().map(row).collect(),
        sectors: sectors.into_iter().filter(|choice| choice.count > 0 || choice.chosen).collect(),
        total: wanted.iter().map(count).sum(),
        next,
        is_first_page,
    }))
}

#[derive(Template)]
#[template(path = "people/show.html")]
pub(super) struct ProfilePage {
    shell: Shell,
    person: Person,
    spaces: Vec<Space>,
    own: bool,
}

impl ProfilePage {
    fn initials(&self) -> String {
        initials(&self.person.name)
    }

    fn look(&self) -> &'static str {
        self.person.sector.look()
    }
}

/// A person who has not yet acted in public has a profile for nobody but themselves.
pub(super) async fn profile(visit: Visit, At(id): At<PersonId>) -> Result<Page<ProfilePage>, Failure> {
    let person = store::by_id(&visit.app.db, id).await?.ok_or(Failure::NotFound)?;
    let own = visit.viewer.person() == Some(id);
    if person.acted_at.is_none() && !own {
        return Err(Failure::NotFound);
    }
    let spaces = spaces::of_person(&visit.app, &visit.viewer, id).await?;
    Ok(Page(ProfilePage { shell: visit.shell(Section::People).await?, person, spaces, own }))
}
