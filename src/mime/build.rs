//! Messages from drafts. Whatever the values hold, the headers are those listed here and no more.

mod origin;

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::ZonedDateTime;
use mail_builder::{
    MessageBuilder,
    headers::{address::Address as BuiltAddress, content_type::ContentType, raw::Raw, text::Text},
    mime::{BodyPart, MimePart},
};

pub use origin::origin;

pub(super) use origin::HEADER as ORIGIN_HEADER;

use super::words::one_line;
use crate::model::{Address, AddressList, Attachment, Draft, wire_form};

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

/// A complete RFC 5322 message with CRLF line ends. No value can add a header or end one early.
#[expect(clippy::needless_pass_by_value, reason = "a moment is a value, whatever it weighs")]
pub fn build(draft: &Draft, copy: Copy, now: ZonedDateTime) -> Result<Vec<u8>, BuildError> {
    let mut message = MessageBuilder::new().header("Date", Raw::new(date(&now))).from(address(&draft.from));
    for (name, list) in [("Reply-To", &draft.reply_to), ("To", &draft.to), ("Cc", &draft.cc)] {
        if !list.0.is_empty() {
            message = message.header(name, addresses(list));
        }
    }
    if copy != Copy::Submitted && !draft.bcc.0.is_empty() {
        message = message.header("Bcc", addresses(&draft.bcc));
    }
    if copy == Copy::Submitted && draft.to.0.is_empty() && draft.cc.0.is_empty() {
        message = message.header("To", Raw::new("undisclosed-recipients:;"));
    }
    message = message
        .header("Subject", Text::new(one_line(&draft.subject)))
        .message_id(draft.message_id.as_str())
        .header("MIME-Version", Raw::new("1.0"));
    let in_reply_to: Vec<&str> = ids(draft.in_reply_to.as_slice()).collect();
    if !in_reply_to.is_empty() {
        message = message.in_reply_to(in_reply_to);
    }
    let references: Vec<&str> = ids(&draft.references).collect();
    if !references.is_empty() {
        message = message.references(references);
    }
    if let Some(origin) = draft.origin.as_ref().filter(|_| copy == Copy::Draft) {
        message = message.header(origin::HEADER, Raw::new(origin::value(origin)));
    }
    let mut bytes = message.body(body(draft)).write_to_vec().map_err(BuildError::Write)?;
    if !bytes.ends_with(b"\r\n") {
        bytes.extend_from_slice(b"\r\n");
    }
    Ok(bytes)
}

/// RFC 5322 §3.3.
pub(super) fn date(at: &ZonedDateTime) -> String {
    at.strftime("%a, %-d %b %Y %H:%M:%S %z").to_string()
}

fn addresses(list: &AddressList) -> BuiltAddress<'_> {
    BuiltAddress::new_list(list.0.iter().map(address).collect())
}

fn address(address: &Address) -> BuiltAddress<'_> {
    let name = address.name.as_deref().map(one_line).filter(|name| !name.is_empty());
    // Addresses come checked; a From may be made of a login name.
    let email = one_line(&wire_form(&address.email)).replace(['<', '>', ' '], "");
    BuiltAddress::new_address(name, email)
}

/// Message-IDs come from the mail of others: only what can stand between brackets.
fn ids(ids: &[String]) -> impl Iterator<Item = &str> {
    let is_id = |id: &&str| {
        (1..900).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>'))
    };
    ids.iter().map(String::as_str).filter(is_id)
}

fn body(draft: &Draft) -> MimePart<'_> {
    let text = MimePart::new("text/plain", BodyPart::Text(crlf(&draft.text).into()));
    if draft.attachments.is_empty() {
        return text;
    }
    let parts = std::iter::once(text).chain(draft.attachments.iter().map(attachment)).collect();
    MimePart::new("multipart/mixed", BodyPart::Multipart(parts))
}

/// Every line end CRLF, and no NUL: the only text that SMTP carries unharmed (RFC 5321 §2.3.8).
fn crlf(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 32);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\n' => out.push_str("\r\n"),
            '\0' => {}
            c => out.push(c),
        }
    }
    out
}

fn attachment(attachment: &Attachment) -> MimePart<'_> {
    let name = filename(&attachment.filename);
    let media_type = media_type(&attachment.media_type);
    if media_type == "message/rfc822"
        && let Some((message, encoding)) = whole_message(&attachment.bytes)
    {
        return MimePart::new(ContentType::new(media_type), BodyPart::Binary(message.into()))
            .attachment(name)
            .transfer_encoding(encoding);
    }
    // Other encodings than these are not allowed for the composite types (RFC 2046 §5.2.1).
    let is_composite = media_type.starts_with("message/") || media_type.starts_with("multipart/");
    let content_type = if is_composite {
        ContentType::new("application/octet-stream")
    } else if media_type.starts_with("text/") && std::str::from_utf8(&attachment.bytes).is_ok() {
        ContentType::new(media_type).attribute("charset", "utf-8")
    } else {
        ContentType::new(media_type)
    };
    MimePart::new(content_type, BodyPart::Binary(base64_lines(&attachment.bytes).into()))
        .attachment(name)
        .transfer_encoding("base64")
}

/// One line, without a path.
fn filename(name: &str) -> String {
    let name = one_line(name).replace(['/', '\\'], "_");
    if name.is_empty() { "attachment".to_owned() } else { name }
}

/// The bare type in lower case; `application/octet-stream` where it is none.
fn media_type(typed: &str) -> Cow<'static, str> {
    let bare = typed.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_token = |s: &str| {
        (1..=127).contains(&s.len())
            && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    match bare.split_once('/') {
        Some((main, sub)) if is_token(main) && is_token(sub) => Cow::Owned(bare),
        _ => Cow::Borrowed("application/octet-stream"),
    }
}

/// A message as it may stand inside another, and its encoding; `None` where it cannot: a line too long, a NUL.
fn whole_message(bytes: &[u8]) -> Option<(Vec<u8>, &'static str)> {
    /// Octets of a line without its end (RFC 5322 §2.1.1).
    const MAX_LINE: usize = 998;
    let mut message = Vec::with_capacity(bytes.len() + bytes.len() / 32);
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > MAX_LINE || line.iter().any(|b| matches!(b, b'\0' | b'\r')) {
            return None;
        }
        message.extend_from_slice(line);
        message.extend_from_slice(b"\r\n");
    }
    let encoding = if message.is_ascii() { "7bit" } else { "8bit" };
    Some((message, encoding))
}

/// Base64 in lines of 76 (RFC 2045 §6.8).
fn base64_lines(bytes: &[u8]) -> Vec<u8> {
    let mut lines = String::with_capacity(bytes.len() / 57 * 78 + 78);
    for (at, line) in bytes.chunks(57).enumerate() {
        if at > 0 {
            lines.push_str("\r\n");
        }
        STANDARD.encode_string(line, &mut lines);
    }
    lines.into_bytes()
}

#[cfg(test)]
mod tests;
