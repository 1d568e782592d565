//! The site as a person uses it: the real binary, a real Dovecot, a real Postfix. One test binary, because the
//! servers start once for each.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "tests may panic"
)]

mod browser;
mod counts;
mod letters;
mod office;
mod site;
mod wire;

mod access;
mod act;
mod admin;
mod body_host;
mod bombs;
mod collect;
mod collectors;
mod compose;
mod deliveries;
mod exactly_once;
mod folder;
mod guessing;
mod headers;
mod imap;
mod instances;
mod login;
mod message;
mod outbox;
mod outside;
mod pop3;
mod proxied;
mod remote;
mod send;
mod serve;
mod session;
mod settings;
mod smtp;
mod snooze;
mod store;
mod trouble;
mod trust;
mod walk;
