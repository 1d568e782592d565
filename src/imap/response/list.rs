//! LIST, LSUB, STATUS (RFC 3501 §7.2) and QUOTA (RFC 9208 §4.2).

use std::borrow::Cow;

use crate::model::{Uid, UidValidity};

use super::{Cursor, Malformed, Value};

/// A row of LIST or LSUB.
#[derive(Debug)]
pub(in crate::imap) struct ListRow<'a> {
    attributes: Value<'a>,
    /// `None` in a flat namespace.
    pub(in crate::imap) delimiter: Option<char>,
    /// As on the wire: modified UTF-7.
    pub(in crate::imap) name: Cow<'a, [u8]>,
}

impl<'a> ListRow<'a> {
    pub(super) fn parse(mut cursor: Cursor<'a>) -> Result<ListRow<'a>, Malformed> {
        let attributes = cursor.value()?;
        let delimiter = cursor.value()?;
        cursor.skip_blanks();
        // Extended data (RFC 5258) may follow the name.
        let name = cursor.astring()?;
        let delimiter = match &delimiter {
            Value::String(string) => string.first().map(|byte| char::from(*byte)),
            _ => None,
        };
        Ok(ListRow { attributes, delimiter, name })
    }

    /// Whether `attribute`, with its backslash, was given.
    pub(in crate::imap) fn has(&self, attribute: &str) -> bool {
        let items = self.attributes.items().iter().filter_map(Value::bytes);
        items.into_iter().any(|item| item.eq_ignore_ascii_case(attribute.as_bytes()))
    }
}

/// A STATUS response.
#[derive(Debug)]
pub(in crate::imap) struct StatusRow<'a> {
    /// As on the wire: modified UTF-7.
    pub(in crate::imap) name: Cow<'a, [u8]>,
    pub(in crate::imap) messages: Option<u32>,
    pub(in crate::imap) unseen: Option<u32>,
    pub(in crate::imap) uid_next: Option<Uid>,
    pub(in crate::imap) uid_validity: Option<UidValidity>,
}

impl<'a> StatusRow<'a> {
    pub(super) fn parse(mut cursor: Cursor<'a>) -> Result<StatusRow<'a>, Malformed> {
        let name = cursor.astring()?;
        let items = cursor.value()?;
        let item = |wanted| named(items.items(), wanted).and_then(|n| u32::try_from(n).ok());
        Ok(StatusRow {
            name,
            messages: item("MESSAGES"),
            unseen: item("UNSEEN"),
            uid_next: item("UIDNEXT").and_then(Uid::new),
            uid_validity: item("UIDVALIDITY").and_then(UidValidity::new),
        })
    }
}

/// The STORAGE of a quota root, in units of 1024 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::imap) struct QuotaRow {
    pub(in crate::imap) storage: Option<(u64, u64)>,
}

impl QuotaRow {
    pub(super) fn parse(mut cursor: Cursor<'_>) -> Result<QuotaRow, Malformed> {
        let _root = cursor.astring()?;
        let resources = cursor.value()?;
        let storage = resources.items().chunks(3).find_map(|resource| match resource {
            [name, used, limit] if name.bytes()?.eq_ignore_ascii_case(b"STORAGE") => {
                Some((used.number()?, limit.number()?))
            }
            _ => None,
        });
        Ok(QuotaRow { storage })
    }
}

/// The number after the word `wanted`.
fn named(items: &[Value<'_>], wanted: &str) -> Option<u64> {
    items.chunks(2).find_map(|pair| match pair {
        [name, value] if name.bytes()?.eq_ignore_ascii_case(wanted.as_bytes()) => value.number(),
        _ => None,
    })
}
