//! Taking the last action back.

use std::sync::{Mutex, PoisonError};

use rand::RngExt;

use super::{Account, Error};
use crate::model::{FlagChange, MailboxName, MessageSet};

/// What an action did: how many messages, and how to take it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub n_messages: usize,
    /// `None` where it cannot be taken back.
    pub undo: Option<UndoToken>,
}

/// Names the last action of an account; void as soon as the next one is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoToken(pub String);

/// How one action is taken back.
#[derive(Debug, Clone)]
pub(super) enum Undo {
    /// The messages whose flags did change, and the change that undoes it.
    Flags(MessageSet, FlagChange),
    /// The messages where they are now, and where they came from.
    MoveBack(MessageSet, MailboxName),
    /// Copies that were made.
    RemoveCopies(MessageSet),
    /// Snoozes that were begun.
    Wake(Vec<String>),
}

/// The last action only: an older one may no longer fit what came after it.
#[derive(Default)]
pub(super) struct UndoLog(Mutex<Option<(UndoToken, Undo)>>);

impl UndoLog {
    pub(super) fn record(&self, n_messages: usize, undo: Option<Undo>) -> Done {
        let entry = undo.map(|undo| (UndoToken(format!("{:032x}", rand::rng().random::<u128>())), undo));
        let token = entry.as_ref().map(|(token, _)| token.clone());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = entry;
        Done { n_messages, undo: token }
    }

    fn take(&self, token: &UndoToken) -> Option<Undo> {
        let mut entry = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entry.take_if(|(last, _)| last == token).map(|(_, undo)| undo)
    }
}

impl Account {
    /// Takes the last action back; returns how many messages that touched.
    pub async fn undo(&self, token: &UndoToken) -> Result<usize, Error> {
        let undo = self.undo_log.take(token).ok_or_else(|| {
            Error::Invalid("That can no longer be undone: something else was done since.".to_owned())
        })?;
        match undo {
            Undo::Flags(messages, change) => Ok(self.change_flags(&messages, &change).await?.n_messages),
            Undo::MoveBack(messages, home) => Ok(self.move_to(&messages, &home).await?.n_messages),
            Undo::Wake(ids) => self.undo_snooze(&ids).await,
            Undo::RemoveCopies(messages) => self.expunge(&messages).await.map(|done| done.n_messages),
        }
    }
}
