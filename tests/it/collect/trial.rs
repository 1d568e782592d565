//! Trying before keeping; and the whole way from the form to the inbox.

use std::sync::Arc;

use postroom::{
    config::{Config, EgressAllow, Listen, Security, Upstream},
    mail::{Accounts, CollectError, CollectorTest, SignInId},
    model::{CollectorLogin, CollectorSettings, Credentials, Keep},
    net::Dialer,
    store::{Clock, Store},
};
use postroom_rig::{Fault, Proxy, Side, rig, until};

use crate::{
    office::{message, put, subjects},
    site::Site,
};

async fn tried(server: &str, username: &str, secret: &str) -> Result<CollectorTest, CollectError> {
    let ann = rig().person("ann");
    let at = |port| Upstream { host: "127.0.0.1".into(), port, security: Security::Insecure };
    let (imap, smtp) = (at(rig().imap().port()), at(rig().submission().port()));
    let config = Config {
        egress_allow: EgressAllow::parse(&["127.0.0.1:*".to_owned()]).unwrap(),
        ..Config::new(Listen::Tcp(([127, 0, 0, 1], 0).into()), imap, smtp)
    };
    let dialer = Arc::new(Dialer::new(&config).unwrap());
    let store = Arc::new(Store::new(&config, None, Clock::default()).unwrap());
    let accounts = Accounts::new(&config, dialer, store);
    let credentials = Credentials::new(ann.address, ann.password);
    let account = accounts.sign_in(&SignInId("one".into()), credentials).await.unwrap();
    let settings = CollectorSettings {
        name: "elsewhere".into(),
        server: server.into(),
        username: username.into(),
        login: CollectorLogin::Password,
        mailbox: "INBOX".into(),
        keyword: None,
        keep: Keep::Leave,
        every_minutes: 15,
        max_bytes: None,
        mark_read: false,
        identity: None,
    };
    account.test_collector(&settings, &secret.to_owned().into()).await
}

#[tokio::test]
async fn a_trial_counts_and_changes_nothing() {
    let bob = rig().person("bob");
    let messages = ["one", "two"].map(message);
    put(&bob, &messages);
    let proxy = Proxy::to(rig().pop3());
    let server = format!("pop3+insecure://{}", proxy.address());
    let found = tried(&server, &bob.address, "pw").await.unwrap();
    let bytes: usize = messages.iter().map(String::len).sum();
    assert_eq!(found, CollectorTest { n_messages: 2, bytes: bytes as u64, notes: vec![] });
    assert_eq!(subjects(&bob, "INBOX"), ["one", "two"]);

    let lacking = "XIDL\r\nEXPIRE 0\r\nLOGIN-DELAY 3600\r\n";
    proxy.whenever(Side::Server, "UIDL\r\n", Fault::replace(lacking));
    proxy.whenever(Side::Client, "UIDL\r\n", Fault::replace("XIDL\r\n"));
    let notes = tried(&server, &bob.address, "pw").await.unwrap().notes;
    for words in ["recognised by their headers", "deletes every message", "60 minutes between"] {
        assert!(notes.iter().any(|note| note.contains(words)), "{words}: {notes:?}");
    }
}

#[tokio::test]
async fn a_trial_that_fails_says_why() {
    let bob = rig().person("bob");
    let open = format!("pop3+insecure://{}", rig().pop3());
    let nobody = format!("pop3+insecure://{}", Proxy::to_nobody());
    let starttls = format!("pop3://{}", rig().pop3());
    for (server, secret, words) in [
        (
            open.as_str(),
            "wrong",
            "refuses the user name or the password. It says: \u{201c}Authentication failed.\u{201d}",
        ),
        (&nobody, "pw", "cannot be reached"),
        (&starttls, "pw", "certificate is not trusted"),
        (
            "pop3s://10.1.2.3",
            "pw",
            "10.1.2.3 leads to a private address; this site does not connect to those.",
        ),
        ("pop3s://8.8.8.8:25", "pw", "this site does not connect to port 25 of 8.8.8.8."),
        ("imaps://example.org", "pw", "must be written as pop3s://host:port"),
    ] {
        let error = tried(server, &bob.address, secret).await.unwrap_err().to_string();
        assert!(error.contains(words) && error.ends_with(['.', '?', '\u{201d}']), "{server}: {error}");
    }
}

#[test]
fn a_mailbox_that_is_named_on_the_page_is_collected() {
    let ca_file = rig().ca_file().to_str().unwrap();
    let site = Site::start(&[("POSTROOM_EGRESS_ALLOW", "127.0.0.1:*"), ("POSTROOM_CA_FILE", ca_file)]);
    let (source, owner) = (rig().person("source"), rig().person("owner"));
    put(&source, ["one", "two"].map(message));
    let (browser, _) = site.signed_in(&owner);
    let port = rig().pop3s().port().to_string();
    let fields = [
        ("name", "Elsewhere"),
        ("host", "localhost"),
        ("port", port.as_str()),
        ("username", source.address.as_str()),
        ("secret", "pw"),
        ("keep", "delete"),
        ("intent", "test"),
    ];
    let tested = browser.submit(&browser.get("/collectors/new"), "form.settings", &fields);
    tested.is(200).shows("It works. There are 2 messages");
    browser.submit(&tested, "form.settings", &[("intent", "save")]).is(303);
    until("it is collected", || subjects(&owner, "INBOX") == ["one", "two"]);
    until("it is deleted", || subjects(&source, "INBOX").is_empty());
    until("the run is shown", || {
        let list = browser.get("/collectors");
        browser.get(&list.link("Elsewhere")).html().contains("2")
    });
    // With nobody signed in, too.
    browser.submit(&browser.get("/settings"), "form[action$='/logout']", &[]).is(303);
    put(&source, [message("three")]);
    let office = crate::office::Office::of(site.data_dir());
    let id = office.ask(async |store| store.collectors(&owner.address).await).pop().unwrap().id;
    office.run(&owner, &id);
    assert_eq!(subjects(&owner, "INBOX"), ["one", "two", "three"]);
}
