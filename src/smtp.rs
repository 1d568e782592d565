//! The submission adapter (RFC 6409): one message out, one answer for each recipient.

mod future_release;
mod probe;
mod session;
mod starttls;
mod transaction;
mod transport;

use std::{error::Error as StdError, future::Future, time::Duration};

use jiff::Timestamp;
use tokio::time::timeout;

pub use future_release::FutureRelease;
pub use probe::{Probe, probe};

use crate::{config::Upstream, model::Credentials, net::Dialer};
use session::Session;

/// For each command and its answer (RFC 5321 §4.5.3.2 has minutes; people wait for a page).
const PATIENCE: Duration = Duration::from_secs(60);

/// One recipient the server refused, with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub address: String,
    pub words: String,
    /// 5xx. What was refused with 4xx may be taken later: greylisting, a full mailbox.
    pub is_permanent: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no connection to the SMTP server")]
    Unreachable(#[source] crate::net::Error),
    #[error("the SMTP server offers no encryption")]
    NoStartTls,
    #[error("the SMTP server refused the login: {0}")]
    BadCredentials(String),
    /// Nothing was sent: at least one recipient was refused.
    #[error("the SMTP server refused a recipient")]
    Recipients(Vec<Refusal>),
    /// Nothing was sent: the sender, the size or the message was refused.
    #[error("the SMTP server refused the message: {0}")]
    Refused(String),
    /// 4xx, or the connection broke before the final dot: nothing was sent, trying again may help.
    #[error("the SMTP server could not take the message now: {0}")]
    NotNow(String),
    /// Nothing was sent: the server does not hold messages, or not until then (RFC 4865).
    #[error("the SMTP server does not hold messages until then")]
    NotOffered,
    /// Nothing was sent: the caller's `before_data` failed.
    #[error("the message was held back")]
    HeldBack(#[source] Box<dyn StdError + Send + Sync>),
    /// The connection broke between the final dot and the answer: it may or may not be on its way.
    #[error("the SMTP server did not confirm")]
    Unknown(#[source] std::io::Error),
}

impl Error {
    /// Whether nothing was sent and the same may be taken later. Not of [`Error::HeldBack`], whose cause is the
    /// caller's.
    pub fn is_temporary(&self) -> bool {
        match self {
            Error::Unreachable(_) | Error::NotNow(_) => true,
            Error::Recipients(refusals) => refusals.iter().all(|refusal| !refusal.is_permanent),
            Error::NoStartTls
            | Error::BadCredentials(_)
            | Error::Refused(_)
            | Error::NotOffered
            | Error::HeldBack(_)
            | Error::Unknown(_) => false,
        }
    }
}

/// What goes on the envelope (RFC 5321 §3.3).
#[derive(Debug, Clone)]
pub struct Envelope {
    pub from: String,
    pub to: Vec<String>,
    /// The server is to hold the message until then (RFC 4865). A time that has passed asks for nothing.
    pub release_at: Option<Timestamp>,
}

/// What the server took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// It is on its way.
    Sent,
    /// The server sends it at [`Envelope::release_at`]; nothing can call it back.
    HeldByServer,
}

/// Submits `message` (CRLF line ends, no Bcc). Either all recipients were accepted, or nothing was sent.
/// Must be run in a task of its own: a caller that goes away must not stop it half-way.
///
/// `before_data` is first polled when the server waits for the message, and done before its first byte is sent. So
/// a process that dies before `before_data` is done has not sent the message; one that dies later may have.
pub async fn submit<E: Into<Box<dyn StdError + Send + Sync>>>(
    dialer: &Dialer,
    upstream: &Upstream,
    credentials: &Credentials,
    envelope: &Envelope,
    message: &[u8],
    before_data: impl Future<Output = Result<(), E>>,
) -> Result<Accepted, Error> {
    let mut session = Session::open(dialer, upstream).await?;
    let result = match session.log_in(credentials).await {
        Ok(()) => transaction::run(&mut session, envelope, message, before_data).await,
        Err(error) => Err(error),
    };
    match result {
        // The server takes what comes next for the message, and drops it where the connection ends.
        Err(Error::HeldBack(_)) => drop(session),
        _ => session.quit().await,
    }
    result
}

/// Runs one step against the clock. Time running out is a lost connection: nothing can be said after it.
async fn within<T>(limit: Duration, step: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    timeout(limit, step).await.unwrap_or_else(|_| Err(Error::NotNow("it did not answer in time".to_owned())))
}

/// What an answer, or its absence, means before the final dot.
fn meaning(error: &lettre::transport::smtp::Error) -> Error {
    if error.is_permanent() {
        Error::Refused(words(error))
    } else if error.is_transient() {
        Error::NotNow(words(error))
    } else {
        Error::NotNow("the connection was lost".to_owned())
    }
}

/// The server's words in one line, with its code.
fn words(error: &lettre::transport::smtp::Error) -> String {
    use std::error::Error as _;

    let code = error.status().map(|code| code.to_string());
    let text = error.source().map(ToString::to_string).unwrap_or_default();
    one_line(code.iter().map(String::as_str).chain([text.as_str()]))
}

fn one_line<'w>(pieces: impl Iterator<Item = &'w str>) -> String {
    /// Characters; a server that says more is not quoted further.
    const MAX_WORDS: usize = 500;
    let words: Vec<String> = pieces
        .flat_map(str::split_whitespace)
        .map(|word| word.chars().filter(|c| !c.is_control()).collect())
        .collect();
    words.join(" ").chars().take(MAX_WORDS).collect()
}
