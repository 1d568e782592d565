//! What became of each message that this process was to send: requests for the same one wait for each other, and
//! nothing is sent twice even while the outbox cannot be read.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rand::RngExt;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::model::{MessageId, MessageKey, SendWarning};

/// How long an outcome is remembered: longer than a browser tab stays open on its form.
const REMEMBERED: Duration = Duration::from_hours(48);

/// Whether the person asked to send once more, knowing that the first attempt may have arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    No,
    AfterUnknown,
}

/// What became of a message so far.
#[derive(Debug, Clone, Default)]
pub(super) enum Outcome {
    #[default]
    Untried,
    /// Nothing was sent; the draft that was kept.
    NotSent(Option<MessageKey>),
    /// The server's answer to the final dot is missing; the draft that was kept.
    Unknown(Option<MessageKey>),
    Sent(Vec<SendWarning>),
}

type Sending = Arc<AsyncMutex<Outcome>>;

/// One entry for each account and Message-ID.
pub(super) struct Sendings {
    /// Part of every Message-ID made here: one without it is from an earlier run, which may have sent it.
    run: String,
    entries: Mutex<BTreeMap<(String, String), (Sending, Instant)>>,
}

impl Default for Sendings {
    fn default() -> Sendings {
        Sendings { run: format!("{:08x}", rand::rng().random::<u32>()), entries: Mutex::default() }
    }
}

impl Sendings {
    /// Waits while the same message is being sent; its outcome then stands in the guard.
    pub(super) async fn begin(&self, username: &str, id: &MessageId) -> OwnedMutexGuard<Outcome> {
        let sending = {
            let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            let key = (username.to_owned(), id.as_str().to_owned());
            let (sending, touched) =
                entries.entry(key).or_insert_with(|| (Sending::default(), Instant::now()));
            *touched = Instant::now();
            Arc::clone(sending)
        };
        sending.lock_owned().await
    }

    pub(super) fn forget_old(&self) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries
            .retain(|_, (sending, touched)| touched.elapsed() < REMEMBERED || Arc::strong_count(sending) > 1);
    }

    pub(super) fn new_message_id(&self, domain: &str) -> MessageId {
        let random = rand::rng().random::<u128>();
        let with = |domain: &str| MessageId::parse(&format!("{random:032x}.{}@{domain}", self.run));
        with(&domain.to_ascii_lowercase())
            .or_else(|| with("postroom.invalid"))
            .expect("hexadecimal digits and a plain domain make a Message-ID")
    }

    /// Whether this run of the process made the id, and so knows all that became of it.
    pub(super) fn made_here(&self, id: &MessageId) -> bool {
        id.as_str().split_once('@').is_some_and(|(left, _)| left.ends_with(&format!(".{}", self.run)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_of_an_earlier_run_is_told_apart() {
        let (earlier, now) =
            (Sendings { run: "00000001".into(), ..Sendings::default() }, Sendings::default());
        assert!(now.made_here(&now.new_message_id("Example.org")));
        assert!(!now.made_here(&earlier.new_message_id("example.org")));
        assert!(now.new_message_id("b\u{fc}cher.example").as_str().ends_with("@postroom.invalid"));
    }
}
