//! File names that a browser, a disk and a person can trust.

use crate::model::Section;

/// Bytes. Disks take 255; the rest is left for ` (2)` and the like.
const MAX_LEN: usize = 180;

/// An extension longer than this is part of the name.
const MAX_EXTENSION: usize = 16;

/// A file name that is safe to give to a browser and a disk: no path, control or bidi characters, no name
/// that Windows reserves, no leading dot. Without a usable `raw` it is made of section and media type.
pub fn filename(raw: Option<&str>, section: &Section, media_type: &str) -> String {
    let name = raw.map(clean).unwrap_or_default();
    if !name.chars().any(char::is_alphanumeric) {
        return fallback(section, media_type);
    }
    shorten(&if is_reserved(&name) { format!("_{name}") } else { name })
}

fn clean(raw: &str) -> String {
    let parts = raw.split(['/', '\\']).filter(|part| !matches!(part.trim(), "" | "." | ".."));
    let joined = parts.collect::<Vec<_>>().join("_");
    let visible: String = joined
        .chars()
        .filter(|c| c.is_whitespace() || !is_invisible(*c))
        .map(|c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { c })
        .collect();
    // Runs of spaces push the real extension out of sight: `bill.pdf        .exe`.
    let single_spaced = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = single_spaced.trim_start_matches(['.', ' ']).trim_end_matches(['.', ' ']);
    name.to_owned()
}

/// Controls, and the format characters that reorder or hide the text around them.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
        )
}

/// Device names, with or without an extension (Microsoft: "Naming Files, Paths, and Namespaces").
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim().to_ascii_uppercase();
    match stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT")) {
        Some(port) => {
            matches!(port, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
        }
        None => matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL"),
    }
}

/// Cuts the stem, so that the extension stays.
fn shorten(name: &str) -> String {
    if name.len() <= MAX_LEN {
        return name.to_owned();
    }
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= MAX_EXTENSION => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let room = MAX_LEN - extension.len();
    let end = stem.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= room).last();
    let stem = end.and_then(|end| stem.get(..end)).unwrap_or_default();
    format!("{}{extension}", stem.trim_end_matches(['.', ' ']))
}

fn fallback(section: &Section, media_type: &str) -> String {
    let stem = if section.is_root() { "message".to_owned() } else { format!("part-{section}") };
    format!("{stem}.{}", extension(media_type))
}

fn extension(media_type: &str) -> &'static str {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/gzip" => "gz",
        "application/json" => "json",
        "application/msword" => "doc",
        "application/pdf" => "pdf",
        "application/pgp-keys" | "application/pgp-signature" => "asc",
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => "p7m",
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => "p7s",
        "application/rtf" | "text/rtf" => "rtf",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.oasis.opendocument.spreadsheet" => "ods",
        "application/vnd.oasis.opendocument.text" => "odt",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => "pptx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/xml" | "text/xml" => "xml",
        "application/zip" => "zip",
        "audio/mpeg" => "mp3",
        "audio/ogg" => "ogg",
        "audio/wav" | "audio/x-wav" => "wav",
        "image/avif" => "avif",
        "image/bmp" => "bmp",
        "image/gif" => "gif",
        "image/heic" => "heic",
        "image/jpeg" | "image/jpg" => "jpg",
        "image/png" => "png",
        "image/svg+xml" => "svg",
        "image/tiff" => "tif",
        "image/webp" => "webp",
        "message/rfc822" | "message/global" => "eml",
        "text/calendar" => "ics",
        "text/css" => "css",
        "text/csv" => "csv",
        "text/html" => "html",
        "text/vcard" | "text/x-vcard" => "vcf",
        "video/mp4" => "mp4",
        "video/quicktime" => "mov",
        "video/webm" => "webm",
        essence if essence.starts_with("text/") => "txt",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may panic")]
    use super::{MAX_LEN, filename};
    use crate::model::Section;

    fn name(raw: &str) -> String {
        filename(Some(raw), &"1.2".parse().unwrap(), "application/pdf")
    }

    #[test]
    fn plain_names_stay() {
        for raw in ["Rechnung 2026.pdf", "отчёт.docx", "写真 👨‍👩‍👧.jpg", "a.tar.gz", "Café (1).txt"]
        {
            assert_eq!(name(raw), raw);
        }
    }

    #[test]
    fn dangerous_parts_go() {
        for (raw, safe) in [
            ("../../etc/passwd", "etc_passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("C:\\x\\y.exe", "C__x_y.exe"),
            ("a\r\nX-Evil: 1\r\n.pdf", "a X-Evil_ 1 .pdf"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("nul\0l.txt", "null.txt"),
            ("line\u{2028}break.txt", "line break.txt"),
            ("bill.pdf                  .exe", "bill.pdf .exe"),
            (".htaccess", "htaccess"),
            ("...a. . .", "a"),
            ("con", "_con"),
            ("Lpt1.txt", "_Lpt1.txt"),
            ("console.txt", "console.txt"),
            ("a\"; filename=b.exe", "a_; filename=b.exe"),
        ] {
            assert_eq!(name(raw), safe, "{raw:?}");
        }
    }

    #[test]
    fn nameless_parts_are_named_by_section_and_type() {
        for raw in [None, Some(""), Some("///"), Some(".."), Some("\u{202e}"), Some("??")] {
            assert_eq!(filename(raw, &"1.2".parse().unwrap(), "application/pdf"), "part-1.2.pdf");
        }
        assert_eq!(filename(None, &Section::root(), "message/rfc822"), "message.eml");
        assert_eq!(filename(None, &"3".parse().unwrap(), "Text/X-Log; charset=utf-8"), "part-3.txt");
        assert_eq!(filename(None, &"3".parse().unwrap(), "chemical/x-pdb"), "part-3.bin");
    }

    #[test]
    fn long_names_keep_their_extension() {
        let long = name(&format!("{}.pdf", "ü".repeat(300)));
        assert!(long.len() <= MAX_LEN && long.ends_with("ü.pdf"), "{long}");
        let no_extension = name(&format!("a.{}", "b".repeat(300)));
        assert_eq!(no_extension.len(), MAX_LEN);
    }
}
