//! Taking the last action back, on whichever instance.

mod kept;

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::{Account, Error};
use crate::model::{FlagChange, MailboxName, MessageSet};

/// Taken back later than this, it would hardly be the action that its author thinks of. Seconds.
const MAX_AGE: i64 = 12 * 3600;

/// What an action did: how many messages, and how to take it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub n_messages: usize,
    /// `None` where it cannot be taken back.
    pub undo: Option<UndoToken>,
}

/// Names the last action of a sign-in; void as soon as the next one is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoToken(pub String);

/// How one action is taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
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

impl Account {
    /// Remembers how to take back what was just done, and nothing older: that may no longer fit.
    pub(super) async fn done(&self, n_messages: usize, undo: Option<Undo>) -> Done {
        // Nobody takes back what is done in the background.
        let Some(sign_in) = &self.sign_in else { return Done { n_messages, undo: None } };
        let token = undo.is_some().then(|| UndoToken(format!("{:032x}", rand::rng().random::<u128>())));
        let text = kept::write(token.as_ref(), undo);
        self.services.store.keep_scrap(&name(&sign_in.0), self.username(), text, MAX_AGE).await;
        Done { n_messages, undo: token }
    }

    /// Takes the last action back; returns how many messages that touched.
    pub async fn undo(&self, token: &UndoToken) -> Result<usize, Error> {
        match self.take_undo(token).await.ok_or_else(too_late)? {
            Undo::Flags(messages, change) => {
                let changed = self.set_flags(&messages, &change).await?;
                Ok(changed.map_or(0, |changed| changed.uids().len()))
            }
            Undo::MoveBack(messages, home) => self.relocate(&messages, &home).await.map(|(n, _)| n),
            Undo::Wake(ids) => self.undo_snooze(&ids).await,
            Undo::RemoveCopies(messages) => self.remove(&messages).await,
        }
    }

    async fn take_undo(&self, token: &UndoToken) -> Option<Undo> {
        let name = name(&self.sign_in.as_ref()?.0);
        let is_last = |text: &str| kept::token(text).as_ref() == Some(token);
        kept::read(&self.services.store.take_scrap(&name, is_last).await?)
    }
}

fn too_late() -> Error {
    Error::Invalid("That can no longer be undone: something else was done since.".to_owned())
}

fn name(sign_in: &str) -> String {
    format!("{sign_in}/undo")
}
