//! What a connection to a host that a person named may reach: which names, and which networks beside the public ones.

use std::{fmt, net::IpAddr};

use ipnet::IpNet;

/// Networks that such a connection may reach although they are not public, or on other ports than usual.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EgressAllow(Vec<Allowed>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Allowed {
    net: IpNet,
    ports: Ports,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ports {
    /// Those of the protocol.
    Usual,
    One(u16),
    Any,
}

impl EgressAllow {
    /// Takes addresses and networks, each with `:port` or `:*` behind it or nothing: `10.1.2.0/24`,
    /// `10.1.2.3:1110`, `127.0.0.1:*`, `[fd00::/8]:*`.
    pub fn parse(words: &[String]) -> Result<EgressAllow, String> {
        words.iter().map(|word| allowed(word)).collect::<Result<_, _>>().map(EgressAllow)
    }

    /// Whether an entry holds the address.
    pub fn has_ip(&self, ip: IpAddr) -> bool {
        self.entries(ip).next().is_some()
    }

    /// Whether an entry holds the address with this port; without a port of its own it holds the `usual` ones.
    pub fn has(&self, ip: IpAddr, port: u16, usual: &[u16]) -> bool {
        self.entries(ip).any(|allowed| match allowed.ports {
            Ports::Usual => usual.contains(&port),
            Ports::One(one) => one == port,
            Ports::Any => true,
        })
    }

    fn entries(&self, ip: IpAddr) -> impl Iterator<Item = &Allowed> {
        let ip = ip.to_canonical();
        self.0.iter().filter(move |allowed| allowed.net.contains(&ip))
    }
}

/// As it was written.
impl fmt::Display for EgressAllow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, Allowed { net, ports }) in self.0.iter().enumerate() {
            let comma = if n == 0 { "" } else { ", " };
            match (net, ports) {
                (net, Ports::Usual) => write!(f, "{comma}{net}")?,
                (IpNet::V4(net), Ports::One(port)) => write!(f, "{comma}{net}:{port}")?,
                (IpNet::V4(net), Ports::Any) => write!(f, "{comma}{net}:*")?,
                (IpNet::V6(net), Ports::One(port)) => write!(f, "{comma}[{net}]:{port}")?,
                (IpNet::V6(net), Ports::Any) => write!(f, "{comma}[{net}]:*")?,
            }
        }
        Ok(())
    }
}

fn allowed(word: &str) -> Result<Allowed, String> {
    let wanted =
        || format!("`{word}` is neither an address nor a network, with or without `:port` or `:*` behind it");
    if let Some(net) = network(word) {
        return Ok(Allowed { net, ports: Ports::Usual });
    }
    let (net, port) = word.rsplit_once(':').ok_or_else(wanted)?;
    let bare = net.strip_prefix('[').and_then(|net| net.strip_suffix(']')).unwrap_or(net);
    let net = network(bare).ok_or_else(wanted)?;
    let ports = match port {
        "*" => Ports::Any,
        port => Ports::One(port.parse().map_err(|_| wanted())?),
    };
    Ok(Allowed { net, ports })
}

fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Names of hosts: `pop.example.org`, and `*.example.org` for all below one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostNames(Vec<String>);

impl HostNames {
    pub fn parse(words: &[String]) -> Result<HostNames, String> {
        if words.is_empty() {
            return Err("must name a host; leave it out to allow every host".to_owned());
        }
        words.iter().map(|word| pattern(word)).collect::<Result<_, _>>().map(HostNames)
    }

    /// `name` is as the resolver gets it: ASCII, lower case, without a dot at its end; or an address.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| match pattern.strip_prefix('*') {
            Some(below) => name.strip_suffix(below).is_some_and(|label| !label.is_empty()),
            None => name == pattern,
        })
    }
}

impl fmt::Display for HostNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

fn pattern(word: &str) -> Result<String, String> {
    let wanted = || format!("`{word}` is neither a host's name nor one with `*.` before it");
    let (star, name) = word.strip_prefix("*.").map_or(("", word), |name| ("*.", name));
    let name = super::upstream::canonical_host(name).ok_or_else(wanted)?;
    Ok(format!("{star}{name}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    fn words(all: &[&str]) -> Vec<String> {
        all.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_network_is_allowed_with_the_usual_ports_one_or_all() {
        let given =
            ["10.1.2.0/24", "127.0.0.1:*", "192.168.1.9:1110", "fd00::/8", "[::1]:*", "[fe80::/10]:1"];
        let allow = EgressAllow::parse(&words(&given)).unwrap();
        for (ip, port, want) in [
            ("10.1.2.3", 995, true),
            ("10.1.2.3", 1110, false),
            ("::ffff:10.1.2.3", 995, true),
            ("10.1.3.3", 995, false),
            ("127.0.0.1", 40000, true),
            ("127.0.0.2", 40000, false),
            ("192.168.1.9", 1110, true),
            ("192.168.1.9", 995, false),
            ("fd12::1", 995, true),
            ("fd12::1", 25, false),
            ("::1", 25, true),
            ("fe80::1", 1, true),
        ] {
            assert_eq!(allow.has(ip.parse().unwrap(), port, &[110, 995]), want, "{ip} {port}");
        }
        assert_eq!(
            allow.to_string(),
            "10.1.2.0/24, 127.0.0.1/32:*, 192.168.1.9/32:1110, fd00::/8, [::1/128]:*, [fe80::/10]:1"
        );
        assert!(allow.has_ip("192.168.1.9".parse().unwrap()) && !allow.has_ip("8.8.8.8".parse().unwrap()));
        for bad in ["pop.test", "10.0.0.0/33", "10.0.0.1:", "10.0.0.1:x", "10.0.0.1:70000", "*", "[::1", ""] {
            assert!(EgressAllow::parse(&words(&[bad])).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_host_is_named_exactly_or_by_what_is_above_it() {
        let hosts = HostNames::parse(&words(&["POP.Example.org", "*.example.net", "*.b\u{fc}cher.example"]));
        let hosts = hosts.unwrap();
        for name in ["pop.example.org", "a.example.net", "a.b.example.net", "x.xn--bcher-kva.example"] {
            assert!(hosts.has(name), "{name}");
        }
        for name in ["example.org", "x.pop.example.org", "example.net", ".example.net", "badexample.net", ""]
        {
            assert!(!hosts.has(name), "{name}");
        }
        for bad in ["", "*", "*.", "a b", "*.*.x", "pop.*"] {
            assert!(HostNames::parse(&words(&[bad])).is_err(), "{bad}");
        }
        assert!(HostNames::parse(&[]).is_err());
    }
}
