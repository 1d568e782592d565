#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests may panic")]

use super::*;

fn pairs(addresses: &[Address]) -> Vec<(&str, &str)> {
    addresses.iter().map(|a| (a.name.as_deref().unwrap_or(""), a.email.as_str())).collect()
}

#[test]
fn addresses_are_read_as_written_by_anyone() {
    for (raw, expected) in [
        ("Ann <a@example.com>", &[("Ann", "a@example.com")][..]),
        (
            "Team: a@example.com, \"B, C\" <b@example.com>;, d@example.com",
            &[("", "a@example.com"), ("B, C", "b@example.com"), ("", "d@example.com")],
        ),
        ("undisclosed-recipients:;", &[]),
        ("\"Doe, \\\"Jack\\\" J.\" <jd@example.com>", &[("Doe, \"Jack\" J.", "jd@example.com")]),
        ("J. R. Doe <jr@example.com>", &[("J. R. Doe", "jr@example.com")]),
        ("Jos=?utf-8?q?=C3=A9?= <i@example.com>", &[("José", "i@example.com")]),
        ("用户 <用户@例子.example>", &[("用户", "用户@例子.example")]),
        ("a@example.com; b@example.com", &[("", "a@example.com"), ("", "b@example.com")]),
        ("=?utf-8?B?5pel5pys6A==?=\r\n =?utf-8?B?qp4=?= <a@b>", &[("日本語", "a@b")]),
        ("=?utf-8?Q?a=2C_b=3Cx=40y=3E?= <a@b>", &[("a, b<x@y>", "a@b")]),
        ("\"=?utf-8?B?SsO8cmdlbg==?=\" <j@example.com>", &[("Jürgen", "j@example.com")]),
        ("=?utf-8?Q?a=0D=0ABcc:_x?= <a@b>", &[("a Bcc: x", "a@b")]),
        ("just words", &[("just words", "")]),
        ("", &[]),
    ] {
        assert_eq!(pairs(&addresses(raw.as_bytes())), expected, "{raw}");
    }
    assert_eq!(
        pairs(&addresses(b"J\xfcrgen M\xfcller <j@example.com>")),
        [("Jürgen Müller", "j@example.com")]
    );
}

#[test]
fn a_block_is_read_up_to_its_blank_line() {
    let raw = b"From ann Tue Feb  3 2026\r\nSubject: first\r\n again\r\nsubject : second\r\n\
        no field\r\nTO: a@b\r\nTo: c@d\r\nMessage-ID: <1@x>\r\nReferences: <a@x>\r\n <b@x>junk<c@x>\r\n\
        In-Reply-To: Message of today <b@x>\r\nList-Post: <mailto:list@x.org?subject=a> (open)\r\n\
        Date: 3 Feb 26 10:00 GMT\r\n\r\nSubject: body\r\n";
    let headers = headers(raw);
    assert_eq!(headers.subject, "first again");
    assert_eq!(pairs(&headers.to), [("", "a@b"), ("", "c@d")]);
    assert_eq!(headers.message_id.as_deref(), Some("1@x"));
    assert_eq!(headers.references, ["a@x", "b@x", "c@x"]);
    assert_eq!(headers.in_reply_to, ["b@x"]);
    assert_eq!(headers.list_post.as_deref(), Some("list@x.org"));
    assert!(headers.date.is_some());
    assert_eq!(headers.all.len(), 9);
    assert_eq!(headers.all[1], ("subject".to_owned(), "second".to_owned()));
}

#[test]
fn hostile_headers_stay_small_and_fast() {
    for piece in
        ["a@b,", "=?u?q?x", "(", "<", "\"", "\\", "=?utf-8?B?", "x:", "a:b\r\n", "\r\n ", "=?a?q?b?= "]
    {
        let value = piece.repeat(30_000 / piece.len());
        let block = format!("To: {value}\r\nSubject: {value}\r\nReferences: {value}\r\n");
        let headers = headers(block.as_bytes());
        assert!(headers.to.len() <= MAX_ADDRESSES && headers.all.len() <= MAX_FIELDS, "{piece}");
        addresses(value.as_bytes());
    }
}

/// The headers of the corpus as its manifest reads them; `either` lists what else is right.
#[test]
fn the_corpus_reads_as_its_manifest_says() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/mime");
    let manifest = std::fs::read(format!("{folder}/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let messages = manifest["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 98);
    let list = |list: &[Address]| {
        pairs(list).into_iter().map(|(name, email)| serde_json::json!([name, email])).collect::<Vec<_>>()
    };
    for message in messages {
        let file = message["file"].as_str().unwrap();
        let headers = headers(&std::fs::read(format!("{folder}/{file}")).unwrap());
        let date = headers.date.as_ref().map(|date| date.timestamp().to_string());
        for (field, read) in [
            ("subject", serde_json::json!(headers.subject)),
            ("date", serde_json::json!(date)),
            ("from", serde_json::json!(list(&headers.from))),
            ("to", serde_json::json!(list(&headers.to))),
        ] {
            let expected = &message["expect"][field];
            let also = message["expect"]["either"][field].as_array();
            let is_right = *expected == read || also.is_some_and(|also| also.contains(&read));
            assert!(is_right, "{file}: {field} is {read}, not {expected}");
        }
    }
}
