//! `GET` and `POST /folders`

use axum::{
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::FoldersPage;
use crate::{
    mail::Error as MailError,
    model::{Mailbox, MailboxName},
    web::{
        App, Error,
        extract::{Form, User},
        flash::Flash,
        html,
        pages::shell::{Place, Shell},
    },
};

#[derive(Debug, Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct FoldersForm {
    /// `create`, `rename`, `delete`, `subscribe` or `unsubscribe`.
    action: String,
    /// The mailbox that is changed.
    mailbox: String,
    /// The new mailbox's name; the whole new name of a renamed one.
    name: String,
    /// The mailbox that a new one goes into; empty at the top.
    parent: String,
}

pub async fn show(State(app): State<App>, user: User, uri: Uri) -> Result<Response, Error> {
    html(&page(&app, &user, &uri).await?)
}

pub async fn submit(
    State(app): State<App>,
    user: User,
    uri: Uri,
    Form(form): Form<FoldersForm>,
) -> Result<Response, Error> {
    match change(&user, &form).await {
        Ok(done) => {
            app.flashes.set(&user, Flash::note(done)).await;
            Ok(Redirect::to(&app.urls.folders()).into_response())
        }
        // The form comes back as typed, with the sentence at its top.
        Err(Error::Mail(MailError::Invalid(problem))) => {
            let page = page(&app, &user, &uri).await?;
            let page = FoldersPage { problem: Some(problem), typed: form.name, ..page };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn page(app: &App, user: &User, uri: &Uri) -> Result<FoldersPage, Error> {
    let (shell, mailboxes) = Shell::load(app, user, Place { uri, mailbox: None, query: "" }).await?;
    Ok(FoldersPage::new(shell, &mailboxes))
}

/// What was done, in a sentence.
async fn change(user: &User, form: &FoldersForm) -> Result<String, Error> {
    let account = &user.account;
    let mailbox = || MailboxName::new(form.mailbox.as_str()).map_err(|_| invalid("Choose a folder."));
    let done = match form.action.as_str() {
        "create" => {
            let name = new_name(&account.mailboxes().await?, &form.parent, &form.name)?;
            account.create_mailbox(name).await?;
            format!("“{}” was created.", form.name.trim())
        }
        "rename" => {
            let (from, mailboxes) = (mailbox()?, account.mailboxes().await?);
            let to = new_name(&mailboxes, "", &form.name)?;
            account.rename_mailbox(from, to).await?;
            format!("The folder is now called “{}”.", form.name.trim())
        }
        "delete" => {
            account.delete_mailbox(mailbox()?).await?;
            "The folder and its messages were deleted.".to_owned()
        }
        "subscribe" => {
            account.subscribe(mailbox()?).await?;
            "The folder is shown again.".to_owned()
        }
        "unsubscribe" => {
            account.unsubscribe(mailbox()?).await?;
            "The folder is hidden; its messages stay.".to_owned()
        }
        _ => return Err(Error::BadRequest("no such action".to_owned())),
    };
    Ok(done)
}

/// One piece below `parent`; at the top it may name a hierarchy of its own.
fn new_name(mailboxes: &[Mailbox], parent: &str, typed: &str) -> Result<MailboxName, Error> {
    let typed = typed.trim();
    let delimiter = mailboxes.iter().find_map(|mailbox| mailbox.delimiter);
    if typed.is_empty() {
        return Err(invalid("Type a name for the folder."));
    }
    let name = match (parent, delimiter) {
        ("", _) | (_, None) => typed.to_owned(),
        (parent, Some(delimiter)) if !typed.contains(delimiter) => format!("{parent}{delimiter}{typed}"),
        (_, Some(delimiter)) => {
            return Err(invalid(&format!("A folder's name cannot hold “{delimiter}” here.")));
        }
    };
    MailboxName::new(name).map_err(|_| invalid("A folder's name is one line of at most 1000 characters."))
}

fn invalid(sentence: &str) -> Error {
    MailError::Invalid(sentence.to_owned()).into()
}
