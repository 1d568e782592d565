//! The last action as a text, until it is taken back.

use serde::{Deserialize, Serialize};

use super::{Undo, UndoToken};
use crate::model::{Flag, FlagChange, MailboxName, MessageSet, Uid, UidValidity};

#[derive(Serialize, Deserialize)]
struct Kept {
    token: Option<UndoToken>,
    undo: Option<Form>,
}

#[derive(Serialize, Deserialize)]
enum Form {
    AddFlag(Messages, String),
    RemoveFlag(Messages, String),
    MoveBack(Messages, String),
    RemoveCopies(Messages),
    Wake(Vec<String>),
}

#[derive(Serialize, Deserialize)]
struct Messages {
    mailbox: String,
    uid_validity: u32,
    uids: Vec<u32>,
}

pub(super) fn write(token: Option<&UndoToken>, undo: Option<Undo>) -> String {
    let undo = undo.map(|undo| match undo {
        Undo::Flags(messages, FlagChange::Add(flag)) => Form::AddFlag(messages.into(), flag.to_string()),
        Undo::Flags(messages, FlagChange::Remove(flag)) => {
            Form::RemoveFlag(messages.into(), flag.to_string())
        }
        Undo::MoveBack(messages, home) => Form::MoveBack(messages.into(), home.as_str().to_owned()),
        Undo::RemoveCopies(messages) => Form::RemoveCopies(messages.into()),
        Undo::Wake(ids) => Form::Wake(ids),
    });
    serde_json::to_string(&Kept { token: token.cloned(), undo }).expect("texts and numbers become JSON")
}

pub(super) fn token(text: &str) -> Option<UndoToken> {
    serde_json::from_str::<Kept>(text).ok()?.token
}

pub(super) fn read(text: &str) -> Option<Undo> {
    Some(match serde_json::from_str::<Kept>(text).ok()?.undo? {
        Form::AddFlag(messages, flag) => Undo::Flags(messages.read()?, FlagChange::Add(Flag::new(&flag)?)),
        Form::RemoveFlag(messages, flag) => {
            Undo::Flags(messages.read()?, FlagChange::Remove(Flag::new(&flag)?))
        }
        Form::MoveBack(messages, home) => Undo::MoveBack(messages.read()?, MailboxName::new(home).ok()?),
        Form::RemoveCopies(messages) => Undo::RemoveCopies(messages.read()?),
        Form::Wake(ids) => Undo::Wake(ids),
    })
}

impl From<MessageSet> for Messages {
    fn from(set: MessageSet) -> Messages {
        Messages {
            mailbox: set.mailbox.as_str().to_owned(),
            uid_validity: set.uid_validity.get(),
            uids: set.uids().iter().map(|uid| uid.get()).collect(),
        }
    }
}

impl Messages {
    fn read(self) -> Option<MessageSet> {
        let uids = self.uids.into_iter().map(Uid::new).collect::<Option<_>>()?;
        MessageSet::new(MailboxName::new(self.mailbox).ok()?, UidValidity::new(self.uid_validity)?, uids)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;
    use crate::model::Keyword;

    #[test]
    fn every_action_reads_back() {
        let set = || {
            let uids = [7, 9].map(|n| Uid::new(n).unwrap()).to_vec();
            MessageSet::new(MailboxName::new("Ärger/1").unwrap(), UidValidity::new(3).unwrap(), uids).unwrap()
        };
        let token = UndoToken("t".into());
        for undo in [
            Undo::Flags(set(), FlagChange::Add(Flag::Seen)),
            Undo::Flags(set(), FlagChange::Remove(Flag::Keyword(Keyword::forwarded()))),
            Undo::MoveBack(set(), MailboxName::inbox()),
            Undo::RemoveCopies(set()),
            Undo::Wake(vec!["a".into()]),
        ] {
            let text = write(Some(&token), Some(undo.clone()));
            assert_eq!((super::token(&text), read(&text)), (Some(token.clone()), Some(undo)));
        }
        assert_eq!(super::token(&write(None, None)), None);
    }
}
