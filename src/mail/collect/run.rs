//! One run of a collector: sessions with its server until nothing is left to do.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use secrecy::SecretString;

use super::{
    append::Target,
    halt::Halt,
    listing,
    plan::{self, Ledger, Rules},
    words::it_says,
};
use crate::{
    mail::Account,
    model::{CollectorId, CollectorSettings, LedgerEntry, LedgerState, RunReport},
    pop3::{self, Conn, Login, Server},
    store::{Job, Store},
};

/// Larger messages are not collected, whatever the owner says: no mail server takes them. Bytes.
pub(super) const MOST: u64 = 512 << 20;
/// A run that takes longer makes room for others' work, and goes on after it.
const LONG: Duration = Duration::from_secs(10 * 60);
/// More sentences about one run nobody reads.
const MAX_PROBLEMS: usize = 3;
/// Sessions of one run that may end in the middle of a message larger than announced.
const MAX_BROKEN: u32 = 5;

pub(super) struct Run<'a> {
    pub(super) account: &'a Account,
    pub(super) job: &'a Job,
    pub(super) settings: &'a CollectorSettings,
    /// As it is on the disk.
    pub(super) ledger: Ledger,
    pub(super) target: Target,
    pub(super) report: RunReport,
    problems: Vec<String>,
    /// Keys of what could not be collected.
    pub(super) left: HashSet<String>,
    /// Keys of what the server said it has deleted.
    deleted: HashSet<String>,
    pub(super) is_wary: bool,
    n_broken: u32,
    since: Instant,
    /// Goes with the run: what is on its way then does not arrive.
    pub(super) held: Arc<()>,
}

/// How a pass over the listing ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Done,
    /// What was deleted is to be made sure of first.
    Session,
    /// There is more, and it took long.
    Later,
    /// The keys are not what they were: once more, and warily.
    Again,
}

/// Messages to delete: number and key.
pub(super) type Marks = BTreeMap<u32, String>;

impl<'a> Run<'a> {
    pub(super) fn new(account: &'a Account, job: &'a Job, settings: &'a CollectorSettings) -> Run<'a> {
        Run {
            account,
            job,
            settings,
            ledger: Ledger::new(),
            target: Target::new(settings),
            report: RunReport::default(),
            problems: Vec::new(),
            left: HashSet::new(),
            deleted: HashSet::new(),
            is_wary: false,
            n_broken: 0,
            since: Instant::now(),
            held: Arc::new(()),
        }
    }

    pub(super) fn into_report(mut self) -> RunReport {
        let mut told = HashSet::new();
        self.problems.retain(|words| told.insert(words.clone()));
        let n_more = self.problems.len().saturating_sub(MAX_PROBLEMS);
        self.problems.truncate(MAX_PROBLEMS);
        if n_more > 0 {
            self.problems.push(format!("And {n_more} more."));
        }
        let problem = (!self.problems.is_empty()).then(|| self.problems.join(" "));
        RunReport { problem, ..self.report }
    }

    /// False where there is more to do, and it took long.
    pub(super) async fn go(&mut self, secret: &SecretString) -> Result<bool, Halt> {
        let (server, login) = self.account.server_of(self.settings, secret).map_err(Halt::Settings)?;
        let ledger = self.store().ledger(&CollectorId(self.job.subject.clone())).await?;
        self.ledger = ledger.into_iter().collect();
        self.settle().await?;
        loop {
            match self.session(&server, &login).await? {
                Next::Done => return Ok(true),
                Next::Session if !self.is_long() => {}
                _ => return Ok(false),
            }
        }
    }

    pub(super) fn is_long(&self) -> bool {
        self.since.elapsed() >= LONG
    }

    pub(super) fn store(&self) -> &'a Store {
        &self.account.services.store
    }

    pub(super) fn problem(&mut self, words: &str) {
        self.problems.push(words.trim_end().to_owned());
    }

    /// Changes the ledger, here and on the disk.
    pub(super) async fn write(&mut self, changes: Vec<(String, Option<LedgerEntry>)>) -> Result<(), Halt> {
        if changes.is_empty() {
            return Ok(());
        }
        if !self.store().change_ledger(self.job, &changes).await? {
            return Err(Halt::Lost);
        }
        for (key, entry) in changes {
            match entry {
                Some(entry) => self.ledger.insert(key, entry),
                None => self.ledger.remove(&key),
            };
        }
        Ok(())
    }

    pub(super) fn rules(&self) -> Rules<'_> {
        Rules {
            keep: self.settings.keep,
            max_bytes: self.settings.max_bytes.unwrap_or(MOST).min(MOST),
            now: self.store().now(),
            is_wary: self.is_wary,
            left: &self.left,
            deleted: &self.deleted,
        }
    }

    async fn session(&mut self, server: &Server, login: &Login) -> Result<Next, Halt> {
        let mut conn = Conn::sign_in(server, login).await?;
        let listed = listing::listing(&mut conn).await?;
        let mut marks = Marks::new();
        let ended = loop {
            match self.pass(&mut conn, &listed, &mut marks).await {
                Ok(Next::Again) => self.is_wary = true,
                ended => break ended,
            }
        };
        match ended {
            Err(Halt::Server(pop3::Error::TooLarge(_))) if self.n_broken < MAX_BROKEN => {
                self.n_broken += 1;
                Ok(Next::Session)
            }
            Err(halt @ (Halt::Server(_) | Halt::Spool(_) | Halt::Store(_) | Halt::Lost)) => Err(halt),
            // What is in the account can go, whatever became of the rest.
            ended => {
                let deleted = self.delete(conn, marks).await;
                let next = ended?;
                deleted?;
                Ok(next)
            }
        }
    }

    async fn delete(&mut self, mut conn: Conn, marks: Marks) -> Result<(), Halt> {
        let numbers: Vec<u32> = marks.keys().copied().collect();
        let refused = async {
            let refused = conn.dele_many(&numbers).await?;
            conn.quit().await?;
            Ok::<_, pop3::Error>(refused)
        };
        match refused.await {
            Ok(refused) => {
                for refusal in &refused {
                    self.problem(&format!(
                        "The server would not delete a message. {}",
                        it_says(&refusal.words)
                    ));
                }
                let refused: HashSet<u32> = refused.into_iter().map(|refusal| refusal.number).collect();
                self.note_deleted(marks, &refused).await
            }
            // Nothing was to be deleted, so nothing was lost with it.
            Err(_) if marks.is_empty() => Ok(()),
            Err(error) => {
                self.problem("Whether the server deleted what was collected is not known.");
                Err(error.into())
            }
        }
    }

    /// What the server has deleted is no longer known by what it is: the same may come again, and is another then.
    async fn note_deleted(&mut self, marks: Marks, refused: &HashSet<u32>) -> Result<(), Halt> {
        let mut changes = Vec::new();
        for (number, key) in marks {
            self.deleted.insert(key.clone());
            if refused.contains(&number) {
                continue;
            }
            self.report.deleted += 1;
            let entry = self.ledger.get(&key).filter(|_| !plan::is_made(&key));
            let entry = entry.map(|entry| LedgerEntry { state: LedgerState::Deleted, ..entry.clone() });
            changes.push((key, entry));
        }
        self.write(changes).await
    }
}
