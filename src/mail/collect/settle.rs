//! What an earlier run left open: an APPEND was about to be sent, and nobody knows whether it was.

use std::time::Duration;

use tokio::time::sleep;

use super::{halt::Halt, run::Run, spool::hex};
use crate::{
    imap,
    mail::{Error, What},
    model::{Holds, LedgerEntry, LedgerState, MailboxName, MessageKey, MessageSet, Uid, UidValidity},
};

/// What a process sent before it died may still be on its way to the mail server. Seconds.
const LAG: i64 = 5;

impl Run<'_> {
    /// Looks whether they are there. What is not there was never appended: if it is still on the other server, it is as
    /// if it had never been seen.
    pub(super) async fn settle(&mut self) -> Result<(), Halt> {
        let is_open = |entry: &&LedgerEntry| entry.state == LedgerState::Appending;
        let open: Vec<(String, LedgerEntry)> = self
            .ledger
            .iter()
            .filter(|(_, entry)| is_open(entry))
            .map(|(key, entry)| (key.clone(), entry.clone()))
            .collect();
        for (key, entry) in open {
            let settled = self.find(&entry).await?.map(|found| LedgerEntry {
                state: LedgerState::Collected,
                uid_validity: found.uid_validity.get(),
                uid: found.uid.get(),
                ..entry
            });
            tracing::info!(was_there = settled.is_some(), "a message whose APPEND was interrupted");
            self.report.collected += u64::from(settled.is_some());
            self.write(vec![(key, settled)]).await?;
        }
        Ok(())
    }

    async fn find(&self, entry: &LedgerEntry) -> Result<Option<MessageKey>, Halt> {
        let found = self.look(entry).await?;
        let age = self.store().now().saturating_sub(entry.since);
        if found.is_some() || !(0..=LAG).contains(&age) {
            return Ok(found);
        }
        sleep(Duration::from_secs((LAG - age).unsigned_abs() + 1)).await;
        self.look(entry).await
    }

    /// Where it was to go; or, where a program or a person has moved it since, wherever it is.
    async fn look(&self, entry: &LedgerEntry) -> Result<Option<MessageKey>, Halt> {
        match self.look_there(entry).await? {
            None => self.look_elsewhere(entry).await,
            found => Ok(found),
        }
    }

    async fn look_elsewhere(&self, entry: &LedgerEntry) -> Result<Option<MessageKey>, Halt> {
        // Without one, it would be a search through everything that is as large.
        if entry.message_id.is_empty() {
            return Ok(None);
        }
        let is_twin =
            |other: &&LedgerEntry| other.state != LedgerState::Appending && other.hash == entry.hash;
        let mut n_twins = self.ledger.values().filter(is_twin).count();
        for mailbox in self.account.mailboxes().await? {
            if mailbox.holds != Holds::Messages || mailbox.name.as_str() == entry.mailbox {
                continue;
            }
            let (name, id, hash) = (mailbox.name.clone(), entry.message_id.clone(), entry.hash.clone());
            let same = self.account.read(Some(&mailbox.name), move |conn| {
                let (name, id, hash) = (name.clone(), id.clone(), hash.clone());
                Box::pin(async move {
                    let alike = conn.find_message_id(&name, &id).await?;
                    same(conn, alike.iter().flat_map(MessageSet::keys).collect(), &hash).await
                })
            });
            let mut same = match same.await {
                // Nobody moved mail to what cannot be opened.
                Err(Error::NotFound(_) | Error::Refused(_)) => continue,
                same => same?,
            };
            if n_twins < same.len() {
                return Ok(Some(same.swap_remove(n_twins)));
            }
            n_twins -= same.len();
        }
        Ok(None)
    }

    async fn look_there(&self, entry: &LedgerEntry) -> Result<Option<MessageKey>, Halt> {
        let Ok(recorded) = MailboxName::new(entry.mailbox.clone()) else { return Ok(None) };
        let is_twin = |other: &&LedgerEntry| {
            other.state != LedgerState::Appending
                && other.hash == entry.hash
                && other.mailbox == entry.mailbox
        };
        let n_twins = self.ledger.values().filter(is_twin).count();
        let since = UidValidity::new(entry.uid_validity).zip(Uid::new(entry.uid));
        let (mailbox, hash, size) = (recorded.clone(), entry.hash.clone(), entry.n_bytes);
        let found = self.account.read(Some(&recorded), move |conn| {
            let (mailbox, hash) = (mailbox.clone(), hash.clone());
            Box::pin(async move {
                let (alike, n_others) = match since {
                    Some(since) => match conn.arrived_since(&mailbox, since, size).await {
                        Err(imap::Error::Stale) => (everywhere(conn, &mailbox, size).await?, n_twins),
                        other => (other?, 0),
                    },
                    None => (everywhere(conn, &mailbox, size).await?, n_twins),
                };
                // Where nothing says when they came, the first ones are those that were collected before.
                Ok(same(conn, alike, &hash).await?.into_iter().nth(n_others))
            })
        });
        match found.await {
            Err(Error::NotFound(What::Mailbox)) => Ok(None),
            other => Ok(other?),
        }
    }
}

/// Those whose bytes have this hash.
async fn same(
    conn: &mut imap::Conn,
    alike: Vec<MessageKey>,
    hash: &str,
) -> Result<Vec<MessageKey>, imap::Error> {
    let mut same = Vec::new();
    for key in alike {
        if conn.hash_of(&key).await?.is_some_and(|found| hex(&found) == hash) {
            same.push(key);
        }
    }
    Ok(same)
}

/// The messages of the mailbox that are so large: it was renumbered, or numbers nothing.
async fn everywhere(
    conn: &mut imap::Conn,
    mailbox: &MailboxName,
    size: u64,
) -> Result<Vec<MessageKey>, imap::Error> {
    let (uid_validity, _) = conn.uid_next(mailbox).await?;
    match Uid::new(1) {
        Some(first) => conn.arrived_since(mailbox, (uid_validity, first), size).await,
        None => Ok(Vec::new()),
    }
}
