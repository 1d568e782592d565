//! The document a message is shown in, put together from its parts.

use super::safe::{SafeHtml, escape};
use super::{Sanitized, misleading};

/// One part of a message, ready to be shown. Its style rules reach itself only.
#[derive(Debug, Clone)]
pub enum BodyFragment {
    /// Shown on a light card: HTML mail brings its own colours, made for white.
    Html { body: SafeHtml, css: String },
    /// Takes the page's colours.
    Text(SafeHtml),
}

impl From<Sanitized> for BodyFragment {
    fn from(part: Sanitized) -> BodyFragment {
        // After the sanitiser, so that cleaning again changes nothing.
        let body = if part.misleading.is_empty() { part.body } else { misleading::mark(&part.body).0 };
        BodyFragment::Html { body, css: part.css }
    }
}

/// A whole HTML document. `css` is our own sheet, for elements `section.part` with class `html` or `text`.
///
/// The parts' rules stand inside `#part-N { … }` (CSS Nesting), so one part cannot restyle or hide another.
pub fn document(title: &str, css: &str, fragments: &[BodyFragment]) -> String {
    let mut out = String::from(
        "<!doctype html>\n<html><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">\
         <base target=\"_blank\"><title>",
    );
    escape(&mut out, title);
    out.push_str("</title>\n<style>");
    push_css(&mut out, css);
    out.push_str("</style>\n");
    for (n, fragment) in (1..).zip(fragments) {
        if let BodyFragment::Html { css, .. } = fragment
            && !css.is_empty()
        {
            out.push_str(&format!("<style>#part-{n}{{"));
            push_css(&mut out, css);
            out.push_str("}</style>\n");
        }
    }
    out.push_str("</head><body>\n");
    for (n, fragment) in (1..).zip(fragments) {
        let (class, html) = match fragment {
            BodyFragment::Html { body, .. } => ("html", body),
            BodyFragment::Text(text) => ("text", text),
        };
        out.push_str(&format!("<section class=\"part {class}\" id=\"part-{n}\">{html}</section>\n"));
    }
    out.push_str("</body></html>\n");
    out
}

/// Nothing that is CSS needs `<`, and without it nothing ends a `<style>`.
fn push_css(out: &mut String, css: &str) {
    out.extend(css.chars().filter(|&c| c != '<'));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Policy, sanitize, text};

    #[test]
    fn parts_stand_apart() {
        let one = sanitize("<style>.a{color:red}body{margin:0}</style><p class=a>one", &Policy::default());
        let shown = document(
            "a</title><script>",
            "p{}</style><script>",
            &[one.into(), BodyFragment::Text(text("two"))],
        );
        assert!(shown.contains("<title>a&lt;/title&gt;&lt;script&gt;</title>"), "{shown}");
        assert!(!shown.contains("<script"), "{shown}");
        assert!(shown.contains("#part-1{.m-a{color:red}.m-_body{margin:0}}</style>"), "{shown}");
        assert!(
            shown.contains("<section class=\"part html\" id=\"part-1\"><div class=\"m-_body\">"),
            "{shown}"
        );
        assert!(shown.contains("id=\"part-2\"><div class=\"plain\">two</div></section>"), "{shown}");
    }
}
