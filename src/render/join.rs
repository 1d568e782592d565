//! Safe pieces put together: what joins them is safe, too.

use super::{document::BodyFragment, safe::SafeHtml};

/// Texts one below the other.
pub fn joined(texts: &[SafeHtml]) -> SafeHtml {
    texts.iter().fold(SafeHtml::default(), |all, text| SafeHtml::vouched(format!("{all}{text}\n")))
}

/// The parts of a message one below the other in a page that is not theirs, as paper needs it. Their style
/// sheets stay out: rules would reach the page.
pub fn flattened(fragments: &[BodyFragment]) -> SafeHtml {
    let sections = fragments.iter().map(|fragment| match fragment {
        BodyFragment::Html { body, .. } => {
            SafeHtml::vouched(format!("<section class=\"part html\">{body}</section>"))
        }
        BodyFragment::Text(text) => {
            SafeHtml::vouched(format!("<section class=\"part text\">{text}</section>"))
        }
    });
    joined(&sections.collect::<Vec<_>>())
}
