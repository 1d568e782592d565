//! One message from the outbox to its recipients: each step is written down before it is taken, so that it is taken
//! once, whoever goes on with it.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Account, Error,
    send::{Cause, Delivery, SendError, before, cause, dated},
};
use crate::{
    mime::{self, Copy},
    model::{
        Flag, FlagChange, Keyword, MailboxName, MailboxRole, MessageKey, MessageSet, Outgoing, OutgoingId,
        OutgoingMail, Phase, SendWarning,
    },
    smtp,
    store::{Advance, Job, Store, StoreError},
};

/// The pauses between attempts to send, seconds; the last one is repeated.
const PAUSES: [i64; 6] = [60, 300, 900, 1800, 3600, 2 * 3600];
/// The same for what is left to do once a message was sent.
const FILING_PAUSES: [i64; 5] = [5, 60, 300, 900, 3600];
/// After so long it comes back to its author. Seconds. (RFC 5321 §4.5.4.1 has four to five days for servers.)
const PATIENCE: i64 = 3 * 24 * 3600;
/// A message for later than this is offered to the server to hold (RFC 4865). Seconds.
const WORTH_HOLDING: i64 = 60;

/// What one attempt works with.
pub(super) struct Parcel<'a> {
    pub(super) mail: &'a OutgoingMail,
    /// The draft copy.
    pub(super) message: &'a [u8],
    pub(super) draft: Option<MessageKey>,
    /// When its author wants it sent, and so dated. Unix seconds.
    pub(super) send_at: Option<i64>,
}

/// What is left once the server has a message.
pub(super) struct Settled {
    pub(super) warnings: Vec<SendWarning>,
    /// Another attempt at it may leave less.
    may_be_mended: bool,
}

/// Where the steps are written down.
pub(super) enum Journal<'a> {
    /// The database is away.
    None,
    Row(&'a Store, &'a OutgoingId),
}

#[derive(Debug, thiserror::Error)]
#[error("somebody else took this step")]
struct Overtaken;

impl Journal<'_> {
    /// Right before the message itself is handed over.
    async fn cross(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let Journal::Row(store, id) = self else { return Ok(()) };
        let step = Advance { from: &[Phase::Submitting], to: Phase::Crossing, words: None };
        if store.advance(id, step).await? { Ok(()) } else { Err(Overtaken.into()) }
    }
}

impl Account {
    /// Goes on with a row where it is; `job` is ended or put off accordingly.
    pub(super) async fn run_outgoing(
        self: &Arc<Self>,
        job: &Job,
        row: Outgoing,
    ) -> Result<Delivery, SendError> {
        let draft = row.draft.clone();
        let store = &self.services.store;
        let result = match row.phase {
            Phase::Waiting | Phase::Submitting => self.submit_row(job, &row).await,
            // Whoever handed it over did not live to hear the answer.
            Phase::Crossing => {
                let step = Advance { from: &[Phase::Crossing], to: Phase::Unknown, words: None };
                match store.advance(&row.id, step).await {
                    Ok(_) => Err(SendError { draft: draft.clone(), cause: Cause::Unknown }),
                    Err(error) => Err(SendError { draft: draft.clone(), cause: Cause::NoOutbox(error) }),
                }
            }
            Phase::Accepted => self.settle(job, &row).await,
            // Nothing is left to do.
            Phase::Sent | Phase::Failed | Phase::Unknown | Phase::Cancelled => {
                match store.finish(job).await {
                    Ok(()) if row.phase == Phase::Sent => Ok(Delivery::Sent(row.warnings)),
                    Ok(()) => Ok(Delivery::Waiting(Box::new(row))),
                    Err(error) => Err(SendError { draft, cause: Cause::NoOutbox(error) }),
                }
            }
        };
        if let Err(SendError { cause: Cause::NoOutbox(error), .. }) = &result {
            tracing::warn!(%error, "the outbox cannot be written");
        }
        result
    }

    async fn submit_row(self: &Arc<Self>, job: &Job, row: &Outgoing) -> Result<Delivery, SendError> {
        let store = &self.services.store;
        let no_outbox = |error| SendError { draft: row.draft.clone(), cause: Cause::NoOutbox(error) };
        let hold_until = row.send_at.filter(|at| *at > store.now() + WORTH_HOLDING);
        if let Some(at) = hold_until
            && !self.server_holds_until(at).await
        {
            return self.wait(job, row, at, 0).await.map_err(no_outbox)?;
        }
        let step = Advance { from: &[Phase::Waiting, Phase::Submitting], to: Phase::Submitting, words: None };
        if !store.advance(&row.id, step).await.map_err(no_outbox)? {
            // Taken back at this very moment.
            return Ok(Delivery::Waiting(Box::new(row.clone())));
        }
        let Some(message) = store.outgoing_message(&row.id).await.map_err(no_outbox)? else {
            return Err(before(row.draft.clone(), Error::Bug("a message of the outbox is gone".to_owned())));
        };
        let parcel =
            Parcel { mail: &row.mail, message: &message, draft: row.draft.clone(), send_at: row.send_at };
        let Err(error) = self.submit(&parcel, hold_until, &Journal::Row(store, &row.id)).await else {
            // Also from what another made of it that thought we were gone: we know better.
            let from = &[Phase::Crossing, Phase::Unknown];
            let step = Advance { from, to: Phase::Accepted, words: Some("") };
            if let Err(error) = store.advance(&row.id, step).await {
                // It is on its way, and that is what counts: the row will say that nobody knows.
                tracing::error!(%error, "a message was sent, and the outbox could not be told");
                return Ok(Delivery::Sent(self.after_sending(&parcel).await.warnings));
            }
            return self.settle(job, row).await;
        };
        self.not_sent(job, row, error).await.map_err(no_outbox)?
    }

    /// Whether the submission server would hold a message until then (Unix seconds): asked before anything is sent.
    async fn server_holds_until(&self, at: i64) -> bool {
        let services = &self.services;
        let Ok(at) = Timestamp::from_second(at) else { return false };
        match smtp::probe(&services.dialer, &services.smtp, Some(&self.credentials)).await {
            Ok(probe) => probe.future_release.is_some_and(|offer| offer.covers(at, Timestamp::now())),
            Err(error) => {
                tracing::debug!(%error, "whether the server holds messages is not known");
                false
            }
        }
    }

    /// Writes down why a message was not sent, and what happens next.
    async fn not_sent(
        &self,
        job: &Job,
        row: &Outgoing,
        error: smtp::Error,
    ) -> Result<Result<Delivery, SendError>, StoreError> {
        let store = &self.services.store;
        let from = &[Phase::Submitting, Phase::Crossing];
        let words = said(&error);
        let is_late = store.now() > row.send_at.unwrap_or(row.created_at) + PATIENCE;
        let failed = |cause| Ok(Err(SendError { draft: row.draft.clone(), cause }));
        match &error {
            smtp::Error::Unknown(_) => {
                store.advance(&row.id, Advance { from, to: Phase::Unknown, words: Some(&words) }).await?;
                failed(cause(error))
            }
            // Not held by the server, so by us.
            smtp::Error::NotOffered => {
                store.advance(&row.id, Advance { from, to: Phase::Waiting, words: None }).await?;
                let due_at = row.send_at.unwrap_or_else(|| store.now());
                self.wait(job, row, due_at, 0).await
            }
            smtp::Error::BadCredentials(_) | smtp::Error::HeldBack(_) => {
                store.advance(&row.id, Advance { from, to: Phase::Waiting, words: Some(&words) }).await?;
                failed(cause(error))
            }
            error if error.is_temporary() && !is_late => {
                tracing::info!(%error, "a message waits in the outbox");
                store.advance(&row.id, Advance { from, to: Phase::Waiting, words: Some(&words) }).await?;
                let pause = pause(&PAUSES, job.attempts);
                self.wait(job, row, store.now() + pause, job.attempts + 1).await
            }
            _ => {
                store.advance(&row.id, Advance { from, to: Phase::Failed, words: Some(&words) }).await?;
                failed(cause(error))
            }
        }
    }

    async fn wait(
        &self,
        job: &Job,
        row: &Outgoing,
        due_at: i64,
        attempts: u32,
    ) -> Result<Result<Delivery, SendError>, StoreError> {
        let store = &self.services.store;
        store.put_off(job, due_at, attempts).await?;
        let row = store.outgoing(&row.id).await?.unwrap_or_else(|| row.clone());
        Ok(Ok(Delivery::Waiting(Box::new(row))))
    }

    /// The server has it; what is left can be done twice without harm.
    async fn settle(self: &Arc<Self>, job: &Job, row: &Outgoing) -> Result<Delivery, SendError> {
        let store = &self.services.store;
        let no_outbox = |error| SendError { draft: row.draft.clone(), cause: Cause::NoOutbox(error) };
        let message = store.outgoing_message(&row.id).await.map_err(no_outbox)?.unwrap_or_default();
        let parcel =
            Parcel { mail: &row.mail, message: &message, draft: row.draft.clone(), send_at: row.send_at };
        let Settled { warnings, may_be_mended } = self.after_sending(&parcel).await;
        let result = async {
            store.warn_outgoing(&row.id, &warnings).await?;
            if may_be_mended && store.now() < row.send_at.unwrap_or(row.created_at) + PATIENCE {
                let pause = pause(&FILING_PAUSES, job.attempts);
                return store.put_off(job, store.now() + pause, job.attempts + 1).await;
            }
            let step = Advance { from: &[Phase::Accepted], to: Phase::Sent, words: None };
            store.advance(&row.id, step).await.map(drop)
        };
        if let Err(error) = result.await {
            tracing::warn!(%error, "a message was sent and filed, and the outbox could not be told");
        }
        Ok(Delivery::Sent(warnings))
    }

    /// The one transaction with the submission server, which is to hold the message until a later time (Unix
    /// seconds) where one is given.
    pub(super) async fn submit(
        &self,
        parcel: &Parcel<'_>,
        hold_until: Option<i64>,
        journal: &Journal<'_>,
    ) -> Result<smtp::Accepted, smtp::Error> {
        let envelope = smtp::Envelope {
            from: parcel.mail.from.clone(),
            to: parcel.mail.to.clone(),
            release_at: hold_until.and_then(|at| Timestamp::from_second(at).ok()),
        };
        let message = mime::copy_of(parcel.message, Copy::Submitted, dated(parcel.send_at).as_ref());
        let services = &self.services;
        smtp::submit(
            &services.dialer,
            &services.smtp,
            &self.credentials,
            &envelope,
            &message,
            journal.cross(),
        )
        .await
    }

    /// The point of no return is behind: whatever fails now is a warning.
    pub(super) async fn after_sending(&self, parcel: &Parcel<'_>) -> Settled {
        let (mut warnings, mut may_be_mended) = (Vec::new(), false);
        let mut note = |warning: SendWarning, result: Result<(), Error>| {
            if let Err(error) = result {
                tracing::warn!(?warning, %error, "after the message was sent");
                let is_passing = matches!(error, Error::Unavailable { .. } | Error::TooManyConnections(_));
                // A copy that is missing is worth another attempt whatever the reason: quotas change.
                may_be_mended |= is_passing || warning == SendWarning::NotFiled;
                warnings.push(warning);
            }
        };
        let filed = self.file_in_sent(parcel).await;
        let keep_draft = filed.is_err();
        note(SendWarning::NotFiled, filed);
        note(SendWarning::OriginNotMarked, self.mark_origin(parcel.mail).await);
        // Where no copy could be filed the draft is the only one: it stays.
        if let Some(key) = parcel.draft.as_ref().filter(|_| !keep_draft) {
            note(SendWarning::DraftLeft, self.discard_sent_draft(key).await);
        }
        Settled { warnings, may_be_mended }
    }

    async fn file_in_sent(&self, parcel: &Parcel<'_>) -> Result<(), Error> {
        let message = mime::copy_of(parcel.message, Copy::Sent, dated(parcel.send_at).as_ref());
        let mailbox = self.ensure_role(MailboxRole::Sent).await?;
        // An earlier attempt may have got so far, and the server may file by itself.
        if let Some(id) = mime::headers(header(&message)).message_id
            && self.find_by_id(&mailbox, &id).await?.is_some()
        {
            return Ok(());
        }
        self.write(Some(&mailbox.clone()), move |conn| {
            Box::pin(async move { conn.append(&mailbox, &[Flag::Seen], message.into()).await })
        })
        .await?;
        Ok(())
    }

    async fn mark_origin(&self, mail: &OutgoingMail) -> Result<(), Error> {
        let Some((kind, reference)) = &mail.origin else { return Ok(()) };
        let Some(key) = MessageKey::from_reference(reference) else { return Ok(()) };
        let flag = match kind.as_str() {
            "forwarded" => Flag::Keyword(Keyword::forwarded()),
            _ => Flag::Answered,
        };
        let messages = MessageSet::of(&key);
        self.write(Some(&key.mailbox), move |conn| {
            Box::pin(async move { conn.change_flags(&messages, &FlagChange::Add(flag)).await })
        })
        .await?;
        Ok(())
    }

    /// Gone already is as good.
    async fn discard_sent_draft(&self, key: &MessageKey) -> Result<(), Error> {
        match self.discard_draft(key).await {
            Err(Error::NotFound(_) | Error::Stale) => Ok(()),
            other => other,
        }
    }

    /// The messages of `mailbox` with this Message-ID (without angle brackets).
    pub(super) async fn find_by_id(
        &self,
        mailbox: &MailboxName,
        id: &str,
    ) -> Result<Option<MessageSet>, Error> {
        let (name, id) = (mailbox.clone(), id.to_owned());
        self.read(Some(mailbox), move |conn| {
            let (name, id) = (name.clone(), id.clone());
            Box::pin(async move { conn.find_message_id(&name, &id).await })
        })
        .await
    }
}

/// Seconds until the next attempt.
fn pause(pauses: &[i64], attempts: u32) -> i64 {
    let at = usize::try_from(attempts).unwrap_or(usize::MAX);
    pauses.get(at).or(pauses.last()).copied().unwrap_or_default()
}

/// What the server said, for the outbox page.
fn said(error: &smtp::Error) -> String {
    use smtp::Error as E;
    match error {
        E::Recipients(refusals) => {
            let each: Vec<String> =
                refusals.iter().map(|refusal| format!("{}: {}", refusal.address, refusal.words)).collect();
            each.join("; ")
        }
        E::Refused(words) | E::NotNow(words) | E::BadCredentials(words) => words.clone(),
        E::Unreachable(_) => "The server for sending mail cannot be reached.".to_owned(),
        E::NoStartTls => "The server for sending mail offers no encryption.".to_owned(),
        E::NotOffered | E::HeldBack(_) | E::Unknown(_) => String::new(),
    }
}

fn header(message: &[u8]) -> &[u8] {
    let end = memchr::memmem::find(message, b"\r\n\r\n").map_or(message.len(), |end| end + 2);
    message.get(..end).unwrap_or(message)
}
