//! The readable text of HTML, in one pass: time and memory grow with the input and nothing else.

use mail_parser::decoders::html::add_html_token;
use memchr::{memchr, memmem};

/// More HTML than this is not read, bytes.
const MAX_HTML: usize = 2 << 20;
/// Deeper quotations are shown at this depth.
const MAX_QUOTES: usize = 20;
/// Longer link targets are left out.
const MAX_LINK: usize = 1000;

/// Elements whose content is no text for readers.
const UNSEEN: [&[u8]; 6] = [b"script", b"style", b"title", b"template", b"svg", b"select"];

/// Readable text of an HTML body, for quoting and for text view.
pub fn html_to_text(html: &str) -> String {
    let html = html.get(..html.floor_char_boundary(MAX_HTML)).unwrap_or(html);
    let lower = html.to_ascii_lowercase();
    let mut reader =
        Reader { html, lower: lower.as_bytes(), at: 0, never_closed: Vec::new(), quote_ends: true };
    let mut text = Text::default();
    while let Some(piece) = reader.next() {
        match piece {
            Piece::Text(run) => text.push(run),
            Piece::Open(tag) => text.open(&tag),
            Piece::Close(name) => text.close(&name),
        }
    }
    text.finish()
}

enum Piece<'h> {
    Text(&'h str),
    Open(Tag<'h>),
    /// Lower case.
    Close(String),
}

struct Tag<'h> {
    /// Lower case.
    name: String,
    attributes: &'h str,
}

struct Reader<'h, 'l> {
    html: &'h str,
    /// The same in lower case, to search in.
    lower: &'l [u8],
    at: usize,
    /// Elements without an end tag from here on: not searched for again.
    never_closed: Vec<&'static [u8]>,
    /// Whether quotes in tags were closed so far; once one is not, a tag ends at its first `>`.
    quote_ends: bool,
}

impl<'h> Reader<'h, '_> {
    fn next(&mut self) -> Option<Piece<'h>> {
        loop {
            let rest = self.html.get(self.at..).filter(|rest| !rest.is_empty())?;
            if !is_tag(rest.as_bytes()) {
                let end = rest
                    .match_indices('<')
                    .map(|(at, _)| at)
                    .find(|at| rest.get(*at..).is_some_and(|from| is_tag(from.as_bytes())))
                    .unwrap_or(rest.len());
                self.at += end;
                return Some(Piece::Text(rest.get(..end)?));
            }
            if rest.starts_with("<!--") {
                self.skip_past(b"-->", 4);
            } else if rest.starts_with(['<']) && rest.get(1..)?.starts_with(['!', '?']) {
                self.skip_past(b">", 1);
            } else if let Some(piece) = self.tag(rest) {
                return Some(piece);
            }
        }
    }

    /// `None` for what is passed over.
    fn tag(&mut self, rest: &'h str) -> Option<Piece<'h>> {
        let end = self.tag_end(rest);
        let inside = rest.get(1..end).unwrap_or_default();
        self.at += end + 1;
        let is_close = inside.starts_with('/');
        let inside = inside.trim_start_matches('/');
        let name_end = inside.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(inside.len());
        let (name, attributes) = inside.split_at_checked(name_end)?;
        let name = name.to_ascii_lowercase();
        if is_close {
            return Some(Piece::Close(name));
        }
        if let Some(unseen) = UNSEEN.into_iter().find(|unseen| *unseen == name.as_bytes()) {
            self.skip_element(unseen);
            return None;
        }
        Some(Piece::Open(Tag { name, attributes }))
    }

    /// Where the `>` of the tag stands that begins `rest`.
    fn tag_end(&mut self, rest: &str) -> usize {
        let bytes = rest.as_bytes();
        if self.quote_ends {
            let mut quote = None;
            for (at, byte) in bytes.iter().enumerate() {
                match (quote, byte) {
                    (None, b'>') => return at,
                    // A quote opens a value only after `=`, else it is part of a name.
                    (None, b'"' | b'\'') if before_is(bytes, at, b'=') => quote = Some(*byte),
                    (Some(open), byte) if open == *byte => quote = None,
                    _ => {}
                }
            }
            self.quote_ends = false;
        }
        memchr(b'>', bytes).unwrap_or(bytes.len())
    }

    fn skip_element(&mut self, name: &'static [u8]) {
        if self.never_closed.contains(&name) {
            return;
        }
        let end_tag = [b"</", name].concat();
        let rest = self.lower.get(self.at..).unwrap_or_default();
        match memmem::find(rest, &end_tag) {
            Some(end) => self.at += end,
            None => self.never_closed.push(name),
        }
    }

    /// Past the next `mark`, or to the end.
    fn skip_past(&mut self, mark: &[u8], from: usize) {
        let rest = self.lower.get(self.at + from..).unwrap_or_default();
        self.at = memmem::find(rest, mark).map_or(self.lower.len(), |end| self.at + from + end + mark.len());
    }
}

/// Whether a tag, comment or declaration begins here: a lone `<` is text.
fn is_tag(bytes: &[u8]) -> bool {
    match bytes {
        [b'<', b'/', c, ..] => c.is_ascii_alphabetic(),
        [b'<', c, ..] => c.is_ascii_alphabetic() || matches!(c, b'!' | b'?'),
        _ => false,
    }
}

fn before_is(bytes: &[u8], at: usize, wanted: u8) -> bool {
    let before = bytes.get(..at).unwrap_or_default().trim_ascii_end();
    before.last() == Some(&wanted)
}

/// Lines being written.
#[derive(Default)]
struct Text {
    out: String,
    /// What comes between the last word and the next: nothing, a blank, or line breaks.
    blank: bool,
    breaks: usize,
    quotes: usize,
    preformatted: usize,
    /// The open link: its target, and where its text began. Links do not nest.
    link: Option<(String, usize)>,
}

impl Text {
    fn push(&mut self, run: &str) {
        let decoded = decode_entities(run);
        for (at, line) in decoded.split('\n').enumerate() {
            if self.preformatted > 0 {
                if at > 0 {
                    self.breaks += 1;
                }
                self.word(line.trim_end_matches('\r'));
                continue;
            }
            self.blank |= at > 0;
            for (at, word) in line.split([' ', '\t', '\r', '\u{c}', '\u{a0}']).enumerate() {
                self.blank |= at > 0;
                self.word(word);
            }
        }
    }

    fn word(&mut self, word: &str) {
        let seen = |c: &char| !c.is_control() && !matches!(c, '\u{ad}' | '\u{34f}' | '\u{200b}' | '\u{feff}');
        let word: String = word.chars().filter(|c| *c == '\t' || seen(c)).collect();
        if word.is_empty() {
            return;
        }
        let is_start = self.out.is_empty();
        if !is_start && self.breaks > 0 {
            for _ in 0..self.breaks.min(2) {
                self.out.truncate(self.out.trim_end_matches(' ').len());
                self.out.push('\n');
                self.out.extend(std::iter::repeat_n('>', self.quotes));
            }
        }
        if is_start {
            self.out.extend(std::iter::repeat_n('>', self.quotes));
        }
        if (is_start || self.breaks > 0) && self.quotes > 0 || !is_start && self.breaks == 0 && self.blank {
            self.out.push(' ');
        }
        (self.blank, self.breaks) = (false, 0);
        self.out.push_str(&word);
    }

    fn break_at_least(&mut self, n: usize) {
        self.breaks = self.breaks.max(n);
    }

    fn open(&mut self, tag: &Tag<'_>) {
        match tag.name.as_str() {
            "br" => self.breaks += 1,
            "li" => {
                self.break_at_least(1);
                self.word("-");
                self.blank = true;
            }
            "hr" => {
                self.break_at_least(1);
                self.word("-----");
                self.break_at_least(1);
            }
            "td" | "th" => self.blank = true,
            "img" => {
                if let Some(alt) = attribute(tag.attributes, "alt") {
                    self.push(alt);
                }
            }
            "a" => {
                let target = attribute(tag.attributes, "href").map(decode_entities).unwrap_or_default();
                self.link = Some((target.trim().to_owned(), self.out.len()));
            }
            "blockquote" => {
                self.break_at_least(2);
                self.quotes = (self.quotes + 1).min(MAX_QUOTES);
            }
            "pre" => {
                self.break_at_least(1);
                self.preformatted += 1;
            }
            name => self.block(name),
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "a" => self.close_link(),
            "blockquote" => {
                self.break_at_least(2);
                self.quotes = self.quotes.saturating_sub(1);
            }
            "pre" => {
                self.break_at_least(1);
                self.preformatted = self.preformatted.saturating_sub(1);
            }
            name => self.block(name),
        }
    }

    fn block(&mut self, name: &str) {
        match name {
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "dl" | "table" => {
                self.break_at_least(2)
            }
            "div" | "tr" | "li" | "dt" | "dd" | "section" | "article" | "header" | "footer" | "main"
            | "nav" | "address" | "center" | "form" | "fieldset" | "figure" | "figcaption" | "caption"
            | "option" | "body" | "html" | "head" => self.break_at_least(1),
            _ => {}
        }
    }

    /// The target follows the text, where it says more than the text does.
    fn close_link(&mut self) {
        let Some((target, start)) = self.link.take() else { return };
        let is_web = ["http://", "https://", "mailto:"].iter().any(|scheme| target.starts_with(scheme));
        let shown = self.out.get(start..).unwrap_or_default().trim();
        let plain = target.strip_prefix("mailto:").unwrap_or(&target);
        if is_web && !shown.is_empty() && !shown.contains(plain) && target.len() <= MAX_LINK {
            self.blank = true;
            let (breaks, target) = (std::mem::take(&mut self.breaks), format!("<{target}>"));
            self.word(&target);
            self.breaks = breaks;
        }
    }

    fn finish(mut self) -> String {
        self.out.truncate(self.out.trim_end().len());
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out
    }
}

/// The value of an attribute, entities as they are.
fn attribute<'a>(attributes: &'a str, wanted: &str) -> Option<&'a str> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        let name_end = rest.find(|c: char| c.is_ascii_whitespace() || c == '=').unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(name_end)?;
        let after = after.trim_start();
        let (value, after) = match after.strip_prefix('=').map(str::trim_start) {
            None => ("", after),
            Some(value) => match value.strip_prefix(['"', '\'']) {
                Some(quoted) => {
                    let quote = if value.starts_with('"') { '"' } else { '\'' };
                    quoted.split_once(quote).unwrap_or((quoted, ""))
                }
                None => value.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((value, "")),
            },
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        if after.is_empty() || (name.is_empty() && after.len() == rest.len()) {
            return None;
        }
        rest = after;
    }
}

fn decode_entities(text: &str) -> String {
    /// Longer names are none.
    const MAX_NAME: usize = 40;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = memchr(b'&', rest.as_bytes()).and_then(|at| rest.split_at_checked(at)) {
        out.push_str(before);
        let window = from.as_bytes().get(..MAX_NAME).unwrap_or(from.as_bytes());
        match memchr(b';', window).and_then(|end| from.split_at_checked(end + 1)) {
            Some((entity, after)) => {
                add_html_token(&mut out, entity.as_bytes(), false);
                rest = after;
            }
            None => {
                out.push('&');
                rest = from.strip_prefix('&').unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests;
