//! Who a request comes from, and by which address: said by the connection, or by a proxy that is trusted.

use std::{
    convert::Infallible,
    fmt,
    net::{IpAddr, SocketAddr},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State, connect_info::Connected},
    http::{Extensions, HeaderMap, Uri, header, request::Parts},
    middleware::Next,
    response::Response,
    serve::IncomingStream,
};
use tokio::net::UnixListener;

use super::{App, serve::Prompt};
use crate::config::TrustedProxies;

/// The other end of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    Tcp(IpAddr),
    /// Whoever may open the Unix socket. Also a request that came over no socket at all, as in tests.
    Unix,
}

impl Connected<IncomingStream<'_, Prompt>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Prompt>) -> Peer {
        Peer::from(*stream.remote_addr())
    }
}

impl Connected<IncomingStream<'_, UnixListener>> for Peer {
    fn connect_info(_: IncomingStream<'_, UnixListener>) -> Peer {
        Peer::Unix
    }
}

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Peer {
        Peer::Tcp(address.ip().to_canonical())
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Peer::Tcp(ip) => ip.fmt(f),
            Peer::Unix => f.write_str("unix"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    Http,
    Https,
}

/// The browser, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The browser's address; the peer itself where no trusted proxy says more.
    pub address: Peer,
    pub scheme: Scheme,
    /// Host and port as the browser wrote them; empty where there is none.
    pub host: String,
    /// The X-Forwarded-Host that was not believed, for the log.
    pub ignored_host: Option<String>,
}

impl Client {
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::Https
    }

    /// Of a request that went through [`resolve`].
    pub fn of(extensions: &Extensions) -> Client {
        extensions.get::<Client>().cloned().unwrap_or(Client {
            address: Peer::Unix,
            scheme: Scheme::Http,
            host: String::new(),
            ignored_host: None,
        })
    }
}

impl FromRequestParts<App> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Client, Infallible> {
        Ok(Client::of(&parts.extensions))
    }
}

/// Works out the [`Client`] before anything else looks at the request.
pub async fn resolve(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map_or(Peer::Unix, |info| info.0);
    let mut client = client(peer, request.uri(), request.headers(), &app.config.trusted_proxies);
    if app.config.public_origin.as_deref().is_some_and(|origin| origin.starts_with("https://")) {
        client.scheme = Scheme::Https;
    }
    request.extensions_mut().insert(client);
    next.run(request).await
}

fn client(peer: Peer, uri: &Uri, headers: &HeaderMap, trusted: &TrustedProxies) -> Client {
    let host =
        text(headers, header::HOST.as_str()).or(uri.authority().map(|a| a.as_str())).unwrap_or_default();
    let mut client =
        Client { address: peer, scheme: Scheme::Http, host: host.to_owned(), ignored_host: None };
    if !is_trusted(peer, trusted) {
        client.ignored_host = text(headers, "x-forwarded-host").map(str::to_owned);
        return client;
    }
    let hops = hops(headers);
    // The nearest proxy's word comes last: walk back as long as the proxy that spoke is one of ours.
    let mut believed = hops.len();
    for (index, hop) in hops.iter().enumerate().rev() {
        believed = index;
        let Some(ip) = hop.ip else { break };
        client.address = Peer::Tcp(ip);
        if !trusted.has_ip(ip) {
            break;
        }
    }
    let said = || hops.iter().skip(believed);
    if let Some(proto) = said().find_map(|hop| hop.proto.as_deref()) {
        client.scheme = if proto.eq_ignore_ascii_case("https") { Scheme::Https } else { Scheme::Http };
    }
    if let Some(host) = said().find_map(|hop| hop.host.clone()) {
        client.host = host;
    }
    client
}

fn is_trusted(peer: Peer, trusted: &TrustedProxies) -> bool {
    match peer {
        Peer::Tcp(ip) => trusted.has_ip(ip),
        Peer::Unix => trusted.has_unix(),
    }
}

/// What one proxy said of the one before it.
#[derive(Default)]
struct Hop {
    ip: Option<IpAddr>,
    proto: Option<String>,
    host: Option<String>,
}

/// Forwarded (RFC 7239 §4) where there is one, else the X-Forwarded-… headers. The browser's end first.
fn hops(headers: &HeaderMap) -> Vec<Hop> {
    let forwarded = list(headers, "forwarded");
    if !forwarded.is_empty() {
        return forwarded.iter().map(|element| forwarded_hop(element)).collect();
    }
    let mut hops: Vec<Hop> = list(headers, "x-forwarded-for")
        .iter()
        .map(|node| Hop { ip: node_ip(node), ..Hop::default() })
        .collect();
    if hops.is_empty() {
        hops.push(Hop::default());
    }
    if let Some(nearest) = hops.last_mut() {
        nearest.proto = list(headers, "x-forwarded-proto").pop();
        nearest.host = list(headers, "x-forwarded-host").pop();
    }
    hops
}

fn forwarded_hop(element: &str) -> Hop {
    let mut hop = Hop::default();
    for pair in element.split(';') {
        let Some((name, value)) = pair.trim().split_once('=') else { continue };
        let value = value.trim_matches('"');
        match name.to_ascii_lowercase().as_str() {
            "for" => hop.ip = node_ip(value),
            "proto" => hop.proto = Some(value.to_owned()),
            "host" => hop.host = Some(value.to_owned()),
            _ => {}
        }
    }
    hop
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`; not `unknown` nor `_hidden`.
fn node_ip(node: &str) -> Option<IpAddr> {
    let bare = node.trim_start_matches('[').trim_end_matches(']').parse().ok();
    bare.or_else(|| node.parse::<SocketAddr>().ok().map(|address| address.ip()))
        .map(|ip: IpAddr| ip.to_canonical())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Every word of a header that is a list, over all its lines.
fn list(headers: &HeaderMap, name: &str) -> Vec<String> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .map(|word| word.trim().to_owned())
        .filter(|w| !w.is_empty())
        .collect()
}

#[cfg(test)]
mod tests;
