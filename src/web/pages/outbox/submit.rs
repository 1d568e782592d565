//! `GET` and `POST /outbox`

use axum::{
    extract::State,
    http::Uri,
    response::{IntoResponse, Redirect, Response},
};
use jiff::ZonedDateTime;
use serde::Deserialize;

use super::{Entry, OutboxPage};
use crate::{
    mail::{Cause, Delivery, Error as MailError, Repeat, SendError, Which},
    model::{MessageKey, Outgoing, Phase},
    web::{
        App, Error,
        error::unavailable,
        extract::{Form, User},
        flash::Flash,
        html,
        pages::{
            compose,
            shell::{Place, Shell, arrange_all},
        },
    },
};

#[derive(Debug, Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct OutboxForm {
    /// `edit`, `cancel`, `send`, `send-again`, `discard` or `forget`.
    action: String,
    id: String,
}

pub async fn show(State(app): State<App>, user: User, uri: Uri) -> Result<Response, Error> {
    let waiting = user.account.outbox().await?;
    let (shell, mailboxes) = Shell::load(&app, &user, Place { uri: &uri, mailbox: None, query: "" }).await?;
    let (mailboxes, now) = (arrange_all(&mailboxes), ZonedDateTime::now());
    let entries = waiting.iter().map(|outgoing| Entry::new(&app.urls, outgoing, &mailboxes, &now)).collect();
    html(&OutboxPage { shell, entries })
}

pub async fn submit(
    State(app): State<App>,
    user: User,
    Form(form): Form<OutboxForm>,
) -> Result<Response, Error> {
    let waiting = user.account.outbox().await?.into_iter().find(|outgoing| outgoing.id.0 == form.id);
    let Some(outgoing) = waiting else {
        let text = "This message is no longer in the outbox: it was sent, or taken back.";
        app.flashes.set(&user, Flash::warning(text)).await;
        return Ok(Redirect::to(&app.urls.outbox()).into_response());
    };
    match act(&user, &form.action, &outgoing).await {
        Ok(Next::Outbox(flash)) => {
            app.flashes.set(&user, flash).await;
            Ok(Redirect::to(&app.urls.outbox()).into_response())
        }
        Ok(Next::Draft(key)) => Ok(Redirect::to(&app.urls.draft(&key)).into_response()),
        // Somebody was faster: the page says what became of it.
        Err(Error::Mail(MailError::Invalid(sentence))) => {
            app.flashes.set(&user, Flash::warning(sentence)).await;
            Ok(Redirect::to(&app.urls.outbox()).into_response())
        }
        Err(error) => Err(error),
    }
}

/// Where to, after the deed.
enum Next {
    Outbox(Flash),
    /// On to writing it.
    Draft(MessageKey),
}

async fn act(user: &User, action: &str, outgoing: &Outgoing) -> Result<Next, Error> {
    let (account, id) = (&user.account, &outgoing.id);
    let note = |text: &str| Ok(Next::Outbox(Flash::note(text)));
    match action {
        "edit" => match account.take_back(id).await? {
            Some(key) => Ok(Next::Draft(key)),
            None => {
                note("The message was taken back. It is in Drafts, if the mail server could keep it there.")
            }
        },
        "cancel" => {
            account.take_back(id).await?;
            note("The message is not sent. It stays in Drafts.")
        }
        "send" => Ok(Next::Outbox(sent(account.send_now(id, Repeat::No).await))),
        "send-again" => Ok(Next::Outbox(sent(account.send_now(id, Repeat::AfterUnknown).await))),
        "discard" if outgoing.phase == Phase::Failed => {
            account.forget_outgoing(id).await?;
            if let Some(key) = &outgoing.draft {
                match account.discard_draft(key).await {
                    // Gone already is as good.
                    Ok(()) | Err(MailError::NotFound(_) | MailError::Stale) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            note("The message was discarded.")
        }
        "forget" if matches!(outgoing.phase, Phase::Unknown | Phase::Failed) => {
            account.forget_outgoing(id).await?;
            note("The message is out of the outbox.")
        }
        _ => Err(Error::BadRequest("no such action".to_owned())),
    }
}

fn sent(result: Result<Delivery, SendError>) -> Flash {
    match result {
        Ok(delivery) => compose::delivered(&delivery),
        Err(error) => Flash::warning(sentence(&error.cause)),
    }
}

/// Why it was not sent, in short: the page below the sentence says the rest.
fn sentence(cause: &Cause) -> String {
    match cause {
        Cause::Recipients(refusals) => {
            let refused: Vec<_> = refusals.iter().map(|r| format!("{}: {}", r.address, r.words)).collect();
            format!("Not sent: a recipient was refused. {}", refused.join("; "))
        }
        Cause::Refused(words) => format!("Not sent: the server refused the message. It said: “{words}”"),
        Cause::NotNow(words) => format!("Not sent yet. The server said: “{words}”"),
        Cause::BadCredentials(words) => {
            format!("Not sent: the server for sending mail does not take your password. It said: “{words}”")
        }
        Cause::Unavailable(reason) => unavailable(Which::Smtp, *reason).1.to_owned(),
        Cause::Unknown => "It may or may not have been sent: the connection broke.".to_owned(),
        Cause::NoOutbox(error) => format!("Not sent: {} Try again later.", error.sentence()),
        Cause::Before(error) => format!("Not sent: {error}."),
    }
}
