//! `GET /mail/{mailbox}/{uidvalidity}.{uid}/remote?u=&sig=`: an image of a message, from another server, through ours.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde::Deserialize;

use crate::{
    model::MessageKey,
    render::Proxy,
    web::{
        App, Error,
        csrf::CsrfToken,
        download,
        error::chain,
        extract::{Path, Query, User},
    },
};

/// What the signature is for.
const PURPOSE: &str = "remote image";
/// A message that is opened again soon does not ask its sender's server again.
const CACHED: &str = "private, max-age=3600";

#[derive(Debug, Deserialize)]
pub struct RemoteParams {
    /// The image's address, in base64url.
    #[serde(default)]
    u: String,
    /// Of that address, this message and this sign-in: nobody else has images fetched, and no other.
    #[serde(default)]
    sig: String,
}

/// Makes the addresses of one message's images.
pub(super) fn proxy(app: &App, user: &User, key: &MessageKey) -> Proxy {
    let (urls, user, key) = (app.urls.clone(), user.clone(), key.clone());
    Proxy::new(move |url| user.address(urls.remote(&key, &BASE64.encode(url), &sign(user.token, &key, url))))
}

pub async fn show(
    State(app): State<App>,
    user: User,
    Path(key): Path<MessageKey>,
    Query(params): Query<RemoteParams>,
) -> Result<Response, Error> {
    let url = BASE64.decode(&params.u).ok().and_then(|url| String::from_utf8(url).ok());
    let url = url.ok_or(Error::NoSuchPage)?;
    if !is_signed(user.token, &key, &url, &params.sig) {
        return Err(Error::NoSuchPage);
    }
    let headers = |media_type| -> [(HeaderName, &str); 3] {
        [
            (header::CONTENT_TYPE, media_type),
            (header::CONTENT_SECURITY_POLICY, download::CSP),
            (header::CACHE_CONTROL, CACHED),
        ]
    };
    match app.images.fetch(user.account.username(), &url).await {
        Ok(image) => Ok((headers(image.media_type), Body::from_stream(image.bytes)).into_response()),
        Err(error) => {
            // No page and no reason: it stands where an image would.
            tracing::debug!("a remote image cannot be shown: {}", chain(&error));
            Ok((StatusCode::BAD_GATEWAY, [(header::CONTENT_SECURITY_POLICY, download::CSP)]).into_response())
        }
    }
}

fn parts<'a>(mailbox: &'a str, id: &'a str, url: &'a str) -> [&'a [u8]; 3] {
    [mailbox.as_bytes(), id.as_bytes(), url.as_bytes()]
}

fn sign(token: CsrfToken, key: &MessageKey, url: &str) -> String {
    token.sign(PURPOSE, &parts(key.mailbox.as_str(), &key.id(), url))
}

fn is_signed(token: CsrfToken, key: &MessageKey, url: &str, signature: &str) -> bool {
    token.signed(PURPOSE, &parts(key.mailbox.as_str(), &key.id(), url), signature)
}
