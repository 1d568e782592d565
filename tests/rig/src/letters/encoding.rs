//! Transfer encodings, written here and not taken from a library, so that no mistake is shared with the code under
//! test.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648 §4, in one line.
pub fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let mut bits = [0; 3];
        bits[..group.len()].copy_from_slice(group);
        let bits = u32::from_be_bytes([0, bits[0], bits[1], bits[2]]);
        for place in 0..4 {
            let sextet = (bits >> (18 - 6 * place)) & 63;
            out.push(if place <= group.len() { char::from(ALPHABET[sextet as usize]) } else { '=' });
        }
    }
    out
}

/// RFC 2045 §6.8: the same in lines of 76.
pub(crate) fn base64_lines(bytes: &[u8]) -> String {
    bytes.chunks(57).map(|line| base64(line) + "\r\n").collect()
}

/// RFC 2045 §6.7; line ends of the text become CRLF.
pub(crate) fn quoted_printable(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut width = 0;
        for (index, byte) in line.bytes().enumerate() {
            let is_last = index + 1 == line.len();
            let is_plain =
                matches!(byte, b'!'..=b'<' | b'>'..=b'~') || (matches!(byte, b' ' | b'\t') && !is_last);
            let piece = if is_plain { char::from(byte).to_string() } else { format!("={byte:02X}") };
            if width + piece.len() > 75 {
                out.push_str("=\r\n");
                width = 0;
            }
            width += piece.len();
            out.push_str(&piece);
        }
        out.push_str("\r\n");
    }
    out
}

/// RFC 2047: text for a header, in encoded words where it is not ASCII.
pub(crate) fn header_text(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut words = vec![String::new()];
    for char in text.chars() {
        let word = words.last_mut().unwrap();
        // 45 bytes make 60 characters of base64: within the 75 of an encoded word.
        if word.len() + char.len_utf8() > 45 {
            words.push(char.to_string());
        } else {
            word.push(char);
        }
    }
    let encoded: Vec<String> =
        words.iter().map(|word| format!("=?UTF-8?B?{}?=", base64(word.as_bytes()))).collect();
    encoded.join("\r\n ")
}

/// `Name <address>`, with the name encoded or quoted where it must be.
pub(crate) fn mailbox(text: &str) -> String {
    let Some((name, address)) = text.split_once(" <") else { return text.to_owned() };
    let is_atoms = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" -'".contains(&byte));
    match (name.is_ascii(), is_atoms) {
        (true, true) => format!("{name} <{address}"),
        (true, false) => format!("\"{}\" <{address}", name.replace('"', "\\\"")),
        (false, _) => format!("{} <{address}", header_text(name)),
    }
}

/// A parameter of a MIME header: RFC 2231 where it is not ASCII.
pub(crate) fn parameter(name: &str, value: &str) -> String {
    if value.is_ascii() {
        return format!("{name}=\"{value}\"");
    }
    let percent = |byte: u8| {
        if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    format!("{name}*=UTF-8''{}", value.bytes().map(percent).collect::<String>())
}

/// RFC 3501 §5.1.3: a mailbox name as IMAP carries it.
pub fn modified_utf7(name: &str) -> String {
    let mut out = String::new();
    let mut shifted: Vec<u8> = Vec::new();
    let unshift = |shifted: &mut Vec<u8>, out: &mut String| {
        if !shifted.is_empty() {
            let encoded = base64(shifted).replace('/', ",");
            out.push_str(&format!("&{}-", encoded.trim_end_matches('=')));
            shifted.clear();
        }
    };
    for char in name.chars() {
        if !matches!(char, ' '..='~') {
            shifted.extend(char.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
            continue;
        }
        unshift(&mut shifted, &mut out);
        out.push(char);
        if char == '&' {
            out.push('-');
        }
    }
    unshift(&mut shifted, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_those_of_the_standards() {
        assert_eq!([base64(b""), base64(b"f"), base64(b"fo"), base64(b"foo")], ["", "Zg==", "Zm8=", "Zm9v"]);
        assert_eq!(quoted_printable("a = \u{e4} \nb"), "a =3D =C3=A4=20\r\nb\r\n");
        assert!(quoted_printable(&"x".repeat(200)).lines().all(|line| line.len() <= 76));
        assert_eq!(header_text("\u{e4}"), "=?UTF-8?B?w6Q=?=");
        assert_eq!(mailbox("Bob, Jr. <b@example.org>"), "\"Bob, Jr.\" <b@example.org>");
        assert_eq!(parameter("filename", "\u{e4} b.pdf"), "filename*=UTF-8''%C3%A4%20b.pdf");
        // RFC 3501's own example, and a name with `&`.
        assert_eq!(modified_utf7("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
        assert_eq!(modified_utf7("R&D Übersetzung"), "R&-D &ANw-bersetzung");
    }
}
