//! The text of a message out of a multi-line answer (RFC 1939 §3): dots unstuffed, line ends made CRLF, and what no IMAP
//! literal can hold replaced. Works on pieces; the result does not depend on how they were cut.

use memchr::memchr3;

/// One message on its way. What comes out is canonical: no CR and no LF stands alone, there is no NUL, and the last line
/// has its end.
pub(super) struct Body {
    at: At,
    /// What the last piece became.
    text: Vec<u8>,
}

/// What was read last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// CRLF, or nothing yet.
    LineStart,
    /// The dot that begins a line: it is dropped, or it is the end.
    Dot,
    /// That dot and a CR.
    DotCr,
    Middle,
    /// One CR or more, not written yet.
    Cr,
    /// CRLF, dot, CRLF.
    Over,
}

impl Body {
    pub(super) fn new() -> Body {
        Body { at: At::LineStart, text: Vec::new() }
    }

    /// What the bytes given to the last [`Body::take`] became.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    pub(super) fn is_over(&self) -> bool {
        self.at == At::Over
    }

    /// Reads `bytes`, up to the end of the message; the number of bytes that belonged to it.
    pub(super) fn take(&mut self, bytes: &[u8]) -> usize {
        self.text.clear();
        let mut rest = bytes;
        while let (Some((&byte, after)), false) = (rest.split_first(), self.is_over()) {
            match (self.at, byte) {
                // Only CRLF begins a line: a server stuffs no dot after a LF that stands alone, so one there is text, and
                // a sender cannot end the message in its middle.
                (At::LineStart, b'.') => self.at = At::Dot,
                (At::Dot, b'\r') => self.at = At::DotCr,
                (At::DotCr, b'\n') => self.at = At::Over,
                (At::Cr, b'\n') => {
                    self.text.extend_from_slice(b"\r\n");
                    self.at = At::LineStart;
                }
                (At::Middle | At::Cr, b'\r') => self.at = At::Cr,
                (At::LineStart | At::Dot, _) => {
                    self.at = At::Middle;
                    continue;
                }
                (At::DotCr, _) => {
                    self.at = At::Cr;
                    continue;
                }
                // A CR that stands alone is neither a line end nor allowed. As one it could end the header early, so it
                // becomes what Postfix makes of it (stray CR, `cleanup_replace_stray_cr_lf`).
                (At::Cr, _) => {
                    self.text.push(b' ');
                    self.at = At::Middle;
                    continue;
                }
                (At::Middle, b'\n') => self.text.extend_from_slice(b"\r\n"),
                // RFC 3501 §9: a literal holds no NUL. Dovecot puts this byte in its place, too.
                (At::Middle, b'\0') => self.text.push(0x80),
                (At::Middle, _) => {
                    let n = memchr3(b'\r', b'\n', b'\0', rest).unwrap_or(rest.len());
                    let (plain, after) = rest.split_at_checked(n).unwrap_or((rest, &[]));
                    self.text.extend_from_slice(plain);
                    rest = after;
                    continue;
                }
                (At::Over, _) => break,
            }
            rest = after;
        }
        bytes.len() - rest.len()
    }
}

#[cfg(test)]
mod tests;
