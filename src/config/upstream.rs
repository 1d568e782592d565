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
    /// TLS from the first byte (`imaps`, `submissions`, `pop3s`).
    Tls,
    /// STARTTLS or STLS, refused where the server does not offer it (`imap`, `submission`, `pop3`).
    StartTls,
    /// No TLS (`imap+insecure`, `submission+insecure`): loopback only, unless forced; `pop3+insecure`: loopback only.
    Insecure,
}

/// One scheme of a protocol, and its registered port (RFC 8314 §7, RFC 3501, RFC 6409, RFC 1939).
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

const POP3: [Scheme; 3] = [
    ("pop3s", Security::Tls, 995),
    ("pop3", Security::StartTls, 110),
    ("pop3+insecure", Security::Insecure, 110),
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

    /// Reads `pop3s://`, `pop3://` or `pop3+insecure://`, as a person wrote it; the port may be left out. Every
    /// spelling of a host becomes one. Whether it may be connected to is the gate's matter (`net::Egress`).
    pub fn pop3(url: &str) -> Result<Upstream, String> {
        let upstream = parse(url.trim(), &POP3)?;
        let host = canonical_host(&upstream.host)
            .ok_or_else(|| format!("`{}` is not the name of a server", upstream.host))?;
        Ok(Upstream { host, ..upstream })
    }

    /// Whether the server is on this machine, where nobody can listen in between.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}

/// The one spelling of a host: a name in ASCII and lower case without a dot at its end, or an address in its usual
/// form: `0x7f.1`, `2130706433` and `127.0.0.1.` are 127.0.0.1 to a resolver, so they are here. `None` where it is
/// neither.
pub fn canonical_host(text: &str) -> Option<String> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Some(ip.to_canonical().to_string());
    }
    // What a URL would take for an escape is no letter of a name.
    if text.contains(['%', '*']) {
        return None;
    }
    match url::Host::parse(text).ok()? {
        url::Host::Ipv4(ip) => Some(ip.to_string()),
        url::Host::Ipv6(ip) => Some(IpAddr::from(ip).to_canonical().to_string()),
        url::Host::Domain(name) => {
            let name = name.strip_suffix('.').unwrap_or(&name);
            let is_label = |label: &str| (1..=63).contains(&label.len());
            (name.len() <= 253 && name.split('.').all(is_label)).then(|| name.to_owned())
        }
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
