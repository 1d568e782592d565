//! Instances that end, by themselves or not: nobody signs in again, and nothing is lost or done twice.

use std::{
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use postroom_rig::{Proxy, Side, rig, until, until_within};

use super::{COMPOSE, Pair, is_ready, n_copies, send, write};
use crate::{browser::Browser, letters::letter};

/// Some pages, of one instance and of the other.
#[track_caller]
fn goes_on(browser: &Browser) {
    for _ in 0..4 {
        let list = browser.get("/mail/INBOX");
        list.is(200);
        browser.get(&list.link("hello")).is(200).shows("hello");
    }
    let list = browser.get("/mail/INBOX");
    let id = list.id_of("hello");
    for action in ["flag", "unflag"] {
        let done = browser.submit(&list, "form[action$='/act']", &[("id", &id), ("action", action)]);
        browser.follow(done).shows("1 message");
    }
}

#[test]
fn instances_come_and_go_and_nobody_signs_in_again() {
    let mut pair = Pair::start();
    let ann = rig().person("ann");
    rig().deliver(&ann, letter("hello").eml());
    let browser = pair.signed_in(&ann);
    goes_on(&browser);
    // Somebody reads while it dies.
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut n = 0;
            while !is_over.load(Ordering::Relaxed) {
                browser.get("/mail/INBOX").is(200);
                n += 1;
            }
            n
        });
        pair.one.kill();
        goes_on(&browser);
        is_over.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
    });
    pair.one.restart();
    is_ready(&pair.one);
    goes_on(&browser);
    // The one that never saw the sign-in is alone now.
    pair.other.stop();
    goes_on(&browser);
    pair.other.restart();
    is_ready(&pair.other);
    pair.one.stop();
    goes_on(&browser);
    browser.submit(&browser.get("/mail/INBOX"), "form[action$='/logout']", &[]).is(303);
    pair.one.restart();
    is_ready(&pair.one);
    for _ in 0..2 {
        browser.get("/mail/INBOX").is(303);
    }
}

#[test]
fn a_message_held_by_an_instance_that_died_is_sent_by_the_other() {
    let mut pair = Pair::start();
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let [one, other] = pair.each(&pair.signed_in(&ann));
    let settings = one.get("/settings");
    one.submit(&settings, "form.setting", &[("hold_seconds", "5"), ("action", "hold")]).is(303);
    send(&one, &bob, "held").shows("Message will be sent in 5 s.");
    pair.one.kill();
    other.get("/outbox").shows("held");
    until("it arrives", || n_copies(&bob, "INBOX", "held") == 1);
    until("it is over", || other.get("/outbox").text().contains("Nothing waits"));
    assert_eq!((n_copies(&ann, "Sent", "held"), n_copies(&ann, "Drafts", "held")), (1, 0));
    // What is sent later arrives later: by then a second copy would be there.
    send(&other, &bob, "the last");
    until("the last arrives", || n_copies(&bob, "INBOX", "the last") == 1);
    assert_eq!(n_copies(&bob, "INBOX", "held"), 1);
}

#[test]
fn a_message_that_an_instance_died_over_is_sent_by_the_other_once_its_lease_has_ended() {
    let smtp = Proxy::to(rig().submission());
    let smtp_url = format!("submission+insecure://{}", smtp.address());
    let pair = Pair::with(&[("POSTROOM_SMTP", &smtp_url)], &[]);
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let [one, other] = pair.each(&pair.signed_in(&ann));
    let pid = pair.one.process_id().unwrap().to_string();
    smtp.on(Side::Client, "MAIL FROM", move || {
        assert!(Command::new("kill").args(["-KILL", &pid]).status().unwrap().success());
    });
    let (form, fields) = write(&one, &bob, "orphan");
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert!(one.try_submit(&form, COMPOSE, &fields).is_none());
    other.get("/outbox").shows("orphan");
    until_within(Duration::from_secs(60), "it arrives", || n_copies(&bob, "INBOX", "orphan") == 1);
    until("it is over", || other.get("/outbox").text().contains("Nothing waits"));
    assert_eq!((n_copies(&ann, "Sent", "orphan"), n_copies(&ann, "Drafts", "orphan")), (1, 0));
    send(&other, &bob, "the last");
    until("the last arrives", || n_copies(&bob, "INBOX", "the last") == 1);
    assert_eq!(n_copies(&bob, "INBOX", "orphan"), 1);
}
