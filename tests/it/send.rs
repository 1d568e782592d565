//! Sending: once, to everybody, with a copy in Sent; and what happens when it does not work.

use postroom_rig::{Fault, ImapClient, Person, Proxy, Side, rig};

use crate::{
    browser::{Browser, Page, Upload},
    counts::{arrived, n_messages},
    letters::letter,
    site::{Site, site},
};

const FORM: &str = "form[action$='/compose']";

/// The only message of a mailbox, as it is stored.
fn only_message(person: &Person, mailbox: &str) -> String {
    let mut client = ImapClient::login(rig().imap(), person);
    client.command(&format!("SELECT {mailbox}"));
    client.command("FETCH 1 (BODY.PEEK[])").concat()
}

fn fill(browser: &Browser, to: &str) -> (Page, Vec<(&'static str, String)>) {
    let form = browser.get("/compose");
    let fields = vec![
        ("to", to.to_owned()),
        ("subject", "caf\u{e9} & co".to_owned()),
        ("text", "first line\n.\nFrom here on\n.. and dots\n".to_owned()),
        ("intent", "send".to_owned()),
    ];
    (form, fields)
}

#[track_caller]
fn send(browser: &Browser, to: &str) -> Page {
    let (form, fields) = fill(browser, to);
    submit(browser, &form, &fields)
}

#[track_caller]
fn submit(browser: &Browser, form: &Page, fields: &[(&'static str, String)]) -> Page {
    let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    browser.submit(form, FORM, &fields)
}

#[test]
fn a_message_is_sent_and_filed() {
    let (ann, bob, carol) = (rig().person("ann"), rig().person("bob"), rig().person("carol"));
    let (browser, _) = site().signed_in(&ann);
    let (form, mut fields) = fill(&browser, &format!("B\u{f6}b <{}>", bob.address));
    fields.push(("bcc", carol.address.clone()));
    let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let file = Upload {
        field: "attachments",
        name: "\u{5831} \"x\".bin",
        media_type: "application/octet-stream",
        bytes: &[0, 10, 13, 255],
    };
    let answer = browser.submit_with(&form, FORM, &fields, &[file]);
    answer.is(303);
    browser.follow(answer).shows("Message sent");
    arrived(&bob, 1);
    arrived(&carol, 1);
    let got = only_message(&bob, "INBOX");
    assert!(!got.contains("Bcc") && !got.contains(&carol.address), "{got}");
    assert!(got.contains("AAoN/w=="), "{got}");
    let filed = only_message(&ann, "Sent");
    assert!(filed.contains("Bcc") && filed.contains(&carol.address), "{filed}");
    assert_eq!(n_messages(&ann, "Drafts"), 0);
    let (reader, inbox) = site().signed_in(&bob);
    let page = reader.get(&inbox.link("caf\u{e9} & co"));
    page.shows("first line").shows("From here on").shows(".. and dots").shows("\u{5831}");
}

#[test]
fn a_reply_is_threaded_and_marks_the_original() {
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    rig().deliver(
        &ann,
        letter("question")
            .header("Reply-To", &bob.address)
            .header("Message-ID", "<q1@x.test>")
            .header("References", "<q0@x.test>")
            .eml(),
    );
    let (browser, inbox) = site().signed_in(&ann);
    let page = browser.get(&inbox.link("question"));
    let form = browser.get(&page.attr("a[href*='reply=']", "href"));
    browser.submit(&form, FORM, &[("intent", "send")]).is(303);
    arrived(&bob, 1);
    let got = only_message(&bob, "INBOX").replace("\r\n ", " ");
    assert!(
        got.contains("In-Reply-To: <q1@x.test>") && got.contains("References: <q0@x.test> <q1@x.test>"),
        "{got}"
    );
    let mut other = ImapClient::login(rig().imap(), &ann);
    other.command("SELECT INBOX");
    assert!(other.command("FETCH 1 (FLAGS)").concat().contains("\\Answered"));
    let forward = browser.get(&page.attr("a[href*='forward=']", "href"));
    browser.submit(&forward, FORM, &[("to", &bob.address), ("intent", "send")]).is(303);
    assert!(other.command("FETCH 1 (FLAGS)").concat().to_lowercase().contains("$forwarded"));
}

#[test]
fn sending_twice_sends_once() {
    let (ann, bob, last) = (rig().person("ann"), rig().person("bob"), rig().person("last"));
    let (browser, _) = site().signed_in(&ann);
    let (form, fields) = fill(&browser, &bob.address);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let twin = site().browser();
                for name in ["postroom", "postroom_key"] {
                    twin.set_cookie(name, &browser.cookie(name).unwrap());
                }
                submit(&twin, &form, &fields).is(303);
            });
        }
    });
    // Back, and once more.
    submit(&browser, &form, &fields).is(303);
    // What is sent later arrives later: after this one, a second copy would be there.
    send(&browser, &format!("{}, {}", bob.address, last.address)).is(303);
    arrived(&last, 1);
    arrived(&bob, 2);
    assert_eq!(n_messages(&ann, "Sent"), 2);
}

#[test]
fn a_refused_recipient_is_named_and_the_form_comes_back() {
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let (browser, _) = site().signed_in(&ann);
    let (form, mut fields) = fill(&browser, &format!("{}, x@elsewhere.test", bob.address));
    let again = submit(&browser, &form, &fields);
    again.is(422).shows("x@elsewhere.test").shows("this rig delivers only to example.org").shows("Drafts");
    assert_eq!(again.field("subject"), "caf\u{e9} & co");
    assert_eq!(n_messages(&ann, "Sent"), 0);
    assert_eq!(n_messages(&ann, "Drafts"), 1);
    // Corrected and sent: one message, and no draft is left.
    fields[0].1 = bob.address.clone();
    submit(&browser, &again, &fields).is(303);
    arrived(&bob, 1);
    assert_eq!((n_messages(&ann, "Sent"), n_messages(&ann, "Drafts")), (1, 0));
}

/// A site whose SMTP goes through a proxy.
fn with_faulty_smtp() -> (Site, Proxy) {
    let proxy = Proxy::to(rig().submission());
    let smtp = format!("submission+insecure://{}", proxy.address());
    (Site::start(&[("POSTROOM_SMTP", &smtp)]), proxy)
}

#[test]
fn a_connection_lost_after_the_final_dot_is_unknown_and_never_retried_by_itself() {
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let (site, proxy) = with_faulty_smtp();
    let (browser, _) = site.signed_in(&ann);
    proxy.when(Side::Client, "\r\n.\r\n", Fault::SwallowReply);
    let (form, fields) = fill(&browser, &bob.address);
    let unknown = submit(&browser, &form, &fields);
    unknown.is(502).shows("may or may not").shows("Drafts");
    assert!(proxy.all_happened());
    arrived(&bob, 1);
    // The same form again is not sent again.
    submit(&browser, &form, &fields).is(502);
    assert_eq!(proxy.commands().iter().filter(|line| line.starts_with("DATA")).count(), 1);
    // Asked for in so many words, it is: with the same Message-ID.
    browser.submit(&unknown, FORM, &[("intent", "send-again")]).is(303);
    arrived(&bob, 2);
    let mut client = ImapClient::login(rig().imap(), &bob);
    client.command("SELECT INBOX");
    let ids: Vec<_> = (1..=2)
        .map(|n| client.command(&format!("FETCH {n} (BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")).concat())
        .collect();
    let id = |text: &str| text[text.find('<').unwrap()..text.find('>').unwrap()].to_owned();
    assert_eq!(id(&ids[0]), id(&ids[1]));
    assert_eq!(n_messages(&ann, "Drafts"), 0);
}

#[test]
fn nothing_typed_becomes_a_header_or_a_command() {
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let (browser, _) = site().signed_in(&ann);
    let form = browser.get("/compose");
    let evil = "x\r\nBcc: eve@example.org\r\n\r\ninjected\0\u{2028}end";
    let fields = [
        ("to", &*bob.address),
        ("subject", evil),
        ("in_reply_to", "<a@b>\r\nX-Evil: 1"),
        ("references", "a@b\r\nX-Evil: 1"),
        ("text", "one\r\n.\r\nMAIL FROM:<x@y>\r\n"),
        ("intent", "send"),
    ];
    let file = Upload {
        field: "attachments",
        name: "a\";\u{202e}exe.txt",
        media_type: "text/plain; name=\"x\"",
        bytes: b"x",
    };
    browser.submit_with(&form, FORM, &fields, &[file]).is(303);
    arrived(&bob, 1);
    let got = only_message(&bob, "INBOX");
    let head = &got[..got.find("\r\n\r\n").unwrap()];
    assert!(!head.lines().any(|line| line.starts_with("Bcc:") || line.starts_with("X-Evil:")), "{head}");
    assert!(got.contains("MAIL FROM:<x@y>"), "{got}");
}
