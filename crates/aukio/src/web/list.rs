//! Lists in pages: where a page of one begins, where the next one does, and the names that its rows mention.

use std::collections::HashMap;

use aukio_core::{PersonId, SpaceId};
use serde::Deserialize;

use super::page::Shell;
use super::{Meta, Visit};
use crate::db::Before;
use crate::people::{self, Brief};
use crate::spaces::{self, Space};
use crate::words::Words;

/// Rows of one page of a list, messages of one page of a thread.
pub const PAGE: i64 = 30;

/// The place that an address names; whatever cannot be one is the start of the list.
#[derive(Deserialize, Default)]
pub struct Cursor {
    #[serde(default)]
    before: String,
}

impl Cursor {
    pub fn place(&self) -> Before {
        self.before.parse().unwrap_or(Before::NEWEST)
    }
}

/// Cuts a list that was read one longer than a page. With it comes the place of its last row when there are more.
pub fn cut<T, P>(mut rows: Vec<T>, page: i64, place: impl Fn(&T) -> P) -> (Vec<T>, Option<P>) {
    let more = rows.len() as i64 > page;
    rows.truncate(page as usize);
    let next = rows.last().filter(|_| more).map(place);
    (rows, next)
}

/// A list of one noun: of all spaces, or of one.
pub struct Listing {
    /// The address of the list, without the language.
    pub address: String,
    title: String,
    closed: bool,
}

impl Listing {
    /// `noun` is the end of the address, `called` what readers call the list.
    pub fn of(noun: &str, called: &str, space: Option<&Space>) -> Listing {
        match space {
            None => Listing { address: format!("/{noun}"), title: called.to_owned(), closed: false },
            Some(space) => Listing {
                address: format!("/spaces/{}/{noun}", space.slug),
                title: format!("{called}: {}", space.name),
                closed: space.is_closed(),
            },
        }
    }

    /// What the page says of itself to programs: of a closed space nothing.
    pub fn meta(&self, shell: &Shell) -> Option<Meta> {
        (!self.closed).then(|| Meta::list(shell, &self.address, &self.title, true))
    }

    /// The address of the page that begins at a place.
    pub fn from(&self, visit: &Visit, place: Before) -> String {
        visit.url(format!("{}?before={place}", self.address))
    }
}

/// The names of the spaces and people that the rows of a list mention.
pub struct Mentioned {
    words: Words,
    spaces: HashMap<i64, (String, String)>,
    people: HashMap<i64, Brief>,
}

impl Mentioned {
    /// Two queries, however long the list is.
    pub async fn of(
        visit: &Visit,
        spaces: impl Iterator<Item = SpaceId>,
        people: impl Iterator<Item = PersonId>,
    ) -> sqlx::Result<Mentioned> {
        let db = &visit.app.db;
        let spaces: Vec<i64> = spaces.map(|space| space.0).collect();
        let people: Vec<i64> = people.map(|person| person.0).collect();
        Ok(Mentioned {
            words: visit.words(),
            spaces: spaces::store::names(db, &spaces).await?,
            people: people::brief(db, &people).await?,
        })
    }

    /// The slug and the name of a space.
    pub fn space(&self, space: SpaceId) -> Option<(String, String)> {
        self.spaces.get(&space.0).cloned()
    }

    pub fn name(&self, person: PersonId) -> String {
        people::shown_name(self.people.get(&person.0), self.words)
    }
}
