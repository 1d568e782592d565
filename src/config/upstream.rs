//! The servers that Postroom speaks to, written as URLs.

use std::net::{IpAddr, Ipv6Addr};

/// A server that Postroom speaks to: `imaps://host:port` and the like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// A name or an address; an IPv6 address without its brackets.
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

/// One scheme of a protocol, and its registered port (RFC 8314 §7, RFC 3501, RFC 6409).
type Scheme = (&'static str, Security, u16);

const IMAP: [Scheme; 3] = [
    ("imaps", Security::Tls, 993),
    ("imap", Security::StartTls, 143),
    ("imap+insecure", Security::Insecure, 143),
];
const SUBMISSION: [Scheme; 3] = [
    ("submissions", Security::Tls, 465),
    ("submission", Security::StartTls, 587),
    ("submission+insecure", Security::Insecure, 587),
];

impl Upstream {
    /// Reads `imaps://`, `imap://` or `imap+insecure://`; the port may be left out.
    pub fn imap(url: &str) -> Result<Upstream, String> {
        parse(url, &IMAP)
    }

    /// Reads `submissions://`, `submission://` or `submission+insecure://`; the port may be left out.
    pub fn smtp(url: &str) -> Result<Upstream, String> {
        parse(url, &SUBMISSION)
    }

    /// Whether the server is on this machine, where nobody can listen in between.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}

fn parse(url: &str, schemes: &[Scheme]) -> Result<Upstream, String> {
    let wanted = || {
        let forms: Vec<String> = schemes.iter().map(|(name, ..)| format!("{name}://host:port")).collect();
        format!("`{url}` must be written as {}", forms.join(" or "))
    };
    let (scheme, rest) = url.split_once("://").ok_or_else(wanted)?;
    let (_, security, default_port) = schemes.iter().find(|(name, ..)| *name == scheme).ok_or_else(wanted)?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.contains('@') {
        return Err("a user name does not belong here: people log in with their own".to_owned());
    }
    let (host, port) = match rest.strip_prefix('[') {
        Some(bracketed) => {
            let (ip, after) = bracketed.split_once(']').ok_or_else(wanted)?;
            ip.parse::<Ipv6Addr>().map_err(|_| wanted())?;
            (ip, after.strip_prefix(':').or(after.is_empty().then_some("")).ok_or_else(wanted)?)
        }
        None => rest.split_once(':').unwrap_or((rest, "")),
    };
    let is_name = |c: char| c.is_alphanumeric() || "-._:".contains(c);
    if host.is_empty() || !host.chars().all(is_name) {
        return Err(wanted());
    }
    let port = if port.is_empty() { *default_port } else { port.parse().map_err(|_| wanted())? };
    Ok(Upstream { host: host.to_owned(), port, security: *security })
}
