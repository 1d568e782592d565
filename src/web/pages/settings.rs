//! What a person chooses for themselves: taking sent mail back, the addresses they write from, and whose images are shown.

mod submit;

use askama::Template;

use super::shell::Shell;
use crate::{
    model::{Address, Identity},
    store::UserSettings,
};

pub use submit::{show, submit};

#[derive(Template)]
#[template(path = "settings.html")]
pub struct SettingsPage {
    pub shell: Shell,
    /// Seconds; see [`UserSettings::HOLDS`].
    pub hold_seconds: u32,
    /// The account's own address.
    pub own: Address,
    pub identities: Vec<Identity>,
    /// Whose images are always shown.
    pub trusted: Vec<String>,
    /// What was wrong with the address that was typed.
    pub problem: Option<AddressProblem>,
}

/// An address comes back as typed, with a sentence.
pub struct AddressProblem {
    /// The identity that was to be changed; empty for a new one.
    pub id: String,
    pub typed: String,
    pub sentence: String,
}

impl SettingsPage {
    /// Seconds, and what people call them.
    fn holds(&self) -> [(u32, String); UserSettings::HOLDS.len()] {
        UserSettings::HOLDS.map(|seconds| match seconds {
            0 => (0, "Send at once".to_owned()),
            n => (n, format!("{n} seconds")),
        })
    }

    /// What the field of an identity holds.
    fn typed<'a>(&'a self, id: &str, known: &'a str) -> &'a str {
        self.problem_of(id).map_or(known, |problem| &problem.typed)
    }

    fn problem_of(&self, id: &str) -> Option<&AddressProblem> {
        self.problem.as_ref().filter(|problem| problem.id == id)
    }
}
