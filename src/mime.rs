//! Bytes of mail to values and back. Knows no network and no HTML policy; never fails on a bad part.

use std::borrow::Cow;

use crate::model::{Address, AddressList, Draft, Encoding, Headers, Message, Part};

/// Headers from a raw header block. Charsets, RFC 2047, RFC 2231, raw 8-bit: all decoded.
pub fn headers(raw: &[u8]) -> Headers {
    let _ = raw;
    todo!()
}

/// An unstructured header value (a subject, an ENVELOPE string): RFC 2047 and raw 8-bit decoded,
/// unfolded, runs of blanks collapsed, control characters removed.
pub fn decode_words(raw: &[u8]) -> String {
    let _ = raw;
    todo!()
}

/// A Content-Type or Content-Disposition parameter that may be split, encoded or raw (RFC 2231, RFC 2047
/// in quotes, 8-bit): `params` are name and value as on the wire, `wanted` is `filename` or `name`.
pub fn parameter(params: &[(Cow<'_, [u8]>, Cow<'_, [u8]>)], wanted: &str) -> Option<String> {
    let _ = (params, wanted);
    todo!()
}

/// A date header value, with the sender's zone (RFC 5322 §3.3 and its obsolete and broken kin).
pub fn date(raw: &[u8]) -> Option<jiff::ZonedDateTime> {
    let _ = raw;
    todo!()
}

/// Undoes a transfer encoding piece by piece.
pub struct Decoder {}

impl Decoder {
    pub fn new(encoding: Encoding) -> Decoder {
        let _ = encoding;
        todo!()
    }

    /// Decoded bytes of this piece; what cannot be decided yet is kept for the next.
    pub fn push(&mut self, encoded: &[u8]) -> Vec<u8> {
        let _ = encoded;
        todo!()
    }

    /// The rest; `clean` is false when something had to be skipped or guessed.
    pub fn finish(self) -> (Vec<u8>, bool) {
        todo!()
    }
}

/// A body part's text: transfer encoding undone, charset decoded (declared, aliased, or guessed), line
/// ends `\n`. The second value is false when something had to be guessed.
pub fn text(part: &Part, encoded: &[u8]) -> (String, bool) {
    let _ = (part, encoded);
    todo!()
}

/// Joins the soft line breaks of `format=flowed` (RFC 3676); quote marks stay.
pub fn unflow(text: &str, del_sp: bool) -> String {
    let _ = (text, del_sp);
    todo!()
}

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
pub fn origin(headers: &Headers) -> Option<crate::model::Origin> {
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

#[expect(dead_code, reason = "stub")]
fn unused(_: AddressList) {}
