//! What waits to be sent: since when, why, and what can be done about it.

mod entry;
mod submit;

use askama::Template;

use super::shell::Shell;

pub use entry::{Entry, Kind};
pub(super) use entry::{Wait, tried_again, waits};
pub use submit::{show, submit};

#[derive(Template)]
#[template(path = "outbox.html")]
pub struct OutboxPage {
    pub shell: Shell,
    /// Oldest first.
    pub entries: Vec<Entry>,
}
