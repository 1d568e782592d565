//! Every setting: one TOML file, each key overridable by a `POSTROOM_…` environment variable.

use std::path::PathBuf;

/// What the administrator decided. Read once, at start.
#[derive(Debug, Clone)]
pub struct Config {
    pub imap: Upstream,
    pub smtp: Upstream,
    /// PEM file of a private certificate authority, trusted beside the system's.
    pub ca_file: Option<PathBuf>,
    /// Added to a user name without `@` to make its address; else the IMAP host's name is used.
    pub mail_domain: Option<String>,
    /// Connections to the IMAP server, for each signed-in account.
    pub imap_connections: usize,
    /// Largest message that may be sent, bytes.
    pub max_message_bytes: usize,
}

/// A server that Postroom speaks to: `imaps://host:port` and the like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    pub host: String,
    pub port: u16,
    pub security: Security,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (`imaps`, `submissions`).
    Tls,
    /// STARTTLS, refused where the server does not offer it (`imap`, `submission`).
    StartTls,
    /// No TLS (`imap+insecure`, `submission+insecure`): loopback only, unless forced.
    Insecure,
}
