//! The connections of one account: opened when needed, kept while used, never more than allowed.

use std::{
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use tokio::sync::{Semaphore, oneshot};

use crate::{
    config::Upstream,
    model::{Credentials, MailboxName},
    net::Dialer,
};

use super::{
    Capabilities, Conn, Error,
    names::Names,
    task::{self, Deliver, Handle, Job, Lease, Probe, Run},
};

/// The IMAP server, shared by all accounts.
pub struct Server {
    pub dialer: Arc<Dialer>,
    pub upstream: Upstream,
    /// Connections for each account.
    pub max_connections: usize,
    /// How long a command may take; those whose cost grows with the mailbox get five times as long.
    pub patience: Duration,
}

/// The connections of one account. Cheap to clone.
#[derive(Clone)]
pub struct Pool {
    inner: Arc<Inner>,
}

pub(super) struct Inner {
    server: Arc<Server>,
    credentials: Credentials,
    capabilities: Arc<Capabilities>,
    names: Arc<Names>,
    /// One permit for each connection in use.
    permits: Arc<Semaphore>,
    /// Permits that exist.
    n_allowed: AtomicUsize,
    /// `None` once the pool was closed.
    idle: Mutex<Option<Vec<Handle>>>,
    next_id: AtomicU64,
}

/// Which connection a job gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    Any,
    /// None that was open before.
    Fresh,
}

/// How a job ended.
enum Ran<T> {
    Done(Result<T, Error>),
    /// Its connection was dead before its first byte was sent.
    NotBegun,
}

impl Pool {
    /// Connects, logs in, reads the capabilities. The first connection stays in the pool.
    pub async fn sign_in(server: Arc<Server>, credentials: Credentials) -> Result<Pool, Error> {
        let names = Arc::new(Names::default());
        let conn = Conn::connect(&server, &credentials, Arc::clone(&names)).await?;
        let n_allowed = server.max_connections.max(1);
        let inner = Arc::new(Inner {
            permits: Arc::new(Semaphore::new(n_allowed)),
            n_allowed: AtomicUsize::new(n_allowed),
            server,
            credentials,
            capabilities: conn.shared_capabilities(),
            names,
            idle: Mutex::new(Some(vec![])),
            next_id: AtomicU64::new(0),
        });
        let handle = inner.spawn(conn);
        inner.put_idle(handle);
        Ok(Pool { inner })
    }

    pub fn capabilities(&self) -> Arc<Capabilities> {
        Arc::clone(&self.inner.capabilities)
    }

    /// Runs a job that changes nothing: done again on a fresh connection if the first was lost.
    /// Prefers a connection that has `mailbox` selected. The job runs in the connection's own task:
    /// a caller that goes away does not interrupt it.
    pub async fn read<T: Send + 'static>(
        &self,
        mailbox: Option<&MailboxName>,
        job: impl for<'c> Fn(&'c mut Conn) -> BoxFuture<'c, Result<T, Error>> + Send + Sync + 'static,
    ) -> Result<T, Error> {
        let job = Arc::new(job);
        for choice in [Choice::Any, Choice::Fresh] {
            let job = Arc::clone(&job);
            let slot = Slot::new(Box::new(move |conn| job(conn)));
            match self.run(mailbox, choice, Probe::WhenStale, &slot).await? {
                Ran::NotBegun | Ran::Done(Err(Error::Lost(_))) if choice == Choice::Any => {}
                Ran::Done(result) => return result,
                Ran::NotBegun => break,
            }
        }
        Err(lost("no connection stays open"))
    }

    /// Runs a job that changes something: never done twice.
    pub async fn write<T: Send + 'static>(
        &self,
        mailbox: Option<&MailboxName>,
        job: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let slot = Slot::new(Box::new(job));
        for choice in [Choice::Any, Choice::Fresh] {
            if let Ran::Done(result) = self.run(mailbox, choice, Probe::Always, &slot).await? {
                return result;
            }
        }
        Err(lost("no connection stays open"))
    }

    /// Logs out of every connection.
    pub async fn close(&self) {
        let idle = self.inner.idle().take();
        // In use, or waited for: those end with their jobs.
        self.inner.permits.close();
        for handle in idle.into_iter().flatten() {
            handle.close().await;
        }
    }

    async fn run<T: Send + 'static>(
        &self,
        mailbox: Option<&MailboxName>,
        choice: Choice,
        probe: Probe,
        slot: &Slot<T>,
    ) -> Result<Ran<T>, Error> {
        let lease = self.lease(mailbox, choice).await?;
        let (tell, told) = oneshot::channel();
        let sender = lease.sender();
        if sender.send(Job { lease, probe, run: slot.clone().into_run(tell) }).await.is_err() {
            return Ok(Ran::NotBegun);
        }
        drop(sender);
        match told.await {
            Ok(result) => Ok(Ran::Done(result)),
            Err(_) if slot.is_full() => Ok(Ran::NotBegun),
            Err(_) => Err(lost("the connection's task ended within a job")),
        }
    }

    /// Waits for the right to use a connection, then takes one or opens one.
    async fn lease(&self, mailbox: Option<&MailboxName>, choice: Choice) -> Result<Lease, Error> {
        let inner = &self.inner;
        loop {
            let permits = Arc::clone(&inner.permits);
            let permit = permits.acquire_owned().await.map_err(|_| lost("signed out"))?;
            let idle = inner.take_idle(mailbox);
            if let (Some(handle), Choice::Any) = (idle, choice) {
                return Ok(Lease::new(handle, Arc::clone(inner), permit));
            }
            match Conn::connect(&inner.server, &inner.credentials, Arc::clone(&inner.names)).await {
                Ok(conn) => return Ok(Lease::new(inner.spawn(conn), Arc::clone(inner), permit)),
                // The server allows fewer than we do: from now on one of the others is waited for.
                Err(Error::TooManyConnections(words)) if inner.allow_one_less() => {
                    tracing::debug!(target: "postroom::imap", words, "one connection less");
                    permit.forget();
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl Inner {
    fn spawn(self: &Arc<Inner>, conn: Conn) -> Handle {
        task::spawn(conn, self.next_id.fetch_add(1, Ordering::Relaxed), Arc::downgrade(self))
    }

    /// Takes back a connection that is free; of a closed pool it is dropped, and logs out.
    pub(super) fn put_idle(&self, handle: Handle) {
        if let Some(idle) = self.idle().as_mut() {
            idle.push(handle);
        }
    }

    /// A free connection: best one with `mailbox` open, else the one that is longest unused.
    fn take_idle(&self, mailbox: Option<&MailboxName>) -> Option<Handle> {
        let mut idle = self.idle();
        let idle = idle.as_mut().filter(|idle| !idle.is_empty())?;
        let has_it_open = |handle: &Handle| mailbox.is_some() && handle.selected.as_ref() == mailbox;
        let at = idle.iter().rposition(has_it_open).unwrap_or(0);
        Some(idle.remove(at))
    }

    pub(super) fn take_idle_by_id(&self, id: u64) -> Option<Handle> {
        let mut idle = self.idle();
        let idle = idle.as_mut()?;
        let at = idle.iter().position(|handle| handle.id == id)?;
        Some(idle.remove(at))
    }

    /// False when there is only one left.
    fn allow_one_less(&self) -> bool {
        let less = |n: usize| n.checked_sub(1).filter(|n| *n > 0);
        self.n_allowed.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    fn idle(&self) -> MutexGuard<'_, Option<Vec<Handle>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type BoxedJob<T> = Box<dyn for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, Error>> + Send>;

/// Holds a job until it begins, so that one whose connection was dead can be given to another.
struct Slot<T>(Arc<Mutex<Option<BoxedJob<T>>>>);

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Slot<T> {
        Slot(Arc::clone(&self.0))
    }
}

impl<T: Send + 'static> Slot<T> {
    fn new(job: BoxedJob<T>) -> Slot<T> {
        Slot(Arc::new(Mutex::new(Some(job))))
    }

    fn is_full(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn into_run(self, tell: oneshot::Sender<Result<T, Error>>) -> Run {
        Box::new(move |conn| {
            Box::pin(async move {
                let job = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
                let result = match job {
                    Some(job) => job(conn).await,
                    None => Err(lost("a job that ran already")),
                };
                // Nobody to tell: the browser went away.
                Box::new(move || drop(tell.send(result))) as Deliver
            })
        })
    }
}

fn lost(why: &'static str) -> Error {
    Error::Lost(io::Error::new(io::ErrorKind::NotConnected, why))
}
