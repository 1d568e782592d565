//! A message's body as a document of its own. It stands in a sandboxed frame of the message's page, and is as
//! safe when opened directly: the sandbox is in the header, too.

use axum::{
    extract::State,
    http::header,
    response::{Html, IntoResponse, Response},
};

use super::message::{Opened, ViewParams};
use crate::{
    model::MessageKey,
    render::{self, RemoteContent},
    web::{
        App, Error, assets,
        extract::{Path, Query, User},
    },
};

/// Scripts never run here: `allow-scripts` together with `allow-same-origin` would undo the sandbox. Same-origin
/// lets the page measure the frame and sends the cookie along for inline pictures.
const SANDBOX: &str = "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox";

/// Nothing is loaded but our own pictures; styles stand in the document; nothing is posted.
const REST: &str =
    "style-src 'unsafe-inline'; font-src 'none'; form-action 'none'; frame-ancestors 'self'; base-uri 'none'";

pub async fn show(
    State(app): State<App>,
    user: User,
    Path(key): Path<MessageKey>,
    Query(params): Query<ViewParams>,
) -> Result<Response, Error> {
    let opened = Opened::load(&user, &key, &params).await?;
    let body = opened.safe_body(&app, &params).await?;
    let document = render::document(&opened.headers().subject, assets::BODY_CSS, &body.fragments);
    let headers = [
        (header::CONTENT_SECURITY_POLICY, csp(params.remote())),
        // As `frame-ancestors` says it: the message's page frames it, and nobody else.
        (header::X_FRAME_OPTIONS, "SAMEORIGIN".to_owned()),
    ];
    Ok((headers, Html(document)).into_response())
}

/// Pictures from elsewhere are loaded only in the answer to somebody who asked for them.
fn csp(remote: RemoteContent) -> String {
    let images = match remote {
        RemoteContent::Block => "'self' data:",
        RemoteContent::Allow => "'self' data: https: http:",
    };
    format!("{SANDBOX}; default-src 'none'; img-src {images}; {REST}")
}
