//! A POP3 mailbox that is collected into the account.

use serde::{Deserialize, Serialize};

/// Names one collector. Random.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CollectorId(pub String);

/// A collector as it is kept; its password is not in here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collector {
    pub id: CollectorId,
    /// The account that the mail goes into.
    pub owner: String,
    pub settings: CollectorSettings,
    pub state: CollectorState,
    /// Unix seconds; `None` while it does not run by itself.
    pub next_run: Option<i64>,
}

/// What its owner decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectorSettings {
    /// What its owner calls it.
    pub name: String,
    /// `pop3s://host:port` or `pop3://host:port`.
    pub server: String,
    pub username: String,
    pub login: CollectorLogin,
    /// The mailbox that new messages go into.
    pub mailbox: String,
    /// Set on every collected message: `via-…`.
    pub keyword: Option<String>,
    pub keep: Keep,
    /// Minutes between two runs.
    pub every_minutes: u32,
    /// Larger messages stay on the server. Bytes.
    pub max_bytes: Option<u64>,
    /// Collected messages are filed as read.
    pub mark_read: bool,
    /// The identity that answers to its messages come from.
    pub identity: Option<String>,
}

/// What the stored secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CollectorLogin {
    /// For USER and PASS, or SASL PLAIN.
    Password,
    /// An OAuth 2.0 access token, for SASL XOAUTH2.
    Token,
}

/// What becomes of a message on the POP3 server once it was collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    Leave,
    Delete,
    DeleteAfterDays(u32),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CollectorState {
    Active,
    /// By its owner.
    Paused,
    /// Because of an error that another attempt cannot mend, in words for its owner.
    Stopped(String),
}

/// What one run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectorRun {
    /// Unix seconds.
    pub started_at: i64,
    /// Unix seconds.
    pub ended_at: i64,
    pub report: RunReport,
}

/// Numbers of messages, and what went wrong in words for the owner.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunReport {
    /// New in the account.
    pub collected: u64,
    /// Left on the server for their size.
    pub too_large: u64,
    /// Deleted on the server.
    pub deleted: u64,
    pub problem: Option<String>,
}

/// What is known of one message on a POP3 server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    pub state: LedgerState,
    /// Bytes, as the server lists them.
    pub size: u64,
    /// SHA-256 of the message with CRLF line ends, hexadecimal; empty where it was never fetched.
    pub hash: String,
    /// The same message's size, bytes; 0 where it was never fetched.
    pub n_bytes: u64,
    /// Without angle brackets; empty where it has none.
    pub message_id: String,
    /// Where it went, or is about to go.
    pub mailbox: String,
    /// 0 where the server does not tell.
    pub uid_validity: u32,
    /// [`LedgerState::Appending`]: the UIDNEXT before; else its UID. 0 where the server does
    /// not tell.
    pub uid: u32,
    /// Unix seconds.
    pub since: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerState {
    /// The APPEND was about to be sent: it may have happened.
    Appending,
    /// In the account.
    Collected,
    /// In the account, and the server said that it has deleted it.
    Deleted,
}
