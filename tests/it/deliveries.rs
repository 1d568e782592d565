//! What becomes of mail that waits, with nobody looking: sent at its time, tried again, given back, never twice.

use jiff::{ToSpan, ZonedDateTime};
use postroom_rig::{Fault, ImapClient, Proxy, Side, rig, until};

use crate::{
    browser::{Browser, Page},
    counts::{arrived, n_messages},
    letters::letter,
    site::Site,
};

const FORM: &str = "form[action$='/compose']";
const BUTTONS: &str = ".entry-buttons";

/// A site whose mail servers are behind proxies.
struct Stage {
    site: Site,
    smtp: Proxy,
    imap: Proxy,
}

impl Stage {
    fn new(settings: &[(&str, &str)]) -> Stage {
        let (smtp, imap) = (Proxy::to(rig().submission()), Proxy::to(rig().imap()));
        let (smtp_url, imap_url) = (
            format!("submission+insecure://{}", smtp.address()),
            format!("imap+insecure://{}", imap.address()),
        );
        let own = [("POSTROOM_SMTP", smtp_url.as_str()), ("POSTROOM_IMAP", imap_url.as_str())];
        let site = Site::start(&own.into_iter().chain(settings.iter().copied()).collect::<Vec<_>>());
        Stage { site, smtp, imap }
    }
}

/// As the browser's field for a time sends it.
fn in_seconds(n: i64) -> String {
    (ZonedDateTime::now() + n.seconds()).strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// Sends at once.
#[track_caller]
fn send(browser: &Browser, to: &str, subject: &str) -> Page {
    compose(browser, to, subject, String::new).0
}

/// Sends in so many seconds; also returns the time, as the form has it.
#[track_caller]
fn send_in(seconds: i64, browser: &Browser, to: &str, subject: &str) -> (Page, String) {
    compose(browser, to, subject, || in_seconds(seconds))
}

/// `send_at` is asked once the form is there: a busy machine takes its time for that.
#[track_caller]
fn compose(browser: &Browser, to: &str, subject: &str, send_at: impl FnOnce() -> String) -> (Page, String) {
    let form = browser.get("/compose");
    let send_at = send_at();
    let fields =
        [("to", to), ("subject", subject), ("text", "the text"), ("send_at", &send_at), ("intent", "send")];
    (browser.submit(&form, FORM, &fields), send_at)
}

#[track_caller]
fn press(browser: &Browser, action: &str) -> Page {
    let outbox = browser.get("/outbox");
    browser.follow(browser.submit(&outbox, BUTTONS, &[("action", action)]))
}

fn sign_out(browser: &Browser) {
    let page = browser.get("/settings");
    browser.submit(&page, "form[action$='/logout']", &[]).is(303);
}

#[test]
fn what_the_server_cannot_take_yet_waits_and_is_sent_once() {
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let stage = Stage::new(&[]);
    let (browser, _) = stage.site.signed_in(&ann);
    // Away; lost before the message; not now; greylisted.
    stage.smtp.refuse();
    let after = browser.follow(send(&browser, &bob.address, "patience"));
    after.is(200).shows("Not sent yet").shows("cannot be reached");
    assert_eq!((n_messages(&ann, "Drafts"), n_messages(&ann, "Sent")), (1, 0));
    stage.smtp.heal();
    for (side, words, fault, shown) in [
        (Side::Server, "354", Fault::Cut, "the connection was lost"),
        (Side::Server, "250 2.1.0", Fault::replace("451 4.3.0 try later"), "try later"),
        (Side::Server, "250 2.1.5", Fault::replace("450 4.2.0 greylisted"), "greylisted"),
    ] {
        stage.smtp.when(side, words, fault);
        press(&browser, "send").shows("Not sent yet").shows(shown);
        browser.get("/outbox").shows("patience").shows(&bob.address).shows(shown);
        assert!(stage.smtp.all_happened());
    }
    // A second post of a form that waits does not send it either: it says so.
    press(&browser, "send").shows("Message sent").shows("Nothing waits");
    let offered = browser.get("/compose").attrs("#contacts option", "value");
    assert_eq!(offered, [bob.address.as_str()], "whom somebody wrote to is offered");
    arrived(&bob, 1);
    assert_eq!((n_messages(&ann, "Drafts"), n_messages(&ann, "Sent")), (0, 1));
}

#[test]
fn mail_is_sent_at_its_time_with_its_author_away() {
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let stage = Stage::new(&[]);
    let (browser, _) = stage.site.signed_in(&ann);
    let (answer, at) = send_in(4, &browser, &bob.address, "later");
    browser.follow(answer).shows("Message will be sent");
    assert_eq!(stage.smtp.n_commands("DATA"), 0);
    sign_out(&browser);
    arrived(&bob, 1);
    let mut reader = ImapClient::login(rig().imap(), &bob);
    reader.command("SELECT INBOX");
    let got = reader.command("FETCH 1 (BODY.PEEK[HEADER.FIELDS (DATE)])").concat();
    let clock = at.split('T').nth(1).unwrap();
    assert!(got.contains(clock), "it is dated when it was to be sent, {at}: {got}");
    until("it is filed", || n_messages(&ann, "Sent") == 1 && n_messages(&ann, "Drafts") == 0);
    assert_eq!(stage.smtp.n_commands("DATA"), 1);
}

#[test]
fn what_is_refused_with_its_author_away_comes_back_as_a_draft_with_the_servers_words() {
    let ann = rig().person("ann");
    let stage = Stage::new(&[]);
    let (browser, _) = stage.site.signed_in(&ann);
    send_in(2, &browser, "x@elsewhere.test", "nowhere").0.is(303);
    until("it comes back", || {
        browser.get("/outbox").text().contains("this rig delivers only to example.org")
    });
    let draft = press(&browser, "edit");
    assert_eq!((&*draft.field("subject"), draft.field("text").trim_end()), ("nowhere", "the text"));
    browser.get("/outbox").shows("Nothing waits");
    // Corrected, it is the same message, and is sent.
    let bob = rig().person("bob");
    let fields = [("to", bob.address.as_str()), ("intent", "send"), ("send_at", "")];
    browser.follow(browser.submit(&draft, FORM, &fields)).shows("Message sent");
    arrived(&bob, 1);
    assert_eq!((n_messages(&ann, "Drafts"), n_messages(&ann, "Sent")), (0, 1));
}

#[test]
fn a_copy_that_could_not_be_filed_is_filed_later_and_nothing_is_sent_again() {
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let stage = Stage::new(&[]);
    let (browser, _) = stage.site.signed_in(&ann);
    // The first APPEND is the draft.
    stage.imap.when_nth(2, Side::Client, "APPEND", Fault::Cut);
    let after = browser.follow(send(&browser, &bob.address, "file me"));
    after.shows("Message sent").shows("no copy could be kept in Sent");
    assert!(stage.imap.all_happened());
    until("it is filed", || n_messages(&ann, "Sent") == 1 && n_messages(&ann, "Drafts") == 0);
    until("it is gone from the outbox", || browser.get("/outbox").text().contains("Nothing waits"));
    arrived(&bob, 1);
    assert_eq!(stage.smtp.n_commands("DATA"), 1);
}

#[test]
fn what_nobody_knows_is_shown_and_left_to_its_author() {
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let stage = Stage::new(&[]);
    let (browser, _) = stage.site.signed_in(&ann);
    for (n, action) in [(1, "forget"), (2, "send-again")] {
        stage.smtp.when(Side::Client, "\r\n.\r\n", Fault::SwallowReply);
        send_in(2, &browser, &bob.address, "perhaps").0.is(303);
        until("nobody knows", || browser.get("/outbox").text().contains("May or may not"));
        arrived(&bob, n);
        browser.get("/outbox").shows("perhaps");
        let after = press(&browser, action);
        assert!(after.status == 200, "{after}");
        until("it is gone from the outbox", || browser.get("/outbox").text().contains("Nothing waits"));
        assert_eq!(stage.smtp.n_commands("DATA"), if action == "forget" { n } else { n + 1 });
    }
    arrived(&bob, 3);
    assert_eq!(n_messages(&ann, "Sent"), 1, "the one that was sent again");
    assert_eq!(n_messages(&ann, "Drafts"), 1, "the one that was forgotten stays a draft");
}

#[test]
fn without_background_work_mail_waits_for_its_author() {
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let stage = Stage::new(&[("POSTROOM_BACKGROUND_WORK", "false")]);
    let (browser, _) = stage.site.signed_in(&ann);
    send_in(2, &browser, &bob.address, "with me").0.is(303);
    sign_out(&browser);
    // Somebody else's mail goes on, so the worker works.
    let carol = rig().person("carol");
    let (other, _) = stage.site.signed_in(&carol);
    send_in(3, &other, &carol.address, "mine").0.is(303);
    arrived(&carol, 1);
    assert_eq!(stage.smtp.n_commands("DATA"), 1);
    let (browser, _) = stage.site.signed_in(&ann);
    arrived(&bob, 1);
    until("it is gone from the outbox", || browser.get("/outbox").text().contains("Nothing waits"));
}

#[test]
fn a_changed_password_holds_work_up_until_its_owner_signs_in() {
    let (ann, bob) = (rig().named_person("changing@example.org", "old"), rig().person("bob"));
    let stage = Stage::new(&[]);
    let (browser, _) = stage.site.signed_in(&ann);
    send_in(6, &browser, &bob.address, "hold on").0.is(303);
    sign_out(&browser);
    // Of another length: Dovecot compares size and seconds to tell whether a file has changed.
    let ann = rig().named_person("changing@example.org", "another");
    until("Dovecot has read it", || {
        let answer = ImapClient::connect(rig().imap()).try_command("LOGIN changing@example.org old").concat();
        answer.contains("AUTHENTICATIONFAILED")
    });
    until("the old password is refused", || stage.site.log().contains("work waits for a sign-in"));
    let (browser, _) = stage.site.signed_in(&ann);
    arrived(&bob, 1);
    until("it is gone from the outbox", || browser.get("/outbox").text().contains("Nothing waits"));
}

#[test]
fn a_snoozed_message_comes_back_unread_on_top() {
    let ann = rig().person("ann");
    for subject in ["vintage", "fresh"] {
        rig().deliver(&ann, letter(subject).eml());
    }
    let stage = Stage::new(&[]);
    let (browser, inbox) = stage.site.signed_in(&ann);
    // Read, and away.
    browser.get(&inbox.link("vintage")).is(200);
    let list = browser.get("/mail/INBOX");
    let fields = [("id", &*list.id_of("vintage")), ("action", "snooze"), ("until", &*in_seconds(4))];
    browser.submit(&list, "form[action$='/act']", &fields).is(303);
    browser.get("/mail/INBOX").lacks("vintage");
    assert_eq!(n_messages(&ann, "Snoozed"), 1, "other programs see it, too");
    sign_out(&browser);
    until("it comes back", || n_messages(&ann, "INBOX") == 2);
    let mut client = ImapClient::login(rig().imap(), &ann);
    client.command("SELECT INBOX");
    let top = client.command("FETCH 2 (FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])").concat();
    assert!(top.contains("vintage") && !top.contains("\\Seen"), "{top}");
    assert_eq!(n_messages(&ann, "Snoozed"), 0);
}

#[test]
fn a_snoozed_message_that_another_program_filed_stays_there() {
    let ann = rig().person("ann");
    rig().deliver(&ann, letter("filed").eml());
    let stage = Stage::new(&[]);
    let (browser, list) = stage.site.signed_in(&ann);
    let fields = [("id", &*list.id_of("filed")), ("action", "snooze"), ("until", &*in_seconds(3))];
    browser.submit(&list, "form[action$='/act']", &fields).is(303);
    let mut other = ImapClient::login(rig().imap(), &ann);
    other.command("SELECT Snoozed");
    other.command("MOVE 1 Archive");
    until("the snooze is over", || browser.get("/snoozed").text().contains("Nothing is snoozed"));
    assert_eq!((n_messages(&ann, "INBOX"), n_messages(&ann, "Archive")), (0, 1));
}

#[test]
fn snoozing_can_be_undone() {
    let ann = rig().person("ann");
    rig().deliver(&ann, letter("stay").eml());
    let stage = Stage::new(&[]);
    let (browser, list) = stage.site.signed_in(&ann);
    let fields = [("id", &*list.id_of("stay")), ("action", "snooze tomorrow")];
    let after = browser.follow(browser.submit(&list, "form[action$='/act']", &fields));
    browser.follow(browser.submit(&after, "form[action$='/undo']", &[])).shows("stay");
    browser.get("/snoozed").shows("Nothing is snoozed");
    assert_eq!((n_messages(&ann, "INBOX"), n_messages(&ann, "Snoozed")), (1, 0));
}
