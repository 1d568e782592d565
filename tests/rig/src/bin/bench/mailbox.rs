//! Generated mailboxes: the same messages for the same number of them, every time.

use std::fmt::Write;

use postroom_rig::{File, ImapClient, Letter, Moment, Person, Rig, letter};

/// 2026-01-01: when the newest message is from, Unix seconds.
const NEWEST: i64 = 1_767_225_600;
const SECONDS_BETWEEN: i64 = 30;
/// In each APPEND; more would only make Dovecot's transactions larger.
const MAX_BATCH: usize = 1000;
const MAX_BATCH_BYTES: usize = 8_000_000;

pub(crate) const OTHER: &str = "Archive";
pub(crate) const TARGET: &str = "Target";
pub(crate) const ATTACHED_BYTES: usize = 5_000_000;
/// In the subject of every 500th message, and of the newest.
pub(crate) const SEARCHED: &str = "zebrawood";
/// In the subject of the newest, of the oldest, of all in [`OTHER`], and in the text of those that are opened.
pub(crate) const NEWEST_SUBJECT: &str = "BENCH plain";
pub(crate) const OLDEST_SUBJECT: &str = "BENCH oldest";
pub(crate) const OTHER_SUBJECT: &str = "BENCH archived";
pub(crate) const OPENED_TEXT: &str = "quokkafinder";

const WORDS: &[&str] = &[
    "account", "agenda", "budget", "contract", "deadline", "delivery", "draft", "invoice", "meeting",
    "minutes", "office", "order", "paper", "project", "proposal", "question", "receipt", "release", "report",
    "review", "schedule", "server", "shipping", "summary", "team", "update", "water", "window", "year",
];

/// Somebody's inbox as the flows know it.
#[derive(Debug, Clone)]
pub(crate) struct Mailbox {
    pub(crate) person: Person,
    pub(crate) n_messages: u32,
    pub(crate) uid_validity: u32,
    /// UIDs of the newest messages that nobody misses.
    pub(crate) movable: Vec<u32>,
}

/// Deterministic and good enough for words: splitmix64.
struct Dice(u64);

impl Mailbox {
    /// Fills an inbox with `n_messages`, at least 100.
    pub(crate) fn fill(rig: &Rig, n_messages: u32) -> Mailbox {
        let person = rig.person_with_many_messages("bench");
        let mut imap = ImapClient::login(rig.imap(), &person);
        imap.command(&format!("CREATE {TARGET}"));
        let archived = (0..100).map(|n| small(n, OTHER_SUBJECT, 400));
        append(&mut imap, OTHER, archived.map(|eml| (NEWEST, true, eml)));
        let mut dice = Dice(u64::from(n_messages));
        let inbox = (1..=n_messages).map(|n| {
            let age = i64::from(n_messages - n) * SECONDS_BETWEEN;
            (NEWEST - age, n + 20 < n_messages, message(n, n_messages, &mut dice))
        });
        let uid_validity = append(&mut imap, "INBOX", inbox);
        Mailbox { person, n_messages, uid_validity, movable: Vec::new() }
    }

    // The last three that were appended to an empty mailbox.
    pub(crate) fn plain(&self) -> u32 {
        self.n_messages
    }

    pub(crate) fn html(&self) -> u32 {
        self.n_messages - 1
    }

    pub(crate) fn attached(&self) -> u32 {
        self.n_messages - 2
    }

    /// Appends `n` messages to be moved away.
    pub(crate) fn make_movable(&mut self, rig: &Rig, n: usize) {
        let mut imap = ImapClient::login(rig.imap(), &self.person);
        let messages: Vec<_> =
            (0..n as u32).map(|n| ("()".to_owned(), small(n, "to be moved", 400))).collect();
        imap.append_all("INBOX", &messages);
        imap.command("EXAMINE INBOX");
        let found = imap.command(&format!("UID SEARCH UID {}:*", self.n_messages + 1));
        let words = found.first().map(|line| line.split_whitespace()).into_iter().flatten();
        self.movable = words.filter_map(|word| word.parse().ok()).collect();
    }

    /// Removes what was not moved.
    pub(crate) fn remove_movable(&mut self, rig: &Rig) {
        let mut imap = ImapClient::login(rig.imap(), &self.person);
        imap.command("SELECT INBOX");
        imap.command(&format!("UID STORE {}:* +FLAGS.SILENT (\\Deleted)", self.n_messages + 1));
        imap.command(&format!("UID STORE {} -FLAGS.SILENT (\\Deleted)", self.n_messages));
        imap.command("EXPUNGE");
        self.movable.clear();
    }
}

/// Puts dated messages, read or not, into a mailbox, and returns its UIDVALIDITY.
fn append(imap: &mut ImapClient, mailbox: &str, messages: impl Iterator<Item = (i64, bool, Vec<u8>)>) -> u32 {
    let mut messages = messages.peekable();
    let mut answer = Vec::new();
    while messages.peek().is_some() {
        let (mut batch, mut n_bytes) = (Vec::new(), 0);
        while batch.len() < MAX_BATCH
            && n_bytes < MAX_BATCH_BYTES
            && let Some((date, is_read, eml)) = messages.next()
        {
            n_bytes += eml.len();
            let flags = if is_read { "\\Seen" } else { "" };
            batch.push((format!("({flags}) \"{}\"", Moment::at(date).for_imap()), eml));
        }
        answer = imap.append_all(mailbox, &batch);
    }
    let last = answer.last().and_then(|line| line.split("APPENDUID ").nth(1));
    last.and_then(|rest| rest.split(' ').next()?.parse().ok()).unwrap_or(0)
}

fn message(n: u32, n_messages: u32, dice: &mut Dice) -> Vec<u8> {
    let from_end = n_messages - n;
    match from_end {
        0 => return head(n, &format!("{NEWEST_SUBJECT} {SEARCHED}")).text(&opened(dice, 2000)).bytes(),
        1 => return head(n, "BENCH html").html(&newsletter(dice, 100_000)).bytes(),
        2 => {
            let mut file = Vec::with_capacity(ATTACHED_BYTES + 8);
            while file.len() < ATTACHED_BYTES {
                file.extend(dice.roll().to_le_bytes());
            }
            file.truncate(ATTACHED_BYTES);
            let file = File::new("archive.zip", "application/zip", file);
            return head(n, "BENCH attached").text(&opened(dice, 2000)).attach(file).bytes();
        }
        _ if n == 1 => return small(n, OLDEST_SUBJECT, 400),
        _ => {}
    }
    let mut subject = dice.words(2 + n as usize % 6);
    if n % 500 == 7 {
        subject = format!("{subject} {SEARCHED}");
    }
    let is_mixed = n_messages < 1000;
    match dice.below(100) {
        0..20 if is_mixed => {
            let kilobytes = 20 + dice.below(60);
            head(n, &subject).html(&newsletter(dice, kilobytes * 1000)).bytes()
        }
        20..30 if is_mixed => {
            let file = File::new("report.pdf", "application/pdf", vec![n as u8; 30_000]);
            head(n, &subject).text(&dice.words(80)).attach(file).bytes()
        }
        // The mailbox of a million has less to say in each: it is to fit a machine for tests.
        _ => {
            let n_bytes = if n_messages > 500_000 { 200 } else { 500 + 500 * dice.below(8) };
            small(n, &subject, n_bytes)
        }
    }
}

/// Written out, for speed: most messages are such.
fn small(n: u32, subject: &str, n_bytes: usize) -> Vec<u8> {
    let mut eml = format!(
        "From: Person {0} <person{0}@example.net>\r\nTo: bench@example.org\r\nSubject: {subject}\r\n\
         Date: {1}\r\nMessage-ID: <bench.{n}@example.net>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n",
        n % 97,
        Moment::at(NEWEST - i64::from(n)).for_header()
    );
    let mut dice = Dice(u64::from(n));
    let end = eml.len() + n_bytes;
    while eml.len() < end {
        eml += &dice.words(9);
        eml += ".\r\n";
    }
    eml.into_bytes()
}

fn head(n: u32, subject: &str) -> Letter {
    letter()
        .from(&format!("Person {0} <person{0}@example.net>", n % 97))
        .to("bench@example.org")
        .subject(subject)
        .date(Moment::at(NEWEST))
        .id(&format!("bench.{n}@example.net"))
}

fn opened(dice: &mut Dice, n_bytes: usize) -> String {
    let mut text = format!("The {OPENED_TEXT} was here.\n\n");
    while text.len() < n_bytes {
        text += &dice.words(10);
        text += ".\n";
    }
    text
}

/// Tables in tables, styles, links and images from elsewhere, as newsletters have them.
fn newsletter(dice: &mut Dice, n_bytes: usize) -> String {
    let mut html = format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><style>body{{margin:0}}.card{{padding:12px}}</style></head>\n\
         <body><table width=\"100%\" style=\"background:#f4f4f4\"><tr><td align=\"center\"><p>The {OPENED_TEXT} was here.</p>\n\
         <table width=\"600\" style=\"border-collapse:collapse\">\n"
    );
    while html.len() < n_bytes {
        let (id, title, text) = (dice.below(1_000_000), dice.words(4), dice.words(40));
        // Writing to a string cannot fail.
        write!(
            html,
            "<tr><td class=\"card\" style=\"padding:16px;font:14px/1.5 Arial,sans-serif;color:#333\">\n\
             <table><tr><td width=\"120\"><img src=\"https://img.example.net/{id}.jpg\" width=\"120\" height=\"90\" alt=\"\"></td>\n\
             <td style=\"padding-left:12px\"><h2 style=\"margin:0\">{title}</h2>\n<p style=\"margin:0 0 8px\">{text}.</p>\n\
             <a href=\"https://news.example.net/{id}?a=1&amp;b=2\" style=\"color:#fff;background:#0b57d0\">More</a>\n\
             </td></tr></table></td></tr>\n"
        )
        .unwrap_or_default();
    }
    html + "</table></td></tr></table></body></html>\n"
}

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.roll() % n.max(1) as u64) as usize
    }

    fn words(&mut self, n: usize) -> String {
        let mut text = String::with_capacity(9 * n);
        for at in 0..n {
            if at > 0 {
                text.push(' ');
            }
            text.push_str(WORDS.get(self.below(WORDS.len())).copied().unwrap_or_default());
        }
        text
    }
}
