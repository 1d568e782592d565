//! The gate: the only code that opens a connection to a host that a person (or a message) named.
//!
//! A name is resolved once, every address it leads to is judged, and the connection is made to that very address: a
//! name that answers differently the next time leads nowhere new.

mod address;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use futures_util::future::BoxFuture;
use tokio::{net::TcpStream, time::timeout};

use super::{Error, Stream};
use crate::config::{EgressAllow, HostNames, canonical_host};

/// For each of: name lookup, one TCP connect.
const PATIENCE: Duration = Duration::from_secs(10);
/// Of one host, at most so many are tried.
const MAX_ADDRESSES: usize = 4;

/// What may be connected to.
#[derive(Debug, Clone)]
pub struct EgressRules {
    /// Networks beside the public ones.
    pub allow: EgressAllow,
    /// The only hosts that may be named; else every host.
    pub hosts: Option<HostNames>,
    /// Those of the protocol; `allow` may add others.
    pub ports: Vec<u16>,
}

/// Why the gate stayed shut: sentences for the person who named the host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    #[error("{0} is not the name of a server")]
    NotAHost(String),
    #[error("{0} is not among the servers that this site connects to")]
    NotListed(String),
    #[error("{0} leads to a private address; this site does not connect to those")]
    Private(String),
    #[error("this site does not connect to port {port} of {host}")]
    Port { host: String, port: u16 },
    #[error("{0} is another machine; this site connects to it with encryption only")]
    Unencrypted(String),
}

type Resolve = dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync;

/// Opens connections to hosts that a person named, within its rules.
pub struct Egress {
    rules: EgressRules,
    resolve: Box<Resolve>,
}

impl Egress {
    pub fn new(rules: EgressRules) -> Egress {
        Egress::resolving_with(rules, |name| Box::pin(look_up(name)))
    }

    /// Asks `resolve` for the addresses of a name, instead of the system.
    pub fn resolving_with(
        rules: EgressRules,
        resolve: impl Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync + 'static,
    ) -> Egress {
        Egress { rules, resolve: Box::new(resolve) }
    }

    /// Connects to the first address of `host` that may be connected to and answers.
    pub async fn connect(&self, host: &str, port: u16) -> Result<Stream, Error> {
        let Some(host) = canonical_host(host) else {
            return Err(Forbidden::NotAHost(host.chars().take(100).collect()).into());
        };
        if self.rules.hosts.as_ref().is_some_and(|hosts| !hosts.has(&host)) {
            return Err(Forbidden::NotListed(host).into());
        }
        let mut failure = Error::Unreachable(io::Error::new(io::ErrorKind::NotFound, "it has no address"));
        for ip in self.permitted(&host, port).await?.into_iter().take(MAX_ADDRESSES) {
            match open(SocketAddr::new(ip, port)).await {
                Ok(stream) => return Ok(Stream::Plain(stream)),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    /// The addresses of a host that may be connected to; an error where it has others only.
    async fn permitted(&self, host: &str, port: u16) -> Result<Vec<IpAddr>, Error> {
        let (mut permitted, mut refusal) = (Vec::new(), None);
        for ip in self.addresses(host).await? {
            match self.judge(host, ip, port) {
                Ok(()) => permitted.push(ip),
                Err(why) => drop(refusal.get_or_insert(why)),
            }
        }
        match refusal {
            Some(why) if permitted.is_empty() => Err(why.into()),
            _ => Ok(permitted),
        }
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Error> {
        if let Ok(ip) = host.parse() {
            return Ok(vec![ip]);
        }
        // RFC 6761 §6.3: these are loopback whatever a resolver says.
        if host == "localhost" || host.ends_with(".localhost") {
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        let found = timeout(PATIENCE, (self.resolve)(host.to_owned())).await.map_err(|_| Error::TimedOut)?;
        let mut addresses: Vec<IpAddr> =
            found.map_err(Error::Unreachable)?.into_iter().map(|ip| ip.to_canonical()).collect();
        addresses.dedup();
        Ok(addresses)
    }

    fn judge(&self, host: &str, ip: IpAddr, port: u16) -> Result<(), Forbidden> {
        let EgressRules { allow, ports, .. } = &self.rules;
        if allow.has(ip, port, ports) {
            Ok(())
        } else if !address::is_global(ip) && !allow.has_ip(ip) {
            Err(Forbidden::Private(host.to_owned()))
        } else if address::is_global(ip) && ports.contains(&port) {
            Ok(())
        } else {
            Err(Forbidden::Port { host: host.to_owned(), port })
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the address was judged, and it is an address, not a name")]
async fn open(address: SocketAddr) -> Result<TcpStream, Error> {
    let stream = timeout(PATIENCE, TcpStream::connect(address))
        .await
        .map_err(|_| Error::TimedOut)?
        .map_err(Error::Unreachable)?;
    stream.set_nodelay(true).map_err(Error::Unreachable)?;
    Ok(stream)
}

#[expect(clippy::disallowed_methods, reason = "what it finds is judged")]
async fn look_up(name: String) -> io::Result<Vec<IpAddr>> {
    Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
}

#[cfg(test)]
mod tests;
