//! One message across a redirect: "Message sent."

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::extract::User;
use crate::{
    mail::{SignInId, UndoToken},
    model::OutgoingId,
    store::Store,
};

/// A message that nobody came to see for so long is of no use any more. Seconds.
const MAX_AGE: i64 = 5 * 60;

/// Shown once, on the next page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// One sentence.
    pub text: String,
    pub kind: FlashKind,
    pub offer: Option<Offer>,
}

/// What can be done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Offer {
    /// Take the action back.
    Undo(UndoToken),
    /// Take a message out of the outbox, and go on writing it.
    TakeBack(OutgoingId),
    /// Look at what waits.
    Outbox,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

/// The messages that wait, one for each sign-in, for any instance to show. Not in the session record: requests that
/// run side by side would overwrite each other's.
pub struct Flashes(Arc<Store>);

impl Flashes {
    pub(super) fn new(store: Arc<Store>) -> Flashes {
        Flashes(store)
    }

    pub async fn set(&self, user: &User, flash: Flash) {
        match serde_json::to_string(&flash) {
            Ok(text) => {
                self.0.keep_scrap(&name(&user.sign_in), user.account.username(), text, MAX_AGE).await;
            }
            Err(error) => tracing::warn!(%error, "a notice is lost"),
        }
    }

    /// Only the page that shows it takes it.
    pub async fn take(&self, user: &User) -> Option<Flash> {
        let text = self.0.take_scrap(&name(&user.sign_in), |_| true).await?;
        serde_json::from_str(&text).ok()
    }
}

fn name(id: &SignInId) -> String {
    format!("{}/flash", id.0)
}
