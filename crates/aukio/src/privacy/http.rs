//! The page «my data»: ask for a copy, see how far it is, fetch it. It says the same without a script.

use askama::Template;
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::Copy;
use crate::app::App;
use crate::web::page::{Page, Section, Shell};
use crate::web::{Failure, Visit};

pub fn routes() -> Router<App> {
    Router::new().route("/me/data", get(show).post(ask)).route("/me/data/copy.zip", get(fetch))
}

#[derive(Template)]
#[template(path = "privacy/show.html")]
struct DataPage {
    shell: Shell,
    copy: Option<Copy>,
    /// Whether the member has just proved who they are.
    is_fresh: bool,
}

impl DataPage {
    fn until(&self) -> Option<String> {
        match self.copy {
            Some(Copy::Ready { at }) => Some(self.shell.moment(at.plus_days(super::DAYS))),
            _ => None,
        }
    }

    /// Done and all steps, while the copy is being made.
    fn progress(&self) -> Option<(i64, i64)> {
        match self.copy {
            Some(Copy::Being { done, steps }) => Some((done, steps.max(1))),
            _ => None,
        }
    }
}

async fn show(visit: Visit) -> Result<Page<DataPage>, Failure> {
    let copy = super::copy(&visit.app, visit.member()?).await?;
    let is_fresh = visit.fresh().is_ok();
    Ok(Page(DataPage { shell: visit.shell(Section::None).await?, copy, is_fresh }))
}

async fn ask(visit: Visit) -> Result<Redirect, Failure> {
    // All that somebody has written, in one file: a browser left open is not enough to get it.
    super::ask(&visit.app, visit.fresh()?).await?;
    Ok(Redirect::to(&visit.url("/me/data")))
}

async fn fetch(visit: Visit) -> Result<Response, Failure> {
    let bytes = super::bytes(&visit.app, visit.member()?).await?.ok_or(Failure::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"aukio-data.zip\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, bytes).into_response())
}
