//! Links whose words name one place and that lead to another. The place they lead to is written behind them, where
//! no style sheet of the message can hide it.

use unicode_normalization::UnicodeNormalization;
use url::Url;

use super::lookalike::deceptive_domain;
use super::safe::{SafeHtml, escape};

/// A link that is not what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misleading {
    /// The host that its text names.
    pub shown: String,
    /// A host, in ASCII, or the address of a `mailto:`.
    pub leads_to: String,
}

impl Misleading {
    /// More are marked, but not listed.
    pub const MAX: usize = 20;
}

/// Words of a link's text that are looked at.
const MAX_WORDS: usize = 30;
/// Bytes of a link's text that are looked at.
const MAX_TEXT: usize = 2_000;

/// Wins over what the message says of its elements.
const STYLE: &str = "display:inline!important;visibility:visible!important;opacity:1!important;\
    font:bold 13px/1.4 sans-serif!important;color:#9b1c1c!important;background:#fff!important;\
    text-indent:0!important;letter-spacing:0!important;white-space:normal!important;direction:ltr!important";

/// Endings that look like a top-level domain and are not meant as one.
const FILE_ENDINGS: &[&str] = &[
    "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "zip", "png", "jpg", "jpeg", "gif",
    "txt", "html", "htm", "php", "js", "ts", "csv", "xml", "json", "mp3", "mp4", "ics", "exe",
];

/// `html` is what the sanitiser wrote: links closed, attributes in double quotes.
pub(super) fn mark(html: &SafeHtml) -> (SafeHtml, Vec<Misleading>) {
    let mut out = String::with_capacity(html.as_str().len());
    let mut found: Vec<Misleading> = Vec::new();
    let mut rest = html.as_str();
    while let Some((before, link)) = rest.find("<a ").and_then(|at| rest.split_at_checked(at)) {
        let Some((link, after)) = link.find("</a>").and_then(|at| link.split_at_checked(at + "</a>".len()))
        else {
            break;
        };
        out.push_str(before);
        out.push_str(link);
        rest = after;
        let Some(misleading) = judge(link) else { continue };
        out.push_str(&format!(" <small style=\"{STYLE}\">(leads to "));
        escape(&mut out, &misleading.leads_to);
        out.push_str(")</small>");
        if found.len() < Misleading::MAX && !found.contains(&misleading) {
            found.push(misleading);
        }
    }
    out.push_str(rest);
    (SafeHtml::vouched(out), found)
}

/// One `<a …>…</a>`.
fn judge(link: &str) -> Option<Misleading> {
    let (start, content) = split_tag(link)?;
    let href = start.split_once(" href=\"")?.1.split('"').next()?;
    let url = Url::parse(&unescape(href)).ok()?;
    let (leads_to, host) = match url.scheme() {
        "mailto" => {
            let address = percent_encoding::percent_decode_str(url.path()).decode_utf8().ok()?.into_owned();
            let (_, host) = address.rsplit_once('@')?;
            (address.clone(), host.to_ascii_lowercase())
        }
        _ => (url.host_str()?.to_owned(), url.host_str()?.to_owned()),
    };
    if let Some((shown, ascii)) = deceptive_domain(&host) {
        return Some(Misleading { shown, leads_to: ascii });
    }
    let shown = named_host(&text_of(content))?;
    (!are_related(&shown, &host)).then_some(Misleading { shown, leads_to })
}

/// The first tag, and what follows it.
fn split_tag(html: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let end = html.bytes().position(|b| {
        quoted ^= b == b'"';
        b == b'>' && !quoted
    })?;
    html.split_at_checked(end + 1)
}

/// Without tags, as it is read.
fn text_of(mut html: &str) -> String {
    let mut text = String::new();
    while let Some((before, tag)) = html.find('<').and_then(|at| html.split_at_checked(at)) {
        text.push_str(before);
        html = split_tag(tag).map_or("", |(_, after)| after);
        if text.len() > MAX_TEXT {
            break;
        }
    }
    text.push_str(html);
    unescape(text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or(&text))
        .nfkc()
        .filter(|c| !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}'))
        .collect()
}

fn unescape(text: &str) -> String {
    text.replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// The host that a text names: of an address in it, or the text itself where it is nothing else.
fn named_host(text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| c.is_ascii_punctuation() && c != '/'))
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
        .collect();
    let whole = words.len() == 1;
    words.iter().find_map(|word| {
        let lower = word.to_lowercase();
        if lower.starts_with("http://") || lower.starts_with("https://") {
            return host(&lower);
        }
        if lower.starts_with("www.") {
            return host(&format!("http://{lower}"));
        }
        if let Some((local, domain)) = lower.split_once('@') {
            return (!local.is_empty() && is_host(domain))
                .then(|| host(&format!("http://{domain}")))
                .flatten();
        }
        (whole && is_host(lower.split(['/', '?', '#', ':']).next()?))
            .then(|| host(&format!("http://{lower}")))
            .flatten()
    })
}

fn host(url: &str) -> Option<String> {
    Some(Url::parse(url).ok()?.host_str()?.to_owned()).filter(|host| host.contains('.'))
}

/// `bank.example`, not `report.pdf`, `e.g` or `1.5`.
fn is_host(text: &str) -> bool {
    let Some((rest, ending)) = text.rsplit_once('.') else { return false };
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    ending.chars().count() >= 2
        && ending.chars().all(char::is_alphabetic)
        && !FILE_ENDINGS.contains(&ending)
        && rest.split('.').all(is_label)
}

/// Equal, or one below the other.
fn are_related(one: &str, other: &str) -> bool {
    let bare = |host: &str| host.trim_end_matches('.').trim_start_matches("www.").to_ascii_lowercase();
    let (one, other) = (bare(one), bare(other));
    let is_below = |lower: &str, upper: &str| {
        upper.contains('.') && lower.strip_suffix(upper).is_some_and(|rest| rest.ends_with('.'))
    };
    one == other || is_below(&one, &other) || is_below(&other, &one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Policy, sanitize};

    fn marked(html: &str) -> (String, Vec<Misleading>) {
        let sanitized = sanitize(html, &Policy::default());
        (sanitized.body.as_str().to_owned(), sanitized.misleading)
    }

    #[test]
    fn what_names_another_host_is_told() {
        for (text, href, leads_to) in [
            ("https://bank.example/login", "https://evil.test/", "evil.test"),
            ("bank.example", "http://evil.test/bank.example", "evil.test"),
            ("www.bank.example", "https://bank.example.evil.test/", "bank.example.evil.test"),
            ("go to <b>https://bank</b>.example now", "https://evil.test/", "evil.test"),
            ("ban\u{200b}k.example", "https://evil.test/", "evil.test"),
            ("https\u{ff1a}//bank.example", "https://evil.test/", "evil.test"),
            ("help@bank.example", "mailto:mallory@evil.test", "mallory@evil.test"),
            ("help@bank.example", "https://evil.test", "evil.test"),
            ("bank.example", "https://bank.example@evil.test/", "evil.test"),
            ("sign in", "https://b\u{430}nk.example/", "xn--bnk-6cd.example"),
        ] {
            let (_, found) = marked(&format!("<p>see <a href=\"{href}\">{text}</a></p>"));
            assert!(
                matches!(found.as_slice(), [one] if one.leads_to == leads_to),
                "{text} {href}: {found:?}"
            );
        }
    }

    #[test]
    fn what_is_honest_is_not() {
        for (text, href) in [
            ("https://bank.example/a", "https://bank.example/b"),
            ("Bank.Example", "https://www.bank.example/?x=1"),
            ("bank.example", "https://login.bank.example/"),
            ("click here", "https://evil.test/"),
            ("report.pdf", "https://files.test/"),
            ("version 1.5", "https://files.test/"),
            ("e.g.", "https://files.test/"),
            ("Node.js", "https://files.test/"),
            ("ann@example.org", "mailto:ann@example.org?subject=x"),
            ("+49 30 1234", "tel:+49301234"),
            ("m\u{fc}ller.example", "https://m\u{fc}ller.example/"),
            ("@ann", "https://social.test/@ann"),
        ] {
            let (html, found) = marked(&format!("<a href=\"{href}\">{text}</a>"));
            assert_eq!(found, [], "{text} {href}");
            assert!(!html.contains("leads to"), "{html}");
        }
    }

    #[test]
    fn the_mark_stands_behind_the_link_and_nothing_else_changes() {
        let html = SafeHtml::vouched(
            "<p>1 <a href=\"https://evil.test/\" title=\"a>b\">bank.example</a> 2 <a x".to_owned(),
        );
        let (shown, _) = mark(&html);
        let expected = format!(
            "<p>1 <a href=\"https://evil.test/\" title=\"a>b\">bank.example</a> <small style=\"{STYLE}\">(leads to \
             evil.test)</small> 2 <a x"
        );
        assert_eq!(shown.as_str(), expected);
    }

    #[test]
    fn many_links_are_marked_and_some_listed() {
        let links: String =
            (0..1000).map(|n| format!("<a href='https://evil{n}.test'>bank.example</a>")).collect();
        assert_eq!(marked(&links).1.len(), Misleading::MAX);
    }
}
