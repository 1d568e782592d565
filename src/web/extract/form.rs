//! A posted form, whose token was checked before a field can be read.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
};
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::User;
use crate::web::{App, Error};

/// The form of a signed-in person. Repeated fields become a `Vec`.
pub struct Form<T>(pub T);

/// A form that needs no sign-in and so has no token: only the sign-in itself.
pub struct OpenForm<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Form<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Form<T>, Error> {
        let (mut parts, body) = request.into_parts();
        let user = User::from_request_parts(&mut parts, app).await?;
        let body = urlencoded(Request::from_parts(parts, body), app).await?;
        let token = form_urlencoded::parse(&body).find(|(name, _)| name == "csrf");
        match token {
            Some((_, token)) if user.token.matches(&token) => parse(&body).map(Form),
            _ => Err(Error::Forged),
        }
    }
}

impl<T: DeserializeOwned> FromRequest<App> for OpenForm<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<OpenForm<T>, Error> {
        parse(&urlencoded(request, app).await?).map(OpenForm)
    }
}

pub(super) fn parse<T: DeserializeOwned>(urlencoded: &[u8]) -> Result<T, Error> {
    serde_html_form::from_bytes(urlencoded).map_err(|error| Error::BadRequest(error.to_string()))
}

/// Whether the body is of this type, whatever its parameters.
pub(in crate::web) fn is_type(headers: &HeaderMap, media_type: &str) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.split(';').next().is_some_and(|given| given.trim().eq_ignore_ascii_case(media_type))
}

async fn urlencoded(request: Request, app: &App) -> Result<Bytes, Error> {
    if !is_type(request.headers(), "application/x-www-form-urlencoded") {
        return Err(Error::BadRequest(
            "the form must be posted as application/x-www-form-urlencoded".to_owned(),
        ));
    }
    Bytes::from_request(request, app).await.map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(problem) if problem.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Error::BodyTooLarge
        }
        other => Error::BadRequest(other.body_text()),
    })
}
