#![expect(clippy::indexing_slicing, reason = "tests may panic")]

use super::*;

/// Decodes in pieces of every size: where a piece ends must not matter.
fn decode(encoding: Encoding, encoded: &str) -> (String, bool) {
    let whole = in_pieces(encoding, encoded.as_bytes(), encoded.len().max(1));
    for size in 1..encoded.len() {
        assert_eq!(in_pieces(encoding, encoded.as_bytes(), size), whole, "pieces of {size}: {encoded:?}");
    }
    (String::from_utf8_lossy(&whole.0).into_owned(), whole.1)
}

fn in_pieces(encoding: Encoding, encoded: &[u8], size: usize) -> (Vec<u8>, bool) {
    let mut decoder = Decoder::new(encoding);
    let mut out: Vec<u8> = encoded.chunks(size).flat_map(|piece| decoder.push(piece)).collect();
    let (rest, clean) = decoder.finish();
    out.extend(rest);
    (out, clean)
}

#[test]
fn quoted_printable_keeps_what_is_no_escape() {
    for (encoded, text, clean) in [
        ("ab=\r\ncd =c3=a9=20\r\nlast=  \r\nline=\r\n", "abcd é \r\nlastline", true),
        ("1=2 =ZZ x=3D\r\n", "1=2 =ZZ x=\r\n", false),
        ("trailing \t\r\nblanks  ", "trailing\r\nblanks", true),
        ("soft=", "soft", true),
        ("cut=C", "cut=C", false),
        ("= x", "= x", false),
        ("==41", "=A", false),
        ("a=\nb", "ab", true),
    ] {
        assert_eq!(decode(Encoding::QuotedPrintable, encoded), (text.to_owned(), clean), "{encoded:?}");
    }
}

#[test]
fn base64_takes_noise_and_joined_runs() {
    for (encoded, text, clean) in [
        ("SGVsbG8=", "Hello", true),
        ("SGVs\r\n  bG8g\r\n!d29y*bGQ\r\n", "Hello world", false),
        ("SGk=\r\nIHlv\r\ndQ==\r\n", "Hi you", true),
        ("SGVsbG8", "Hello", true),
        ("SGVsbG8h\r\nA", "Hello!", false),
        ("", "", true),
        ("====", "", true),
    ] {
        assert_eq!(decode(Encoding::Base64, encoded), (text.to_owned(), clean), "{encoded:?}");
    }
}

#[test]
fn uuencode_reads_what_stands_between_begin_and_end() {
    let file = "begin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\n";
    assert_eq!(decode(Encoding::UuEncode, file), ("Cat".to_owned(), true));
    assert_eq!(decode(Encoding::UuEncode, "begin 644 c\n#0V%T"), ("Cat".to_owned(), false));
    assert_eq!(decode(Encoding::UuEncode, "no code at all"), (String::new(), false));
}

#[test]
fn every_byte_survives_base64() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let bytes: Vec<u8> = (0..=255).cycle().take(1000).collect();
    for len in 0..bytes.len() {
        let (decoded, clean) = in_pieces(Encoding::Base64, STANDARD.encode(&bytes[..len]).as_bytes(), 7);
        assert!(clean && decoded == bytes[..len], "{len}");
    }
}

#[test]
fn a_run_of_blanks_costs_no_memory() {
    let mut decoder = Decoder::new(Encoding::QuotedPrintable);
    let out = decoder.push(&vec![b' '; 1_000_000]);
    assert!(out.len() > 990_000, "held back {}", 1_000_000 - out.len());
}
