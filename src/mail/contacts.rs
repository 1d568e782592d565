//! Whom somebody writes to, remembered so that it need not be typed again.

use super::Account;
use crate::model::{Address, Draft};

/// Offered at a time.
const MAX_OFFERED: u32 = 100;

impl Account {
    /// Those written to most, first. Without the store there are none, and everything can still be typed.
    pub async fn contacts(&self) -> Vec<Address> {
        match self.services.store.contacts(self.username(), MAX_OFFERED).await {
            Ok(contacts) => contacts.into_iter().map(|contact| contact.address).collect(),
            Err(error) => {
                tracing::debug!(%error, "no contacts are offered");
                Vec::new()
            }
        }
    }

    pub(super) async fn remember_recipients(&self, draft: &Draft) {
        let recipients: Vec<Address> = draft.recipients().cloned().collect();
        if let Err(error) = self.services.store.remember_contacts(self.username(), &recipients).await {
            tracing::debug!(%error, "the recipients are not remembered");
        }
    }
}
