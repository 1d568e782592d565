//! Real-world message shapes: what headers and bodies must decode to, from `tests/fixtures/mime/manifest.json`.
//! The structure comes from the IMAP server at run time and is tested there.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

use std::{fs, path::PathBuf};

use jiff::Timestamp;
use postroom::{
    mime,
    model::{Address, ContentType, Disposition, Encoding, Part, PartKind, Section},
};
use serde_json::Value;

struct Case {
    id: String,
    raw: Vec<u8>,
    manifest: Value,
}

impl Case {
    /// Whether `actual` is what the manifest expects of `field`, or also accepts.
    fn accepts(&self, field: &str, actual: &Value) -> bool {
        let also = &self.manifest["expect"]["either"][field];
        self.manifest["expect"][field] == *actual || also.as_array().is_some_and(|also| also.contains(actual))
    }

    #[track_caller]
    fn check(&self, field: &str, actual: &Value) {
        let expected = &self.manifest["expect"][field];
        assert!(self.accepts(field, actual), "{}: {field} is {actual}, not {expected}", self.id);
    }
}

fn cases() -> Vec<Case> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/mime"));
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let cases: Vec<Case> = manifest["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| Case {
            id: message["id"].as_str().unwrap().to_owned(),
            raw: fs::read(folder.join(message["file"].as_str().unwrap())).unwrap(),
            manifest: message.clone(),
        })
        .collect();
    assert_eq!(cases.len(), 98);
    cases
}

fn addresses(list: &[Address]) -> Value {
    let pair = |address: &Address| {
        Value::from(vec![address.name.clone().unwrap_or_default(), address.email.clone()])
    };
    list.iter().map(pair).collect()
}

#[test]
fn every_header_block_decodes_to_what_the_sender_meant() {
    for case in cases() {
        let headers = mime::headers(&case.raw);
        case.check("subject", &Value::from(headers.subject));
        case.check("from", &addresses(&headers.from));
        case.check("to", &addresses(&headers.to));
        let expected: Option<Timestamp> =
            case.manifest["expect"]["date"].as_str().map(|date| date.parse().unwrap());
        assert_eq!(headers.date.map(|date| date.timestamp()), expected, "{}", case.id);
    }
}

#[test]
fn every_body_of_one_part_decodes() {
    let mut n_checked = 0;
    for case in cases() {
        let Some((part, body)) = single_text(&case.raw) else { continue };
        let (text, _) = mime::text(&part, body);
        if let Some(long) = case.manifest["expect"].get("long_text") {
            assert_eq!(Value::from(text.trim_end().chars().count()), long["chars"], "{}", case.id);
            continue;
        }
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        case.check("text", &Value::from(lines.join("\n").trim_end()));
        if let Some(reflowed) = case.manifest["expect"].get("text_reflowed") {
            let unflowed = mime::unflow(&text, part.content_type.del_sp);
            let lines: Vec<&str> = unflowed.lines().map(str::trim_end).collect();
            assert_eq!(Value::from(lines.join("\n").trim_end()), *reflowed, "{}", case.id);
        }
        n_checked += 1;
    }
    assert!(n_checked > 50, "{n_checked}");
}

/// The body of a message that is one text/plain part, described as the IMAP server would.
fn single_text(raw: &[u8]) -> Option<(Part, &[u8])> {
    let end = raw.windows(2).position(|pair| pair == b"\n\n").map(|at| at + 2);
    let end_crlf = raw.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
    let body = &raw[end_crlf.or(end)?..];
    let headers = mime::headers(raw);
    let field = |wanted: &str| {
        let found = headers.all.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.to_ascii_lowercase()).unwrap_or_default()
    };
    let of_type = field("Content-Type");
    let mut pieces = of_type.split(';').map(str::trim);
    if !matches!(pieces.next(), Some("" | "text/plain"))
        || field("Content-Disposition").starts_with("attachment")
    {
        return None;
    }
    let parameters: Vec<(&str, &str)> = pieces.filter_map(|piece| piece.split_once('=')).collect();
    let parameter = |wanted: &str| {
        parameters
            .iter()
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| value.trim_matches('"').to_owned())
    };
    let content_type = ContentType {
        charset: parameter("charset"),
        flowed: parameter("format").is_some_and(|format| format == "flowed"),
        del_sp: parameter("delsp").is_some_and(|del_sp| del_sp == "yes"),
        ..ContentType::new("text", "plain")
    };
    let encoding = match field("Content-Transfer-Encoding").trim() {
        "base64" => Encoding::Base64,
        "quoted-printable" => Encoding::QuotedPrintable,
        _ => Encoding::Identity,
    };
    let part = Part {
        section: Section::root(),
        kind: PartKind::Text,
        content_type,
        encoding,
        disposition: Disposition::Unstated,
        filename: None,
        content_id: None,
        size: body.len() as u64,
    };
    Some((part, body))
}
