//! The structure of a message, always built, however broken the bytes.

use super::{Headers, Section};

/// A flat list of the leaves and attached messages of a message, in order.
#[derive(Debug, Clone, Default)]
pub struct MimeTree {
    pub parts: Vec<Part>,
    pub problems: Vec<Problem>,
}

/// One leaf (or one attached message, whose own leaves follow it in [`MimeTree::parts`]).
#[derive(Debug, Clone)]
pub struct Part {
    pub section: Section,
    pub kind: PartKind,
    pub content_type: ContentType,
    pub encoding: Encoding,
    pub disposition: Disposition,
    /// Decoded file name, as the sender wrote it: clean it before using it as one.
    pub filename: Option<String>,
    /// Content-ID without angle brackets.
    pub content_id: Option<String>,
    /// Bytes as encoded on the wire; see [`Part::decoded_size`].
    pub size: u64,
}

/// What a part is to a reader.
#[derive(Debug, Clone)]
pub enum PartKind {
    /// Body text that is shown: `text/plain`, or another readable text type.
    Text,
    /// Body HTML that is shown.
    Html,
    /// The plain (or otherwise lesser) version of an HTML body: shown where text is preferred.
    Alternative,
    /// Everything else: listed, and downloaded on request.
    Attachment,
    /// Refers to a body by Content-ID and is shown inside it.
    Inline,
    /// A `message/rfc822`: its headers; its parts are those [`Section::is_within`] its section.
    Message(Box<Headers>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentType {
    /// Lower case: `text`.
    pub main: String,
    /// Lower case: `plain`.
    pub sub: String,
    pub charset: Option<String>,
    /// `format=flowed` (RFC 3676).
    pub flowed: bool,
    /// `delsp=yes` (RFC 3676).
    pub del_sp: bool,
}

impl ContentType {
    pub fn new(main: &str, sub: &str) -> ContentType {
        ContentType {
            main: main.to_ascii_lowercase(),
            sub: sub.to_ascii_lowercase(),
            charset: None,
            flowed: false,
            del_sp: false,
        }
    }

    pub fn is(&self, main: &str, sub: &str) -> bool {
        self.main == main && self.sub == sub
    }
}

impl std::fmt::Display for ContentType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.main, self.sub)
    }
}

/// Content-Transfer-Encoding (RFC 2045 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// 7bit, 8bit, binary, and anything unknown.
    Identity,
    QuotedPrintable,
    Base64,
    UuEncode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    Inline,
    Attachment,
    Unstated,
}

/// What was wrong with a message. Shown as a note; never an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Nested deeper than is shown; the rest is in the source.
    TooDeep,
    /// More parts than are shown; the rest is in the source.
    TooManyParts,
    /// A structure that could not be read; the source has everything.
    Structure,
    /// A body part that could not be decoded cleanly.
    Encoding(Section),
    /// A body part larger than is shown: how many bytes are.
    Shortened(Section, u64),
}

impl Part {
    /// About how many bytes this part has when decoded.
    pub fn decoded_size(&self) -> u64 {
        match self.encoding {
            // 76 characters and CRLF carry 57 bytes.
            Encoding::Base64 => self.size * 57 / 78,
            Encoding::UuEncode => self.size * 45 / 62,
            Encoding::Identity | Encoding::QuotedPrintable => self.size,
        }
    }

    pub fn is_attachment(&self) -> bool {
        matches!(self.kind, PartKind::Attachment | PartKind::Message(_))
    }
}

impl MimeTree {
    pub fn part(&self, section: &Section) -> Option<&Part> {
        self.parts.iter().find(|part| part.section == *section)
    }

    /// The parts of the message attached at `root` (or of the whole message), without those of the messages
    /// attached to it in turn.
    pub fn of_message<'t>(&'t self, root: &Section) -> impl Iterator<Item = &'t Part> + use<'t> {
        let inside = |part: &Part, outer: &Section| part.section.is_within(outer) && part.section != *outer;
        let root = root.clone();
        let messages = self.parts.iter().filter(|part| matches!(part.kind, PartKind::Message(_)));
        let deeper: Vec<_> = messages.filter(|m| inside(m, &root)).map(|m| m.section.clone()).collect();
        self.parts.iter().filter(move |part| {
            (root.is_root() || inside(part, &root)) && !deeper.iter().any(|outer| inside(part, outer))
        })
    }

    pub fn by_content_id(&self, content_id: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.content_id.as_deref() == Some(content_id))
    }
}
