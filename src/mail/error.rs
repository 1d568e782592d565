//! Errors by what the person can do about them.

use crate::{imap, net, store::StoreError};

/// What could not be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Message,
    Mailbox,
    Part,
}

/// Which server is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    Imap,
    Smtp,
}

/// Why a server is not available.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    Unreachable,
    TimedOut,
    Certificate,
    NoEncryption,
    /// The connection broke, or what came over it was not readable.
    Lost,
}

/// A new variant needs a new remedy.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Type again.
    #[error("the user name or the password is wrong")]
    BadCredentials,
    /// Wait, or close other programs. Holds the server's words.
    #[error("the server takes no more connections: {0}")]
    TooManyConnections(String),
    /// Go elsewhere.
    #[error("{0:?} not found")]
    NotFound(What),
    /// Reopen the folder: it was rebuilt, and every link to its messages is void.
    #[error("the folder was rebuilt on the server")]
    Stale,
    /// Correct what was typed. Holds a sentence.
    #[error("{0}")]
    Invalid(String),
    /// Read the server's own words.
    #[error("the server refused: {0}")]
    Refused(String),
    /// Make room. Holds the server's words.
    #[error("the mailbox is full: {0}")]
    OverQuota(String),
    /// Send less. In bytes.
    #[error("larger than {limit} bytes")]
    TooLarge { limit: usize },
    /// Wait, try again.
    #[error("{which:?} is not available: {reason:?}")]
    Unavailable {
        which: Which,
        reason: Reason,
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// Wait: what this site keeps by itself cannot be had. Mail can.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing: the control should not have been shown.
    #[error("not supported: {0}")]
    NotSupported(&'static str),
    /// Report it.
    #[error("a defect in Postroom: {0}")]
    Bug(String),
}

impl Error {
    pub(super) fn unavailable(
        which: Which,
        reason: Reason,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Error {
        Error::Unavailable { which, reason, source: Some(Box::new(source)) }
    }
}

pub(super) fn reason(error: &net::Error) -> Reason {
    match error {
        net::Error::TimedOut => Reason::TimedOut,
        net::Error::Certificate(_) => Reason::Certificate,
        net::Error::Unreachable(_) | net::Error::CaFile(_) | net::Error::Forbidden(_) => Reason::Unreachable,
    }
}

impl From<imap::Error> for Error {
    fn from(error: imap::Error) -> Error {
        use imap::Error as E;
        let reason = match error {
            E::BadCredentials => return Error::BadCredentials,
            E::TooManyConnections(words) => return Error::TooManyConnections(words),
            E::Refused(words) | E::TooBig(words) => return Error::Refused(words),
            E::OverQuota(words) => return Error::OverQuota(words),
            E::NoSuchMailbox => return Error::NotFound(What::Mailbox),
            E::MailboxExists => return Error::Invalid("A folder of that name exists already.".to_owned()),
            E::Stale => return Error::Stale,
            E::Gone => return Error::NotFound(What::Message),
            E::Source(source) => return Error::Bug(format!("a message could not be read: {source}")),
            E::Unreachable(ref source) => reason(source),
            E::TimedOut => Reason::TimedOut,
            E::NoStartTls => Reason::NoEncryption,
            E::Lost(_) | E::Protocol(_) => Reason::Lost,
        };
        Error::unavailable(Which::Imap, reason, error)
    }
}
