//! Mail is collected while the process dies: at every step, and at any byte.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use postroom::model::{CollectorId, Keep};
use postroom_rig::{ImapClient, Person, Proxy, Side, rig, until};
use rand::RngExt;

use super::{chances, kill, n_rounds};
use crate::{
    office::{Office, message, put, subjects},
    site::Site,
};

/// A site between two proxies, that comes back after every death.
struct Stage {
    site: Site,
    office: Office,
    pop3: Arc<Proxy>,
    imap: Arc<Proxy>,
    tally: Tally,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    rounds: usize,
    killed: usize,
    collected: usize,
    lost: usize,
    doubled: usize,
}

/// Somebody's mailbox elsewhere, and where it is collected into.
struct Pair {
    source: Person,
    owner: Person,
    id: CollectorId,
    keep: Keep,
}

const NAMES: [&str; 3] = ["first", "second", "third"];

impl Stage {
    fn new() -> Stage {
        let (pop3, imap) = (Arc::new(Proxy::to(rig().pop3())), Arc::new(Proxy::to(rig().imap())));
        let imap_url = format!("imap+insecure://{}", imap.address());
        let site = Site::start(&[("POSTROOM_EGRESS_ALLOW", "127.0.0.1:*"), ("POSTROOM_IMAP", &imap_url)]);
        let office = Office::of(site.data_dir());
        Stage { site, office, pop3, imap, tally: Tally::default() }
    }

    /// Collects from two mailboxes, of which one is left as it is; the process dies where `arm` says, and is started
    /// again. Then both sides are counted.
    fn round(&mut self, what: &str, arm: impl FnOnce(&Stage, u32)) {
        self.pop3.forget();
        self.imap.forget();
        arm(self, self.site.process_id().unwrap());
        let pairs = [Keep::Leave, Keep::Delete].map(|keep| {
            let (source, owner) = (rig().person("source"), rig().person("owner"));
            put(&source, NAMES.map(message));
            let id = self.office.add(&self.pop3, &source, &owner, |new| new.keep = keep);
            Pair { source, owner, id, keep }
        });
        until(&format!("the process dies, or all is done ({what})"), || {
            self.site.exit_code().is_some() || pairs.iter().all(|pair| self.has_run(pair))
        });
        self.tally.rounds += 1;
        self.tally.killed += usize::from(self.site.exit_code().is_some());
        self.pop3.heal();
        self.imap.heal();
        self.site.restart();
        for pair in &pairs {
            // What was going on goes on; and what was done is not done again.
            self.office.after_run(&pair.owner, &pair.id);
            let run = self.office.run(&pair.owner, &pair.id);
            assert_eq!(run.report.problem, None, "{what}");
            self.count(pair, what);
        }
    }

    fn has_run(&self, pair: &Pair) -> bool {
        let runs = self.office.ask(async |store| store.runs(&pair.id).await);
        !runs.is_empty()
    }

    fn count(&mut self, pair: &Pair, what: &str) {
        let arrived = subjects(&pair.owner, "INBOX");
        for name in NAMES {
            match arrived.iter().filter(|subject| *subject == name).count() {
                0 => self.tally.lost += 1,
                1 => self.tally.collected += 1,
                _ => self.tally.doubled += 1,
            }
        }
        let n_left = if pair.keep == Keep::Leave { NAMES.len() } else { 0 };
        assert_eq!(subjects(&pair.source, "INBOX").len(), n_left, "{what}: left on the server");
        let ok = (self.tally.lost, self.tally.doubled) == (0, 0);
        assert!(ok, "{what}: {:?}, {:?} arrived as {arrived:?}", self.tally, pair.keep);
    }

    #[track_caller]
    fn is_exact(&self) {
        println!("collecting: {:?}", self.tally);
        assert_eq!((self.tally.lost, self.tally.doubled), (0, 0), "{:?}", self.tally);
        assert_eq!(self.tally.collected, self.tally.rounds * 2 * NAMES.len());
        assert!(self.tally.killed * 2 > self.tally.rounds, "hardly anything was killed: {:?}", self.tally);
    }
}

#[test]
fn killed_at_each_step_a_message_is_collected_once() {
    let mut stage = Stage::new();
    let pop3_steps = [
        (1, Side::Client, "AUTH PLAIN"),
        (1, Side::Client, "UIDL"),
        (1, Side::Client, "RETR"),
        (1, Side::Server, "This is second."),
        (3, Side::Client, "RETR 3"),
        (1, Side::Client, "DELE 1"),
        (1, Side::Server, "Marked to be deleted."),
        (1, Side::Client, "QUIT"),
        (1, Side::Server, "Logging out, messages deleted."),
        (1, Side::Server, "Logging out."),
    ];
    for (n, side, words) in pop3_steps {
        stage.round(&format!("POP3 {side:?} {n} {words}"), |stage, pid| {
            stage.pop3.on_nth(n, side, words, kill(pid));
        });
    }
    let imap_steps = [
        (1, Side::Client, "STATUS"),
        (1, Side::Server, "UIDNEXT"),
        (1, Side::Client, "APPEND"),
        (3, Side::Client, "APPEND"),
        (1, Side::Client, "This is second."),
        (1, Side::Server, "APPENDUID"),
        (4, Side::Server, "APPENDUID"),
    ];
    for (n, side, words) in imap_steps {
        stage.round(&format!("IMAP {side:?} {n} {words}"), |stage, pid| {
            stage.imap.on_nth(n, side, words, kill(pid));
        });
    }
    stage.is_exact();
}

#[test]
fn killed_at_any_byte_a_message_is_collected_once() {
    let mut chances = chances();
    let mut stage = Stage::new();
    stage.round("nothing", |stage, pid| {
        // What a whole round takes, to know where it can be cut; it ends in death, too.
        stage.pop3.on_nth(2, Side::Client, "QUIT", kill(pid));
    });
    let n_bytes = {
        stage.round("nothing", |_, _| {});
        [
            stage.pop3.bytes_from_client(),
            stage.pop3.bytes_from_server(),
            stage.imap.bytes_from_client(),
            stage.imap.bytes_from_server(),
        ]
    };
    for n in 0..n_rounds(8) {
        let stream = chances.random_range(0..4);
        // The second runs, in which nothing was new, were counted, too.
        let at = chances.random_range(1..n_bytes[stream] * 2 / 3);
        stage.round(&format!("round {n}: stream {stream}, byte {at}"), |stage, pid| {
            let (proxy, side) = match stream {
                0 => (&stage.pop3, Side::Client),
                1 => (&stage.pop3, Side::Server),
                2 => (&stage.imap, Side::Client),
                _ => (&stage.imap, Side::Server),
            };
            proxy.on_byte(at, side, kill(pid));
        });
    }
    stage.is_exact();
}

/// Another program files it elsewhere before what was interrupted goes on.
#[test]
fn what_was_moved_while_the_process_was_dead_is_not_collected_again() {
    let mut stage = Stage::new();
    let (source, owner) = (rig().person("source"), rig().person("owner"));
    put(&source, NAMES.map(message));
    let pid = stage.site.process_id().unwrap();
    stage.imap.on(Side::Server, "APPENDUID", kill(pid));
    let id = stage.office.add(&stage.pop3, &source, &owner, |_| {});
    until("the process dies", || stage.site.exit_code().is_some());
    let mut other = ImapClient::login(rig().imap(), &owner);
    other.command("SELECT INBOX");
    other.command("CREATE Elsewhere");
    other.command("MOVE 1 Elsewhere");
    stage.imap.heal();
    stage.site.restart();
    stage.office.after_run(&owner, &id);
    assert_eq!(subjects(&owner, "Elsewhere"), ["first"]);
    assert_eq!(subjects(&owner, "INBOX"), ["second", "third"]);
}

/// Nothing dies but connections: of either side, at any byte.
#[test]
fn connections_that_break_at_any_byte_lose_and_double_nothing() {
    let mut chances = chances();
    let stage = Stage::new();
    let (source, owner) = (rig().person("source"), rig().person("owner"));
    let id = stage.office.add(&stage.pop3, &source, &owner, |new| new.keep = Keep::Delete);
    stage.office.after_run(&owner, &id);
    let mut names = Vec::new();
    let n_broken = Arc::new(AtomicUsize::new(0));
    for n in 0..n_rounds(12) {
        let more: Vec<String> = (0..3).map(|i| format!("m{n}-{i}")).collect();
        put(&source, more.iter().map(|name| message(name)));
        names.extend(more);
        stage.pop3.forget();
        stage.imap.forget();
        let proxy = if chances.random() { &stage.pop3 } else { &stage.imap };
        let side = if chances.random() { Side::Client } else { Side::Server };
        let at = chances.random_range(1..1200);
        let (cut, counted) = (Arc::clone(proxy), Arc::clone(&n_broken));
        proxy.on_byte(at, side, move || {
            cut.cut();
            counted.fetch_add(1, Ordering::SeqCst);
        });
        stage.office.run(&owner, &id);
        proxy.heal();
        let run = stage.office.run(&owner, &id);
        assert_eq!(run.report.problem, None, "round {n}: {side:?}, byte {at}");
        let mut arrived = subjects(&owner, "INBOX");
        arrived.sort();
        names.sort();
        assert_eq!(arrived, names, "round {n}: {side:?}, byte {at}");
        assert!(subjects(&source, "INBOX").is_empty());
    }
    let n_broken = n_broken.load(Ordering::SeqCst);
    println!("broken connections: {n_broken}");
    assert!(n_broken > 0);
}
