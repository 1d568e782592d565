//! Mailboxes: list, create, rename, delete, subscribe, empty.

use super::{Account, Error, What};
use crate::model::{Holds, Mailbox, MailboxName, MailboxRole, Quota};

impl Account {
    /// Every mailbox with its counts, live from the server.
    pub async fn mailboxes(&self) -> Result<Vec<Mailbox>, Error> {
        self.read(None, |conn| Box::pin(conn.list_mailboxes())).await
    }

    /// `None` where the account has no storage limit, or the server does not tell.
    pub async fn quota(&self) -> Result<Option<Quota>, Error> {
        self.read(None, |conn| Box::pin(conn.quota())).await
    }

    pub async fn create_mailbox(&self, name: MailboxName) -> Result<(), Error> {
        self.write(None, move |conn| {
            Box::pin(async move {
                conn.create_mailbox(&name).await?;
                conn.subscribe(&name).await
            })
        })
        .await
    }

    /// Subscriptions are kept apart from mailboxes (RFC 3501 §6.3.6), so ours follows the new name.
    pub async fn rename_mailbox(&self, from: MailboxName, to: MailboxName) -> Result<(), Error> {
        self.refuse_special(&from).await?;
        self.write(None, move |conn| {
            Box::pin(async move {
                conn.rename_mailbox(&from, &to).await?;
                conn.unsubscribe(&from).await?;
                conn.subscribe(&to).await
            })
        })
        .await
    }

    /// Deletes the mailbox and every message in it.
    pub async fn delete_mailbox(&self, name: MailboxName) -> Result<(), Error> {
        self.refuse_special(&name).await?;
        self.write(None, move |conn| {
            Box::pin(async move {
                conn.delete_mailbox(&name).await?;
                conn.unsubscribe(&name).await
            })
        })
        .await
    }

    pub async fn subscribe(&self, name: MailboxName) -> Result<(), Error> {
        self.write(None, move |conn| Box::pin(async move { conn.subscribe(&name).await })).await
    }

    pub async fn unsubscribe(&self, name: MailboxName) -> Result<(), Error> {
        self.write(None, move |conn| Box::pin(async move { conn.unsubscribe(&name).await })).await
    }

    /// Deletes every message of Trash or Junk for good; returns how many there were.
    pub async fn empty_mailbox(&self, name: MailboxName) -> Result<u32, Error> {
        let mailboxes = self.mailboxes().await?;
        let role = mailboxes.iter().find(|mailbox| mailbox.name == name).and_then(|mailbox| mailbox.role);
        if !matches!(role, Some(MailboxRole::Trash | MailboxRole::Junk)) {
            return Err(Error::NotSupported("emptying a folder other than Trash and Junk"));
        }
        self.write(Some(&name.clone()), move |conn| Box::pin(async move { conn.empty(&name).await })).await
    }

    /// The mailbox with this role, where there is one.
    pub(super) async fn mailbox_with_role(&self, role: MailboxRole) -> Result<Option<MailboxName>, Error> {
        let mailboxes = self.mailboxes().await?;
        let with_role = |mailbox: &&Mailbox| mailbox.role == Some(role) && mailbox.holds == Holds::Messages;
        Ok(mailboxes.iter().find(with_role).map(|mailbox| mailbox.name.clone()))
    }

    /// Where a mailbox of this name of ours is, or would be made.
    pub(super) async fn name_beside_others(&self, word: &str) -> Result<MailboxName, Error> {
        beside_others(word, &self.mailboxes().await?)
    }

    /// The mailbox with this role, created where there is none.
    pub(super) async fn ensure_role(&self, role: MailboxRole) -> Result<MailboxName, Error> {
        let mailboxes = self.mailboxes().await?;
        if let Some(mailbox) = mailboxes.iter().find(|m| m.role == Some(role) && m.holds == Holds::Messages) {
            return Ok(mailbox.name.clone());
        }
        let name = role_name(role, &mailboxes)?;
        if !mailboxes.iter().any(|mailbox| mailbox.name == name) {
            self.create_mailbox(name.clone()).await?;
        }
        Ok(name)
    }

    async fn refuse_special(&self, name: &MailboxName) -> Result<(), Error> {
        let mailboxes = self.mailboxes().await?;
        match mailboxes.iter().find(|mailbox| mailbox.name == *name) {
            None => Err(Error::NotFound(What::Mailbox)),
            Some(Mailbox { role: Some(_), .. }) => {
                Err(Error::Invalid("This folder has a special use and stays as it is.".to_owned()))
            }
            Some(_) => Ok(()),
        }
    }
}

fn role_name(role: MailboxRole, mailboxes: &[Mailbox]) -> Result<MailboxName, Error> {
    let word = match role {
        MailboxRole::Inbox => return Ok(MailboxName::inbox()),
        MailboxRole::Drafts => "Drafts",
        MailboxRole::Sent => "Sent",
        MailboxRole::Archive => "Archive",
        MailboxRole::Junk => "Junk",
        MailboxRole::Trash => "Trash",
    };
    beside_others(word, mailboxes)
}

/// Where a new mailbox goes: below INBOX on servers that keep everything there.
fn beside_others(word: &str, mailboxes: &[Mailbox]) -> Result<MailboxName, Error> {
    let others = || mailboxes.iter().filter(|mailbox| !mailbox.name.is_inbox());
    let delimiter = mailboxes.iter().find_map(|mailbox| mailbox.delimiter);
    let below_inbox = delimiter.map(|d| format!("INBOX{d}"));
    let name = match below_inbox {
        Some(prefix) if others().count() > 0 && others().all(|m| m.name.as_str().starts_with(&prefix)) => {
            prefix + word
        }
        _ => word.to_owned(),
    };
    MailboxName::new(name).map_err(|error| Error::Bug(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailboxes(names: &[&str]) -> Vec<Mailbox> {
        let mailbox = |name: &&str| Mailbox {
            name: MailboxName::new(*name).expect("valid"),
            delimiter: Some('.'),
            role: None,
            holds: Holds::Messages,
            subscribed: true,
            counts: None,
        };
        names.iter().map(mailbox).collect()
    }

    #[test]
    fn a_new_role_mailbox_goes_where_the_others_are() {
        let name =
            |names| role_name(MailboxRole::Sent, &mailboxes(names)).expect("valid").as_str().to_owned();
        assert_eq!(name(&["INBOX"]), "Sent");
        assert_eq!(name(&["INBOX", "Work"]), "Sent");
        assert_eq!(name(&["INBOX", "INBOX.Work", "INBOX.Drafts"]), "INBOX.Sent");
    }
}
