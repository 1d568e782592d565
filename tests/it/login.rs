//! Signing in and out.

use postroom_rig::{Proxy, rig};

use crate::site::{Site, site};

#[test]
fn a_person_signs_in_with_the_account_they_have() {
    let ann = rig().person("ann");
    let (browser, inbox) = site().signed_in(&ann);
    assert_eq!(inbox.path, "/mail/INBOX");
    inbox.shows(&ann.address);
    assert!(browser.cookie("postroom").is_some() && browser.cookie("postroom_key").is_some());
}

#[test]
fn a_wrong_password_says_so_and_keeps_the_name() {
    let ann = rig().person("ann");
    let browser = site().browser();
    let form = browser.get("/login");
    let answer = browser.submit(&form, "form", &[("username", &ann.address), ("password", "wrong")]);
    answer.is(401).shows("wrong");
    assert_eq!(answer.field("username"), ann.address);
    assert_eq!(answer.field("password"), "");
    let line = format!("auth failed user={} ip=127.0.0.1 reason=bad-credentials", ann.address);
    assert!(site().log().contains(&line), "{}", site().log());
}

#[test]
fn an_unreachable_server_says_so() {
    let nobody = format!("imap+insecure://{}", Proxy::to_nobody());
    let site = Site::start(&[("POSTROOM_IMAP", &nobody)]);
    let browser = site.browser();
    let form = browser.get("/login");
    let answer = browser.submit(&form, "form", &[("username", "ann@example.org"), ("password", "pw")]);
    answer.is(502).shows("cannot be reached");
    browser.get("/healthz").is(200);
    browser.get("/readyz").is(503);
}

#[test]
fn an_untrusted_certificate_says_so_and_the_right_ca_makes_it_work() {
    let ann = rig().person("ann");
    let imaps = format!("imaps://localhost:{}", rig().imaps().port());
    let untrusting = Site::start(&[("POSTROOM_IMAP", &imaps)]);
    let browser = untrusting.browser();
    let form = browser.get("/login");
    let answer = browser.submit(&form, "form", &[("username", &ann.address), ("password", &ann.password)]);
    answer.is(502).shows("certificate");

    let ca = rig().ca_file().to_str().unwrap();
    let trusting = Site::start(&[("POSTROOM_IMAP", &imaps), ("POSTROOM_CA_FILE", ca)]);
    trusting.signed_in(&ann);
    let starttls = format!("imap://localhost:{}", rig().imap().port());
    let trusting = Site::start(&[("POSTROOM_IMAP", &starttls), ("POSTROOM_CA_FILE", ca)]);
    trusting.signed_in(&ann);
}

#[test]
fn signing_out_forgets_everything() {
    let ann = rig().person("ann");
    let (browser, inbox) = site().signed_in(&ann);
    let (session, key) = (browser.cookie("postroom").unwrap(), browser.cookie("postroom_key").unwrap());
    let out = browser.submit(&inbox, "form[action$='/logout']", &[]);
    assert_eq!(out.location().as_deref(), Some("/login"));
    // Whoever kept the cookies has nothing.
    browser.set_cookie("postroom", &session);
    browser.set_cookie("postroom_key", &key);
    let refused = browser.get("/mail/INBOX");
    assert_eq!(refused.location().as_deref(), Some("/login?next=%2Fmail%2FINBOX"));
}

#[test]
fn a_session_without_its_key_is_worth_nothing() {
    let ann = rig().person("ann");
    let (browser, _) = site().signed_in(&ann);
    let session = browser.cookie("postroom").unwrap();
    let thief = site().browser();
    thief.set_cookie("postroom", &session);
    assert!(thief.get("/mail/INBOX").location().is_some_and(|to| to.starts_with("/login")));
}

#[test]
fn a_new_session_begins_at_every_sign_in() {
    let ann = rig().person("ann");
    let (browser, _) = site().signed_in(&ann);
    let before = browser.cookie("postroom").unwrap();
    browser.sign_in("", &ann.address, &ann.password);
    assert_ne!(browser.cookie("postroom").unwrap(), before);
}

#[test]
fn what_was_typed_survives_an_expired_session() {
    let ann = rig().person("ann");
    let (browser, _) = site().signed_in(&ann);
    let form = browser.get("/compose");
    browser.drop_cookies();
    let fields =
        [("to", "bob@example.org"), ("subject", "keep me"), ("text", "a long\nletter"), ("intent", "send")];
    let again = browser.submit(&form, "form[action$='/compose']", &fields);
    again.is(401).shows("Your session has ended");
    let answer = browser.submit(&again, "form", &[("username", &ann.address), ("password", &ann.password)]);
    let form = browser.follow(answer);
    assert_eq!(form.field("to"), "bob@example.org");
    assert_eq!(form.field("subject"), "keep me");
    assert_eq!(form.field("text"), "a long\nletter");
}
