//! Finds where a response ends: at a line end that no literal follows (RFC 3501 §4.3).

use std::io;

use memchr::memchr;

use crate::imap::error::Violation;

/// Largest sizes, in bytes, of what a server may send.
#[derive(Debug, Clone, Copy)]
pub(in crate::imap) struct Limits {
    pub(in crate::imap) line: usize,
    pub(in crate::imap) literal: usize,
    /// A whole response: its lines and literals together.
    pub(in crate::imap) frame: usize,
}

impl Limits {
    pub(in crate::imap) const BEFORE_LOGIN: Limits = Limits { line: 16 << 10, literal: 0, frame: 16 << 10 };
    /// A SEARCH that finds a million messages answers with a line of 7 MB.
    pub(in crate::imap) const SIGNED_IN: Limits =
        Limits { line: 32 << 20, literal: 64 << 20, frame: 80 << 20 };
}

/// Where the scan of the buffer's first response stands. Every byte is looked at once.
#[derive(Debug)]
pub(in crate::imap) struct Framer {
    limits: Limits,
    /// Bytes of the response that were scanned.
    scanned: usize,
    /// Where its current line began.
    line_start: usize,
    /// Where its current literal ends; at or before `scanned` when in none.
    literal_end: usize,
}

impl Framer {
    pub(in crate::imap) fn new(limits: Limits) -> Framer {
        Framer { limits, scanned: 0, line_start: 0, literal_end: 0 }
    }

    pub(in crate::imap) fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// The length of the response at the head of `buf`, once it is complete; `buf` is then expected
    /// without it. Until then `buf` must only grow.
    pub(in crate::imap) fn next(&mut self, buf: &[u8]) -> io::Result<Option<usize>> {
        loop {
            self.scanned = self.scanned.max(self.literal_end.min(buf.len()));
            if self.scanned < self.literal_end {
                return Ok(None);
            }
            let unseen = buf.get(self.scanned..).unwrap_or_default();
            let Some(at) = memchr(b'\n', unseen) else {
                self.scanned = buf.len();
                if self.scanned - self.line_start > self.limits.line {
                    return Err(Violation::io("a line over the limit"));
                }
                return Ok(None);
            };
            let end = self.scanned + at + 1;
            let line = buf.get(self.line_start..end).unwrap_or_default();
            if line.len() > self.limits.line || end > self.limits.frame {
                return Err(Violation::io("a line over the limit"));
            }
            let literal = announced_literal(line).filter(|_| self.line_start > 0 || !is_text(line));
            let Some(length) = literal else {
                *self = Framer::new(self.limits);
                return Ok(Some(end));
            };
            if length > self.limits.literal || end.saturating_add(length) > self.limits.frame {
                return Err(Violation::io("a literal over the limit"));
            }
            self.scanned = end;
            self.literal_end = end + length;
            self.line_start = self.literal_end;
        }
    }
}

/// The `n` of a line that ends in `{n}`, `{n+}` or `~{n}`. Numbers beyond `usize` are as large as can be.
fn announced_literal(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line).strip_suffix(b"}")?;
    let line = line.strip_suffix(b"+").unwrap_or(line);
    let n_digits = line.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (before, digits) = line.split_at_checked(line.len() - n_digits)?;
    if digits.is_empty() || !before.ends_with(b"{") {
        return None;
    }
    Some(std::str::from_utf8(digits).ok()?.parse().unwrap_or(usize::MAX))
}

/// Status responses and continuations end in free text, where `{5}` means nothing.
fn is_text(line: &[u8]) -> bool {
    if line.starts_with(b"+") {
        return true;
    }
    let mut words = line.split(|byte| *byte == b' ');
    let _tag = words.next();
    let condition = words.next().unwrap_or_default();
    [&b"OK"[..], b"NO", b"BAD", b"BYE", b"PREAUTH"].iter().any(|word| condition.eq_ignore_ascii_case(word))
}
