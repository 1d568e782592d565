//! Why a message was not sent or saved: what happened, what was kept, what to do.

use axum::http::StatusCode;

use super::{Alert, WayOn};
use crate::{
    mail::{Cause, Error as MailError, Reason, SendError, Which},
    web::{Error, error},
};

pub(super) fn not_sent(error: &SendError) -> (StatusCode, Alert) {
    let kept = match error.draft {
        Some(_) => " It is kept in Drafts, and below as you typed it.",
        None => {
            " It stands below as you typed it; it could not be kept in Drafts, so do not close this page."
        }
    };
    let alert = |title: &str, text: &str, quotes: Vec<String>| Alert {
        title: title.to_owned(),
        text: format!("{text}{kept}"),
        quotes,
        way_on: WayOn::Send,
    };
    match &error.cause {
        Cause::Recipients(refusals) => {
            let quotes =
                refusals.iter().map(|refusal| format!("{}: {}", refusal.address, refusal.words)).collect();
            let text = "Nothing was sent, to nobody. Correct or remove the recipients that were refused, then send again.";
            (StatusCode::UNPROCESSABLE_ENTITY, alert("A recipient was refused", text, quotes))
        }
        Cause::Refused(words) => {
            let text = "Nothing was sent.";
            (StatusCode::UNPROCESSABLE_ENTITY, alert("The message was refused", text, vec![words.clone()]))
        }
        Cause::NotNow(words) => {
            let text = "Nothing was sent. Try again in a moment.";
            (
                StatusCode::SERVICE_UNAVAILABLE,
                alert("The message was not taken now", text, vec![words.clone()]),
            )
        }
        Cause::BadCredentials(words) => {
            let text = "Nothing was sent: the server for sending mail does not take the password you signed in with. \
                        The person who runs this site must look into it.";
            (StatusCode::BAD_GATEWAY, alert("Sending is not allowed", text, vec![words.clone()]))
        }
        Cause::Unavailable(reason) => {
            let (status, text) = error::unavailable(Which::Smtp, *reason);
            let text = match reason {
                Reason::TimedOut | Reason::Lost => format!("{text} Nothing was sent."),
                Reason::Unreachable | Reason::Certificate | Reason::NoEncryption => text.to_owned(),
            };
            (status, alert("The message was not sent", &text, vec![]))
        }
        Cause::Unknown => {
            let text = "The server for sending mail took the message but the connection broke before it confirmed. \
                        It may or may not arrive, so it was not sent again by itself. Ask a recipient, or send it again \
                        if a second copy does no harm.";
            let unknown = Alert { way_on: WayOn::SendAgain, ..alert("Perhaps sent", text, vec![]) };
            (StatusCode::BAD_GATEWAY, unknown)
        }
        Cause::NoOutbox(error) => {
            let text = format!("{} Nothing was sent. Try again in a moment.", error.sentence());
            (StatusCode::SERVICE_UNAVAILABLE, alert("The message was not sent", &text, vec![]))
        }
        Cause::Before(source) => before(source, kept),
    }
}

/// What the mail server's refusal to keep a draft means for the person.
pub(super) fn not_saved(error: &Error) -> (StatusCode, Alert) {
    let explanation = error.explain();
    let alert = Alert {
        title: explanation.title.to_owned(),
        text: format!("{} What you typed stands below; it is not saved yet.", explanation.text),
        quotes: explanation.quote.into_iter().collect(),
        way_on: WayOn::Send,
    };
    (explanation.status, alert)
}

fn before(error: &MailError, kept: &str) -> (StatusCode, Alert) {
    let (status, text) = match error {
        MailError::TooLarge { limit } => (
            StatusCode::PAYLOAD_TOO_LARGE,
            format!(
                "Nothing was sent: the message is larger than {} MB, its attachments included.",
                limit / 1_000_000
            ),
        ),
        error => {
            tracing::error!(%error, "a message could not be prepared for sending");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Nothing was sent: the message could not be prepared.".to_owned(),
            )
        }
    };
    let alert = Alert {
        title: "The message was not sent".to_owned(),
        text: format!("{text}{kept}"),
        quotes: vec![],
        way_on: WayOn::Send,
    };
    (status, alert)
}
