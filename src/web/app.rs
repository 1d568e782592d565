//! Composition root: what every request shares.

use std::{io, ops::Deref, sync::Arc};

use axum::Router;

use super::{attempts::Attempts, flash::Flashes, heavy::HeavyWork, typed_secrets::TypedSecrets, urls::Urls};
use crate::{
    config::Config,
    fetch::Images,
    mail::Accounts,
    net::Dialer,
    store::{Clock, KeptForms, Limits, Sessions, Store, StoreError, Uploads},
};

/// Shared by every request. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

pub struct Inner {
    pub config: Config,
    pub urls: Urls,
    pub accounts: Arc<Accounts>,
    pub store: Arc<Store>,
    pub sessions: Sessions,
    pub images: Images,
    pub uploads: Uploads,
    pub kept_forms: KeptForms,
    pub flashes: Flashes,
    pub typed_secrets: TypedSecrets,
    pub attempts: Attempts,
    pub heavy: HeavyWork,
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the connections to the mail servers cannot be prepared")]
    Mail(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the directory for uploads cannot be used")]
    Uploads(#[source] io::Error),
    #[error("the database cannot be used")]
    Store(#[from] StoreError),
}

impl App {
    pub fn new(config: Config) -> Result<App, StartError> {
        let dialer = Arc::new(Dialer::new(&config).map_err(|error| StartError::Mail(error.into()))?);
        let store = Arc::new(Store::new(&config, dialer.tls(), Clock::default())?);
        let images = Images::new(&config, Arc::clone(&dialer));
        let accounts = Arc::new(Accounts::new(&config, dialer, Arc::clone(&store)));
        let max_bytes = config.max_message_bytes as u64;
        // An account may write a few messages at once.
        let limits = Limits { file_bytes: max_bytes, account_bytes: 4 * max_bytes, account_files: 200 };
        let uploads = Uploads::new(&store, &config, limits).map_err(StartError::Uploads)?;
        Ok(App(Arc::new(Inner {
            urls: Urls::new(&config.base_path),
            accounts,
            images,
            sessions: Sessions::new(Arc::clone(&store)),
            uploads,
            kept_forms: KeptForms::new(Arc::clone(&store)),
            flashes: Flashes::new(Arc::clone(&store)),
            typed_secrets: TypedSecrets::new(Arc::clone(&store)),
            attempts: Attempts::default(),
            heavy: HeavyWork::default(),
            store,
            config,
        })))
    }

    /// The whole site, without a socket: what `serve` serves and tests drive.
    pub fn router(&self) -> Router {
        super::routes::router(self)
    }

    async fn tidy_store(&self) -> Result<(), StoreError> {
        self.store.sweep_scraps().await?;
        self.store.forget_old_outgoing().await?;
        self.store.forget_idle_credentials().await
    }

    /// Forgets what has expired. Called every minute or so.
    pub async fn sweep(&self) {
        self.sessions.sweep().await;
        self.uploads.sweep().await;
        if let Err(error) = self.tidy_store().await {
            tracing::debug!(%error, "the database was not tidied");
        }
        self.attempts.sweep(std::time::Instant::now());
        self.accounts.close_idle(self.config.session_idle.min(super::serve::ACCOUNT_IDLE)).await;
    }
}
