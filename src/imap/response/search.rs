//! SEARCH, SORT (RFC 3501, RFC 5256) and ESEARCH (RFC 4731, RFC 5267).

use crate::{imap::uid_set, model::Uid};

use super::{Cursor, Malformed, Value, number};

/// Numbers up to the first thing that is none, which is `(MODSEQ …)` with CONDSTORE.
pub(super) fn numbers(cursor: Cursor<'_>) -> Vec<u32> {
    let words = cursor.rest().split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    words.map_while(number).collect()
}

/// The items of an ESEARCH that we ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::imap) struct Esearch {
    pub(in crate::imap) count: Option<u32>,
    /// In the order of the sort.
    pub(in crate::imap) partial: Option<Vec<Uid>>,
}

/// No page is larger.
const MAX_PARTIAL: usize = 10_000;

impl Esearch {
    pub(super) fn parse(mut cursor: Cursor<'_>) -> Result<Esearch, Malformed> {
        let mut found = Esearch::default();
        cursor.skip_blanks();
        if cursor.peek() == Some(b'(') {
            let _correlator = cursor.value()?;
        }
        loop {
            cursor.skip_blanks();
            let name = cursor.word().to_ascii_uppercase();
            match name.as_slice() {
                b"" => return Ok(found),
                b"UID" => {}
                b"COUNT" => found.count = number(cursor.word()),
                b"PARTIAL" => found.partial = Some(partial(&cursor.value()?)),
                _ => {
                    cursor.value()?;
                }
            }
        }
    }
}

/// `(1:50 9,7)`, or `(1:50 NIL)` beyond the end.
fn partial(value: &Value<'_>) -> Vec<Uid> {
    let set = value.items().get(1).and_then(Value::bytes).unwrap_or_default();
    uid_set::parse(set, MAX_PARTIAL)
}
