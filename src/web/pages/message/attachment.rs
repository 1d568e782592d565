//! One attachment of an open message.

use crate::{
    model::{ContentType, MessageKey, Part, PartKind},
    render,
    web::urls::Urls,
};

#[derive(Debug, Clone)]
pub struct AttachmentView {
    /// Safe to show and to save by.
    pub name: String,
    /// In a word: `PDF`, `Image`.
    pub kind: &'static str,
    /// `application/pdf`.
    pub media_type: String,
    pub size: String,
    /// The icon's name in the sprite.
    pub icon: &'static str,
    pub download: String,
    /// Where a browser may show it; see `web/download.rs`.
    pub view: Option<String>,
    /// A small picture of it: the part itself.
    pub thumbnail: Option<String>,
    /// Where an attached message is read.
    pub open: Option<String>,
}

/// A picture up to this size is fetched to be shown small.
const THUMBNAIL_BYTES: u64 = 500_000;

impl AttachmentView {
    /// `name` is what the part is saved by; `open` where it is read if it is a message.
    pub fn new(urls: &Urls, key: &MessageKey, part: &Part, name: String, open: String) -> AttachmentView {
        let is_message = matches!(part.kind, PartKind::Message(_));
        let url = urls.part(key, &part.section);
        let size = part.decoded_size();
        let (kind, icon) = if is_message { ("Message", "mail") } else { kind(&part.content_type) };
        let is_picture = is_picture(&part.content_type);
        AttachmentView {
            name,
            kind,
            media_type: part.content_type.to_string(),
            size: render::size(size),
            icon,
            download: format!("{url}?download=1"),
            thumbnail: (is_picture && size <= THUMBNAIL_BYTES).then(|| url.clone()),
            view: (is_picture || part.content_type.is("text", "plain")).then_some(url),
            open: is_message.then_some(open),
        }
    }
}

/// What browsers show as a picture, and `web/download.rs` lets them.
fn is_picture(content_type: &ContentType) -> bool {
    content_type.main == "image"
        && matches!(content_type.sub.as_str(), "png" | "jpeg" | "jpg" | "gif" | "webp" | "avif")
}

/// A word for people, and an icon.
fn kind(content_type: &ContentType) -> (&'static str, &'static str) {
    match (content_type.main.as_str(), content_type.sub.as_str()) {
        ("image", _) => ("Image", "image"),
        ("audio", _) => ("Audio", "file-audio"),
        ("video", _) => ("Video", "file-video"),
        ("text", "calendar") => ("Event", "calendar"),
        ("text", "vcard" | "x-vcard") => ("Contact", "contact"),
        ("text", "html") => ("Web page", "code"),
        ("text", _) => ("Text", "file-text"),
        ("application", "pdf") => ("PDF", "file-text"),
        ("application", "zip" | "gzip" | "x-tar" | "x-7z-compressed" | "x-rar-compressed" | "vnd.rar") => {
            ("Archive", "file-archive")
        }
        ("application", sub)
            if sub.contains("wordprocessing") || sub == "msword" || sub.ends_with(".text") =>
        {
            ("Document", "file-text")
        }
        ("application", sub) if sub.contains("spreadsheet") || sub.contains("excel") => {
            ("Spreadsheet", "file-spreadsheet")
        }
        ("application", sub) if sub.contains("presentation") || sub.contains("powerpoint") => {
            ("Slides", "presentation")
        }
        ("application", sub) if sub.contains("signature") => ("Signature", "shield-check"),
        _ => ("File", "file"),
    }
}
