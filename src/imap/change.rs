//! Flags, copies, moves and deletions, each of exactly the messages that were named.

use crate::model::{Flag, FlagChange, MailboxName, MessageSet, Uid, UidValidity};

use super::{
    Conn, Error,
    command::Command,
    response::{Code, Response},
    uid_set::{self, UidRange},
};

/// Where copied or moved messages are now (COPYUID, RFC 4315): `None` where the server did not tell.
pub type Copied = Option<MessageSet>;

/// Copies as they are reported, command by command.
struct Copies<'a> {
    to: &'a MailboxName,
    told: Option<(UidValidity, Vec<Uid>)>,
}

impl Conn {
    /// Returns the messages whose flags did change (what undo takes back).
    pub async fn change_flags(
        &mut self,
        messages: &MessageSet,
        change: &FlagChange,
    ) -> Result<Option<MessageSet>, Error> {
        let mut changed = vec![];
        for set in self.select_set(messages).await? {
            let affected = with_flag_key(Command::new("UID SEARCH").word("UID").uids(&set), change);
            changed.extend(self.uids_of(affected).await?);
        }
        changed.sort_unstable();
        for set in uid_set::chunks(&changed) {
            self.store(&set, change).await?;
        }
        Ok(MessageSet::new(messages.mailbox.clone(), messages.uid_validity, changed))
    }

    async fn store(&mut self, set: &[UidRange], change: &FlagChange) -> Result<(), Error> {
        let command = Command::new("UID STORE").uids(set).slow();
        let command = match change {
            FlagChange::Add(flag) => command.word("+FLAGS.SILENT (").flag(flag),
            FlagChange::Remove(flag) => command.word("-FLAGS.SILENT (").flag(flag),
        };
        self.run_simply(command.close(")")).await
    }

    pub async fn copy(&mut self, messages: &MessageSet, to: &MailboxName) -> Result<Copied, Error> {
        let mut copies = Copies { to, told: None };
        for set in self.select_set(messages).await? {
            self.transfer(Command::new("UID COPY"), &set, &mut copies).await?;
        }
        Ok(copies.into_set())
    }

    /// MOVE (RFC 6851), or COPY, \Deleted, EXPUNGE of these messages alone.
    pub async fn move_to(&mut self, messages: &MessageSet, to: &MailboxName) -> Result<Copied, Error> {
        let mut copies = Copies { to, told: None };
        for set in self.select_set(messages).await? {
            if self.capabilities().move_messages {
                self.transfer(Command::new("UID MOVE"), &set, &mut copies).await?;
            } else {
                self.transfer(Command::new("UID COPY"), &set, &mut copies).await?;
                self.expunge_set(&set).await?;
            }
        }
        Ok(copies.into_set())
    }

    async fn transfer(
        &mut self,
        command: Command,
        set: &[UidRange],
        copies: &mut Copies<'_>,
    ) -> Result<(), Error> {
        let command = command.uids(set).string(self.names.write(copies.to)).slow();
        self.run(command, |response| {
            // COPY tells in the tagged OK, MOVE in an untagged one (RFC 6851 §4.3).
            if let Response::Tagged { status, .. } | Response::Status(status) = response
                && let Some(Code::CopyUid(uid_validity, uids)) = status.code
            {
                copies.add(uid_validity, uids);
            }
        })
        .await
    }

    /// Deletes these messages for good and no others, with UIDPLUS or without.
    pub async fn expunge(&mut self, messages: &MessageSet) -> Result<(), Error> {
        for set in self.select_set(messages).await? {
            self.expunge_set(&set).await?;
        }
        Ok(())
    }

    async fn expunge_set(&mut self, set: &[UidRange]) -> Result<(), Error> {
        let deleted = FlagChange::Add(Flag::Deleted);
        if self.capabilities().uidplus {
            self.store(set, &deleted).await?;
            return self.run_simply(Command::new("UID EXPUNGE").uids(set).slow()).await;
        }
        // EXPUNGE takes every message with \Deleted: the others' is taken off for its duration. Should
        // the connection break in between they stay without, which loses nothing.
        let mut others = self.uids_of(Command::new("UID SEARCH").word("DELETED")).await?;
        others.retain(|uid| !set.iter().any(|range| (range.first..=range.last).contains(&uid.get())));
        others.sort_unstable();
        let others = uid_set::chunks(&others);
        for set in &others {
            self.store(set, &deleted.inverse()).await?;
        }
        self.store(set, &deleted).await?;
        let expunged = self.run_simply(Command::new("EXPUNGE").slow()).await;
        for set in &others {
            self.store(set, &deleted).await?;
        }
        expunged
    }

    /// Deletes every message of the mailbox for good. Returns how many there were.
    pub async fn empty(&mut self, mailbox: &MailboxName) -> Result<u32, Error> {
        let exists = self.refresh(mailbox).await?.exists;
        if exists > 0 {
            let command = Command::new("STORE").range(1, exists).word("+FLAGS.SILENT (\\Deleted)");
            self.run_simply(command.slow()).await?;
            self.run_simply(Command::new("EXPUNGE").slow()).await?;
        }
        Ok(exists)
    }
}

impl Copies<'_> {
    fn add(&mut self, uid_validity: UidValidity, uids: Vec<Uid>) {
        match &mut self.told {
            Some((first, all)) if *first == uid_validity => all.extend(uids),
            // Made anew between two commands: the earlier copies are gone with it.
            told => *told = Some((uid_validity, uids)),
        }
    }

    fn into_set(self) -> Copied {
        let (uid_validity, uids) = self.told?;
        MessageSet::new(self.to.clone(), uid_validity, uids)
    }
}

/// The search key of the messages that `change` does change.
fn with_flag_key(command: Command, change: &FlagChange) -> Command {
    let (flag, adds) = match change {
        FlagChange::Add(flag) => (flag, true),
        FlagChange::Remove(flag) => (flag, false),
    };
    let command = if adds { command.word("NOT") } else { command };
    match flag {
        Flag::Seen => command.word("SEEN"),
        Flag::Answered => command.word("ANSWERED"),
        Flag::Flagged => command.word("FLAGGED"),
        Flag::Deleted => command.word("DELETED"),
        Flag::Draft => command.word("DRAFT"),
        Flag::Keyword(_) => command.word("KEYWORD").flag(flag),
    }
}
