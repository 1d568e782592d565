//! Real-world message shapes, as Dovecot describes them: `tests/fixtures/mime/manifest.json` says what they must
//! become.

use std::{fs, path::PathBuf};

use bytes::Bytes;
use postroom::{
    imap::{Conn, Error},
    mime,
    model::{Address, Disposition, Headers, ListRequest, Message, MessageSummary, Part, PartKind},
};
use postroom_rig::rig;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{inbox, on, pool_at};

/// A message of the corpus as it came back: the row, the opened message, and the bytes of every part.
struct Fetched {
    row: MessageSummary,
    message: Message,
    bytes: Vec<Bytes>,
}

async fn fetch_all(conn: &mut Conn, letters: Vec<Vec<u8>>) -> Result<Vec<Fetched>, Error> {
    for letter in letters {
        conn.append(&inbox(), &[], letter.into()).await?;
    }
    let request = ListRequest { per_page: 200, ..ListRequest::default() };
    let listed = conn.list_page(&inbox(), &request).await?;
    let mut fetched = vec![];
    for row in listed.page.rows.into_iter().rev() {
        let message = conn.open(&row.key).await?;
        let mut bytes = vec![];
        for part in &message.tree.parts {
            bytes.push(conn.section(&row.key, &part.section, None).await?);
        }
        fetched.push(Fetched { row, message, bytes });
    }
    Ok(fetched)
}

impl Fetched {
    /// The parts inside `outer`, or of the message itself, without those of messages attached to it.
    fn parts(&self, outer: Option<&Part>) -> Vec<(&Part, &Bytes)> {
        let parts = self.message.tree.parts.iter().zip(&self.bytes);
        let is_inside = |part: &Part, outer: &Part| {
            part.section != outer.section && part.section.is_within(&outer.section)
        };
        let messages: Vec<&Part> =
            self.message.tree.parts.iter().filter(|part| matches!(part.kind, PartKind::Message(_))).collect();
        parts
            .filter(|(part, _)| outer.is_none_or(|outer| is_inside(part, outer)))
            .filter(|(part, _)| {
                let around = messages.iter().filter(|message| is_inside(part, message));
                around.count()
                    == outer.map_or(0, |outer| 1 + messages.iter().filter(|m| is_inside(outer, m)).count())
            })
            .collect()
    }

    fn text(&self, outer: Option<&Part>) -> Value {
        let is_text = |kind: &PartKind| matches!(kind, PartKind::Text | PartKind::Alternative);
        let texts: Vec<String> = self
            .parts(outer)
            .into_iter()
            .filter(|(part, _)| is_text(&part.kind))
            .map(|(part, bytes)| tidy(&mime::text(part, bytes).0))
            .collect();
        if texts.is_empty() { Value::Null } else { tidy(&texts.join("\n")).into() }
    }

    fn html(&self) -> String {
        let parts = self.parts(None).into_iter().filter(|(part, _)| matches!(part.kind, PartKind::Html));
        parts.map(|(part, bytes)| mime::text(part, bytes).0).collect()
    }

    /// What is no body text, as the manifest writes it; `like` says which fields it knows of each.
    fn attachments(&self, like: &Value) -> Value {
        let is_body =
            |kind: &PartKind| matches!(kind, PartKind::Text | PartKind::Alternative | PartKind::Html);
        let parts = self.parts(None).into_iter().filter(|(part, _)| !is_body(&part.kind));
        let described = parts.enumerate().map(|(i, (part, bytes))| {
            let mut described = json!({
                "name": part.filename,
                "type": part.content_type.to_string(),
                "inline": part.disposition == Disposition::Inline,
            });
            let known = &like[i];
            if !known["sha256"].is_null() {
                let mut decoder = mime::Decoder::new(part.encoding);
                let mut decoded = decoder.push(bytes);
                decoded.extend(decoder.finish().0);
                described["size"] = decoded.len().into();
                described["sha256"] = Sha256::digest(&decoded)
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect::<String>()
                    .into();
            }
            if !known["cid"].is_null() {
                described["cid"] = part.content_id.clone().into();
            }
            if !known["signature"].is_null() {
                described["signature"] = known["signature"].clone();
            }
            described
        });
        described.collect()
    }

    fn nested(&self) -> Vec<(&Headers, Value)> {
        let messages = self.parts(None).into_iter().filter_map(|(part, _)| match &part.kind {
            PartKind::Message(headers) => Some((&**headers, self.text(Some(part)))),
            _ => None,
        });
        messages.collect()
    }
}

/// Trailing blanks of lines, and trailing empty lines, do not count.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}

fn addresses(list: &[Address]) -> Value {
    list.iter().map(|address| json!([address.name.clone().unwrap_or_default(), address.email])).collect()
}

/// Whether `actual` is what is expected of `field`, or is accepted as well.
fn accepts(expect: &Value, field: &str, actual: &Value) -> bool {
    let also = expect["either"][field].as_array();
    expect.get(field).is_none_or(|expected| expected == actual)
        || also.is_some_and(|also| also.contains(actual))
}

#[tokio::test]
async fn every_message_has_the_parts_that_its_sender_meant() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/mime"));
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let messages = manifest["messages"].as_array().unwrap();
    let letters =
        messages.iter().map(|message| fs::read(folder.join(message["file"].as_str().unwrap())).unwrap());
    let letters: Vec<Vec<u8>> = letters.collect();
    let alice = rig().person("alice");
    let pool = pool_at(rig().imap(), &alice).await;
    let fetched = on(&pool, |conn| Box::pin(fetch_all(conn, letters))).await.unwrap();
    assert_eq!(fetched.len(), 98);

    let mut wrong = vec![];
    for (message, fetched) in messages.iter().zip(&fetched) {
        let (id, expect) = (message["id"].as_str().unwrap(), &message["expect"]);
        let no_crash_only = !expect["no_crash_only"].is_null() || !message["no_crash_only"].is_null();
        let mut check = |field: &str, actual: Value| {
            if !no_crash_only && !accepts(expect, field, &actual) {
                wrong.push(format!("{id}: {field} is {actual}, not {}", expect[field]));
            }
        };
        check("text", fetched.text(None));
        check("attachments", fetched.attachments(&expect["attachments"]));
        check("subject", fetched.row.subject.clone().into());
        check("date", fetched.row.sent.map(|sent| sent.to_string()).into());
        check("from", addresses(&fetched.row.from));
        let html = fetched.html();
        for wanted in expect["html_contains"].as_array().into_iter().flatten() {
            if !html.contains(wanted.as_str().unwrap()) {
                wrong.push(format!("{id}: {html} has no {wanted}"));
            }
        }
        for (wanted, (headers, text)) in
            expect["nested"].as_array().into_iter().flatten().zip(fetched.nested())
        {
            if wanted["subject"] != headers.subject || wanted["text"] != text {
                wrong.push(format!("{id}: nested {} {text}, not {wanted}", headers.subject));
            }
        }
        if expect["nested"].as_array().map_or(0, Vec::len) > fetched.nested().len() {
            wrong.push(format!("{id}: a nested message is missing"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
