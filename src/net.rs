//! Connections to upstream servers: dial, TLS, time limits. Knows nothing of mail.

use crate::config::{Config, Upstream};

/// Opens connections to upstream servers.
pub struct Dialer {}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot connect")]
    Unreachable(#[source] std::io::Error),
    #[error("no answer in time")]
    TimedOut,
    #[error("the server's certificate is not trusted")]
    Certificate(#[source] std::io::Error),
    #[error("cannot read the CA file")]
    CaFile(#[source] std::io::Error),
}

/// A connection, with or without TLS. Implements `AsyncRead + AsyncWrite + Unpin + Send`.
#[derive(Debug)]
pub struct Stream {}

impl Dialer {
    /// Reads `config.ca_file`, builds the TLS client configuration (rustls, ring, platform verifier).
    pub fn new(config: &Config) -> Result<Dialer, Error> {
        let _ = config;
        todo!()
    }

    /// Connects with a time limit; with [`crate::config::Security::Tls`] the handshake is done too.
    pub async fn connect(&self, upstream: &Upstream) -> Result<Stream, Error> {
        let _ = upstream;
        todo!()
    }

    /// The handshake after STARTTLS. `stream` must hold no bytes that were read before it.
    pub async fn start_tls(&self, stream: Stream, host: &str) -> Result<Stream, Error> {
        let _ = (stream, host);
        todo!()
    }
}
