//! Who may say on whose behalf a request comes.

use std::net::IpAddr;

use ipnet::IpNet;

/// The reverse proxies whose word is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    nets: Vec<IpNet>,
    unix: bool,
}

impl TrustedProxies {
    /// Takes addresses, networks (`10.0.0.0/8`), and `unix` for whoever may open the socket.
    pub fn parse(words: &[String]) -> Result<TrustedProxies, String> {
        let mut trusted = TrustedProxies::default();
        for word in words {
            if word == "unix" {
                trusted.unix = true;
            } else if let Ok(net) = word.parse::<IpNet>() {
                trusted.nets.push(net);
            } else if let Ok(ip) = word.parse::<IpAddr>() {
                trusted.nets.push(ip.into());
            } else {
                return Err(format!("`{word}` is neither an address, nor a network, nor `unix`"));
            }
        }
        Ok(trusted)
    }

    /// Takes an IPv4 address that came as IPv6 (`::ffff:10.0.0.1`) for what it is.
    pub fn has_ip(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.nets.iter().any(|net| net.contains(&ip))
    }

    pub fn has_unix(&self) -> bool {
        self.unix
    }
}
