//! `GET /mail/{mailbox}/{uidvalidity}.{uid}/headers`

use axum::{extract::State, http::Uri, response::Response};

use super::HeadersPage;
use crate::{
    model::MessageKey,
    web::{
        App, Error,
        extract::{Path, User},
        html,
        pages::shell::{Place, Shell},
    },
};

pub async fn show(
    State(app): State<App>,
    user: User,
    Path(key): Path<MessageKey>,
    uri: Uri,
) -> Result<Response, Error> {
    let message = user.account.open(&key).await?;
    let place = Place { uri: &uri, mailbox: Some(&key.mailbox), query: "" };
    let (shell, _) = Shell::load(&app, &user, place).await?;
    html(&HeadersPage { shell, key, subject: message.headers.subject, headers: message.headers.all })
}
