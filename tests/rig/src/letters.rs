//! Letters: a builder for tests, and the mailbox that the demo shows.

mod attachments;
mod encoding;
mod files;
mod invoices;
mod letter;
mod moment;
mod newsletters;
mod notices;
mod singles;
mod thread;
mod writer;

use std::collections::BTreeSet;

pub use encoding::{base64, modified_utf7};
pub use files::File;
pub use letter::{Letter, letter};
pub use moment::Moment;

use crate::{ImapClient, Person, Rig};

/// Bytes; pictures make larger ones.
const SMALL: usize = 20_000;

/// A message where it belongs.
#[derive(Debug)]
struct Stored {
    folder: String,
    flags: Vec<&'static str>,
    date: Moment,
    eml: Vec<u8>,
}

impl Letter {
    /// Dated, for a folder.
    fn stored(self, folder: &str, flags: &[&'static str], date: Moment) -> Stored {
        Stored { folder: folder.to_owned(), flags: flags.to_vec(), date, eml: self.date(date).bytes() }
    }
}

/// Fills a mailbox with a few hundred messages of the months before `now`: the same ones every time.
#[track_caller]
pub fn fill_demo_mailbox(rig: &Rig, owner: &Person, now: Moment) {
    let mut imap = ImapClient::login(rig.imap(), owner);
    let mut letters = demo_letters(owner, now);
    // In the order of arrival, which is the order of UIDs.
    letters.sort_by_key(|letter| letter.date);
    let existing = ["INBOX", "Drafts", "Sent", "Archive", "Junk", "Trash"];
    let folders: BTreeSet<&str> = letters.iter().map(|letter| letter.folder.as_str()).collect();
    for folder in folders.iter().filter(|folder| !existing.contains(folder)) {
        let name = modified_utf7(folder);
        imap.command(&format!("CREATE \"{name}\""));
        imap.command(&format!("SUBSCRIBE \"{name}\""));
    }
    for letter in &letters {
        let options = format!("({}) \"{}\"", letter.flags.join(" "), letter.date.for_imap());
        imap.append(&modified_utf7(&letter.folder), &options, &letter.eml);
    }
}

/// Puts the newest `n` small letters of the demo into the inbox of each; all of them are to the first.
pub fn fill_inboxes(rig: &Rig, people: &[Person], now: Moment, n: usize) {
    let Some(first) = people.first() else { return };
    let mut letters = demo_letters(first, now);
    letters.retain(|letter| letter.folder == "INBOX" && letter.eml.len() < SMALL);
    letters.sort_by_key(|letter| letter.date);
    letters.drain(..letters.len().saturating_sub(n));
    for person in people {
        let mut imap = ImapClient::login(rig.imap(), person);
        for letter in &letters {
            imap.append("INBOX", &format!("() \"{}\"", letter.date.for_imap()), &letter.eml);
        }
    }
}

fn demo_letters(owner: &Person, now: Moment) -> Vec<Stored> {
    let to = format!("Ada Lindqvist <{}>", owner.address);
    let mut letters = newsletters::all(&to, now);
    for part in [notices::all, invoices::all, singles::all] {
        letters.extend(part(&to, now));
    }
    for (file, folder) in [
        (include_str!("../letters/inbox.txt"), "INBOX"),
        (include_str!("../letters/archive.txt"), "Archive"),
        (include_str!("../letters/folders.txt"), "INBOX"),
        (include_str!("../letters/rust-users.txt"), "Lists/rust-users"),
        (include_str!("../letters/junk.txt"), "Junk"),
        (include_str!("../letters/trash.txt"), "Trash"),
    ] {
        letters.extend(thread::read(file, folder, &owner.address, now));
    }
    letters.push(draft(&to, now));
    letters
}

fn draft(from: &str, now: Moment) -> Stored {
    letter()
        .from(from)
        .to("Clara Fontana <clara.fontana@example.org>")
        .subject("Three sentences about me")
        .id("draft-three-sentences@example.org")
        .text("Dear Clara,\n\nhere are the three sentences:\n\nAda Lindqvist writes software that does less, on purpose. She ")
        .stored("Drafts", &["\\Seen", "\\Draft"], now.before("50m"))
}
