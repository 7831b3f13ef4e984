//! Setting up the authenticator app, its recovery codes, and taking it away.

use askama::Template;
use aukio_core::Member;
use aukio_core::text::Password;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use qrcodegen::{QrCode, QrCodeEcc};
use serde::Deserialize;

use super::local;
use super::me::own;
use super::prove::renewed;
use crate::people::second_factor::{self, totp};
use crate::people::{Person, account};
use crate::web::page::{Again, Shell};
use crate::web::{Failure, Faults, Form, Page, Section, Visit};

/// The square around a QR code that must stay light, in its own units.
const QUIET: i32 = 4;

#[derive(Template)]
#[template(path = "people/second_factor.html")]
pub(super) struct FactorPage {
    shell: Shell,
    person: Person,
    state: State,
    /// It must be set before the member can go on with a caretaker's act.
    due: bool,
    next: String,
    faults: Faults,
}

enum State {
    /// The secret in groups of four letters, and as the path of a picture with its side.
    Offered {
        secret: String,
        path: String,
        side: i32,
    },
    Set {
        codes_left: i64,
    },
}

#[derive(Deserialize, Default)]
pub(super) struct FactorForm {
    #[serde(default)]
    next: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    password: String,
}

async fn page(visit: &Visit, member: &Member, form: &FactorForm) -> Result<FactorPage, Failure> {
    let person = own(visit).await?;
    let state = if second_factor::is_set(&visit.app, member.id).await? {
        State::Set { codes_left: second_factor::codes_left(&visit.app, member.id).await? }
    } else {
        let secret = second_factor::offer(&visit.app, member.id).await?;
        let account = person.email.as_deref().unwrap_or(&person.name);
        let (path, side) = square(&totp::uri(&secret, "Aukio", account)).map_err(Failure::ours)?;
        State::Offered { secret: grouped(&totp::base32(&secret)), path, side }
    };
    Ok(FactorPage {
        shell: visit.shell(Section::None).await?,
        state,
        due: second_factor::is_due(&visit.app, member.id).await?,
        next: local(&form.next).unwrap_or_default().to_owned(),
        faults: Faults::default(),
        person,
    })
}

pub(super) async fn show(visit: Visit, Query(form): Query<FactorForm>) -> Result<Page<FactorPage>, Failure> {
    let member = visit.whole().await?;
    Ok(Page(page(&visit, member, &form).await?))
}

pub(super) async fn back(visit: Visit) -> Redirect {
    Redirect::to(&visit.url("/me/second-factor"))
}

/// Recovery codes, shown this once.
#[derive(Template)]
#[template(path = "people/recovery_codes.html")]
struct CodesPage {
    shell: Shell,
    codes: Vec<String>,
    next: String,
}

async fn codes_page(visit: &Visit, codes: Vec<String>, next: &str) -> Result<Page<CodesPage>, Failure> {
    let next = local(next).map_or_else(|| visit.url("/me"), str::to_owned);
    Ok(Page(CodesPage { shell: visit.shell(Section::None).await?, codes, next }))
}

pub(super) async fn set(visit: Visit, Form(form): Form<FactorForm>) -> Result<Response, Failure> {
    let member = visit.whole().await?;
    if let Some((token, codes)) = second_factor::set(&visit.app, member, &form.code).await? {
        let mut response = codes_page(&visit, codes, &form.next).await?.into_response();
        renewed(&visit, &mut response, &token);
        return Ok(response);
    }
    let mut page = page(&visit, member, &form).await?;
    page.faults.add("code", visit.words().say("code-wrong"));
    Ok(Again(page).into_response())
}

pub(super) async fn renew_codes(visit: Visit) -> Result<Response, Failure> {
    let member = strong(&visit).await?;
    let codes = second_factor::renew_codes(&visit.app, member.id).await?;
    Ok(codes_page(&visit, codes, "").await?.into_response())
}

/// Takes the factor away. A password that is too short to stand alone has to be changed first.
pub(super) async fn remove(visit: Visit, Form(form): Form<FactorForm>) -> Result<Response, Failure> {
    let member = strong(&visit).await?;
    let person = own(&visit).await?;
    let words = visit.words();
    let mut faults = Faults::default();
    if person.password_hash.is_some() {
        if !account::knows_password(&visit.app, &person, &form.password, visit.from).await? {
            faults.add("password", words.say("me-password-wrong"));
        } else if form.password.chars().count() < Password::LEAST {
            faults.add("password", words.count("factor-password-short", Password::LEAST as i64));
        }
    }
    if faults.is_empty() {
        second_factor::remove(&visit.app, member.id).await?;
        return Ok(Redirect::to(&visit.url("/me?done=code-removed")).into_response());
    }
    let page = page(&visit, member, &form).await?;
    Ok(Again(FactorPage { faults, ..page }).into_response())
}

/// The member who has a factor, when they proved lately, with both, who they are.
async fn strong(visit: &Visit) -> Result<&Member, Failure> {
    let member = visit.whole().await?;
    if second_factor::is_set(&visit.app, member.id).await? { Ok(member) } else { Err(Failure::NotFound) }
}

fn grouped(text: &str) -> String {
    text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}

/// The dark modules of a QR code as one SVG path, and the side of the square.
fn square(text: &str) -> Result<(String, i32), qrcodegen::DataTooLong> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium)?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{},{}h1v1h-1z", x + QUIET, y + QUIET));
        }
    }
    Ok((path, code.size() + 2 * QUIET))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_has_its_three_corners_and_a_quiet_edge() {
        let (path, side) = square("otpauth://totp/Aukio:helmi?secret=MZXW6YTBOI").expect("it is short");
        for corner in [(QUIET, QUIET), (side - QUIET - 7, QUIET), (QUIET, side - QUIET - 7)] {
            assert!(path.contains(&format!("M{},{}h1", corner.0, corner.1)), "{corner:?}");
        }
        assert!(!path.contains("M3,"));
        assert_eq!(grouped("ABCDEFGHIJ"), "ABCD EFGH IJ");
    }
}
