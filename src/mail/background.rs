//! Accounts that work goes on for: of whoever is signed in, else by the password that was kept for that.

use std::sync::{Arc, PoisonError};

use super::{Account, Accounts};
use crate::{
    model::Credentials,
    store::{Store, StoreError},
};

impl Accounts {
    pub fn store(&self) -> &Store {
        &self.services.store
    }

    /// Once, before the first job.
    pub(super) async fn prepare_work(&self) -> Result<(), StoreError> {
        self.store().check().await?;
        if !self.services.background_work {
            self.store().forget_all_credentials().await?;
        }
        self.store().take_over().await
    }

    /// Whose jobs may be done: `None` means everybody's.
    pub(super) fn owners_at_work(&self) -> Option<Vec<String>> {
        if self.services.background_work {
            return None;
        }
        let mut owners: Vec<String> =
            self.lock().values().map(|account| account.username().to_owned()).collect();
        owners.sort_unstable();
        owners.dedup();
        Some(owners)
    }

    /// `None` where nobody is signed in and no password is kept.
    pub(super) async fn account_of(&self, owner: &str) -> Result<Option<Arc<Account>>, StoreError> {
        if let Some(account) = self.lock().values().find(|account| account.username() == owner) {
            return Ok(Some(Arc::clone(account)));
        }
        if let Some(account) = self.background().get(owner).cloned() {
            account.touch();
            return Ok(Some(account));
        }
        if !self.services.background_work {
            return Ok(None);
        }
        let Some(credentials) = self.store().credentials(owner).await? else { return Ok(None) };
        let account = Account::new(Arc::clone(&self.services), credentials, None);
        let mut background = self.background();
        Ok(Some(Arc::clone(background.entry(owner.to_owned()).or_insert_with(|| Arc::new(account)))))
    }

    /// Its password is another now, or refused. A job that still uses it goes on to its end.
    pub(super) fn forget_background(&self, owner: &str) {
        self.background().remove(owner);
    }

    /// Somebody signed in: what waited for that goes on, with the password of today.
    pub(super) async fn welcome(&self, credentials: &Credentials) {
        self.forget_background(&credentials.username);
        let renewed = async {
            let store = self.store();
            if self.services.background_work && store.has_work(&credentials.username).await? {
                store.keep_credentials(credentials).await?;
            }
            store.wake(&credentials.username).await
        };
        if let Err(error) = renewed.await {
            tracing::warn!(%error, "background work could not be woken");
        }
    }

    fn background(&self) -> std::sync::MutexGuard<'_, std::collections::BTreeMap<String, Arc<Account>>> {
        self.background.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take_idle_background(&self, idle: std::time::Duration) -> Vec<Arc<Account>> {
        let mut background = self.background();
        background
            .extract_if(.., |_, account| account.idle_for() >= idle)
            .map(|(_, account)| account)
            .collect()
    }
}

impl Account {
    /// Keeps the password for what is about to be put into the store, if the administrator allows that.
    pub(super) async fn allow_background_work(&self) {
        if !self.services.background_work {
            return;
        }
        if let Err(error) = self.services.store.keep_credentials(&self.credentials).await {
            tracing::warn!(%error, "work will wait for its owner: their password could not be kept");
        }
    }
}
