//! Whether an append happened whose answer was never read: what arrived since, and what it holds.

use std::cmp::Ordering;

use sha2::{Digest, Sha256};

use crate::model::{MailboxName, MessageKey, Section, Uid, UidValidity};

use super::{
    Conn, Error,
    command::Command,
    response::{Fetch, Response},
};

/// Bytes of a message fetched at a time.
const PIECE: u32 = 1 << 20;

impl Conn {
    /// What UIDs begin with for messages that arrive from now on (UIDNEXT, RFC 3501 §2.3.1.1).
    pub async fn uid_next(&mut self, mailbox: &MailboxName) -> Result<(UidValidity, Uid), Error> {
        let mut told = None;
        let command = Command::new("STATUS").string(self.names.write(mailbox)).word("(UIDNEXT UIDVALIDITY)");
        let result = self.run(command, |response| {
            if let Response::MailboxStatus(row) = response {
                told = row.uid_validity.zip(row.uid_next);
            }
        });
        match result.await {
            // As SELECT: Dovecot 2.3 refuses some unknown names with NO alone.
            Err(Error::Refused(_)) => return Err(Error::NoSuchMailbox),
            other => other?,
        }
        told.ok_or(Error::Protocol("a mailbox without UIDNEXT or UIDVALIDITY"))
    }

    /// The messages of `mailbox` with UIDs from `uid_next` on that are `size` bytes large, oldest first.
    /// [`Error::Stale`] where the mailbox was renumbered: `uid_next` means nothing then.
    pub async fn arrived_since(
        &mut self,
        mailbox: &MailboxName,
        (uid_validity, uid_next): (UidValidity, Uid),
        size: u64,
    ) -> Result<Vec<MessageKey>, Error> {
        self.refresh(mailbox).await?;
        self.select_checked(mailbox, uid_validity).await?;
        let mut uids = vec![];
        let command = Command::new("UID FETCH").uids_from(uid_next).word("(UID RFC822.SIZE)").slow();
        self.run(command, |response| {
            if let Response::Fetch(Fetch { uid: Some(uid), size: Some(n_bytes), .. }) = response
                && uid >= uid_next
                && n_bytes == size
            {
                uids.push(uid);
            }
        })
        .await?;
        uids.sort_unstable();
        uids.dedup();
        let key = |uid| MessageKey { mailbox: mailbox.clone(), uid_validity, uid };
        Ok(uids.into_iter().map(key).collect())
    }

    /// The SHA-256 of a message's bytes, of which little is held at a time; `None` when it is gone.
    pub async fn hash_of(&mut self, key: &MessageKey) -> Result<Option<[u8; 32]>, Error> {
        let mut hash = Sha256::new();
        // No message is larger than a number of IMAP (RFC 3501 §4.2): a server that goes on is not followed.
        for offset in (0..u32::MAX).step_by(PIECE as usize) {
            let piece = match self.section(key, &Section::root(), Some((offset.into(), PIECE))).await {
                Err(Error::Gone) => return Ok(None),
                piece => piece?,
            };
            hash.update(&piece);
            match piece.len().cmp(&(PIECE as usize)) {
                Ordering::Less => return Ok(Some(hash.finalize().into())),
                Ordering::Equal => {}
                Ordering::Greater => break,
            }
        }
        Err(Error::Protocol("more of a message than was asked for"))
    }
}
