//! Move, copy, archive, junk.

use super::{
    Account, Error,
    undo::{Done, Undo},
};
use crate::model::{Flag, FlagChange, Keyword, MailboxName, MailboxRole, MessageSet};

impl Account {
    pub async fn move_to(&self, messages: &MessageSet, to: &MailboxName) -> Result<Done, Error> {
        if messages.mailbox == *to {
            return Err(Error::Invalid("The messages are in that folder already.".to_owned()));
        }
        let (n_messages, moved) = self.relocate(messages, to).await?;
        let undo = moved.map(|moved| Undo::MoveBack(moved, messages.mailbox.clone()));
        Ok(self.done(n_messages, undo).await)
    }

    /// Moves as a part of something else; returns how many, and where they are now if the server tells.
    pub(super) async fn relocate(
        &self,
        messages: &MessageSet,
        to: &MailboxName,
    ) -> Result<(usize, Option<MessageSet>), Error> {
        let (set, target) = (messages.clone(), to.clone());
        let moved = self
            .write(Some(&messages.mailbox), move |conn| {
                Box::pin(async move { conn.move_to(&set, &target).await })
            })
            .await?;
        let n_messages = moved.as_ref().map_or(messages.uids().len(), |moved| moved.uids().len());
        Ok((n_messages, moved))
    }

    pub async fn copy_to(&self, messages: &MessageSet, to: &MailboxName) -> Result<Done, Error> {
        let (set, target) = (messages.clone(), to.clone());
        let copied = self
            .write(Some(&messages.mailbox), move |conn| {
                Box::pin(async move { conn.copy(&set, &target).await })
            })
            .await?;
        let n_messages = copied.as_ref().map_or(messages.uids().len(), |copied| copied.uids().len());
        Ok(self.done(n_messages, copied.map(Undo::RemoveCopies)).await)
    }

    pub async fn archive(&self, messages: &MessageSet) -> Result<Done, Error> {
        let archive = self.ensure_role(MailboxRole::Archive).await?;
        self.move_to(messages, &archive).await
    }

    /// Moves to Junk and says so to the server's filter ($Junk, registered with IANA).
    pub async fn junk(&self, messages: &MessageSet) -> Result<Done, Error> {
        let junk = self.ensure_role(MailboxRole::Junk).await?;
        self.tell_filter(messages, Keyword::junk(), Keyword::not_junk()).await?;
        self.move_to(messages, &junk).await
    }

    /// Back to the inbox, and $NotJunk for the server's filter.
    pub async fn not_junk(&self, messages: &MessageSet) -> Result<Done, Error> {
        self.tell_filter(messages, Keyword::not_junk(), Keyword::junk()).await?;
        self.move_to(messages, &MailboxName::inbox()).await
    }

    async fn tell_filter(&self, messages: &MessageSet, is: Keyword, is_not: Keyword) -> Result<(), Error> {
        let changes = [FlagChange::Remove(Flag::Keyword(is_not)), FlagChange::Add(Flag::Keyword(is))];
        for change in changes {
            match self.set_flags(messages, &change).await {
                // Not every mailbox takes keywords (RFC 3501 §7.1, PERMANENTFLAGS); moving is what counts.
                Ok(_) | Err(Error::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
