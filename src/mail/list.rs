//! A page of a mailbox, live from the server.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{Account, Detail, Error, Listed, Neighbours};
use crate::model::{ListRequest, MailboxName, MessageKey};

/// Mailboxes that hold what the server cannot describe, and until when that is not tried again: it takes a while, and
/// a connection, to find out.
#[derive(Default)]
pub(super) struct Undescribed(Mutex<HashMap<MailboxName, Instant>>);

const NOT_TRIED_FOR: Duration = Duration::from_secs(600);

impl Undescribed {
    fn holds(&self, mailbox: &MailboxName) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(mailbox).is_some_and(|until| Instant::now() < *until)
    }

    fn add(&self, mailbox: &MailboxName) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(mailbox.clone(), Instant::now() + NOT_TRIED_FOR);
    }
}

impl Account {
    pub async fn list(&self, mailbox: &MailboxName, request: &ListRequest) -> Result<Listed, Error> {
        let first = if self.undescribed.holds(mailbox) { Detail::Plain } else { Detail::Described };
        let (name, request) = (mailbox.clone(), request.clone());
        let listed = self
            .describe(mailbox, first, move |conn, detail| {
                let (name, request) = (name.clone(), request.clone());
                Box::pin(async move { conn.list_page_with(&name, &request, detail).await })
            })
            .await?;
        if listed.detail != first {
            self.undescribed.add(mailbox);
        }
        Ok(listed)
    }

    /// The messages next to `key` in the list it was opened from.
    pub async fn neighbours(&self, key: &MessageKey, request: &ListRequest) -> Result<Neighbours, Error> {
        let (key, request) = (key.clone(), request.clone());
        self.read(Some(&key.mailbox.clone()), move |conn| {
            let (key, request) = (key.clone(), request.clone());
            Box::pin(async move { conn.neighbours(&key, &request).await })
        })
        .await
    }
}
