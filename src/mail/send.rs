//! Sending. The order is the point: build, keep as draft, write into the outbox, submit; once the server said yes,
//! only warnings.

use std::{sync::Arc, time::Duration};

use jiff::ZonedDateTime;

use super::{
    Account, Error, Reason, Repeat,
    deliver::{Journal, Parcel},
    error::reason,
    sending::Outcome,
    worker,
};
use crate::{
    mime,
    model::{
        Address, Draft, MailboxRole, MessageId, MessageKey, OriginKind, Outgoing, OutgoingId, OutgoingMail,
        Phase, SendWarning,
    },
    smtp,
    store::{Advance, Job, JobKind, NewOutgoing, StoreError},
};

pub use crate::smtp::Refusal;

/// What became of a message that was to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The message is on its way.
    Sent(Vec<SendWarning>),
    /// It waits in the outbox: held, for its time, or for a server that could not take it yet.
    Waiting(Box<Outgoing>),
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
    /// Nothing was sent, and it cannot wait either: the outbox cannot be used.
    NoOutbox(StoreError),
    /// Nothing was sent: before the server was asked.
    Before(Error),
}

/// For another task, or another instance, that sends the same message at this moment.
const PATIENCE_FOR_TWIN: Duration = Duration::from_secs(60);

impl Account {
    /// Sends once, however often it is asked to: a second call for the same Message-ID waits for the first and
    /// has its result. Goes on to its end when the caller goes away. `when` is in Unix seconds; `None`: now, or when
    /// the time is over for which this person's mail is held.
    pub async fn send(
        self: &Arc<Self>,
        draft: Draft,
        replaces: Option<MessageKey>,
        repeat: Repeat,
        when: Option<i64>,
    ) -> Result<Delivery, SendError> {
        let account = Arc::clone(self);
        let sending = tokio::spawn(async move { account.send_once(&draft, replaces, repeat, when).await });
        sending.await.unwrap_or_else(|panic| Err(before(None, Error::Bug(panic.to_string()))))
    }

    /// What became of an earlier post of the same message, if it was sent.
    pub async fn sent_already(&self, id: &MessageId) -> Option<Delivery> {
        if let Ok(Some(row)) = self.services.store.find_outgoing(self.username(), id).await {
            let is_sent = matches!(row.phase, Phase::Sent | Phase::Accepted);
            return is_sent.then_some(Delivery::Sent(row.warnings));
        }
        match &*self.services.sendings.begin(self.username(), id).await {
            Outcome::Sent(warnings) => Some(Delivery::Sent(warnings.clone())),
            Outcome::Untried | Outcome::NotSent(_) | Outcome::Unknown(_) => None,
        }
    }

    async fn send_once(
        self: &Arc<Self>,
        draft: &Draft,
        replaces: Option<MessageKey>,
        repeat: Repeat,
        when: Option<i64>,
    ) -> Result<Delivery, SendError> {
        let id = &draft.message_id;
        let mut outcome = self.services.sendings.begin(self.username(), id).await;
        let row = self.services.store.find_outgoing(self.username(), id).await;
        let kept = match (&row, &*outcome, repeat) {
            (Ok(Some(row)), ..) => row.draft.clone(),
            (_, Outcome::Sent(warnings), _) => return Ok(Delivery::Sent(warnings.clone())),
            (_, Outcome::Unknown(draft), Repeat::No) => {
                return Err(SendError { draft: draft.clone(), cause: Cause::Unknown });
            }
            (_, Outcome::NotSent(draft) | Outcome::Unknown(draft), _) => draft.clone(),
            (_, Outcome::Untried, _) => None,
        };
        let replaces = replaces.or(kept);
        let result = match row {
            Ok(row) => self.send_by_outbox(draft, row, replaces, repeat, when).await,
            Err(error) => self.send_without_outbox(draft, replaces, when, error).await,
        };
        *outcome = match &result {
            Ok(Delivery::Sent(warnings)) => Outcome::Sent(warnings.clone()),
            Ok(Delivery::Waiting(_)) => Outcome::Untried,
            Err(SendError { draft, cause: Cause::Unknown }) => Outcome::Unknown(draft.clone()),
            Err(SendError { draft, .. }) => Outcome::NotSent(draft.clone()),
        };
        result
    }

    async fn send_by_outbox(
        self: &Arc<Self>,
        draft: &Draft,
        row: Option<Outgoing>,
        replaces: Option<MessageKey>,
        repeat: Repeat,
        when: Option<i64>,
    ) -> Result<Delivery, SendError> {
        if let Some(row) = &row
            && let Some(answer) = self.answer_for(row, repeat).await
        {
            return answer;
        }
        let mail = mail_of(draft);
        let message = self.built(draft, &replaces)?;
        // A form from before a restart may have been sent by the earlier run.
        if row.is_none()
            && !self.services.sendings.made_here(&draft.message_id)
            && self.is_in_sent(draft).await
        {
            return Ok(Delivery::Sent(Vec::new()));
        }
        let kept = self.keep_draft(draft, replaces).await;
        let store = &self.services.store;
        let hold = store.settings(self.username()).await.unwrap_or_default().hold_seconds;
        let is_immediate = when.is_none() && hold == 0;
        let new = NewOutgoing {
            owner: self.username(),
            message_id: &draft.message_id,
            mail: &mail,
            message: &message,
            draft: kept.as_ref(),
            send_at: when,
            due_at: (!is_immediate).then(|| store.now() + i64::from(hold)),
        };
        self.allow_background_work().await;
        let added = match &row {
            Some(row) => store.renew_outgoing(&row.id, &RENEWABLE, new).await,
            None => store.add_outgoing(new).await,
        };
        let is_ours = match added {
            Ok(added) => {
                self.remember_recipients(draft).await;
                added
            }
            Err(error) => return self.send_without_outbox(draft, kept, when, error).await,
        };
        let row = match store.find_outgoing(self.username(), &draft.message_id).await {
            Ok(Some(row)) => row,
            Ok(None) => return Err(before(kept, Error::Bug("a row of the outbox is gone".to_owned()))),
            Err(error) => return Err(SendError { draft: kept, cause: Cause::NoOutbox(error) }),
        };
        if is_ours && is_immediate {
            let id = row.id.clone();
            let result = self.attempt_now(row).await;
            if let Err(SendError { cause, .. }) = &result
                && !matches!(cause, Cause::Unknown)
            {
                // The form comes back to who wrote it, and Drafts has it: the outbox need not show it, too.
                self.end_attempt(&id, Phase::Cancelled).await;
            }
            return result;
        }
        // Another instance was quicker with the same message.
        let answer = if is_ours { None } else { self.answer_for(&row, Repeat::No).await };
        answer.unwrap_or(Ok(Delivery::Waiting(Box::new(row))))
    }

    /// Runs a row whose job was begun with it; who asked has the answer.
    pub(super) async fn attempt_now(self: &Arc<Self>, row: Outgoing) -> Result<Delivery, SendError> {
        let store = &self.services.store;
        let job = Job {
            kind: JobKind::Send,
            subject: row.id.0.clone(),
            owner: row.owner.clone(),
            attempts: row.attempts,
        };
        let (id, draft) = (row.id.clone(), row.draft.clone());
        let result = worker::while_held(store, &job, self.run_outgoing(&job, row)).await;
        let result = result.unwrap_or_else(|| Err(before(draft, Error::Bug("the job was lost".to_owned()))));
        if let Err(SendError { cause: Cause::BadCredentials(_), .. }) = &result {
            // In the background it would wait for another password; this is somebody who can act.
            self.end_attempt(&id, Phase::Failed).await;
        }
        result
    }

    async fn end_attempt(&self, id: &OutgoingId, to: Phase) {
        let step = Advance { from: &[Phase::Failed, Phase::Waiting], to, words: None };
        if let Err(error) = self.services.store.advance(id, step).await {
            tracing::warn!(%error, "a message that was not sent stays in the outbox as it was");
        }
    }

    /// What a row says to another post of its message; `None` where that is a new attempt.
    async fn answer_for(&self, row: &Outgoing, repeat: Repeat) -> Option<Result<Delivery, SendError>> {
        let deadline = tokio::time::Instant::now() + PATIENCE_FOR_TWIN;
        let mut row = row.clone();
        loop {
            match (row.phase, repeat) {
                (Phase::Sent | Phase::Accepted, _) => return Some(Ok(Delivery::Sent(row.warnings))),
                (Phase::Unknown, Repeat::No) => {
                    return Some(Err(SendError { draft: row.draft, cause: Cause::Unknown }));
                }
                (Phase::Failed | Phase::Cancelled | Phase::Unknown, _) => return None,
                (Phase::Waiting, _) => return Some(Ok(Delivery::Waiting(Box::new(row)))),
                (Phase::Submitting | Phase::Crossing, _) if tokio::time::Instant::now() >= deadline => {
                    return Some(Ok(Delivery::Waiting(Box::new(row))));
                }
                (Phase::Submitting | Phase::Crossing, _) => {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    match self.services.store.outgoing(&row.id).await {
                        Ok(Some(now)) => row = now,
                        Ok(None) => return None,
                        Err(error) => {
                            return Some(Err(SendError { draft: row.draft, cause: Cause::NoOutbox(error) }));
                        }
                    }
                }
            }
        }
    }

    /// The database is away: what can be sent at once is, and remembered by this process alone.
    async fn send_without_outbox(
        &self,
        draft: &Draft,
        replaces: Option<MessageKey>,
        when: Option<i64>,
        error: StoreError,
    ) -> Result<Delivery, SendError> {
        tracing::warn!(%error, "a message is sent without the outbox");
        let message = self.built(draft, &replaces)?;
        if !self.services.sendings.made_here(&draft.message_id) && self.is_in_sent(draft).await {
            return Ok(Delivery::Sent(Vec::new()));
        }
        let kept = self.keep_draft(draft, replaces).await;
        if when.is_some() {
            return Err(SendError { draft: kept, cause: Cause::NoOutbox(error) });
        }
        let mail = mail_of(draft);
        let parcel = Parcel { mail: &mail, message: &message, draft: kept.clone(), send_at: None };
        match self.submit(&parcel, None, &Journal::None).await {
            Ok(_) => Ok(Delivery::Sent(self.after_sending(&parcel).await.warnings)),
            Err(error) => Err(SendError { draft: kept, cause: cause(error) }),
        }
    }

    /// The draft copy, or why it cannot be sent.
    fn built(&self, draft: &Draft, replaces: &Option<MessageKey>) -> Result<Vec<u8>, SendError> {
        let message =
            self.build(draft, mime::Copy::Draft).map_err(|error| before(replaces.clone(), error))?;
        Ok(message.into())
    }

    /// From here on nothing typed can be lost. A full mailbox must not keep a message from being sent.
    async fn keep_draft(&self, draft: &Draft, replaces: Option<MessageKey>) -> Option<MessageKey> {
        match self.save_draft(draft, replaces.as_ref()).await {
            Ok(saved) => saved.key,
            Err(error) => {
                tracing::warn!(%error, "the draft could not be kept before sending");
                replaces
            }
        }
    }

    /// Where the answer cannot be had, the person's wish to send counts.
    async fn is_in_sent(&self, draft: &Draft) -> bool {
        let Ok(Some(sent)) = self.mailbox_with_role(MailboxRole::Sent).await else { return false };
        matches!(self.find_by_id(&sent, draft.message_id.as_str()).await, Ok(Some(_)))
    }
}

/// A message in one of these was not sent, or its author wants it sent again.
pub(super) const RENEWABLE: [Phase; 3] = [Phase::Failed, Phase::Cancelled, Phase::Unknown];

fn mail_of(draft: &Draft) -> OutgoingMail {
    OutgoingMail {
        from: draft.from.email.clone(),
        to: draft.recipients().map(|address: &Address| address.email.clone()).collect(),
        subject: draft.subject.clone(),
        origin: draft.origin.as_ref().map(|origin| {
            let kind = match origin.kind {
                OriginKind::Replied => "replied",
                OriginKind::Forwarded => "forwarded",
            };
            (kind.to_owned(), origin.key.reference())
        }),
    }
}

/// When the author of a scheduled message wants it dated.
pub(super) fn dated(send_at: Option<i64>) -> Option<ZonedDateTime> {
    let at = jiff::Timestamp::from_second(send_at?).ok()?;
    Some(at.to_zoned_datetime(jiff::tz::TimeZone::system()))
}

pub(super) fn before(draft: Option<MessageKey>, error: Error) -> SendError {
    SendError { draft, cause: Cause::Before(error) }
}

pub(super) fn cause(error: smtp::Error) -> Cause {
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
        E::NotOffered => Cause::NotNow("it does not hold messages".to_owned()),
        E::HeldBack(error) => match error.downcast::<StoreError>() {
            Ok(error) => Cause::NoOutbox(*error),
            Err(_) => Cause::NotNow("it was taken back".to_owned()),
        },
    }
}
