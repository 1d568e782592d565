//! `GET /mail/{mailbox}`

use axum::{
    extract::State,
    http::Uri,
    response::{IntoResponse, Redirect, Response},
};
use jiff::ZonedDateTime;

use super::{FolderPage, ListView};
use crate::{
    mail::Listed,
    model::MailboxName,
    web::{
        App, Error,
        extract::{Path, Query, User},
        html,
        list_params::ListParams,
        pages::shell::{Place, Shell, find_mailbox},
    },
};

pub async fn show(
    State(app): State<App>,
    user: User,
    Path(name): Path<MailboxName>,
    Query(params): Query<ListParams>,
    uri: Uri,
) -> Result<Response, Error> {
    let request = params.to_request();
    let Listed { page, detail, .. } = user.account.list(&name, &request).await?;
    if page.rows.is_empty() && request.page > 0 {
        // The last page was emptied, perhaps by what was just done there.
        let last = page.n_pages() - 1;
        if last < request.page {
            return Ok(Redirect::to(&app.urls.list_page(&name, &request, last)).into_response());
        }
    }
    let place = Place { uri: &uri, mailbox: Some(&name), query: &request.query.text };
    let (shell, mailboxes) = Shell::load(&app, &user, place).await?;
    let mailbox = find_mailbox(&mailboxes, &name);
    let list = ListView::new(&app.urls, &mailbox, request, page, None, &ZonedDateTime::now()).told(detail);
    html(&FolderPage { shell, list })
}
