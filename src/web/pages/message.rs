//! An open message.

mod attachment;
mod images;
mod note;
mod opened;
mod show;
mod trust;
mod trust_sender;
mod view_params;
mod warning;

use askama::Template;

use super::{
    folder::{Action, ListView, delete_action, junk_action},
    shell::{Avatar, Shell},
};
use crate::{
    model::{Address, Flags, MailboxRole, MessageKey},
    render::SafeHtml,
};

pub use attachment::AttachmentView;
pub use images::{Images, Remote, Showing};
pub use note::note;
pub use opened::Opened;
pub(super) use show::heading;
pub use show::show;
pub use trust::{Tone, TrustLine};
pub use trust_sender::trust_sender;
pub use view_params::ViewParams;

#[derive(Template)]
#[template(path = "message.html")]
pub struct MessagePage {
    pub shell: Shell,
    /// The page of the list it was opened from; shown beside it where there is room.
    pub list: Option<ListView>,
    pub key: MessageKey,
    /// What its mailbox is for.
    pub role: Option<MailboxRole>,
    pub flags: Flags,
    /// Where the list is.
    pub back: String,
    /// What the list is called.
    pub back_label: String,
    /// The message above it in the list.
    pub newer: Option<String>,
    /// The message below it in the list.
    pub older: Option<String>,
    pub heading: Heading,
    /// Who sent it, as far as it was checked.
    pub trust: Option<TrustLine>,
    /// What to look at twice, in sentences.
    pub warnings: Vec<String>,
    /// In sentences; see [`note`].
    pub notes: Vec<String>,
    pub body: Body,
    /// The same message in its other form.
    pub other_form: Option<OtherForm>,
    /// Only where it wants images from elsewhere.
    pub remote: Option<Remote>,
    pub attachments: Vec<AttachmentView>,
    /// Set where this is a message inside the one that `key` names.
    pub inside: Option<Inside>,
}

/// Who wrote what to whom, and when.
#[derive(Debug, Clone, Default)]
pub struct Heading {
    /// Empty when there is none.
    pub subject: String,
    pub from: Vec<Address>,
    /// Only where it is somebody else than `from`.
    pub sender: Vec<Address>,
    /// Only where it differs from `from`.
    pub reply_to: Vec<Address>,
    pub to: Vec<Address>,
    pub cc: Vec<Address>,
    pub bcc: Vec<Address>,
    /// For `datetime`; empty when unknown.
    pub iso: String,
    pub when: String,
}

/// What is read.
#[derive(Debug, Clone)]
pub enum Body {
    /// Plain text, in the page.
    Text(SafeHtml),
    /// HTML, in a document of its own.
    Frame(Frame),
    /// Only attachments, or nothing.
    Empty,
}

/// The frame of a document.
#[derive(Debug, Clone)]
pub struct Frame {
    pub src: String,
    /// It is on the host for messages.
    pub is_apart: bool,
    /// The document by itself, under the site's own name.
    pub full: String,
}

/// The switch between HTML and plain text.
#[derive(Debug, Clone)]
pub enum OtherForm {
    Text { url: String },
    Html { url: String },
}

/// The message around an attached one.
#[derive(Debug, Clone)]
pub struct Inside {
    pub subject: String,
    pub url: String,
}

impl Heading {
    pub fn title(&self) -> &str {
        if self.subject.trim().is_empty() { "(no subject)" } else { &self.subject }
    }

    pub fn avatar(&self) -> Avatar {
        let first = self.from.first();
        Avatar::new(first.map_or("", Address::short), first.map_or("", |from| &from.email))
    }

    /// The address lines below the sender: label and people, without the empty ones.
    pub fn lines(&self) -> Vec<(&'static str, &[Address])> {
        let lines: [(&str, &[Address]); 5] = [
            ("Sent by", &self.sender),
            ("Reply to", &self.reply_to),
            ("To", &self.to),
            ("Cc", &self.cc),
            ("Bcc", &self.bcc),
        ];
        lines.into_iter().filter(|(_, people)| !people.is_empty()).collect()
    }
}

/// More people than these are folded.
const SHOWN_PEOPLE: usize = 4;

/// Those that are shown, and those that are folded away.
pub(super) fn folded(people: &[Address]) -> (&[Address], &[Address]) {
    // Folding one or two would hide more than it saves.
    let n_shown = if people.len() <= SHOWN_PEOPLE + 2 { people.len() } else { SHOWN_PEOPLE };
    people.split_at_checked(n_shown).unwrap_or((people, &[]))
}

impl MessagePage {
    fn junk(&self) -> Action {
        junk_action(self.role)
    }

    fn delete(&self) -> Action {
        delete_action(self.role)
    }

    fn is_archived(&self) -> bool {
        self.role == Some(MailboxRole::Archive)
    }

    fn is_draft(&self) -> bool {
        self.role == Some(MailboxRole::Drafts) || self.flags.is_draft()
    }

    fn trust_look(line: &TrustLine) -> (&'static str, &'static str) {
        match line.tone {
            Tone::Confirmed => ("confirmed", "shield-check"),
            Tone::Open => ("open", "info"),
            Tone::Failed => ("failed", "triangle-alert"),
        }
    }

    /// Worth a button only for several.
    fn offers_zip(&self) -> bool {
        self.inside.is_none() && self.attachments.len() > 1
    }
}
