//! The one table of elements and attributes that mail may use. What is not here is dropped, and its text
//! kept. Not here on purpose: svg and math (a second grammar, the home of most ways round sanitisers);
//! style, title, textarea, noscript, template, select, iframe, xmp (text that another parser may read as
//! markup); form, input, button (mail cannot ask for a password); object, embed, audio, video, link, meta,
//! base, map (fetch, navigate or re-target); dialog, marquee and unknown names.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What the HTML parser does with an element: the guard balances by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Has no end tag.
    Void,
    /// `<col>`: void, and only in tables.
    Column,
    /// An element without rules of its own.
    Inline,
    /// Reopened by the parser when it was left open (HTML §13.2.4.3).
    Formatting,
    Block,
    Paragraph,
    Heading,
    /// `li`, `dt`, `dd`: closed by the next of the same list.
    Item,
    /// `ul`, `ol`, `dl`.
    List,
    Table,
    /// `colgroup`, `thead`, `tbody`, `tfoot`.
    RowGroup,
    Row,
    /// `td`, `th`, `caption`: nothing left open gets out or in.
    Cell,
}

#[derive(Debug)]
pub(super) struct Tag {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) attributes: &'static [&'static str],
}

/// On every element. `id` gets a prefix, `style` is rebuilt, `class` is cut to plain words.
pub(super) const GLOBAL: &[&str] = &["align", "class", "dir", "id", "lang", "style", "title"];

const NONE: &[&str] = &[];
const TABLE_PART: &[&str] = &["background", "bgcolor", "char", "charoff", "height", "valign", "width"];
const CELL: &[&str] = &[
    "abbr",
    "background",
    "bgcolor",
    "char",
    "charoff",
    "colspan",
    "headers",
    "height",
    "nowrap",
    "rowspan",
    "scope",
    "valign",
    "width",
];

#[rustfmt::skip]
const TAGS: &[(&str, Kind, &[&str])] = &[
    // Written by us on every link: a new tab that knows neither opener nor referrer.
    ("a", Kind::Formatting, &["href", "rel", "target"]),
    // Newsletters are written in the HTML of 1999.
    ("b", Kind::Formatting, NONE), ("big", Kind::Formatting, NONE), ("code", Kind::Formatting, NONE),
    ("em", Kind::Formatting, NONE), ("font", Kind::Formatting, &["color", "face", "size"]),
    ("i", Kind::Formatting, NONE), ("nobr", Kind::Formatting, NONE), ("s", Kind::Formatting, NONE),
    ("small", Kind::Formatting, NONE), ("strike", Kind::Formatting, NONE),
    ("strong", Kind::Formatting, NONE), ("tt", Kind::Formatting, NONE), ("u", Kind::Formatting, NONE),
    ("abbr", Kind::Inline, NONE), ("acronym", Kind::Inline, NONE), ("bdi", Kind::Inline, NONE),
    ("bdo", Kind::Inline, NONE), ("cite", Kind::Inline, NONE), ("data", Kind::Inline, NONE),
    ("del", Kind::Inline, NONE), ("dfn", Kind::Inline, NONE), ("ins", Kind::Inline, NONE),
    ("kbd", Kind::Inline, NONE), ("label", Kind::Inline, NONE), ("mark", Kind::Inline, NONE),
    ("q", Kind::Inline, NONE), ("rp", Kind::Inline, NONE), ("rt", Kind::Inline, NONE),
    ("ruby", Kind::Inline, NONE), ("samp", Kind::Inline, NONE), ("span", Kind::Inline, NONE),
    ("sub", Kind::Inline, NONE), ("sup", Kind::Inline, NONE), ("time", Kind::Inline, NONE),
    ("var", Kind::Inline, NONE),
    ("br", Kind::Void, &["clear"]), ("wbr", Kind::Void, NONE),
    ("hr", Kind::Void, &["color", "noshade", "size", "width"]),
    // `src` only where the policy gives an address; never `srcset`, which would be a second one.
    ("img", Kind::Void, &["alt", "border", "height", "hspace", "src", "vspace", "width"]),
    ("address", Kind::Block, NONE), ("article", Kind::Block, NONE), ("aside", Kind::Block, NONE),
    ("blockquote", Kind::Block, &["type"]), ("center", Kind::Block, NONE),
    ("details", Kind::Block, &["open"]), ("div", Kind::Block, NONE), ("figcaption", Kind::Block, NONE),
    ("figure", Kind::Block, NONE), ("footer", Kind::Block, NONE), ("header", Kind::Block, NONE),
    ("main", Kind::Block, NONE), ("nav", Kind::Block, NONE), ("pre", Kind::Block, NONE),
    ("section", Kind::Block, NONE), ("summary", Kind::Block, NONE),
    ("p", Kind::Paragraph, NONE),
    ("h1", Kind::Heading, NONE), ("h2", Kind::Heading, NONE), ("h3", Kind::Heading, NONE),
    ("h4", Kind::Heading, NONE), ("h5", Kind::Heading, NONE), ("h6", Kind::Heading, NONE),
    ("ul", Kind::List, &["compact", "type"]), ("ol", Kind::List, &["compact", "reversed", "start", "type"]),
    ("dl", Kind::List, NONE),
    ("li", Kind::Item, &["type", "value"]), ("dt", Kind::Item, NONE), ("dd", Kind::Item, NONE),
    ("table", Kind::Table, &[
        "background", "bgcolor", "border", "bordercolor", "cellpadding", "cellspacing", "frame", "height",
        "role", "rules", "summary", "width",
    ]),
    ("colgroup", Kind::RowGroup, &["span", "width"]), ("thead", Kind::RowGroup, TABLE_PART),
    ("tbody", Kind::RowGroup, TABLE_PART), ("tfoot", Kind::RowGroup, TABLE_PART),
    ("col", Kind::Column, &["bgcolor", "span", "width"]),
    ("tr", Kind::Row, TABLE_PART),
    ("td", Kind::Cell, CELL), ("th", Kind::Cell, CELL), ("caption", Kind::Cell, &["valign"]),
];

static BY_NAME: LazyLock<HashMap<&'static str, Tag>> = LazyLock::new(|| {
    TAGS.iter().map(|&(name, kind, attributes)| (name, Tag { name, kind, attributes })).collect()
});

/// The element of this name, which is in lower case.
pub(super) fn find(name: &str) -> Option<&'static Tag> {
    BY_NAME.get(name)
}

pub(super) fn all() -> impl Iterator<Item = &'static Tag> {
    BY_NAME.values()
}

impl Tag {
    pub(super) fn allows(&self, attribute: &str) -> bool {
        GLOBAL.contains(&attribute) || self.attributes.contains(&attribute)
    }
}
