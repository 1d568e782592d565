//! A POP3 server as people name it, and as it is kept: `pop3s://host:port`, `pop3://host:port`.

/// RFC 8314 §7.3, RFC 1939 §3.
const TLS_PORT: u16 = 995;
const PORT: u16 = 110;

/// How a connection is encrypted: it always is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    /// From the first byte.
    Tls,
    /// After STLS (RFC 2595 §4), or not at all.
    Stls,
}

impl Security {
    /// The word in the form.
    pub(super) fn word(self) -> &'static str {
        match self {
            Security::Tls => "tls",
            Security::Stls => "stls",
        }
    }

    pub(super) fn from_word(word: &str) -> Security {
        if word == "stls" { Security::Stls } else { Security::Tls }
    }

    fn scheme(self) -> &'static str {
        match self {
            Security::Tls => "pop3s",
            Security::Stls => "pop3",
        }
    }

    fn port(self) -> u16 {
        match self {
            Security::Tls => TLS_PORT,
            Security::Stls => PORT,
        }
    }
}

/// # Errors
/// The field, and a sentence.
pub(super) fn address(security: Security, host: &str, port: &str) -> Result<String, (&'static str, String)> {
    let (host, port) = (host.trim(), port.trim());
    let port = match port {
        "" => security.port(),
        typed => typed
            .parse()
            .ok()
            .filter(|port| *port > 0)
            .ok_or_else(|| ("port", "A port is a number from 1 to 65535.".to_owned()))?,
    };
    let is_v6 = host.parse::<std::net::Ipv6Addr>().is_ok();
    let parsed = url::Host::parse(&if is_v6 { format!("[{host}]") } else { host.to_owned() });
    match parsed {
        _ if host.is_empty() => Err(("host", "Type the name of the server.".to_owned())),
        Ok(host) => Ok(format!("{}://{host}:{port}", security.scheme())),
        Err(_) => {
            Err(("host", format!("“{host}” is not the name of a server: type one such as pop.example.org.")))
        }
    }
}

/// Security, host and port, as the form shows them; the port empty where it is the usual one.
pub(super) fn parts(address: &str) -> (Security, String, String) {
    let (scheme, rest) = address.split_once("://").unwrap_or(("pop3s", address));
    let security = if scheme == "pop3" { Security::Stls } else { Security::Tls };
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, port),
        _ => (rest, ""),
    };
    let port = if port == security.port().to_string() { "" } else { port };
    (security, host.to_owned(), port.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_reads_back() {
        for (security, host, port, kept) in [
            (Security::Tls, "pop.example.org", "", "pop3s://pop.example.org:995"),
            (Security::Stls, "pop.example.org", "", "pop3://pop.example.org:110"),
            (Security::Tls, "192.0.2.1", "1995", "pop3s://192.0.2.1:1995"),
            (Security::Tls, "[2001:db8::1]", "", "pop3s://[2001:db8::1]:995"),
        ] {
            assert_eq!(address(security, host, port).as_deref(), Ok(kept));
            assert_eq!(parts(kept), (security, host.to_owned(), port.to_owned()));
        }
        assert_eq!(address(Security::Tls, "::1", "").as_deref(), Ok("pop3s://[::1]:995"));
    }

    #[test]
    fn what_is_no_server_names_its_field() {
        for (host, port, field) in [
            ("", "", "host"),
            ("a b", "", "host"),
            ("user@host", "", "host"),
            ("host/path", "", "host"),
            ("host:995", "", "host"),
            ("host", "0", "port"),
            ("host", "99999", "port"),
            ("host", "x", "port"),
        ] {
            assert_eq!(
                address(Security::Tls, host, port).map_err(|(field, _)| field),
                Err(field),
                "{host}:{port}"
            );
        }
    }
}
