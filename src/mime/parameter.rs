//! Parameters of Content-Type and Content-Disposition (RFC 2231), however they were written.

use std::borrow::Cow;

use super::{charset, transfer::hex, words};

/// A file name is never longer, even in pieces.
const MAX_LEN: usize = 16 * 1024;

/// Name and value as on the wire.
pub type Parameter<'p> = (Cow<'p, [u8]>, Cow<'p, [u8]>);

/// A Content-Type or Content-Disposition parameter that may be split, encoded or raw (RFC 2231, RFC 2047
/// in quotes, 8-bit): `wanted` is `filename` or `name`.
pub fn parameter(params: &[Parameter<'_>], wanted: &str) -> Option<String> {
    // Where several forms stand side by side, the extended one is meant for us (RFC 6266 §4.3).
    let text = extended(params, wanted).or_else(|| plain(params, wanted))?;
    let text: String =
        text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')).collect();
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn plain(params: &[Parameter<'_>], wanted: &str) -> Option<String> {
    let (_, value) = params.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted.as_bytes()))?;
    Some(words::decode(value.get(..MAX_LEN).unwrap_or(value)))
}

/// `name*=charset'language'text`, or `name*0*=… name*1=…` in any order.
fn extended(params: &[Parameter<'_>], wanted: &str) -> Option<String> {
    let mut pieces: Vec<Piece> =
        params.iter().filter_map(|(name, value)| Piece::read(name, value, wanted)).collect();
    pieces.sort_by_key(|piece| piece.number);
    pieces.dedup_by_key(|piece| piece.number);
    let first = pieces.first()?;
    let (label, first_text) = if first.encoded { split_charset(first.value) } else { (None, first.value) };
    let mut bytes = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let value = if at == 0 { first_text } else { piece.value };
        if piece.encoded {
            percent_decode(value, &mut bytes)
        } else {
            bytes.extend_from_slice(value)
        }
        if bytes.len() > MAX_LEN {
            bytes.truncate(MAX_LEN);
            break;
        }
    }
    // Without a charset the pieces may spell encoded words: so some Outlooks split them.
    Some(if first.encoded { charset::decode(&bytes, label.as_deref()).0 } else { words::decode(&bytes) })
}

struct Piece<'a> {
    number: u16,
    encoded: bool,
    value: &'a [u8],
}

impl<'a> Piece<'a> {
    /// Reads `name*`, `name*3` and `name*3*`.
    fn read(name: &[u8], value: &'a [u8], wanted: &str) -> Option<Piece<'a>> {
        let (start, rest) = name.split_at_checked(wanted.len())?;
        if !start.eq_ignore_ascii_case(wanted.as_bytes()) {
            return None;
        }
        let number = rest.strip_prefix(b"*")?;
        let (number, encoded) = match number.strip_suffix(b"*") {
            Some(number) => (number, true),
            None => (number, number.is_empty()),
        };
        let number = if number.is_empty() { 0 } else { std::str::from_utf8(number).ok()?.parse().ok()? };
        Some(Piece { number, encoded, value })
    }
}

fn split_charset(value: &[u8]) -> (Option<String>, &[u8]) {
    let mut pieces = value.splitn(3, |b| *b == b'\'');
    match (pieces.next(), pieces.next(), pieces.next()) {
        (Some(label), Some(_language), Some(text)) => {
            (Some(String::from_utf8_lossy(label).into_owned()).filter(|l| !l.is_empty()), text)
        }
        _ => (None, value),
    }
}

fn percent_decode(value: &[u8], out: &mut Vec<u8>) {
    let mut rest = value;
    while let Some((&byte, after)) = rest.split_first() {
        rest = match rest {
            [b'%', high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(hex(*high) << 4 | hex(*low));
                after
            }
            _ => {
                out.push(byte);
                after
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filename(params: &[(&str, &[u8])]) -> Option<String> {
        let params: Vec<_> = params.iter().map(|(n, v)| (Cow::from(n.as_bytes()), Cow::from(*v))).collect();
        parameter(&params, "filename")
    }

    #[test]
    fn every_spelling_is_read() {
        for (params, name) in [
            (&[("FileName", &b"report.pdf"[..])][..], "report.pdf"),
            (&[("filename*", b"utf-8'en'na%C3%AFve%20file.txt")], "naïve file.txt"),
            (&[("filename*", b"ISO-8859-1''caf%E9.txt")], "café.txt"),
            (&[("filename*", b"caf%C3%A9")], "café"),
            (
                &[("filename*2", b".txt"), ("filename*0*", b"utf-8''%E4%B8"), ("filename*1*", b"%AD")],
                "中.txt",
            ),
            (&[("filename*0", b"=?utf-8?B?5pel"), ("filename*1", b"5pys?=.txt")], "日本.txt"),
            (&[("filename", b"=?utf-8?Q?lon?= =?utf-8?Q?g.txt?=")], "long.txt"),
            (&[("filename", "übung.txt".as_bytes())], "übung.txt"),
            (&[("filename", b"\xfcbung f\xfcr alle.txt")], "übung für alle.txt"),
            (&[("filename", b"two  blanks.txt")], "two  blanks.txt"),
            (&[("filename", b"old.txt"), ("filename*", b"utf-8''new.txt")], "new.txt"),
            (&[("filename", b"a\r\n\0b\x1b.txt")], "ab.txt"),
            (&[("filename*", b"utf-8''a%0D%0A%E2%80%A8b%zz%")], "ab%zz%"),
        ] {
            assert_eq!(filename(params).as_deref(), Some(name), "{params:?}");
        }
    }

    #[test]
    fn no_name_is_none() {
        for params in [&[][..], &[("name", &b"x"[..])], &[("filename", b" \t")], &[("filename*x", b"a")]] {
            assert_eq!(filename(params), None, "{params:?}");
        }
    }
}
