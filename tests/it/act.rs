//! Acting on messages: everything is real IMAP, seen at once by a second client, both ways.

use postroom_rig::{ImapClient, Person, rig};

use crate::{
    browser::{Browser, Page},
    letters::letter,
    site::site,
};

const BULK: &str = "form[action$='/act']";

/// Somebody with three letters, their browser, and their other mail program.
fn three_letters() -> (Person, Browser, ImapClient) {
    let ann = rig().person("ann");
    for subject in ["one", "two", "three"] {
        rig().deliver(&ann, letter(subject).eml());
    }
    let (browser, _) = site().signed_in(&ann);
    let other = ImapClient::login(rig().imap(), &ann);
    (ann, browser, other)
}

#[track_caller]
fn act(browser: &Browser, mailbox: &str, action: &str, subjects: &[&str], to: &str) -> Page {
    let list = browser.get(&format!("/mail/{mailbox}"));
    let ids: Vec<_> = subjects.iter().map(|subject| list.id_of(subject)).collect();
    let mut fields: Vec<_> = ids.iter().map(|id| ("id", id.as_str())).collect();
    fields.push(("action", action));
    fields.push(("to", to));
    let answer = browser.submit(&list, BULK, &fields);
    answer.is(303);
    browser.follow(answer)
}

fn flags(other: &mut ImapClient, subject: &str) -> String {
    other.command("SELECT INBOX");
    let found = other.command(&format!("SEARCH SUBJECT {subject}"));
    let n = found[0].trim().rsplit(' ').next().unwrap().to_owned();
    other.command(&format!("FETCH {n} (FLAGS)")).remove(0)
}

fn count(other: &mut ImapClient, mailbox: &str) -> String {
    // STATUS of a selected mailbox tells what the client was told of it last.
    other.command("NOOP");
    other.command(&format!("STATUS \"{mailbox}\" (MESSAGES)"))[0].trim().to_owned()
}

#[test]
fn flags_are_seen_by_the_other_program_and_taken_back_by_undo() {
    let (_, browser, mut other) = three_letters();
    for (action, flag) in [("read", "\\Seen"), ("flag", "\\Flagged")] {
        let page = act(&browser, "INBOX", action, &["two"], "");
        page.shows("1 message");
        assert!(flags(&mut other, "two").contains(flag), "{action}");
        assert!(!flags(&mut other, "one").contains(flag), "{action}");
        browser.follow(browser.submit(&page, "form[action$='/undo']", &[])).is(200);
        assert!(!flags(&mut other, "two").contains(flag), "undo of {action}");
    }
    act(&browser, "INBOX", "read", &["one", "three"], "");
    act(&browser, "INBOX", "unread", &["three"], "");
    assert!(flags(&mut other, "one").contains("\\Seen"));
    assert!(!flags(&mut other, "three").contains("\\Seen"));
}

#[test]
fn the_other_programs_changes_are_in_the_next_page() {
    let (ann, browser, mut other) = three_letters();
    other.command("SELECT INBOX");
    other.command("STORE 1:* +FLAGS (\\Deleted)");
    other.command("EXPUNGE");
    rig().deliver(&ann, letter("four").eml());
    let list = browser.get("/mail/INBOX");
    list.shows("four").lacks("two");
}

#[test]
fn messages_are_moved_copied_archived_and_deleted_and_come_back_by_undo() {
    let (_, browser, mut other) = three_letters();
    for (action, to, target) in
        [("archive", "", "Archive"), ("junk", "", "Junk"), ("delete", "", "Trash"), ("move", "Sent", "Sent")]
    {
        let page = act(&browser, "INBOX", action, &["one", "two"], to);
        page.shows("2 messages");
        assert!(count(&mut other, "INBOX").ends_with("(MESSAGES 1)"), "{action}");
        assert!(count(&mut other, target).ends_with("(MESSAGES 2)"), "{action}");
        let back = browser.follow(browser.submit(&page, "form[action$='/undo']", &[]));
        back.shows("one").shows("two");
        assert!(count(&mut other, target).ends_with("(MESSAGES 0)"), "undo of {action}");
    }
    act(&browser, "INBOX", "copy", &["one"], "Archive");
    assert!(count(&mut other, "INBOX").ends_with("(MESSAGES 3)"));
    assert!(count(&mut other, "Archive").ends_with("(MESSAGES 1)"));
    act(&browser, "INBOX", "junk", &["two"], "");
    act(&browser, "Junk", "notjunk", &["two"], "");
    assert!(count(&mut other, "INBOX").ends_with("(MESSAGES 3)"));
    act(&browser, "INBOX", "expunge", &["three"], "");
    assert!(count(&mut other, "INBOX").ends_with("(MESSAGES 2)"));
    assert!(count(&mut other, "Trash").ends_with("(MESSAGES 0)"));
}

#[test]
fn deleting_spares_what_another_program_marked_deleted() {
    let (_, browser, mut other) = three_letters();
    other.command("SELECT INBOX");
    other.command("STORE 3 +FLAGS (\\Deleted)");
    act(&browser, "INBOX", "expunge", &["one"], "");
    assert!(count(&mut other, "INBOX").ends_with("(MESSAGES 2)"));
    assert!(flags(&mut other, "three").contains("\\Deleted"));
}

#[test]
fn an_old_link_never_acts_on_another_message() {
    let (_, browser, mut other) = three_letters();
    let list = browser.get("/mail/INBOX");
    let id = list.id_of("one");
    let (uid_validity, uid) = id.split_once('.').unwrap();
    let stale = format!("{}.{uid}", uid_validity.parse::<u32>().unwrap() - 1);
    let answer = browser.submit(&list, BULK, &[("id", &stale), ("action", "expunge")]);
    answer.is(410).shows("rebuilt");
    assert!(count(&mut other, "INBOX").ends_with("(MESSAGES 3)"));
    browser.get(&format!("/mail/INBOX/{stale}")).is(410);
    // One that another program removed is gone, and says so.
    let gone = list.id_of("two");
    other.command("SELECT INBOX");
    other.command("STORE 2 +FLAGS (\\Deleted)");
    other.command("EXPUNGE");
    browser.get(&format!("/mail/INBOX/{gone}")).is(404).shows("no longer here");
    browser.get("/mail/Nowhere").is(404).shows("does not exist");
}

#[test]
fn nobody_reaches_another_persons_messages() {
    let (_, ann, _) = three_letters();
    let bobs = rig().person("bob");
    // Mailboxes of the same second are alike: only a number that Ann has not is surely Bob's.
    for subject in ["one", "two", "three", "bobs secret"] {
        rig().deliver(&bobs, letter(subject).eml());
    }
    let (bob, _) = site().signed_in(&bobs);
    let list = bob.get("/mail/INBOX");
    let link = list.link("bobs secret");
    bob.get(&link).is(200).shows("bobs secret");
    let foreign = ann.get(&link);
    assert!(matches!(foreign.status, 404 | 410), "{foreign}");
    foreign.lacks("bobs secret");
}
