//! Drafts live in the Drafts mailbox, so that every program of the account sees them.

use bytes::Bytes;
use jiff::ZonedDateTime;

use super::{Account, Error};
use crate::{
    imap::{self, Conn},
    mime,
    model::{Draft, Flag, MailboxName, MailboxRole, MessageId, MessageKey, MessageSet},
};

/// A draft that was kept. `key` is `None` where the server does not tell UIDs and has no way to find them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedDraft {
    pub key: Option<MessageKey>,
}

impl Account {
    /// Keeps a draft in place of `replaces` and of its own earlier versions.
    pub async fn save_draft(
        &self,
        draft: &Draft,
        replaces: Option<&MessageKey>,
    ) -> Result<SavedDraft, Error> {
        let message = self.build(draft, mime::Copy::Draft)?;
        let mailbox = self.ensure_role(MailboxRole::Drafts).await?;
        let (id, replaces) = (draft.message_id.clone(), replaces.cloned());
        self.write(Some(&mailbox.clone()), move |conn| {
            Box::pin(async move { save(conn, &mailbox, message, &id, replaces).await })
        })
        .await
    }

    /// Deletes a draft for good. Only messages in Drafts are: the key comes from a form.
    pub async fn discard_draft(&self, key: &MessageKey) -> Result<(), Error> {
        if self.mailbox_with_role(MailboxRole::Drafts).await?.as_ref() != Some(&key.mailbox) {
            return Err(Error::NotSupported("discarding a message outside Drafts"));
        }
        let messages = MessageSet::of(key);
        self.write(Some(&key.mailbox), move |conn| Box::pin(async move { conn.expunge(&messages).await }))
            .await
    }

    pub(super) fn build(&self, draft: &Draft, copy: mime::Copy) -> Result<Bytes, Error> {
        let bytes =
            mime::build(draft, copy, ZonedDateTime::now()).map_err(|error| Error::Bug(error.to_string()))?;
        let limit = self.services.max_message_bytes;
        if bytes.len() > limit { Err(Error::TooLarge { limit }) } else { Ok(bytes.into()) }
    }
}

/// First the new version, then away with the old: a crash between leaves two drafts, never none.
async fn save(
    conn: &mut Conn,
    mailbox: &MailboxName,
    message: Bytes,
    id: &MessageId,
    replaces: Option<MessageKey>,
) -> Result<SavedDraft, imap::Error> {
    let appended = conn.append(mailbox, &[Flag::Draft, Flag::Seen], message).await?;
    let Some((uid_validity, uid)) = appended else { return Ok(SavedDraft { key: None }) };
    let mut old =
        conn.find_message_id(mailbox, id.as_str()).await?.map(|set| set.uids().to_vec()).unwrap_or_default();
    old.extend(
        replaces.filter(|key| key.mailbox == *mailbox && key.uid_validity == uid_validity).map(|key| key.uid),
    );
    // Only older ones: of two saves at once, each must leave the other's alone or the newer one standing.
    old.retain(|&other| other < uid);
    if let Some(old) = MessageSet::new(mailbox.clone(), uid_validity, old) {
        conn.expunge(&old).await?;
    }
    Ok(SavedDraft { key: Some(MessageKey { mailbox: mailbox.clone(), uid_validity, uid }) })
}
