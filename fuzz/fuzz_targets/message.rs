//! Whatever a draft holds, the message has the headers of a draft and canonical line ends.
#![no_main]

use libfuzzer_sys::fuzz_target;
use postroom::{
    mime::{self, Copy},
    model::{Address, AddressList, Attachment, Draft, MessageId},
};

fuzz_target!(|typed: (&str, &str, &str, &str, &[u8])| {
    let (name, subject, text, filename, bytes) = typed;
    let address = Address { name: Some(name.to_owned()), email: "a@example.org".to_owned() };
    let list = AddressList(vec![address.clone()]);
    let draft = Draft {
        message_id: MessageId::parse("1@example.org").expect("well-formed"),
        from: address,
        reply_to: AddressList::default(),
        to: list.clone(),
        cc: AddressList::default(),
        bcc: list,
        subject: subject.to_owned(),
        text: text.to_owned(),
        attachments: vec![Attachment {
            filename: filename.to_owned(),
            media_type: name.to_owned(),
            bytes: bytes.into(),
        }],
        in_reply_to: Some(subject.to_owned()),
        references: vec![subject.to_owned()],
        origin: None,
    };
    let now = mime::date(b"1 Jan 2026 00:00 +0000").expect("a date");
    let message = mime::build(&draft, Copy::Submitted, now).expect("memory only");
    let mut previous = 0;
    for &byte in &message {
        assert!(byte != 0 && (byte == b'\n') == (previous == b'\r'));
        previous = byte;
    }
    let headers = mime::headers(&message);
    assert!(!headers.all.iter().any(|(name, _)| name == "Bcc"));
    let known = ["Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "In-Reply-To", "References"];
    assert!(headers.all.iter().all(|(name, _)| known.contains(&name.as_str()) || name.starts_with("Content-")));
});
