//! What the frame shows, live from the server.

use std::time::Duration;

use axum::http::Uri;

use super::{Shell, arrange};
use crate::{
    model::{Holds, Mailbox, MailboxName},
    web::{App, Error, extract::User, path_and_query},
};

const STORE_PATIENCE: Duration = Duration::from_secs(1);

/// Which page the frame is for.
pub struct Place<'a> {
    pub uri: &'a Uri,
    pub mailbox: Option<&'a MailboxName>,
    /// What the search box holds.
    pub query: &'a str,
}

impl Shell {
    /// Every page's first step after its own work is done, so that counts tell what that changed. The mailboxes
    /// come along: most pages need them.
    pub async fn load(app: &App, user: &User, place: Place<'_>) -> Result<(Shell, Vec<Mailbox>), Error> {
        let (mailboxes, n_outbox) = tokio::join!(user.account.mailboxes(), n_outbox(app, user));
        let mailboxes = mailboxes?;
        let quota = match user.account.quota().await {
            Ok(quota) => quota,
            Err(error) => {
                // A meter is not worth a page.
                tracing::debug!(%error, "no quota");
                None
            }
        };
        let shell = Shell {
            mailboxes: arrange(&mailboxes, place.mailbox),
            current: place.mailbox.cloned(),
            quota,
            n_outbox,
            flash: app.flashes.take(user).await,
            query: place.query.to_owned(),
            ..Shell::bare(app, user, place.uri)
        };
        Ok((shell, mailboxes))
    }

    /// The frame without anything the mail server knows: for a page that must come even so.
    pub fn bare(app: &App, user: &User, uri: &Uri) -> Shell {
        Shell {
            urls: app.urls.clone(),
            product: app.config.product_name.clone(),
            username: user.account.username().to_owned(),
            csrf: user.csrf.clone(),
            mailboxes: Vec::new(),
            current: None,
            quota: None,
            n_outbox: 0,
            flash: None,
            query: String::new(),
            here: path_and_query(uri),
        }
    }
}

/// A number is not worth a page, nor waiting for a database that is away.
async fn n_outbox(app: &App, user: &User) -> u64 {
    match tokio::time::timeout(STORE_PATIENCE, app.store.outbox_size(user.account.username())).await {
        Ok(Ok(n)) => n,
        Ok(Err(error)) => {
            tracing::debug!(%error, "no number of waiting messages");
            0
        }
        Err(_) => 0,
    }
}

/// The mailbox of this name; one that the server opens but does not list is as good.
pub fn find_mailbox(mailboxes: &[Mailbox], name: &MailboxName) -> Mailbox {
    let listed = mailboxes.iter().find(|mailbox| mailbox.name == *name).cloned();
    listed.unwrap_or_else(|| Mailbox {
        name: name.clone(),
        delimiter: mailboxes.iter().find_map(|mailbox| mailbox.delimiter),
        role: None,
        holds: Holds::Messages,
        subscribed: false,
        counts: None,
    })
}
