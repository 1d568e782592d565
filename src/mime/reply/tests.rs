#![expect(clippy::unwrap_used, reason = "tests may panic")]

use jiff::Timestamp;

use super::*;
use crate::{
    mime::headers,
    model::{AddressList, Flags, MessageKey, MimeTree},
};

fn message(header: &str) -> Message {
    Message {
        key: MessageKey::from_reference("INBOX/1.1").unwrap(),
        headers: headers(header.as_bytes()),
        flags: Flags::default(),
        received: Timestamp::from_second(1_700_000_000).unwrap(),
        size: 0,
        tree: MimeTree::default(),
    }
}

fn list(addresses: Vec<Address>) -> String {
    AddressList(addresses).to_string()
}

#[test]
fn a_reply_goes_to_the_right_people() {
    let own = [Address { name: None, email: "me@x.org".into() }];
    let head = "From: ann@x.org\nTo: ME@x.org, bob@x.org\nCc: cy@x.org, Bob <BOB@x.org>, me@x.org\n";
    for (header, audience, to, cc) in [
        (head.to_owned(), Audience::Sender, "ann@x.org", ""),
        (head.to_owned(), Audience::All, "ann@x.org, bob@x.org", "cy@x.org"),
        (format!("{head}Reply-To: list@x.org\n"), Audience::Sender, "list@x.org", ""),
        (format!("{head}Reply-To: list@x.org\n"), Audience::All, "list@x.org, bob@x.org", "cy@x.org"),
        (format!("{head}Reply-To: nobody\n"), Audience::Sender, "ann@x.org", ""),
        ("From: me@x.org\nTo: ann@x.org\nCc: cy@x.org\n".into(), Audience::Sender, "ann@x.org", ""),
        ("From: me@x.org\nTo: ann@x.org\nCc: cy@x.org\n".into(), Audience::All, "ann@x.org", "cy@x.org"),
        ("From: me@x.org\nTo: me@x.org\n".into(), Audience::All, "me@x.org", ""),
        ("From: me@x.org\nTo: me@x.org\nCc: cy@x.org\n".into(), Audience::All, "cy@x.org", ""),
        ("Sender: daemon@x.org\n".into(), Audience::All, "daemon@x.org", ""),
        ("To: me@x.org\n".into(), Audience::Sender, "", ""),
    ] {
        let reply = reply(&message(&header), "", audience, &own);
        assert_eq!((list(reply.to).as_str(), list(reply.cc).as_str()), (to, cc), "{audience:?} {header}");
    }
}

#[test]
fn a_thread_is_continued_and_does_not_grow_for_ever() {
    let first = reply(&message("Message-ID: <2@x>\nIn-Reply-To: <1@x>\n"), "", Audience::Sender, &[]);
    assert_eq!(first.references, ["1@x", "2@x"]);
    assert_eq!(first.in_reply_to.as_deref(), Some("2@x"));
    let ids: Vec<String> = (0..100).map(|n| format!("<{n}@x>")).collect();
    let long = message(&format!("Message-ID: <new@x>\nReferences: {}\n", ids.join("\n ")));
    let references = reply(&long, "", Audience::Sender, &[]).references;
    assert_eq!(references.len(), MAX_REFERENCES);
    assert_eq!(references.first().unwrap(), "0@x");
    assert_eq!(references.get(1).unwrap(), "72@x");
    assert_eq!(references.last().unwrap(), "new@x");
    assert!(reply(&message(""), "", Audience::Sender, &[]).references.is_empty());
}

#[test]
fn a_quotation_is_attributed_stacked_and_unsigned() {
    let message =
        message("From: Ann Example <ann@x.org>\nDate: Tue, 24 Nov 2026 23:30:00 -0800\nSubject: Hi\n");
    let text = "\nhello\n\n> you wrote\n>> more\nend  \n\n-- \nAnn\n-- no\n";
    let quoted = reply(&message, text, Audience::Sender, &[]).text;
    let expected = "\n\nOn 24 November 2026, Ann Example wrote:\n> hello\n>\n>> you wrote\n>>> more\n> end\n";
    assert_eq!(quoted, expected);
    assert!(
        reply(&message, "--\nin the\ntext\n".repeat(9).as_str(), Audience::Sender, &[]).text.contains("> --")
    );
}

#[test]
fn a_forward_shows_where_it_came_from() {
    let header = "From: Ann <ann@x.org>\nTo: bob@x.org\nDate: Tue, 24 Nov 2026 23:30:00 -0800\nSubject: Hi\nMessage-ID: <1@x>\n";
    let forward = forward(&message(header), "hello\n");
    assert_eq!(forward.subject, "Fwd: Hi");
    assert_eq!(
        forward.text,
        "\n\n---------- Forwarded message ----------\nFrom: Ann <ann@x.org>\nDate: 24 November 2026 23:30 -0800\n\
         Subject: Hi\nTo: bob@x.org\n\nhello\n"
    );
    assert!(forward.to.is_empty() && forward.in_reply_to.is_none());
    assert_eq!(forward.references, ["1@x"]);
}
