//! Why a run ends before it is done.

use std::{error::Error as _, io};

use super::words;
use crate::{mail::Error, pop3, store::StoreError};

#[derive(Debug, thiserror::Error)]
pub(super) enum Halt {
    /// What is written about the server cannot be read. Holds a sentence without its end.
    #[error("{0}")]
    Settings(String),
    #[error(transparent)]
    Server(#[from] pop3::Error),
    #[error(transparent)]
    Mail(#[from] Error),
    /// The file that a message waits in.
    #[error("a message could not be kept for a moment")]
    Spool(#[source] io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The job is another's now, or the collector was paused or removed.
    #[error("the job was lost")]
    Lost,
}

impl Halt {
    /// Whether trying again is of no use before its owner changed something.
    pub(super) fn is_permanent(&self) -> bool {
        match self {
            Halt::Settings(_) => true,
            Halt::Server(error) => error.is_permanent(),
            Halt::Mail(_) | Halt::Spool(_) | Halt::Store(_) | Halt::Lost => false,
        }
    }

    /// For the collector's owner.
    pub(super) fn words(&self) -> String {
        match self {
            Halt::Settings(words) => format!("{words}."),
            Halt::Server(error) => words::sentence(error),
            Halt::Mail(error) => words::of_mail(error),
            Halt::Spool(_) => "This site has no room to keep a message for a moment.".to_owned(),
            Halt::Store(_) | Halt::Lost => "The run was interrupted.".to_owned(),
        }
    }

    /// For the log: with what lies below.
    pub(super) fn chain(&self) -> String {
        let mut chain = self.to_string();
        let mut source = self.source();
        while let Some(error) = source {
            chain.push_str(": ");
            chain.push_str(&error.to_string());
            source = error.source();
        }
        chain
    }
}
