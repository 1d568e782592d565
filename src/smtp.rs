//! The submission adapter (RFC 6409): one message out, one answer for each recipient.

use crate::{config::Upstream, model::Credentials, net::Dialer};

/// One recipient the server refused, with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub address: String,
    pub words: String,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the SMTP server cannot be reached")]
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
    /// The connection broke between the final dot and the answer: it may or may not be on its way.
    #[error("the SMTP server did not confirm")]
    Unknown(#[source] std::io::Error),
}

/// What goes on the envelope (RFC 5321 §3.3).
#[derive(Debug, Clone)]
pub struct Envelope {
    pub from: String,
    pub to: Vec<String>,
}

/// Submits `message` (CRLF line ends, no Bcc). Either all recipients were accepted, or nothing was sent.
/// Must be run in a task of its own: a caller that goes away must not stop it half-way.
pub async fn submit(
    dialer: &Dialer,
    upstream: &Upstream,
    credentials: &Credentials,
    envelope: &Envelope,
    message: &[u8],
) -> Result<(), Error> {
    let _ = (dialer, upstream, credentials, envelope, message);
    todo!()
}
