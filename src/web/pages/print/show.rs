//! `GET /mail/{mailbox}/{uidvalidity}.{uid}/print`

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use super::PrintPage;
use crate::{
    model::MessageKey,
    render,
    web::{
        App, Error,
        extract::{Path, Query, User},
        html,
        pages::{
            message::{Images, Opened, ViewParams, heading},
            part,
        },
    },
};

/// The message stands in the page itself, as frames are cut off on paper: so the page is in the sandbox of
/// messages, and our own style sheet beside the message's styles.
const CSP: &str = "sandbox allow-same-origin allow-modals allow-popups allow-popups-to-escape-sandbox; \
    default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; form-action 'none'; \
    frame-ancestors 'none'; base-uri 'none'";

pub async fn show(
    State(app): State<App>,
    user: User,
    Path(key): Path<MessageKey>,
    Query(params): Query<ViewParams>,
) -> Result<Response, Error> {
    let opened = Opened::load(&user, &key, &params).await?;
    let images = Images::of(&app, &user, &opened, &params).await;
    let body = opened.safe_body(&app, &user, &images).await?;
    let attachments = opened.message.tree.of_message(&opened.root).filter(|part| part.is_attachment());
    let page = html(&PrintPage {
        urls: app.urls.clone(),
        product: app.config.product_name.clone(),
        heading: heading(&opened),
        attachments: attachments.map(|p| (part::filename(p), render::size(p.decoded_size()))).collect(),
        body: render::flattened(&body.fragments),
    })?;
    Ok(([(header::CONTENT_SECURITY_POLICY, CSP)], page).into_response())
}
