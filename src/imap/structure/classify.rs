//! Which part is the text, which its other version, which an attachment.
//!
//! A pure function over the structure: no header is looked at that BODYSTRUCTURE does not tell.

use std::num::NonZeroU16;

use crate::model::{ContentType, Disposition, MimeTree, PartKind, Problem, Section};

use super::{Body, Leaf};

/// Parts that are listed; the rest is in the source.
const MAX_PARTS: usize = 1000;

/// What the containers around a part make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Its text is shown.
    Shown,
    /// Its text is the plain version of HTML that is shown.
    Lesser,
    /// It belongs to the root of a `multipart/related`.
    Related,
    /// None of its text is shown.
    Listed,
}

struct Walk {
    tree: MimeTree,
    /// Whether the message at hand has HTML that may refer to parts.
    has_html: bool,
    /// Whether text of the message at hand was met.
    has_body: bool,
}

pub(super) fn tree(body: Body) -> MimeTree {
    let mut walk = Walk { tree: MimeTree::default(), has_html: false, has_body: false };
    walk.message(body, &Section::root());
    walk.tree
}

impl Walk {
    /// A whole message whose parts lie in `container`. RFC 3501 §6.4.5: the parts of a multipart are
    /// numbered from 1, and what is no multipart is part 1.
    fn message(&mut self, body: Body, container: &Section) {
        let outer = (self.has_html, self.has_body);
        (self.has_html, self.has_body) = (holds(&body, is_html), false);
        match body {
            Body::Multipart { .. } => self.walk(body, container.clone(), Role::Shown),
            Body::Leaf(_) => self.walk(body, container.child(NonZeroU16::MIN), Role::Shown),
            Body::TooDeep => self.note(Problem::TooDeep),
        }
        (self.has_html, self.has_body) = outer;
    }

    /// Recursion is bounded by [`Section::MAX_DEPTH`].
    fn walk(&mut self, body: Body, section: Section, role: Role) {
        if section.depth() > Section::MAX_DEPTH {
            return self.note(Problem::TooDeep);
        }
        match body {
            Body::TooDeep => self.note(Problem::TooDeep),
            Body::Leaf(leaf) => self.leaf(*leaf, section, role),
            Body::Multipart { subtype, start, parts } => {
                if parts.is_empty() {
                    self.note(Problem::Structure);
                }
                let roles = match subtype.as_str() {
                    "alternative" => alternatives(&parts, role),
                    "related" => related(&parts, start.as_deref(), role),
                    // Signed, encrypted, report, digest and unknown ones read well as mixed.
                    _ => vec![role; parts.len()],
                };
                for (i, (part, role)) in parts.into_iter().zip(roles).enumerate() {
                    let number = u16::try_from(i + 1).ok().and_then(NonZeroU16::new);
                    let Some(number) = number.filter(|_| self.tree.parts.len() < MAX_PARTS) else {
                        return self.note(Problem::TooManyParts);
                    };
                    self.walk(part, section.child(number), role);
                }
            }
        }
    }

    fn leaf(&mut self, mut leaf: Leaf, section: Section, role: Role) {
        if let Some((headers, body)) = leaf.message.take() {
            let kind = PartKind::Message(Box::new(headers));
            self.tree.parts.push(leaf.into_part(section.clone(), kind));
            return self.message(body, &section);
        }
        let kind = self.kind(&leaf, role);
        if matches!(kind, PartKind::Text | PartKind::Html | PartKind::Alternative) {
            self.has_body = true;
        }
        self.tree.parts.push(leaf.into_part(section, kind));
    }

    fn kind(&self, leaf: &Leaf, role: Role) -> PartKind {
        // A named text is a file, unless it is all the text there is.
        let is_body = is_text(leaf) && (leaf.filename.is_none() || !self.has_body);
        let is_picture = leaf.content_type.main == "image";
        let may_be_referred_to = self.has_html && leaf.content_id.is_some();
        match role {
            Role::Shown if is_body && is_html(leaf) => PartKind::Html,
            Role::Shown if is_body => PartKind::Text,
            Role::Lesser if is_body && !is_html(leaf) => PartKind::Alternative,
            Role::Related if may_be_referred_to && (is_picture || !is_attachment(leaf)) => PartKind::Inline,
            Role::Shown | Role::Lesser
                if may_be_referred_to && is_picture && leaf.disposition == Disposition::Inline =>
            {
                PartKind::Inline
            }
            _ => PartKind::Attachment,
        }
    }

    fn note(&mut self, problem: Problem) {
        if !self.tree.problems.contains(&problem) {
            self.tree.problems.push(problem);
        }
    }
}

/// RFC 2046 §5.1.4, of which we show HTML or plain text: the last part with HTML, and as its lesser
/// version the last one with plain text only. Without HTML the plain text is what is shown.
fn alternatives(parts: &[Body], role: Role) -> Vec<Role> {
    if matches!(role, Role::Related | Role::Listed) {
        return vec![role; parts.len()];
    }
    let html = parts.iter().rposition(|part| holds(part, is_html));
    let plain = parts.iter().rposition(|part| holds(part, is_text) && !holds(part, is_html));
    let role_of = |i: usize| match (html, plain) {
        (Some(html), _) if i == html => role,
        (Some(_), Some(plain)) if i == plain => Role::Lesser,
        (None, Some(plain)) if i == plain => role,
        _ => Role::Listed,
    };
    (0..parts.len()).map(role_of).collect()
}

/// RFC 2387 §3.2: the root is the part that `start` names, else the first.
fn related(parts: &[Body], start: Option<&str>, role: Role) -> Vec<Role> {
    let is_start = |part: &Body| matches!(part, Body::Leaf(leaf) if leaf.content_id.as_deref() == start);
    let root = start.and_then(|_| parts.iter().position(is_start)).unwrap_or(0);
    (0..parts.len()).map(|i| if i == root { role } else { Role::Related }).collect()
}

/// Whether a leaf of `body` that belongs to the same message is `wanted`.
fn holds(body: &Body, wanted: fn(&Leaf) -> bool) -> bool {
    match body {
        Body::Multipart { parts, .. } => parts.iter().any(|part| holds(part, wanted)),
        Body::Leaf(leaf) => wanted(leaf),
        Body::TooDeep => false,
    }
}

fn is_html(leaf: &Leaf) -> bool {
    !is_attachment(leaf) && leaf.content_type.is("text", "html")
}

/// Text that can be shown as it is, and HTML.
fn is_text(leaf: &Leaf) -> bool {
    let readable = |ContentType { main, sub, .. }: &ContentType| {
        main == "text"
            && ["plain", "html", "markdown", "x-markdown", "x-patch", "x-diff"].contains(&sub.as_str())
    };
    !is_attachment(leaf) && readable(&leaf.content_type)
}

fn is_attachment(leaf: &Leaf) -> bool {
    leaf.disposition == Disposition::Attachment
}
