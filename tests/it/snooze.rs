//! Messages that are put off and come back.

use postroom_rig::rig;

use crate::{
    browser::{Browser, Page},
    letters::letter,
    site::site,
};

const BULK: &str = "form[action$='/act']";

#[track_caller]
fn snooze(browser: &Browser, subject: &str, action: &str, until: &str) -> Page {
    let list = browser.get("/mail/INBOX");
    let id = list.id_of(subject);
    browser.submit(&list, BULK, &[("id", &id), ("action", action), ("until", until)])
}

/// Puts a message of the inbox off. Returns the id it is listed with.
#[track_caller]
pub fn until_tomorrow(browser: &Browser, subject: &str) -> String {
    snooze(browser, subject, "snooze tomorrow", "").is(303);
    let snoozed = browser.get("/snoozed");
    let at = snoozed.texts(".entry-name").iter().position(|shown| shown == subject).unwrap();
    snoozed.attrs(".entry-buttons input[name=id]", "value").swap_remove(at)
}

#[test]
fn a_message_is_put_off_and_brought_back() {
    let ann = rig().person("ann");
    for subject in ["one", "two", "three"] {
        rig().deliver(&ann, letter(subject).eml());
    }
    let (browser, _) = site().signed_in(&ann);
    browser.get("/snoozed").shows("Nothing is snoozed");
    let after = browser.follow(snooze(&browser, "one", "snooze tomorrow", ""));
    after.shows("1 message snoozed: back tomorrow at 08:00.");
    let after = browser.follow(snooze(&browser, "two", "snooze", "2999-12-31T08:00"));
    after.shows("back on Tuesday, 31 December 2999 at 08:00");
    // The word of the buttons serves other programs, too.
    browser.follow(snooze(&browser, "three", "snooze", "next-week")).shows("Monday");
    let snoozed = browser.get("/snoozed");
    assert_eq!(snoozed.texts(".entry-name"), ["one", "three", "two"], "by their time");
    snoozed.shows("Comes back to Inbox tomorrow at 08:00");
    let folder = browser.get(&snoozed.link("Open the folder"));
    folder.is(200).shows("three");
    for page in [&snoozed, &folder] {
        let places = page.texts(".folders .folder-name");
        assert_eq!(places.iter().filter(|place| *place == "Snoozed").count(), 1, "{places:?}");
        assert_eq!(page.texts(".folders [aria-current]"), ["Snoozed"]);
    }
    let after = browser.follow(browser.submit(&snoozed, ".entry-buttons", &[]));
    after.shows("comes back now");
}

#[test]
fn a_time_that_is_none_changes_nothing() {
    let ann = rig().person("ann");
    rig().deliver(&ann, letter("one").eml());
    let (browser, _) = site().signed_in(&ann);
    for (until, said) in
        [("2001-01-01T08:00", "in the past"), ("", "a date and a time"), ("soon", "a date and a time")]
    {
        snooze(&browser, "one", "snooze", until).is(422).shows(said);
    }
    browser.get("/snoozed").shows("Nothing is snoozed");
}

#[test]
fn a_message_page_offers_it_too() {
    let ann = rig().person("ann");
    rig().deliver(&ann, letter("one").eml());
    let (browser, inbox) = site().signed_in(&ann);
    let page = browser.get(&inbox.link("one"));
    browser.submit(&page, ".reader-bar form", &[("action", "snooze later")]).is(303);
    browser.get("/snoozed").shows("one");
}

#[test]
fn nobody_brings_another_persons_message_back() {
    let ann = rig().person("ann");
    rig().deliver(&ann, letter("of Ann").eml());
    let (browser, _) = site().signed_in(&ann);
    let (bob, _) = site().signed_in(&rig().person("bob"));
    let id = until_tomorrow(&browser, "of Ann");
    let csrf = bob.get("/snoozed").lacks("of Ann").field("csrf");
    bob.post("/snoozed", &[("csrf", &csrf), ("id", &id)], &[]).is(303);
    browser.get("/snoozed").shows("of Ann");
}
