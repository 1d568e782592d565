//! Values to HTML that is safe to print. Knows no network and not who is asking.

use std::collections::BTreeMap;

mod filename;
mod safe;
mod size;
mod text;
mod when;

pub use filename::filename;
pub use safe::SafeHtml;
pub use size::size;
pub use text::text;
pub use when::{when_long, when_short};

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
    texts.first().cloned().unwrap_or_default()
}

/// The fragments in one page, for paper.
pub fn flattened(fragments: &[Fragment]) -> SafeHtml {
    let _ = fragments;
    todo!()
}
