//! A page of a mailbox, live from the server.

use super::{Account, Error, Listed, Neighbours};
use crate::model::{ListRequest, MailboxName, MessageKey};

impl Account {
    pub async fn list(&self, mailbox: &MailboxName, request: &ListRequest) -> Result<Listed, Error> {
        let (name, request) = (mailbox.clone(), request.clone());
        self.read(Some(mailbox), move |conn| {
            let (name, request) = (name.clone(), request.clone());
            Box::pin(async move { conn.list_page(&name, &request).await })
        })
        .await
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
