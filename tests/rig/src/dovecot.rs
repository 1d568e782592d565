//! Dovecot: IMAP, POP3, LMTP and the password check for Postfix.

use std::{fs, net::SocketAddr, path::PathBuf, process::Command};

use crate::{
    certificate::Certificates,
    ports::{self, loopback},
    privilege::root_shell,
    programs::search_path,
    state_dir::StateDir,
    watched::Watched,
};

#[derive(Debug)]
pub(crate) struct Dovecot {
    pub(crate) server: Watched,
    pub(crate) imap: SocketAddr,
    pub(crate) imaps: SocketAddr,
    pub(crate) pop3: SocketAddr,
    pub(crate) pop3s: SocketAddr,
    pub(crate) lmtp: SocketAddr,
    /// A passwd-file for each person whose password or quota is not everybody's, named by the address.
    pub(crate) people: PathBuf,
}

impl Dovecot {
    /// Starts it; it may not answer yet.
    pub(crate) fn start(dir: &StateDir, certificates: &Certificates) -> Dovecot {
        let root = dir.subdir("dovecot");
        let people = root.join("people");
        fs::create_dir(&people).unwrap();

        let [imap, imaps, pop3, pop3s, lmtp] = ports::free();
        let root = root.to_str().unwrap();
        let config = template()
            .replace("{root}", root)
            .replace("{certificate}", certificates.server.to_str().unwrap())
            .replace("{key}", certificates.server_key.to_str().unwrap())
            .replace("{imap}", &imap.to_string())
            .replace("{imaps}", &imaps.to_string())
            .replace("{pop3}", &pop3.to_string())
            .replace("{pop3s}", &pop3s.to_string())
            .replace("{lmtp}", &lmtp.to_string());
        let config_file = format!("{root}/dovecot.conf");
        fs::write(&config_file, config).unwrap();

        // Mail must not belong to root: `nobody` owns it.
        let made = root_shell(r#"install -d -o 65534 -g 65534 "$1/mail""#, &[root]).status().unwrap();
        assert!(made.success(), "cannot make {root}/mail");
        let server = Watched::start_as_root("dovecot", dir.path(), &["dovecot", "-F", "-c", &config_file]);
        Dovecot {
            server,
            imap: loopback(imap),
            imaps: loopback(imaps),
            pop3: loopback(pop3),
            pop3s: loopback(pop3s),
            lmtp: loopback(lmtp),
            people,
        }
    }

    /// The same IMAP server, telling nobody what it can: see `local 127.0.0.2` in its configuration.
    pub(crate) fn bare_imap(&self) -> SocketAddr {
        ([127, 0, 0, 2], self.imap.port()).into()
    }
}

/// Debian 12 has Dovecot 2.3, Debian 13 has 2.4, and the language of their configuration differs.
fn template() -> &'static str {
    let version = Command::new("dovecot").env("PATH", search_path()).arg("--version").output().unwrap();
    if version.stdout.starts_with(b"2.3.") {
        include_str!("dovecot/dovecot-2.3.conf")
    } else {
        include_str!("dovecot/dovecot-2.4.conf")
    }
}
