//! All servers together.

use std::{
    fs,
    io::Write,
    net::SocketAddr,
    panic,
    path::Path,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use crate::{
    Person,
    certificate::Certificates,
    dovecot::Dovecot,
    lmtp, ports,
    postfix::Postfix,
    programs::assert_installed,
    state_dir::{Folder, StateDir},
    watched::Watched,
};

/// What everybody's password is, unless a [`Person`] was given another.
const PASSWORD: &str = "pw";

/// A running mail system. Dropping it ends the servers and removes its folder; the one that [`rig`] keeps ends with
/// the process.
#[derive(Debug)]
pub struct Rig {
    // Declared, and so dropped, before the folder they write to.
    dovecot: Dovecot,
    postfix: Postfix,
    certificates: Certificates,
    n_persons: AtomicU32,
    dir: Folder,
}

/// The rig of this process, started by the first test that asks.
pub fn rig() -> &'static Rig {
    static RIG: OnceLock<Rig> = OnceLock::new();
    RIG.get_or_init(|| {
        let rig = Rig::start();
        let folder = rig.folder().to_owned();
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            report(info);
            writeln!(std::io::stderr(), "the servers' logs: {}", folder.display()).unwrap_or_default();
        }));
        rig
    })
}

impl Rig {
    /// Starts the servers and waits until they answer. Panics with the line to type where they are not installed.
    pub fn start() -> Rig {
        let programs = [
            "dovecot",
            "/usr/lib/dovecot/lmtp",
            "/usr/lib/dovecot/pop3",
            "/usr/lib/postfix/sbin/master",
            "openssl",
        ];
        assert_installed(&programs, "dovecot-imapd dovecot-pop3d dovecot-lmtpd postfix openssl");
        // Another process can take a port between our finding it free and the server's binding it.
        for _ in 0..3 {
            if let Some(rig) = Rig::try_start() {
                return rig;
            }
        }
        panic!("the servers did not start three times: see their output above")
    }

    fn try_start() -> Option<Rig> {
        let dir = StateDir::make();
        let certificates = Certificates::make(&dir.subdir("tls"));
        let dovecot = Dovecot::start(&dir, &certificates);
        let postfix = Postfix::start(&dir, &certificates, dovecot.lmtp);
        let mut rig = Rig { dovecot, postfix, certificates, n_persons: AtomicU32::new(0), dir: Folder(dir) };
        let up = rig.dovecot.server.answers_at(rig.dovecot.imap)
            && rig.postfix.server.answers_at(rig.postfix.submission);
        if up {
            return Some(rig);
        }
        for server in [&rig.dovecot.server, &rig.postfix.server] {
            writeln!(std::io::stderr(), "{}: {}", server.name(), server.output()).unwrap_or_default();
        }
        None
    }

    /// Somebody with an empty mailbox that nobody else uses, in a domain where every address exists.
    pub fn person(&self, name: &str) -> Person {
        let n = self.n_persons.fetch_add(1, Ordering::Relaxed);
        Person { address: format!("{name}-{n}@example.org"), password: PASSWORD.to_owned() }
    }

    /// The same with room for `quota` only, in Dovecot's words: `100K`, `5M`.
    pub fn person_with_quota(&self, name: &str, quota: &str) -> Person {
        let person = self.person(name);
        self.note(&person, &format!("userdb_quota_rule=*:storage={quota} userdb_quota_storage_size={quota}"));
        person
    }

    /// The same with room for a million messages: mdbox, which puts many into one file.
    pub fn person_with_many_messages(&self, name: &str) -> Person {
        let person = self.person(name);
        // Dovecot 2.3 has a word for what 2.4 says in two.
        self.note(
            &person,
            "userdb_mail=mdbox:~/mdbox userdb_mail_driver=mdbox userdb_mail_path=~/mdbox \
             userdb_quota_rule=*:storage=50G userdb_quota_storage_size=50G",
        );
        person
    }

    /// A given address with a given password (`pw` opens the mailbox as well).
    pub fn named_person(&self, address: &str, password: &str) -> Person {
        let person = Person { address: address.to_owned(), password: password.to_owned() };
        self.note(&person, "");
        person
    }

    fn note(&self, person: &Person, fields: &str) {
        let line = format!("{}:{{PLAIN}}{}:65534:65534::::{fields}\n", person.address, person.password);
        fs::write(self.dovecot.people.join(&person.address), line).unwrap();
    }

    /// Puts a letter into the person's inbox, by LMTP; line ends may be LF. It is there when this returns.
    #[track_caller]
    pub fn deliver(&self, to: &Person, eml: impl AsRef<[u8]>) {
        lmtp::deliver(self.dovecot.lmtp, &to.address, eml.as_ref());
    }

    /// IMAP without TLS; STARTTLS is offered.
    pub fn imap(&self) -> SocketAddr {
        self.dovecot.imap
    }

    /// IMAP in TLS; the certificate is for `localhost` too.
    pub fn imaps(&self) -> SocketAddr {
        self.dovecot.imaps
    }

    /// The same mailboxes at a server that announces nothing beyond `IMAP4rev1`.
    pub fn bare_imap(&self) -> SocketAddr {
        self.dovecot.bare_imap()
    }

    pub fn pop3(&self) -> SocketAddr {
        self.dovecot.pop3
    }

    pub fn pop3s(&self) -> SocketAddr {
        self.dovecot.pop3s
    }

    /// SMTP submission without TLS; STARTTLS is offered, AUTH is required.
    pub fn submission(&self) -> SocketAddr {
        self.postfix.submission
    }

    /// SMTP submission in TLS.
    pub fn submissions(&self) -> SocketAddr {
        self.postfix.submissions
    }

    /// The certificate authority of all TLS ports, PEM.
    pub fn ca_file(&self) -> &Path {
        &self.certificates.ca
    }

    /// For a server of the test's own: free a moment ago.
    pub fn free_address(&self) -> SocketAddr {
        let [port] = ports::free();
        ports::loopback(port)
    }

    pub(crate) fn certificate(&self) -> &Path {
        &self.certificates.server
    }

    pub(crate) fn certificate_key(&self) -> &Path {
        &self.certificates.server_key
    }

    /// Where the rig keeps everything, logs too.
    pub fn folder(&self) -> &Path {
        self.dir.0.path()
    }

    /// The name of a server that has ended since, with what it said.
    pub fn ended_server(&mut self) -> Option<String> {
        let servers: [&mut Watched; 2] = [&mut self.dovecot.server, &mut self.postfix.server];
        let ended = servers.into_iter().find_map(|server| server.has_ended().then_some(server))?;
        Some(format!("{} ended: {}", ended.name(), ended.output()))
    }
}
