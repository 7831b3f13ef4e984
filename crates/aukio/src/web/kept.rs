//! A visitor's form on its way over signing in: kept on the server when it is sent, filled in again when its
//! writer comes back. Who reads which field is said once, by the form.

use axum::response::Redirect;

use super::{Failure, Visit};
use crate::people::http::encode;
use crate::people::kept::{self, Kept};

/// A form whose texts outlive signing in.
pub trait KeptForm {
    /// The fields that are kept, by name.
    fn texts(&mut self) -> Vec<(&'static str, &mut String)>;
}

/// Keeps what was typed, and leads to signing in and from there back to the form. `path` is the form's page in the
/// visitor's language, `anchor` its place there: `#reply`, or nothing.
pub async fn sign_in_first(
    visit: &Visit,
    path: String,
    anchor: &str,
    form: &mut impl KeptForm,
) -> Result<Redirect, Failure> {
    let fields = form.texts().into_iter().map(|(name, text)| (name.to_owned(), std::mem::take(text))).collect();
    let token = kept::keep(&visit.app, Kept { path: path.clone(), fields }).await?;
    let next = encode(&format!("{path}?keep={token}{anchor}"));
    Ok(Redirect::to(&visit.url(format!("/sign-in?next={next}"))))
}

/// Fills a form with what `token` keeps. False when it keeps nothing, or no longer.
pub async fn fill(visit: &Visit, token: &str, form: &mut impl KeptForm) -> sqlx::Result<bool> {
    let Some(kept) = kept::take(&visit.app, token).await? else { return Ok(false) };
    for (name, text) in form.texts() {
        *text = kept.field(name);
    }
    Ok(true)
}
