//! Messages that leave their folder and come back at their time: moved to a mailbox that every program sees.

use super::{
    Account, Error, What,
    undo::{Done, Undo},
    worker::Trouble,
};
use crate::{
    model::{Flag, FlagChange, MailboxName, MessageKey, MessageSet, Snooze},
    store::Job,
};

/// The mailbox that messages wait in: people see it in other programs, too.
pub const SNOOZED: &str = "Snoozed";

/// How a message comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Back {
    /// As if it had just arrived.
    Unread,
    AsItWas,
}

impl Account {
    /// Puts messages away until `until` (Unix seconds).
    pub async fn snooze(&self, messages: &MessageSet, until: i64) -> Result<Done, Error> {
        let store = &self.services.store;
        if until <= store.now() {
            return Err(Error::Invalid("That time is over already: choose a later one.".to_owned()));
        }
        let snoozed = self.ensure_snoozed().await?;
        if messages.mailbox == snoozed {
            return Err(Error::Invalid("These messages are snoozed already.".to_owned()));
        }
        self.allow_background_work().await;
        let mut ids = Vec::new();
        for &uid in messages.uids() {
            let key =
                MessageKey { mailbox: messages.mailbox.clone(), uid_validity: messages.uid_validity, uid };
            match self.snooze_one(&key, &snoozed, until).await {
                Ok(id) => ids.push(id),
                // Gone meanwhile: the others are still wanted away.
                Err(Error::NotFound(What::Message)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.done(ids.len(), Some(Undo::Wake(ids))).await)
    }

    /// By their time.
    pub async fn snoozes(&self) -> Result<Vec<Snooze>, Error> {
        Ok(self.services.store.snoozes(self.username()).await?)
    }

    /// Brings a message back before its time.
    pub async fn wake_snoozed(&self, id: &str) -> Result<(), Error> {
        let snooze = self.services.store.snooze(id).await?;
        let snooze = snooze.filter(|snooze| snooze.owner == self.username());
        self.bring_back(&snooze.ok_or(Error::NotFound(What::Message))?, Back::Unread).await
    }

    /// Takes snoozing back; what came back by itself meanwhile stays where it is.
    pub(super) async fn undo_snooze(&self, ids: &[String]) -> Result<usize, Error> {
        let mut n = 0;
        for id in ids {
            let snooze = self.services.store.snooze(id).await?;
            if let Some(snooze) = snooze.filter(|snooze| snooze.owner == self.username()) {
                self.bring_back(&snooze, Back::AsItWas).await?;
                n += 1;
            }
        }
        Ok(n)
    }

    /// Its time has come.
    pub(super) async fn unsnooze(&self, job: &Job) -> Result<(), Trouble> {
        match self.services.store.snooze(&job.subject).await? {
            Some(snooze) => Ok(self.bring_back(&snooze, Back::Unread).await?),
            None => Ok(self.services.store.finish(job).await?),
        }
    }

    /// Written down before it is moved: a crash in between leaves it where it was, and a row that finds it there.
    async fn snooze_one(&self, key: &MessageKey, snoozed: &MailboxName, until: i64) -> Result<String, Error> {
        let store = &self.services.store;
        let headers = self.open(key).await?.headers;
        let snooze = Snooze {
            id: String::new(),
            owner: self.username().to_owned(),
            message: key.clone(),
            message_id: headers.message_id.unwrap_or_default(),
            subject: headers.subject,
            return_to: key.mailbox.clone(),
            until,
        };
        let id = store.add_snooze(&snooze).await?;
        let (set, target) = (MessageSet::of(key), snoozed.clone());
        let moved = self
            .write(Some(&key.mailbox), move |conn| Box::pin(async move { conn.move_to(&set, &target).await }))
            .await;
        let moved = match moved {
            Ok(moved) => moved,
            Err(error) => {
                store.remove_snooze(self.username(), &id).await?;
                return Err(error);
            }
        };
        if let Some(moved) = moved
            && let Some(&uid) = moved.uids().first()
        {
            let now = MessageKey { mailbox: moved.mailbox, uid_validity: moved.uid_validity, uid };
            store.snoozed_as(&id, &now).await?;
        }
        Ok(id)
    }

    async fn bring_back(&self, snooze: &Snooze, back: Back) -> Result<(), Error> {
        if let Some(messages) = self.find_snoozed(snooze).await? {
            if back == Back::Unread {
                self.set_flags(&messages, &FlagChange::Remove(Flag::Seen)).await?;
            }
            // A move gives it the newest UID: it stands on top.
            match self.relocate(&messages, &snooze.return_to).await {
                Err(Error::NotFound(What::Mailbox)) => {
                    self.relocate(&messages, &MailboxName::inbox()).await?;
                }
                other => drop(other?),
            }
        }
        // Not found: somebody filed or deleted it meanwhile, and that stands.
        Ok(self.services.store.remove_snooze(self.username(), &snooze.id).await?)
    }

    /// Where the message is, if it is still put away.
    async fn find_snoozed(&self, snooze: &Snooze) -> Result<Option<MessageSet>, Error> {
        let snoozed = self.snoozed_name().await?;
        if snooze.message.mailbox == snoozed {
            match self.open(&snooze.message).await {
                Ok(_) => return Ok(Some(MessageSet::of(&snooze.message))),
                Err(Error::NotFound(_) | Error::Stale) => {}
                Err(error) => return Err(error),
            }
        }
        if snooze.message_id.is_empty() {
            return Ok(None);
        }
        match self.find_by_id(&snoozed, &snooze.message_id).await {
            Err(Error::NotFound(_)) => Ok(None),
            found => found,
        }
    }

    async fn snoozed_name(&self) -> Result<MailboxName, Error> {
        self.name_beside_others(SNOOZED).await
    }

    async fn ensure_snoozed(&self) -> Result<MailboxName, Error> {
        let name = self.snoozed_name().await?;
        if !self.mailboxes().await?.iter().any(|mailbox| mailbox.name == name) {
            self.create_mailbox(name.clone()).await?;
        }
        Ok(name)
    }
}
