#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

use std::{collections::BTreeMap, sync::Arc};

use mail_parser::{MessageParser, MimeHeaders};

use super::*;
use crate::{
    mime::{Decoder, headers},
    model::{Encoding, MessageId, MessageKey, Origin, OriginKind},
};

fn draft() -> Draft {
    let ann = Address { name: Some("Ann Example".into()), email: "ann@example.org".into() };
    Draft {
        message_id: MessageId::parse("1.2@example.org").unwrap(),
        from: ann,
        reply_to: AddressList::default(),
        to: AddressList::parse("bob@example.org").unwrap(),
        cc: AddressList::default(),
        bcc: AddressList::parse("secret@example.org").unwrap(),
        subject: "Hello".into(),
        text: "Hi,\nthere\n".into(),
        attachments: Vec::new(),
        in_reply_to: None,
        references: Vec::new(),
        origin: None,
    }
}

fn built(draft: &Draft, copy: Copy) -> String {
    let now = jiff::civil::date(2026, 11, 24).at(10, 0, 0, 0).in_tz("UTC").unwrap();
    let bytes = build(draft, copy, now).unwrap();
    is_canonical(&bytes);
    String::from_utf8(bytes).unwrap()
}

/// CRLF and nothing else ends a line; none is too long; no NUL.
#[track_caller]
fn is_canonical(message: &[u8]) {
    assert!(message.ends_with(b"\r\n") && !message.contains(&0));
    for line in message.split(|b| *b == b'\n').rev().skip(1) {
        assert_eq!(line.last(), Some(&b'\r'), "{:?}", String::from_utf8_lossy(line));
        assert!(!line[..line.len() - 1].contains(&b'\r') && line.len() < 999);
    }
}

/// How often each header stands in the top block.
fn names(message: &str) -> BTreeMap<String, usize> {
    let mut names = BTreeMap::new();
    let block = message.split("\r\n\r\n").next().unwrap();
    for line in block.split("\r\n").filter(|line| !line.starts_with([' ', '\t'])) {
        *names.entry(line.split(':').next().unwrap().to_owned()).or_default() += 1;
    }
    names
}

#[test]
fn a_plain_message_is_plain() {
    assert_eq!(
        built(&draft(), Copy::Submitted),
        "Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nFrom: \"Ann Example\" <ann@example.org>\r\n\
         To: <bob@example.org>\r\nSubject: Hello\r\nMessage-ID: <1.2@example.org>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=\"utf-8\"\r\nContent-Transfer-Encoding: 7bit\r\n\r\nHi,\r\nthere\r\n"
    );
}

#[test]
fn each_copy_has_what_it_may_have() {
    let key = MessageKey::from_reference("Größe  / x/17.42").unwrap();
    for kind in [OriginKind::Replied, OriginKind::Forwarded] {
        let origin = Some(Origin { key: key.clone(), kind });
        let draft = Draft { origin: origin.clone(), ..draft() };
        for (copy, has_bcc, kept) in
            [(Copy::Submitted, false, None), (Copy::Sent, true, None), (Copy::Draft, true, origin)]
        {
            let message = built(&draft, copy);
            assert_eq!(message.contains("secret@"), has_bcc, "{copy:?}");
            assert_eq!(super::origin(&headers(message.as_bytes())), kept, "{copy:?}");
            assert_eq!(message.contains("Origin"), copy == Copy::Draft);
        }
    }
    let long = MessageKey::from_reference(&format!("{}/17.42", "ü".repeat(500))).unwrap();
    let draft = Draft { origin: Some(Origin { key: long, kind: OriginKind::Replied }), ..draft() };
    assert_eq!(super::origin(&headers(built(&draft, Copy::Draft).as_bytes())), draft.origin);
}

#[test]
fn no_value_can_add_a_header() {
    let clean = names(&built(&full("x"), Copy::Draft));
    for evil in [
        "a\r\nBcc: evil@x.org",
        "a\nBcc: evil@x.org",
        "a\rBcc: evil@x.org",
        "a\0\r\n\r\nbody",
        "a\u{2028}Bcc: e@x.org",
        "a\u{85}b",
        "\r\n.\r\n",
        "=?utf-8?Q?=0D=0ABcc:_x?=",
        "a>\r\nBcc: <evil@x.org",
        "\" <x@y>, \"",
        "a\u{b}\u{c}\u{1b}b",
        "\r\n Bcc: x",
        "é\r\nBcc: ü",
    ] {
        for copy in [Copy::Submitted, Copy::Sent, Copy::Draft] {
            let message = built(&full(evil), copy);
            let mut expected = clean.clone();
            if copy != Copy::Draft {
                expected.remove("X-Postroom-Origin");
            }
            if copy == Copy::Submitted {
                expected.remove("Bcc");
            }
            // An id that cannot be one is left out.
            expected.remove("In-Reply-To");
            expected.remove("References");
            assert_eq!(names(&message), expected, "{evil:?} in {copy:?}:\n{message}");
            let parsed = MessageParser::new().parse(message.as_bytes()).unwrap();
            assert_eq!(parsed.attachment_count(), 1, "{evil:?}");
        }
    }
}

/// A draft with `value` in every place.
fn full(value: &str) -> Draft {
    let address = |email: &str| Address { name: Some(value.into()), email: email.into() };
    let is_id = value == "x";
    Draft {
        from: Address { name: Some(value.into()), email: format!("{value}@example.org") },
        reply_to: AddressList(vec![address("r@example.org")]),
        to: AddressList(vec![address("t@example.org"), address("u@example.org")]),
        cc: AddressList(vec![address("c@example.org")]),
        bcc: AddressList(vec![address("b@example.org")]),
        subject: value.into(),
        text: value.into(),
        attachments: vec![attach(value, value, value.as_bytes())],
        in_reply_to: Some(if is_id { value.into() } else { format!("{value} <") }),
        references: vec![if is_id { value.into() } else { format!("{value} >") }],
        origin: Some(Origin {
            key: MessageKey::from_reference("INBOX/1.2").unwrap(),
            kind: OriginKind::Replied,
        }),
        ..draft()
    }
}

fn attach(filename: &str, media_type: &str, bytes: &[u8]) -> Attachment {
    Attachment { filename: filename.into(), media_type: media_type.into(), bytes: Arc::from(bytes) }
}

#[test]
fn bodies_survive() {
    for text in [
        "",
        "\n",
        "plain\n",
        "no line end",
        ".\n..\n.x\n",
        "trailing  \n\ttab\t\n",
        "-- \nAnn",
        "From here\n>From\n",
        "größe\n日本語\n",
        "emoji 👩‍👩‍👧\n",
        "=20=\n=\n",
        "a\u{c}b\u{7f}\n",
        "\u{feff}bom",
    ] {
        round_trip(text, text);
    }
    for (text, sent) in [
        ("a\r\nb\rc\n\r\nd", "a\nb\nc\n\nd"),
        ("a\0b", "ab"),
        ("\r\n.\r\n", "\n.\n"),
        ("\r.\r", "\n.\n"),
        ("\n.\r\n", "\n.\n"),
    ] {
        round_trip(text, sent);
    }
    for long in ["word ".repeat(1000), "x".repeat(5000), "é".repeat(5000), "x\n".repeat(5000)] {
        round_trip(&long, &long);
    }
}

#[track_caller]
fn round_trip(text: &str, sent: &str) {
    for attachments in [vec![], vec![attach("a.bin", "application/octet-stream", b"\0\xff")]] {
        let message = built(&Draft { text: text.into(), attachments, ..draft() }, Copy::Submitted);
        let parsed = MessageParser::new().parse(message.as_bytes()).unwrap();
        let body = parsed.body_text(0).unwrap_or_default().replace("\r\n", "\n");
        assert_eq!(body.trim_end_matches('\n'), sent.trim_end_matches('\n'), "{message}");
    }
}

#[test]
fn headers_survive() {
    for value in [
        "plain",
        "größe",
        "日本語のとても長い件名です。日本語のとても長い件名です。日本語のとても長い件名です。",
        "a, b; \"c\" <d@e> (f) \\",
        "J. R.",
        "emoji 👩‍👩‍👧",
        &"very long words ".repeat(100),
        &"x".repeat(3000),
        &"é".repeat(3000),
        "Re: [a] b: c",
        "@",
    ] {
        let value = value.trim();
        let draft = Draft {
            in_reply_to: Some("1@x".into()),
            references: vec!["0@x".into(), "1@x".into()],
            ..full(value)
        };
        let message = built(&Draft { from: draft.to.0[0].clone(), ..draft }, Copy::Sent);
        let headers = headers(message.as_bytes());
        assert_eq!(headers.subject, value);
        for list in [&headers.from, &headers.reply_to, &headers.to, &headers.cc, &headers.bcc] {
            assert_eq!(list[0].name.as_deref(), Some(value), "{message}");
        }
        assert_eq!(headers.to[1].email, "u@example.org");
        assert_eq!(headers.references, ["0@x", "1@x"]);
        let parsed = MessageParser::new().parse(message.as_bytes()).unwrap();
        assert_eq!(
            parsed.attachment(0).unwrap().attachment_name(),
            Some(filename(value).as_str()),
            "{message}"
        );
    }
}

#[test]
fn attachments_survive_whatever_they_hold() {
    let bytes: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    for media_type in [
        "application/pdf",
        "text/plain",
        "text/html; charset=x",
        "message/rfc822",
        "multipart/mixed",
        "junk",
        "a/b\r\nX: y",
        "",
    ] {
        let draft = Draft { attachments: vec![attach("a/../b\\c.bin", media_type, &bytes)], ..draft() };
        let message = built(&draft, Copy::Submitted);
        let parsed = MessageParser::new().parse(message.as_bytes()).unwrap();
        let part = parsed.attachment(0).unwrap();
        assert!(last_part(&message) == bytes, "{media_type}");
        assert_eq!(part.attachment_name(), Some("a_.._b_c.bin"));
    }
}

/// The bytes of the last part, which is in base64.
fn last_part(message: &str) -> Vec<u8> {
    let encoded = message.rsplit("\r\n\r\n").next().unwrap().split("\r\n--").next().unwrap();
    let mut decoder = Decoder::new(Encoding::Base64);
    let mut bytes = decoder.push(encoded.as_bytes());
    let (rest, clean) = decoder.finish();
    assert!(clean);
    bytes.extend(rest);
    bytes
}

#[test]
fn a_forwarded_message_stays_one() {
    for (inner, encoding) in [("Subject: x\n\nbody\r\n.\r\n", "7bit"), ("Subject: ü\r\n\r\nbödy", "8bit")] {
        let draft =
            Draft { attachments: vec![attach("x.eml", "message/RFC822", inner.as_bytes())], ..draft() };
        let message = built(&draft, Copy::Submitted);
        assert!(message.contains("Content-Type: message/rfc822\r\n"), "{message}");
        assert!(
            message.contains(&format!("Content-Transfer-Encoding: {encoding}\r\n\r\nSubject: ")),
            "{message}"
        );
    }
    let long = format!("Subject: x\n\n{}", "y".repeat(2000));
    let draft = Draft { attachments: vec![attach("x.eml", "message/rfc822", long.as_bytes())], ..draft() };
    assert!(built(&draft, Copy::Submitted).contains("Content-Type: application/octet-stream\r\n"));
}

#[test]
fn addresses_are_ascii_where_they_can_be() {
    let to = AddressList::parse("Jürgen <j@bücher.example>").unwrap();
    let message = built(&Draft { to, bcc: AddressList::default(), ..draft() }, Copy::Submitted);
    assert!(message.is_ascii() && message.contains("<j@xn--bcher-kva.example>"), "{message}");
    let to = AddressList::parse("用户@例子.example").unwrap();
    assert!(built(&Draft { to, ..draft() }, Copy::Submitted).contains("To: <用户@xn--fsqu00a.example>\r\n"));
    let nobody = Draft { to: AddressList::default(), ..draft() };
    assert!(built(&nobody, Copy::Submitted).contains("\r\nTo: undisclosed-recipients:;\r\n"));
}
