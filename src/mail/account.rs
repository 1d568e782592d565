//! One signed-in person's mail.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::future::BoxFuture;
use tokio::sync::OnceCell;

use super::{
    Error, Reason, SignInId,
    collect::{Collecting, Spool},
    list::Undescribed,
    sending::Sendings,
};
use crate::{
    config::Upstream,
    imap::{self, Conn, Detail, Pool, Server},
    model::{Credentials, MailboxName},
    net::{Dialer, Egress},
    store::Store,
};

/// What all accounts share.
pub(super) struct Services {
    pub(super) dialer: Arc<Dialer>,
    pub(super) imap: Arc<Server>,
    pub(super) smtp: Upstream,
    pub(super) mail_domain: Option<String>,
    /// Bytes.
    pub(super) max_message_bytes: usize,
    pub(super) sendings: Sendings,
    pub(super) store: Arc<Store>,
    pub(super) background_work: bool,
    /// To servers that people name.
    pub(super) egress: Arc<Egress>,
    pub(super) spool: Spool,
    pub(super) collecting: Collecting,
}

/// One signed-in person's mail. Lives as long as somebody uses the sign-in. Its deeds stand in the
/// files beside this one, grouped as people group them.
pub struct Account {
    pub(super) services: Arc<Services>,
    pub(super) credentials: Credentials,
    /// `None` where nobody is: it is for work in the background.
    pub(super) sign_in: Option<SignInId>,
    pub(super) display_name: OnceCell<Option<String>>,
    pub(super) undescribed: Undescribed,
    pool: OnceCell<Pool>,
    last_used: Mutex<Instant>,
}

impl Account {
    /// Connects when first used.
    pub(super) fn new(
        services: Arc<Services>,
        credentials: Credentials,
        sign_in: Option<SignInId>,
    ) -> Account {
        Account {
            services,
            credentials,
            sign_in,
            display_name: OnceCell::new(),
            undescribed: Undescribed::default(),
            pool: OnceCell::new(),
            last_used: Mutex::new(Instant::now()),
        }
    }

    /// As typed at sign-in.
    pub fn username(&self) -> &str {
        &self.credentials.username
    }

    /// For whoever opens the same sign-in's account elsewhere.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    pub(super) async fn close(&self) {
        if let Some(pool) = self.pool.get() {
            pool.close().await;
        }
    }

    pub(super) fn touch(&self) {
        *self.last_used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    pub(super) fn idle_for(&self) -> Duration {
        self.last_used.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// Connects when first asked.
    pub(super) async fn pool(&self) -> Result<&Pool, Error> {
        let connect = || Pool::sign_in(Arc::clone(&self.services.imap), self.credentials.clone());
        Ok(self.pool.get_or_try_init(connect).await?)
    }

    /// Runs IMAP commands that change nothing; see [`Pool::read`].
    pub(super) async fn read<T: Send + 'static>(
        &self,
        mailbox: Option<&MailboxName>,
        job: impl for<'c> Fn(&'c mut Conn) -> BoxFuture<'c, Result<T, imap::Error>> + Send + Sync + 'static,
    ) -> Result<T, Error> {
        Ok(self.pool().await?.read(mailbox, job).await?)
    }

    /// Runs IMAP commands that ask the server about messages, in this detail `first`; where it ends over describing
    /// them, once more for their headers only. So no message makes its mailbox unreadable.
    pub(super) async fn describe<T: Send + 'static>(
        &self,
        mailbox: &MailboxName,
        first: Detail,
        job: impl for<'c> Fn(&'c mut Conn, Detail) -> BoxFuture<'c, Result<T, imap::Error>>
        + Send
        + Sync
        + 'static,
    ) -> Result<T, Error> {
        let job = Arc::new(job);
        let ask = |detail| {
            let job = Arc::clone(&job);
            self.read(Some(mailbox), move |conn| job(conn, detail))
        };
        match ask(first).await {
            Err(error @ Error::Unavailable { reason: Reason::Lost, .. }) if first != Detail::Plain => {
                tracing::warn!(%error, "the IMAP server ended over describing messages; asking for their headers");
                ask(Detail::Plain).await
            }
            described => described,
        }
    }

    /// Runs IMAP commands that change something; see [`Pool::write`].
    pub(super) async fn write<T: Send + 'static>(
        &self,
        mailbox: Option<&MailboxName>,
        job: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, imap::Error>> + Send + 'static,
    ) -> Result<T, Error> {
        Ok(self.pool().await?.write(mailbox, job).await?)
    }
}
