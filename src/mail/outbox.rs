//! Mail on its way out: what waits, and what its author may still do with it.

use std::sync::Arc;

use super::{Account, Cause, Error, Repeat, SendError, SendWarning};
use crate::{
    mime,
    model::{Draft, MessageKey, Outgoing, OutgoingId, OutgoingMail, Phase},
    store::{Advance, NewOutgoing},
};

/// What became of a message that was to be sent.
#[derive(Debug, Clone)]
pub enum Delivery {
    /// The server has it.
    Sent(Vec<SendWarning>),
    /// It is in the outbox: held, for its time, or until the server can be reached.
    Waiting(Box<Outgoing>),
}

impl Account {
    /// What is not over, oldest first.
    pub async fn outbox(&self) -> Result<Vec<Outgoing>, Error> {
        Ok(self.services.store.outbox(self.username()).await?)
    }

    /// Takes a message out of the outbox; returns its draft, where one was kept.
    pub async fn take_back(&self, id: &OutgoingId) -> Result<Option<MessageKey>, Error> {
        let step = Advance { from: &[Phase::Waiting, Phase::Failed], to: Phase::Cancelled, words: None };
        let found = self.outbox().await?.into_iter().find(|outgoing| outgoing.id == *id);
        match found {
            Some(outgoing) if self.services.store.advance(id, step).await? => Ok(outgoing.draft),
            _ => Err(Error::Invalid("It can no longer be taken back: it is on its way.".to_owned())),
        }
    }

    /// Tries it at once.
    #[expect(clippy::unused_async, reason = "what sends comes with the worker")]
    pub async fn send_now(
        self: &Arc<Self>,
        _id: &OutgoingId,
        _repeat: Repeat,
    ) -> Result<Delivery, SendError> {
        let cause = Cause::Before(Error::NotSupported("sending from the outbox"));
        Err(SendError { draft: None, cause })
    }

    /// Its owner knows what became of it.
    pub async fn forget_outgoing(&self, id: &OutgoingId) -> Result<(), Error> {
        let step = Advance { from: &[Phase::Unknown, Phase::Failed], to: Phase::Cancelled, words: None };
        self.services.store.advance(id, step).await?;
        Ok(())
    }

    /// When the message is to be sent, where that is not at once. Unix seconds.
    pub(super) async fn held_until(&self, when: Option<i64>) -> Option<i64> {
        let hold = self.services.store.settings(self.username()).await.unwrap_or_default().hold_seconds;
        when.or_else(|| (hold > 0).then(|| self.services.store.now() + i64::from(hold)))
    }

    pub(super) async fn hold(
        &self,
        draft: &Draft,
        replaces: Option<MessageKey>,
        send_at: Option<i64>,
        due_at: i64,
    ) -> Result<Delivery, Error> {
        let message = self.build(draft, mime::Copy::Draft)?;
        let kept = self.save_draft(draft, replaces.as_ref()).await?.key.or(replaces);
        let mail = OutgoingMail {
            from: draft.from.email.clone(),
            to: draft.recipients().map(|address| address.email.clone()).collect(),
            subject: draft.subject.clone(),
            origin: None,
        };
        let (store, owner) = (&self.services.store, self.username());
        let new = NewOutgoing {
            owner,
            message_id: &draft.message_id,
            mail: &mail,
            message: &message,
            draft: kept.as_ref(),
            send_at,
            due_at,
        };
        if !store.add_outgoing(new).await? {
            let new = NewOutgoing {
                owner,
                message_id: &draft.message_id,
                mail: &mail,
                message: &message,
                draft: kept.as_ref(),
                send_at,
                due_at,
            };
            if let Some(known) = store.find_outgoing(owner, &draft.message_id).await? {
                store.renew_outgoing(&known.id, &[Phase::Cancelled, Phase::Waiting], new).await?;
            }
        }
        match store.find_outgoing(owner, &draft.message_id).await? {
            Some(outgoing) => Ok(Delivery::Waiting(Box::new(outgoing))),
            None => Err(Error::Bug("a message that was put into the outbox is not in it".to_owned())),
        }
    }
}
