//! Messages that come back at their time: `GET` and `POST /snoozed`.

use askama::Template;
use axum::{
    extract::State,
    http::Uri,
    response::{IntoResponse, Redirect, Response},
};
use jiff::{Timestamp, ZonedDateTime};
use serde::Deserialize;

use super::shell::{NavMailbox, Place, Shell, arrange_all};
use crate::{
    model::{MailboxName, MessageKey, Snooze},
    web::{
        App, Error,
        extract::{Form, User},
        flash::Flash,
        html, moment,
    },
};

#[derive(Template)]
#[template(path = "snoozed.html")]
pub struct SnoozedPage {
    pub shell: Shell,
    pub rows: Vec<SnoozedRow>,
    /// Where they wait, once there is such a mailbox.
    pub mailbox: Option<MailboxName>,
}

pub struct SnoozedRow {
    pub id: String,
    /// Never empty.
    pub subject: String,
    /// Where it is now.
    pub message: MessageKey,
    /// The folder it comes back to, as people call it.
    pub folder: String,
    /// `tomorrow at 08:00`
    pub when: String,
    /// For `datetime`.
    pub iso: String,
}

impl SnoozedRow {
    pub fn new(snooze: Snooze, mailboxes: &[NavMailbox], now: &ZonedDateTime) -> SnoozedRow {
        let name = &snooze.return_to;
        let known = mailboxes.iter().find(|mailbox| mailbox.name == *name);
        let iso = Timestamp::from_second(snooze.until).map_or_else(|_| String::new(), |at| at.to_string());
        SnoozedRow {
            folder: known.map_or_else(|| name.as_str().to_owned(), |mailbox| mailbox.path.clone()),
            when: moment::spoken(snooze.until, now),
            iso,
            subject: if snooze.subject.trim().is_empty() { "(no subject)".into() } else { snooze.subject },
            message: snooze.message,
            id: snooze.id,
        }
    }
}

pub async fn show(State(app): State<App>, user: User, uri: Uri) -> Result<Response, Error> {
    let snoozes = user.account.snoozes().await?;
    let (shell, mailboxes) = Shell::load(&app, &user, Place { uri: &uri, mailbox: None, query: "" }).await?;
    let (mailboxes, now) = (arrange_all(&mailboxes), ZonedDateTime::now());
    let rows = snoozes.into_iter().map(|snooze| SnoozedRow::new(snooze, &mailboxes, &now)).collect();
    let mailbox = mailboxes.into_iter().find(NavMailbox::is_snoozed).map(|mailbox| mailbox.name);
    html(&SnoozedPage { shell, rows, mailbox })
}

#[derive(Debug, Deserialize)]
pub struct WakeForm {
    id: String,
}

pub async fn submit(
    State(app): State<App>,
    user: User,
    Form(form): Form<WakeForm>,
) -> Result<Response, Error> {
    let is_there = user.account.snoozes().await?.iter().any(|snooze| snooze.id == form.id);
    let flash = if is_there {
        user.account.wake_snoozed(&form.id).await?;
        Flash::note("The message comes back now.")
    } else {
        Flash::warning("This message is back already.")
    };
    app.flashes.set(&user, flash).await;
    Ok(Redirect::to(&app.urls.snoozed()).into_response())
}
