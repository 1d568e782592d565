//! What a sanitised message may be, said once more and without the sanitiser's own tables. Shared with
//! `tests/hostile.rs`.

use scraper::{Html, Node};

/// Elements and attributes that must be in no sanitised tree, whatever the table says.
const NEVER: &[&str] = &[
    "script",
    "style",
    "svg",
    "math",
    "iframe",
    "frame",
    "frameset",
    "object",
    "embed",
    "applet",
    "form",
    "input",
    "button",
    "select",
    "option",
    "textarea",
    "template",
    "noscript",
    "title",
    "meta",
    "link",
    "base",
    "audio",
    "video",
    "source",
    "track",
    "picture",
    "map",
    "area",
    "dialog",
    "marquee",
    "slot",
    "portal",
    "xmp",
    "plaintext",
];

const ATTRIBUTES: &[&str] = &[
    "abbr",
    "align",
    "alt",
    "background",
    "bgcolor",
    "border",
    "bordercolor",
    "cellpadding",
    "cellspacing",
    "char",
    "charoff",
    "class",
    "clear",
    "color",
    "colspan",
    "compact",
    "dir",
    "face",
    "frame",
    "headers",
    "height",
    "href",
    "hspace",
    "id",
    "lang",
    "noshade",
    "nowrap",
    "open",
    "rel",
    "reversed",
    "role",
    "rowspan",
    "rules",
    "scope",
    "size",
    "span",
    "src",
    "start",
    "style",
    "summary",
    "target",
    "title",
    "type",
    "valign",
    "value",
    "vspace",
    "width",
];

/// Panics where a sanitised fragment holds anything that acts, fetches or covers.
pub(crate) fn assert_harmless(name: &str, html: &str, css: &str) {
    let tree = Html::parse_fragment(html);
    for node in tree.tree.nodes() {
        match node.value() {
            Node::Element(element) => {
                let tag = element.name();
                assert!(!NEVER.contains(&tag), "{name}: <{tag}> in {html}");
                for (attribute, value) in element.attrs() {
                    assert_attribute(name, tag, attribute, value);
                }
            }
            Node::Comment(_) | Node::ProcessingInstruction(_) | Node::Doctype(_) => {
                panic!("{name}: not text nor element in {html}")
            }
            _ => {}
        }
    }
    assert_css(name, css);
}

fn assert_attribute(name: &str, tag: &str, attribute: &str, value: &str) {
    assert!(!attribute.starts_with("on") && !attribute.contains(':'), "{name}: {attribute}={value}");
    assert!(ATTRIBUTES.contains(&attribute), "{name}: <{tag} {attribute}>");
    match attribute {
        "href" => {
            let scheme = url::Url::parse(value).unwrap().scheme().to_owned();
            assert!(["http", "https", "mailto", "tel"].contains(&scheme.as_str()), "{name}: {value}");
        }
        "src" | "background" => {
            assert!(value.starts_with("/mail/") || value.starts_with("data:image/"), "{name}: {value}");
            assert!(!value.contains("svg"), "{name}: {value}");
        }
        "target" => assert_eq!(value, "_blank", "{name}"),
        "rel" => assert!(value.contains("noopener") && value.contains("noreferrer"), "{name}"),
        "id" | "class" => assert!(value.split(' ').all(|word| word.starts_with("m-")), "{name}: id {value}"),
        "style" => assert_css(name, value),
        _ => {}
    }
}

fn assert_css(name: &str, css: &str) {
    let lower = css.to_ascii_lowercase();
    for bad in [
        "url(",
        "\\",
        "<",
        "@import",
        "@font-face",
        "var(",
        "--",
        "expression",
        "position:",
        "z-index",
        "image-set",
        "behavior",
        "http:",
        "javascript",
        "/*",
        "content:",
        "animation",
        "transform:",
        "filter:",
    ] {
        assert!(!lower.contains(bad), "{name}: {bad} in {css}");
    }
    assert!(css.matches('@').count() == css.matches("@media").count(), "{name}: {css}");
    assert!(css.matches('{').count() == css.matches('}').count(), "{name}: {css}");
}

pub(crate) fn visible_text(html: &str) -> String {
    Html::parse_fragment(html).root_element().text().collect()
}
