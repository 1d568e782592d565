//! Postroom itself, the built program, before the rig's servers: for the demo, the load and tests with real browsers.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    time::Duration,
};

use crate::{Rig, watched::Watched};

/// A running Postroom. Dropping it ends it.
#[derive(Debug)]
pub struct Product {
    server: Watched,
    address: SocketAddr,
}

impl Product {
    /// Starts `binary`, which may not be ready yet; `settings` are environment variables beside the three it needs.
    pub fn start(rig: &Rig, binary: &Path, address: SocketAddr, settings: &[(&str, &str)]) -> Product {
        let mut words = vec![
            "env".to_owned(),
            format!("POSTROOM_LISTEN={address}"),
            format!("POSTROOM_IMAP=imap+insecure://{}", rig.imap()),
            format!("POSTROOM_SMTP=submission+insecure://{}", rig.submission()),
            // Each has its own, and leaves nothing behind.
            "POSTROOM_DATABASE=memory".to_owned(),
        ];
        words.extend(settings.iter().map(|(name, value)| format!("{name}={value}")));
        words.extend([binary.display().to_string(), "serve".to_owned()]);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        Product {
            server: Watched::start(&format!("postroom-{}", address.port()), rig.folder(), &words),
            address,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it answers and its upstreams do: `GET /readyz` is 200.
    pub fn is_ready(&self) -> bool {
        self.status_of("/readyz").is_some_and(|status| status == 200)
    }

    /// What it said, once it has ended.
    pub fn ended(&mut self) -> Option<String> {
        self.server.has_ended().then(|| self.server.output())
    }

    /// What it ended with, once it has.
    pub fn exit_code(&mut self) -> Option<i32> {
        self.server.exit_code()
    }

    /// What it has logged so far.
    pub fn output(&self) -> String {
        self.server.output()
    }

    /// Its process: the rig's shell is the parent.
    pub fn process_id(&self) -> Option<u32> {
        self.server.server_process()
    }

    fn status_of(&self, path: &str) -> Option<u16> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.split(' ').nth(1)?.parse().ok()
    }
}
