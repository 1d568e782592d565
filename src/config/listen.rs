//! Where the site is served.

use std::{fmt, net::SocketAddr, path::PathBuf};

/// A TCP address, or a Unix socket (`unix:/run/postroom/postroom.sock`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

impl std::str::FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Listen, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            return match path.starts_with('/') {
                true => Ok(Listen::Unix(path.into())),
                false => Err(format!("`{path}` must be an absolute path")),
            };
        }
        let address = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
        address
            .as_deref()
            .unwrap_or(text)
            .parse()
            .map(Listen::Tcp)
            .map_err(|_| format!("`{text}` is neither `address:port` nor `unix:/path`"))
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Listen::Tcp(address) => write!(f, "{address}"),
            Listen::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}
