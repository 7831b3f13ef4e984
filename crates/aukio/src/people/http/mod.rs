//! Pages of people: signing in and out, joining, one's own page, the list and the profiles.

mod join;
mod list;
mod me;
#[cfg(feature = "passkeys")]
mod passkeys;
mod prove;
mod provider;
mod second_factor;
mod sign_in;
mod way_back;

use aukio_core::{Language, PersonId, SessionId};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::session::{self, Proof};
use crate::app::App;
use crate::audit::Way;
use crate::people;
use crate::web::{Failure, Visit, secure};

/// Bytes of a form with a password: nobody can make us hash long texts.
const SIGN_IN_BYTES_MOST: usize = 4 * 1024;
const FORM_BYTES_MOST: usize = 16 * 1024;
/// Characters of an address to go on to.
const NEXT_MOST: usize = 1500;

pub fn routes() -> Router<App> {
    let signing_in = Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/sign-in/code", get(back_to_sign_in).post(sign_in::enter_code))
        .route("/sign-in/link", get(sign_in::show_link).post(sign_in::use_link))
        .route("/sign-in/provider", get(back_to_sign_in).post(provider::start))
        .route("/sign-out", get(home).post(sign_in::sign_out))
        .route("/me/confirm", get(prove::show).post(prove::prove))
        .layer(DefaultBodyLimit::max(SIGN_IN_BYTES_MOST));
    let others = Router::new()
        .route("/register", get(join::show).post(join::register))
        .route("/register/provider", get(provider::show_join).post(provider::join))
        .route("/confirm", get(join::show_confirm).post(join::confirm))
        .route("/first-administrator", get(join::show_first).post(join::make_first))
        .route("/me", get(me::show))
        .route("/me/profile", post(me::change).get(me::back))
        .route("/me/email", post(me::ask_new_email).get(me::back))
        .route("/me/email/confirm", get(me::show_email).post(me::confirm_email))
        .route("/me/password", post(me::change_password).get(me::back))
        .route("/me/sessions/end", post(me::end_session).get(me::back))
        .route("/me/second-factor", get(second_factor::show).post(second_factor::set))
        .route("/me/second-factor/codes", post(second_factor::renew_codes).get(second_factor::back))
        .route("/me/second-factor/remove", post(second_factor::remove).get(second_factor::back))
        .route("/me/confirm/provider", post(provider::start_proof).get(me::back))
        .route("/me/providers/link", post(provider::start_link).get(me::back))
        .route("/me/providers/unlink", post(provider::unlink).get(me::back))
        .route("/me/second-factor/keep", post(way_back::keep).get(me::back))
        .route("/second-factor/keep", get(way_back::show_link).post(way_back::keep_by_link))
        .route("/people/way-back", get(way_back::show).post(way_back::ask))
        .route("/people/way-back/stop", post(way_back::stop).get(way_back::back))
        .route("/me/close", post(me::close).get(me::back))
        .route("/people", get(list::show))
        .route("/people/{id}", get(list::profile))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MOST));
    #[cfg(feature = "passkeys")]
    let others = others.merge(passkey_routes());
    signing_in.merge(others)
}

#[cfg(feature = "passkeys")]
fn passkey_routes() -> Router<App> {
    Router::new()
        .route("/sign-in/passkey", get(back_to_sign_in).post(passkeys::sign_in))
        .route("/sign-in/passkey/start", get(back_to_sign_in).post(passkeys::begin_use))
        .route("/me/passkeys", get(me::back).post(passkeys::keep_new))
        .route("/me/passkeys/start", get(me::back).post(passkeys::begin_new))
        .route("/me/passkeys/remove", get(me::back).post(passkeys::remove))
        .route("/me/confirm/passkey", get(me::back).post(passkeys::confirm))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MOST))
}

/// What providers know by one address, whatever the language.
pub fn site_routes() -> Router<App> {
    Router::new().route("/sign-in/return/{provider}", get(provider::come_back))
}

async fn back_to_sign_in(visit: Visit) -> Redirect {
    Redirect::to(&visit.url("/sign-in"))
}

async fn home(visit: Visit) -> Redirect {
    Redirect::to(&visit.url("/"))
}

/// A text as the value of a query: everything but letters, digits and `-._~` becomes `%XX` (RFC 3986 §2.3).
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() + text.len() / 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// An address to go on to, if it is a page of ours: nobody can send people elsewhere through us.
pub fn local(next: &str) -> Option<&str> {
    let page = Language::ALL.iter().any(|language| {
        let rest = next.strip_prefix('/').and_then(|next| next.strip_prefix(language.tag()));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
    });
    let path = next.split(['?', '#']).next().unwrap_or_default();
    // Addresses come percent-encoded; whatever a browser might read as another host is refused.
    let plain = next.len() <= NEXT_MOST && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let harmless = !path.contains("//") && !path.contains("/.") && !path.contains('%');
    (page && plain && harmless).then_some(next)
}

/// Goes on after a first factor was right: asks for the code of the second one, or signs in.
async fn welcome(
    visit: &Visit,
    headers: &HeaderMap,
    person: PersonId,
    way: Way,
    next: Option<&str>,
) -> Result<Response, Failure> {
    welcome_by(visit, headers, person, Proof { way, strong: false }, next).await
}

/// The same when the first factor may have been two of them.
async fn welcome_by(
    visit: &Visit,
    headers: &HeaderMap,
    person: PersonId,
    proof: Proof,
    next: Option<&str>,
) -> Result<Response, Failure> {
    people::way_back::take_if_due(&visit.app, person).await?;
    if proof.way == Way::Password && !people::has_password(&visit.app, person).await? {
        // It fell due while the password was being looked at, and the password went with the factor.
        return sign_in::wrong_password(visit, next).await;
    }
    if !proof.strong && people::second_factor::is_set(&visit.app, person).await? {
        let next = next.and_then(local).map(str::to_owned);
        let token = people::second_factor::wait(&visit.app, person, proof.way, next).await?;
        return sign_in::ask_code(visit, token).await;
    }
    enter(visit, headers, person, proof, next).await
}

/// Signs the browser in and sends it on; who must have a second factor and has none is led to it.
async fn enter(
    visit: &Visit,
    headers: &HeaderMap,
    person: PersonId,
    proof: Proof,
    next: Option<&str>,
) -> Result<Response, Failure> {
    let token = session::open(&visit.app, person, proof, &device(headers), session_of(visit)).await?;
    if !proof.strong && people::second_factor::is_due(&visit.app, person).await? {
        let next = encode(next.and_then(local).unwrap_or_default());
        return Ok(go_on(visit, &token, Some(&visit.url(format!("/me/second-factor?next={next}")))));
    }
    Ok(go_on(visit, &token, next))
}

/// The answer that hands over a session's token: the cookie, and the page to go on to.
fn go_on(visit: &Visit, token: &str, next: Option<&str>) -> Response {
    let target = next.and_then(local).map_or_else(|| visit.url("/"), str::to_owned);
    let mut response = Redirect::to(&target).into_response();
    let days = session::ABSOLUTE_DAYS;
    set_cookie(&visit.app, &mut response, token, days * 86_400);
    response
}

/// Sets or, at an age of 0, removes the session's cookie.
fn set_cookie(app: &App, response: &mut Response, token: &str, age_seconds: i64) {
    let name = secure::cookie_name(app);
    let secure = if app.is_secure() { "; Secure" } else { "" };
    let cookie = format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age_seconds}{secure}");
    let headers = response.headers_mut();
    // Name and token are letters and digits, so that this always is a header's value.
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.append(header::SET_COOKIE, cookie);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

fn session_of(visit: &Visit) -> Option<SessionId> {
    visit.viewer.member().map(|member| member.session)
}

fn device(headers: &HeaderMap) -> String {
    session::device(headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_queries() {
        assert_eq!(encode("/fi/threads/01h?keep=a b&ä#reply"), "%2Ffi%2Fthreads%2F01h%3Fkeep%3Da%20b%26%C3%A4%23reply");
        assert_eq!(encode("Abc-._~09"), "Abc-._~09");
    }

    #[test]
    fn only_pages_of_ours_are_gone_on_to() {
        for good in [
            "/fi",
            "/fi/",
            "/sv/threads/01h455vb4pex5?keep=abc#reply",
            "/en/search?q=%C3%A4%20b&kind=thread",
            "/en?x=1",
            "/fi/search?q=https%3A//example.fi",
        ] {
            assert_eq!(local(good), Some(good));
        }
        let long = format!("/fi/{}", "a".repeat(2000));
        for bad in [
            "",
            "/",
            "fi/threads",
            "/de/threads",
            "/fin",
            "/assets/main.css",
            "//evil.example",
            "//evil.example/fi/",
            "/fi//evil.example",
            "/\\evil.example",
            "/fi/\\evil.example",
            "/fi/../../evil",
            "/fi/./x",
            "/fi/%2e%2e/x",
            "/fi/%5cevil",
            "https://evil.example/fi/",
            "javascript:alert(1)",
            " /fi/",
            "/fi/ x",
            "/fi/\r\nSet-Cookie: a=b",
            "/fi/\0",
            "/fi/ä",
            "\t/fi/",
            "/fi@evil.example",
            "/fi:80@evil.example/",
            &long,
        ] {
            assert_eq!(local(bad), None, "{bad:?}");
        }
    }
}
