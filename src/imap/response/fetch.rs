//! FETCH (RFC 3501 §7.4.2).

use std::borrow::Cow;

use jiff::Timestamp;

use crate::model::{Flag, Flags, Keyword, Uid};

use super::{Cursor, Envelope, Malformed, Value};

/// What one FETCH response tells of a message. Attributes that cannot be read are as if not sent.
#[derive(Debug, Default)]
pub(in crate::imap) struct Fetch<'a> {
    pub(in crate::imap) sequence: u32,
    pub(in crate::imap) uid: Option<Uid>,
    pub(in crate::imap) flags: Option<Flags>,
    pub(in crate::imap) internal_date: Option<Timestamp>,
    pub(in crate::imap) size: Option<u64>,
    pub(in crate::imap) envelope: Option<Envelope<'a>>,
    pub(in crate::imap) structure: Option<Value<'a>>,
    pub(in crate::imap) preview: Option<String>,
    /// What stands between the brackets of each `BODY[…]`, in upper case, and its content.
    pub(in crate::imap) bodies: Vec<(Vec<u8>, Cow<'a, [u8]>)>,
}

impl<'a> Fetch<'a> {
    pub(super) fn parse(sequence: u32, mut cursor: Cursor<'a>) -> Result<Fetch<'a>, Malformed> {
        let mut fetch = Fetch { sequence, ..Fetch::default() };
        cursor.take(b'(').ok_or(Malformed)?;
        loop {
            cursor.skip_blanks();
            if cursor.take(b')').is_some() {
                return Ok(fetch);
            }
            let name = cursor.attribute().to_ascii_uppercase();
            match cursor.value() {
                Ok(value) if !name.is_empty() => fetch.set(&name, value),
                // The rest of the row is lost; what came before may still be a row.
                _ if fetch.uid.is_some() => return Ok(fetch),
                _ => return Err(Malformed),
            }
        }
    }

    fn set(&mut self, name: &[u8], value: Value<'a>) {
        match name {
            b"UID" => self.uid = value.number().and_then(|n| Uid::new(u32::try_from(n).ok()?)),
            b"FLAGS" => self.flags = Some(flags(value.items())),
            b"INTERNALDATE" => self.internal_date = value.bytes().and_then(internal_date),
            b"RFC822.SIZE" => self.size = value.number(),
            b"ENVELOPE" => self.envelope = Envelope::new(value),
            b"BODYSTRUCTURE" => self.structure = Some(value),
            b"PREVIEW" => self.preview = preview(&value),
            _ => {
                let Some(section) = name.strip_prefix(b"BODY[") else { return };
                let section = section.split(|byte| *byte == b']').next().unwrap_or_default().to_vec();
                let content = match value {
                    Value::String(content) => content,
                    Value::Atom(content) => Cow::Borrowed(content),
                    _ => Cow::Borrowed(&[][..]),
                };
                self.bodies.push((section, content));
            }
        }
    }

    /// The content of the one `BODY[…]` that was asked for.
    pub(in crate::imap) fn body(&self) -> Option<&[u8]> {
        self.bodies.last().map(|(_, content)| content.as_ref())
    }
}

fn flags(items: &[Value<'_>]) -> Flags {
    items.iter().filter_map(|item| flag(item.bytes()?)).collect()
}

/// `None` for `\Recent` and other flags that are not ours to set.
fn flag(name: &[u8]) -> Option<Flag> {
    Some(match name.to_ascii_lowercase().as_slice() {
        b"\\seen" => Flag::Seen,
        b"\\answered" => Flag::Answered,
        b"\\flagged" => Flag::Flagged,
        b"\\deleted" => Flag::Deleted,
        b"\\draft" => Flag::Draft,
        keyword => Flag::Keyword(Keyword::new(std::str::from_utf8(keyword).ok()?)?),
    })
}

/// `" 1-Feb-2026 08:15:00 +0100"` (RFC 3501 §9, `date-time`).
fn internal_date(text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?.trim();
    Timestamp::strptime("%d-%b-%Y %H:%M:%S %z", text).ok()
}

/// RFC 8970, or the `(FUZZY "…")` of its drafts; one line, no control characters.
fn preview(value: &Value<'_>) -> Option<String> {
    let text = match value {
        Value::List(items) => items.last()?.bytes()?,
        value => value.bytes()?,
    };
    let text = String::from_utf8_lossy(text);
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then(|| words.join(" "))
}
