//! Plain text to HTML: escaped, links made, quotes nested and folded, the signature set apart.
//!
//! Blanks stay as they are, for the sheet to show (`.plain { white-space: pre-wrap }`); line ends are `<br>`, which
//! breaks lines without a sheet, too.

use linkify::{LinkFinder, LinkKind};

use super::links;
use super::safe::{SafeHtml, escape};

/// Bytes that are shown; the rest is in the source.
const MAX_BYTES: usize = 1_000_000;
/// Quotes in quotes; deeper ones stand at this depth.
const MAX_QUOTES: usize = 12;
/// A quote of more lines is folded.
const FOLD: usize = 12;
/// Links are not looked for in a longer line: nobody wrote it.
const MAX_LINKED_LINE: usize = 20_000;
/// The line before a signature (RFC 3676 §4.3).
const SIGNATURE: &str = "-- ";

/// Plain text: escaped, links made, quotes (`>`) nested in `<blockquote>` and folded in `<details>` when
/// long, signature dimmed.
pub fn text(text: &str) -> SafeHtml {
    let cut = text.get(..text.floor_char_boundary(MAX_BYTES)).unwrap_or(text);
    let lines: Vec<Line<'_>> = cut.trim_end().lines().map(Line::read).collect();
    let signature = lines.iter().rposition(|line| line.depth == 0 && line.text == SIGNATURE);
    let (letter, signature) =
        lines.split_at_checked(signature.unwrap_or(lines.len())).unwrap_or((&lines, &[]));

    let mut out = String::with_capacity(cut.len() + cut.len() / 4);
    out.push_str("<div class=\"plain\">");
    // A letter that is nothing but a quote is not folded away.
    let has_own_words = letter.iter().any(|line| line.depth == 0 && !line.text.trim().is_empty());
    for run in letter.chunk_by(|a, b| (a.depth == 0) == (b.depth == 0)) {
        let quoted = run.first().is_some_and(|line| line.depth > 0);
        if quoted && has_own_words && run.len() > FOLD {
            out.push_str(&format!(
                "<details class=\"fold\"><summary>Quoted text, {} lines</summary>",
                run.len()
            ));
            quote(&mut out, run);
            out.push_str("</details>");
        } else {
            quote(&mut out, run);
        }
    }
    if !signature.is_empty() {
        out.push_str("<div class=\"signature\">");
        quote(&mut out, signature);
        out.push_str("</div>");
    }
    if cut.len() < text.len() {
        out.push_str("<p class=\"shortened\">This text is shortened. The source has all of it.</p>");
    }
    out.push_str("</div>");
    SafeHtml::vouched(out)
}

struct Line<'a> {
    depth: usize,
    text: &'a str,
}

impl<'a> Line<'a> {
    /// `> > text`, `>>text`: the marks counted and taken off, one space after the last with them.
    fn read(line: &'a str) -> Line<'a> {
        let mut depth = 0;
        let mut rest = line;
        while let Some(after) =
            rest.strip_prefix('>').or_else(|| if depth > 0 { rest.strip_prefix(" >") } else { None })
        {
            depth += 1;
            rest = after;
        }
        let text = if depth > 0 { rest.strip_prefix(' ').unwrap_or(rest) } else { rest };
        Line { depth: depth.min(MAX_QUOTES), text }
    }
}

/// Lines of any depth, each in as many `<blockquote>`s.
fn quote(out: &mut String, lines: &[Line<'_>]) {
    let mut depth = 0;
    let mut first = true;
    for line in lines {
        if line.depth == depth && !first {
            out.push_str("<br>");
        }
        for _ in depth..line.depth {
            out.push_str("<blockquote class=\"quote\">");
        }
        for _ in line.depth..depth {
            out.push_str("</blockquote>");
        }
        depth = line.depth;
        first = false;
        linked(out, line.text);
    }
    for _ in 0..depth {
        out.push_str("</blockquote>");
    }
}

fn linked(out: &mut String, line: &str) {
    if line.len() > MAX_LINKED_LINE || !line.contains(['@', ':', '.']) {
        return visible(out, line);
    }
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false);
    for span in finder.spans(line) {
        match span.kind().and_then(|kind| address(kind, span.as_str())) {
            Some(address) => {
                out.push_str("<a href=\"");
                escape(out, &address);
                out.push('"');
                out.push_str(links::NEW_TAB);
                out.push('>');
                visible(out, span.as_str());
                out.push_str("</a>");
            }
            None => visible(out, span.as_str()),
        }
    }
}

/// Where a link leads; `None` where the finder took too much for one.
fn address(kind: &LinkKind, shown: &str) -> Option<String> {
    let has = |scheme: &str| shown.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme));
    if *kind == LinkKind::Email {
        return links::href(&format!("mailto:{shown}"));
    }
    if has("http://") || has("https://") {
        return links::href(shown);
    }
    if has("www.") { links::href(&format!("https://{shown}")) } else { None }
}

/// Escaped, with characters that would show a text as another made visible.
fn visible(out: &mut String, text: &str) {
    let unseen = |c: char| {
        (c.is_control() && c != '\t') || matches!(c, '\u{202d}' | '\u{202e}' | '\u{fff9}'..='\u{fffb}')
    };
    if text.contains(unseen) {
        escape(out, &text.replace(unseen, "\u{fffd}"));
    } else {
        escape(out, text);
    }
}

#[cfg(test)]
mod tests;
