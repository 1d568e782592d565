//! Transfer encodings undone piece by piece (RFC 2045 §6), with flat memory. Nothing is refused: what is no
//! code is skipped or kept, and told.

use super::uu;
use crate::model::Encoding;

/// Blanks held back at the end of a line; a longer run is not waited for.
const MAX_HELD: usize = 1000;

/// Undoes a transfer encoding piece by piece.
#[derive(Debug)]
pub struct Decoder {
    state: State,
    clean: bool,
}

#[derive(Debug)]
enum State {
    Identity,
    /// Bytes that may turn out an escape, a soft break, or blanks at the end of a line.
    QuotedPrintable(Vec<u8>),
    /// Up to three digits of an unfinished quantum.
    Base64 {
        quantum: u32,
        digits: u8,
    },
    Uu(uu::Lines),
}

impl Decoder {
    pub fn new(encoding: Encoding) -> Decoder {
        let state = match encoding {
            Encoding::Identity => State::Identity,
            Encoding::QuotedPrintable => State::QuotedPrintable(Vec::new()),
            Encoding::Base64 => State::Base64 { quantum: 0, digits: 0 },
            Encoding::UuEncode => State::Uu(uu::Lines::default()),
        };
        Decoder { state, clean: true }
    }

    /// Decoded bytes of this piece; what cannot be decided yet is kept for the next.
    pub fn push(&mut self, encoded: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(encoded.len());
        match &mut self.state {
            State::Identity => out.extend_from_slice(encoded),
            State::QuotedPrintable(held) => self.clean &= quoted_printable(held, encoded, &mut out),
            State::Base64 { quantum, digits } => self.clean &= base64(quantum, digits, encoded, &mut out),
            State::Uu(lines) => lines.push(encoded, &mut out),
        }
        out
    }

    /// The rest; `clean` is false when something had to be skipped or guessed.
    pub fn finish(self) -> (Vec<u8>, bool) {
        match self.state {
            State::Identity => (Vec::new(), self.clean),
            // A lone `=` at the very end is a soft break that lost its line end.
            State::QuotedPrintable(held) => match held.as_slice() {
                [b'=', rest @ ..] if rest.iter().all(u8::is_ascii_whitespace) => (Vec::new(), self.clean),
                [b'=', ..] => (held, false),
                _ => (Vec::new(), self.clean),
            },
            State::Base64 { quantum, digits } => {
                let mut out = Vec::new();
                let whole = end_quantum(quantum, digits, &mut out);
                (out, self.clean && whole)
            }
            State::Uu(lines) => {
                let mut out = Vec::new();
                let whole = lines.finish(&mut out);
                (out, self.clean && whole)
            }
        }
    }
}

/// Returns false when an escape was none, and was kept as text.
fn quoted_printable(held: &mut Vec<u8>, encoded: &[u8], out: &mut Vec<u8>) -> bool {
    let mut clean = true;
    let mut rest = encoded;
    while !rest.is_empty() {
        if held.is_empty() {
            // The common case: text up to the next byte that may mean something.
            let plain = memchr::memchr3(b'=', b' ', b'\t', rest).unwrap_or(rest.len());
            let (text, special) = rest.split_at_checked(plain).unwrap_or((rest, &[]));
            out.extend_from_slice(text);
            rest = special;
        }
        let Some((&byte, after)) = rest.split_first() else { break };
        match (held.as_slice(), byte) {
            ([], _) => held.push(byte),
            ([b'='], b) if b.is_ascii_hexdigit() => held.push(b),
            ([b'=', high], b) if high.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
                out.push(hex(*high) << 4 | hex(b));
                held.clear();
            }
            ([b'=', blanks @ ..], b' ' | b'\t' | b'\r') if is_blank(blanks) && held.len() < MAX_HELD => {
                held.push(byte);
            }
            // A soft line break; blanks before it are a transport's doing (RFC 2045 §6.7, rule 3).
            ([b'=', blanks @ ..], b'\n') if is_blank(blanks) => held.clear(),
            ([b'=', ..], _) => {
                clean = false;
                out.append(held);
                continue;
            }
            (_, b' ' | b'\t') if held.len() < MAX_HELD => held.push(byte),
            (_, b'\r' | b'\n') => {
                held.clear();
                out.push(byte);
            }
            _ => {
                out.append(held);
                continue;
            }
        }
        rest = after;
    }
    clean
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| matches!(b, b' ' | b'\t' | b'\r'))
}

/// The value of a hexadecimal digit; 0 for anything else.
pub(super) fn hex(digit: u8) -> u8 {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).unwrap_or(0)
}

/// Returns false when a byte was neither a digit nor a blank. Padding ends a run; another may follow.
fn base64(quantum: &mut u32, digits: &mut u8, encoded: &[u8], out: &mut Vec<u8>) -> bool {
    let mut clean = true;
    for &byte in encoded {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                clean &= end_quantum(*quantum, *digits, out);
                (*quantum, *digits) = (0, 0);
                continue;
            }
            _ => {
                clean &= byte.is_ascii_whitespace();
                continue;
            }
        };
        *quantum = *quantum << 6 | u32::from(value);
        *digits += 1;
        if *digits == 4 {
            let [_, a, b, c] = quantum.to_be_bytes();
            out.extend_from_slice(&[a, b, c]);
            (*quantum, *digits) = (0, 0);
        }
    }
    clean
}

/// The bytes of an unfinished quantum; false when it holds too little for one.
fn end_quantum(quantum: u32, digits: u8, out: &mut Vec<u8>) -> bool {
    match digits {
        2 => out.extend((quantum << 12).to_be_bytes().get(1..2).unwrap_or_default()),
        3 => out.extend((quantum << 6).to_be_bytes().get(1..3).unwrap_or_default()),
        _ => {}
    }
    digits != 1
}

#[cfg(test)]
mod tests;
