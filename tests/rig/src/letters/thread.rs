//! Correspondence from text files: who wrote what to whom, how long ago; replies quote what they answer.
//!
//! ```text
//! = Subject
//! folder: Projects/Postroom
//! @ 2d 16:40 lena > ada, tom | unread flagged noquote +Plan.pdf +Photo.png:640x420
//! The text.
//! ```

use std::collections::BTreeMap;

use super::{
    Stored, attachments,
    letter::{Letter, letter},
    moment::Moment,
    writer::{self, Quoted, Writer},
};

/// Whom `list` stands for.
const LIST: &str = "rust-users <rust-users@lists.example.org>";

/// One letter of the file.
#[derive(Debug)]
struct Turn<'a> {
    ago: &'a str,
    from: &'a str,
    to: &'a str,
    marks: Vec<&'a str>,
    text: &'a str,
}

/// All letters of a file, in `folder` where a thread does not name its own. `owner` is the address of `ada`.
pub(super) fn read(file: &str, folder: &str, owner: &str, now: Moment) -> Vec<Stored> {
    let writers = writer::everybody(owner);
    let mut stored = Vec::new();
    for thread in file.split("\n= ").filter(|thread| !thread.trim().is_empty()) {
        let thread = thread.strip_prefix("= ").unwrap_or(thread);
        let (head, turns) =
            thread.split_once("\n@ ").unwrap_or_else(|| panic!("a thread without letters: {thread}"));
        let (subject, options) = head.split_once('\n').unwrap_or((head, ""));
        let folder = options.trim().strip_prefix("folder: ").unwrap_or(folder);
        let turns: Vec<Turn> = turns.split("\n@ ").map(Turn::parse).collect();
        stored.extend(letters(subject, folder, &turns, &writers, now));
    }
    stored
}

impl Turn<'_> {
    fn parse(turn: &str) -> Turn<'_> {
        let (head, text) = turn.split_once('\n').unwrap_or_else(|| panic!("a letter without text: {turn}"));
        let (head, marks) = head.split_once(" | ").unwrap_or((head, ""));
        let (head, to) = head.split_once(" > ").unwrap_or((head, "ada"));
        // `22m lena` or `2d 16:40 lena`.
        let has_time = head.split(' ').nth(1).is_some_and(|word| word.contains(':'));
        let space = head.match_indices(' ').nth(usize::from(has_time)).map_or(head.len(), |(at, _)| at);
        let (ago, from) = head.split_at(space);
        Turn { ago, from: from.trim(), to, marks: marks.split(' ').collect(), text: text.trim_end() }
    }

    fn has(&self, mark: &str) -> bool {
        self.marks.contains(&mark)
    }
}

/// Those of `ada` are in Sent, the others in `folder`; what `ada` answers next is marked as answered.
fn letters(
    subject: &str,
    folder: &str,
    turns: &[Turn],
    writers: &BTreeMap<String, Writer>,
    now: Moment,
) -> Vec<Stored> {
    let mut stored = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    let mut before: Option<Quoted> = None;
    for (n, turn) in turns.iter().enumerate() {
        let writer = writers.get(turn.from).cloned().unwrap_or_else(|| Writer::stranger(turn.from));
        let on = now.before(turn.ago);
        let domain = writer.address().rsplit('@').next().unwrap_or_default();
        let id = format!("{:x}.{n}@{domain}", hash(subject));
        let is_reply = n > 0 && !subject.to_lowercase().starts_with("re: ");
        let subject = if is_reply { format!("Re: {subject}") } else { subject.to_owned() };
        let quoted = before.filter(|_| !turn.has("noquote"));

        let mut message = letter()
            .header("Return-Path", &format!("<{}>", writer.address()))
            .from(&writer.mailbox)
            .to(&recipients(turn.to, writers))
            .subject(&subject)
            .id(&id)
            .answers(&ids);
        if turn.to == "list" {
            message = from_list(message);
        }
        message = writer.write(message, turn.text, quoted.as_ref());
        for name in turn.marks.iter().filter_map(|mark| mark.strip_prefix('+')) {
            message = message.attach(attachments::file(name, &subject, on));
        }
        let is_own = turn.from == "ada";
        let is_answered = !is_own && turns.get(n + 1).is_some_and(|next| next.from == "ada");
        let set = [
            ("\\Seen", !turn.has("unread")),
            ("\\Flagged", turn.has("flagged")),
            ("\\Answered", is_answered),
        ];
        let flags: Vec<&str> = set.into_iter().filter_map(|(flag, is_set)| is_set.then_some(flag)).collect();
        stored.push(message.stored(if is_own { "Sent" } else { folder }, &flags, on));

        before = Some(Quoted { text: writer.text(turn.text, quoted.as_ref()), by: writer.mailbox, on });
        ids.push(id);
    }
    stored
}

fn from_list(message: Letter) -> Letter {
    message
        .header("List-Id", "Rust users <rust-users.lists.example.org>")
        .header("List-Post", "<mailto:rust-users@lists.example.org>")
        .header("List-Unsubscribe", "<mailto:rust-users-leave@lists.example.org>")
        .header("Precedence", "list")
}

fn recipients(keys: &str, writers: &BTreeMap<String, Writer>) -> String {
    if keys == "list" {
        return LIST.to_owned();
    }
    let mailbox =
        |key: &str| writers.get(key).unwrap_or_else(|| panic!("nobody is called {key:?}")).mailbox.clone();
    keys.split(", ").map(mailbox).collect::<Vec<_>>().join(", ")
}

/// FNV-1a: the same on every machine and day.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
