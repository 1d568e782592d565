//! What people choose for themselves: how long sent mail can be taken back, and the addresses they write from.

use postroom_rig::{ImapClient, Person, rig};

use crate::{browser::Browser, letters::letter, site::site};

const FORM: &str = "form[action$='/compose']";

#[track_caller]
fn add(browser: &Browser, address: &str) {
    let settings = browser.get("/settings");
    browser.submit(&settings, ".tinted", &[("address", address), ("action", "add")]).is(303);
}

fn only_draft(person: &Person) -> String {
    let mut client = ImapClient::login(rig().imap(), person);
    client.command("SELECT Drafts");
    client.command("FETCH 1 (BODY.PEEK[HEADER])").concat()
}

#[test]
fn the_time_for_taking_back_is_kept() {
    let (browser, _) = site().signed_in(&rig().person("ann"));
    let settings = browser.get("/settings");
    assert_eq!(settings.field("hold_seconds"), "0");
    let saved = browser.submit(&settings, "form.setting", &[("hold_seconds", "20"), ("action", "hold")]);
    browser.follow(saved).shows("20 seconds");
    assert_eq!(browser.get("/settings").field("hold_seconds"), "20");
    browser.submit(&settings, "form.setting", &[("hold_seconds", "7"), ("action", "hold")]).is(400);
    assert_eq!(browser.get("/settings").field("hold_seconds"), "20");
}

#[test]
fn identities_are_added_changed_and_removed() {
    let ann = rig().person("ann");
    let (browser, _) = site().signed_in(&ann);
    let options = || browser.get("/compose").texts("#from option");
    assert_eq!(options().len(), 1);
    add(&browser, "Ann \"the Board\" <board@example.org>");
    assert_eq!(options().len(), 2);
    let settings = browser.get("/settings");
    let change = [("address", "Board <board@example.net>"), ("action", "change")];
    browser.submit(&settings, ".entry form", &change).is(303);
    assert_eq!(options()[1], "Board <board@example.net>");
    for bad in ["", "nobody", "a@example.org, b@example.org"] {
        let answer = browser.submit(&settings, ".tinted", &[("address", bad), ("action", "add")]);
        answer.is(422);
        assert_eq!(answer.attr("#new-identity", "value"), bad);
        let answer = browser.submit(&settings, ".entry form", &[("address", bad), ("action", "change")]);
        answer.is(422);
        assert_eq!(answer.attr(".entry form [name=address]", "value"), bad);
    }
    browser.submit(&settings, ".entry form", &[("action", "remove")]).is(303);
    assert_eq!(options().len(), 1);
}

#[test]
fn a_message_is_from_an_address_of_its_author_and_no_other() {
    let ann = rig().person("ann");
    let (browser, _) = site().signed_in(&ann);
    add(&browser, "Board <board@example.org>");
    let form = browser.get("/compose");
    let save = |from: &str| {
        browser.submit(&form, FORM, &[("from", from), ("to", "bob@example.org"), ("intent", "save")])
    };
    let saved = save("Board <board@example.org>");
    assert_eq!(saved.is(200).field("from"), "Board <board@example.org>");
    assert!(only_draft(&ann).contains("<board@example.org>"), "{}", only_draft(&ann));
    // The draft goes on as it was begun.
    let drafts = browser.get("/mail/Drafts");
    let resumed = browser.get(&drafts.attr("li.row a[href*='draft=']", "href"));
    assert_eq!(resumed.field("from"), "Board <board@example.org>");
    save("Bob <bob@example.org>").is(200);
    let draft = only_draft(&ann);
    assert!(draft.contains(&ann.address) && !draft.contains("From: \"Bob\""), "{draft}");
}

#[test]
fn a_reply_comes_from_the_address_that_was_written_to() {
    let ann = rig().person("ann");
    let to_both = format!("Board <BOARD@example.org>, {}", ann.address);
    rig().deliver(&ann, letter("for the board").header("To", "x@example.org").header("Cc", &to_both).eml());
    rig().deliver(&ann, letter("for Ann").header("To", &ann.address).header("Cc", "board@example.org").eml());
    let (browser, inbox) = site().signed_in(&ann);
    add(&browser, "Board <board@example.org>");
    let reply =
        |how: &str, subject: &str| browser.get(&format!("/compose?{how}=INBOX%2F{}", inbox.id_of(subject)));
    assert_eq!(reply("reply", "for the board").field("from"), "Board <board@example.org>");
    assert!(reply("reply", "for Ann").field("from").contains(&ann.address));
    let all = reply("reply-all", "for the board");
    let recipients = format!("{} {}", all.field("to"), all.field("cc"));
    assert!(!recipients.to_lowercase().contains("board@example.org"), "{recipients}");
}

#[test]
fn nobody_reaches_another_persons_identity() {
    let (ann, _) = site().signed_in(&rig().person("ann"));
    let (bob, _) = site().signed_in(&rig().person("bob"));
    add(&ann, "board@example.org");
    let id = ann.get("/settings").attr(".entry input[name=id]", "value");
    let csrf = bob.get("/settings").lacks("board@example.org").field("csrf");
    for action in ["change", "remove"] {
        let fields =
            [("csrf", csrf.as_str()), ("action", action), ("id", &id), ("address", "evil@example.org")];
        bob.post("/settings", &fields, &[]).is(404);
    }
    assert_eq!(ann.get("/settings").attr(".entry [name=address]", "value"), "board@example.org");
}
