//! A message's body as a document of its own. It stands in a sandboxed frame of the message's page, and is as
//! safe when opened directly: the sandbox is in the header, too.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse, Response},
};

use super::message::{Images, Opened, ViewParams};
use crate::{
    config::Config,
    model::MessageKey,
    render,
    web::{
        App, Error, assets,
        extract::{Path, Query, User},
        headers::framed_by,
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
    let mut headers = HeaderMap::new();
    if user.signer.is_some() {
        let csp = HeaderValue::from_str(&csp_apart(&app.config)).map_err(Error::bug)?;
        headers.insert(header::CONTENT_SECURITY_POLICY, csp);
    } else {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP));
        // As `frame-ancestors` says it: the message's page frames it, and nobody else.
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    }
    Ok((headers, Html(document)).into_response())
}

/// On a host of its own the document is of no origin at all: nothing it loads needs a cookie, and it cannot be
/// measured from another host anyway.
fn csp_apart(config: &Config) -> String {
    format!(
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src {} data:; \
         style-src 'unsafe-inline'; font-src 'none'; form-action 'none'; frame-ancestors {}; base-uri 'none'",
        config.body_origin.as_deref().unwrap_or("'none'"),
        framed_by(config)
    )
}
