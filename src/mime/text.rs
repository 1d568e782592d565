//! Body parts as text.

use memchr::memmem;

use super::{charset, transfer::Decoder};
use crate::model::Part;

/// A body part's text: transfer encoding undone, charset decoded (declared, aliased, or guessed), line
/// ends `\n`. The second value is false when something had to be guessed.
pub fn text(part: &Part, encoded: &[u8]) -> (String, bool) {
    let mut decoder = Decoder::new(part.encoding);
    let mut bytes = decoder.push(encoded);
    let (rest, whole) = decoder.finish();
    bytes.extend(rest);
    let declared = part.content_type.charset.as_deref().filter(|label| !label.trim().is_empty());
    let meta = if part.content_type.is("text", "html") { meta_charset(&bytes) } else { None };
    let (text, certain) = match (declared, meta) {
        (None, Some(label)) => charset::decode_meta(&bytes, &label),
        (declared, _) => charset::decode(&bytes, declared),
    };
    (plain_lines(&text), whole && certain)
}

/// Line ends `\n`; NUL, which no page can hold, as U+FFFD.
fn plain_lines(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' => lines.push('\n'),
            '\0' => lines.push('\u{fffd}'),
            c => lines.push(c),
        }
    }
    lines
}

/// The charset that HTML states about itself, in either form of `<meta>` (HTML standard, "prescan").
fn meta_charset(html: &[u8]) -> Option<String> {
    let head = html.get(..4096).unwrap_or(html).to_ascii_lowercase();
    let from_meta = head.get(memmem::find(&head, b"<meta")?..)?;
    let value = from_meta.get(memmem::find(from_meta, b"charset")? + b"charset".len()..)?;
    let value = value.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
    let label: String = value
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || b"-_:.+".contains(b))
        .take(60)
        .map(|b| char::from(*b))
        .collect();
    Some(label).filter(|label| !label.is_empty())
}

/// Joins the soft line breaks of `format=flowed` (RFC 3676); quote marks stay.
pub fn unflow(text: &str, del_sp: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // The quote depth of a line that wants to be continued.
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let content = line.trim_start_matches('>');
        let depth = line.len() - content.len();
        let content = content.strip_prefix(' ').unwrap_or(content);
        let is_signature = content == "-- ";
        if open != Some(depth) || is_signature {
            if open.is_some() {
                out.push('\n');
            }
            out.extend(std::iter::repeat_n('>', depth));
            if depth > 0 && !content.is_empty() {
                out.push(' ');
            }
        }
        let flows = content.ends_with(' ') && !is_signature;
        out.push_str(if flows && del_sp { content.strip_suffix(' ').unwrap_or(content) } else { content });
        open = flows.then_some(depth);
        if !flows {
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ContentType, Disposition, Encoding, PartKind, Section};

    fn part(sub: &str, charset: Option<&str>, encoding: Encoding) -> Part {
        Part {
            section: Section::root(),
            kind: PartKind::Text,
            content_type: ContentType {
                charset: charset.map(str::to_owned),
                ..ContentType::new("text", sub)
            },
            encoding,
            disposition: Disposition::Unstated,
            filename: None,
            content_id: None,
            size: 0,
        }
    }

    #[test]
    fn text_is_decoded_twice_and_has_plain_line_ends() {
        for (sub, charset, encoding, bytes, decoded) in [
            (
                "plain",
                Some("iso-8859-1"),
                Encoding::QuotedPrintable,
                &b"=93a=94\r\n=80"[..],
                ("“a”\n€", true),
            ),
            ("plain", Some("utf-16"), Encoding::Base64, b"//5oAGkA", ("hi", true)),
            ("plain", None, Encoding::Identity, b"one\rtwo\r\nth\0ree", ("one\ntwo\nth\u{fffd}ree", true)),
            ("plain", Some(""), Encoding::Identity, "\u{feff}é".as_bytes(), ("é", true)),
            (
                "html",
                None,
                Encoding::Identity,
                b"<meta charset='koi8-r'>\xf0",
                ("<meta charset='koi8-r'>П", true),
            ),
            (
                "html",
                None,
                Encoding::Identity,
                "<meta charset=latin1>é".as_bytes(),
                ("<meta charset=latin1>é", true),
            ),
            (
                "html",
                Some("utf-8"),
                Encoding::Identity,
                "<meta charset=big5>é".as_bytes(),
                ("<meta charset=big5>é", true),
            ),
            ("plain", Some("utf-8"), Encoding::Identity, b"a\xffb", ("a\u{fffd}b", false)),
        ] {
            let (text, certain) = text(&part(sub, charset, encoding), bytes);
            assert_eq!((text.as_str(), certain), decoded, "{charset:?}");
        }
    }

    #[test]
    fn flowed_lines_are_joined() {
        let flowed = "This is a long \nparagraph that \nflows.\n\n> quoted and \n> flowed\n>> deep \n> less\n-- \nsig\n stuffed\n";
        let joined = "This is a long paragraph that flows.\n\n> quoted and flowed\n>> deep \n> less\n-- \nsig\nstuffed\n";
        assert_eq!(unflow(flowed, false), joined);
        assert_eq!(unflow("日本 \n語\nend", true), "日本語\nend\n");
    }
}
