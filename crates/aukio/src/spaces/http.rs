//! Pages of spaces: the lists of them, one space, its members, founding and changing one.

use askama::Template;
use aukio_core::policy::{Act, Joining, Role};
use aukio_core::text::{Email, Line, Purpose, SpaceName, initials};
use aukio_core::{Language, PersonId, Sector, Time};
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::civil::Date;
use serde::Deserialize;

use super::store::{self, MemberRow, joining_name};
use super::{Changes, Kind, MayRead, NewSpace, Space, access};
use crate::app::App;
use crate::documents::http::DocumentRow;
use crate::people::Brief;
use crate::threads::http::{PAGE, ThreadRow};
use crate::threads::store::Before;
use crate::web::page::{Again, Shell};
use crate::web::{Failure, Faults, Form, Meta, Page, Section, Visit, meta};
use crate::words::{civil_day, end_of_day};
use crate::{documents, people, threads};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/spaces", get(list))
        .route("/spaces/new", get(new_form).post(found))
        .route("/spaces/{slug}", get(show))
        .route("/spaces/{slug}/edit", get(edit_form).post(edit))
        .route("/spaces/{slug}/join", get(back).post(join))
        .route("/spaces/{slug}/leave", get(back).post(leave))
        .route("/spaces/{slug}/members", get(members).post(bring_in))
        .route("/spaces/{slug}/members/answer", get(back_to_members).post(answer))
        .route("/spaces/{slug}/members/change", post(change_member).get(back_to_members))
}

#[derive(Template)]
#[template(path = "spaces/list.html")]
struct ListPage {
    shell: Shell,
    groups: Vec<Space>,
    networks: Vec<Space>,
    subnetworks: Vec<Space>,
    /// The network in which a new group would be founded.
    home: Option<String>,
}

async fn list(visit: Visit) -> Result<Page<ListPage>, Failure> {
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

#[derive(Template)]
#[template(path = "spaces/show.html")]
struct ShowPage {
    shell: Shell,
    place: MayRead,
    space: Space,
    lineage: Vec<Space>,
    children: Vec<Space>,
    threads: Vec<ThreadRow>,
    documents: Vec<DocumentRow>,
    members: Vec<Face>,
    caretakers: Vec<Face>,
    asked: bool,
    /// What somebody who asks to join has written, and what is wrong with it.
    reason: String,
    faults: Faults,
}

/// A member as faces and lists show them.
pub struct Face {
    pub id: PersonId,
    pub name: String,
    pub initials: String,
    pub look: &'static str,
    pub sector: String,
    pub organisation: String,
    pub role: String,
}

impl Face {
    fn of(visit: &Visit, row: MemberRow) -> Face {
        let sector: Sector = row.sector.parse().unwrap_or(Sector::Resident);
        Face {
            id: PersonId(row.person_id),
            initials: initials(&row.name),
            name: row.name,
            look: sector.look(),
            sector: visit.words().sector(&sector),
            organisation: row.organisation,
            role: row.role,
        }
    }

    pub fn is_member(&self) -> bool {
        self.role == "member"
    }
}

impl ShowPage {
    fn may(&self, act: &str) -> bool {
        self.place.may_named(act)
    }

    fn offers(&self, act: &str) -> bool {
        self.place.offers_named(act)
    }

    fn base(&self) -> String {
        self.shell.url(&format!("/spaces/{}", self.space.slug))
    }

    fn is_member(&self) -> bool {
        self.place.standing().role.is_some()
    }

    fn kind_words(&self) -> String {
        self.shell.t.say(&format!("space-kind-{}", self.space.kind.name().replace('_', "-")))
    }

    /// The last day, for machines.
    fn last_day(&self) -> String {
        self.space.last_day().map(|day| civil_day(day).to_string()).unwrap_or_default()
    }

    fn joining_words(&self) -> String {
        self.shell.t.say(&format!("joining-{}", joining_name(self.space.joining)))
    }

    fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.space.purpose.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty())
    }
}

async fn show(visit: Visit, Path(slug): Path<String>) -> Result<Page<ShowPage>, Failure> {
    let place = access::may_read(&visit.app, &visit.viewer, &slug).await?;
    Ok(Page(page(&visit, place, String::new(), Faults::default()).await?))
}

async fn page(visit: &Visit, place: MayRead, reason: String, faults: Faults) -> Result<ShowPage, Failure> {
    let app = &visit.app;
    let space = place.space().clone();
    let mut shell = visit.shell(Section::Spaces).await?;
    let lineage = store::lineage(&app.db, space.id).await?;
    if !space.is_closed() {
        let above = &lineage[..lineage.len().saturating_sub(1)];
        let mut about = Meta::list(&shell, &format!("/spaces/{}", space.slug), &space.name, true);
        about.summary = aukio_text::plain::excerpt(&space.purpose, 200);
        shell.meta = Some(about.with(&[meta::breadcrumbs(&shell, above, &space.name)]));
    }
    let threads = threads::store::of_space(&app.db, space.id, Before::NEWEST, 8).await?;
    let documents = documents::store::of_space(&app.db, space.id, Before::NEWEST, 8).await?;
    let members = store::members(&app.db, space.id, (Vec::new(), 0), 12).await?;
    let caretakers = store::caretakers(&app.db, space.id).await?;
    let asked = match visit.viewer.person() {
        Some(person) if space.joining == Joining::Request => store::has_asked(&app.db, space.id, person).await?,
        _ => false,
    };
    Ok(ShowPage {
        lineage,
        children: store::children(&app.db, visit.viewer.key(), space.id, visit.now).await?,
        threads: threads::http::rows(visit, threads).await?,
        documents: documents::http::rows(visit, documents).await?,
        members: members.into_iter().map(|row| Face::of(visit, row)).collect(),
        caretakers: caretakers.into_iter().map(|row| Face::of(visit, row)).collect(),
        asked,
        reason,
        faults,
        place,
        space,
        shell,
    })
}

/// Somebody reloaded the answer to a form: the space itself is what they want to see.
async fn back(visit: Visit, Path(slug): Path<String>) -> Redirect {
    Redirect::to(&visit.url(format!("/spaces/{slug}")))
}

async fn back_to_members(visit: Visit, Path(slug): Path<String>) -> Redirect {
    Redirect::to(&visit.url(format!("/spaces/{slug}/members")))
}

#[derive(Deserialize, Default)]
struct JoinForm {
    #[serde(default)]
    reason: String,
}

async fn join(visit: Visit, Path(slug): Path<String>, Form(form): Form<JoinForm>) -> Result<Response, Failure> {
    let place = access::may_read(&visit.app, &visit.viewer, &slug).await?;
    let target = visit.url(format!("/spaces/{slug}"));
    if visit.viewer.member().is_none() {
        let next = people::http::encode(&target);
        return Ok(Redirect::to(&visit.url(format!("/sign-in?next={next}"))).into_response());
    }
    if place.space().joining == Joining::Request {
        let mut faults = Faults::default();
        let Some(reason) = faults.take(visit.words(), "reason", Line::parse(&form.reason)) else {
            return Ok(Again(page(&visit, place, form.reason, faults).await?).into_response());
        };
        super::ask_to_join(&visit.app, access::may_ask(place)?, Some(reason)).await?;
    } else if place.standing().role.is_none() {
        super::join(&visit.app, access::may_join(place)?).await?;
    }
    Ok(Redirect::to(&target).into_response())
}

async fn leave(visit: Visit, Path(slug): Path<String>) -> Result<Redirect, Failure> {
    let place = access::may_read(&visit.app, &visit.viewer, &slug).await?;
    let closed = place.space().is_closed();
    super::leave(&visit.app, access::may_leave(place)?).await?;
    Ok(Redirect::to(&visit.url(if closed { "/spaces".to_owned() } else { format!("/spaces/{slug}") })))
}

#[derive(Template)]
#[template(path = "spaces/form.html")]
struct FormPage {
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

    fn languages(&self) -> [Language; 3] {
        Language::ALL
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
struct SpaceForm {
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

async fn parent_of(visit: &Visit, slug: &str) -> Result<Option<MayRead>, Failure> {
    if slug.is_empty() {
        return Ok(None);
    }
    Ok(Some(access::may_read(&visit.app, &visit.viewer, slug).await?))
}

async fn new_form(visit: Visit, Query(mut form): Query<SpaceForm>) -> Result<Page<FormPage>, Failure> {
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

fn joining_of(text: &str) -> Joining {
    match text {
        "request" => Joining::Request,
        "invited" => Joining::Invited,
        _ => Joining::Open,
    }
}

async fn found(visit: Visit, Form(form): Form<SpaceForm>) -> Result<Response, Failure> {
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
            let space = super::found(&visit.app, may, new).await?;
            Ok(Redirect::to(&visit.url(format!("/spaces/{}", space.slug))).into_response())
        }
        _ => Ok(Again(space_page(&visit, None, parent, form, faults).await?).into_response()),
    }
}

async fn edit_form(visit: Visit, Path(slug): Path<String>) -> Result<Page<FormPage>, Failure> {
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

async fn edit(visit: Visit, Path(slug): Path<String>, Form(form): Form<SpaceForm>) -> Result<Response, Failure> {
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
            super::change(&visit.app, may, changes).await?;
            Ok(Redirect::to(&visit.url(format!("/spaces/{slug}"))).into_response())
        }
        _ => Ok(Again(space_page(&visit, Some(space), None, form, faults).await?).into_response()),
    }
}

#[derive(Template)]
#[template(path = "spaces/members.html")]
struct MembersPage {
    shell: Shell,
    place: MayRead,
    space: Space,
    lineage: Vec<Space>,
    members: Vec<Face>,
    next: Option<String>,
    requests: Vec<(Brief, String)>,
    email: String,
    faults: Faults,
}

impl MembersPage {
    fn may_manage(&self) -> bool {
        self.place.may(Act::ManageMembers)
    }

    fn base(&self) -> String {
        self.shell.url(&format!("/spaces/{}", self.space.slug))
    }

    fn caretaker_role(&self) -> &'static str {
        if self.space.kind == Kind::WorkingGroup { "convener" } else { "coordinator" }
    }

    fn role_words(&self, role: &str) -> String {
        self.shell.t.say(&format!("role-{role}"))
    }
}

#[derive(Deserialize, Default)]
struct After {
    /// Id of the last member of the page before.
    #[serde(default)]
    after: String,
}

async fn members(
    visit: Visit,
    Path(slug): Path<String>,
    Query(after): Query<After>,
) -> Result<Page<MembersPage>, Failure> {
    let place = access::may_read(&visit.app, &visit.viewer, &slug).await?;
    Ok(Page(members_page(&visit, place, &after.after, String::new(), Faults::default()).await?))
}

async fn members_page(
    visit: &Visit,
    place: MayRead,
    after: &str,
    email: String,
    faults: Faults,
) -> Result<MembersPage, Failure> {
    let app = &visit.app;
    let space = place.space().clone();
    let shell = visit.shell(Section::Spaces).await?;
    let place_in_list = match after.parse::<PersonId>() {
        Ok(person) => people::name_sort(&app.db, person).await?.map_or((Vec::new(), 0), |sort| (sort, person.0)),
        Err(_) => (Vec::new(), 0),
    };
    let mut rows = store::members(&app.db, space.id, place_in_list, PAGE + 1).await?;
    let more = rows.len() as i64 > PAGE;
    rows.truncate(PAGE as usize);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|row| visit.url(format!("/spaces/{}/members?after={}", space.slug, PersonId(row.person_id))));
    let mut requests = Vec::new();
    if place.may(Act::ManageMembers) {
        let waiting = store::requests(&app.db, space.id).await?;
        let ids: Vec<i64> = waiting.iter().map(|(person, _)| *person).collect();
        let mut briefs = people::brief(&app.db, &ids).await?;
        requests.extend(waiting.into_iter().filter_map(|(person, reason)| Some((briefs.remove(&person)?, reason))));
    }
    Ok(MembersPage {
        lineage: store::lineage(&app.db, space.id).await?,
        members: rows.into_iter().map(|row| Face::of(visit, row)).collect(),
        next,
        requests,
        email,
        faults,
        shell,
        place,
        space,
    })
}

#[derive(Deserialize, Default)]
struct BringForm {
    #[serde(default)]
    email: String,
}

async fn bring_in(visit: Visit, Path(slug): Path<String>, Form(form): Form<BringForm>) -> Result<Response, Failure> {
    let place = access::may_read(&visit.app, &visit.viewer, &slug).await?;
    let may = access::may_manage(place.clone())?;
    visit.caretaker_in(place.standing())?;
    let mut faults = Faults::default();
    if let Some(email) = faults.take(visit.words(), "email", Email::parse(&form.email)) {
        match super::bring_in(&visit.app, may, &email.key()).await {
            Ok(()) => return Ok(Redirect::to(&visit.url(format!("/spaces/{slug}/members"))).into_response()),
            Err(super::SpaceError::NoSuchPerson) => faults.add("email", visit.words().say("error-no-such-person-what")),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Again(members_page(&visit, place, "", form.email, faults).await?).into_response())
}

#[derive(Deserialize, Default)]
struct MemberForm {
    #[serde(default)]
    person: String,
    #[serde(default)]
    act: String,
}

async fn answer(visit: Visit, Path(slug): Path<String>, Form(form): Form<MemberForm>) -> Result<Redirect, Failure> {
    let place = access::may_read(&visit.app, &visit.viewer, &slug).await?;
    let may = access::may_manage(place.clone())?;
    visit.caretaker_in(place.standing())?;
    let person = form.person.parse().map_err(|_| Failure::say(StatusCode::BAD_REQUEST, "error-form"))?;
    super::answer(&visit.app, may, person, form.act == "yes").await?;
    Ok(Redirect::to(&visit.url(format!("/spaces/{slug}/members"))))
}

async fn change_member(
    visit: Visit,
    Path(slug): Path<String>,
    Form(form): Form<MemberForm>,
) -> Result<Redirect, Failure> {
    let place = access::may_read(&visit.app, &visit.viewer, &slug).await?;
    let may = access::may_manage(place.clone())?;
    visit.caretaker_in(place.standing())?;
    let person = form.person.parse().map_err(|_| Failure::say(StatusCode::BAD_REQUEST, "error-form"))?;
    match form.act.as_str() {
        "convener" => super::appoint(&visit.app, may, person, Role::Convener).await?,
        "coordinator" => super::appoint(&visit.app, may, person, Role::Coordinator).await?,
        "member" => super::appoint(&visit.app, may, person, Role::Member).await?,
        "remove" => super::dismiss(&visit.app, may, person).await?,
        _ => return Err(Failure::say(StatusCode::BAD_REQUEST, "error-form")),
    }
    Ok(Redirect::to(&visit.url(format!("/spaces/{slug}/members"))))
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
