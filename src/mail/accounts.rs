//! The signed-in accounts; idle ones are closed.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::{
    Account, Error, Which,
    account::Services,
    collect::{Collecting, Spool},
    error::reason,
    sending::Sendings,
};
use crate::{config::Config, imap, model::Credentials, net::Dialer, pop3, store::Store};

/// Names one sign-in: one browser's session. Random; not a secret by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignInId(pub String);

/// Every signed-in account of this process.
pub struct Accounts {
    pub(super) services: Arc<Services>,
    signed_in: Mutex<BTreeMap<SignInId, Arc<Account>>>,
    /// By owner: opened for work, with nobody signed in.
    pub(super) background: Mutex<BTreeMap<String, Arc<Account>>>,
}

impl Accounts {
    pub fn new(config: &Config, dialer: Arc<Dialer>, store: Arc<Store>) -> Accounts {
        let imap = Arc::new(imap::Server {
            dialer: Arc::clone(&dialer),
            upstream: config.imap.clone(),
            max_connections: config.imap_connections,
            patience: config.imap_timeout,
        });
        let services = Services {
            dialer,
            imap,
            smtp: config.smtp.clone(),
            mail_domain: config.mail_domain.clone(),
            max_message_bytes: config.max_message_bytes,
            sendings: Sendings::default(),
            store,
            background_work: config.background_work,
            egress: Arc::new(pop3::egress(config)),
            spool: Spool::new(config),
            collecting: Collecting::default(),
        };
        Accounts { services: Arc::new(services), signed_in: Mutex::default(), background: Mutex::default() }
    }

    /// Logs in to the IMAP server, which alone decides who may.
    pub async fn sign_in(&self, id: &SignInId, credentials: Credentials) -> Result<Arc<Account>, Error> {
        let account = Account::new(Arc::clone(&self.services), credentials.clone(), Some(id.clone()));
        account.pool().await?;
        self.welcome(&credentials).await;
        Ok(self.keep(id, account))
    }

    /// The account of a sign-in, if it is still open.
    pub fn find(&self, id: &SignInId) -> Option<Arc<Account>> {
        let account = self.lock().get(id).cloned()?;
        account.touch();
        Some(account)
    }

    /// Opens the account of a session that outlived its connections. Connects when first used.
    pub fn resume(&self, id: &SignInId, credentials: Credentials) -> Arc<Account> {
        self.keep(id, Account::new(Arc::clone(&self.services), credentials, Some(id.clone())))
    }

    /// Closes the account's connections and forgets everything about it.
    pub async fn sign_out(&self, id: &SignInId) {
        let account = self.lock().remove(id);
        if let Some(account) = account {
            account.close().await;
        }
    }

    /// Closes accounts that nobody used for `idle`; their sessions may resume.
    pub async fn close_idle(&self, idle: Duration) {
        let closing: Vec<_> = {
            let mut signed_in = self.lock();
            signed_in
                .extract_if(.., |_, account| account.idle_for() >= idle)
                .map(|(_, account)| account)
                .collect()
        };
        for account in closing.into_iter().chain(self.take_idle_background(idle)) {
            account.close().await;
        }
        self.services.sendings.forget_old();
    }

    /// Closes everything: the process ends.
    pub async fn close_all(&self) {
        let closing = std::mem::take(&mut *self.lock());
        for account in closing.into_values().chain(self.take_idle_background(Duration::ZERO)) {
            account.close().await;
        }
    }

    /// Whether the IMAP server can be reached.
    pub async fn ready(&self) -> Result<(), Error> {
        let server = &self.services.imap;
        match server.dialer.connect(&server.upstream).await {
            Ok(_) => Ok(()),
            Err(error) => Err(Error::unavailable(Which::Imap, reason(&error), error)),
        }
    }

    /// Two requests may resume the same session at once: the first one's account serves both.
    fn keep(&self, id: &SignInId, account: Account) -> Arc<Account> {
        Arc::clone(self.lock().entry(id.clone()).or_insert_with(|| Arc::new(account)))
    }

    pub(super) fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<SignInId, Arc<Account>>> {
        self.signed_in.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
