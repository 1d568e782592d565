//! Bytes of mail to values and back. Knows no network and no HTML policy; never fails on a bad part.
//!
//! A message is never parsed whole: its structure comes from IMAP, and here come header blocks, single values
//! and still encoded parts. So no message can be nested or large enough to hurt.

mod authentication;
mod build;
mod charset;
mod copies;
mod date;
mod header;
mod html;
mod parameter;
mod reply;
mod text;
mod transfer;
mod uu;
mod words;

#[cfg(test)]
mod random_tests;

pub use build::{BuildError, Copy, build, origin};
pub use copies::copy_of;
pub use date::date;
pub use header::{MAX_HEADER, addresses, headers, message_ids};
pub use html::html_to_text;
pub use parameter::{Parameter, parameter};
pub use reply::{Audience, Reply, forward, reply};
pub use text::{text, unflow};
pub use transfer::Decoder;
pub use uu::uu_attachments;
pub use words::decode_words;
