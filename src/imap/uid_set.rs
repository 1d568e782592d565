//! Sets of UIDs as the wire writes them: `1:5,9` (RFC 3501 §9, `sequence-set`).

use std::fmt;

use crate::model::Uid;

/// UIDs from `first` to `last`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UidRange {
    pub(super) first: u32,
    pub(super) last: u32,
}

impl fmt::Display for UidRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { self.first.fmt(f) } else { write!(f, "{}:{}", self.first, self.last) }
    }
}

/// Ranges of one command: a few hundred numbers of at most ten digits keep a line under 8000 bytes.
const MAX_RANGES: usize = 350;

/// Writes ascending UIDs as ranges, cut into sets that each fit one command.
pub(super) fn chunks(uids: &[Uid]) -> Vec<Vec<UidRange>> {
    let mut ranges: Vec<UidRange> = vec![];
    for uid in uids.iter().map(|uid| uid.get()) {
        match ranges.last_mut() {
            Some(range) if range.last.checked_add(1) == Some(uid) => range.last = uid,
            _ => ranges.push(UidRange { first: uid, last: uid }),
        }
    }
    ranges.chunks(MAX_RANGES).map(<[UidRange]>::to_vec).collect()
}

/// Reads a set, in its own order: `9,3:1` is 9, 3, 2, 1. Stops at `limit` numbers and at anything
/// that is no number, for a few bytes can announce four thousand million.
pub(super) fn parse(set: &[u8], limit: usize) -> Vec<Uid> {
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<u32>().ok();
    let mut uids = vec![];
    for range in set.split(|byte| *byte == b',') {
        let mut ends = range.splitn(2, |byte| *byte == b':').map(number);
        let Some(Some(first)) = ends.next() else { return uids };
        let last = match ends.next() {
            None => first,
            Some(Some(last)) => last,
            Some(None) => return uids,
        };
        let room = limit.saturating_sub(uids.len());
        if first <= last {
            uids.extend((first..=last).take(room).filter_map(Uid::new));
        } else {
            uids.extend((last..=first).rev().take(room).filter_map(Uid::new));
        }
    }
    uids
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    fn uids(numbers: &[u32]) -> Vec<Uid> {
        numbers.iter().map(|n| Uid::new(*n).unwrap()).collect()
    }

    #[test]
    fn runs_become_ranges() {
        let chunks = chunks(&uids(&[1, 2, 3, 7, 9, 10, u32::MAX]));
        let text: Vec<String> = chunks.iter().flatten().map(ToString::to_string).collect();
        assert_eq!(text.join(","), "1:3,7,9:10,4294967295");
    }

    #[test]
    fn no_chunk_makes_a_command_longer_than_8000_bytes() {
        let scattered: Vec<Uid> = (0..100_000).map(|i| Uid::new(4_000_000_000 + i * 2).unwrap()).collect();
        for chunk in chunks(&scattered) {
            assert!(chunk.iter().map(|range| range.to_string().len() + 1).sum::<usize>() < 8000);
        }
        let pairs: Vec<Uid> = (0..100_000)
            .flat_map(|i| [i * 3, i * 3 + 1])
            .map(|i| Uid::new(4_000_000_000 + i).unwrap())
            .collect();
        for chunk in chunks(&pairs) {
            assert!(chunk.iter().map(|range| range.to_string().len() + 1).sum::<usize>() < 8000);
        }
    }

    #[test]
    fn a_set_is_read_in_its_own_order_and_bounded() {
        assert_eq!(parse(b"9,3:1,5:6", 100), uids(&[9, 3, 2, 1, 5, 6]));
        assert_eq!(parse(b"1:4294967295", 3), uids(&[1, 2, 3]));
        assert_eq!(parse(b"4294967295:1", 2), uids(&[4294967295, 4294967294]));
        for bad in [&b""[..], b"NIL", b"*", b"1:*", b"x", b"99999999999"] {
            assert_eq!(parse(bad, 10), [], "{bad:?}");
        }
    }
}
