//! One message across a redirect: "Message sent."

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::extract::User;
use crate::{
    mail::{SignInId, UndoToken},
    model::OutgoingId,
};

/// A message that nobody came to see for so long is of no use any more.
const MAX_AGE: Duration = Duration::from_secs(5 * 60);

/// Shown once, on the next page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    /// One sentence.
    pub text: String,
    pub kind: FlashKind,
    pub offer: Option<Offer>,
}

/// What can be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// Take the action back.
    Undo(UndoToken),
    /// Take a message out of the outbox, and go on writing it.
    TakeBack(OutgoingId),
    /// Look at what waits.
    Outbox,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlashKind {
    Note,
    /// Something was done, but not all of it.
    Warning,
}

impl Flash {
    pub fn note(text: impl Into<String>) -> Flash {
        Flash { text: text.into(), kind: FlashKind::Note, offer: None }
    }

    pub fn warning(text: impl Into<String>) -> Flash {
        Flash { text: text.into(), kind: FlashKind::Warning, offer: None }
    }

    #[must_use]
    pub fn with_undo(self, undo: Option<UndoToken>) -> Flash {
        Flash { offer: undo.map(Offer::Undo), ..self }
    }

    #[must_use]
    pub fn with_offer(self, offer: Offer) -> Flash {
        Flash { offer: Some(offer), ..self }
    }

    pub fn is_warning(&self) -> bool {
        self.kind == FlashKind::Warning
    }
}

/// The messages that wait, one for each sign-in. Not in the session record: requests that run side by
/// side would overwrite each other's.
#[derive(Default)]
pub struct Flashes(Mutex<HashMap<SignInId, (Flash, Instant)>>);

impl Flashes {
    pub fn set(&self, user: &User, flash: Flash) {
        self.lock().insert(user.sign_in.clone(), (flash, Instant::now()));
    }

    /// Only the page that shows it takes it.
    pub fn take(&self, user: &User) -> Option<Flash> {
        self.lock().remove(&user.sign_in).map(|(flash, _)| flash)
    }

    pub(super) fn forget(&self, id: &SignInId) {
        self.lock().remove(id);
    }

    pub(super) fn sweep(&self) {
        self.lock().retain(|_, (_, since)| since.elapsed() < MAX_AGE);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SignInId, (Flash, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
