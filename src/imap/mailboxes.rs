//! Mailboxes: LIST, STATUS, quota; create, rename, delete, subscribe.

mod roles;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::model::{Counts, Holds, Mailbox, MailboxName, Quota};

use super::{
    Conn, Error,
    command::Command,
    response::{ListRow, Response, StatusRow},
};

/// What one LIST told.
#[derive(Default)]
struct Listing {
    /// Each with the role its attributes give, in the server's order.
    mailboxes: Vec<Mailbox>,
    seen: HashSet<MailboxName>,
    /// Whether any mailbox has an attribute of RFC 6154.
    has_special_use: bool,
    counts: HashMap<MailboxName, Counts>,
}

impl Conn {
    /// LIST with roles, subscriptions and counts: one round trip with LIST-STATUS (RFC 5819).
    pub async fn list_mailboxes(&mut self) -> Result<Vec<Mailbox>, Error> {
        let mut listing = self.list(self.list_command()).await?;
        if !self.capabilities().list_extended {
            let subscribed = self.list(Command::new("LSUB").string("").string("*")).await?;
            for mailbox in &mut listing.mailboxes {
                mailbox.subscribed = subscribed.seen.contains(&mailbox.name);
            }
        }
        let ask_for_each = !self.capabilities().list_status;
        for mailbox in &mut listing.mailboxes {
            mailbox.counts = match listing.counts.get(&mailbox.name) {
                Some(counts) => Some(*counts),
                None if ask_for_each && mailbox.holds == Holds::Messages => {
                    self.counts(&mailbox.name).await?
                }
                None => None,
            };
        }
        if !listing.has_special_use {
            roles::guess(&mut listing.mailboxes);
        }
        Ok(listing.mailboxes)
    }

    fn list_command(&self) -> Command {
        let capabilities = self.capabilities();
        let mut command = Command::new("LIST").string("").string("*").slow();
        if capabilities.list_extended {
            command = command.word("RETURN (SUBSCRIBED CHILDREN");
            if capabilities.special_use {
                command = command.word("SPECIAL-USE");
            }
            if capabilities.list_status {
                command = command.word("STATUS (MESSAGES UNSEEN)");
            }
            command = command.close(")");
        }
        command
    }

    async fn list(&mut self, command: Command) -> Result<Listing, Error> {
        let mut listing = Listing::default();
        let names = Arc::clone(&self.names);
        self.run(command, |response| match response {
            Response::List(row) => {
                if let Some(name) = names.read(&row.name) {
                    listing.add(name, &row);
                }
            }
            Response::MailboxStatus(row) => {
                if let (Some(name), Some(counts)) = (names.read(&row.name), counts(&row)) {
                    listing.counts.insert(name, counts);
                }
            }
            _ => {}
        })
        .await?;
        Ok(listing)
    }

    /// `None` when the server refuses: a mailbox that may be seen and not opened.
    async fn counts(&mut self, mailbox: &MailboxName) -> Result<Option<Counts>, Error> {
        let mut found = None;
        let command = Command::new("STATUS").string(self.names.write(mailbox)).word("(MESSAGES UNSEEN)");
        let result = self.run(command, |response| {
            if let Response::MailboxStatus(row) = response {
                found = counts(&row);
            }
        });
        match result.await {
            Err(Error::Refused(_) | Error::NoSuchMailbox) => Ok(None),
            other => other.map(|()| found),
        }
    }

    /// STORAGE of the inbox's quota root (RFC 9208); `None` where there is none.
    pub async fn quota(&mut self) -> Result<Option<Quota>, Error> {
        if !self.capabilities().quota {
            return Ok(None);
        }
        let mut storage = None;
        let command = Command::new("GETQUOTAROOT").string("INBOX");
        let result = self.run(command, |response| {
            if let Response::Quota(row) = response {
                storage = storage.or(row.storage);
            }
        });
        match result.await {
            Err(Error::Refused(_) | Error::NoSuchMailbox) => return Ok(None),
            other => other?,
        }
        Ok(storage.map(|(used_kib, limit_kib)| Quota { used_kib, limit_kib }))
    }

    pub async fn create_mailbox(&mut self, name: &MailboxName) -> Result<(), Error> {
        self.run_simply(Command::new("CREATE").string(self.names.write(name))).await
    }

    pub async fn rename_mailbox(&mut self, from: &MailboxName, to: &MailboxName) -> Result<(), Error> {
        self.leave(from).await?;
        let (from, to) = (self.names.write(from), self.names.write(to));
        self.run_simply(Command::new("RENAME").string(from).string(to).slow()).await
    }

    pub async fn delete_mailbox(&mut self, name: &MailboxName) -> Result<(), Error> {
        self.leave(name).await?;
        self.run_simply(Command::new("DELETE").string(self.names.write(name)).slow()).await
    }

    pub async fn subscribe(&mut self, name: &MailboxName) -> Result<(), Error> {
        self.run_simply(Command::new("SUBSCRIBE").string(self.names.write(name))).await
    }

    pub async fn unsubscribe(&mut self, name: &MailboxName) -> Result<(), Error> {
        self.run_simply(Command::new("UNSUBSCRIBE").string(self.names.write(name))).await
    }
}

impl Listing {
    fn add(&mut self, name: MailboxName, row: &ListRow<'_>) {
        if !self.seen.insert(name.clone()) {
            return;
        }
        self.has_special_use |= roles::is_told(row);
        // A role belongs to one mailbox: the first that claims it.
        let role = roles::role(&name, row)
            .filter(|role| self.mailboxes.iter().all(|mailbox| mailbox.role != Some(*role)));
        let only_mailboxes = row.has("\\Noselect") || row.has("\\NonExistent");
        self.mailboxes.push(Mailbox {
            name,
            delimiter: row.delimiter,
            role,
            holds: if only_mailboxes { Holds::OnlyMailboxes } else { Holds::Messages },
            subscribed: row.has("\\Subscribed"),
            counts: None,
        });
    }
}

fn counts(row: &StatusRow<'_>) -> Option<Counts> {
    Some(Counts { messages: row.messages?, unseen: row.unseen? })
}
