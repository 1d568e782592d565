//! Delete: to Trash, and for good.

use super::{Account, Error, undo::Done};
use crate::model::{MailboxRole, MessageSet};

impl Account {
    /// To Trash; from Trash itself, for good.
    pub async fn delete(&self, messages: &MessageSet) -> Result<Done, Error> {
        let trash = self.ensure_role(MailboxRole::Trash).await?;
        if messages.mailbox == trash {
            return self.expunge(messages).await;
        }
        self.move_to(messages, &trash).await
    }

    /// For good: there is no undo.
    pub async fn expunge(&self, messages: &MessageSet) -> Result<Done, Error> {
        let n_messages = self.remove(messages).await?;
        Ok(self.done(n_messages, None).await)
    }

    /// As a part of something else.
    pub(super) async fn remove(&self, messages: &MessageSet) -> Result<usize, Error> {
        let set = messages.clone();
        self.write(Some(&messages.mailbox), move |conn| Box::pin(async move { conn.expunge(&set).await }))
            .await?;
        Ok(messages.uids().len())
    }
}
