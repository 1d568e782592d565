//! What the server says, read tolerantly: what is not known is skipped, never an error.
//!
//! Values borrow from the frame they were read from. Nothing here recurses over what the server
//! sent, and nothing is larger than a small multiple of it.

mod cursor;
mod envelope;
mod fetch;
mod list;
mod search;
mod status;

pub(super) use cursor::{Cursor, Value};
pub(super) use envelope::Envelope;
pub(super) use fetch::Fetch;
pub(super) use list::{ListRow, QuotaRow, StatusRow};
pub(super) use search::Esearch;
pub(super) use status::{Code, Condition, Status, capabilities};

/// One response.
#[derive(Debug)]
pub(super) enum Response<'a> {
    /// The outcome of the command with this tag.
    Tagged {
        tag: &'a [u8],
        status: Status<'a>,
    },
    /// The server waits for more of a command; the text, or a SASL challenge.
    Continue(&'a [u8]),
    Status(Status<'a>),
    Capability(Vec<String>),
    Exists(u32),
    Expunge,
    Fetch(Fetch<'a>),
    /// LIST and LSUB.
    List(ListRow<'a>),
    MailboxStatus(StatusRow<'a>),
    /// SEARCH and SORT: numbers in the order they came.
    Found(Vec<u32>),
    Esearch(Esearch),
    Quota(QuotaRow),
    /// Anything that we have no use for.
    Other,
}

/// A response that breaks the grammar; framing is not affected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a malformed response")]
pub(super) struct Malformed;

impl<'a> Response<'a> {
    /// `frame` is one complete response, line end included.
    pub(super) fn parse(frame: &'a [u8]) -> Result<Response<'a>, Malformed> {
        let line = frame.strip_suffix(b"\n").unwrap_or(frame);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(text) = line.strip_prefix(b"+") {
            return Ok(Response::Continue(text.trim_ascii()));
        }
        let mut cursor = Cursor::new(line);
        let tag = cursor.word();
        if tag != b"*" {
            let word = cursor.word();
            let condition = Condition::parse(word).ok_or(Malformed)?;
            return Ok(Response::Tagged { tag, status: Status::parse(condition, cursor) });
        }
        let word = cursor.word();
        match number(word) {
            Some(n) => numbered(n, cursor),
            None => named(word, cursor),
        }
    }
}

/// `* 12 EXISTS` and its kin.
fn numbered(n: u32, mut cursor: Cursor<'_>) -> Result<Response<'_>, Malformed> {
    let word = cursor.word();
    Ok(if word.eq_ignore_ascii_case(b"EXISTS") {
        Response::Exists(n)
    } else if word.eq_ignore_ascii_case(b"EXPUNGE") {
        Response::Expunge
    } else if word.eq_ignore_ascii_case(b"FETCH") {
        Response::Fetch(Fetch::parse(n, cursor)?)
    } else {
        Response::Other
    })
}

fn named<'a>(word: &'a [u8], cursor: Cursor<'a>) -> Result<Response<'a>, Malformed> {
    if let Some(condition) = Condition::parse(word) {
        return Ok(Response::Status(Status::parse(condition, cursor)));
    }
    Ok(match word.to_ascii_uppercase().as_slice() {
        b"CAPABILITY" => Response::Capability(capabilities(cursor)),
        b"LIST" | b"LSUB" => Response::List(ListRow::parse(cursor)?),
        b"STATUS" => Response::MailboxStatus(StatusRow::parse(cursor)?),
        b"SEARCH" | b"SORT" => Response::Found(search::numbers(cursor)),
        b"ESEARCH" => Response::Esearch(Esearch::parse(cursor)?),
        b"QUOTA" => Response::Quota(QuotaRow::parse(cursor)?),
        _ => Response::Other,
    })
}

/// Digits only, and no more than 32 bits of them.
fn number(digits: &[u8]) -> Option<u32> {
    u32::try_from(number64(digits)?).ok()
}

fn number64(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests;
