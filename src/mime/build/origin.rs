//! What a kept draft answers or forwards: a header that only the copy in Drafts has.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::model::{Headers, MessageKey, Origin, OriginKind};

pub(in crate::mime) const HEADER: &str = "X-Postroom-Origin";

/// `replied INBOX%2F17%2E42`, with blanks where it may be folded.
pub(super) fn value(origin: &Origin) -> String {
    let mut value = match origin.kind {
        OriginKind::Replied => "replied".to_owned(),
        OriginKind::Forwarded => "forwarded".to_owned(),
    };
    let reference = utf8_percent_encode(&origin.key.reference(), NON_ALPHANUMERIC).to_string();
    for piece in reference.as_bytes().chunks(60) {
        value.push(' ');
        value.extend(piece.iter().copied().map(char::from));
    }
    value
}

/// What the draft with these headers answers or forwards, as [`super::build`] wrote it into
/// [`super::Copy::Draft`].
pub fn origin(headers: &Headers) -> Option<Origin> {
    let (_, value) = headers.all.iter().find(|(name, _)| name.eq_ignore_ascii_case(HEADER))?;
    let (kind, reference) = value.split_once(' ')?;
    let kind = match kind {
        "replied" => OriginKind::Replied,
        "forwarded" => OriginKind::Forwarded,
        _ => return None,
    };
    let reference = reference.replace(' ', "");
    let reference = percent_decode_str(&reference).decode_utf8().ok()?;
    Some(Origin { key: MessageKey::from_reference(&reference)?, kind })
}
