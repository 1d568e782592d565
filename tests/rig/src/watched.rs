//! A server that ends when we end, however we end: panic, Ctrl-C, `kill -9`.

use std::{
    fs::{self, File},
    io::Write,
    net::{SocketAddr, TcpStream},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::{privilege::root_shell, programs::search_path};

/// Ends the server and all it started when our end of the pipe closes, which the kernel does for a process of any
/// end; and ends itself when the server does, so that [`Watched::has_ended`] can tell. Dovecot takes a second. The
/// signal is TERM, or `RIG_STOP`.
const WATCH: &str = r#"
exec 3<&0
setsid "$@" </dev/null 3<&- &
server=$!
{
    cat <&3 >/dev/null
    kill -${RIG_STOP:-TERM} $server
    for step in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        kill -0 $server || break
        sleep 0.1
    done
    kill -9 -$server
} 2>/dev/null &
wait $server
"#;

/// A running server. Dropping it ends the server and waits for that.
#[derive(Debug)]
pub(crate) struct Watched {
    name: String,
    watcher: Child,
    log: PathBuf,
}

impl Watched {
    /// Runs `words` as root; what they print goes to `{dir}/{name}.out`.
    pub(crate) fn start_as_root(name: &str, dir: &Path, words: &[&str]) -> Watched {
        Watched::spawn(name, dir, root_shell(WATCH, words))
    }

    /// Runs `words` as who we are.
    pub(crate) fn start(name: &str, dir: &Path, words: &[&str]) -> Watched {
        Watched::start_until("TERM", name, dir, words)
    }

    /// Runs `words` as who we are; `signal` (`INT`) asks them to end.
    pub(crate) fn start_until(signal: &str, name: &str, dir: &Path, words: &[&str]) -> Watched {
        let mut shell = Command::new("sh");
        shell.env("RIG_STOP", signal).args(["-c", WATCH, "rig"]).args(words);
        Watched::spawn(name, dir, shell)
    }

    fn spawn(name: &str, dir: &Path, mut shell: Command) -> Watched {
        let log = dir.join(format!("{name}.out"));
        // Added to: a server that is started again goes on in its log.
        let out = File::options().create(true).append(true).open(&log).unwrap();
        let watcher = shell
            .env("PATH", search_path())
            .stdin(Stdio::piped())
            .stdout(out.try_clone().unwrap())
            .stderr(out)
            // Ctrl-C at the terminal is ours to answer: the watcher must live to tidy up.
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {name}: {error}"));
        Watched { name: name.to_owned(), watcher, log }
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.watcher.try_wait().unwrap().is_some()
    }

    /// What the server ended with, once it has.
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        self.watcher.try_wait().unwrap()?.code()
    }

    /// Sends the server a signal (`KILL`, `TERM`), if it still runs, and waits until it is gone.
    pub(crate) fn end_by(&mut self, signal: &str) {
        if let Some(server) = self.server_process() {
            // It may end in this moment of itself.
            let sent = Command::new("kill").args([&format!("-{signal}"), &server.to_string()]).output();
            assert!(sent.is_ok(), "cannot run kill: {sent:?}");
        }
        self.watcher.wait().unwrap();
    }

    /// Whether it came up: false when it ended before, as it does when another process took its port.
    pub(crate) fn answers_at(&mut self, address: SocketAddr) -> bool {
        let name = self.name.clone();
        crate::until(&format!("{name} answers at {address}"), || {
            if TcpStream::connect(address).is_ok() {
                return Some(true);
            }
            self.has_ended().then_some(false)
        })
    }

    /// The server itself: the watcher's first child.
    pub(crate) fn server_process(&self) -> Option<u32> {
        let watcher = self.watcher.id();
        let children = fs::read_to_string(format!("/proc/{watcher}/task/{watcher}/children")).ok()?;
        children.split_whitespace().next()?.parse().ok()
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn output(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        if let Err(error) = self.watcher.wait() {
            // A drop during a panic must not panic.
            writeln!(std::io::stderr(), "rig: {} did not end: {error}", self.name).unwrap_or_default();
        }
    }
}
