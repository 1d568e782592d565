//! Collected mailboxes as their owner sees them: named, tried, changed, paused and removed.

use postroom_rig::{ImapClient, rig};

use crate::{
    browser::{Browser, Page},
    letters::letter,
    site::site,
};

const FORM: &str = "form.settings";
const SECRET: &str = "correct horse battery";

/// A form that is filled in well: nobody answers there.
pub fn fields(name: &str) -> Vec<(&'static str, String)> {
    let fixed = [
        ("host", "pop.elsewhere.invalid"),
        ("username", "ann.elsewhere"),
        ("secret", SECRET),
        ("label", "Else where"),
        ("keep", "days"),
        ("days", "14"),
        ("every", "60"),
        ("max_mb", "20"),
        ("file_as", "read"),
        ("intent", "save"),
    ];
    let fixed = fixed.into_iter().map(|(name, value)| (name, value.to_owned()));
    std::iter::once(("name", name.to_owned())).chain(fixed).collect()
}

#[track_caller]
fn submit(browser: &Browser, page: &Page, fields: &[(&'static str, String)]) -> Page {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.submit(page, FORM, &fields)
}

/// Names one, and pauses it, so that nothing about it changes by itself. Returns its id.
#[track_caller]
pub fn paused(browser: &Browser, name: &str) -> String {
    submit(browser, &browser.get("/collectors/new"), &fields(name)).is(303);
    let list = browser.get("/collectors");
    let at = list.texts("h2 a").iter().position(|shown| shown == name).unwrap();
    let id = list.attrs(".entry-buttons input[name=id]", "value").swap_remove(at);
    browser.submit(&list, ".entry-buttons", &[("id", &id), ("action", "pause")]).is(303);
    id
}

#[test]
fn a_collector_is_named_changed_paused_resumed_and_removed() {
    let (browser, _) = site().signed_in(&rig().person("ann"));
    browser.get("/collectors").is(200).shows("Nothing is collected");
    let id = paused(&browser, "Old <b>provider</b>");
    let list = browser.get("/collectors");
    list.shows("Old <b>provider</b>").shows("ann.elsewhere at pop.elsewhere.invalid").shows("Paused");
    let form = browser.get(&list.link("Old <b>provider</b>"));
    assert!(form.path.ends_with(&id), "{}", form.path);
    for (name, value) in
        fields("Old <b>provider</b>").into_iter().filter(|(name, _)| !name.starts_with("intent"))
    {
        let shown = match name {
            "secret" => String::new(),
            "label" => "else-where".to_owned(),
            _ => value,
        };
        assert_eq!(form.field(name), shown, "{name}");
    }
    let changed = [("name", "New provider"), ("port", "1995"), ("security", "stls"), ("intent", "save")];
    browser.submit(&form, FORM, &changed).is(303);
    let form = browser.get(&format!("/collectors/{id}"));
    assert_eq!(
        (&*form.field("name"), &*form.field("port"), &*form.field("security")),
        ("New provider", "1995", "stls")
    );
    let list = browser.get("/collectors");
    let resumed = browser.follow(browser.submit(&list, ".entry-buttons", &[("action", "resume")]));
    resumed.shows("is collected again").lacks("Paused");
    let gone = browser.follow(browser.submit(&resumed, ".entry-buttons", &[("action", "remove")]));
    gone.shows("no longer collected").shows("Nothing is collected");
    browser.get(&format!("/collectors/{id}")).is(404);
}

#[test]
fn a_password_is_in_no_page() {
    let (browser, _) = site().signed_in(&rig().person("ann"));
    let with = |name: &'static str, value: &str| {
        let mut fields = fields("Elsewhere");
        fields.retain(|(known, _)| *known != name);
        fields.push((name, value.to_owned()));
        submit(&browser, &browser.get("/collectors/new"), &fields)
    };
    let refused = with("every", "7");
    refused.is(422).shows("Choose how often");
    let tested = with("intent", "test");
    tested.is(200);
    // It was typed once, and need not be again.
    browser.submit(&tested, FORM, &[("intent", "save")]).is(303);
    let list = browser.get("/collectors");
    let form = browser.get(&list.link("Elsewhere"));
    for page in [&refused, &tested, &list, &form] {
        assert!(!page.html().contains(SECRET), "{page}");
    }
    assert!(!site().log().contains(SECRET));
}

#[test]
fn a_stored_password_is_not_sent_to_another_server() {
    let (browser, _) = site().signed_in(&rig().person("ann"));
    let id = paused(&browser, "Elsewhere");
    let form = browser.get(&format!("/collectors/{id}"));
    for intent in ["test", "save"] {
        let answer = browser.submit(&form, FORM, &[("host", "evil.invalid"), ("intent", intent)]);
        answer.is(422).shows("type the password once more");
    }
    browser.submit(&form, FORM, &[("username", "another"), ("intent", "save")]).is(303);
}

#[test]
fn mistakes_come_back_as_typed() {
    let (browser, _) = site().signed_in(&rig().person("ann"));
    let typed = [
        ("name", "Elsewhere"),
        ("host", "https://pop.example.org/"),
        ("username", "ann"),
        ("secret", "x"),
        ("label", "日本"),
        ("max_mb", "many"),
        ("mailbox", "Nowhere"),
        ("intent", "save"),
    ];
    let answer = browser.submit(&browser.get("/collectors/new"), FORM, &typed);
    answer.is(422).shows("is not the name of a server").shows("letters from a to z").shows("Choose a folder");
    for (name, value) in typed.iter().filter(|(name, _)| !matches!(*name, "secret" | "intent")) {
        assert_eq!(answer.field(name), *value, "{name}");
    }
    let without = browser.submit(&browser.get("/collectors/new"), FORM, &[("host", "pop.example.org")]);
    without.is(422).shows("Type the password");
}

#[test]
fn nobody_reaches_another_persons_collector() {
    let (ann, _) = site().signed_in(&rig().person("ann"));
    let (bob, _) = site().signed_in(&rig().person("bob"));
    let id = paused(&ann, "Of Ann");
    let address = format!("/collectors/{id}");
    bob.get(&address).is(404);
    let csrf = bob.get("/folders").field("csrf");
    for action in ["run", "resume", "pause", "remove"] {
        bob.post("/collectors", &[("csrf", &csrf), ("action", action), ("id", &id)], &[]).is(404);
    }
    let mut fields = fields("Of Bob");
    fields.push(("csrf", csrf.clone()));
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    bob.post(&address, &fields, &[]).is(404);
    bob.get("/collectors").shows("Nothing is collected");
    ann.get("/collectors").shows("Of Ann").shows("Paused");
}

#[test]
fn an_answer_to_what_was_collected_comes_from_its_identity() {
    let ann = rig().person("ann");
    rig().deliver(&ann, letter("collected").eml());
    let (browser, inbox) = site().signed_in(&ann);
    let settings = browser.get("/settings");
    browser
        .submit(&settings, ".tinted", &[("address", "Ann Elsewhere <ann@elsewhere.test>"), ("action", "add")])
        .is(303);
    let form = browser.get("/collectors/new");
    let identity = form.attrs("#identity option", "value").pop().unwrap();
    let mut fields = fields("Elsewhere");
    fields.push(("identity", identity));
    submit(&browser, &form, &fields).is(303);
    let reply = || browser.get(&format!("/compose?reply=INBOX%2F{}", inbox.id_of("collected")));
    assert!(reply().field("from").contains(&ann.address), "{}", reply());
    let mut other = ImapClient::login(rig().imap(), &ann);
    other.command("SELECT INBOX");
    other.command("STORE 1 +FLAGS (via-else-where)");
    assert_eq!(reply().field("from"), "Ann Elsewhere <ann@elsewhere.test>");
}
