//! Names of attachments, as a browser and a disk may have them.

use crate::model::Section;

/// Characters; below the 255 bytes of common file systems for most scripts.
const MAX: usize = 120;
/// An ending longer than this is part of the name.
const MAX_ENDING: usize = 16;

/// A file name that is safe to give to a browser and a disk: no path, control or bidi characters, no name
/// that a system reserves. Without a usable one, `part-1.2.pdf` by section and media type.
pub fn filename(raw: Option<&str>, section: &Section, media_type: &str) -> String {
    let name: String = raw.unwrap_or_default().chars().filter_map(clean).collect();
    // Windows drops trailing dots and spaces, Unix hides leading dots.
    let name = name.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if name.is_empty() {
        let part = if section.to_string().is_empty() { "message".into() } else { format!("part-{section}") };
        return format!("{part}.{}", ending(media_type));
    }
    let name = shorten(name);
    if is_device(&name) { format!("_{name}") } else { name }
}

/// `None` drops a character that no name needs; what would be a path becomes visible.
fn clean(c: char) -> Option<char> {
    match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => Some('_'),
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(' '),
        c if c.is_control() || is_invisible(c) => None,
        c => Some(c),
    }
}

/// Bidi controls, zero-width characters and the like, which show a name as something that it is not.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Cuts the middle, so that the ending still tells what the file is.
fn shorten(name: &str) -> String {
    let length = name.chars().count();
    if length <= MAX {
        return name.to_owned();
    }
    let tail = match name.rsplit_once('.') {
        Some((_, ending)) if ending.chars().count() <= MAX_ENDING => format!(".{}", ending.trim()),
        _ => String::new(),
    };
    let keep = MAX - tail.chars().count();
    let head: String = name.chars().take(keep).collect();
    format!("{}{tail}", head.trim_end_matches(|c: char| c == '.' || c.is_whitespace()))
}

/// Device names that Windows finds in every folder, with any ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    match stem.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" => true,
        _ => ["COM", "LPT"].iter().any(|port| {
            stem.strip_prefix(port).is_some_and(|n| {
                let mut chars = n.chars();
                matches!((chars.next(), chars.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
            })
        }),
    }
}

fn ending(media_type: &str) -> &'static str {
    let plain = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match plain.as_str() {
        "text/plain" => "txt",
        "text/html" => "html",
        "text/calendar" => "ics",
        "text/vcard" | "text/x-vcard" | "text/directory" => "vcf",
        "text/csv" => "csv",
        "message/rfc822" | "message/global" => "eml",
        "image/png" => "png",
        "image/jpeg" | "image/jpg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/avif" => "avif",
        "image/svg+xml" => "svg",
        "audio/mpeg" => "mp3",
        "video/mp4" => "mp4",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        "application/json" => "json",
        "application/xml" | "text/xml" => "xml",
        "application/pgp-signature" => "asc",
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => "p7s",
        "application/ms-tnef" => "dat",
        "application/msword" => "doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => "pptx",
        "application/vnd.oasis.opendocument.text" => "odt",
        _ => "bin",
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    fn name(raw: &str) -> String {
        filename(Some(raw), &"1.2".parse().unwrap(), "application/pdf")
    }

    #[test]
    fn names_cannot_leave_their_folder_or_lie() {
        let cases = [
            ("report.pdf", "report.pdf"),
            ("Größe 株式.pdf", "Größe 株式.pdf"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("..\\..\\C:\\boot.ini", "_.._C__boot.ini"),
            ("a\r\nSet-Cookie: pwn=1", "a  Set-Cookie_ pwn=1"),
            ("evil\u{202e}fdp.exe", "evilfdp.exe"),
            ("a\0b\u{7f}\u{85}.txt", "ab.txt"),
            (".htaccess", "htaccess"),
            ("name. . .", "name"),
            ("CON", "_CON"),
            ("nul.txt", "_nul.txt"),
            ("COM1.log", "_COM1.log"),
            ("command.com", "command.com"),
            ("..", "part-1.2.pdf"),
            ("\u{200b}", "part-1.2.pdf"),
            ("", "part-1.2.pdf"),
        ];
        for (raw, cleaned) in cases {
            assert_eq!(name(raw), cleaned, "{raw:?}");
            assert_eq!(name(cleaned), cleaned, "cleaning again changes nothing");
        }
    }

    #[test]
    fn long_names_keep_their_ending() {
        let long = name(&format!("{}.tar.gz", "é".repeat(4_000)));
        assert_eq!(long.chars().count(), MAX);
        assert!(long.ends_with("é.gz"));
    }

    #[test]
    fn defaults_tell_the_type() {
        assert_eq!(filename(None, &"2".parse().unwrap(), "image/jpeg"), "part-2.jpg");
        assert_eq!(filename(None, &"2".parse().unwrap(), "x\"/\r\n"), "part-2.bin");
        assert_eq!(filename(None, &Section::root(), "message/rfc822"), "message.eml");
    }
}
