//! Several instances on one PostgreSQL: any of them serves whoever signed in with another, and goes on with what
//! another began. And one instance whose database is of no use: mail works all the same.

mod collection;
mod ends;
mod without_database;

use std::path::Path;

use postroom::config::Database;
use postroom_rig::{ImapClient, Nginx, Person, Product, free_address, postgres, rig, until};

use crate::{
    body_host,
    browser::{Browser, Page, Upload},
    letters::letter,
    office::Office,
};

const COMPOSE: &str = "form[action$='/compose']";

/// Two instances, and nginx before both, which asks them in turns.
struct Pair {
    one: Product,
    other: Product,
    nginx: Nginx,
    database: String,
    keys: tempfile::TempDir,
}

impl Pair {
    fn start() -> Pair {
        Pair::with(&[], &[])
    }

    /// With what each has for itself.
    fn with(one: &[(&str, &str)], other: &[(&str, &str)]) -> Pair {
        let keys = tempfile::tempdir().unwrap();
        let (database, key_file) = (postgres().database(), keys.path().join("server.key"));
        let shared = [
            ("POSTROOM_DATABASE", database.as_str()),
            ("POSTROOM_KEY_FILE", key_file.to_str().unwrap()),
            ("POSTROOM_TRUSTED_PROXIES", "127.0.0.1"),
        ];
        let start = |settings: &[(&str, &str)]| {
            let settings = [&shared, settings].concat();
            Product::start(rig(), Path::new(env!("CARGO_BIN_EXE_postroom")), free_address(), &settings)
        };
        let (one, other) = (start(one), start(other));
        is_ready(&one);
        is_ready(&other);
        let upstreams = [one.address().to_string(), other.address().to_string()];
        let nginx = Nginx::before_all(rig(), &[&upstreams[0], &upstreams[1]], "/");
        Pair { one, other, nginx, database, keys }
    }

    fn office(&self) -> Office {
        Office::on(Database::Postgres(self.database.clone().into()), self.keys.path().join("server.key"))
    }

    /// A browser that signed in through nginx.
    fn signed_in(&self, person: &Person) -> Browser {
        let browser = Browser::trusting(self.nginx.url().trim_end_matches('/'), rig().ca_file());
        browser.sign_in("", &person.address, &person.password);
        browser
    }

    /// The same browser, at each instance by itself.
    fn each(&self, browser: &Browser) -> [Browser; 2] {
        [&self.one, &self.other].map(|product| {
            let at = Browser::at(&format!("http://{}", product.address()));
            for name in ["postroom", "postroom_key"] {
                at.set_cookie(name, &browser.cookie(name).unwrap());
            }
            at
        })
    }
}

#[test]
fn a_messages_address_holds_at_every_instance() {
    let pair = Pair::with(&body_host::SETTINGS, &body_host::SETTINGS);
    let ann = rig().person("ann");
    rig().deliver(&ann, body_host::LETTER);
    let [one, _] = pair.each(&pair.signed_in(&ann));
    let address = one.get(&one.get("/mail/INBOX").link("picture")).attr("iframe", "src");
    // Whichever gave it out, and the other, which may know nothing of her yet.
    for product in [&pair.one, &pair.other] {
        let origin = format!("http://{}", product.address());
        let body = body_host::load(&origin, &address);
        body.is(200).shows("see");
        body_host::load(&origin, &body.attr("img", "src")).is(200);
    }
    one.submit(&one.get("/mail/INBOX"), "form[action$='/logout']", &[]).is(303);
    for product in [&pair.one, &pair.other] {
        body_host::load(&format!("http://{}", product.address()), &address).is(404);
    }
}

fn is_ready(product: &Product) {
    until("an instance is ready", || product.is_ready().then_some(()).ok_or_else(|| product.output()));
}

fn write(browser: &Browser, to: &Person, subject: &str) -> (Page, [(&'static str, String); 4]) {
    let fields = [
        ("to", to.address.clone()),
        ("subject", subject.to_owned()),
        ("text", "once\n".to_owned()),
        ("intent", "send".to_owned()),
    ];
    (browser.get("/compose"), fields)
}

fn send(browser: &Browser, to: &Person, subject: &str) -> Page {
    let (form, fields) = write(browser, to, subject);
    let answer =
        browser.submit(&form, COMPOSE, &fields.each_ref().map(|(name, value)| (*name, value.as_str())));
    answer.is(303);
    browser.follow(answer)
}

/// How many messages with this subject there are.
fn n_copies(person: &Person, mailbox: &str, subject: &str) -> usize {
    let mut client = ImapClient::login(rig().imap(), person);
    client.command(&format!("SELECT {mailbox}"));
    let found = client.command(&format!("UID SEARCH HEADER Subject \"{subject}\""));
    let line = found.iter().find_map(|line| line.strip_prefix("* SEARCH")).unwrap_or_default();
    line.split_whitespace().count()
}

#[test]
fn what_one_instance_began_the_other_goes_on_with() {
    let pair = Pair::start();
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    rig().deliver(&ann, letter("hello").eml());
    let [one, other] = pair.each(&pair.signed_in(&ann));
    for at in [&one, &other] {
        let list = at.get("/mail/INBOX");
        at.get(&list.link("hello")).is(200);
    }
    // An action here, its notice there, once; and taken back where it was not done.
    let list = one.get("/mail/INBOX");
    let fields = [("id", list.id_of("hello")), ("action", "flag".to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let done = one.submit(&list, "form[action$='/act']", &fields);
    let noted = other.follow(done);
    noted.shows("1 message flagged.");
    one.get("/mail/INBOX").lacks("flagged.");
    one.follow(other.submit(&noted, "form[action$='/undo']", &[])).shows("Undone for 1 message.");
    other.submit(&noted, "form[action$='/undo']", &[]).is(422);

    // A file taken here is sent from there.
    let content: Vec<u8> = (0..700_000).map(|n: u32| (n / 251 + n) as u8).collect();
    let file = Upload { field: "attachments", name: "a.bin", media_type: "text/x", bytes: &content };
    let to = bob.address.as_str();
    let fields = [("to", to), ("subject", "a file"), ("text", "see it"), ("intent", "attach")];
    let attached = one.submit_with(&one.get("/compose"), COMPOSE, &fields, &[file]);
    attached.is(200).shows("a.bin");
    one.follow(other.submit(&attached, COMPOSE, &[("intent", "send")])).shows("Message sent.");
    until("the file arrives", || n_copies(&bob, "INBOX", "a file") == 1);
    let [reader, _] = pair.each(&pair.signed_in(&bob));
    let message = reader.get(&reader.get("/mail/INBOX").link("a file"));
    assert!(reader.get(&message.attr("a[href*='/part/']", "href")).bytes == content);

    // A sign-out here is one there.
    other.submit(&other.get("/mail/INBOX"), "form[action$='/logout']", &[]).is(303);
    let again = one.get("/mail/INBOX").location().unwrap();
    assert!(again.starts_with("/login"), "{again}");
}
