//! Sending. The order is the point: build, keep as draft, submit; once the server said yes, only warnings.

use std::sync::Arc;

use super::{Account, Delivery, Error, Reason, Repeat, error::reason, sending::Outcome};
use crate::{
    mime,
    model::{
        Draft, Flag, FlagChange, Keyword, MailboxRole, MessageId, MessageKey, MessageSet, OriginKind,
        SendWarning,
    },
    smtp,
};

pub use crate::smtp::Refusal;

/// The message is on its way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) warnings: Vec<SendWarning>,
}

/// The message was not sent, or nobody knows.
#[derive(Debug)]
pub struct SendError {
    /// The draft that was kept; `None` where that failed too.
    pub draft: Option<MessageKey>,
    pub cause: Cause,
}

#[derive(Debug)]
pub enum Cause {
    /// Nothing was sent: each of these was refused, with the server's words.
    Recipients(Vec<Refusal>),
    /// Nothing was sent: the server's words.
    Refused(String),
    /// Nothing was sent; trying again later may help: the server's words.
    NotNow(String),
    /// Nothing was sent: the submission server does not take the IMAP password.
    BadCredentials(String),
    /// Nothing was sent: the submission server could not be used.
    Unavailable(Reason),
    /// The server took the message and did not confirm: it may or may not arrive.
    Unknown,
    /// Nothing was sent: before the server was asked.
    Before(Error),
}

impl Account {
    /// Sends once, however often it is asked to: a second call for the same Message-ID waits for the first and
    /// has its result. Goes on to its end when the caller goes away. `when` it is to be sent: Unix seconds.
    pub async fn send(
        self: &Arc<Self>,
        draft: Draft,
        replaces: Option<MessageKey>,
        repeat: Repeat,
        when: Option<i64>,
    ) -> Result<Delivery, SendError> {
        if let Some(due_at) = self.held_until(when).await {
            return self.hold(&draft, replaces, when, due_at).await.map_err(|error| before(None, error));
        }
        let account = Arc::clone(self);
        let sending = tokio::spawn(async move {
            account.send_once(&draft, replaces, repeat).await.map(|sent| Delivery::Sent(sent.warnings))
        });
        sending.await.unwrap_or_else(|panic| Err(before(None, Error::Bug(panic.to_string()))))
    }

    /// What became of an earlier post of the same message, if it was sent.
    pub async fn sent_already(&self, id: &MessageId) -> Option<Delivery> {
        match &*self.services.sendings.begin(self.username(), id).await {
            Outcome::Sent(sent) => Some(Delivery::Sent(sent.warnings.clone())),
            Outcome::Untried | Outcome::NotSent(_) | Outcome::Unknown(_) => None,
        }
    }

    async fn send_once(
        &self,
        draft: &Draft,
        replaces: Option<MessageKey>,
        repeat: Repeat,
    ) -> Result<Sent, SendError> {
        let mut outcome = self.services.sendings.begin(self.username(), &draft.message_id).await;
        let kept = match (&*outcome, repeat) {
            (Outcome::Sent(sent), _) => return Ok(sent.clone()),
            (Outcome::Unknown(draft), Repeat::No) => {
                return Err(SendError { draft: draft.clone(), cause: Cause::Unknown });
            }
            (Outcome::NotSent(draft) | Outcome::Unknown(draft), _) => draft.clone(),
            (Outcome::Untried, _) => None,
        };
        let result = self.attempt(draft, kept.or(replaces)).await;
        *outcome = match &result {
            Ok(sent) => Outcome::Sent(sent.clone()),
            Err(SendError { draft, cause: Cause::Unknown }) => Outcome::Unknown(draft.clone()),
            Err(SendError { draft, .. }) => Outcome::NotSent(draft.clone()),
        };
        result
    }

    async fn attempt(&self, draft: &Draft, replaces: Option<MessageKey>) -> Result<Sent, SendError> {
        let replaced = replaces.clone();
        let submitted = self.build(draft, mime::Copy::Submitted).map_err(|error| before(replaced, error))?;
        // A form from before a restart may have been sent by the earlier run.
        if !self.services.sendings.made_here(&draft.message_id) && self.is_in_sent(draft).await {
            return Ok(Sent::default());
        }
        // From here on nothing typed can be lost. A full mailbox must not keep a message from being sent.
        let kept = match self.save_draft(draft, replaces.as_ref()).await {
            Ok(saved) => saved.key,
            Err(error) => {
                tracing::warn!(%error, "the draft could not be kept before sending");
                replaces
            }
        };
        let envelope = smtp::Envelope {
            from: draft.from.email.clone(),
            to: draft.recipients().map(|address| address.email.clone()).collect(),
        };
        let services = &self.services;
        smtp::submit(&services.dialer, &services.smtp, &self.credentials, &envelope, &submitted)
            .await
            .map_err(|error| SendError { draft: kept.clone(), cause: cause(error) })?;
        Ok(self.after_sending(draft, kept).await)
    }

    /// The point of no return is behind: whatever fails now is a warning.
    async fn after_sending(&self, draft: &Draft, kept: Option<MessageKey>) -> Sent {
        let mut warnings = Vec::new();
        let mut note = |warning: SendWarning, result: Result<(), Error>| {
            if let Err(error) = result {
                tracing::warn!(?warning, %error, "after the message was sent");
                warnings.push(warning);
            }
        };
        let filed = self.file_in_sent(draft).await;
        let keep_draft = filed.is_err();
        note(SendWarning::NotFiled, filed);
        note(SendWarning::OriginNotMarked, self.mark_origin(draft).await);
        // Where no copy could be filed the draft is the only one: it stays.
        if let Some(key) = kept.filter(|_| !keep_draft) {
            note(SendWarning::DraftLeft, self.discard_draft(&key).await);
        }
        Sent { warnings }
    }

    async fn file_in_sent(&self, draft: &Draft) -> Result<(), Error> {
        let message = self.build(draft, mime::Copy::Sent)?;
        let mailbox = self.ensure_role(MailboxRole::Sent).await?;
        self.write(Some(&mailbox.clone()), move |conn| {
            Box::pin(async move { conn.append(&mailbox, &[Flag::Seen], message).await })
        })
        .await?;
        Ok(())
    }

    async fn mark_origin(&self, draft: &Draft) -> Result<(), Error> {
        let Some(origin) = &draft.origin else { return Ok(()) };
        let flag = match origin.kind {
            OriginKind::Replied => Flag::Answered,
            OriginKind::Forwarded => Flag::Keyword(Keyword::forwarded()),
        };
        let messages = MessageSet::of(&origin.key);
        self.write(Some(&origin.key.mailbox), move |conn| {
            Box::pin(async move { conn.change_flags(&messages, &FlagChange::Add(flag)).await })
        })
        .await?;
        Ok(())
    }

    /// Where the answer cannot be had, the person's wish to send counts.
    async fn is_in_sent(&self, draft: &Draft) -> bool {
        let Ok(Some(sent)) = self.mailbox_with_role(MailboxRole::Sent).await else { return false };
        let id = draft.message_id.clone();
        let mailbox = sent.clone();
        let found = self
            .read(Some(&sent), move |conn| {
                let (mailbox, id) = (mailbox.clone(), id.clone());
                Box::pin(async move { conn.find_message_id(&mailbox, id.as_str()).await })
            })
            .await;
        matches!(found, Ok(Some(_)))
    }
}

fn before(draft: Option<MessageKey>, error: Error) -> SendError {
    SendError { draft, cause: Cause::Before(error) }
}

fn cause(error: smtp::Error) -> Cause {
    use smtp::Error as E;
    match error {
        E::Recipients(refusals) => Cause::Recipients(refusals),
        E::Refused(words) => Cause::Refused(words),
        E::NotNow(words) => Cause::NotNow(words),
        E::BadCredentials(words) => Cause::BadCredentials(words),
        E::NoStartTls => Cause::Unavailable(Reason::NoEncryption),
        E::Unreachable(error) => {
            tracing::warn!(%error, "the submission server cannot be reached");
            Cause::Unavailable(reason(&error))
        }
        E::Unknown(error) => {
            tracing::warn!(%error, "the submission server did not confirm");
            Cause::Unknown
        }
    }
}
