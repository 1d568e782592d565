//! Before the real parser: bounded and well-formed markup out of any.
//!
//! html5ever repairs bad markup as browsers do, and its repairs cost the square of depth, attributes,
//! misnesting or entities (servo/html5ever#788). So this one linear pass writes markup that needs no repair:
//! known elements only, each closed in order, no deeper than [`MAX_DEPTH`]. Text is never lost to a limit.
//! It decides nothing about safety: what it writes is parsed and sanitised as a stranger's.

mod balance;
mod lex;

#[cfg(test)]
mod tests;

use std::ops::Range;

use self::lex::{Lexer, Token};
use super::tags::{self, Kind, Tag};
use super::tracker;

/// Bytes of markup that are looked at; the rest is in the source.
pub(super) const MAX_BYTES: usize = 2_000_000;
/// Open elements. Chromium stops at 512.
pub(super) const MAX_DEPTH: usize = 256;
/// Elements, of which the parser makes a tree; the text of those that come after them is kept.
pub(super) const MAX_ELEMENTS: usize = 100_000;
/// Bytes of `<style>`; Gmail takes 8 kB.
const MAX_STYLE: usize = 300_000;
/// `</b>` over open blocks, and content between table rows: repairs left to the parser before it must do
/// without.
const MAX_REPAIRS: usize = 200;
/// Formatting elements that a block left open, to be opened again in the next one.
const MAX_PENDING: usize = 16;
/// Bytes of attributes of a formatting element, which repairs copy.
const MAX_FORMATTING: usize = 8_000;
/// The parser's serialiser reads a text to its end for every character that it escapes.
const TEXT_RUN: usize = 4_000;
/// For the same reason; only an image's address (`data:`) may be longer.
const MAX_VALUE: usize = 8_000;

#[derive(Debug, Default)]
pub(super) struct Guarded {
    pub(super) markup: String,
    /// The contents of `<style>` elements, each with its `media` attribute.
    pub(super) sheets: Vec<(String, String)>,
    /// The attributes of `<body>`, as written.
    pub(super) body: Vec<(String, String)>,
    pub(super) simplified: bool,
    /// Remote images that are there to be fetched, not to be seen.
    pub(super) trackers: usize,
    /// The parser has to repair it: what comes out may read differently when it is parsed again.
    pub(super) untidy: bool,
}

/// An element that is open in the output.
struct Open {
    tag: &'static Tag,
    /// Its start tag in the output.
    source: Range<usize>,
    /// Formatting that waits outside a cell until the cell ends.
    held: Vec<Range<usize>>,
    /// It shows nothing, and so nothing in it.
    hidden: bool,
}

struct Writer {
    out: Guarded,
    open: Vec<Open>,
    /// Start tags (in the output) of formatting elements to open again before the next content.
    pending: Vec<Range<usize>>,
    /// Start tags dropped for depth or number, whose end tags are dropped too.
    skipped: usize,
    elements: usize,
    repairs: usize,
    text_run: usize,
    /// Bytes that reopening may still add.
    reopening: usize,
    style_bytes: usize,
}

pub(super) fn guard(markup: &str) -> Guarded {
    let cut = markup.get(..markup.floor_char_boundary(MAX_BYTES)).unwrap_or(markup);
    let mut writer = Writer {
        out: Guarded { markup: String::with_capacity(cut.len()), ..Guarded::default() },
        open: Vec::new(),
        pending: Vec::new(),
        skipped: 0,
        elements: 0,
        repairs: 0,
        text_run: 0,
        reopening: cut.len() + 100_000,
        style_bytes: 0,
    };
    writer.out.simplified = cut.len() < markup.len();
    let mut lexer = Lexer::new(cut);
    while let Some(token) = lexer.next() {
        match token {
            Token::Text(text) => writer.text(text),
            Token::Close(name) => writer.close(&name),
            Token::Open { name, attributes, crowded } => {
                writer.out.simplified |= crowded;
                match name.as_str() {
                    "script" | "title" | "iframe" | "noembed" | "noframes" => {
                        lexer.raw(&name);
                    }
                    "style" => writer.style(&attributes, lexer.raw(&name)),
                    // Shown by browsers, so its text is kept.
                    "textarea" | "xmp" => writer.text(lexer.raw(&name)),
                    "plaintext" => writer.text(lexer.everything()),
                    "body" => writer.body(&attributes),
                    _ if writer.is_full() => writer.skip(&name),
                    _ => writer.start(&name, &attributes),
                }
            }
        }
    }
    writer.close_to(0);
    writer.out.untidy = writer.repairs > 0;
    writer.out
}

impl Writer {
    fn style(&mut self, attributes: &[(&str, &str)], css: &str) {
        self.style_bytes += css.len();
        if self.style_bytes > MAX_STYLE {
            self.out.simplified = true;
            return;
        }
        let media = attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case("media"));
        self.out.sheets.push((media.map_or(String::new(), |(_, value)| (*value).to_owned()), css.to_owned()));
    }

    fn body(&mut self, attributes: &[(&str, &str)]) {
        for (name, value) in attributes {
            let name = name.to_ascii_lowercase();
            if value.len() <= MAX_VALUE && !self.out.body.iter().any(|(known, _)| *known == name) {
                self.out.body.push((name, quoted(value)));
            }
        }
    }

    fn text(&mut self, text: &str) {
        let blank = text.chars().all(|c| c.is_ascii_whitespace());
        if !blank {
            self.place_in_table();
        }
        if !self.in_table() {
            self.reopen();
        }
        // The parser drops a newline there, each time anew.
        let after_pre = self
            .open
            .last()
            .is_some_and(|open| open.tag.name == "pre" && open.source.end == self.out.markup.len());
        self.write_text(if after_pre { text.trim_start_matches(['\r', '\n']) } else { text });
    }

    /// Writes text so that it stays text. A comment every [`TEXT_RUN`] bytes (the sanitiser takes it out
    /// again) keeps each text node short.
    fn write_text(&mut self, mut text: &str) {
        while !text.is_empty() {
            let mut end = text.floor_char_boundary(TEXT_RUN.min(text.len()));
            if end < text.len()
                && let Some(reference) = text.get(..end).and_then(|t| t.rfind('&'))
                && reference > 0
            {
                // Not inside `&nbsp;`.
                end = reference;
            }
            let (piece, rest) = text.split_at_checked(end).unwrap_or((text, ""));
            self.out.markup.push_str(&piece.replace('<', "&lt;").replace('\0', ""));
            self.text_run += piece.len();
            if self.text_run >= TEXT_RUN {
                self.out.markup.push_str("<!---->");
                self.text_run = 0;
            }
            text = rest;
        }
    }

    fn is_full(&self) -> bool {
        self.elements >= MAX_ELEMENTS
    }

    /// Leaves out a start tag, and so the end tag to come.
    fn skip(&mut self, name: &str) {
        let Some(tag) = tags::find(name) else { return };
        self.out.simplified = true;
        if !matches!(tag.kind, Kind::Void | Kind::Column) {
            self.skipped += 1;
        }
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &str)]) {
        let Some(tag) = tags::find(name) else { return };
        if !self.make_room(tag) {
            return;
        }
        // A table needs room for its cells.
        let room = if tag.kind == Kind::Table { 4 } else { 0 };
        if !matches!(tag.kind, Kind::Void | Kind::Column) && self.open.len() + room >= MAX_DEPTH {
            return self.skip(name);
        }
        let hidden = self.open.last().is_some_and(|open| open.hidden) || tracker::is_hidden(attributes);
        if tag.name == "img" && tracker::is_remote(attributes) && (hidden || tracker::is_tiny(attributes)) {
            self.out.trackers += 1;
        }
        let from = self.out.markup.len();
        self.write_start(tag, attributes);
        let source = from..self.out.markup.len();
        if !matches!(tag.kind, Kind::Void | Kind::Column) {
            let held = if tag.kind == Kind::Cell { std::mem::take(&mut self.pending) } else { Vec::new() };
            self.open.push(Open { tag, source, held, hidden });
        }
    }

    fn write_start(&mut self, tag: &Tag, attributes: &[(&str, &str)]) {
        self.elements += 1;
        self.out.markup.push('<');
        self.out.markup.push_str(tag.name);
        if tag.name == "a" {
            self.out.markup.push_str(super::links::NEW_TAB);
        }
        let mut bytes = 0;
        for (name, value) in attributes {
            let name = name.to_ascii_lowercase();
            if !tag.allows(&name) || matches!(name.as_str(), "rel" | "target") {
                continue;
            }
            bytes += value.len();
            let long = value.len() > MAX_VALUE && name != "src";
            if long || (tag.kind == Kind::Formatting && bytes > MAX_FORMATTING) {
                self.out.simplified = true;
                continue;
            }
            self.out.markup.push(' ');
            self.out.markup.push_str(&name);
            self.out.markup.push_str("=\"");
            self.out.markup.push_str(&quoted(value));
            self.out.markup.push('"');
        }
        self.out.markup.push('>');
    }

    fn write_end(&mut self, name: &str) {
        self.out.markup.push_str("</");
        self.out.markup.push_str(name);
        self.out.markup.push('>');
    }
}

fn quoted(value: &str) -> String {
    value.replace('"', "&quot;").replace('<', "&lt;").replace('\0', "")
}
