//! Modified UTF-7, the wire form of mailbox names (RFC 3501 §5.1.3).

use base64::{
    Engine,
    alphabet::IMAP_MUTF7,
    engine::{GeneralPurpose, general_purpose::NO_PAD},
};

/// Base64 with `,` for `/`; servers have been seen to leave bits in the last character.
static BASE64: GeneralPurpose =
    GeneralPurpose::new(&IMAP_MUTF7, NO_PAD.with_decode_allow_trailing_bits(true));

pub(super) fn encode(name: &str) -> String {
    let mut wire = String::with_capacity(name.len());
    let mut shifted = String::new();
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            unshift(&mut wire, &mut shifted);
            wire.push(c);
            if c == '&' {
                wire.push('-');
            }
        } else {
            shifted.push(c);
        }
    }
    unshift(&mut wire, &mut shifted);
    wire
}

/// Writes what had to be encoded, and empties it.
fn unshift(wire: &mut String, shifted: &mut String) {
    if shifted.is_empty() {
        return;
    }
    let utf16: Vec<u8> = shifted.encode_utf16().flat_map(u16::to_be_bytes).collect();
    wire.push('&');
    BASE64.encode_string(utf16, wire);
    wire.push('-');
    shifted.clear();
}

/// Names that are no modified UTF-7 are taken as the UTF-8 that some servers send.
pub(super) fn decode(wire: &[u8]) -> String {
    let wire = String::from_utf8_lossy(wire);
    decode_strictly(&wire).unwrap_or_else(|| wire.into_owned())
}

fn decode_strictly(wire: &str) -> Option<String> {
    let mut name = String::with_capacity(wire.len());
    let mut rest = wire;
    while let Some((plain, shifted)) = rest.split_once('&') {
        name.push_str(plain);
        let (base64, after) = shifted.split_once('-')?;
        rest = after;
        if base64.is_empty() {
            name.push('&');
            continue;
        }
        let bytes = BASE64.decode(base64).ok()?;
        let (pairs, odd) = bytes.as_chunks::<2>();
        if !odd.is_empty() {
            return None;
        }
        for c in char::decode_utf16(pairs.iter().map(|pair| u16::from_be_bytes(*pair))) {
            name.push(c.ok()?);
        }
    }
    name.push_str(rest);
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways() {
        for (name, wire) in [
            ("INBOX", "INBOX"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("A&B", "A&-B"),
            ("台北", "&U,BTFw-"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("😀 x", "&2D3eAA- x"),
            ("é&é", "&AOk-&-&AOk-"),
            ("", ""),
        ] {
            assert_eq!(encode(name), wire);
            assert_eq!(decode(wire.as_bytes()), name);
        }
    }

    #[test]
    fn what_is_no_modified_utf7_stays_as_it_is() {
        for name in ["Größe", "R&D", "&!!-", "&A-", "&2AA-", "a&", "&AAAA", "x &amp; y"] {
            assert_eq!(decode(name.as_bytes()), name);
        }
        assert_eq!(decode(b"\xff"), "\u{fffd}");
    }

    #[test]
    fn what_is_sent_is_always_ascii() {
        for name in ["\u{7f}", "\u{80}", "\u{ffff}", "\u{10ffff}", "\t"] {
            assert!(encode(name).bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            assert_eq!(decode(encode(name).as_bytes()), name);
        }
    }
}
