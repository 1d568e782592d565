//! Read, unread, flagged, and other flags.

use super::{
    Account, Error,
    undo::{Done, Undo},
};
use crate::model::{FlagChange, MessageSet};

impl Account {
    pub async fn change_flags(&self, messages: &MessageSet, change: &FlagChange) -> Result<Done, Error> {
        let changed = self.set_flags(messages, change).await?;
        let n_messages = changed.as_ref().map_or(0, |changed| changed.uids().len());
        Ok(self.done(n_messages, changed.map(|changed| Undo::Flags(changed, change.inverse()))).await)
    }

    /// As a part of something else; returns the messages whose flags did change.
    pub(super) async fn set_flags(
        &self,
        messages: &MessageSet,
        change: &FlagChange,
    ) -> Result<Option<MessageSet>, Error> {
        let (set, change) = (messages.clone(), change.clone());
        self.write(Some(&messages.mailbox), move |conn| {
            Box::pin(async move { conn.change_flags(&set, &change).await })
        })
        .await
    }
}
