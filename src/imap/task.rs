//! The task that owns a connection. Jobs come to it over a channel and run to their end: whoever asked
//! may go away, a command half-way cannot be left (the server would take the next one for its rest).

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use futures_util::future::BoxFuture;
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    task::JoinHandle,
    time::{Instant, sleep_until},
};

use crate::model::MailboxName;

use super::{Conn, pool::Inner};

/// An unused connection logs out after this long.
const IDLE: Duration = Duration::from_secs(300);
/// After this long without a command a connection is tried before it is trusted: routers and
/// firewalls forget silently.
const TRUSTED: Duration = Duration::from_secs(30);

/// What a job leaves to be done once its connection is free again: to give its result away.
pub(super) type Deliver = Box<dyn FnOnce() + Send>;
pub(super) type Run = Box<dyn for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Deliver> + Send>;

/// When a connection is tried before a job begins on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Probe {
    /// For a job that can be done again.
    WhenStale,
    /// For one that cannot. It must not be what finds out that the server is gone, or has no more to
    /// say than BYE because the selected mailbox was renamed (Dovecot 2.3).
    Always,
}

pub(super) struct Job {
    pub(super) lease: Lease,
    pub(super) probe: Probe,
    pub(super) run: Run,
}

/// The way to a connection's task. The task ends when this is dropped.
pub(super) struct Handle {
    pub(super) id: u64,
    pub(super) selected: Option<MailboxName>,
    jobs: mpsc::Sender<Job>,
    task: JoinHandle<()>,
}

/// The right to use one connection.
pub(super) struct Lease {
    handle: Handle,
    pool: Arc<Inner>,
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    pub(super) fn new(handle: Handle, pool: Arc<Inner>, permit: OwnedSemaphorePermit) -> Lease {
        Lease { handle, pool, _permit: permit }
    }

    pub(super) fn sender(&self) -> mpsc::Sender<Job> {
        self.handle.jobs.clone()
    }

    /// The connection is free again.
    fn give_back(mut self, conn: &Conn) {
        self.handle.selected = conn.selected().cloned();
        self.pool.put_idle(self.handle);
    }
}

impl Handle {
    /// Waits until the connection has logged out.
    pub(super) async fn close(self) {
        drop(self.jobs);
        if self.task.await.is_err() {
            tracing::warn!(target: "postroom::imap", "a connection's task panicked");
        }
    }
}

pub(super) fn spawn(conn: Conn, id: u64, pool: Weak<Inner>) -> Handle {
    let (jobs, received) = mpsc::channel(1);
    let selected = conn.selected().cloned();
    Handle { id, selected, jobs, task: tokio::spawn(own(conn, received, id, pool)) }
}

async fn own(mut conn: Conn, mut jobs: mpsc::Receiver<Job>, id: u64, pool: Weak<Inner>) {
    let mut last_used = Instant::now();
    loop {
        let job = tokio::select! {
            // First, for a connection that is known to be dead takes no job.
            biased;
            error = conn.watch() => {
                tracing::debug!(target: "postroom::imap", %error, "an idle connection ended");
                // A job that is on its way here is dropped unrun; the pool sees that.
                forget(&pool, id);
                return;
            }
            job = jobs.recv() => job,
            () = sleep_until(last_used + IDLE) => {
                if forget(&pool, id) { None } else { jobs.recv().await }
            }
        };
        let Some(Job { lease, probe, run }) = job else { break };
        let is_doubtful = probe == Probe::Always || last_used.elapsed() > TRUSTED;
        if is_doubtful && conn.probe().await.is_err() {
            return;
        }
        let deliver = run(&mut conn).await;
        last_used = Instant::now();
        let is_usable = !conn.is_broken();
        if is_usable {
            lease.give_back(&conn);
        } else {
            drop(lease);
        }
        // Only now: whoever gets the result may ask for a connection at once.
        deliver();
        if !is_usable {
            return;
        }
    }
    conn.log_out().await;
}

/// Takes a connection out of the pool; false when a job is on its way to it.
fn forget(pool: &Weak<Inner>, id: u64) -> bool {
    pool.upgrade().is_none_or(|pool| pool.take_idle_by_id(id).is_some())
}
