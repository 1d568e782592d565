//! One file per page: its form, its template's struct, its handlers.

pub mod act;
pub mod body;
pub(super) mod carried;
pub mod collectors;
pub mod compose;
pub(super) mod error;
pub mod folder;
pub mod folders;
pub mod headers;
pub mod health;
pub mod home;
pub mod login;
pub mod message;
pub mod outbox;
pub mod part;
pub mod print;
pub mod remote;
pub mod settings;
pub mod shell;
pub mod snoozed;

#[cfg(test)]
mod tests;
