//! An instance that ends while it collects, and while somebody reads: the other collects what is left, once.

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use postroom::model::{CollectorId, Keep};
use postroom_rig::{Person, Proxy, Side, rig};

use super::{Pair, is_ready};
use crate::{
    letters::letter,
    office::{Office, message, put, subjects},
};

const NAMES: [&str; 4] = ["first", "second", "third", "fourth"];

/// Somebody's mailbox elsewhere, and where it is collected into.
struct Collected {
    source: Person,
    owner: Person,
    id: CollectorId,
    keep: Keep,
}

fn collected(office: &Office, pop3: &Proxy, keep: Keep) -> Collected {
    let (source, owner) = (rig().person("source"), rig().person("owner"));
    put(&source, NAMES.map(message));
    let id = office.add(pop3, &source, &owner, |new| new.keep = keep);
    Collected { source, owner, id, keep }
}

/// Says so when it is dropped, and so also when a test fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_collection_that_an_instance_died_over_is_finished_by_the_other_and_nobody_signs_in_again() {
    let imaps = [(); 2].map(|()| Proxy::to(rig().imap()));
    let urls = imaps.each_ref().map(|imap| format!("imap+insecure://{}", imap.address()));
    let settings =
        urls.each_ref().map(|url| [("POSTROOM_IMAP", &**url), ("POSTROOM_EGRESS_ALLOW", "127.0.0.1:*")]);
    let mut pair = Pair::with(&settings[0], &settings[1]);
    let (office, pop3) = (pair.office(), Proxy::to(rig().pop3()));
    let ann = rig().person("ann");
    rig().deliver(&ann, letter("hello").eml());
    let browser = pair.signed_in(&ann);
    let steps = [(1, Side::Client, "This is third."), (3, Side::Server, "APPENDUID")];
    for (n, side, words) in steps {
        // The first of them that comes to this step dies of it.
        let is_killed = Arc::new(AtomicBool::new(false));
        for (imap, instance) in imaps.iter().zip([&pair.one, &pair.other]) {
            let (pid, is_killed) = (instance.process_id().unwrap().to_string(), Arc::clone(&is_killed));
            imap.forget().on_nth(n, side, words, move || {
                if !is_killed.swap(true, Ordering::SeqCst) {
                    assert!(Command::new("kill").args(["-KILL", &pid]).status().unwrap().success());
                }
            });
        }
        let is_over = AtomicBool::new(false);
        let n_read = thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let mut n = 0;
                while !is_over.load(Ordering::Relaxed) {
                    let list = browser.get("/mail/INBOX");
                    browser.get(&list.is(200).link("hello")).is(200).shows("hello");
                    n += usize::from(is_killed.load(Ordering::SeqCst));
                }
                n
            });
            let over = Over(&is_over);
            let all = [Keep::Leave, Keep::Delete].map(|keep| collected(&office, &pop3, keep));
            for one in &all {
                office.after_run(&one.owner, &one.id);
                // What was done is not done again.
                let run = office.run(&one.owner, &one.id);
                assert_eq!(run.report.problem, None, "{n} {side:?} {words}");
                let mut arrived = subjects(&one.owner, "INBOX");
                arrived.sort();
                assert_eq!(arrived, ["first", "fourth", "second", "third"], "{n} {side:?} {words}");
                let n_left = if one.keep == Keep::Leave { NAMES.len() } else { 0 };
                assert_eq!(subjects(&one.source, "INBOX").len(), n_left, "{n} {side:?} {words}");
            }
            drop(over);
            reader.join().unwrap()
        });
        assert!(is_killed.load(Ordering::SeqCst), "{n} {side:?} {words}: nothing died");
        assert!(n_read > 0, "nobody read after it");
        for instance in [&mut pair.one, &mut pair.other] {
            if instance.exit_code().is_some() {
                instance.restart();
                is_ready(instance);
            }
        }
    }
    for _ in 0..2 {
        browser.get("/mail/INBOX").is(200);
    }
}
