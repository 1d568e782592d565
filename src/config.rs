//! Every setting: one TOML file, each key overridable by a `POSTROOM_…` environment variable.

mod database;
mod egress;
mod error;
mod keys;
mod listen;
mod proxies;
mod source;
mod upstream;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use secrecy::SecretString;

pub use database::Database;
pub use egress::{EgressAllow, HostNames};
pub use error::{Error, Place};
pub use keys::{KEYS, Key};
pub use listen::Listen;
pub use proxies::TrustedProxies;
pub use upstream::{Security, Upstream, canonical_host};

/// What the administrator decided. Read once, at start. The table in `config/keys.rs` says how each
/// field is called and read; README's table is held against it by a test.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where browsers, or the reverse proxy, reach Postroom.
    pub listen: Listen,
    /// Permissions of the Unix socket, where `listen` is one.
    pub listen_mode: u32,
    pub imap: Upstream,
    pub smtp: Upstream,
    /// Unencrypted connections to servers on other machines are taken too.
    pub allow_insecure: bool,
    /// PEM file of a private certificate authority, trusted beside the system's.
    pub ca_file: Option<PathBuf>,
    /// The subpath that the site lives under: `/webmail`; empty at the root.
    pub base_path: String,
    /// The address people see, `https://mail.example.org`; else the request's Host says it.
    pub public_origin: Option<String>,
    /// A second address, with a host name for messages alone: `https://mail-content.example`.
    pub body_origin: Option<String>,
    /// Peers whose X-Forwarded-… and Forwarded headers are believed.
    pub trusted_proxies: TrustedProxies,
    /// Servers whose Authentication-Results (RFC 8601) are believed, as they call themselves there.
    pub authserv_ids: Vec<String>,
    /// Added to a user name without `@` to make its address; else the IMAP host's name is used.
    pub mail_domain: Option<String>,
    /// Networks beside the public ones that a host which a person named may be in.
    pub egress_allow: EgressAllow,
    /// The only hosts that collectors may name; else every host.
    pub collect_hosts: Option<HostNames>,
    /// Connections to the IMAP server, for each signed-in account.
    pub imap_connections: usize,
    /// How long an IMAP command may take; searching and sorting get five times as long.
    pub imap_timeout: Duration,
    /// Largest message that may be sent, bytes.
    pub max_message_bytes: usize,
    /// A session that nobody used for so long ends.
    pub session_idle: Duration,
    /// A session ends after so long, used or not.
    pub session_absolute: Duration,
    /// Where attachments wait until their message is sent; else a private temporary directory.
    pub upload_dir: Option<PathBuf>,
    /// Where the database and the key are, unless they are named themselves.
    pub data_dir: Option<PathBuf>,
    /// Where sessions, settings, collectors and the outbox are kept.
    pub database: Database,
    /// The server key that stored secrets are sealed with; without one a key is made that ends with the process.
    pub key_file: Option<PathBuf>,
    /// Collecting and sending go on while their owner is away; the passwords that takes are kept, sealed.
    pub background_work: bool,
    /// What the pages call the site.
    pub product_name: String,
    /// What is logged: a level, or directives of tracing's `EnvFilter`.
    pub log: String,
    pub log_format: LogFormat,
    /// The account that `postroom check` logs in with.
    pub check_user: Option<String>,
    pub check_password: Option<SecretString>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

impl Config {
    /// Every other setting as by default, except that nothing is kept on disk: that is for whoever reads a file or
    /// the environment.
    pub fn new(listen: Listen, imap: Upstream, smtp: Upstream) -> Config {
        Config {
            listen,
            listen_mode: 0o660,
            imap,
            smtp,
            allow_insecure: false,
            ca_file: None,
            base_path: String::new(),
            public_origin: None,
            body_origin: None,
            trusted_proxies: TrustedProxies::default(),
            authserv_ids: Vec::new(),
            mail_domain: None,
            egress_allow: EgressAllow::default(),
            collect_hosts: None,
            imap_connections: 4,
            imap_timeout: Duration::from_secs(30),
            max_message_bytes: 50_000_000,
            session_idle: Duration::from_secs(60 * 60),
            session_absolute: Duration::from_secs(7 * 24 * 3600),
            upload_dir: None,
            data_dir: None,
            database: Database::Memory,
            key_file: None,
            background_work: true,
            product_name: "Postroom".to_owned(),
            log: "info".to_owned(),
            log_format: LogFormat::Text,
            check_user: None,
            check_password: None,
        }
    }

    /// Reads `file`, where there is one, and then the environment, which wins.
    pub fn load(
        file: Option<&std::path::Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Config, Error> {
        let mut given = BTreeMap::new();
        if let Some(path) = file {
            source::read_file(path, &mut given)?;
        }
        let environment: BTreeMap<String, String> = environment.into_iter().collect();
        let default_dir = database::default_dir(|name| environment.get(name).cloned());
        source::read_environment(environment, &mut given)?;
        keys::build(&given, &default_dir)
    }

    /// Reads the text of a configuration file alone.
    pub fn parse(toml: &str) -> Result<Config, Error> {
        let mut given = BTreeMap::new();
        source::read_toml(toml, std::path::Path::new("postroom.toml"), &mut given)?;
        keys::build(&given, std::path::Path::new("/var/lib/postroom"))
    }
}

#[cfg(test)]
mod tests;
