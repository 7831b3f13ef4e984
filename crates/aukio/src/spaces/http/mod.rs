//! Pages of spaces: the addresses, and how a member is shown. Each screen and each act has a file of its own.

mod form;
mod join;
mod list;
mod members;
mod show;

use aukio_core::text::initials;
use aukio_core::{PersonId, Sector};
use axum::Router;
use axum::extract::Path;
use axum::response::Redirect;
use axum::routing::{get, post};

use super::store::MemberRow;
use crate::app::App;
use crate::web::Visit;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/spaces", get(list::list))
        .route("/spaces/new", get(form::new_form).post(form::found))
        .route("/spaces/{slug}", get(show::show))
        .route("/spaces/{slug}/edit", get(form::edit_form).post(form::edit))
        .route("/spaces/{slug}/join", get(back).post(join::join))
        .route("/spaces/{slug}/leave", get(back).post(join::leave))
        .route("/spaces/{slug}/members", get(members::members).post(members::bring_in))
        .route("/spaces/{slug}/members/answer", get(back_to_members).post(members::answer))
        .route("/spaces/{slug}/members/change", post(members::change_member).get(back_to_members))
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

/// Somebody reloaded the answer to a form: the space itself is what they want to see.
async fn back(visit: Visit, Path(slug): Path<String>) -> Redirect {
    Redirect::to(&visit.url(format!("/spaces/{slug}")))
}

async fn back_to_members(visit: Visit, Path(slug): Path<String>) -> Redirect {
    Redirect::to(&visit.url(format!("/spaces/{slug}/members")))
}
