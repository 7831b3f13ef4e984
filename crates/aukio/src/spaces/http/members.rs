//! The members of a space, and what who takes care of them may do.

use askama::Template;
use aukio_core::PersonId;
use aukio_core::policy::{Act, Role};
use aukio_core::text::Email;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Face;
use crate::people::{self, Brief};
use crate::spaces::{self, Kind, MayManage, MayRead, Space, SpaceError, access, store};
use crate::web::list::{PAGE, cut};
use crate::web::page::{Again, Shell};
use crate::web::{Failure, Faults, Form, Page, Section, Visit};

#[derive(Template)]
#[template(path = "spaces/members.html")]
pub struct MembersPage {
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
pub struct After {
    /// Id of the last member of the page before.
    #[serde(default)]
    after: String,
}

pub async fn members(
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
    let rows = store::members(&app.db, space.id, place_in_list, PAGE + 1).await?;
    let (rows, next) = cut(rows, PAGE, |row| PersonId(row.person_id));
    let next = next.map(|next| visit.url(format!("/spaces/{}/members?after={next}", space.slug)));
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
pub struct BringForm {
    #[serde(default)]
    email: String,
}

pub async fn bring_in(
    visit: Visit,
    Path(slug): Path<String>,
    Form(form): Form<BringForm>,
) -> Result<Response, Failure> {
    let (place, may) = managed(&visit, &slug).await?;
    let mut faults = Faults::default();
    if let Some(email) = faults.take(visit.words(), "email", Email::parse(&form.email)) {
        match spaces::bring_in(&visit.app, may, &email.key()).await {
            Ok(()) => return Ok(Redirect::to(&visit.url(format!("/spaces/{slug}/members"))).into_response()),
            Err(SpaceError::NoSuchPerson) => faults.add("email", visit.words().say("error-no-such-person-what")),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Again(members_page(&visit, place, "", form.email, faults).await?).into_response())
}

#[derive(Deserialize, Default)]
pub struct MemberForm {
    #[serde(default)]
    person: String,
    #[serde(default)]
    act: String,
}

pub async fn answer(visit: Visit, Path(slug): Path<String>, Form(form): Form<MemberForm>) -> Result<Redirect, Failure> {
    let (_, may) = managed(&visit, &slug).await?;
    let person = form.person.parse().map_err(|_| not_of_ours())?;
    spaces::answer(&visit.app, may, person, form.act == "yes").await?;
    Ok(Redirect::to(&visit.url(format!("/spaces/{slug}/members"))))
}

pub async fn change_member(
    visit: Visit,
    Path(slug): Path<String>,
    Form(form): Form<MemberForm>,
) -> Result<Redirect, Failure> {
    let (_, may) = managed(&visit, &slug).await?;
    let person = form.person.parse().map_err(|_| not_of_ours())?;
    match form.act.as_str() {
        "convener" => spaces::appoint(&visit.app, may, person, Role::Convener).await?,
        "coordinator" => spaces::appoint(&visit.app, may, person, Role::Coordinator).await?,
        "member" => spaces::appoint(&visit.app, may, person, Role::Member).await?,
        "remove" => spaces::dismiss(&visit.app, may, person).await?,
        _ => return Err(not_of_ours()),
    }
    Ok(Redirect::to(&visit.url(format!("/spaces/{slug}/members"))))
}

/// A space whose members the viewer may change, and their leave to do it.
async fn managed(visit: &Visit, slug: &str) -> Result<(MayRead, MayManage), Failure> {
    let place = access::may_read(&visit.app, &visit.viewer, slug).await?;
    let may = access::may_manage(place.clone())?;
    visit.caretaker_in(place.standing())?;
    Ok((place, may))
}

/// A form that none of our pages sends.
fn not_of_ours() -> Failure {
    Failure::say(StatusCode::BAD_REQUEST, "error-form")
}
