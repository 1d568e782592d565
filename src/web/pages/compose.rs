//! Writing: new, reply, forward, a draft resumed.

mod alert;
mod delivered;
mod form;
mod show;
mod submit;

use askama::Template;

use super::shell::Shell;
use crate::{render, store::Waiting};

pub(super) use delivered::delivered;
pub use form::{ComposeForm, Intent, Problems};
pub use show::show;
pub use submit::submit;

#[derive(Template)]
#[template(path = "compose.html")]
pub struct ComposePage {
    pub shell: Shell,
    pub kind: Kind,
    /// As typed.
    pub form: ComposeForm,
    /// The addresses that mail may be sent from, the account's own first; empty where nobody knows.
    pub identities: Vec<String>,
    /// Whom this person wrote to most, offered while they type.
    pub contacts: Vec<String>,
    /// The files that wait; the form's `upload` names them.
    pub files: Vec<Waiting>,
    /// What is wrong with which field.
    pub problems: Problems,
    pub alert: Option<Alert>,
    /// `Saved in Drafts at 20:54`.
    pub status: Option<String>,
}

/// What is written, for the heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    New,
    Reply,
    Forward,
    Draft,
}

/// Why the message was not sent, or not surely.
#[derive(Debug, Clone)]
pub struct Alert {
    pub title: String,
    /// What happened, what was kept, what to do.
    pub text: String,
    /// The mail server's own words, perhaps one line for each refused recipient.
    pub quotes: Vec<String>,
    pub way_on: WayOn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayOn {
    /// Nothing was sent: sending again is safe.
    Send,
    /// It may have been sent: sending again must be chosen.
    SendAgain,
}

impl ComposePage {
    fn title(&self) -> &'static str {
        match self.kind {
            Kind::New => "New message",
            Kind::Reply => "Reply",
            Kind::Forward => "Forward",
            Kind::Draft => "Draft",
        }
    }

    fn problem(&self, field: &str) -> Option<&str> {
        self.problems.iter().find(|(name, _)| *name == field).map(|(_, sentence)| sentence.as_str())
    }

    /// What a field is called in the summary of problems.
    fn label(field: &str) -> &str {
        match field {
            "from" => "From",
            "to" => "To",
            "cc" => "Cc",
            "bcc" => "Bcc",
            "reply_to" => "Reply to",
            "subject" => "Subject",
            "attachments" => "Attachments",
            "send_at" => "Send at",
            _ => "Text",
        }
    }

    /// Shown although it is seldom needed.
    fn shows_more_fields(&self) -> bool {
        let is_used = |typed: &str, field| !typed.is_empty() || self.problem(field).is_some();
        is_used(&self.form.cc, "cc")
            || is_used(&self.form.bcc, "bcc")
            || is_used(&self.form.reply_to, "reply_to")
    }

    /// What can be chosen as From.
    fn choices(&self) -> Vec<&str> {
        match self.identities.as_slice() {
            [] => vec![&self.form.from],
            known => known.iter().map(String::as_str).collect(),
        }
    }

    fn sends_later(&self) -> bool {
        !self.form.send_at.is_empty() || self.problem("send_at").is_some()
    }

    fn starts_in_to(&self) -> bool {
        self.problems.is_empty() && self.form.to.is_empty()
    }

    fn starts_in_text(&self) -> bool {
        self.problems.is_empty() && !self.form.to.is_empty()
    }

    fn size(&self, file: &Waiting) -> String {
        render::size(file.size)
    }

    fn is_unknown(&self) -> bool {
        self.alert.as_ref().is_some_and(|alert| alert.way_on == WayOn::SendAgain)
    }
}
