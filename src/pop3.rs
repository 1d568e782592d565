//! The POP3 adapter (RFC 1939 and its extensions): what waits in somebody's mailbox elsewhere, fetched and deleted
//! there. Knows nothing of where it goes.
//!
//! A [`Conn`] is one session: signed in by `login.rs`, its commands in `conn.rs`. Answers arrive through `wire.rs`; what
//! reads their bytes (`lines.rs`, `body.rs`, `reply.rs`, `listing.rs`, `capabilities.rs`) does no I/O.

mod body;
mod capabilities;
mod conn;
mod error;
#[doc(hidden)]
pub mod fuzz;
mod lines;
mod listing;
mod login;
mod reply;
mod wire;

use std::{sync::Arc, time::Duration};

pub use capabilities::{Capabilities, Expire};
pub use conn::{Conn, NotDeleted};
pub use error::Error;
pub use listing::Stat;

use crate::{
    config::{Config, Upstream},
    model::Credentials,
    net::{Dialer, Egress, EgressRules},
};

/// Where POP3 servers listen (RFC 1939, RFC 8314 §7.1).
const PORTS: [u16; 2] = [110, 995];

/// For a connection that is not made for a person who waits: servers count a large mailbox before they answer.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How a server is reached, and how long it is waited for.
#[derive(Clone)]
pub struct Server {
    pub dialer: Arc<Dialer>,
    pub egress: Arc<Egress>,
    pub upstream: Upstream,
    /// For the greeting, for each answer to begin, and between two pieces of one; see [`PATIENCE`].
    pub patience: Duration,
}

/// With what somebody signs in.
#[derive(Debug, Clone)]
pub enum Login {
    Password(Credentials),
    /// An OAuth 2.0 access token in the password's place.
    Token(Credentials),
}

/// The gate that POP3 servers are reached through, as the administrator wants it.
pub fn egress(config: &Config) -> Egress {
    Egress::new(EgressRules {
        allow: config.egress_allow.clone(),
        hosts: config.collect_hosts.clone(),
        ports: PORTS.to_vec(),
    })
}
