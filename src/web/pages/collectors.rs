//! POP3 mailboxes that are collected into the account: the list of them, and each one's form.

mod edit;
mod form;
mod list;
mod server;
mod view;

use askama::Template;

use super::shell::{NavMailbox, Shell};
use crate::model::Identity;

pub use edit::{add, begin, change, edit};
pub use form::CollectorForm;
pub use list::{show, submit};
pub use view::{CollectorView, RunView};

#[derive(Template)]
#[template(path = "collectors.html")]
pub struct CollectorsPage {
    pub shell: Shell,
    pub collectors: Vec<CollectorView>,
}

#[derive(Template)]
#[template(path = "collector.html")]
pub struct CollectorPage {
    pub shell: Shell,
    /// `None` for a new one.
    pub collector: Option<CollectorView>,
    /// As typed; without its secret.
    pub form: CollectorForm,
    /// Stands for a secret that was typed already; empty where none was.
    pub typed: String,
    /// What is wrong with which field: field name and sentence.
    pub problems: Vec<(&'static str, String)>,
    /// What a test said.
    pub tested: Option<Tested>,
    /// Newest first.
    pub runs: Vec<RunView>,
    /// Where messages can go.
    pub mailboxes: Vec<NavMailbox>,
    pub identities: Vec<Identity>,
}

/// What a test said, in sentences.
pub enum Tested {
    Works(Vec<String>),
    Fails(String),
}

impl CollectorPage {
    fn title(&self) -> &str {
        self.collector.as_ref().map_or("Collect a mailbox", |collector| &collector.name)
    }

    /// Where the form is posted to.
    fn action(&self) -> String {
        let urls = &self.shell.urls;
        self.collector
            .as_ref()
            .map_or_else(|| urls.new_collector(), |collector| urls.collector(&collector.id))
    }

    fn problem(&self, field: &str) -> Option<&str> {
        self.problems.iter().find(|(name, _)| *name == field).map(|(_, sentence)| sentence.as_str())
    }

    /// What a field is called in the summary of problems.
    fn label(field: &str) -> &str {
        match field {
            "name" => "Name",
            "host" => "Server",
            "port" => "Port",
            "username" => "User name",
            "secret" => "Password or token",
            "mailbox" => "Folder",
            "label" => "Label",
            "days" => "Days",
            "every" => "How often",
            "max_mb" => "Size limit",
            _ => "Form",
        }
    }

    /// Whether the password may stay empty.
    fn has_secret(&self) -> bool {
        self.collector.is_some() || !self.typed.is_empty()
    }

    /// A folder that was chosen and is no longer there is said, not lost.
    fn is_mailbox_missing(&self) -> bool {
        self.mailboxes.iter().all(|mailbox| mailbox.name.as_str() != self.form.mailbox)
    }
}
