//! Encoded words (RFC 2047, with the language suffix of RFC 2231 §5) and raw 8-bit text in headers.

use base64::{Engine, engine::general_purpose::STANDARD};
use memchr::memmem;

use super::{
    charset,
    transfer::{Decoder, hex},
};
use crate::model::Encoding;

/// A longer encoded word is left as it stands (RFC 2047 allows 75; whole subjects in one word do occur).
const MAX_WORD: usize = 2000;

/// An unstructured header value (a subject, an ENVELOPE string): RFC 2047 and raw 8-bit decoded,
/// unfolded, runs of blanks collapsed, control characters removed.
pub fn decode_words(raw: &[u8]) -> String {
    one_line(&decode(raw))
}

/// Decoded text with its blanks as they are. It may hold line breaks and control characters.
pub(super) fn decode(raw: &[u8]) -> String {
    segments(raw).iter().map(Segment::text).collect()
}

/// One line without control characters and bidi overrides, runs of blanks collapsed.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut words = text
        .split([' ', '\t', '\r', '\n', '\u{85}', '\u{2028}', '\u{2029}'])
        .map(|word| word.chars().filter(|c| !is_unseen(*c)).collect::<String>())
        .filter(|word| !word.is_empty());
    line.extend(words.next());
    for word in words {
        line.push(' ');
        line.push_str(&word);
    }
    line
}

/// Control characters, and those that reorder what stands around them: a name could pass for another
/// (Unicode TR36 §2.4). Marks that only tell a direction stay: names in Arabic and Hebrew need them.
fn is_unseen(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The same value for a parser of structure: UTF-8, each run of encoded words as one word (adjacent words
/// may share a character), so that nothing decoded can pass for a comma or a bracket.
pub(super) fn for_structure(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    for segment in segments(raw) {
        let text = segment.text();
        let harmless = text.chars().all(|c| c.is_alphanumeric() || c == ' ');
        if harmless || matches!(segment, Segment::Plain(_)) {
            out.extend_from_slice(text.as_bytes());
        } else {
            out.extend_from_slice(format!("=?utf-8?B?{}?=", STANDARD.encode(text)).as_bytes());
        }
    }
    out
}

/// Whether something in it turns around or hides what stands beside it. What only tells a direction, joiners and the
/// tags of flags are left alone: names in Arabic, Persian and Hindi, and emoji, need them.
pub(super) fn is_disguised(text: &str) -> bool {
    text.contains([
        '\0', '\u{200b}', '\u{202d}', '\u{202e}', '\u{2060}', '\u{2061}', '\u{2062}', '\u{2063}', '\u{2064}',
    ])
}

enum Segment {
    Plain(Vec<u8>),
    /// One or more adjacent words of the same charset.
    Words {
        charset: String,
        bytes: Vec<u8>,
    },
}

impl Segment {
    fn text(&self) -> String {
        match self {
            Segment::Plain(bytes) => charset::guess(bytes).0,
            Segment::Words { charset, bytes } => charset::decode(bytes, Some(charset)).0,
        }
    }
}

/// Unfolds and splits. Blanks between adjacent words are gone (RFC 2047 §6.2).
fn segments(raw: &[u8]) -> Vec<Segment> {
    let unfolded: Vec<u8> = raw.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    let mut segments: Vec<Segment> = Vec::new();
    let mut plain = Vec::new();
    let mut rest = unfolded.as_slice();
    while let Some((before, from)) = memmem::find(rest, b"=?").and_then(|at| rest.split_at_checked(at)) {
        plain.extend_from_slice(before);
        let Some((word, after)) = Word::read(from) else {
            plain.extend_from_slice(b"=?");
            rest = from.strip_prefix(b"=?").unwrap_or_default();
            continue;
        };
        rest = after;
        let is_adjacent = plain.iter().all(|b| matches!(b, b' ' | b'\t'))
            && matches!(segments.last(), Some(Segment::Words { .. }));
        if !is_adjacent && !plain.is_empty() {
            segments.push(Segment::Plain(std::mem::take(&mut plain)));
        }
        plain.clear();
        match segments.last_mut() {
            Some(Segment::Words { charset, bytes }) if charset.eq_ignore_ascii_case(&word.charset) => {
                bytes.extend_from_slice(&word.bytes);
            }
            _ => segments.push(Segment::Words { charset: word.charset, bytes: word.bytes }),
        }
    }
    plain.extend_from_slice(rest);
    if !plain.is_empty() {
        segments.push(Segment::Plain(plain));
    }
    segments
}

struct Word {
    charset: String,
    bytes: Vec<u8>,
}

impl Word {
    /// Reads `=?charset*language?encoding?text?=` at the start of `from`; also returns what follows it.
    fn read(from: &[u8]) -> Option<(Word, &[u8])> {
        let from_charset = from.strip_prefix(b"=?")?;
        let end = memchr::memchr(b'?', from_charset).filter(|end| *end < 80)?;
        let (charset, after_charset) = from_charset.split_at_checked(end)?;
        let charset = charset.split(|b| *b == b'*').next()?;
        if charset.is_empty() || !charset.iter().all(u8::is_ascii_graphic) {
            return None;
        }
        let (encoding, text) = match after_charset {
            [b'?', b'B' | b'b', b'?', text @ ..] => (Encoding::Base64, text),
            [b'?', b'Q' | b'q', b'?', text @ ..] => (Encoding::QuotedPrintable, text),
            _ => return None,
        };
        let end = memmem::find(text.get(..MAX_WORD).unwrap_or(text), b"?=")?;
        let (text, after) = text.split_at_checked(end)?;
        let bytes = match encoding {
            Encoding::QuotedPrintable => q_decode(text),
            _ => {
                let mut decoder = Decoder::new(encoding);
                let mut bytes = decoder.push(text);
                bytes.extend(decoder.finish().0);
                bytes
            }
        };
        let word = Word { charset: String::from_utf8_lossy(charset).into_owned(), bytes };
        Some((word, after.strip_prefix(b"?=")?))
    }
}

/// The Q encoding (RFC 2047 §4.2). What is no escape stays.
fn q_decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        rest = match rest {
            [] => return out,
            [b'=', high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(hex(*high) << 4 | hex(*low));
                after
            }
            [b'_', after @ ..] => {
                out.push(b' ');
                after
            }
            [byte, after @ ..] => {
                out.push(*byte);
                after
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_are_decoded() {
        for (raw, text) in [
            ("=?utf-8?Q?ab?= =?utf-8?Q?cd?=\r\n =?utf-8?Q?ef?= gh", "abcdef gh"),
            ("=?utf-8?B?5pel5pys6A==?= =?utf-8?B?qp4=?=", "日本語"),
            ("=?us-ascii*en-us?Q?Hello?=", "Hello"),
            ("=?iso-2022-jp?B?GyRCRnxLXDhsGyhC?= =?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?=", "日本語テスト"),
            ("=?gb2312?B?6Ua7+b+qu+E=?=", "镕基开会"),
            ("=?utf-8?B?SGVsbG8?=", "Hello"),
            ("Re:=?utf-8?Q?_a=20_b?=!", "Re: a b!"),
            ("=?utf-8?Q?What??=", "What?"),
            ("=?utf-8?q?=41=zz=4?=", "A=zz=4"),
            ("=?utf-8?Q?a?= =?iso-8859-1?Q?=E9?=", "aé"),
            ("=?utf-8?Q??= x", "x"),
            ("=?utf-8?X?a?= =?", "=?utf-8?X?a?= =?"),
            ("=? =??q?a?= ==?=", "=? =??q?a?= ==?="),
            ("one\r\n\ttwo\r\n  three ", "one two three"),
        ] {
            assert_eq!(decode_words(raw.as_bytes()), text, "{raw}");
        }
        assert_eq!(decode_words(b"Gr\xf6\xdfe"), "Größe");
    }

    #[test]
    fn nothing_decoded_breaks_a_line() {
        let raw = "=?utf-8?Q?a=0D=0ABcc:=00_=1B[31mx=C2=85y=E2=80=A8z?=";
        assert_eq!(decode_words(raw.as_bytes()), "a Bcc: [31mx y z");
    }

    #[test]
    fn nothing_decoded_reorders_what_stands_around_it() {
        assert_eq!(
            decode_words("moc.knab\u{202e}ann \u{2066}x\u{2069} \u{200f}أ".as_bytes()),
            "moc.knabann x \u{200f}أ"
        );
    }

    #[test]
    fn structure_survives_decoding() {
        assert_eq!(for_structure(b"=?utf-8?Q?J=C3=BC?= <j@e>"), "Jü <j@e>".as_bytes());
        assert_eq!(for_structure(b"=?utf-8?Q?a,b?= <j@e>"), b"=?utf-8?B?YSxi?= <j@e>");
    }
}
