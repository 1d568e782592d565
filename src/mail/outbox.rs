//! The outbox as its owner sees it: what waits, and what they make of it.

use std::sync::Arc;

use super::{
    Account, Error, Repeat, What,
    send::{Cause, Delivery, SendError, before},
};
use crate::{
    imap::Conn,
    mime::{self, Copy},
    model::{Flag, MailboxRole, MessageKey, Outgoing, OutgoingId, Phase},
    store::{Advance, NewOutgoing},
};

impl Account {
    /// What is not over, oldest first.
    pub async fn outbox(&self) -> Result<Vec<Outgoing>, Error> {
        Ok(self.services.store.outbox(self.username()).await?)
    }

    /// How many those are.
    pub async fn outbox_size(&self) -> Result<u64, Error> {
        Ok(self.services.store.outbox_size(self.username()).await?)
    }

    /// Takes a message back before it is sent. It is a draft again, whose key this returns: `None` where the server
    /// does not tell it.
    pub async fn take_back(&self, id: &OutgoingId) -> Result<Option<MessageKey>, Error> {
        let row = self.my_outgoing(id).await?;
        // First the draft, then the row: a crash in between leaves a draft too many, never a message too few.
        let draft = self.ensure_draft(&row).await?;
        let from = &[Phase::Waiting, Phase::Failed, Phase::Unknown];
        let step = Advance { from, to: Phase::Cancelled, words: None };
        if self.services.store.advance(&row.id, step).await? {
            return Ok(draft);
        }
        Err(Error::Invalid("It is too late: the message is being sent, or was sent already.".to_owned()))
    }

    /// Sends what waits without waiting longer, or once more what may or may not have arrived.
    pub async fn send_now(self: &Arc<Self>, id: &OutgoingId, repeat: Repeat) -> Result<Delivery, SendError> {
        let account = Arc::clone(self);
        let id = id.clone();
        let sending = tokio::spawn(async move { account.send_row_now(&id, repeat).await });
        sending.await.unwrap_or_else(|panic| Err(before(None, Error::Bug(panic.to_string()))))
    }

    /// It arrived, as its owner knows, or they no longer care: the draft stays.
    pub async fn forget_outgoing(&self, id: &OutgoingId) -> Result<(), Error> {
        let row = self.my_outgoing(id).await?;
        let from = &[Phase::Failed, Phase::Unknown];
        let step = Advance { from, to: Phase::Cancelled, words: None };
        self.services.store.advance(&row.id, step).await?;
        Ok(())
    }

    async fn send_row_now(self: &Arc<Self>, id: &OutgoingId, repeat: Repeat) -> Result<Delivery, SendError> {
        let store = &self.services.store;
        let row = self.my_outgoing(id).await.map_err(|error| before(None, error))?;
        let no_outbox = |error| SendError { draft: row.draft.clone(), cause: Cause::NoOutbox(error) };
        let from: &[Phase] = match (row.phase, repeat) {
            (Phase::Sent | Phase::Accepted, _) => return Ok(Delivery::Sent(row.warnings)),
            (Phase::Unknown, Repeat::No) => {
                return Err(SendError { draft: row.draft, cause: Cause::Unknown });
            }
            _ => &[Phase::Waiting, Phase::Failed, Phase::Unknown],
        };
        let Some(message) = store.outgoing_message(id).await.map_err(no_outbox)? else {
            return Err(before(row.draft.clone(), Error::NotFound(What::Message)));
        };
        let new = NewOutgoing {
            owner: self.username(),
            message_id: &row.message_id,
            mail: &row.mail,
            message: &message,
            draft: row.draft.as_ref(),
            send_at: None,
            due_at: None,
        };
        self.allow_background_work().await;
        let is_ours = store.renew_outgoing(id, from, new).await.map_err(no_outbox)?;
        let row = store.outgoing(id).await.map_err(no_outbox)?;
        let row = row.ok_or_else(|| before(None, Error::NotFound(What::Message)))?;
        // Otherwise it is being sent at this moment.
        if is_ours { self.attempt_now(row).await } else { Ok(Delivery::Waiting(Box::new(row))) }
    }

    /// Another person's is not found.
    async fn my_outgoing(&self, id: &OutgoingId) -> Result<Outgoing, Error> {
        let row = self.services.store.outgoing(id).await?;
        row.filter(|row| row.owner == self.username()).ok_or(Error::NotFound(What::Message))
    }

    /// The draft of a row, made anew where it could not be kept, or is no longer there.
    async fn ensure_draft(&self, row: &Outgoing) -> Result<Option<MessageKey>, Error> {
        if let Some(draft) = &row.draft
            && self.open(draft).await.is_ok()
        {
            return Ok(Some(draft.clone()));
        }
        let mailbox = self.ensure_role(MailboxRole::Drafts).await?;
        let kept = self.find_by_id(&mailbox, row.message_id.as_str()).await?;
        if let Some(kept) = kept
            && let Some(uid) = kept.uids().last()
        {
            return Ok(Some(MessageKey { mailbox, uid_validity: kept.uid_validity, uid: *uid }));
        }
        let Some(message) = self.services.store.outgoing_message(&row.id).await? else { return Ok(None) };
        let message = mime::copy_of(&message, Copy::Draft, None);
        let name = mailbox.clone();
        let appended = self
            .write(Some(&mailbox), move |conn: &mut Conn| {
                Box::pin(async move { conn.append(&name, &[Flag::Draft, Flag::Seen], message.into()).await })
            })
            .await?;
        let draft = appended.map(|(uid_validity, uid)| MessageKey { mailbox, uid_validity, uid });
        if let Some(draft) = &draft {
            self.services.store.set_outgoing_draft(&row.id, draft).await?;
        }
        Ok(draft)
    }
}
