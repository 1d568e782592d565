//! Faults in front of the real servers: the next request works, nothing is lost, the page says what happened.

use postroom_rig::{Fault, ImapClient, Person, Proxy, Side, rig};

use crate::{browser::Browser, letters::letter, site::Site};

fn behind_a_faulty_imap() -> (Site, Proxy, Person, Browser) {
    let proxy = Proxy::to(rig().imap());
    let site = Site::start(&[
        ("POSTROOM_IMAP", &format!("imap+insecure://{}", proxy.address())),
        ("POSTROOM_IMAP_TIMEOUT_SECONDS", "2"),
    ]);
    let ann = rig().person("ann");
    rig().deliver(&ann, letter("one").eml());
    let (browser, _) = site.signed_in(&ann);
    (site, proxy, ann, browser)
}

#[test]
fn a_list_cut_in_the_middle_is_fetched_again() {
    let (_site, proxy, _, browser) = behind_a_faulty_imap();
    proxy.when(Side::Server, "FETCH (", Fault::CutAfter(20));
    browser.get("/mail/INBOX").is(200).shows("one");
    assert!(proxy.all_happened());
}

#[test]
fn a_server_that_said_bye_costs_a_reconnect() {
    let (_site, proxy, _, browser) = behind_a_faulty_imap();
    proxy.cut();
    browser.get("/mail/INBOX").is(200).shows("one");
}

#[test]
fn an_answer_that_is_refused_is_never_an_empty_list() {
    let (_site, proxy, _, browser) = behind_a_faulty_imap();
    proxy.when(Side::Client, "SORT", Fault::Cut);
    let list = browser.get("/mail/INBOX?sort=subject");
    list.is(200).shows("one");
    proxy.whenever(Side::Server, "FETCH (", Fault::replace("GARBAGE \u{1}("));
    let broken = browser.get("/mail/INBOX");
    assert!(broken.status >= 500, "{broken}");
    proxy.heal();
    browser.get("/mail/INBOX").is(200).shows("one");
}

#[test]
fn what_the_server_cannot_describe_is_listed_and_opened_by_its_header() {
    let (_site, proxy, ann, browser) = behind_a_faulty_imap();
    rig().deliver(&ann, letter("two").eml());
    proxy.whenever(Side::Client, "BODYSTRUCTURE", Fault::Cut);
    let list = browser.get("/mail/INBOX");
    list.is(200).shows("one").shows("two").shows("Bob Baker").shows("cannot describe every message");
    let page = browser.get(&list.link("two"));
    page.is(200).shows("two").shows("Bob Baker").shows("What could be read is shown.");
    assert!(browser.get(&page.link("Show the source")).text().contains("Subject: two"));
    // For a while nobody asks again what went wrong.
    let n = proxy.n_commands("BODYSTRUCTURE");
    let id = page.attr("input[name=id]", "value");
    let done = browser.submit(&list, "form[action$='/act']", &[("id", &id), ("action", "delete")]);
    let list = browser.follow(done);
    assert!(list.shows("one").texts("li.row").len() == 1, "{list}");
    assert_eq!(proxy.n_commands("BODYSTRUCTURE"), n);
}

#[test]
fn a_silent_server_is_given_up_and_the_next_request_works() {
    let (_site, proxy, _, browser) = behind_a_faulty_imap();
    proxy.stall();
    browser.get("/mail/INBOX").is(504);
    proxy.heal();
    browser.get("/mail/INBOX").is(200).shows("one");
}

#[test]
fn a_move_that_broke_off_is_not_done_twice() {
    let (_site, proxy, ann, browser) = behind_a_faulty_imap();
    let inbox = browser.get("/mail/INBOX");
    let id = inbox.attrs("input[name=id]", "value").remove(0);
    proxy.when(Side::Client, "UID MOVE", Fault::Cut);
    let answer = browser.submit(&inbox, "form[action$='/act']", &[("id", &id), ("action", "archive")]);
    answer.is(502).shows("broke off");
    let mut other = ImapClient::login(rig().imap(), &ann);
    let n = |client: &mut ImapClient, mailbox: &str| {
        client.command(&format!("STATUS {mailbox} (MESSAGES)")).concat()
    };
    let all = n(&mut other, "INBOX") + &n(&mut other, "Archive");
    assert_eq!(all.matches("MESSAGES 1").count(), 1, "{all}");
    browser.get("/mail/INBOX").is(200);
}

#[test]
fn an_append_cut_in_the_middle_loses_nothing() {
    let (_site, proxy, ann, browser) = behind_a_faulty_imap();
    let form = browser.get("/compose");
    let long = "a long line of text\n".repeat(20_000);
    proxy.when(Side::Client, "a long line of text", Fault::CutAfter(1000));
    let fields =
        [("to", "bob@example.org"), ("subject", "kept"), ("text", long.as_str()), ("intent", "save")];
    let answer = browser.submit(&form, "form[action$='/compose']", &fields);
    assert!(answer.status >= 500, "{}", answer.status);
    assert_eq!(answer.field("subject"), "kept");
    assert_eq!(answer.field("text"), long);
    let again = browser.submit(&answer, "form[action$='/compose']", &[("intent", "save")]);
    browser.follow(again).is(200);
    let mut other = ImapClient::login(rig().imap(), &ann);
    assert!(other.command("STATUS Drafts (MESSAGES)").concat().contains("MESSAGES 1"));
}

#[test]
fn a_full_mailbox_says_so() {
    let proxy = Proxy::to(rig().imap());
    let site = Site::start(&[("POSTROOM_IMAP", &format!("imap+insecure://{}", proxy.address()))]);
    let ann = rig().person_with_quota("ann", "10K");
    let (browser, _) = site.signed_in(&ann);
    let form = browser.get("/compose");
    let long = "too much\n".repeat(5_000);
    let answer = browser.submit(
        &form,
        "form[action$='/compose']",
        &[("to", "bob@example.org"), ("text", &long), ("intent", "save")],
    );
    answer.is(409).shows("full");
    assert_eq!(answer.field("text"), long);
}
