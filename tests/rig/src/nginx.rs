//! A real nginx with TLS in front of something that speaks HTTP, as people deploy it.

use std::{fs, net::SocketAddr};

use crate::{
    Rig,
    ports::{self, loopback},
    programs::assert_installed,
    watched::Watched,
};

/// A running nginx. Dropping it ends it.
#[derive(Debug)]
pub struct Nginx {
    _server: Watched,
    address: SocketAddr,
    at: String,
}

impl Nginx {
    /// Starts nginx with the rig's certificate and hands everything at `at` (`/` or a subpath like `/webmail/`) to
    /// `upstream` (`127.0.0.1:8025`, or `unix:/path`), path and all, with the forwarding headers of the README.
    pub fn in_front_of(rig: &Rig, upstream: &str, at: &str) -> Nginx {
        Nginx::before_all(rig, &[upstream], at)
    }

    /// The same before several upstreams, one after another. Where one is down the next is asked: for every request
    /// that was not sent yet, and for one that was only where it can be repeated: a GET, never a POST.
    pub fn before_all(rig: &Rig, upstreams: &[&str], at: &str) -> Nginx {
        assert_installed(&["nginx"], "nginx-light");
        let [port] = ports::free();
        let dir = tempfile::Builder::new().prefix("nginx-").tempdir_in(rig.folder()).unwrap().keep();
        // One that failed is asked again the next time: no test has to wait until it is forgiven.
        let upstreams: Vec<String> =
            upstreams.iter().map(|upstream| format!("server {upstream} max_fails=0; ")).collect();
        let config = include_str!("nginx/nginx.conf")
            .replace("{dir}", dir.to_str().unwrap())
            .replace("{port}", &port.to_string())
            .replace("{certificate}", rig.certificate().to_str().unwrap())
            .replace("{key}", rig.certificate_key().to_str().unwrap())
            .replace("{upstreams}", &upstreams.concat())
            .replace("{at}", at);
        let config_file = dir.join("nginx.conf");
        fs::write(&config_file, config).unwrap();
        let config_file = config_file.to_str().unwrap();
        let error_log = dir.join("error.log");
        let words =
            ["nginx", "-p", dir.to_str().unwrap(), "-c", config_file, "-e", error_log.to_str().unwrap()];
        let mut server = Watched::start("nginx", &dir, &words);
        let address = loopback(port);
        assert!(server.answers_at(address), "nginx did not start: {}", server.output());
        Nginx { _server: server, address, at: at.to_owned() }
    }

    /// `https://localhost:port` and where the upstream begins; trust [`Rig::ca_file`].
    pub fn url(&self) -> String {
        format!("https://localhost:{}{}", self.address.port(), self.at)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}
