//! HTML mail, sanitised: what the table in `tags.rs` does not name is not there afterwards.

use std::borrow::Cow;
use std::sync::Arc;

use ammonia::{Builder, UrlRelative};

use super::guard::{Guarded, guard};
use super::links::{self, References};
use super::{Policy, SafeHtml, Sanitized, css, misleading, tags};

/// The class of what stands for `<body>`; rules for `body` become rules for it.
pub(super) const BODY_CLASS: &str = "m-_body";
/// Every id and class of a message begins so: none has the name of something of ours, wherever it is shown.
pub(super) const PREFIX: &str = "m-";

/// Repairs by the parser can need repair.
const MAX_ROUNDS: usize = 2;

/// One message part's HTML as it may be shown in a document of its own.
///
/// `policy` says which images may be loaded; nothing else ever is. Cleaning what was cleaned changes nothing.
/// Takes time linear in the input; markup over the limits is cut or flattened, and
/// [`simplified`](super::Blocked::simplified) says so.
pub fn sanitize(html: &str, policy: &Policy) -> Sanitized {
    let references = Arc::new(References::new(policy));
    let mut guarded = guard(html);
    let css: String =
        guarded.sheets.iter().map(|(media, sheet)| css::sheet(sheet, media, &references)).collect();
    let body = body_element(&guarded, css.contains(BODY_CLASS));
    if let Some(start) = body {
        guarded.markup.insert_str(0, &start);
        guarded.markup.push_str("</div>");
    }
    let builder = builder(Arc::clone(&references));
    let mut body = builder.clean(&guarded.markup).to_string();
    let (mut blocked, used) = references.met();
    blocked.simplified = guarded.simplified;
    // Once more, so that every browser reads the tree that was sanitised.
    for _ in 0..MAX_ROUNDS {
        if !guarded.untidy {
            break;
        }
        guarded = guard(&body);
        body = builder.clean(&guarded.markup).to_string();
    }
    let body = SafeHtml::vouched(body);
    let (_, misleading) = misleading::mark(&body);
    Sanitized { body, css, blocked, used, misleading }
}

/// The `<div>` that carries what `<body>` said, where it said something.
fn body_element(guarded: &Guarded, styled: bool) -> Option<String> {
    let value = |name: &str| guarded.body.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let mut style = String::new();
    for (attribute, property) in [("bgcolor", "background-color"), ("text", "color")] {
        let colour = value(attribute);
        if !colour.is_empty() {
            let hash =
                if colour.len() == 6 && colour.bytes().all(|b| b.is_ascii_hexdigit()) { "#" } else { "" };
            style.push_str(&format!("{property}:{hash}{colour};"));
        }
    }
    style.push_str(value("style"));
    let class = value("class");
    if style.is_empty() && class.is_empty() && !styled {
        return None;
    }
    let mut start = format!("<div class=\"{BODY_CLASS} {class}\"");
    for (name, value) in
        [("style", style.as_str()), ("id", value("id")), ("dir", value("dir")), ("lang", value("lang"))]
    {
        if !value.is_empty() {
            start.push_str(&format!(" {name}=\"{value}\""));
        }
    }
    start.push('>');
    Some(start)
}

/// The second half of the policy; the first is `tags.rs`.
fn builder(references: Arc<References>) -> Builder<'static> {
    let mut builder = Builder::empty();
    builder
        .tags(tags::all().map(|tag| tag.name).collect())
        .tag_attributes(tags::all().map(|tag| (tag.name, tag.attributes.iter().copied().collect())).collect())
        .generic_attributes(tags::GLOBAL.iter().copied().collect())
        // Text of these is not text of the message. The guard has dropped them; it need not be right.
        .clean_content_tags(["script", "style", "title", "iframe", "noembed", "noframes"].into())
        .url_schemes(["http", "https", "mailto", "tel", "data", "cid"].into())
        // Relative addresses are ours; `rewrite` decides, and decides about `cid:` and `data:`.
        .url_relative(UrlRelative::PassThrough)
        // The guard writes `rel` on every link, and `rewrite` lets no other value be.
        .link_rel(None)
        .strip_comments(true)
        .attribute_filter(move |element: &str, attribute: &str, value: &str| {
            rewrite(&references, element, attribute, value).map(Cow::Owned)
        });
    builder
}

/// The value an allowed attribute gets; `None` drops it.
fn rewrite(references: &References, element: &str, attribute: &str, value: &str) -> Option<String> {
    match (element, attribute) {
        (_, "href") => links::href(value),
        (_, "src" | "background") => references.image(value),
        (_, "target") => Some("_blank".to_owned()),
        (_, "rel") => Some("noopener noreferrer nofollow".to_owned()),
        (_, "style") => Some(css::declarations(value, references)).filter(|style| !style.is_empty()),
        (_, "id" | "class" | "headers") => names(value),
        // Text for people.
        (_, "title" | "alt" | "summary" | "abbr" | "face") => Some(value.to_owned()),
        // Numbers, colours and keywords.
        _ => value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '#' | '%' | '.' | ',' | '-' | '+' | '*'))
            .then(|| value.to_owned()),
    }
}

/// Words that can be a selector, each with the prefix.
fn names(value: &str) -> Option<String> {
    let words: Vec<String> = value
        .split_ascii_whitespace()
        .filter(|word| css::is_plain_name(word))
        .map(|word| if word.starts_with(PREFIX) { word.to_owned() } else { format!("{PREFIX}{word}") })
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}
