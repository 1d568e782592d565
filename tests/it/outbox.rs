//! What waits to be sent: held so that it can be taken back, or for a time of its own.

use postroom_rig::{ImapClient, Person, rig};

use crate::{
    browser::{Browser, Page},
    site::{Site, site},
};

const FORM: &str = "form[action$='/compose']";
const BUTTONS: &str = ".entry-buttons";

#[track_caller]
fn compose(browser: &Browser, subject: &str, send_at: &str) -> Page {
    let fields = [
        ("to", "bob@example.org"),
        ("subject", subject),
        ("text", "half a thought"),
        ("send_at", send_at),
        ("intent", "send"),
    ];
    browser.submit(&browser.get("/compose"), FORM, &fields)
}

/// Sends a message in a far year. Returns its id in the outbox.
#[track_caller]
pub fn scheduled(browser: &Browser, subject: &str) -> String {
    compose(browser, subject, "2999-12-31T08:00").is(303);
    let outbox = browser.get("/outbox");
    let at = outbox.texts("h2.entry-name").iter().position(|shown| shown == subject).unwrap();
    outbox.attrs(".entry-buttons input[name=id]", "value").swap_remove(at)
}

fn hold(browser: &Browser, seconds: &str) {
    let settings = browser.get("/settings");
    browser.submit(&settings, "form.setting", &[("hold_seconds", seconds), ("action", "hold")]).is(303);
}

fn n_drafts(person: &Person) -> String {
    ImapClient::login(rig().imap(), person).command("STATUS Drafts (MESSAGES)").concat()
}

#[test]
fn what_is_held_is_taken_back_and_written_on() {
    let ann = rig().person("ann");
    let (browser, _) = site().signed_in(&ann);
    hold(&browser, "30");
    let after = browser.follow(compose(&browser, "too soon", ""));
    after.shows("Message will be sent in 30 s.");
    assert_eq!(after.texts("a[href='/outbox'] .badge"), ["1 waiting"]);
    browser.get("/outbox").shows("too soon").shows("bob@example.org").shows("Held until");
    let draft = browser.follow(browser.submit(&after, "#flash form", &[("action", "edit")]));
    draft.is(200);
    assert_eq!((&*draft.field("subject"), draft.field("text").trim_end()), ("too soon", "half a thought"));
    browser.get("/outbox").shows("Nothing waits");
    assert!(n_drafts(&ann).contains("MESSAGES 1"));
}

#[test]
fn a_time_that_was_chosen_is_kept_or_refused() {
    let (browser, _) = site().signed_in(&rig().person("ann"));
    let past = compose(&browser, "yesterday", "2001-01-01T08:00");
    past.is(422).shows("in the past");
    assert_eq!((&*past.field("send_at"), &*past.field("subject")), ("2001-01-01T08:00", "yesterday"));
    compose(&browser, "nonsense", "soon").is(422).shows("a date and a time");
    browser.get("/compose").shows("Time zone: ");
    let after = browser.follow(compose(&browser, "new year", "2999-12-31T08:00"));
    after.shows("Message will be sent on Tuesday, 31 December 2999 at 08:00.");
    browser.get("/outbox").shows("new year").shows("31 December 2999");
}

#[test]
fn what_is_cancelled_stays_in_drafts() {
    let ann = rig().person("ann");
    let (browser, _) = site().signed_in(&ann);
    scheduled(&browser, "never mind");
    let outbox = browser.get("/outbox");
    let after = browser.follow(browser.submit(&outbox, BUTTONS, &[("action", "cancel")]));
    after.shows("stays in Drafts").shows("Nothing waits");
    assert!(n_drafts(&ann).contains("MESSAGES 1"));
    browser
        .follow(browser.submit(&outbox, BUTTONS, &[("action", "cancel")]))
        .shows("no longer in the outbox");
}

#[test]
fn nobody_reaches_another_persons_message() {
    let (ann, _) = site().signed_in(&rig().person("ann"));
    let (bob, _) = site().signed_in(&rig().person("bob"));
    let id = scheduled(&ann, "of Ann");
    let csrf = bob.get("/outbox").lacks("of Ann").field("csrf");
    for action in ["edit", "cancel", "send", "send-again", "discard", "forget"] {
        let fields = [("csrf", csrf.as_str()), ("action", action), ("id", &id)];
        bob.follow(bob.post("/outbox", &fields, &[])).shows("no longer in the outbox");
    }
    ann.get("/outbox").shows("of Ann").shows("Will be sent");
}

#[test]
fn without_the_store_mail_is_read_and_written() {
    let broken = Site::start(&[("POSTROOM_DATABASE", "sqlite:/dev/null/postroom.db")]);
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let (browser, inbox) = broken.signed_in(&ann);
    inbox.is(200);
    for page in ["/settings", "/collectors", "/collectors/new", "/outbox", "/snoozed"] {
        browser
            .get(page)
            .is(503)
            .shows("database of this site")
            .shows("Reading and writing mail still work.");
    }
    let form = browser.get("/compose");
    assert!(form.is(200).field("from").contains(&ann.address));
    let fields = [("to", bob.address.as_str()), ("subject", "even so"), ("intent", "send")];
    browser.follow(browser.submit(&form, FORM, &fields)).is(200).shows("Message sent");
    // Never from another address than the one that was chosen.
    let chosen = [("from", "Ann <ann@elsewhere.test>"), ("to", bob.address.as_str()), ("intent", "send")];
    browser.submit(&browser.get("/compose"), FORM, &chosen).is(422).shows("other addresses cannot be read");
}
