//! The form that founds a space, and the one that changes it.

use askama::Template;
use aukio_core::Time;
use aukio_core::policy::Joining;
use aukio_core::text::{Line, Purpose, SpaceName};
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use serde::Deserialize;

use crate::spaces::store::joining_name;
use crate::spaces::{self, Changes, Kind, MayRead, NewSpace, Space, access};
use crate::web::page::{Again, Shell};
use crate::web::{Failure, Faults, Form, Page, Section, Visit};
use crate::words::{civil_day, end_of_day};

#[derive(Template)]
#[template(path = "spaces/form.html")]
pub struct FormPage {
    shell: Shell,
    /// The space that is changed; None when one is founded.
    space: Option<Space>,
    parent: Option<Space>,
    form: SpaceForm,
    faults: Faults,
    may_network: bool,
}

impl FormPage {
    fn action(&self) -> String {
        match &self.space {
            Some(space) => self.shell.url(&format!("/spaces/{}/edit", space.slug)),
            None => self.shell.url("/spaces/new"),
        }
    }

    fn joinings(&self) -> [&'static str; 3] {
        [Joining::Open, Joining::Request, Joining::Invited].map(joining_name)
    }

    fn kinds(&self) -> Vec<&'static str> {
        match (&self.parent, self.may_network) {
            (None, _) => vec!["network"],
            (Some(_), _) => vec!["working_group", "subnetwork"],
        }
    }

    fn ends(&self) -> bool {
        self.space.as_ref().is_none_or(|space| space.kind == Kind::WorkingGroup)
    }

    fn has_ended(&self) -> bool {
        self.space.as_ref().is_some_and(|space| space.has_ended(self.shell.now))
    }

    fn words(&self, prefix: &str, name: &str) -> String {
        self.shell.t.say(&format!("{prefix}-{}", name.replace('_', "-")))
    }
}

#[derive(Deserialize, Default, Clone)]
pub struct SpaceForm {
    #[serde(default)]
    parent: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    theme: String,
    #[serde(default)]
    output: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    joining: String,
    #[serde(default)]
    visibility: String,
    #[serde(default)]
    ends: String,
}

pub async fn new_form(visit: Visit, Query(mut form): Query<SpaceForm>) -> Result<Page<FormPage>, Failure> {
    visit.member()?;
    let parent = parent_of(&visit, &form.parent).await?;
    match &parent {
        Some(parent) => drop(access::may_create_in(parent.clone())?),
        None => {
            drop(access::may_found_network(&visit.viewer, Kind::Network)?);
            visit.administrator()?;
        }
    }
    if form.ends.is_empty() {
        form.ends = default_end(visit.now);
    }
    let parent = parent.map(|parent| parent.space().clone());
    Ok(Page(space_page(&visit, None, parent, form, Faults::default()).await?))
}

pub async fn found(visit: Visit, Form(form): Form<SpaceForm>) -> Result<Response, Failure> {
    visit.member()?;
    let parent = parent_of(&visit, &form.parent).await?;
    let kind = Kind::parse(&form.kind).unwrap_or(if parent.is_some() { Kind::WorkingGroup } else { Kind::Network });
    let may = match parent {
        Some(parent) => access::may_create_in(parent)?,
        None => access::may_found_network(&visit.viewer, kind)?,
    };
    let parent = may.parent().cloned();
    if parent.is_none() {
        visit.administrator()?;
    }
    let mut faults = Faults::default();
    if parent.is_some() && kind == Kind::Network {
        return Err(Failure::say(StatusCode::BAD_REQUEST, "error-form"));
    }
    let parsed = parse(&visit, &form, kind == Kind::WorkingGroup, &mut faults);
    if parsed.as_ref().and_then(|parsed| parsed.ends_at).is_some_and(|end| end <= visit.now) {
        faults.add("ends", visit.words().say("ends-in-the-past"));
    }
    match parsed {
        Some(parsed) if faults.is_empty() => {
            let new = NewSpace {
                kind,
                name: parsed.name,
                slug: None,
                purpose: parsed.purpose,
                theme: parsed.theme,
                output: parsed.output,
                language: form.language.parse().unwrap_or(visit.language),
                closed: form.visibility == "closed",
                joining: joining_of(&form.joining),
                ends_at: parsed.ends_at,
                external_id: None,
            };
            let space = spaces::found(&visit.app, may, new).await?;
            Ok(Redirect::to(&visit.url(format!("/spaces/{}", space.slug))).into_response())
        }
        _ => Ok(Again(space_page(&visit, None, parent, form, faults).await?).into_response()),
    }
}

pub async fn edit_form(visit: Visit, Path(slug): Path<String>) -> Result<Page<FormPage>, Failure> {
    let place = access::may_read(&visit.app, &visit.viewer, &slug).await?;
    let (space, standing) = (place.space().clone(), place.standing());
    drop(access::may_edit(place)?);
    visit.caretaker_in(standing)?;
    let form = SpaceForm {
        name: space.name.clone(),
        purpose: space.purpose.clone(),
        theme: space.theme.clone(),
        output: space.output.clone(),
        outcome: space.outcome.clone(),
        joining: joining_name(space.joining).to_owned(),
        ends: space.last_day().map(|day| civil_day(day).to_string()).unwrap_or_default(),
        ..SpaceForm::default()
    };
    Ok(Page(space_page(&visit, Some(space), None, form, Faults::default()).await?))
}

pub async fn edit(visit: Visit, Path(slug): Path<String>, Form(form): Form<SpaceForm>) -> Result<Response, Failure> {
    let place = access::may_read(&visit.app, &visit.viewer, &slug).await?;
    let (space, standing) = (place.space().clone(), place.standing());
    let may = access::may_edit(place)?;
    visit.caretaker_in(standing)?;
    let mut faults = Faults::default();
    let outcome = match form.outcome.trim() {
        "" => None,
        text => faults.take(visit.words(), "outcome", Purpose::parse(text)),
    };
    match parse(&visit, &form, space.kind == Kind::WorkingGroup, &mut faults) {
        Some(parsed) if faults.is_empty() => {
            let changes = Changes {
                name: parsed.name,
                purpose: parsed.purpose,
                theme: parsed.theme,
                output: parsed.output,
                outcome,
                joining: joining_of(&form.joining),
                ends_at: parsed.ends_at,
            };
            spaces::change(&visit.app, may, changes).await?;
            Ok(Redirect::to(&visit.url(format!("/spaces/{slug}"))).into_response())
        }
        _ => Ok(Again(space_page(&visit, Some(space), None, form, faults).await?).into_response()),
    }
}

async fn parent_of(visit: &Visit, slug: &str) -> Result<Option<MayRead>, Failure> {
    if slug.is_empty() {
        return Ok(None);
    }
    Ok(Some(access::may_read(&visit.app, &visit.viewer, slug).await?))
}

async fn space_page(
    visit: &Visit,
    space: Option<Space>,
    parent: Option<Space>,
    form: SpaceForm,
    faults: Faults,
) -> Result<FormPage, Failure> {
    let shell = visit.shell(Section::Spaces).await?;
    let may_network = visit.viewer.member().is_some_and(|member| member.administrator);
    Ok(FormPage { shell, space, parent, form, faults, may_network })
}

struct Parsed {
    name: SpaceName,
    purpose: Purpose,
    theme: Line,
    output: Line,
    ends_at: Option<Time>,
}

/// The fields that founding and changing share.
fn parse(visit: &Visit, form: &SpaceForm, ends: bool, faults: &mut Faults) -> Option<Parsed> {
    let words = visit.words();
    let name = faults.take(words, "name", SpaceName::parse(&form.name));
    let purpose = faults.take(words, "purpose", Purpose::parse(&form.purpose));
    let theme = faults.take(words, "theme", Line::parse(&form.theme));
    let output = faults.take(words, "output", Line::parse(&form.output));
    let ends_at = match (ends, day(&form.ends)) {
        (false, _) => None,
        (true, Some(date)) if civil_day(visit.now.plus_days(5 * 366)) < date => {
            faults.add("ends", words.say("ends-too-late"));
            None
        }
        (true, Some(date)) => end_of_day(date),
        (true, None) => {
            faults.add("ends", words.say("ends-not-a-day"));
            None
        }
    };
    Some(Parsed { name: name?, purpose: purpose?, theme: theme?, output: output?, ends_at })
}

/// The day that a form names, in any of the ways people write days.
fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let mut parts = text.trim_end_matches('.').splitn(3, '.').map(|part| part.trim().parse::<i16>());
        let (day, month, year) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    })
}

/// Three months from today: long enough to get something done, short enough to end.
fn default_end(now: Time) -> String {
    civil_day(now.plus_days(91)).to_string()
}

fn joining_of(text: &str) -> Joining {
    match text {
        "request" => Joining::Request,
        "invited" => Joining::Invited,
        _ => Joining::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_write_them() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(day(text).map(|day| day.to_string()).as_deref(), expected, "{text}");
        };
        check("2026-12-31", Some("2026-12-31"));
        check("31.12.2026", Some("2026-12-31"));
        check(" 1.2.2027. ", Some("2027-02-01"));
        check("31.2.2026", None);
        check("huomenna", None);
        check("99999.99.2026", None);
    }
}
