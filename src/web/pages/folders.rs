//! Managing mailboxes: create, rename, delete, subscribe.

mod submit;

use askama::Template;

use super::shell::{NavMailbox, Shell, thousands};
use crate::model::Mailbox;

pub use submit::{show, submit};

#[derive(Template)]
#[template(path = "folders.html")]
pub struct FoldersPage {
    pub shell: Shell,
    /// All of them, also those that are not subscribed.
    pub mailboxes: Vec<NavMailbox>,
    /// What was wrong with the form that was posted: a sentence.
    pub problem: Option<String>,
    /// What was typed as a new name.
    pub typed: String,
}

impl FoldersPage {
    pub fn new(shell: Shell, mailboxes: &[Mailbox]) -> FoldersPage {
        let mailboxes = super::shell::arrange_all(mailboxes);
        FoldersPage { shell, mailboxes, problem: None, typed: String::new() }
    }
}

impl NavMailbox {
    /// Renaming or deleting what has a special use would break other programs.
    fn can_be_changed(&self) -> bool {
        self.role.is_none()
    }

    fn badge_unread(&self) -> String {
        thousands(self.n_unread)
    }

    /// `3 messages`; empty for one that only holds others.
    fn content(&self) -> String {
        match (self.is_selectable, self.n_messages) {
            (false, _) => "only holds folders".to_owned(),
            (true, 1) => "1 message".to_owned(),
            (true, n) => format!("{} messages", thousands(n)),
        }
    }
}
