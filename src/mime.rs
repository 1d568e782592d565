//! Bytes of mail to values and back. Knows no network and no HTML policy; never fails on a bad part.

mod charset;
mod date;
mod header;
mod parameter;
mod text;
mod transfer;
mod uu;
mod words;

pub use date::date;
pub use header::{addresses, headers, message_ids};
pub use parameter::parameter;
pub use text::{text, unflow};
pub use transfer::Decoder;
pub use uu::uu_attachments;
pub use words::decode_words;

use crate::model::{Address, Draft, Headers, Message};

#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("could not build the message")]
    Write(#[source] std::io::Error),
}

/// Which copy of a message is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copy {
    /// For the recipients: no Bcc.
    Submitted,
    /// For Sent: Bcc kept.
    Sent,
    /// For Drafts: Bcc kept, and what is needed to resume.
    Draft,
}

/// What the draft with these headers answers or forwards, as [`build`] wrote it into [`Copy::Draft`].
pub fn origin(headers: &crate::model::Headers) -> Option<crate::model::Origin> {
    let _ = headers;
    todo!()
}

/// A complete RFC 5322 message with CRLF line ends. No value can add a header or end one early.
pub fn build(draft: &Draft, copy: Copy, now: jiff::ZonedDateTime) -> Result<Vec<u8>, BuildError> {
    let _ = (draft, copy, now);
    todo!()
}

/// Who a reply goes to, its subject, threading headers and quotation.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub to: Vec<Address>,
    pub cc: Vec<Address>,
    pub subject: String,
    pub text: String,
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    Sender,
    All,
}

/// `text` is the message's readable text. `own` are the addresses of the one who replies.
pub fn reply(message: &Message, text: &str, audience: Audience, own: &[Address]) -> Reply {
    let _ = (message, text, audience, own);
    todo!()
}

/// A forward with the original quoted below its headers.
pub fn forward(message: &Message, text: &str) -> Reply {
    let _ = (message, text);
    todo!()
}

/// Readable text of an HTML body, for quoting and for text view.
pub fn html_to_text(html: &str) -> String {
    let _ = html;
    todo!()
}
