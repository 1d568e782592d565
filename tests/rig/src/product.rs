//! Postroom itself, the built program, before the rig's servers: for the demo, the load and tests with real browsers.

use std::{
    fs::Permissions,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{Rig, watched::Watched};

const DATA_DIR: &str = "POSTROOM_DATA_DIR";

/// A running Postroom. Dropping it ends it.
#[derive(Debug)]
pub struct Product {
    server: Watched,
    address: SocketAddr,
    /// Where its log goes.
    folder: PathBuf,
    data_dir: PathBuf,
    /// What runs it, settings and all.
    words: Vec<String>,
}

impl Product {
    /// Starts `binary`, which may not be ready yet; `settings` are environment variables beside the three it needs.
    /// Without `POSTROOM_DATA_DIR` it has one of its own, empty.
    pub fn start(rig: &Rig, binary: &Path, address: SocketAddr, settings: &[(&str, &str)]) -> Product {
        // What the tests themselves are told is no setting.
        let mut words: Vec<String> =
            ["env", "-u", "POSTROOM_ROUNDS", "-u", "POSTROOM_SEED"].map(str::to_owned).into();
        words.extend([
            format!("POSTROOM_LISTEN={address}"),
            format!("POSTROOM_IMAP=imap+insecure://{}", rig.imap()),
            format!("POSTROOM_SMTP=submission+insecure://{}", rig.submission()),
        ]);
        let given = settings.iter().find(|(name, _)| *name == DATA_DIR).map(|(_, path)| PathBuf::from(path));
        let data_dir = given.unwrap_or_else(|| {
            let prefix = format!("data-{}-", address.port());
            let private = Permissions::from_mode(0o700);
            let dir = tempfile::Builder::new().prefix(&prefix).permissions(private).tempdir_in(rig.folder());
            dir.unwrap().keep()
        });
        words.push(format!("{DATA_DIR}={}", data_dir.display()));
        words.extend(settings.iter().map(|(name, value)| format!("{name}={value}")));
        words.extend([binary.display().to_string(), "serve".to_owned()]);
        let folder = rig.folder().to_owned();
        Product { server: serve(&words, address, &folder), address, folder, data_dir, words }
    }

    /// Ends it as a power cut would (SIGKILL); it is gone when this returns.
    pub fn kill(&mut self) {
        self.server.end_by("KILL");
    }

    /// Asks it to end (SIGTERM), as systemd does; it is gone when this returns.
    pub fn stop(&mut self) {
        self.server.end_by("TERM");
    }

    /// Starts it again, where it was and as it was; its log goes on. It is killed first if it still runs.
    pub fn restart(&mut self) {
        self.kill();
        self.server = serve(&self.words, self.address, &self.folder);
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it keeps what it keeps.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
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

fn serve(words: &[String], address: SocketAddr, folder: &Path) -> Watched {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Watched::start(&format!("postroom-{}", address.port()), folder, &words)
}
