//! Being root, which Postfix's master and Dovecot's mail ownership want: really, in a user namespace of our own, or
//! through `sudo` without a password.

use std::{
    fs::Permissions,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    process::{Command, Stdio},
    sync::OnceLock,
};

#[derive(Debug, Clone, Copy)]
enum Root {
    /// The process is root: CI, containers.
    Already,
    /// An ordinary user with `uidmap` and a range in `/etc/subuid`, which Debian gives every new user: root, and the
    /// other accounts that the servers switch to, exist inside the namespace only.
    Namespace,
    Sudo,
}

const NAMESPACE: [&str; 4] = ["unshare", "--user", "--map-root-user", "--map-auto"];
const SUDO: [&str; 2] = ["sudo", "-n"];

impl Root {
    fn find() -> Root {
        if is_root() {
            return Root::Already;
        }
        // The account with the highest number the servers switch to must exist inside.
        let mapped = [
            &NAMESPACE[..],
            &["sh", "-c", "test $(awk '{ n += $3 } END { print n }' /proc/self/uid_map) -gt 65534"],
        ]
        .concat();
        if succeeds(&mapped) {
            return Root::Namespace;
        }
        if succeeds(&[&SUDO[..], &["true"]].concat()) {
            return Root::Sudo;
        }
        panic!(
            "Postfix wants root. As an ordinary user the rig needs `sudo apt-get install uidmap` (and your name in \
             /etc/subuid and /etc/subgid: `sudo usermod --add-subuids 200000-265535 --add-subgids 200000-265535 $USER`), \
             or sudo without a password."
        )
    }

    fn prefix(self) -> &'static [&'static str] {
        match self {
            Root::Already => &[],
            Root::Namespace => &NAMESPACE,
            Root::Sudo => &SUDO,
        }
    }
}

/// A `sh` that runs `script` as root, with `args` as `$1`, `$2` and so on.
pub(crate) fn root_shell(script: &str, args: &[&str]) -> Command {
    static ROOT: OnceLock<Root> = OnceLock::new();
    let words = [ROOT.get_or_init(Root::find).prefix(), &["sh", "-c", script, "rig"], args].concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}

/// The words before a command that must not run as root, which PostgreSQL refuses: none for an ordinary user.
/// With root the command runs as `nobody`, to whom `dir` is given.
pub(crate) fn without_root(dir: &Path) -> &'static [&'static str] {
    if !is_root() {
        return &[];
    }
    std::os::unix::fs::chown(dir, Some(NOBODY), Some(NOBODY)).unwrap();
    &["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
}

const NOBODY: u32 = 65534;

/// Opens a folder that `tempfile` made for its owner alone to the accounts the servers run as.
pub(crate) fn let_others_enter(dir: &Path) {
    std::fs::set_permissions(dir, Permissions::from_mode(0o755)).unwrap();
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

fn succeeds(words: &[&str]) -> bool {
    let status = Command::new(words[0])
        .args(&words[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}
