//! What a person does with mail, in reading order. Knows no HTTP and no HTML.

mod account;
mod accounts;
mod background;
mod bundle;
mod collect;
mod collectors;
mod contacts;
mod delete;
mod deliver;
mod draft;
mod error;
mod flag;
mod identity;
mod list;
mod mailboxes;
mod open;
mod outbox;
mod part;
mod send;
mod sending;
mod snooze;
mod start;
mod transfer;
mod undo;
mod worker;

pub use account::Account;
pub use accounts::{Accounts, SignInId};
pub use collectors::{CollectError, CollectorTest};
pub use draft::SavedDraft;
pub use error::{Error, Reason, What, Which};
pub use identity::Identities;
pub use open::{Content, Prefer, Reading, ReadingPart};
pub use part::PartStream;
pub use send::{Cause, Delivery, Refusal, SendError};
pub use sending::Repeat;
pub use snooze::SNOOZED;
pub use start::{Bring, Start, StartFrom};
pub use undo::{Done, UndoToken};
pub use worker::work;

pub use crate::{
    imap::{Detail, Listed, Neighbours},
    model::SendWarning,
};
