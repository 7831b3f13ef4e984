//! Forms: read with a default for what is missing, answered at the field with what to do.

use std::borrow::Cow;

use aukio_core::text::TextError;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use super::Failure;
use crate::words::Words;

/// A form that was sent. Bytes that are not UTF-8 arrive as � and are then refused at their field.
pub struct Form<T>(pub T);

impl<T, S> FromRequest<S> for Form<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        match axum_extra::extract::Form::<T>::from_request(request, state).await {
            Ok(form) => Ok(Form(form.0)),
            Err(rejection) => {
                let response = axum::response::IntoResponse::into_response(rejection);
                Err(match response.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => Failure::Say(StatusCode::PAYLOAD_TOO_LARGE, "error-too-large"),
                    _ => Failure::Say(StatusCode::BAD_REQUEST, "error-form"),
                })
            }
        }
    }
}

/// What is wrong with a form, field by field, in the reader's language.
#[derive(Default, Debug)]
pub struct Faults(Vec<(Cow<'static, str>, String)>);

impl Faults {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn add(&mut self, field: impl Into<Cow<'static, str>>, words: String) {
        self.0.push((field.into(), words));
    }

    /// The value, or None with a fault at the field.
    pub fn take<T>(
        &mut self,
        words: Words,
        field: impl Into<Cow<'static, str>>,
        parsed: Result<T, TextError>,
    ) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(field, words.text_error(error));
                None
            }
        }
    }

    /// The fault at a field, for the template.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| *name == field).map(|(_, words)| words.as_str())
    }

    pub fn iter(&self) -> impl Iterator<Item = &(Cow<'static, str>, String)> {
        self.0.iter()
    }
}
