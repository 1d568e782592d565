//! What is done when nobody looks: jobs that are due, one instance each, until the process is told to stop.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    Account, Accounts,
    send::{Cause, SendError},
};
use crate::{
    model::OutgoingId,
    store::{Job, JobKind, LEASE_SECONDS, Store, StoreError},
};

/// Jobs at the same time.
const MAX_JOBS: usize = 8;
/// Of those, collections: they can take long, and what is to be sent does not wait for them.
const MAX_COLLECTIONS: usize = 5;
/// How long one waits that finds no room. Seconds.
const ROOM_PAUSE: i64 = 5;
/// How often the store is asked what is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The same while the store does not answer.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// How long jobs may take to finish once we were told to stop.
const GRACE: Duration = Duration::from_secs(25);
/// After a failure that has no pause of its own. Seconds.
const PAUSE: i64 = 60;

/// Works until `stopping` is true; then finishes what was begun, and frees what it held.
pub async fn work(accounts: Arc<Accounts>, mut stopping: watch::Receiver<bool>) {
    let store = accounts.store();
    let slots = Arc::new(Semaphore::new(MAX_JOBS));
    let collections = Arc::new(Semaphore::new(MAX_COLLECTIONS));
    let mut running = JoinSet::new();
    let mut is_prepared = false;
    let mut was_away = false;
    while !*stopping.borrow() {
        while running.try_join_next().is_some() {}
        let claimed = async {
            if !is_prepared {
                accounts.prepare_work().await?;
                is_prepared = true;
            }
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return Ok(None) };
            Ok(store.claim(accounts.owners_at_work().as_deref()).await?.map(|job| (job, slot)))
        };
        let claimed: Result<_, StoreError> = tokio::select! {
            claimed = claimed => claimed,
            // Waiting for a slot ends with the process.
            _ = stopping.wait_for(|stopping| *stopping) => break,
        };
        let pause = match claimed {
            Ok(Some((job, slot))) => {
                let room = Arc::clone(&collections).try_acquire_owned().ok();
                if room.is_none() && job.kind == JobKind::Collect {
                    running.spawn(make_wait(Arc::clone(&accounts), job));
                } else {
                    let room = room.filter(|_| job.kind == JobKind::Collect);
                    running.spawn(run(Arc::clone(&accounts), job, (slot, room)));
                }
                continue;
            }
            Ok(None) => LOOK_EVERY,
            Err(error) => {
                if !was_away {
                    tracing::error!(%error, "nothing is collected or sent later while the database is away");
                }
                was_away = true;
                LOOK_AGAIN
            }
        };
        if pause == LOOK_EVERY && std::mem::take(&mut was_away) {
            tracing::info!("the database is back");
        }
        tokio::select! {
            () = sleep(pause) => {}
            _ = stopping.wait_for(|stopping| *stopping) => {}
        }
    }
    let all_done = async { while running.join_next().await.is_some() {} };
    if timeout(GRACE, all_done).await.is_err() {
        tracing::warn!(
            "some background work did not finish in {} s; it goes on at the next start",
            GRACE.as_secs()
        );
        running.shutdown().await;
    }
    if let Err(error) = store.release_all().await {
        tracing::warn!(%error, "jobs are freed only when their lease ends");
    }
}

async fn make_wait(accounts: Arc<Accounts>, job: Job) {
    let store = accounts.store();
    if let Err(error) = store.put_off(&job, store.now() + ROOM_PAUSE, job.attempts).await {
        tracing::warn!(%error, "a collection that waits goes on once its lease has ended");
    }
}

async fn run(
    accounts: Arc<Accounts>,
    job: Job,
    _slots: (OwnedSemaphorePermit, Option<OwnedSemaphorePermit>),
) {
    let store = accounts.store();
    let result = while_held(store, &job, run_held(&accounts, &job)).await;
    let put_off = match result {
        Some(Ok(())) => return,
        None => {
            tracing::warn!(kind = ?job.kind, "a job was taken over by another instance");
            return;
        }
        Some(Err(Trouble::SignedOut)) => store.await_sign_in(&job).await,
        Some(Err(Trouble::Refused)) => {
            tracing::info!(
                user = job.owner,
                "work waits for a sign-in: the mail server refuses the password"
            );
            accounts.forget_background(&job.owner);
            match store.credentials_refused(&job.owner).await {
                Ok(()) => store.await_sign_in(&job).await,
                Err(error) => Err(error),
            }
        }
        Some(Err(Trouble::Later(why))) => {
            tracing::warn!(kind = ?job.kind, why, "a job is put off");
            store.put_off(&job, store.now() + PAUSE, job.attempts + 1).await
        }
        Some(Err(Trouble::Store(error))) => Err(error),
    };
    if let Err(error) = put_off {
        tracing::warn!(%error, kind = ?job.kind, "a job goes on once its lease has ended");
    }
}

/// Why a job is not done now.
pub(super) enum Trouble {
    /// Nobody is signed in, and no password is kept.
    SignedOut,
    /// The mail server refuses the password.
    Refused,
    /// Another attempt may help.
    Later(String),
    Store(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Trouble {
        Trouble::Store(error)
    }
}

impl From<super::Error> for Trouble {
    fn from(error: super::Error) -> Trouble {
        match error {
            super::Error::BadCredentials => Trouble::Refused,
            super::Error::Store(error) => Trouble::Store(error),
            error => Trouble::Later(error.to_string()),
        }
    }
}

async fn run_held(accounts: &Accounts, job: &Job) -> Result<(), Trouble> {
    let account = accounts.account_of(&job.owner).await?.ok_or(Trouble::SignedOut)?;
    match job.kind {
        JobKind::Send => send(&account, accounts.store(), job).await,
        JobKind::Collect => account.collect(job).await,
        JobKind::Unsnooze => account.unsnooze(job).await,
    }
}

async fn send(account: &Arc<Account>, store: &Store, job: &Job) -> Result<(), Trouble> {
    let Some(row) = store.outgoing(&OutgoingId(job.subject.clone())).await? else {
        return Ok(store.finish(job).await?);
    };
    match account.run_outgoing(job, row).await {
        Ok(_) => Ok(()),
        Err(SendError { cause: Cause::BadCredentials(_), .. }) => Err(Trouble::Refused),
        Err(SendError { cause: Cause::NoOutbox(error), .. }) => Err(Trouble::Store(error)),
        Err(SendError { cause: Cause::Before(error), .. }) => Err(Trouble::from(error)),
        // It stands in the outbox for its author, and the job is gone.
        Err(error) => {
            tracing::info!(cause = ?error.cause, "a message was not sent");
            Ok(())
        }
    }
}

/// Runs `work` as long as the job is ours: `None` when it was lost to another instance.
pub(super) async fn while_held<T>(store: &Store, job: &Job, work: impl Future<Output = T>) -> Option<T> {
    let lost = async {
        let mut failures = 0;
        loop {
            sleep(Duration::from_secs(LEASE_SECONDS.unsigned_abs() / 3)).await;
            match store.renew(job).await {
                Ok(true) => failures = 0,
                Ok(false) => return,
                Err(error) => {
                    failures += 1;
                    tracing::warn!(%error, "a lease could not be renewed");
                    // By now another may hold it. A database of our own has no others.
                    if failures >= 3 && store.is_shared() {
                        return;
                    }
                }
            }
        }
    };
    tokio::select! {
        biased;
        done = work => Some(done),
        () = lost => None,
    }
}
