//! Collecting a POP3 mailbox into the account, each message once.
//!
//! A run settles what an earlier one left open (`settle.rs`), then opens sessions until nothing is left to do (`run.rs`):
//! it lists (`listing.rs`), decides (`plan.rs`), fetches into a file (`spool.rs`), appends (`append.rs`), and only then
//! deletes. Each step is in the ledger before the next is taken, so that whoever goes on knows where.

mod alone;
mod append;
mod arrival;
mod halt;
mod listing;
mod pass;
mod plan;
mod run;
mod settle;
mod spool;
mod words;

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

pub(super) use self::{alone::Collecting, spool::Spool, words::sentence};

use self::{halt::Halt, run::Run};
use super::{Account, Error, worker::Trouble};
use crate::{
    config::Upstream,
    model::{
        Collector, CollectorId, CollectorLogin, CollectorRun, CollectorSettings, CollectorState, Credentials,
    },
    pop3::{self, Login, Server},
    store::{Job, Store, StoreError},
};

/// The pauses after runs that failed, seconds; the last one is repeated.
const PAUSES: [i64; 5] = [5 * 60, 15 * 60, 3600, 3 * 3600, 6 * 3600];
/// A server that says a byte now and then keeps nobody waiting for ever.
const ENDLESS: Duration = Duration::from_secs(60 * 60);

impl Account {
    /// One run. The job is ended or put off accordingly.
    pub(super) async fn collect(&self, job: &Job) -> Result<(), Trouble> {
        let store = &self.services.store;
        // Its lease ran out, and was given to us once more.
        let Some(_alone) = self.services.collecting.begin(&job.subject) else {
            return Err(Trouble::Later("an earlier run of this collector has not ended".to_owned()));
        };
        let id = CollectorId(job.subject.clone());
        let collector = store.collector(&job.owner, &id).await?;
        let secret = store.collector_secret(&id).await?;
        let (Some(collector), Some(secret)) = (collector, secret) else {
            return Ok(store.finish(job).await?);
        };
        if collector.state != CollectorState::Active {
            return Ok(store.finish(job).await?);
        }
        let started_at = store.now();
        let mut run = Run::new(self, job, &collector.settings);
        let ended = match timeout(ENDLESS, run.go(&secret)).await {
            Ok(ended) => ended,
            Err(_) => Err(Halt::Server(pop3::Error::TimedOut)),
        };
        let mut report = run.into_report();
        if let Err(halt) = &ended {
            report.problem = Some(match report.problem.take() {
                Some(earlier) => format!("{earlier} {}", halt.words()),
                None => halt.words(),
            });
        }
        let has_progress = report.collected > 0 || report.deleted > 0;
        let recorded = CollectorRun { started_at, ended_at: store.now(), report };
        if !matches!(ended, Err(Halt::Lost | Halt::Store(_))) {
            store.record_run(&id, &recorded).await?;
        }
        let interval = 60 * i64::from(collector.settings.every_minutes.max(1));
        match ended {
            Ok(true) => store.put_off(job, store.now() + interval, 0).await?,
            Ok(false) => store.put_off(job, store.now(), 0).await?,
            // Whoever has it now goes on.
            Err(Halt::Lost) => {}
            Err(Halt::Store(error)) => return Err(Trouble::Store(error)),
            Err(Halt::Mail(Error::BadCredentials)) => return Err(Trouble::Refused),
            Err(halt) if halt.is_permanent() => {
                if is_as_it_was(store, &collector, &secret).await? {
                    store.stop_collector(&id, &halt.words()).await?;
                } else {
                    // Its owner has mended it meanwhile.
                    store.put_off(job, store.now(), 0).await?;
                }
            }
            Err(halt) => {
                tracing::info!(error = halt.chain(), "a collector's run failed");
                let attempts = if has_progress { 1 } else { job.attempts.saturating_add(1) };
                store.put_off(job, store.now() + pause(attempts).max(interval), attempts).await?;
            }
        }
        Ok(())
    }

    /// The server that settings name, and how one signs in there.
    pub(super) fn server_of(
        &self,
        settings: &CollectorSettings,
        secret: &SecretString,
    ) -> Result<(Server, Login), String> {
        let services = &self.services;
        let server = Server {
            dialer: services.dialer.clone(),
            egress: services.egress.clone(),
            upstream: Upstream::pop3(&settings.server)?,
            patience: pop3::PATIENCE,
        };
        let credentials = Credentials::new(settings.username.clone(), secret.clone());
        let login = match settings.login {
            CollectorLogin::Password => Login::Password(credentials),
            CollectorLogin::Token => Login::Token(credentials),
        };
        Ok((server, login))
    }
}

/// Whether what failed is what the collector is now.
async fn is_as_it_was(
    store: &Store,
    collector: &Collector,
    secret: &SecretString,
) -> Result<bool, StoreError> {
    let now = store.collector(&collector.owner, &collector.id).await?;
    let secret_now = store.collector_secret(&collector.id).await?;
    let is_same_secret = secret_now.is_some_and(|now| now.expose_secret() == secret.expose_secret());
    Ok(is_same_secret && now.is_some_and(|now| now.settings == collector.settings))
}

/// Seconds until the next run, after so many that failed.
fn pause(attempts: u32) -> i64 {
    let at = usize::try_from(attempts).unwrap_or(usize::MAX).saturating_sub(1);
    PAUSES.get(at).or(PAUSES.last()).copied().unwrap_or(3600)
}
