//! Every header of a message, as a page.

mod show;

use askama::Template;

use super::shell::Shell;
use crate::model::MessageKey;

pub use show::show;

#[derive(Template)]
#[template(path = "headers.html")]
pub struct HeadersPage {
    pub shell: Shell,
    pub key: MessageKey,
    pub subject: String,
    /// Name and value in order, decoded.
    pub headers: Vec<(String, String)>,
}

impl HeadersPage {
    fn title(&self) -> &str {
        if self.subject.trim().is_empty() { "(no subject)" } else { &self.subject }
    }
}
