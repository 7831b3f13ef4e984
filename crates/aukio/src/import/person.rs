//! Rows of people.

use aukio_core::Language;
use aukio_core::text::{Email, Line, PersonName};

use super::row;
use super::{Importer, RowError, language, marks, store, text, time};
use crate::db::Tx;
use crate::people::{self, NewPerson};

impl Importer<'_> {
    pub(super) async fn person(&mut self, tx: &mut Tx, row: row::Person) -> Result<bool, RowError> {
        if people::by_external_id(&mut *tx, &row.id).await?.is_some() {
            return Ok(false);
        }
        let email = match row.email.as_deref() {
            Some(email) => Some(text("email", Email::parse(email))?),
            None => None,
        };
        if let Some(email) = &email
            && people::by_email(&mut *tx, &email.key()).await?.is_some()
        {
            return Err(RowError::Address(email.to_string()));
        }
        let sector = row.sector.parse().map_err(|_| RowError::NoSuch("the sector", row.sector.clone()))?;
        let at = time(self.app, row.at.as_deref())?;
        let marks = marks::Person::of(&row)?;
        // Somebody who left has no name; the marks take this one away again.
        let name = if marks.closed_at.is_some() { "-" } else { &row.name };
        let new = NewPerson {
            name: text("name", PersonName::parse(name))?,
            email,
            sector,
            organisation: text("organisation", Line::parse(&row.organisation))?,
            language: language(row.language.as_deref())?.unwrap_or(Language::Fi),
            password_hash: None,
            administrator: row.administrator,
            external_id: Some(row.id),
        };
        let person = people::add(tx, self.app, new, at).await?;
        store::mark_person(tx, person, marks).await?;
        Ok(true)
    }
}
