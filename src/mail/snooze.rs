//! Messages that come back at their time.

use super::{Account, Error, undo::Done};
use crate::model::{MessageKey, MessageSet, Snooze};

impl Account {
    /// Puts messages off until `until` (Unix seconds).
    pub async fn snooze(&self, messages: &MessageSet, until: i64) -> Result<Done, Error> {
        for &uid in messages.uids() {
            let key =
                MessageKey { mailbox: messages.mailbox.clone(), uid_validity: messages.uid_validity, uid };
            let headers = self.open(&key).await?.headers;
            let snooze = Snooze {
                id: String::new(),
                owner: self.username().to_owned(),
                return_to: key.mailbox.clone(),
                message: key,
                message_id: headers.message_id.unwrap_or_default(),
                subject: headers.subject,
                until,
            };
            self.services.store.add_snooze(&snooze).await?;
        }
        Ok(self.undo_log.record(messages.uids().len(), None))
    }

    /// Those of the account, by their time.
    pub async fn snoozes(&self) -> Result<Vec<Snooze>, Error> {
        Ok(self.services.store.snoozes(self.username()).await?)
    }

    /// Brings one back at once.
    pub async fn wake_snoozed(&self, id: &str) -> Result<(), Error> {
        Ok(self.services.store.remove_snooze(self.username(), id).await?)
    }
}
