//! The rows of UIDL and LIST, and the answer to STAT.

/// What is in a mailbox (RFC 1939 §5, STAT).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    pub n_messages: u32,
    pub n_bytes: u64,
}

/// `2 320`, and whatever a server adds.
pub(super) fn stat(words: &str) -> Option<Stat> {
    let (n_messages, rest) = numbered(words.as_bytes())?;
    Some(Stat { n_messages, n_bytes: number(rest)? })
}

/// A row of LIST: message number, bytes; RFC 1939 lets servers add words.
pub(super) fn size(row: &[u8]) -> Option<(u32, u64)> {
    let (message, rest) = numbered(row)?;
    (message > 0).then_some((message, number(rest)?))
}

/// A row of UIDL: message number, identifier. The identifier is opaque; bytes beyond ASCII, which RFC 1939 §7 does not
/// allow, become the Latin-1 characters of the same numbers, so that different ones stay different.
pub(super) fn uid(row: &[u8]) -> Option<(u32, String)> {
    let (message, rest) = numbered(row)?;
    let is_row = message > 0 && !rest.is_empty();
    is_row.then(|| (message, rest.iter().map(|byte| char::from(*byte)).collect()))
}

/// A number, and what stands behind it.
fn numbered(row: &[u8]) -> Option<(u32, &[u8])> {
    let row = row.trim_ascii();
    let at = row.iter().position(u8::is_ascii_whitespace)?;
    let (first, rest) = row.split_at_checked(at)?;
    Some((number(first)?, rest.trim_ascii_start()))
}

/// The first word, where it is a number.
fn number<N: std::str::FromStr>(text: &[u8]) -> Option<N> {
    let word = text.split(u8::is_ascii_whitespace).next()?;
    std::str::from_utf8(word).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_a_number_and_what_it_stands_for() {
        assert_eq!(uid(b"1 whqtswO00WBw418f9t5JxYwZ"), Some((1, "whqtswO00WBw418f9t5JxYwZ".into())));
        assert_eq!(uid(b"4294967295  a b \r"), Some((u32::MAX, "a b".into())));
        assert_eq!(uid(b"7 \xff\\"), Some((7, "\u{ff}\\".into())));
        assert_eq!(size(b"3 120"), Some((3, 120)));
        assert_eq!(size(b"3\t4294967296 seen"), Some((3, 1 << 32)));
        for bad in ["", "1", "1 ", "x y", "-1 a", "0 a", "4294967296 a", " "] {
            assert_eq!(uid(bad.as_bytes()), None, "{bad:?}");
        }
        for bad in ["", "1", "1 x", "1 -5", "1 99999999999999999999", "x 1"] {
            assert_eq!(size(bad.as_bytes()), None, "{bad:?}");
        }
    }

    #[test]
    fn an_empty_mailbox_is_counted() {
        assert_eq!(stat("2 320"), Some(Stat { n_messages: 2, n_bytes: 320 }));
        assert_eq!(stat("0 0"), Some(Stat { n_messages: 0, n_bytes: 0 }));
        assert_eq!(stat("maildrop has 2 messages"), None);
    }
}
