//! What can go wrong, and the one place where the server's refusals become it.

use std::io;

use super::response::{Code, Condition, Status};

/// What went wrong. `Display` never repeats the source.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no connection to the IMAP server")]
    Unreachable(#[source] crate::net::Error),
    /// The connection broke, or the server said BYE.
    #[error("the connection to the IMAP server was lost")]
    Lost(#[source] io::Error),
    #[error("the IMAP server did not answer in time")]
    TimedOut,
    /// The login was refused: wrong user name or password.
    #[error("the IMAP server refused the login")]
    BadCredentials,
    /// LIMIT, too many connections ("[LIMIT]", "[UNAVAILABLE]", BYE with such words at login).
    #[error("the IMAP server takes no more connections: {0}")]
    TooManyConnections(String),
    /// STARTTLS is required and the server does not offer it.
    #[error("the IMAP server offers no encryption")]
    NoStartTls,
    /// A tagged NO or BAD: the server's own words.
    #[error("the IMAP server refused: {0}")]
    Refused(String),
    /// NO with [OVERQUOTA].
    #[error("the mailbox is full: {0}")]
    OverQuota(String),
    /// Larger than the server takes, by its APPENDLIMIT or NO with [TOOBIG] (RFC 7889).
    #[error("the message is too large: {0}")]
    TooBig(String),
    /// NO with [TRYCREATE] or [NONEXISTENT], or a SELECT that was refused.
    #[error("there is no such mailbox")]
    NoSuchMailbox,
    /// NO with [ALREADYEXISTS].
    #[error("a mailbox of that name exists")]
    MailboxExists,
    /// The selected mailbox's UIDVALIDITY is not the key's.
    #[error("the mailbox was renumbered")]
    Stale,
    /// The UID is not in the mailbox any more.
    #[error("the message is gone")]
    Gone,
    /// Broken framing, or a response over the limits; the connection was closed.
    #[error("the IMAP server sent something unreadable: {0}")]
    Protocol(&'static str),
    /// What was to be appended could not be read, or has another size than was said. Nothing was appended; the
    /// connection was closed.
    #[error("the message that was to be stored could not be read")]
    Source(#[source] io::Error),
}

/// What the server must not send, as an [`io::Error`] for those that know no other.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Violation(&'static str);

impl Violation {
    pub(super) fn io(what: &'static str) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, Violation(what))
    }
}

/// What went wrong with the source of an upload, as an [`io::Error`] of the connection.
#[derive(Debug, thiserror::Error)]
#[error("the source failed")]
struct SourceFailed(#[source] io::Error);

impl Error {
    /// Marks an error of what is uploaded, so that it is not taken for one of the connection.
    pub(super) fn source_failed(error: io::Error) -> io::Error {
        io::Error::new(error.kind(), SourceFailed(error))
    }

    /// Whether client and server are out of step after it.
    pub(super) fn breaks_off(&self) -> bool {
        matches!(self, Error::Lost(_) | Error::TimedOut | Error::Protocol(_) | Error::Source(_))
    }

    /// The error of a read or write on the connection.
    pub(super) fn from_io(error: io::Error) -> Error {
        if let Some(Violation(what)) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
            return Error::Protocol(what);
        }
        match error.downcast::<SourceFailed>() {
            Ok(SourceFailed(error)) => Error::Source(error),
            Err(error) => Error::Lost(error),
        }
    }

    pub(super) fn bye(status: &Status<'_>) -> Error {
        Error::Lost(io::Error::new(io::ErrorKind::ConnectionAborted, format!("BYE {}", status.text)))
    }

    /// What a NO or BAD to a command means.
    pub(super) fn from_refusal(status: &Status<'_>) -> Error {
        match status.code {
            Some(Code::OverQuota) => Error::OverQuota(status.text.clone()),
            Some(Code::TooBig) => Error::TooBig(status.text.clone()),
            Some(Code::TryCreate | Code::NonExistent) => Error::NoSuchMailbox,
            Some(Code::AlreadyExists) => Error::MailboxExists,
            Some(Code::Limit) => Error::TooManyConnections(status.text.clone()),
            _ if status.condition == Condition::Bye => Error::bye(status),
            _ => Error::Refused(status.text.clone()),
        }
    }

    /// What a NO, BAD or BYE to a greeting or login means.
    pub(super) fn from_refused_login(status: &Status<'_>) -> Error {
        match (&status.code, status.condition) {
            (Some(Code::AuthenticationFailed), _) => Error::BadCredentials,
            (Some(Code::Limit), _) => Error::TooManyConnections(status.text.clone()),
            // [UNAVAILABLE] says no more than "later": Dovecot 2.3 uses it for its limit of
            // connections and for a password database that is down.
            _ if names_a_limit(&status.text) => Error::TooManyConnections(status.text.clone()),
            (None, Condition::No) => Error::BadCredentials,
            _ => Error::from_refusal(status),
        }
    }
}

fn names_a_limit(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("connections") || text.contains("too many")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

    use super::*;
    use crate::imap::response::Response;

    fn refused_login(line: &str) -> String {
        let frame = format!("{line}\r\n");
        match Response::parse(frame.as_bytes()).unwrap() {
            Response::Tagged { status, .. } | Response::Status(status) => {
                format!("{:?}", Error::from_refused_login(&status))
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_refused_login_is_told_apart_from_a_full_server() {
        for (line, want) in [
            ("a NO [AUTHENTICATIONFAILED] Authentication failed.", "BadCredentials"),
            ("a NO LOGIN failed.", "BadCredentials"),
            ("a NO [LIMIT] Slow down", "TooManyConnections"),
            ("a NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded", "TooManyConnections"),
            ("* BYE Too many simultaneous sessions", "TooManyConnections"),
            ("a NO [UNAVAILABLE] Temporary authentication failure.", "Refused"),
            ("a NO [PRIVACYREQUIRED] Plaintext disallowed", "Refused"),
            ("a BAD Error", "Refused"),
            ("* BYE going down", "Lost"),
        ] {
            assert!(refused_login(line).starts_with(want), "{line}: {}", refused_login(line));
        }
    }
}
