//! Whatever the bytes of a part are, and whatever it says of them, they become text, attachments and file names.
#![no_main]

use libfuzzer_sys::fuzz_target;
use postroom::{
    mime,
    model::{ContentType, Disposition, Encoding, Part, PartKind, Section},
    render,
};

fuzz_target!(|input: (u8, &str, &[u8])| {
    let (kind, charset, bytes) = input;
    let encoding = match kind % 4 {
        0 => Encoding::Identity,
        1 => Encoding::QuotedPrintable,
        2 => Encoding::Base64,
        _ => Encoding::UuEncode,
    };
    let charset = (kind & 4 != 0).then(|| charset.to_owned());
    let part = Part {
        section: Section::root(),
        kind: PartKind::Text,
        content_type: ContentType { charset: charset.clone(), ..ContentType::new("text", "plain") },
        encoding,
        disposition: Disposition::Inline,
        filename: charset,
        content_id: None,
        size: bytes.len() as u64,
    };
    let (text, _) = mime::text(&part, bytes);
    mime::unflow(&text, kind & 8 != 0);
    mime::html_to_text(&text);
    let (left, files) = mime::uu_attachments(&text);
    assert!(left.len() <= text.len() + files.len());
    for name in files.iter().map(|(name, _)| name.as_str()).chain(part.filename.as_deref()).chain([text.as_str()]) {
        let name = render::filename(Some(name), &part.section, "text/plain");
        assert!(!name.contains(['/', '\\', '\0', '\r', '\n', '\u{202e}']) && name.len() <= 600, "{name:?}");
    }
});
