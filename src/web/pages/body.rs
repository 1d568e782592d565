//! A message's body as a document of its own. It stands in a sandboxed frame of the message's page, and is as
//! safe when opened directly: the sandbox is in the header, too.

use axum::{
    extract::State,
    http::header,
    response::{Html, IntoResponse, Response},
};

use super::message::{Images, Opened, ViewParams};
use crate::{
    model::MessageKey,
    render,
    web::{
        App, Error, assets,
        extract::{Path, Query, User},
    },
};

/// Scripts never run here: `allow-scripts` together with `allow-same-origin` would undo the sandbox. Same-origin
/// lets the page measure the frame and sends the cookie along for inline pictures. Nothing is loaded but pictures from
/// this site, which those of other servers come through (`remote.rs`); styles stand in the document; nothing is posted.
const CSP: &str = "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
    img-src 'self' data:; style-src 'unsafe-inline'; font-src 'none'; form-action 'none'; frame-ancestors 'self'; \
    base-uri 'none'";

pub async fn show(
    State(app): State<App>,
    user: User,
    Path(key): Path<MessageKey>,
    Query(params): Query<ViewParams>,
) -> Result<Response, Error> {
    let opened = Opened::load(&user, &key, &params).await?;
    let images = Images::of(&app, &user, &opened, &params).await;
    let body = opened.safe_body(&app, &user, &images).await?;
    let document = render::document(&opened.headers().subject, assets::BODY_CSS, &body.fragments);
    let headers = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        // As `frame-ancestors` says it: the message's page frames it, and nobody else.
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    ];
    Ok((headers, Html(document)).into_response())
}
