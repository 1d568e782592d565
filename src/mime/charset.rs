//! Bytes to text: the charset that was declared, what was meant by it, or a guess.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, GB18030, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use mail_parser::decoders::charsets::{DecoderFnc, map::charset_decoder};

/// How many bytes are looked at to guess a charset.
const SAMPLE: usize = 64 * 1024;

/// Decodes `bytes`; the second value is false when the charset had to be guessed, or bytes did not fit it.
/// A byte order mark wins over any label.
pub(super) fn decode(bytes: &[u8], label: Option<&str>) -> (String, bool) {
    let label = label.map(canonical).unwrap_or_default();
    match Charset::named(&label) {
        Some(Charset::Ascii) if is_plain_ascii(bytes) => (String::from_utf8_lossy(bytes).into_owned(), true),
        Some(Charset::Utf16) => decode_with(utf16_by_zeros(bytes), bytes),
        Some(Charset::Encoding(encoding)) if encoding == ISO_2022_JP => {
            decode_with(encoding, &without_empty_shifts(bytes))
        }
        Some(Charset::Encoding(encoding)) => decode_with(encoding, bytes),
        Some(Charset::Function(decode)) => (decode(bytes), true),
        // 8-bit in what claims to be ASCII, and labels nobody knows.
        Some(Charset::Ascii) | None => guess(bytes),
    }
}

/// Decodes bytes of which nothing is known. UTF-8 is recognised for certain; anything else is a guess.
pub(super) fn guess(bytes: &[u8]) -> (String, bool) {
    if Encoding::for_bom(bytes).is_some() || is_utf8(bytes) {
        return decode_with(UTF_8, bytes);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes.get(..SAMPLE).unwrap_or(bytes), true);
    let (text, _, _) = detector.guess(None, Utf8Detection::Allow).decode(bytes);
    (text.into_owned(), false)
}

/// Decodes a body of which only its own `<meta charset>` tells. A Latin label on what is UTF-8 is a template's
/// mistake.
pub(super) fn decode_meta(bytes: &[u8], label: &str) -> (String, bool) {
    match Charset::named(&canonical(label)) {
        Some(Charset::Encoding(encoding)) if encoding != WINDOWS_1252 || !is_utf8(bytes) => {
            decode_with(encoding, bytes)
        }
        // UTF-16 and the like cannot be what a readable <meta> is written in.
        _ => guess(bytes),
    }
}

enum Charset {
    Ascii,
    /// Without a statement of byte order.
    Utf16,
    Encoding(&'static Encoding),
    Function(DecoderFnc),
}

impl Charset {
    fn named(label: &str) -> Option<Charset> {
        match label {
            "" | "us-ascii" | "ascii" | "ansi-x3.4-1968" | "iso646-us" | "646" => {
                return Some(Charset::Ascii);
            }
            "utf-16" | "ucs-2" | "unicode" | "csunicode" | "iso-10646-ucs-2" => return Some(Charset::Utf16),
            _ => {}
        }
        // What servers and old clients write, and encoding_rs has no label for.
        let label = match label {
            "utf8" | "utf-8n" | "utf8mb4" | "utf-8-sig" | "cp65001" | "unicode-1-1-utf-8" => "utf-8",
            "unicode-1-1-utf-7" | "unicode-2-0-utf-7" | "csunicode11utf7" | "utf7" => "utf-7",
            "cp932" | "ms932" | "windows-932" | "ms-cp932" | "sjis-win" | "shift-jis" | "ms-kanji" => {
                "shift_jis"
            }
            "cp949" | "ms949" | "uhc" | "ks-c-5601" | "ks-c-5601-1987" | "ks-c-5601-1989"
            | "ksc5601-1987" => "euc-kr",
            "cp950" | "ms950" | "windows-950" | "big5-eten" | "cn-big5" => "big5",
            "gb2312" | "gb-2312-80" | "cp936" | "ms936" | "windows-936" | "euc-cn" | "gbk"
            | "gb18030-2000" | "gb18030-2005" => return Some(Charset::Encoding(GB18030)),
            "iso-2022-jp-ms" | "iso-2022-jp-1" | "iso-2022-jp-2" | "iso-2022-jp-3" | "iso-2022-jp-2004"
            | "cp50220" | "cp50221" | "cp50222" => "iso-2022-jp",
            "latin-1" | "iso-latin-1" => "latin1",
            "latin-9" => "iso-8859-15",
            other => other,
        };
        Encoding::for_label_no_replacement(label.as_bytes())
            .map(Charset::Encoding)
            .or_else(|| charset_decoder(label.as_bytes()).filter(|_| !refused(label)).map(Charset::Function))
    }
}

/// Charsets that mail-parser names and turns into a single U+FFFD.
fn refused(label: &str) -> bool {
    matches!(
        label,
        "replacement" | "hz-gb-2312" | "iso-2022-kr" | "csiso2022kr" | "iso-2022-cn" | "iso-2022-cn-ext"
    )
}

/// `"Windows_1252 "` and its kin in one spelling.
fn canonical(label: &str) -> String {
    let label = label.trim().trim_matches(['"', '\'']).to_ascii_lowercase().replace('_', "-");
    let label = label.strip_prefix("x-").filter(|l| !l.starts_with("mac")).unwrap_or(&label);
    let code_page = ["windows-", "windows", "win-", "win", "cp-", "cp", "ansi-", "ibm-", "ibm", ""]
        .iter()
        .find_map(|prefix| label.strip_prefix(prefix))
        .unwrap_or(label);
    match code_page {
        "874" | "1250" | "1251" | "1252" | "1253" | "1254" | "1255" | "1256" | "1257" | "1258" => {
            format!("windows-{code_page}")
        }
        _ if code_page.starts_with("8859-") => format!("iso-{code_page}"),
        _ => label.to_owned(),
    }
}

fn decode_with(encoding: &'static Encoding, bytes: &[u8]) -> (String, bool) {
    let (text, _, malformed) = encoding.decode(bytes);
    (text.into_owned(), !malformed)
}

/// Joined encoded words leave a shift to ASCII that another shift follows at once, which decoders flag.
fn without_empty_shifts(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = match rest {
            [0x1b, b'(', b'B' | b'J', after @ ..] if after.first() == Some(&0x1b) => after,
            _ => {
                out.push(byte);
                after
            }
        };
    }
    out
}

/// Neither 8-bit nor an escape sequence of ISO-2022.
fn is_plain_ascii(bytes: &[u8]) -> bool {
    bytes.is_ascii() && memchr::memchr(0x1b, bytes).is_none()
}

/// Whether this is UTF-8, possibly cut off inside its last character.
fn is_utf8(bytes: &[u8]) -> bool {
    let valid = match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    };
    valid && memchr::memchr(0x1b, bytes).is_none()
}

/// RFC 2781 §4.3 says big-endian where nothing tells; most who forget the mark write little-endian.
fn utf16_by_zeros(bytes: &[u8]) -> &'static Encoding {
    let (mut high, mut low) = (0usize, 0usize);
    for pair in bytes.chunks_exact(2).take(SAMPLE) {
        high += usize::from(pair.first() == Some(&0));
        low += usize::from(pair.last() == Some(&0));
    }
    if high > low { UTF_16BE } else { UTF_16LE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_nobody_registered_are_understood() {
        for (label, bytes, text) in [
            ("cp932", &b"\x87\x40"[..], "①"),
            ("x-sjis", b"\x83e", "テ"),
            ("CP949", b"\x8c\x63", "똠"),
            ("ks_c_5601-1987", b"\xc7\xd1", "한"),
            ("cp950", b"\xc1c", "繁"),
            ("gb2312", b"\xe9F", "镕"),
            ("gb18030", b"\x95\x34\xb2\x35", "𠮷"),
            ("iso-2022-jp-ms", b"\x1b$BF|\x1b(B", "日"),
            ("unicode-1-1-utf-7", b"+ZeVnLIqe-", "日本語"),
            ("windows1252", b"\x80", "€"),
            ("Windows_1251", b"\xcf", "П"),
            ("win-1250", b"\xe8", "č"),
            ("latin1", b"\x93", "“"),
            ("8859-15", b"\xa4", "€"),
            ("cp850", b"\x82", "é"),
            ("\"utf-8\"", b"\xc3\xa9", "é"),
            ("utf-16", b"\xff\xfeh\0i\0", "hi"),
            ("utf-16", b"\0h\0i", "hi"),
            ("utf-16", b"h\0i\0", "hi"),
        ] {
            assert_eq!(decode(bytes, Some(label)), (text.to_owned(), true), "{label}");
        }
    }

    #[test]
    fn what_is_not_declared_is_recognised() {
        assert_eq!(decode("naïve".as_bytes(), Some("us-ascii")), ("naïve".to_owned(), true));
        assert_eq!(decode("naïve".as_bytes(), Some("x-nobody-knows")), ("naïve".to_owned(), true));
        assert_eq!(decode(b"Gr\xf6\xdfe und Gr\xfc\xdfe", None), ("Größe und Grüße".to_owned(), false));
        assert_eq!(decode(b"\x1b$BF|K\\\x1b(B", None).0, "日本");
        assert_eq!(decode(b"\xff\xfeh\0i\0", None), ("hi".to_owned(), true));
        assert_eq!(decode(b"caf\xc3", None).0, "caf\u{fffd}", "cut inside a character: still UTF-8");
    }
}
