//! OK, NO, BAD, BYE and PREAUTH, with their response codes (RFC 3501 §7.1, RFC 5530).

use std::fmt;

use crate::{
    imap::uid_set,
    model::{Uid, UidValidity},
};

use super::{Cursor, number};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::imap) enum Condition {
    Ok,
    No,
    Bad,
    Bye,
    Preauth,
}

impl Condition {
    pub(super) fn parse(word: &[u8]) -> Option<Condition> {
        Some(match word.to_ascii_uppercase().as_slice() {
            b"OK" => Condition::Ok,
            b"NO" => Condition::No,
            b"BAD" => Condition::Bad,
            b"BYE" => Condition::Bye,
            b"PREAUTH" => Condition::Preauth,
            _ => return None,
        })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Condition::Ok => "OK",
            Condition::No => "NO",
            Condition::Bad => "BAD",
            Condition::Bye => "BYE",
            Condition::Preauth => "PREAUTH",
        })
    }
}

#[derive(Debug, Clone)]
pub(in crate::imap) struct Status<'a> {
    pub(in crate::imap) condition: Condition,
    pub(in crate::imap) code: Option<Code<'a>>,
    /// The server's words for people: one line, bounded, no control characters.
    pub(in crate::imap) text: String,
}

/// What a status response says to programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::imap) enum Code<'a> {
    AlreadyExists,
    /// RFC 4315.
    AppendUid(UidValidity, Uid),
    AuthenticationFailed,
    Capability(Vec<String>),
    /// The copies' UIDs, RFC 4315.
    CopyUid(UidValidity, Vec<Uid>),
    Limit,
    NonExistent,
    OverQuota,
    /// RFC 7889.
    TooBig,
    TryCreate,
    UidValidity(UidValidity),
    Unavailable,
    /// The name of any other code, as it came.
    Other(&'a [u8]),
}

/// UIDs that are read of one COPYUID: as many as one command of ours can name.
const MAX_COPIED: usize = 1_000_000;
/// Characters of the server's words that are kept.
const MAX_TEXT: usize = 500;

impl<'a> Status<'a> {
    /// Reads what stands after the condition.
    pub(super) fn parse(condition: Condition, mut cursor: Cursor<'a>) -> Status<'a> {
        let mut code = None;
        // Without a closing bracket it is text that happens to begin with one.
        if cursor.peek() == Some(b'[') && cursor.rest().contains(&b']') {
            let inner = cursor.until(|byte| byte == b']');
            code = Some(Code::parse(inner.strip_prefix(b"[").unwrap_or(inner)));
            cursor.until(|byte| byte != b']');
        }
        let text = String::from_utf8_lossy(cursor.rest());
        let text = text.trim().chars().filter(|c| !c.is_control()).take(MAX_TEXT).collect();
        Status { condition, code, text }
    }
}

impl<'a> Code<'a> {
    fn parse(inner: &'a [u8]) -> Code<'a> {
        let mut cursor = Cursor::new(inner);
        let name = cursor.word();
        let known = match name.to_ascii_uppercase().as_slice() {
            b"ALREADYEXISTS" => Some(Code::AlreadyExists),
            b"APPENDUID" => append_uid(cursor),
            b"AUTHENTICATIONFAILED" => Some(Code::AuthenticationFailed),
            b"CAPABILITY" => Some(Code::Capability(capabilities(cursor))),
            b"COPYUID" => copy_uid(cursor),
            b"LIMIT" => Some(Code::Limit),
            b"NONEXISTENT" => Some(Code::NonExistent),
            b"OVERQUOTA" => Some(Code::OverQuota),
            b"TOOBIG" => Some(Code::TooBig),
            b"TRYCREATE" => Some(Code::TryCreate),
            b"UIDVALIDITY" => uid_validity(&mut cursor).map(Code::UidValidity),
            b"UNAVAILABLE" => Some(Code::Unavailable),
            _ => None,
        };
        known.unwrap_or(Code::Other(name))
    }
}

/// Capability names, upper case.
pub(in crate::imap) fn capabilities(cursor: Cursor<'_>) -> Vec<String> {
    let text = String::from_utf8_lossy(cursor.rest());
    text.split_ascii_whitespace().map(str::to_ascii_uppercase).collect()
}

fn uid_validity(cursor: &mut Cursor<'_>) -> Option<UidValidity> {
    UidValidity::new(number(cursor.word())?)
}

fn append_uid<'a>(mut cursor: Cursor<'a>) -> Option<Code<'a>> {
    let validity = uid_validity(&mut cursor)?;
    Some(Code::AppendUid(validity, Uid::new(number(cursor.word())?)?))
}

fn copy_uid<'a>(mut cursor: Cursor<'a>) -> Option<Code<'a>> {
    let validity = uid_validity(&mut cursor)?;
    let _originals = cursor.word();
    Some(Code::CopyUid(validity, uid_set::parse(cursor.word(), MAX_COPIED)))
}
