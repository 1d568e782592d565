//! Finds where a line ends. Every byte is looked at once.

use memchr::memchr;

use super::Error;

/// RFC 2449 §4 has 512; some servers' words, and some tokens' challenges, are longer.
const MAX_LINE: usize = 8 << 10;

/// Where the scan of the buffer's first line stands.
#[derive(Default)]
pub(super) struct Lines {
    scanned: usize,
}

impl Lines {
    /// The length of the line at the head of `buf`, its end included, once it is complete; `buf` is then expected
    /// without it. Until then `buf` must only grow.
    pub(super) fn next(&mut self, buf: &[u8]) -> Result<Option<usize>, Error> {
        let unseen = buf.get(self.scanned..).unwrap_or_default();
        let end = memchr(b'\n', unseen).map(|at| self.scanned + at + 1);
        if end.unwrap_or(buf.len()) > MAX_LINE {
            return Err(Error::Protocol("a line over the limit"));
        }
        self.scanned = if end.is_some() { 0 } else { buf.len() };
        Ok(end)
    }
}

/// A line without its end, which is CRLF; LF alone is taken, too.
pub(super) fn bare(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

    use super::*;

    fn lengths(bytes: &[u8], step: usize) -> Result<Vec<usize>, Error> {
        let (mut lines, mut start, mut found) = (Lines::default(), 0, vec![]);
        for end in (0..bytes.len()).step_by(step).chain([bytes.len()]) {
            while let Some(n) = lines.next(&bytes[start..end])? {
                found.push(n);
                start += n;
            }
        }
        Ok(found)
    }

    #[test]
    fn a_line_ends_where_it_ends_however_it_arrives() {
        for step in [1, 2, 3, 100] {
            assert_eq!(lengths(b"+OK\r\n\n\r\r\n.\r\nrest", step).unwrap(), [5, 1, 3, 3]);
            let longest = [vec![b'x'; MAX_LINE - 1], vec![b'\n']].concat();
            assert_eq!(lengths(&longest, step).unwrap(), [MAX_LINE]);
            for over in [vec![b'x'; MAX_LINE + 1], [vec![b'x'; MAX_LINE], vec![b'\n']].concat()] {
                assert!(matches!(lengths(&over, step), Err(Error::Protocol(_))));
            }
        }
        assert_eq!(
            (bare(b"a\r\n"), bare(b"a\n"), bare(b"a\r"), bare(b"\r\r\n")),
            (&b"a"[..], &b"a"[..], &b"a"[..], &b"\r"[..])
        );
    }
}
