//! HTML that templates print unescaped, and the escaping that makes it from text.

use std::fmt;

/// HTML that templates print as it is. Only this layer can make one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// The caller vouches for `html`: every byte of it was escaped, sanitised or written by us.
    pub(super) fn vouched(html: String) -> SafeHtml {
        SafeHtml(html)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for SafeHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for SafeHtml {}

/// Appends `text` so that it means the same in an element and in a quoted attribute. Control characters
/// are left out: they mean nothing in HTML.
pub(super) fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            _ if c.is_control() => {}
            _ => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::push_escaped;

    #[test]
    fn escapes_markup_and_drops_controls() {
        let mut out = String::new();
        push_escaped(&mut out, "<a href='x\" y'>&\0\u{1b}\n\t</a>");
        assert_eq!(out, "&lt;a href=&#39;x&quot; y&#39;&gt;&amp;\n\t&lt;/a&gt;");
    }
}
