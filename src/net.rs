//! Connections to upstream servers: dial, TLS, time limits. Knows nothing of mail.
//!
//! [`Dialer`] connects to servers the administrator configured; what a person named goes through [`Egress`]. No other
//! code opens a connection.

mod egress;
mod stream;
mod tls;

use std::{io, path::Path, sync::Arc, time::Duration};

use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;

pub use egress::{Egress, EgressRules, Forbidden};
pub use stream::Stream;

use crate::config::{Config, Security, Upstream};

/// For each of: name lookup and TCP connect, the TLS handshake.
const PATIENCE: Duration = Duration::from_secs(10);

/// Opens connections to upstream servers.
pub struct Dialer {
    /// `None` on a machine without any certificate authority: there is no TLS then.
    tls: Option<Arc<ClientConfig>>,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot connect")]
    Unreachable(#[source] io::Error),
    #[error("no answer in time")]
    TimedOut,
    #[error("the server's certificate is not trusted")]
    Certificate(#[source] io::Error),
    #[error("cannot read the CA file")]
    CaFile(#[source] io::Error),
    /// The rules for hosts that people name do not let it through.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
}

impl Dialer {
    /// Reads `config.ca_file`, builds the TLS client configuration (rustls, ring, platform verifier).
    pub fn new(config: &Config) -> Result<Dialer, Error> {
        Dialer::trusting(config.ca_file.as_deref())
    }

    /// Trusts the system's certificate authorities, and those of the PEM file `ca_file`.
    pub fn trusting(ca_file: Option<&Path>) -> Result<Dialer, Error> {
        let own_authority = match ca_file {
            Some(path) => tls::read_authority(path).map_err(Error::CaFile)?,
            None => Vec::new(),
        };
        Ok(Dialer { tls: tls::client_config(own_authority)? })
    }

    /// The one TLS client configuration; `None` on a machine without any certificate authority.
    pub fn tls(&self) -> Option<Arc<ClientConfig>> {
        self.tls.clone()
    }

    /// Connects with a time limit; with [`Security::Tls`] the handshake is done too.
    #[expect(clippy::disallowed_methods, reason = "the administrator named this host")]
    pub async fn connect(&self, upstream: &Upstream) -> Result<Stream, Error> {
        let host = bare(&upstream.host);
        let stream = timeout(PATIENCE, TcpStream::connect((host, upstream.port)))
            .await
            .map_err(|_| Error::TimedOut)?
            .map_err(Error::Unreachable)?;
        // Commands are small and each waits for its answer: Nagle's algorithm would only delay them.
        stream.set_nodelay(true).map_err(Error::Unreachable)?;
        match upstream.security {
            Security::Tls => self.start_tls(Stream::Plain(stream), host).await,
            Security::StartTls | Security::Insecure => Ok(Stream::Plain(stream)),
        }
    }

    /// The same to a host that a person named, as far as the gate lets it through. Without encryption only to this
    /// machine itself.
    pub async fn connect_through(&self, egress: &Egress, upstream: &Upstream) -> Result<Stream, Error> {
        let stream = egress.connect(&upstream.host, upstream.port).await?;
        match upstream.security {
            Security::Tls => self.start_tls(stream, &upstream.host).await,
            Security::StartTls => Ok(stream),
            Security::Insecure => {
                let peer = stream.peer_addr().map_err(Error::Unreachable)?.ip();
                if peer.is_loopback() {
                    Ok(stream)
                } else {
                    Err(Forbidden::Unencrypted(upstream.host.clone()).into())
                }
            }
        }
    }

    /// The handshake after STARTTLS. `stream` must hold no bytes that were read before it.
    pub async fn start_tls(&self, stream: Stream, host: &str) -> Result<Stream, Error> {
        let Stream::Plain(tcp) = stream else {
            return Err(Error::Unreachable(io::Error::other("the connection has TLS already")));
        };
        let connector = self.tls.clone().map(TlsConnector::from).ok_or_else(|| {
            Error::Certificate(io::Error::other("this machine trusts no certificate authority"))
        })?;
        let name = ServerName::try_from(bare(host).to_owned())
            .map_err(|error| Error::Certificate(io::Error::other(error)))?;
        let handshake = timeout(PATIENCE, connector.connect(name, tcp)).await.map_err(|_| Error::TimedOut)?;
        handshake.map(|tls| Stream::Tls(Box::new(tls))).map_err(tls::handshake_error)
    }
}

/// An IPv6 address without the brackets it has in a URL.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

#[cfg(test)]
mod tests;
