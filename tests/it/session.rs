//! How sessions begin, live side by side and end; and that passwords and keys are written nowhere.

use std::{future, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use postroom::{config::Config, web::App};
use postroom_rig::{Person, rig, until};

use crate::{
    browser::{Browser, Page, Upload},
    site::{Site, site},
};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Postroom inside this process, whose clock can be put forward.
struct Here {
    app: App,
    origin: String,
    runtime: tokio::runtime::Runtime,
}

impl Here {
    fn start(settings: &str) -> Here {
        let listen = postroom_rig::free_address();
        let config = format!(
            "listen = \"{listen}\"\ndatabase = \"memory\"\nimap = \"imap+insecure://{}\"\nsmtp = \"submission+insecure://{}\"\n{settings}",
            rig().imap(),
            rig().submission()
        );
        let app = App::new(Config::parse(&config).unwrap()).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.spawn(postroom::web::serve::serve(app.clone(), future::pending()));
        let here = Here { app, origin: format!("http://{listen}"), runtime };
        let browser = Browser::at(&here.origin);
        until("Postroom answers", || browser.try_get("/healthz").is_some());
        here
    }

    fn later(&self, by: Duration) {
        self.app.sessions.clock().put_forward(by);
    }

    fn signed_in(&self, person: &Person) -> Browser {
        let browser = Browser::at(&self.origin);
        browser.sign_in("", &person.address, &person.password);
        browser
    }
}

fn is_signed_in(browser: &Browser) -> bool {
    browser.get("/mail/INBOX").status == 200
}

#[test]
fn a_session_that_nobody_uses_ends_and_one_in_use_does_not() {
    let here = Here::start("session_idle_minutes = 60");
    let ann = rig().person("ann");
    let (used, idle) = (here.signed_in(&ann), here.signed_in(&ann));
    for _ in 0..3 {
        here.later(25 * MINUTE);
        assert!(is_signed_in(&used));
    }
    assert!(!is_signed_in(&idle));
    here.later(59 * MINUTE);
    assert!(is_signed_in(&used), "the whole time counts from the last use");
    here.later(61 * MINUTE);
    assert!(!is_signed_in(&used));
}

#[test]
fn a_session_in_use_ends_too_in_the_end() {
    let here = Here::start("session_idle_minutes = 60\nsession_absolute_hours = 2");
    let browser = here.signed_in(&rig().person("ann"));
    for _ in 0..4 {
        here.later(29 * MINUTE);
        assert!(is_signed_in(&browser));
    }
    here.later(5 * MINUTE);
    assert!(!is_signed_in(&browser));
    // And it is gone, not only refused: its cookies are worth nothing, whatever the clock says.
    assert_eq!(browser.cookie("postroom"), None);
}

#[test]
fn what_was_typed_when_the_session_expired_comes_back() {
    let here = Here::start("session_idle_minutes = 60");
    let ann = rig().person("ann");
    let browser = here.signed_in(&ann);
    let form = browser.get("/compose");
    here.later(2 * HOUR);
    here.runtime.block_on(here.app.sweep());
    let fields = [("to", "bob@example.org"), ("text", "\nhalf a sen"), ("intent", "send")];
    let again = browser.submit(&form, "form[action$='/compose']", &fields);
    again.is(401).shows("Your session has ended");
    let answer = browser.submit(&again, "form", &[("username", &ann.address), ("password", &ann.password)]);
    let form = browser.follow(answer);
    assert_eq!((&*form.field("to"), &*form.field("text")), ("bob@example.org", "\nhalf a sen"));
}

#[test]
fn a_given_cookie_is_never_adopted() {
    let (ann, eve) = (rig().person("ann"), rig().person("eve"));
    // One that was never a session, and one of a session of the attacker's own.
    let (attacker, _) = site().signed_in(&eve);
    let planted = [
        ("AAAAAAAAAAAAAAAAAAAAAA".to_owned(), None),
        (attacker.cookie("postroom").unwrap(), attacker.cookie("postroom_key")),
    ];
    for (session, key) in planted {
        let victim = site().browser();
        victim.set_cookie("postroom", &session);
        if let Some(key) = &key {
            victim.set_cookie("postroom_key", key);
        }
        victim.sign_in("", &ann.address, &ann.password).shows(&ann.address);
        assert_ne!(victim.cookie("postroom").unwrap(), session);
        assert_ne!(victim.cookie("postroom_key"), key);
        let attacker = site().browser();
        attacker.set_cookie("postroom", &session);
        for key in [key, victim.cookie("postroom_key")] {
            attacker.set_cookie("postroom_key", &key.unwrap_or_default());
            assert!(!is_signed_in(&attacker));
        }
    }
}

#[test]
fn a_failed_sign_in_leaves_the_session_that_was_there() {
    let ann = rig().person("ann");
    let (browser, _) = site().signed_in(&ann);
    let form = browser.get("/login");
    browser.submit(&form, "form", &[("username", &ann.address), ("password", "wrong")]).is(401);
    assert!(is_signed_in(&browser));
}

#[test]
fn two_browsers_of_one_person_are_two_sessions() {
    let ann = rig().person("ann");
    let ((desk, page), (phone, _)) = (site().signed_in(&ann), site().signed_in(&ann));
    assert_ne!(desk.cookie("postroom"), phone.cookie("postroom"));
    assert_ne!(desk.cookie("postroom_key"), phone.cookie("postroom_key"));
    // One's key does not open the other.
    let mixed = site().browser();
    mixed.set_cookie("postroom", &desk.cookie("postroom").unwrap());
    mixed.set_cookie("postroom_key", &phone.cookie("postroom_key").unwrap());
    assert!(!is_signed_in(&mixed));
    desk.submit(&page, "form[action$='/logout']", &[]).is(303);
    assert!(!is_signed_in(&desk));
    assert!(is_signed_in(&phone));
}

#[test]
fn a_neighbour_on_the_same_host_does_not_disturb() {
    let ann = rig().person("ann");
    let ours = Site::start(&[("POSTROOM_BASE_PATH", "/webmail")]);
    let (browser, _) = ours.signed_in(&ann);
    // A Postroom at the root of the host: browsers send its cookies along, after ours (RFC 6265 §5.4).
    let (other, _) = site().signed_in(&ann);
    let pair = |browser: &Browser| {
        ["postroom", "postroom_key"]
            .map(|name| format!("{name}={}", browser.cookie(name).unwrap()))
            .join("; ")
    };
    let (our_pair, other_pair) = (pair(&browser), pair(&other));
    let raw = ours.browser();
    let both = format!("{our_pair}; {other_pair}");
    raw.get_with("/webmail/mail/INBOX", &[("Cookie", &both)]).is(200);
    // Theirs alone is worth nothing here.
    let theirs = raw.get_with("/webmail/mail/INBOX", &[("Cookie", &other_pair)]);
    assert_eq!(theirs.location().as_deref(), Some("/webmail/login?next=%2Fwebmail%2Fmail%2FINBOX"));
    assert!(is_signed_in(&other));
}

/// Signs in rightly and wrongly, looks around, sends a mail, makes mistakes; returns every page seen.
fn a_day(site: &Site, person: &Person) -> (Browser, Vec<Page>) {
    let browser = site.browser();
    let form = browser.get("/login");
    let wrong = format!("{}-mistyped", person.password);
    let mut pages =
        vec![browser.submit(&form, "form", &[("username", &person.address), ("password", &wrong)])];
    pages[0].is(401);
    // A body that is no form, with the password in it.
    let broken = format!("username={}&password={}&password=%ff", person.address, person.password);
    pages.push(browser.post_bytes("/login", "text/plain", broken.as_bytes(), &[]));
    pages.push(browser.get(&format!("/login?next=/{}", "x")));
    pages.push(browser.sign_in("", &person.address, &person.password));
    let form = browser.get("/compose");
    let file = Upload { field: "attachments", name: "a.txt", media_type: "text/plain", bytes: b"12345" };
    let fields = [("to", person.address.as_str()), ("subject", "x"), ("text", "y"), ("intent", "attach")];
    let with = browser.submit_with(&form, "form[action$='/compose']", &fields, &[file]);
    let sent = browser.submit(&with, "form[action$='/compose']", &[("intent", "send")]);
    sent.is(303);
    pages.extend([form, with, browser.follow(sent)]);
    // What is kept beside the mail: a letter for later, which needs the password, and a collector with the same.
    let form = browser.get("/compose");
    let fields = [
        ("to", person.address.as_str()),
        ("subject", "x"),
        ("send_at", "2999-12-31T08:00"),
        ("intent", "send"),
    ];
    browser.submit(&form, "form[action$='/compose']", &fields).is(303);
    let form = browser.get("/collectors/new");
    let mut fields: Vec<_> = crate::collectors::fields("canary");
    fields.retain(|(name, _)| *name != "secret");
    fields.push(("secret", person.password.clone()));
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    pages.push(browser.submit(&form, "form.settings", &fields));
    for path in [
        "/mail/INBOX",
        "/outbox",
        "/collectors",
        "/settings",
        "/folders",
        "/mail/Nowhere",
        "/nothing",
        "/mail/INBOX/1.1",
    ] {
        pages.push(browser.get(path));
    }
    pages.push(browser.post("/undo", &[], &[]));
    (browser, pages)
}

#[test]
fn no_password_and_no_key_is_ever_written() {
    for format in ["text", "json"] {
        let uploads = tempfile::tempdir().unwrap();
        let site = Site::start(&[
            ("POSTROOM_LOG", "trace"),
            ("POSTROOM_LOG_FORMAT", format),
            ("POSTROOM_UPLOAD_DIR", uploads.path().to_str().unwrap()),
        ]);
        let password = format!("Zq7canary-{format}/+ 9xK");
        let address = format!("canary-{format}@example.org");
        let person = rig().named_person(&address, &password);
        let (browser, pages) = a_day(&site, &person);

        let plain = STANDARD.encode(format!("\0{address}\0{password}"));
        let mut secrets = vec![password.clone(), "Zq7canary".to_owned(), STANDARD.encode(&password), plain];
        let log_has = |site: &Site, secret: &str| {
            site.log().lines().find(|line| line.contains(secret)).map(str::to_owned)
        };
        for secret in ["postroom", "postroom_key"].map(|name| browser.cookie(name).unwrap()) {
            secrets.push(secret);
        }
        // What was written so far is real: the log tells of the sign-ins.
        for line in ["auth ok user=canary", "auth failed user=canary"] {
            assert!(log_has(&site, line).is_some(), "{format}: no `{line}`");
        }
        let form = browser.get("/mail/INBOX");
        browser.submit(&form, "form[action$='/logout']", &[]).is(303);
        for secret in &secrets {
            assert_eq!(log_has(&site, secret), None, "{format}: `{secret}` in the log");
            for page in &pages {
                assert!(!page.html().contains(secret.as_str()), "{format}: `{secret}` in {page}");
            }
            for entry in std::fs::read_dir(uploads.path().join("uploads")).unwrap() {
                let bytes = std::fs::read(entry.unwrap().path()).unwrap();
                assert!(!String::from_utf8_lossy(&bytes).contains(secret.as_str()));
            }
        }
    }
}
