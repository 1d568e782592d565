//! What can go wrong with a request: its status, its page, and the way out. Logged here, and only here.

use std::{any::Any, error::Error as StdError, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use rand::RngExt;

use super::{App, pages::error::ErrorPage, proxies::Client};
use crate::{
    mail::{self, Reason, What, Which},
    store::StoreError,
};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Posted by another site's page.
    #[error("posted from another site")]
    CrossSite,
    /// A form without its token, or with an old one.
    #[error("the form's token is missing or wrong")]
    Forged,
    #[error("the request makes no sense: {0}")]
    BadRequest(String),
    #[error("no such page")]
    NoSuchPage,
    /// Signed, but not for this, or no longer.
    #[error("the address is not signed, or has expired")]
    AddressExpired,
    #[error("no such method")]
    NoSuchMethod,
    /// More than the route takes.
    #[error("the request is too large")]
    BodyTooLarge,
    #[error("the answer took too long")]
    TimedOut,
    #[error(transparent)]
    Mail(#[from] mail::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Whether somebody is signed in cannot be told: the database is away.
    #[error("the session cannot be looked up")]
    SessionAway,
    /// A route of `Access::Public` asked who is signed in.
    #[error("a handler takes a User on a route without a guard")]
    NotGuarded,
    #[error("a defect in Postroom")]
    Bug(#[source] Box<dyn StdError + Send + Sync>),
    #[error("a panic: {0}")]
    Panic(String),
}

/// Where a person may go from an error page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WayOut {
    /// The same page again; after a form, the browser's Back.
    Again,
    /// The folder that the address names, else the inbox.
    Folder,
    Inbox,
    SignIn,
}

/// What the page says.
pub(super) struct Explanation {
    pub(super) status: StatusCode,
    pub(super) title: &'static str,
    /// What happened, and what to do.
    pub(super) text: String,
    /// The mail server's own words.
    pub(super) quote: Option<String>,
    pub(super) way_out: WayOut,
}

impl Error {
    pub fn bug(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        Error::Bug(error.into())
    }

    /// The table of errors. No `_` arm: a new one needs a new answer.
    #[deny(clippy::wildcard_enum_match_arm)]
    pub(super) fn explain(&self) -> Explanation {
        use StatusCode as S;
        use mail::Error as M;
        let plain = |status, title, text: &str, way_out| Explanation {
            status,
            title,
            text: text.to_owned(),
            quote: None,
            way_out,
        };
        let quoting = |status, title, text: &str, words: &str, way_out| Explanation {
            quote: Some(words.to_owned()),
            ..plain(status, title, text, way_out)
        };
        match self {
            Error::CrossSite => plain(
                S::FORBIDDEN,
                "Refused for your safety",
                "This request was sent from another website. Nothing was changed. If you did this yourself here, \
                 the person who runs this site finds the reason in the log.",
                WayOut::Inbox,
            ),
            Error::Forged => plain(
                S::FORBIDDEN,
                "This form is out of date",
                "You signed in again since this page was opened, or it was opened by another website. Nothing was \
                 changed. Go back, reload the page, and try again.",
                WayOut::Again,
            ),
            Error::BadRequest(what) => plain(
                S::BAD_REQUEST,
                "That request could not be read",
                &format!("Nothing was changed. What was wrong with it: {what}."),
                WayOut::Inbox,
            ),
            Error::NoSuchPage => {
                plain(S::NOT_FOUND, "Page not found", "There is nothing at this address.", WayOut::Folder)
            }
            Error::AddressExpired => plain(
                S::NOT_FOUND,
                "Nothing is shown here any more",
                "The address of a message holds for some minutes. Reload the page that this is part of.",
                WayOut::Inbox,
            ),
            Error::NoSuchMethod => plain(
                S::METHOD_NOT_ALLOWED,
                "Page not found",
                "This address takes another kind of request.",
                WayOut::Inbox,
            ),
            Error::BodyTooLarge => plain(
                S::PAYLOAD_TOO_LARGE,
                "That is too large",
                "Nothing was changed. What you typed is still in your browser: go back, and send less at once.",
                WayOut::Again,
            ),
            Error::TimedOut => plain(
                S::GATEWAY_TIMEOUT,
                "The mail server is too slow",
                "It did not answer in time. If you were changing something, look whether that was done before \
                 you try again.",
                WayOut::Again,
            ),
            Error::Mail(M::BadCredentials) => plain(
                S::UNAUTHORIZED,
                "Please sign in again",
                "The mail server no longer accepts the password you signed in with.",
                WayOut::SignIn,
            ),
            Error::Mail(M::TooManyConnections(words)) => quoting(
                S::SERVICE_UNAVAILABLE,
                "Too many connections",
                "The mail server takes no more connections from your account. Close other mail programs, or wait \
                 a minute, and try again.",
                words,
                WayOut::Again,
            ),
            Error::Mail(M::NotFound(What::Message)) => plain(
                S::NOT_FOUND,
                "This message is no longer here",
                "It was moved or deleted, perhaps by another mail program.",
                WayOut::Folder,
            ),
            Error::Mail(M::NotFound(What::Mailbox)) => plain(
                S::NOT_FOUND,
                "This folder does not exist",
                "It was renamed or deleted, perhaps by another mail program.",
                WayOut::Inbox,
            ),
            Error::Mail(M::NotFound(What::Part)) => plain(
                S::NOT_FOUND,
                "This attachment is not there",
                "The message has no such part.",
                WayOut::Folder,
            ),
            Error::Mail(M::Stale) => plain(
                S::GONE,
                "This folder was rebuilt on the server",
                "The addresses of its messages have changed, so nothing was done. Open the folder again and find \
                 the message there.",
                WayOut::Folder,
            ),
            Error::Mail(M::Invalid(sentence)) => {
                plain(S::UNPROCESSABLE_ENTITY, "That did not work", sentence, WayOut::Again)
            }
            Error::Mail(M::Refused(words)) => {
                quoting(S::CONFLICT, "The mail server refused", "Nothing was changed.", words, WayOut::Folder)
            }
            Error::Mail(M::OverQuota(words)) => quoting(
                S::CONFLICT,
                "The mailbox is full",
                "Nothing was changed. Delete messages that you no longer need, empty the Trash, and try again.",
                words,
                WayOut::Inbox,
            ),
            Error::Mail(M::TooLarge { limit }) => plain(
                S::PAYLOAD_TOO_LARGE,
                "That is too large",
                &format!("At most {} MB can be sent at once.", limit / 1_000_000),
                WayOut::Again,
            ),
            Error::Mail(M::Unavailable { which, reason, .. }) => {
                let (status, text) = unavailable(*which, *reason);
                plain(status, "The mail server is not available", text, WayOut::Again)
            }
            Error::Mail(M::NotSupported(what)) => plain(
                S::NOT_FOUND,
                "Not offered here",
                &format!("This mail server does not offer it: {what}."),
                WayOut::Inbox,
            ),
            Error::Store(error) | Error::Mail(M::Store(error)) => plain(
                S::SERVICE_UNAVAILABLE,
                "Not available at the moment",
                &format!(
                    "{} Until that is mended, settings, collected mailboxes, the outbox and snoozing do not work. \
                     Reading and writing mail still work.",
                    error.sentence()
                ),
                WayOut::Again,
            ),
            Error::SessionAway => plain(
                S::SERVICE_UNAVAILABLE,
                "Please try again in a moment",
                "The database of this site does not answer, and without it this page cannot tell that it is you. If \
                 that takes longer, sign in again: reading and writing mail work without the database.",
                WayOut::SignIn,
            ),
            Error::Mail(M::Bug(_)) | Error::NotGuarded | Error::Bug(_) | Error::Panic(_) => plain(
                S::INTERNAL_SERVER_ERROR,
                "Something broke on our side",
                "Your mail is safe on the mail server. Please try again; if it happens again, tell the person who \
                 runs this site the number below.",
                WayOut::Again,
            ),
        }
    }
}

/// A sentence on a server that does not work, also for the sign-in page.
pub(super) fn unavailable(which: Which, reason: Reason) -> (StatusCode, &'static str) {
    let status = match reason {
        Reason::TimedOut => StatusCode::GATEWAY_TIMEOUT,
        Reason::Unreachable | Reason::Certificate | Reason::NoEncryption | Reason::Lost => {
            StatusCode::BAD_GATEWAY
        }
    };
    let text = match (which, reason) {
        (Which::Imap, Reason::Unreachable) => "The mail server cannot be reached. Try again in a moment.",
        (Which::Imap, Reason::TimedOut) => "The mail server did not answer in time. Try again in a moment.",
        (Which::Imap, Reason::Certificate) => {
            "The mail server's certificate is not trusted, so your password was not sent. The person who runs this \
             site must look into it."
        }
        (Which::Imap, Reason::NoEncryption) => {
            "The mail server offers no encryption, so your password was not sent. The person who runs this site \
             must look into it."
        }
        (Which::Imap, Reason::Lost) => {
            "The connection to the mail server broke off. If you were changing something, look whether that was \
             done before you try again."
        }
        (Which::Smtp, Reason::Unreachable) => {
            "The server for sending mail cannot be reached. Nothing was sent."
        }
        (Which::Smtp, Reason::TimedOut) => "The server for sending mail did not answer in time.",
        (Which::Smtp, Reason::Certificate) => {
            "The certificate of the server for sending mail is not trusted. Nothing was sent."
        }
        (Which::Smtp, Reason::NoEncryption) => {
            "The server for sending mail offers no encryption. Nothing was sent."
        }
        (Which::Smtp, Reason::Lost) => "The connection to the server for sending mail broke off.",
    };
    (status, text)
}

/// An error that waits for [`show`] to become a page.
#[derive(Clone)]
struct Unshown(Arc<Error>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.explain().status.into_response();
        response.extensions_mut().insert(Unshown(Arc::new(self)));
        response
    }
}

/// Turns errors into pages, once it is known what was asked for; logs them.
pub(super) async fn show(State(app): State<App>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let uri = request.uri().clone();
    let client = Client::of(request.extensions());
    let mut response = next.run(request).await;
    let Some(Unshown(error)) = response.extensions_mut().remove::<Unshown>() else { return response };
    let explanation = error.explain();
    let id = log(&error, explanation.status, &method, &uri, &client);
    let page = ErrorPage::new(&app, explanation, &method, &uri, id);
    let status = page.status;
    match super::html(&page) {
        Ok(page) => {
            let mut shown = (status, page).into_response();
            if let Some(allow) = response.headers_mut().remove(header::ALLOW) {
                shown.headers_mut().insert(header::ALLOW, allow);
            }
            if status == StatusCode::SERVICE_UNAVAILABLE {
                shown.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
            }
            shown
        }
        Err(error) => {
            tracing::error!("the error page cannot be shown: {}", chain(&error));
            (status, "Something broke.").into_response()
        }
    }
}

/// As [`show`], where no page of the site has its place.
pub(super) async fn say(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let uri = request.uri().clone();
    let client = Client::of(request.extensions());
    let mut response = next.run(request).await;
    let Some(Unshown(error)) = response.extensions_mut().remove::<Unshown>() else { return response };
    let Explanation { status, title, text, .. } = error.explain();
    log(&error, status, &method, &uri, &client);
    let allow = response.headers_mut().remove(header::ALLOW).map(|methods| (header::ALLOW, methods));
    (status, HeaderMap::from_iter(allow), format!("{title}.\n{text}\n")).into_response()
}

/// Returns what says in the log which of many a person talks about.
fn log(error: &Error, status: StatusCode, method: &Method, uri: &Uri, client: &Client) -> String {
    let id = format!("{:08x}", rand::rng().random::<u32>());
    let (path, status, ip) = (uri.path(), status.as_u16(), client.address);
    match status {
        500 => tracing::error!(%method, path, status, id, %ip, "request failed: {}", chain(error)),
        501.. => tracing::warn!(%method, path, status, id, %ip, "request failed: {}", chain(error)),
        _ => tracing::debug!(%method, path, status, %ip, "request refused: {}", chain(error)),
    }
    id
}

/// A handler that panicked is one failed request, not the end of the process.
pub(super) fn panicked(payload: Box<dyn Any + Send + 'static>) -> Response {
    let text = match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(other) => other.downcast_ref::<&str>().copied().unwrap_or_default().to_owned(),
    };
    Error::Panic(text).into_response()
}

/// What happened, and why, and why that: one line.
pub fn chain(error: &dyn StdError) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    line
}
