//! Read, unread, flagged, and other flags.

use super::{
    Account, Error,
    undo::{Done, Undo},
};
use crate::model::{FlagChange, MessageSet};

impl Account {
    pub async fn change_flags(&self, messages: &MessageSet, change: &FlagChange) -> Result<Done, Error> {
        let (set, flag_change) = (messages.clone(), change.clone());
        let changed = self
            .write(Some(&messages.mailbox), move |conn| {
                Box::pin(async move { conn.change_flags(&set, &flag_change).await })
            })
            .await?;
        let n_messages = changed.as_ref().map_or(0, |changed| changed.uids().len());
        Ok(self.undo_log.record(n_messages, changed.map(|changed| Undo::Flags(changed, change.inverse()))))
    }
}
