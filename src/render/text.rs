//! Plain text to HTML: escaped, links made, quotes nested and folded, the signature set apart. Linear in
//! the length of the text.

use linkify::{LinkFinder, LinkKind, Span};

use super::safe::{SafeHtml, push_escaped};

/// Deeper levels keep their `>` as text.
const MAX_QUOTE_DEPTH: usize = 8;

/// Lines. A longer quote is folded: the answer is what people came for.
const FOLD_ABOVE: usize = 8;

/// Bytes. No person's line is longer, and looking for links in one is not worth the time.
const MAX_LINKED_LINE: usize = 20_000;

/// Plain text: escaped, links made, quotes (`>`) nested in `<blockquote>` and folded in `<details>` when
/// long, signature dimmed. Line breaks and spaces stay; the class `message-text` shows them.
pub fn text(text: &str) -> SafeHtml {
    let links = link_finder();
    let lines: Vec<Line<'_>> = parts(text);
    let mut out = String::with_capacity(text.len() + text.len() / 8 + 64);
    out.push_str("<div class=\"message-text\">");
    for block in lines.chunk_by(|a, b| a.part == b.part) {
        match block.first().map(|line| line.part) {
            Some(Part::Quote) => push_quote(&mut out, &links, block),
            Some(Part::Signature) => {
                out.push_str("<div class=\"signature\">");
                push_lines(&mut out, &links, block);
                out.push_str("</div>");
            }
            Some(Part::Answer) | None => push_lines(&mut out, &links, block),
        }
    }
    out.push_str("</div>");
    SafeHtml::vouched(out)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Answer,
    Quote,
    Signature,
}

struct Line<'a> {
    part: Part,
    /// Quote levels.
    depth: usize,
    text: &'a str,
}

/// A signature starts at `-- ` (RFC 3676 §4.3) and ends with the text or with a quote below it.
fn parts(text: &str) -> Vec<Line<'_>> {
    let mut unquoted = Part::Answer;
    text.lines()
        .map(|line| {
            let (depth, text) = unquote(line);
            if depth > 0 {
                unquoted = Part::Answer;
                return Line { part: Part::Quote, depth, text };
            }
            if text == "-- " {
                unquoted = Part::Signature;
            }
            Line { part: unquoted, depth, text }
        })
        .collect()
}

/// `> > text` and `>> text` are both two levels deep.
fn unquote(line: &str) -> (usize, &str) {
    let (mut depth, mut rest) = (0, line);
    while depth < MAX_QUOTE_DEPTH
        && let Some(inner) = rest.strip_prefix('>').or_else(|| rest.strip_prefix(" >").filter(|_| depth > 0))
    {
        (depth, rest) = (depth + 1, inner);
    }
    let text = if depth > 0 { rest.strip_prefix(' ').unwrap_or(rest) } else { rest };
    (depth, text)
}

fn push_quote(out: &mut String, links: &LinkFinder, lines: &[Line<'_>]) {
    let folded = lines.len() > FOLD_ABOVE;
    if folded {
        out.push_str(&format!(
            "<details class=\"quoted\"><summary>Quoted text, {} lines</summary>",
            lines.len()
        ));
    }
    let mut open = 0;
    for level in lines.chunk_by(|a, b| a.depth == b.depth) {
        let depth = level.first().map_or(0, |line| line.depth);
        for _ in open..depth {
            out.push_str("<blockquote class=\"quote\">");
        }
        for _ in depth..open {
            out.push_str("</blockquote>");
        }
        open = depth;
        push_lines(out, links, level);
    }
    for _ in 0..open {
        out.push_str("</blockquote>");
    }
    if folded {
        out.push_str("</details>");
    }
}

/// A line break stands between lines only: the elements around them break by themselves.
fn push_lines(out: &mut String, links: &LinkFinder, lines: &[Line<'_>]) {
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        if line.text.len() > MAX_LINKED_LINE {
            push_escaped(out, line.text);
            continue;
        }
        for span in links.spans(line.text) {
            push_span(out, &span);
        }
    }
    // An empty last line has no height of its own in `white-space: pre-wrap`.
    if lines.last().is_some_and(|line| line.text.is_empty()) {
        out.push('\n');
    }
}

fn push_span(out: &mut String, span: &Span<'_>) {
    let address = span.as_str();
    let scheme = match span.kind() {
        Some(LinkKind::Email) => "mailto:",
        Some(LinkKind::Url) if is_web(address) => "",
        _ => return push_escaped(out, address),
    };
    out.push_str("<a href=\"");
    push_escaped(out, scheme);
    push_escaped(out, address);
    out.push_str("\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">");
    push_escaped(out, address);
    out.push_str("</a>");
}

fn is_web(address: &str) -> bool {
    let scheme = address.split_once("://").map_or("", |(scheme, _)| scheme);
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

fn link_finder() -> LinkFinder {
    let mut links = LinkFinder::new();
    links.kinds(&[LinkKind::Url, LinkKind::Email]);
    links
}

#[cfg(test)]
mod tests {
    use super::text;

    const LINK: &str = "rel=\"noopener noreferrer nofollow\" target=\"_blank\"";

    fn inner(source: &str) -> String {
        let html = text(source).to_string();
        let inner =
            html.strip_prefix("<div class=\"message-text\">").and_then(|rest| rest.strip_suffix("</div>"));
        inner.unwrap_or(&html).to_owned()
    }

    #[test]
    fn markup_is_text_and_lines_stay() {
        assert_eq!(inner("a <b>\r\n  & \"c\"\n\nd"), "a &lt;b&gt;\n  &amp; &quot;c&quot;\n\nd");
    }

    #[test]
    fn web_and_mail_addresses_become_links() {
        assert_eq!(
            inner("see https://a.example/?x=1&y=2."),
            format!(
                "see <a href=\"https://a.example/?x=1&amp;y=2\" {LINK}>https://a.example/?x=1&amp;y=2</a>."
            )
        );
        assert_eq!(
            inner("<ann@a.example>"),
            format!("&lt;<a href=\"mailto:ann@a.example\" {LINK}>ann@a.example</a>&gt;")
        );
        for not_a_link in
            ["javascript://a.example/%0aalert(1)", "file://etc/passwd", "data:text/html,x", "foo.bar"]
        {
            assert_eq!(inner(not_a_link), not_a_link);
        }
        let broken_out = inner("http://a.example/\"onmouseover=x '<script>");
        assert!(!broken_out.contains("<script") && !broken_out.contains("\"onmouse"), "{broken_out}");
    }

    #[test]
    fn quotes_nest() {
        assert_eq!(
            inner("Hi\n> one\n> > two\n>> two\n> one\nBye"),
            "Hi<blockquote class=\"quote\">one<blockquote class=\"quote\">two\ntwo</blockquote>one</blockquote>Bye"
        );
        let deep = inner(&format!("{} x", ">".repeat(400)));
        assert_eq!(deep.matches("<blockquote").count(), 8);
        assert_eq!(deep.matches("&gt;").count(), 392);
    }

    #[test]
    fn only_long_quotes_are_folded() {
        assert!(!inner(&"> x\n".repeat(8)).contains("<details"));
        let long = inner(&"> x\n".repeat(9));
        assert!(
            long.starts_with("<details class=\"quoted\"><summary>Quoted text, 9 lines</summary>"),
            "{long}"
        );
        assert!(long.ends_with("</blockquote></details>"), "{long}");
    }

    #[test]
    fn the_signature_is_set_apart_until_a_quote_below_it() {
        assert_eq!(
            inner("Hi\n-- \nAnn\n> old\nmore"),
            "Hi<div class=\"signature\">-- \nAnn</div><blockquote class=\"quote\">old</blockquote>more"
        );
        assert_eq!(inner("a\n--\nb"), "a\n--\nb");
    }

    #[test]
    fn floods_come_to_an_end_with_their_text() {
        for flood in [
            "http://",
            "a@",
            "@",
            "a.",
            "(http://a.b",
            "www.",
            "://",
            "a@b.",
            "> ",
            ">\n",
            "\n",
            "a:",
            "(",
            "http://a(",
            "http://([",
        ] {
            let line = flood.repeat(15_000 / flood.len());
            let html = text(&format!("{} end", format!("{line}\n").repeat(40)));
            assert!(html.as_str().contains("end"), "{flood}");
        }
    }
}
