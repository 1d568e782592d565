//! The IMAP adapter: `model` in, `model` out. No other module sees `async_imap` or a response.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;

use crate::{
    config::Upstream,
    model::{
        Credentials, Flag, FlagChange, ListRequest, Mailbox, MailboxName, Message, MessageKey, MessageSet,
        MessageSummary, Paged, Quota, Section, Uid, UidValidity,
    },
    net::Dialer,
};

/// What went wrong. `Display` never repeats the source.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the IMAP server cannot be reached")]
    Unreachable(#[source] crate::net::Error),
    /// The connection broke, or the server said BYE.
    #[error("the connection to the IMAP server was lost")]
    Lost(#[source] std::io::Error),
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
}

/// What a server can do; one field for each extension we use, each with its RFC.
#[derive(Debug, Clone, Default)]
pub struct Capabilities {
    /// Every capability as the server named it, upper case.
    pub all: Vec<String>,
}

/// The IMAP server, shared by all accounts.
pub struct Server {
    pub dialer: Arc<Dialer>,
    pub upstream: Upstream,
    /// Connections for each account.
    pub max_connections: usize,
}

/// The connections of one account. Cheap to clone.
#[derive(Clone)]
pub struct Pool {}

/// A connection, inside the task that owns it.
pub struct Conn {}

/// The rows of a page, with the mailbox's UIDVALIDITY.
#[derive(Debug, Clone)]
pub struct Listed {
    pub uid_validity: UidValidity,
    pub page: Paged<MessageSummary>,
}

/// The messages before and after one in a list: up (shown above) and down (shown below).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Neighbours {
    pub above: Option<MessageKey>,
    pub below: Option<MessageKey>,
}

/// Where copied or moved messages are now (COPYUID, RFC 4315): `None` where the server did not tell.
pub type Copied = Option<MessageSet>;

impl Pool {
    /// Connects, logs in, reads the capabilities. The first connection stays in the pool.
    pub async fn sign_in(server: Arc<Server>, credentials: Credentials) -> Result<Pool, Error> {
        let _ = (server, credentials);
        todo!()
    }

    pub fn capabilities(&self) -> Arc<Capabilities> {
        todo!()
    }

    /// Runs a job that changes nothing: done again on a fresh connection if the first was lost.
    /// Prefers a connection that has `mailbox` selected. The job runs in the connection's own task:
    /// a caller that goes away does not interrupt it.
    pub async fn read<T: Send + 'static>(
        &self,
        mailbox: Option<&MailboxName>,
        job: impl for<'c> Fn(&'c mut Conn) -> BoxFuture<'c, Result<T, Error>> + Send + Sync + 'static,
    ) -> Result<T, Error> {
        let _ = (mailbox, job);
        todo!()
    }

    /// Runs a job that changes something: never done twice.
    pub async fn write<T: Send + 'static>(
        &self,
        mailbox: Option<&MailboxName>,
        job: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let _ = (mailbox, job);
        todo!()
    }

    /// Logs out of every connection.
    pub async fn close(&self) {
        todo!()
    }
}

impl Conn {
    pub fn capabilities(&self) -> &Capabilities {
        todo!()
    }

    /// LIST with roles, subscriptions and counts: one round trip with LIST-STATUS (RFC 5819).
    pub async fn list_mailboxes(&mut self) -> Result<Vec<Mailbox>, Error> {
        todo!()
    }

    /// STORAGE of the inbox's quota root (RFC 9208); `None` where there is none.
    pub async fn quota(&mut self) -> Result<Option<Quota>, Error> {
        todo!()
    }

    pub async fn create_mailbox(&mut self, name: &MailboxName) -> Result<(), Error> {
        let _ = name;
        todo!()
    }

    pub async fn rename_mailbox(&mut self, from: &MailboxName, to: &MailboxName) -> Result<(), Error> {
        let _ = (from, to);
        todo!()
    }

    pub async fn delete_mailbox(&mut self, name: &MailboxName) -> Result<(), Error> {
        let _ = name;
        todo!()
    }

    pub async fn subscribe(&mut self, name: &MailboxName) -> Result<(), Error> {
        let _ = name;
        todo!()
    }

    pub async fn unsubscribe(&mut self, name: &MailboxName) -> Result<(), Error> {
        let _ = name;
        todo!()
    }

    /// A page of a mailbox. A plain request costs SELECT (if needed) and one FETCH by sequence numbers.
    pub async fn list_page(&mut self, mailbox: &MailboxName, request: &ListRequest) -> Result<Listed, Error> {
        let _ = (mailbox, request);
        todo!()
    }

    /// The messages next to `key` in the list that `request` describes (its page is ignored).
    pub async fn neighbours(&mut self, key: &MessageKey, request: &ListRequest) -> Result<Neighbours, Error> {
        let _ = (key, request);
        todo!()
    }

    /// Flags, header and structure: never a body. Leaves \Seen alone.
    pub async fn open(&mut self, key: &MessageKey) -> Result<Message, Error> {
        let _ = key;
        todo!()
    }

    /// Bytes of a section as they stand in the message, still encoded; the root section is the whole
    /// message. `range` is `(offset, length)`; an answer shorter than `length` is the end.
    pub async fn section(
        &mut self,
        key: &MessageKey,
        section: &Section,
        range: Option<(u64, u32)>,
    ) -> Result<Bytes, Error> {
        let _ = (key, section, range);
        todo!()
    }

    /// The raw header of the message, or of the attached message at `section`.
    pub async fn header(&mut self, key: &MessageKey, section: &Section) -> Result<Bytes, Error> {
        let _ = (key, section);
        todo!()
    }

    /// Returns the messages whose flags did change (what undo takes back).
    pub async fn change_flags(
        &mut self,
        messages: &MessageSet,
        change: &FlagChange,
    ) -> Result<Option<MessageSet>, Error> {
        let _ = (messages, change);
        todo!()
    }

    pub async fn copy(&mut self, messages: &MessageSet, to: &MailboxName) -> Result<Copied, Error> {
        let _ = (messages, to);
        todo!()
    }

    /// MOVE (RFC 6851), or COPY, \Deleted, EXPUNGE of these messages alone.
    pub async fn move_to(&mut self, messages: &MessageSet, to: &MailboxName) -> Result<Copied, Error> {
        let _ = (messages, to);
        todo!()
    }

    /// Deletes these messages for good and no others, with UIDPLUS or without.
    pub async fn expunge(&mut self, messages: &MessageSet) -> Result<(), Error> {
        let _ = messages;
        todo!()
    }

    /// Deletes every message of the mailbox for good. Returns how many there were.
    pub async fn empty(&mut self, mailbox: &MailboxName) -> Result<u32, Error> {
        let _ = mailbox;
        todo!()
    }

    /// APPENDUID (RFC 4315) where the server tells, else found by Message-ID, else `None`.
    pub async fn append(
        &mut self,
        mailbox: &MailboxName,
        flags: &[Flag],
        message: Bytes,
    ) -> Result<Option<(UidValidity, Uid)>, Error> {
        let _ = (mailbox, flags, message);
        todo!()
    }

    /// Messages of `mailbox` with this Message-ID (without angle brackets).
    pub async fn find_message_id(
        &mut self,
        mailbox: &MailboxName,
        id: &str,
    ) -> Result<Option<MessageSet>, Error> {
        let _ = (mailbox, id);
        todo!()
    }
}
