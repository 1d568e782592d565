//! Values to HTML that is safe to print. Knows no network and not who is asking.

use std::collections::BTreeMap;

use crate::model::Section;

/// HTML that templates print as it is. Only this layer can make one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SafeHtml(String);

impl std::fmt::Display for SafeHtml {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for SafeHtml {}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteContent {
    Block,
    Allow,
}

/// What a message's HTML may refer to.
#[derive(Debug, Clone)]
pub struct Policy {
    pub remote: RemoteContent,
    /// Content-ID -> address of the part that shows it.
    pub inline: BTreeMap<String, String>,
}

/// What was left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocked {
    /// Remote images and other remote references that were not shown.
    pub remote: usize,
    /// The markup was too large or too deep: its text is shown instead, or it was cut.
    pub simplified: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Sanitized {
    pub body: SafeHtml,
    /// Rebuilt from the message's `<style>` elements.
    pub css: String,
    pub blocked: Blocked,
    /// Content-IDs that the HTML shows, so that these parts are not listed as attachments too.
    pub used: Vec<String>,
}

pub fn sanitize(html: &str, policy: &Policy) -> Sanitized {
    let _ = (html, policy);
    todo!()
}

/// Plain text: escaped, links made, quotes (`>`) nested in `<blockquote>` and folded in `<details>` when
/// long, signature dimmed.
pub fn text(text: &str) -> SafeHtml {
    let _ = text;
    todo!()
}

/// `12.3 kB`, `4.5 MB`.
pub fn size(bytes: u64) -> String {
    let _ = bytes;
    todo!()
}

/// A file name that is safe to give to a browser and a disk: no path, control or bidi characters.
pub fn filename(raw: Option<&str>, section: &Section, media_type: &str) -> String {
    let _ = (raw, section, media_type);
    todo!()
}

/// A date as a list row shows it, seen from `now`: the time today, the day this year, else the date.
pub fn when_short(at: jiff::Timestamp, now: &jiff::ZonedDateTime) -> String {
    let _ = (at, now);
    todo!()
}

/// A date as a message shows it: `Tuesday, 24 November 2026 at 20:54`.
pub fn when_long(at: &jiff::ZonedDateTime) -> String {
    let _ = at;
    todo!()
}

/// One body part in a message's document.
#[derive(Debug, Clone)]
pub enum Fragment {
    Text(SafeHtml),
    Html(Sanitized),
}

impl Fragment {
    pub fn into_text(self) -> Option<SafeHtml> {
        match self {
            Fragment::Text(text) => Some(text),
            Fragment::Html(_) => None,
        }
    }
}

pub fn document(title: &str, base_css: &str, fragments: &[Fragment]) -> String {
    let _ = (title, base_css, fragments);
    todo!()
}

/// Texts one below the other.
pub fn joined(texts: &[SafeHtml]) -> SafeHtml {
    let _ = texts;
    todo!()
}

/// The fragments in one page, for paper.
pub fn flattened(fragments: &[Fragment]) -> SafeHtml {
    let _ = fragments;
    todo!()
}
