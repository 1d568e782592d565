//! BODYSTRUCTURE (RFC 3501 §7.4.2) to the flat [`MimeTree`] that readers work with.

mod classify;

use std::borrow::Cow;

use crate::{
    mime,
    model::{ContentType, Disposition, Encoding, Headers, MimeTree, Part, PartKind, Problem},
};

use super::response::{Envelope, Value};

/// A body as the server describes it. Nested no deeper than the tokeniser reads.
#[derive(Debug)]
enum Body {
    Multipart {
        /// Lower case: `mixed`.
        subtype: String,
        /// The Content-ID of a `multipart/related` root (RFC 2387 §3.2).
        start: Option<String>,
        parts: Vec<Body>,
    },
    Leaf(Box<Leaf>),
    TooDeep,
}

/// A part that has no parts of its own, or an attached message.
#[derive(Debug)]
struct Leaf {
    content_type: ContentType,
    encoding: Encoding,
    disposition: Disposition,
    filename: Option<String>,
    content_id: Option<String>,
    size: u64,
    message: Option<(Headers, Body)>,
}

/// Always a tree, however odd the structure; `None` stands for one the server did not send.
pub(super) fn tree(structure: Option<&Value<'_>>) -> MimeTree {
    match structure {
        Some(value) => classify::tree(body(value)),
        None => MimeTree { parts: vec![], problems: vec![Problem::Structure] },
    }
}

/// Whether a row gets the attachment mark: signatures, and pictures of the text, are no reason.
pub(super) fn has_attachment(tree: &MimeTree) -> bool {
    const NO_REASON: [(&str, &str); 4] = [
        ("application", "pgp-signature"),
        ("application", "pkcs7-signature"),
        ("application", "x-pkcs7-signature"),
        ("text", "x-amp-html"),
    ];
    let counts = |part: &Part| !NO_REASON.iter().any(|(main, sub)| part.content_type.is(main, sub));
    tree.parts.iter().any(|part| part.is_attachment() && counts(part))
}

type Parameters<'v> = Vec<(Cow<'v, [u8]>, Cow<'v, [u8]>)>;

fn body(value: &Value<'_>) -> Body {
    if *value == Value::TooDeep {
        return Body::TooDeep;
    }
    // What is no list at all becomes a multipart without parts, which is told as a problem.
    let items = value.items();
    let is_leaf = matches!(items, [main, sub, ..] if main.bytes().is_some() && sub.bytes().is_some());
    if is_leaf { Body::Leaf(Box::new(leaf(items))) } else { multipart(items) }
}

fn multipart(items: &[Value<'_>]) -> Body {
    let is_part = |value: &&Value<'_>| matches!(value, Value::List(_) | Value::TooDeep);
    // The subtype ends the parts; its own parameters are a list too.
    let parts: Vec<Body> = items.iter().take_while(is_part).map(body).collect();
    let after = items.get(parts.len()..).unwrap_or_default();
    let parameters = after.get(1).map(parameters).unwrap_or_default();
    Body::Multipart {
        subtype: after.first().map(lower).unwrap_or_default(),
        start: parameter(&parameters, "start").map(|id| without_brackets(&id)),
        parts,
    }
}

fn leaf(items: &[Value<'_>]) -> Leaf {
    let word = |i: usize| items.get(i).map(lower).unwrap_or_default();
    let parameters = items.get(2).map(parameters).unwrap_or_default();
    let disposition = items.iter().skip(7).find_map(disposition);
    let (disposition, disposition_parameters) = disposition.unwrap_or((Disposition::Unstated, vec![]));
    let content_type = ContentType {
        charset: parameter(&parameters, "charset"),
        flowed: parameter(&parameters, "format").is_some_and(|format| format.eq_ignore_ascii_case("flowed")),
        del_sp: parameter(&parameters, "delsp").is_some_and(|del_sp| del_sp.eq_ignore_ascii_case("yes")),
        ..ContentType::new(&word(0), &word(1))
    };
    let is_message = content_type.is("message", "rfc822") || content_type.is("message", "global");
    Leaf {
        message: if is_message { message(items) } else { None },
        content_type,
        encoding: encoding(word(5).trim()),
        disposition,
        filename: mime::parameter(&disposition_parameters, "filename")
            .or_else(|| mime::parameter(&parameters, "name"))
            .filter(|name| !name.is_empty()),
        content_id: items.get(3).and_then(Value::bytes).map(lossy).map(|id| without_brackets(&id)),
        size: items.get(6).and_then(Value::number).unwrap_or_default(),
    }
}

/// The envelope and body of an attached message.
fn message(items: &[Value<'_>]) -> Option<(Headers, Body)> {
    let headers = Envelope::new(items.get(7)?.clone())?.headers();
    Some((headers, body(items.get(8)?)))
}

/// `("attachment" ("filename" "x"))`: no other field of a body has this shape, and where it stands
/// depends on the type, on which servers differ.
fn disposition<'v>(value: &'v Value<'_>) -> Option<(Disposition, Parameters<'v>)> {
    let [name, list @ (Value::List(_) | Value::Nil)] = value.items() else { return None };
    let disposition = match lower(name).as_str() {
        "inline" => Disposition::Inline,
        "" => return None,
        // RFC 2183 §2.8: unknown ones are attachments.
        _ => Disposition::Attachment,
    };
    Some((disposition, parameters(list)))
}

fn parameters<'v>(value: &'v Value<'_>) -> Parameters<'v> {
    let pairs = value.items().chunks(2).filter_map(|pair| match pair {
        [name, value] => Some((Cow::Borrowed(name.bytes()?), Cow::Borrowed(value.bytes()?))),
        _ => None,
    });
    pairs.collect()
}

fn parameter(parameters: &Parameters<'_>, wanted: &str) -> Option<String> {
    let (_, value) = parameters.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted.as_bytes()))?;
    Some(lossy(value))
}

fn encoding(name: &str) -> Encoding {
    match name {
        "quoted-printable" => Encoding::QuotedPrintable,
        "base64" => Encoding::Base64,
        "uuencode" | "x-uuencode" | "x-uue" => Encoding::UuEncode,
        _ => Encoding::Identity,
    }
}

fn lower(value: &Value<'_>) -> String {
    lossy(value.bytes().unwrap_or_default()).to_ascii_lowercase()
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().filter(|c| !c.is_control()).collect()
}

fn without_brackets(id: &str) -> String {
    id.trim().trim_start_matches('<').trim_end_matches('>').to_owned()
}

impl Leaf {
    fn into_part(self, section: crate::model::Section, kind: PartKind) -> Part {
        Part {
            section,
            kind,
            content_type: self.content_type,
            encoding: self.encoding,
            disposition: self.disposition,
            filename: self.filename,
            content_id: self.content_id,
            size: self.size,
        }
    }
}

#[cfg(test)]
mod tests;
