//! One message into the account: written down before, and after.

use std::sync::Arc;

use super::{arrival::arrival, halt::Halt, listing, run::Run, spool::Spooled};
use crate::{
    imap,
    mail::{Error, What},
    model::{CollectorSettings, Flag, Keyword, LedgerEntry, LedgerState, MailboxName, Uid, UidValidity},
};

/// Where messages go.
pub(super) struct Target {
    mailbox: MailboxName,
    /// What arrives from now on has UIDs from here on; `None` where it has to be asked for.
    next: Option<(UidValidity, Uid)>,
    /// The mailbox was missing, and was made.
    was_made: bool,
    keyword: Option<Keyword>,
}

pub(super) enum Appended {
    Yes(LedgerEntry),
    /// The server does not take this one. In its words.
    No(String),
}

impl Target {
    pub(super) fn new(settings: &CollectorSettings) -> Target {
        Target {
            mailbox: MailboxName::new(settings.mailbox.clone()).unwrap_or_else(|_| MailboxName::inbox()),
            next: None,
            was_made: false,
            keyword: settings.keyword.as_deref().and_then(Keyword::new),
        }
    }
}

impl Run<'_> {
    /// `size` is what the POP3 server says.
    pub(super) async fn append(&mut self, key: &str, size: u64, spooled: &Spooled) -> Result<Appended, Halt> {
        let message_id = listing::message_id(&spooled.header);
        // Once more without the keyword, in a mailbox that was made, in the inbox.
        for _ in 0..4 {
            let next = self.next().await?;
            let entry = LedgerEntry {
                state: LedgerState::Appending,
                size,
                hash: spooled.hash.clone(),
                n_bytes: spooled.size,
                message_id: message_id.clone(),
                mailbox: self.target.mailbox.as_str().to_owned(),
                uid_validity: next.map_or(0, |(uid_validity, _)| uid_validity.get()),
                uid: next.map_or(0, |(_, uid)| uid.get()),
                since: self.store().now(),
            };
            self.write(vec![(key.to_owned(), Some(entry.clone()))]).await?;
            match self.upload(spooled).await {
                Ok(place) => return self.appended(key, entry, place).await,
                Err(Halt::Mail(Error::NotFound(What::Mailbox))) => {
                    self.write(vec![(key.to_owned(), None)]).await?;
                    self.target.next = None;
                }
                // A server may know no keywords, and not tell.
                Err(Halt::Mail(Error::Refused(_))) if self.target.keyword.is_some() => {
                    self.write(vec![(key.to_owned(), None)]).await?;
                    self.target.keyword = None;
                }
                Err(Halt::Mail(Error::Refused(words))) => {
                    self.write(vec![(key.to_owned(), None)]).await?;
                    return Ok(Appended::No(words));
                }
                Err(halt @ Halt::Mail(Error::OverQuota(_))) => {
                    self.write(vec![(key.to_owned(), None)]).await?;
                    return Err(halt);
                }
                // It may have happened, and the next run looks.
                Err(halt) => return Err(halt),
            }
        }
        Err(Halt::Mail(Error::NotFound(What::Mailbox)))
    }

    async fn appended(
        &mut self,
        key: &str,
        entry: LedgerEntry,
        place: Option<(UidValidity, Uid)>,
    ) -> Result<Appended, Halt> {
        self.target.next = place.and_then(|(uid_validity, uid)| {
            Some((uid_validity, uid.get().checked_add(1).and_then(Uid::new)?))
        });
        let entry = LedgerEntry {
            state: LedgerState::Collected,
            uid_validity: place.map_or(0, |(uid_validity, _)| uid_validity.get()),
            uid: place.map_or(0, |(_, uid)| uid.get()),
            since: self.store().now(),
            ..entry
        };
        self.write(vec![(key.to_owned(), Some(entry.clone()))]).await?;
        Ok(Appended::Yes(entry))
    }

    async fn upload(&self, spooled: &Spooled) -> Result<Option<(UidValidity, Uid)>, Halt> {
        let reader = spooled.reader(Arc::downgrade(&self.held)).map_err(Halt::Spool)?;
        let date = arrival(&spooled.header, self.store().now());
        let (mailbox, size) = (self.target.mailbox.clone(), spooled.size);
        let seen = self.settings.mark_read.then_some(Flag::Seen);
        let flags: Vec<Flag> =
            seen.into_iter().chain(self.target.keyword.clone().map(Flag::Keyword)).collect();
        let appended = self.account.write(None, move |conn| {
            Box::pin(async move { conn.append_file(&mailbox, &flags, date, reader, size).await })
        });
        Ok(appended.await?)
    }

    /// UIDNEXT of the mailbox, which is made where it is missing; `None` where the server does not tell.
    async fn next(&mut self) -> Result<Option<(UidValidity, Uid)>, Halt> {
        while self.target.next.is_none() {
            let mailbox = self.target.mailbox.clone();
            let asked = self.account.read(None, move |conn| {
                let mailbox = mailbox.clone();
                Box::pin(async move {
                    match conn.uid_next(&mailbox).await {
                        Err(imap::Error::Protocol(_)) => Ok(None),
                        other => other.map(Some),
                    }
                })
            });
            match asked.await {
                Ok(None) => return Ok(None),
                Ok(next) => self.target.next = next,
                Err(Error::NotFound(What::Mailbox)) if !self.target.mailbox.is_inbox() => {
                    self.make_mailbox().await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(self.target.next)
    }

    /// Once; the second time, all goes to the inbox.
    async fn make_mailbox(&mut self) {
        let name = self.target.mailbox.clone();
        if self.target.was_made {
            let words = "cannot be made, so new messages are in the inbox.";
            self.problem(&format!("The folder \u{201c}{}\u{201d} {words}", name.as_str()));
            self.target.mailbox = MailboxName::inbox();
            return;
        }
        self.target.was_made = true;
        if let Err(error) = self.account.create_mailbox(name).await {
            tracing::info!(%error, "the folder that mail is collected into could not be made");
        }
    }
}
