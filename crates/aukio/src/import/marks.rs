//! What an export says of people and messages beyond what the acts of today would do: an account that was
//! closed, a text that was edited or withdrawn long ago.

use aukio_core::{Language, PersonId, Time};

use super::{RowError, language, moment, row};

pub struct Person {
    pub acted_at: Option<Time>,
    pub closed_at: Option<Time>,
    pub password_hash: Option<String>,
    pub reading: Option<String>,
}

impl Person {
    pub fn of(row: &row::Person) -> Result<Person, RowError> {
        let some = |text: &Option<String>| text.as_deref().map(moment).transpose();
        Ok(Person {
            acted_at: some(&row.acted)?,
            closed_at: some(&row.closed)?,
            password_hash: row.password_hash.clone(),
            reading: row.reading.clone(),
        })
    }
}

pub struct Message {
    pub language: Language,
    pub edited_at: Option<Time>,
    pub earlier: Vec<Earlier>,
    pub withdrawal: Option<Withdrawal>,
}

pub struct Earlier {
    pub body: String,
    pub language: Language,
    pub at: Time,
}

pub struct Withdrawal {
    pub by: PersonId,
    pub reason: String,
    pub at: Time,
}

impl Message {
    pub fn of(row: &row::History, withdrawn_by: Option<PersonId>) -> Result<Message, RowError> {
        let earlier = |earlier: &row::Earlier| -> Result<Earlier, RowError> {
            Ok(Earlier {
                body: earlier.body.clone(),
                language: language(Some(&earlier.language))?.unwrap_or(Language::Fi),
                at: moment(&earlier.at)?,
            })
        };
        let withdrawal = match (&row.withdrawn, withdrawn_by) {
            (Some(row), Some(by)) => Some(Withdrawal { by, reason: row.reason.clone(), at: moment(&row.at)? }),
            _ => None,
        };
        Ok(Message {
            language: language(Some(&row.language))?.unwrap_or(Language::Fi),
            edited_at: row.edited.as_deref().map(moment).transpose()?,
            earlier: row.earlier.iter().map(earlier).collect::<Result<_, _>>()?,
            withdrawal,
        })
    }
}
