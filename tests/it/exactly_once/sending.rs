//! A message is sent while the process dies: at every step, and at any byte.

use postroom_rig::{ImapClient, Person, Proxy, Side, rig, until};
use rand::RngExt;

use super::{chances, kill, n_rounds};
use crate::{
    browser::{Browser, Page},
    site::Site,
};

const FORM: &str = "form[action$='/compose']";

/// A site behind two proxies, that comes back after every death.
struct Stage {
    site: Site,
    smtp: Proxy,
    imap: Proxy,
    tally: Tally,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    killed: usize,
    /// Its author was told that it is on its way, and it is there.
    sent: usize,
    /// Its author was told that nobody knows, and has the draft.
    unknown: usize,
    lost: usize,
    doubled: usize,
}

impl Stage {
    fn new() -> Stage {
        let (smtp, imap) = (Proxy::to(rig().submission()), Proxy::to(rig().imap()));
        let (smtp_url, imap_url) = (
            format!("submission+insecure://{}", smtp.address()),
            format!("imap+insecure://{}", imap.address()),
        );
        let site = Site::start(&[("POSTROOM_SMTP", &smtp_url), ("POSTROOM_IMAP", &imap_url)]);
        Stage { site, smtp, imap, tally: Tally::default() }
    }

    fn write(
        &self,
        browser: &Browser,
        to: &str,
        subject: &str,
        id: Option<&str>,
    ) -> (Page, Vec<(&'static str, String)>) {
        let form = browser.get("/compose");
        let id = id.map_or_else(|| form.field("message_id"), str::to_owned);
        let fields = vec![
            ("message_id", id),
            ("to", to.to_owned()),
            ("subject", subject.to_owned()),
            ("text", "once\n".to_owned()),
            ("intent", "send".to_owned()),
        ];
        (form, fields)
    }

    fn submit(browser: &Browser, form: &Page, fields: &[(&'static str, String)]) -> Option<Page> {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.try_submit(form, FORM, &fields)
    }

    /// Sends a message that the process dies over, where `arm` says; then does what a person would: starts again,
    /// and sends the same form once more.
    fn round(&mut self, what: &str, arm: impl FnOnce(&Stage, u32)) {
        let (ann, bob) = (rig().person("ann"), rig().person("bob"));
        let (browser, _) = self.site.signed_in(&ann);
        let (form, fields) = self.write(&browser, &bob.address, "the one", None);
        let id = fields[0].1.clone();
        self.smtp.forget();
        self.imap.forget();
        arm(self, self.site.process_id().unwrap());
        if Self::submit(&browser, &form, &fields).is_none() {
            self.tally.killed += 1;
        }
        self.smtp.heal();
        self.imap.heal();
        self.site.restart();
        let (browser, _) = self.site.signed_in(&ann);
        let (form, fields) = self.write(&browser, &bob.address, "the one", Some(&id));
        let answer = Self::submit(&browser, &form, &fields).unwrap();
        match answer.status {
            303 => {
                self.tally.sent += 1;
                until(&format!("the message arrives ({what})"), || !copies(&bob, "INBOX", &id).is_empty());
                until(&format!("no draft is left ({what})"), || copies(&ann, "Drafts", &id).is_empty());
                let filed = copies(&ann, "Sent", &id).len();
                assert_eq!(filed, 1, "{what}: copies in Sent");
            }
            502 => {
                answer.shows("may or may not");
                self.tally.unknown += 1;
                assert!(!copies(&ann, "Drafts", &id).is_empty(), "{what}: the draft is kept");
            }
            _ => panic!("{what}: {answer}"),
        }
        // What is sent later arrives later: after this one, a second copy would be there.
        let (form, fields) = self.write(&browser, &bob.address, "the last", None);
        Self::submit(&browser, &form, &fields).unwrap().is(303);
        until("the last message arrives", || !copies(&bob, "INBOX", &fields[0].1).is_empty());
        match (copies(&bob, "INBOX", &id).len(), answer.status) {
            (1, _) | (0, 502) => {}
            (0, _) => self.tally.lost += 1,
            _ => self.tally.doubled += 1,
        }
    }

    #[track_caller]
    fn is_exact(&self) {
        println!("sending: {:?}", self.tally);
        assert_eq!((self.tally.lost, self.tally.doubled), (0, 0), "{:?}", self.tally);
        assert!(self.tally.killed > 0, "nothing was killed in the middle of a request: {:?}", self.tally);
    }
}

/// The messages of a mailbox with this Message-ID.
fn copies(person: &Person, mailbox: &str, id: &str) -> Vec<String> {
    let mut client = ImapClient::login(rig().imap(), person);
    client.command(&format!("SELECT {mailbox}"));
    let found = client.command(&format!("UID SEARCH HEADER Message-ID {id}"));
    let line = found.iter().find_map(|line| line.strip_prefix("* SEARCH")).unwrap_or_default();
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn killed_at_each_step_a_message_is_sent_once() {
    let mut stage = Stage::new();
    let imap_steps = [
        (1, Side::Client, "APPEND"),
        (1, Side::Server, "APPENDUID"),
        (2, Side::Client, "APPEND"),
        (2, Side::Server, "APPENDUID"),
        (1, Side::Client, "EXPUNGE"),
        (1, Side::Server, "Expunge completed"),
    ];
    for (n, side, words) in imap_steps {
        stage.round(&format!("IMAP {side:?} {n} {words}"), |stage, pid| {
            stage.imap.on_nth(n, side, words, kill(pid));
        });
    }
    let smtp_steps = [
        (Side::Client, "EHLO"),
        (Side::Client, "MAIL FROM"),
        (Side::Client, "RCPT TO"),
        (Side::Client, "DATA\r\n"),
        (Side::Server, "354"),
        (Side::Client, "\r\n.\r\n"),
        (Side::Server, "queued as"),
    ];
    for (side, words) in smtp_steps {
        stage.round(&format!("SMTP {side:?} {words}"), |stage, pid| {
            stage.smtp.on(side, words, kill(pid));
        });
    }
    stage.is_exact();
    assert!(stage.tally.unknown >= 2, "the dot and its answer: {:?}", stage.tally);
}

#[test]
fn killed_at_any_byte_a_message_is_sent_once() {
    let mut chances = chances();
    let mut stage = Stage::new();
    // What a whole sending takes, to know where it can be cut.
    let mut n_bytes = [0; 4];
    stage.round("nothing", |_, _| {});
    let streams = |stage: &Stage| {
        [
            stage.smtp.bytes_from_client(),
            stage.smtp.bytes_from_server(),
            stage.imap.bytes_from_client(),
            stage.imap.bytes_from_server(),
        ]
    };
    n_bytes.copy_from_slice(&streams(&stage));
    for n in 0..n_rounds(8) {
        let stream = chances.random_range(0..4);
        // Two messages and two logins were counted.
        let at = chances.random_range(1..n_bytes[stream] / 2);
        stage.round(&format!("round {n}: stream {stream}, byte {at}"), |stage, pid| {
            let (proxy, side) = match stream {
                0 => (&stage.smtp, Side::Client),
                1 => (&stage.smtp, Side::Server),
                2 => (&stage.imap, Side::Client),
                _ => (&stage.imap, Side::Server),
            };
            proxy.on_byte(at, side, kill(pid));
        });
    }
    stage.is_exact();
}
