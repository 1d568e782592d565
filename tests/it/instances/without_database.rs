//! A database that is damaged, or that somebody else has locked: signing in, reading, flagging and sending work.

use std::fs;

use postroom_rig::{Person, rig, until};

use super::{n_copies, send};
use crate::{browser::Browser, letters::letter, site::Site};

/// What a person does all day; ends in the inbox.
#[track_caller]
fn mail_works(browser: &Browser, bob: &Person, subject: &str) {
    let list = browser.get("/mail/INBOX");
    browser.get(&list.link("hello")).is(200);
    let id = list.id_of("hello");
    let done = browser.submit(&list, "form[action$='/act']", &[("id", &id), ("action", "flag")]);
    let noted = browser.follow(done);
    noted.shows("1 message flagged.");
    browser.follow(browser.submit(&noted, "form[action$='/undo']", &[])).shows("Undone for 1 message.");
    send(browser, bob, subject).shows("Message sent.");
    until("it arrives", || n_copies(bob, "INBOX", subject) == 1);
}

fn site_on(file: &std::path::Path) -> Site {
    Site::start(&[("POSTROOM_DATABASE", &format!("sqlite:{}", file.display()))])
}

#[test]
fn with_a_damaged_database_mail_works() {
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    rig().deliver(&ann, letter("hello").eml());
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("postroom.db");
    fs::write(&file, "this is no database, however long one reads it. ".repeat(100)).unwrap();
    let site = site_on(&file);
    let (browser, _) = site.signed_in(&ann);
    mail_works(&browser, &bob, "sent without");
    browser.get("/settings").is(503).shows("is damaged");
    // A session of before nobody can know now: that is said, and signing in is offered.
    let before = site.browser();
    before.set_cookie("postroom", "AAAAAAAAAAAAAAAAAAAAAA");
    before.get("/mail/INBOX").is(503).shows("Please try again in a moment");
    before.sign_in("", &ann.address, &ann.password);
    mail_works(&before, &bob, "sent without, too");
    before.submit(&before.get("/mail/INBOX"), "form[action$='/logout']", &[]).is(303);
    before.get("/mail/INBOX").is(303);
    browser.get("/mail/INBOX").is(200);
}

#[test]
fn while_the_database_is_locked_mail_works_and_afterwards_nobody_signs_in_again() {
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    rig().deliver(&ann, letter("hello").eml());
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("postroom.db");
    let mut site = site_on(&file);
    let (before, _) = site.signed_in(&ann);
    let lock = rusqlite::Connection::open(&file).unwrap();
    lock.execute_batch("BEGIN EXCLUSIVE").unwrap();
    mail_works(&before, &bob, "sent during");
    let (during, _) = site.signed_in(&ann);
    mail_works(&during, &bob, "sent during, too");
    lock.execute_batch("ROLLBACK").unwrap();
    until("the sign-in is written", || {
        during.get("/mail/INBOX").is(200);
        let n: i64 = lock.query_row("SELECT COUNT(*) FROM sessions", [], |row| row.get(0)).unwrap();
        n == 2
    });
    site.restart();
    for browser in [&before, &during] {
        browser.get("/mail/INBOX").is(200);
    }
}
