//! What is kept between requests, and what never is: no mail but what waits to be sent, and that only sealed; no
//! password that could be read with the database alone.

mod away;
mod background;
mod clock;
mod collectors;
mod db;
mod error;
mod jobs;
mod kept_forms;
mod ledger;
mod outbox;
mod people;
mod person;
mod scraps;
mod sealed;
mod server_key;
mod sessions;
mod settings;
mod snoozes;
mod uploads;

use std::{path::Path, sync::Arc};

use rand::RngExt;
use rustls::ClientConfig;

use crate::config::Config;
use away::Away;
use db::Db;
use scraps::Remembered;

pub use clock::Clock;
pub use error::StoreError;
pub use jobs::{Job, JobKind, LEASE_SECONDS};
pub use kept_forms::KeptForms;
pub use outbox::{Advance, NewOutgoing};
pub use sealed::{Key, Sealed};
pub use server_key::ServerKeys;
pub use sessions::Sessions;
pub use settings::UserSettings;
pub use uploads::{Limits, UploadError, UploadId, Uploads, Waiting, forget_uploads};

/// The database and the key beside it. Every call may fail while the database is away, and works again once it is
/// back; whoever calls says what could not be done, and goes on with the mail.
pub struct Store {
    db: Db,
    keys: ServerKeys,
    clock: Clock,
    /// Names this process among those that share the database.
    instance: String,
    reading: Away,
    writing: Away,
    remembered: Remembered,
}

impl Store {
    /// Opens nothing yet. `tls` is for a database on another machine.
    pub fn new(config: &Config, tls: Option<Arc<ClientConfig>>, clock: Clock) -> Result<Store, StoreError> {
        Ok(Store {
            db: Db::new(&config.database, tls)?,
            keys: ServerKeys::new(config.key_file.as_deref()),
            clock,
            instance: random_id(),
            reading: Away::default(),
            writing: Away::default(),
            remembered: Remembered::default(),
        })
    }

    /// Tries the database, so that an administrator learns at once what does not work.
    pub async fn check_database(&self) -> Result<(), StoreError> {
        self.db.query("SELECT COUNT(*) FROM jobs", Vec::new()).await.map(drop)
    }

    /// Tries database and key; makes both where there are none.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.check_database().await?;
        self.keys.load()
    }

    /// Whether other instances share the database.
    pub fn is_shared(&self) -> bool {
        self.db.is_shared()
    }

    pub fn keys(&self) -> &ServerKeys {
        &self.keys
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Unix seconds.
    pub fn now(&self) -> i64 {
        self.clock.now().unix_timestamp()
    }

    /// A copy of the database at one moment, into a file that does not exist yet. It holds no key.
    pub async fn back_up(&self, to: &Path) -> Result<(), StoreError> {
        self.db.copy_to(to).await
    }
}

fn random_id() -> String {
    format!("{:032x}", rand::rng().random::<u128>())
}

#[cfg(test)]
mod tests;
