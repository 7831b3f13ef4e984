//! Rows of spaces, with their members and those who ask to join.

use aukio_core::Language;
use aukio_core::policy::{Joining, Role};
use aukio_core::text::{Line, Purpose, SpaceName};

use super::row;
use super::{Importer, RowError, language, refused, store, text, time};
use crate::db::Tx;
use crate::spaces::{self, MayCreateSpace, NewSpace};
use crate::words::end_of_day;

impl Importer<'_> {
    pub(super) async fn space(&mut self, tx: &mut Tx, row: row::Space) -> Result<bool, RowError> {
        if spaces::store::by_external_id(&mut *tx, &row.id).await?.is_some() {
            return Ok(false);
        }
        let parent = match &row.space {
            Some(id) => Some(self.space_of(tx, id).await?),
            None => None,
        };
        let author = self.person_of(tx, &row.author).await?;
        let kind = spaces::Kind::parse(&row.kind).ok_or_else(|| RowError::NoSuch("the type", row.kind.clone()))?;
        let ends_at = match row.ends.as_deref() {
            Some(day) => {
                Some(day.parse().ok().and_then(end_of_day).ok_or_else(|| RowError::NoSuch("the day", day.to_owned()))?)
            }
            None => None,
        };
        let at = time(self.app, row.at.as_deref())?;
        let new = NewSpace {
            kind,
            name: text("title", SpaceName::parse(&row.title))?,
            slug: row.slug,
            purpose: text("body", Purpose::parse(&row.body))?,
            theme: text("theme", Line::parse(&row.theme))?,
            output: text("output", Line::parse(&row.output))?,
            language: match language(row.language.as_deref())? {
                Some(language) => language,
                None => Language::detect(&row.body, Language::Fi),
            },
            closed: row.closed,
            joining: match &row.joining {
                None => Joining::Open,
                Some(name) => {
                    spaces::store::joining(name).ok_or_else(|| RowError::NoSuch("the joining", name.to_owned()))?
                }
            },
            ends_at,
            external_id: Some(row.id.clone()),
        };
        let founder = match &row.convener {
            Some(convener) => self.person_of(tx, convener).await?,
            None => author,
        };
        let may = MayCreateSpace::for_import(parent, founder);
        let space = spaces::found_in(tx, self.app, may, new, at).await.map_err(refused)?;
        if let Some(name) = row.joining {
            // A closed space is founded as one by invitation; it may have been opened to requests since.
            store::set_joining(tx, space.id, name).await?;
        }
        let is_whole = row.members.iter().any(|member| matches!(member, row::Member::Since { .. }));
        if is_whole {
            spaces::store::remove(tx, space.id, founder).await?;
        }
        for member in &row.members {
            let (member, role, at) = match member {
                row::Member::Id(person) => (person, Role::Member, at),
                row::Member::Since { person, role, at } => (
                    person,
                    spaces::store::role_of(role).ok_or_else(|| RowError::NoSuch("the role", role.to_owned()))?,
                    time(self.app, Some(at))?,
                ),
            };
            let member = self.person_of(tx, member).await?;
            spaces::enter_in(tx, space.id, member, role, at).await?;
        }
        for request in &row.requests {
            let person = self.person_of(tx, &request.person).await?;
            store::ask(tx, space.id, person, &request.reason, time(self.app, Some(&request.at))?).await?;
        }
        if !row.outcome.is_empty() {
            let outcome = text("outcome", Purpose::parse(&row.outcome))?;
            spaces::store::set_outcome(tx, space.id, outcome.as_str()).await?;
        }
        Ok(true)
    }
}
