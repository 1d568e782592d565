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
};

const LIST: &str = "rust-users <rust-users@lists.example.org>";

/// How somebody's program writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    Plain,
    /// Text and HTML, answers above a folded quote.
    Alternative,
    /// Text and HTML with a block of headers above the quote.
    Outlook,
}

#[derive(Debug, Clone)]
struct Writer {
    mailbox: String,
    program: Program,
    signature: String,
}

/// One letter of the file.
#[derive(Debug)]
struct Turn<'a> {
    ago: &'a str,
    from: &'a str,
    to: &'a str,
    marks: Vec<&'a str>,
    text: String,
}

/// All letters of a file. `owner` is the address that stands for `ada`.
pub(super) fn read(file: &str, folder: &str, owner: &str, now: Moment) -> Vec<Stored> {
    let writers = writers(owner);
    let mut stored = Vec::new();
    for thread in file.split("\n= ").filter(|thread| !thread.trim().is_empty()) {
        let thread = thread.strip_prefix("= ").unwrap_or(thread);
        let (head, turns) =
            thread.split_once("\n@ ").unwrap_or_else(|| panic!("a thread without letters: {thread}"));
        let (subject, options) = head.split_once('\n').unwrap_or((head, ""));
        let folder = options.trim().strip_prefix("folder: ").unwrap_or(folder);
        let turns: Vec<Turn> = turns.split("\n@ ").map(Turn::parse).collect();
        stored.extend(thread_letters(subject, folder, &turns, &writers, now));
    }
    stored
}

fn writers(owner: &str) -> BTreeMap<String, Writer> {
    let mut writers = BTreeMap::new();
    for line in include_str!("../../letters/people.txt").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('|').map(str::trim).collect();
        let program = match fields[2] {
            "alternative" => Program::Alternative,
            "outlook" => Program::Outlook,
            _ => Program::Plain,
        };
        let mailbox = fields[1].replace("ada@example.org", owner);
        let signature = fields[3].replace(" / ", "\n");
        writers.insert(fields[0].to_owned(), Writer { mailbox, program, signature });
    }
    writers
}

impl Turn<'_> {
    fn parse(turn: &str) -> Turn<'_> {
        let (head, text) = turn.split_once('\n').unwrap_or_else(|| panic!("a letter without text: {turn}"));
        let (head, marks) = head.split_once(" | ").unwrap_or((head, ""));
        let (when, to) = head.split_once(" > ").unwrap_or((head, "ada"));
        let n_time_words =
            if when.contains("d ") && when.split(' ').nth(1).is_some_and(|word| word.contains(':')) {
                2
            } else {
                1
            };
        let split = when.match_indices(' ').nth(n_time_words - 1).map_or(when.len(), |(at, _)| at);
        let (ago, from) = when.split_at(split);
        Turn {
            ago,
            from: from.trim(),
            to,
            marks: marks.split(' ').collect(),
            text: text.trim_end().to_owned(),
        }
    }

    fn has(&self, mark: &str) -> bool {
        self.marks.contains(&mark)
    }
}

fn thread_letters(
    subject: &str,
    folder: &str,
    turns: &[Turn],
    writers: &BTreeMap<String, Writer>,
    now: Moment,
) -> Vec<Stored> {
    let mut stored = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    // The text of the letter before, with what it quotes, and who wrote it when.
    let mut before: Option<(String, String, Moment)> = None;
    for (n, turn) in turns.iter().enumerate() {
        let writer = writers.get(turn.from).cloned().unwrap_or_else(|| Writer::stranger(turn.from));
        let date = now.before(turn.ago);
        let id =
            format!("{:x}.{}", date.seconds().unsigned_abs() ^ hash(subject), domain_id(&writer.mailbox, n));
        let is_reply = n > 0 && !subject.to_lowercase().starts_with("re: ");
        let subject = if is_reply { format!("Re: {subject}") } else { subject.to_owned() };
        let mut message = letter()
            .header("Return-Path", &format!("<{}>", address(&writer.mailbox)))
            .from(&writer.mailbox)
            .to(&recipients(turn.to, writers))
            .subject(&subject)
            .id(&id)
            .answers(&ids);
        if turn.to == "list" {
            message = message
                .header("List-Id", "Rust users <rust-users.lists.example.org>")
                .header("List-Post", "<mailto:rust-users@lists.example.org>")
                .header("List-Unsubscribe", "<mailto:rust-users-leave@lists.example.org>")
                .header("Precedence", "list");
        }
        let quoted = before.filter(|_| !turn.has("noquote"));
        let text = writer.text(&turn.text, quoted.as_ref());
        message = writer.write(message, &text, &turn.text, quoted.as_ref());
        for name in turn.marks.iter().filter_map(|mark| mark.strip_prefix('+')) {
            message = message.attach(attachments::file(name, &subject, date));
        }
        let is_own = turn.from == "ada";
        let is_answered = turns.get(n + 1).is_some_and(|next| next.from == "ada") && !is_own;
        let mut flags = Vec::new();
        for (flag, is_set) in
            [("\\Seen", !turn.has("unread")), ("\\Flagged", turn.has("flagged")), ("\\Answered", is_answered)]
        {
            flags.extend(is_set.then_some(flag));
        }
        let folder = if is_own { "Sent" } else { folder };
        stored.push(message.stored(folder, &flags, date));
        ids.push(id);
        before = Some((text, writer.mailbox, date));
    }
    stored
}

impl Writer {
    /// Somebody without a line in `people.txt`.
    fn stranger(mailbox: &str) -> Writer {
        Writer { mailbox: mailbox.to_owned(), program: Program::Plain, signature: String::new() }
    }

    fn text(&self, text: &str, quoted: Option<&(String, String, Moment)>) -> String {
        let mut out = text.to_owned();
        if !self.signature.is_empty() && self.program != Program::Plain {
            out.push_str(&format!("\n\n{}", self.signature));
        }
        if let Some((earlier, who, when)) = quoted {
            let lines: Vec<String> = earlier.lines().map(quote_line).collect();
            out.push_str(&format!("\n\n{}\n{}", attribution(who, *when), lines.join("\n")));
        }
        if !self.signature.is_empty() && self.program == Program::Plain {
            out.push_str(&format!("\n\n-- \n{}", self.signature));
        }
        out
    }

    fn write(
        &self,
        message: Letter,
        text: &str,
        own: &str,
        quoted: Option<&(String, String, Moment)>,
    ) -> Letter {
        let message = message.text(text);
        let signature = escape(&self.signature).replace('\n', "<br>");
        let html = match (self.program, quoted) {
            (Program::Plain, _) => return message,
            (Program::Alternative, quoted) => {
                let quote = quoted.map(|(earlier, who, when)| {
                    format!(
                        "<div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">{}<br></div><blockquote \
                         class=\"gmail_quote\" style=\"margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex\">\
                         {}</blockquote></div>",
                        escape(&attribution(who, *when)),
                        paragraphs(earlier)
                    )
                });
                let signed = format!("<div class=\"gmail_signature\">{signature}</div>");
                format!(
                    "<div dir=\"auto\">{}</div>{signed}<br>{}",
                    paragraphs(own),
                    quote.unwrap_or_default()
                )
            }
            (Program::Outlook, quoted) => {
                let quote = quoted.map(|(earlier, who, when)| {
                    format!(
                        "<div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm\"><p \
                         class=\"MsoNormal\"><b>From:</b> {}<br><b>Sent:</b> {}</p></div>{}",
                        escape(who),
                        when.for_header(),
                        paragraphs(earlier)
                    )
                });
                format!(
                    "<html><head><style>p.MsoNormal {{ margin: 0 0 8pt; font: 11pt Calibri, sans-serif; }}</style></head>\
                     <body lang=\"EN-GB\"><div style=\"font-family:Calibri,sans-serif;font-size:11pt\">{}\
                     <p class=\"MsoNormal\" style=\"color:#5a6472\">{signature}</p>{}</div></body></html>",
                    paragraphs(own),
                    quote.unwrap_or_default()
                )
            }
        };
        message.html(&html)
    }
}

fn recipients(keys: &str, writers: &BTreeMap<String, Writer>) -> String {
    if keys == "list" {
        return LIST.to_owned();
    }
    let mailbox =
        |key: &str| writers.get(key).unwrap_or_else(|| panic!("nobody is called {key:?}")).mailbox.clone();
    keys.split(", ").map(mailbox).collect::<Vec<_>>().join(", ")
}

fn attribution(who: &str, when: Moment) -> String {
    let name = who.split(" <").next().unwrap_or(who);
    format!("On {} at {}, {name} wrote:", when.date(), when.time())
}

fn quote_line(line: &str) -> String {
    match line {
        "" => ">".to_owned(),
        quoted if quoted.starts_with('>') => format!(">{quoted}"),
        line => format!("> {line}"),
    }
}

fn paragraphs(text: &str) -> String {
    let paragraph = |text: &str| format!("<p>{}</p>", escape(text).replace('\n', "<br>\n"));
    text.split("\n\n").map(paragraph).collect()
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn address(mailbox: &str) -> &str {
    mailbox.rsplit('<').next().unwrap_or(mailbox).trim_end_matches('>')
}

fn domain_id(mailbox: &str, n: usize) -> String {
    let domain = address(mailbox).rsplit('@').next().unwrap_or("example.org");
    format!("{n}@{domain}")
}

/// FNV-1a: the same on every machine and day.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
