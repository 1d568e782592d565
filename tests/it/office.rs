//! Collectors of a running site: made, run and looked at through the database that it works on.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use postroom::{
    config::{Config, Database, Listen, Security, Upstream},
    model::{
        Collector, CollectorId, CollectorLogin, CollectorRun, CollectorSettings, CollectorState, Credentials,
        Keep, LedgerEntry,
    },
    store::{Clock, JobKind, Store, StoreError},
};
use postroom_rig::{ImapClient, Person, Proxy, rig, until};
use tokio::runtime::Runtime;

/// A database, from outside of the processes that work on it.
pub struct Office {
    runtime: Runtime,
    store: Store,
}

impl Office {
    /// That of a site with a file of its own.
    pub fn of(data_dir: &Path) -> Office {
        Office::on(Database::Sqlite(data_dir.join("postroom.db")), data_dir.join("server.key"))
    }

    pub fn on(database: Database, key_file: PathBuf) -> Office {
        let nowhere = Upstream { host: "127.0.0.1".into(), port: 9, security: Security::Insecure };
        let listen = Listen::Tcp(([127, 0, 0, 1], 0).into());
        let config =
            Config { database, key_file: Some(key_file), ..Config::new(listen, nowhere.clone(), nowhere) };
        let store = Store::new(&config, None, Clock::default()).unwrap();
        Office { runtime: Runtime::new().unwrap(), store }
    }

    /// Asks until it is answered: a site may have the file locked.
    #[expect(clippy::needless_pass_by_value, reason = "questions are written where they are asked")]
    pub fn ask<T>(&self, question: impl AsyncFn(&Store) -> Result<T, StoreError>) -> T {
        until("the database answers", || self.runtime.block_on(question(&self.store)))
    }

    /// A collector from `source` to `owner`, through `proxy`, that runs when it is told to.
    pub fn add(
        &self,
        proxy: &Proxy,
        source: &Person,
        owner: &Person,
        change: impl FnOnce(&mut CollectorSettings),
    ) -> CollectorId {
        let mut settings = CollectorSettings {
            name: "elsewhere".into(),
            server: format!("pop3+insecure://{}", proxy.address()),
            username: source.address.clone(),
            login: CollectorLogin::Password,
            mailbox: "INBOX".into(),
            keyword: None,
            keep: Keep::Leave,
            every_minutes: 60,
            max_bytes: None,
            mark_read: false,
            identity: None,
        };
        change(&mut settings);
        let credentials = Credentials::new(owner.address.clone(), owner.password.clone());
        self.ask(async |store| store.keep_credentials(&credentials).await);
        let secret = source.password.clone().into();
        self.runtime.block_on(self.store.add_collector(&owner.address, &settings, &secret)).unwrap()
    }

    pub fn collector(&self, owner: &Person, id: &CollectorId) -> Collector {
        self.ask(async |store| store.collector(&owner.address, id).await).unwrap()
    }

    /// Waits until it has run and is not due, and returns its last run.
    #[track_caller]
    pub fn after_run(&self, owner: &Person, id: &CollectorId) -> CollectorRun {
        self.after_run_within(Duration::from_secs(60), owner, id)
    }

    #[track_caller]
    pub fn after_run_within(&self, patience: Duration, owner: &Person, id: &CollectorId) -> CollectorRun {
        let start = Instant::now();
        while start.elapsed() + Duration::from_secs(20) < patience && !self.is_at_rest(owner, id) {
            std::thread::park_timeout(Duration::from_millis(20));
        }
        until("the collector has run", || self.is_at_rest(owner, id));
        self.ask(async |store| store.runs(id).await).into_iter().next().unwrap()
    }

    fn is_at_rest(&self, owner: &Person, id: &CollectorId) -> bool {
        let collector = self.collector(owner, id);
        let is_over = collector.next_run.is_none_or(|at| at > self.store.now());
        is_over || matches!(collector.state, CollectorState::Stopped(_))
    }

    /// Runs it once more.
    #[track_caller]
    pub fn run(&self, owner: &Person, id: &CollectorId) -> CollectorRun {
        self.make_due(owner, id);
        self.after_run(owner, id)
    }

    pub fn make_due(&self, owner: &Person, id: &CollectorId) {
        self.ask(async |store| store.run_collector(&owner.address, id).await);
    }

    pub fn ledger(&self, id: &CollectorId) -> Vec<(String, LedgerEntry)> {
        self.ask(async |store| store.ledger(id).await)
    }

    /// Writes the ledger in the collector's place.
    pub fn write_ledger(&self, owner: &Person, id: &CollectorId, entries: &[(String, Option<LedgerEntry>)]) {
        let owners = [owner.address.clone()];
        let job = until("the job is ours", || {
            // Whoever takes it while it is paused lets go of it.
            self.ask(async |store| store.pause_collector(&owner.address, id).await);
            let due = self.store.now();
            self.ask(async |store| store.schedule(JobKind::Collect, &id.0, &owner.address, due).await);
            self.ask(async |store| store.claim(Some(&owners)).await)
        });
        assert!(self.ask(async |store| store.change_ledger(&job, entries).await));
        let later = self.store.now() + 3600;
        self.ask(async |store| store.put_off(&job, later, 0).await);
    }
}

/// Puts messages into an inbox, as they are.
pub fn put<M: AsRef<[u8]>>(person: &Person, messages: impl IntoIterator<Item = M>) {
    let mut client = ImapClient::login(rig().imap(), person);
    for message in messages {
        client.append("INBOX", "", message);
    }
}

/// A message of its own, that says what it is.
pub fn message(name: &str) -> String {
    format!("Message-ID: <{name}@elsewhere>\r\nSubject: {name}\r\n\r\nThis is {name}.\r\n.\r\n..\r\n")
}

/// The subjects of a mailbox, oldest first.
pub fn subjects(person: &Person, mailbox: &str) -> Vec<String> {
    let mut client = ImapClient::login(rig().imap(), person);
    let selected = client.try_command(&format!("SELECT \"{mailbox}\""));
    if selected.iter().any(|line| line == "* 0 EXISTS") || !selected.last().unwrap().contains(" OK ") {
        return Vec::new();
    }
    let rows = client.command("FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])");
    rows.iter()
        .filter_map(|row| row.split_once("Subject: "))
        .map(|(_, rest)| rest.split(['\r', ')']).next().unwrap().to_owned())
        .collect()
}

/// What IMAP says of the first message of the inbox.
pub fn first_row(person: &Person) -> String {
    let mut client = ImapClient::login(rig().imap(), person);
    client.command("SELECT INBOX");
    client.command("FETCH 1 (FLAGS INTERNALDATE BODY.PEEK[])").concat()
}

/// Removes a message of the inbox, as another program would.
pub fn expunge(person: &Person, number: usize) {
    let mut client = ImapClient::login(rig().imap(), person);
    client.command("SELECT INBOX");
    client.command(&format!("STORE {number} +FLAGS (\\Deleted)"));
    client.command("EXPUNGE");
}
