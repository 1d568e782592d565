//! Writing: what the form begins with, drafts, attachments.

use postroom_rig::{ImapClient, rig};

use crate::{
    browser::Upload,
    letters::letter,
    site::{Site, site},
};

const FORM: &str = "form[action$='/compose']";

#[test]
fn a_reply_goes_to_the_sender_and_quotes() {
    let ann = rig().person("ann");
    let list = format!("{}, Carol <carol@example.org>", ann.address);
    rig().deliver(
        &ann,
        letter("Re: plans")
            .header("To", &list)
            .header("Cc", "dave@example.org")
            .header("References", "<a@x> <b@x>")
            .eml(),
    );
    let (browser, inbox) = site().signed_in(&ann);
    let page = browser.get(&inbox.link("plans"));
    let reply = browser.get(&page.attr("a[href*='reply=']", "href"));
    assert_eq!(reply.field("to"), "Bob Baker <bob@example.org>");
    assert_eq!(reply.field("cc"), "");
    assert_eq!(reply.field("subject"), "Re: plans");
    assert!(reply.field("text").contains("> Hello Ann,"), "{}", reply.field("text"));
    let all = browser.get(&page.attr("a[href*='reply-all=']", "href"));
    let everybody = format!("{} {}", all.field("to"), all.field("cc"));
    for who in ["bob@example.org", "carol@example.org", "dave@example.org"] {
        assert_eq!(everybody.matches(who).count(), 1, "{everybody}");
    }
    assert!(!everybody.contains(&ann.address), "{everybody}");
}

#[test]
fn a_draft_is_saved_resumed_and_discarded() {
    let ann = rig().person("ann");
    let (browser, _) = site().signed_in(&ann);
    let form = browser.get("/compose");
    let fields = [
        ("to", "bob@example.org"),
        ("bcc", "eve@example.org"),
        ("subject", "caf\u{e9} \u{4f1a}"),
        ("text", "first\n\nline > 2"),
        ("intent", "save"),
    ];
    let file = Upload {
        field: "attachments",
        name: "\u{5831}\u{544a}.txt",
        media_type: "text/plain",
        bytes: b"report",
    };
    let saved = browser.follow(browser.submit_with(&form, FORM, &fields, &[file]));
    saved.is(200);
    let saved = browser.follow(browser.submit(&saved, FORM, &[("text", "second"), ("intent", "save")]));
    let mut other = ImapClient::login(rig().imap(), &ann);
    assert!(other.command("STATUS Drafts (MESSAGES)").concat().contains("MESSAGES 1"), "one draft, not two");
    other.command("SELECT Drafts");
    assert!(other.command("FETCH 1 (FLAGS)").concat().contains("\\Draft"));
    let drafts = browser.get("/mail/Drafts");
    let resumed = browser.get(&drafts.attr("li.row a[href*='draft=']", "href"));
    assert_eq!(resumed.field("to"), "bob@example.org");
    assert_eq!(resumed.field("bcc"), "eve@example.org");
    assert_eq!(resumed.field("subject"), "caf\u{e9} \u{4f1a}");
    assert_eq!(resumed.field("text").trim_end(), "second");
    resumed.shows("\u{5831}\u{544a}.txt");
    drop(saved);
    browser.submit(&resumed, FORM, &[("intent", "discard")]).is(303);
    // STATUS of a selected mailbox tells what the client was told of it last.
    other.command("NOOP");
    assert!(other.command("STATUS Drafts (MESSAGES)").concat().contains("MESSAGES 0"));
}

#[test]
fn attachments_are_added_and_removed_without_losing_the_form() {
    let ann = rig().person("ann");
    let (browser, _) = site().signed_in(&ann);
    let form = browser.get("/compose");
    let file = |name| Upload { field: "attachments", name, media_type: "text/plain", bytes: b"12345" };
    let fields = [("to", "bob@exam"), ("text", "half a sen"), ("intent", "attach")];
    let with = browser.submit_with(&form, FORM, &fields, &[file("one.txt"), file("two.txt")]);
    with.is(200).shows("one.txt").shows("two.txt");
    assert_eq!((&*with.field("to"), &*with.field("text")), ("bob@exam", "half a sen"));
    let first = with.attrs("input[name=upload]", "value").remove(0);
    let without = browser.submit(&with, FORM, &[("remove", &first)]);
    without.is(200).shows("two.txt").lacks("one.txt");
    assert_eq!(without.field("text"), "half a sen");
}

#[test]
fn attachments_that_wait_outlive_the_process() {
    let mut site = Site::start(&[]);
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let (browser, _) = site.signed_in(&ann);
    let file =
        Upload { field: "attachments", name: "\u{5831}.txt", media_type: "text/plain", bytes: b"12345" };
    let fields = [("to", &*bob.address), ("subject", "late"), ("text", "x"), ("intent", "attach")];
    let form = browser.submit_with(&browser.get("/compose"), FORM, &fields, &[file]);
    form.is(200).shows("\u{5831}.txt");
    site.restart();
    browser.follow(browser.submit(&form, FORM, &[("intent", "send")])).shows("Message sent.");
    let (reader, inbox) = site.signed_in(&bob);
    let message = reader.get(&inbox.link("late"));
    assert_eq!(reader.get(&message.attr("a[href*='/part/']", "href")).bytes, b"12345");
}

#[test]
fn a_forward_brings_the_attachments_along() {
    let ann = rig().person("ann");
    rig().deliver(&ann, letter("files").attach("a.pdf", "application/pdf", *b"%PDF-1.4 tiny").eml());
    let (browser, inbox) = site().signed_in(&ann);
    let page = browser.get(&inbox.link("files"));
    let forward = browser.get(&page.attr("a[href*='forward=']", "href"));
    assert_eq!(forward.field("subject"), "Fwd: files");
    forward.shows("a.pdf");
    let attached = browser.get(&page.attr("a[href*='forward-attached=']", "href"));
    attached.shows("files.eml");
}

#[test]
fn mistakes_come_back_as_typed() {
    let ann = rig().person("ann");
    let (browser, _) = site().signed_in(&ann);
    let form = browser.get("/compose");
    let fields = [
        ("to", "bob at example"),
        ("cc", "carol@example.org"),
        ("subject", "keep <me>"),
        ("text", "\nall of\nit "),
        ("intent", "send"),
    ];
    let again = browser.submit(&form, FORM, &fields);
    again.is(422).shows("bob at example");
    for (name, value) in &fields[..4] {
        assert_eq!(again.field(name), *value, "{name}");
    }
    browser.submit(&form, FORM, &[("text", "x"), ("intent", "send")]).is(422).shows("recipient");
    // Another program, or a link, may begin a letter.
    let begun = browser.get("/compose?to=bob%40example.org&subject=Hi&text=one%0Atwo");
    assert_eq!(
        (&*begun.field("to"), &*begun.field("subject"), &*begun.field("text")),
        ("bob@example.org", "Hi", "one\ntwo")
    );
}
