//! Lists and folders.

use postroom_rig::{ImapClient, Proxy, rig};

use crate::{
    browser::Page,
    letters::letter,
    site::{Site, site},
};

#[test]
fn a_list_shows_the_newest_fifty_first() {
    let ann = rig().person("ann");
    for n in 1..=53 {
        rig().deliver(&ann, letter(&format!("letter number {n:02}")).eml());
    }
    let (browser, first) = site().signed_in(&ann);
    let subjects = Page::subjects;
    assert_eq!(subjects(&first).len(), 50);
    assert!(subjects(&first)[0].contains("number 53") && subjects(&first)[49].contains("number 04"));
    let second = browser.get("/mail/INBOX?page=2");
    assert_eq!(subjects(&second).len(), 3);
    assert!(subjects(&second)[0].contains("number 03"));
    let oldest = browser.get("/mail/INBOX?sort=oldest");
    assert!(subjects(&oldest)[0].contains("number 01"));
    let by_subject = browser.get("/mail/INBOX?sort=subject&page=2");
    assert!(subjects(&by_subject)[2].contains("number 53"));
    // Every page is there, however odd its number.
    browser.get("/mail/INBOX?page=0").is(200);
    for beyond in ["99", "4294967295"] {
        let last = browser.follow(browser.get(&format!("/mail/INBOX?page={beyond}")));
        assert_eq!(last.subjects().len(), 3, "{beyond}");
    }
}

#[test]
fn quick_filters_and_search_ask_the_server() {
    let ann = rig().person("ann");
    rig().deliver(&ann, letter("plain").eml());
    rig().deliver(&ann, letter("with a file").attach("a.pdf", "application/pdf", *b"%PDF").eml());
    rig().deliver(&ann, letter("caf\u{e9} \u{4f1a}\u{8b70}").text("the needle is here\n").eml());
    let (browser, inbox) = site().signed_in(&ann);
    browser.get(&inbox.link("plain")).is(200);
    let mut other = ImapClient::login(rig().imap(), &ann);
    other.command("SELECT INBOX");
    other.command("STORE 2 +FLAGS (\\Flagged)");
    let only = |path: &str, shown: &str| {
        let list = browser.get(path);
        let labels = list.subjects();
        assert_eq!(labels.len(), 1, "{path}: {list}");
        assert!(labels[0].contains(shown), "{path}: {labels:?}");
    };
    only("/mail/INBOX?filter=flagged", "with a file");
    only("/mail/INBOX?filter=attachments", "with a file");
    only("/mail/INBOX?q=needle", "caf\u{e9}");
    only("/mail/INBOX?q=subject%3A%E4%BC%9A%E8%AD%B0", "caf\u{e9}");
    only("/mail/INBOX?q=is%3Aunread+subject%3Afile", "with a file");
    only("/mail/INBOX?q=has%3Aattachment", "with a file");
    assert_eq!(browser.get("/mail/INBOX?filter=unread").subjects().len(), 2);
    let none = browser.get("/mail/INBOX?q=from%3A%22%5C%22%29+%28OR%22");
    none.is(200);
    assert!(none.subjects().is_empty());
}

/// Issue 2: page 1 of a mailbox whose newest 50 messages hold 5 MB attachments reads under 200 KB from IMAP.
#[test]
fn a_list_of_large_messages_reads_no_bodies() {
    let ann = rig().person("ann");
    let mut other = ImapClient::login(rig().imap(), &ann);
    let large = letter("large").attach("film.mp4", "video/mp4", vec![0x5a; 5 << 20]).eml();
    other.append("INBOX", "", large.replace('\n', "\r\n"));
    other.command("SELECT INBOX");
    for _ in 1..50 {
        other.command("COPY 1 INBOX");
    }
    let proxy = Proxy::to(rig().imap());
    let site = Site::start(&[("POSTROOM_IMAP", &format!("imap+insecure://{}", proxy.address()))]);
    let (_, inbox) = site.signed_in(&ann);
    assert_eq!(inbox.subjects().len(), 50);
    let n_bytes = proxy.bytes_from_server();
    assert!(n_bytes < 200_000, "{n_bytes} bytes were read");
}

#[test]
fn folders_are_created_renamed_and_deleted_whatever_their_script() {
    let ann = rig().person("ann");
    let (browser, _) = site().signed_in(&ann);
    let create = |name: &str| {
        let form = browser.get("/folders");
        browser.follow(browser.submit(&form, "form.create", &[("name", name), ("action", "create")]))
    };
    create("\u{5bb6}\u{65cf} & Freunde").shows("\u{5bb6}\u{65cf} & Freunde");
    let mut other = ImapClient::login(rig().imap(), &ann);
    assert!(other.command("LIST \"\" \"*\"").concat().contains("&W7Zlzw- &- Freunde"));
    let inside = browser.get("/mail/%E5%AE%B6%E6%97%8F%20%26%20Freunde");
    inside.is(200).shows("\u{5bb6}\u{65cf} & Freunde");
    let form = browser.get("/folders");
    let old = "\u{5bb6}\u{65cf} & Freunde";
    let fields =
        [("csrf", &*form.field("csrf")), ("action", "rename"), ("mailbox", old), ("name", "Verwandte")];
    browser.follow(browser.post("/folders", &fields, &[])).shows("Verwandte").lacks(old);
    browser.get("/mail/%E5%AE%B6%E6%97%8F%20%26%20Freunde").is(404);
    let fields = [("csrf", &*form.field("csrf")), ("action", "delete"), ("mailbox", "Verwandte")];
    browser.follow(browser.post("/folders", &fields, &[]));
    assert!(!other.command("LIST \"\" \"*\"").concat().contains("Verwandte"));
    // A special folder stays.
    let fields = [("csrf", &*form.field("csrf")), ("action", "delete"), ("mailbox", "Trash")];
    browser.post("/folders", &fields, &[]).is(422);
}

#[test]
fn a_server_with_bare_imap_will_do() {
    let ann = rig().person("ann");
    for subject in ["one", "two"] {
        rig().deliver(&ann, letter(subject).eml());
    }
    let site = Site::start(&[("POSTROOM_IMAP", &format!("imap+insecure://{}", rig().bare_imap()))]);
    let (browser, inbox) = site.signed_in(&ann);
    inbox.shows("one").shows("two");
    browser.get("/mail/INBOX?filter=unread&sort=subject").is(200).shows("one");
    browser.get(&inbox.link("one")).is(200).shows("this is the letter");
    let id = inbox.attrs("input[name=id]", "value").remove(0);
    let moved =
        browser.submit(&inbox, "form[action$='/act']", &[("id", &id), ("action", "move"), ("to", "Archive")]);
    browser.follow(moved).shows("one").lacks("two");
    browser.get("/mail/Archive").shows("two");
    let mut other = ImapClient::login(rig().imap(), &ann);
    assert!(other.command("STATUS INBOX (MESSAGES)").concat().contains("MESSAGES 1"));
}

#[test]
fn trash_is_emptied_and_the_inbox_is_not() {
    let ann = rig().person("ann");
    rig().deliver(&ann, letter("rubbish").eml());
    let (browser, inbox) = site().signed_in(&ann);
    let id = inbox.attrs("input[name=id]", "value").remove(0);
    browser.submit(&inbox, "form[action$='/act']", &[("id", &id), ("action", "delete")]);
    let trash = browser.get("/mail/Trash");
    trash.shows("rubbish");
    browser.follow(browser.submit(&trash, "form[action$='/empty']", &[])).shows("1 message deleted for good");
    let csrf = inbox.field("csrf");
    browser.post("/mail/INBOX/empty", &[("csrf", &csrf)], &[]).is(404);
}
