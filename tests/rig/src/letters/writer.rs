//! The people of the demo, and how their programs write: plain text, or text and HTML, with what is answered below.

use std::collections::BTreeMap;

use super::{letter::Letter, moment::Moment};

/// How somebody's program writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    Plain,
    /// Text and HTML; the quote can be folded by its class.
    Alternative,
    /// Text and HTML; a block of headers stands above the quote.
    Outlook,
}

#[derive(Debug, Clone)]
pub(super) struct Writer {
    /// `Name <address>`.
    pub(super) mailbox: String,
    program: Program,
    signature: String,
}

/// The letter that is answered.
#[derive(Debug)]
pub(super) struct Quoted {
    pub(super) text: String,
    /// `Name <address>`.
    pub(super) by: String,
    pub(super) on: Moment,
}

/// Everybody in `people.txt`, by key. `owner` is the address that stands for `ada`.
pub(super) fn everybody(owner: &str) -> BTreeMap<String, Writer> {
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

impl Writer {
    /// Somebody who is not in `people.txt`.
    pub(super) fn stranger(mailbox: &str) -> Writer {
        Writer { mailbox: mailbox.to_owned(), program: Program::Plain, signature: String::new() }
    }

    pub(super) fn address(&self) -> &str {
        self.mailbox.rsplit('<').next().unwrap_or_default().trim_end_matches('>')
    }

    /// The plain text: what is said, signed, and what it answers.
    pub(super) fn text(&self, said: &str, quoted: Option<&Quoted>) -> String {
        let signature = match (&self.signature, self.program) {
            (none, _) if none.is_empty() => String::new(),
            (signature, Program::Plain) => format!("\n\n-- \n{signature}"),
            (signature, _) => format!("\n\n{signature}"),
        };
        let quote = quoted.map_or_else(String::new, |quoted| {
            let lines: Vec<String> = quoted.text.lines().map(quote_line).collect();
            format!("\n\n{}\n{}", attribution(quoted), lines.join("\n"))
        });
        match self.program {
            Program::Plain => format!("{said}{quote}{signature}"),
            _ => format!("{said}{signature}{quote}"),
        }
    }

    /// Puts text, and HTML where the program writes it, into a letter.
    pub(super) fn write(&self, letter: Letter, said: &str, quoted: Option<&Quoted>) -> Letter {
        let letter = letter.text(&self.text(said, quoted));
        let signature = escape(&self.signature).replace('\n', "<br>");
        match self.program {
            Program::Plain => letter,
            Program::Alternative => letter.html(&format!(
                "<div dir=\"auto\">{}</div><div class=\"gmail_signature\">{signature}</div><br>{}",
                paragraphs(said),
                quoted.map(quoted_with_class).unwrap_or_default()
            )),
            Program::Outlook => letter.html(&format!(
                "<html><head><style>p.MsoNormal {{ margin: 0 0 8pt; font: 11pt Calibri, sans-serif; }}</style></head>\
                 <body lang=\"EN-GB\"><div style=\"font-family:Calibri,sans-serif;font-size:11pt\">{}\
                 <p class=\"MsoNormal\" style=\"color:#5a6472\">{signature}</p>{}</div></body></html>",
                paragraphs(said),
                quoted.map(quoted_with_headers).unwrap_or_default()
            )),
        }
    }
}

fn quoted_with_class(quoted: &Quoted) -> String {
    format!(
        "<div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">{}<br></div><blockquote class=\"gmail_quote\" \
         style=\"margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex\">{}</blockquote></div>",
        escape(&attribution(quoted)),
        paragraphs(&quoted.text)
    )
}

fn quoted_with_headers(quoted: &Quoted) -> String {
    format!(
        "<div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm\"><p class=\"MsoNormal\">\
         <b>From:</b> {}<br><b>Sent:</b> {}</p></div>{}",
        escape(&quoted.by),
        quoted.on.for_header(),
        paragraphs(&quoted.text)
    )
}

fn attribution(quoted: &Quoted) -> String {
    let name = quoted.by.split(" <").next().unwrap_or_default();
    format!("On {} at {}, {name} wrote:", quoted.on.date(), quoted.on.time())
}

fn quote_line(line: &str) -> String {
    match line {
        "" => ">".to_owned(),
        quoted if quoted.starts_with('>') => format!(">{quoted}"),
        line => format!("> {line}"),
    }
}

/// Text as programs write it in HTML: paragraphs, and what is quoted in what is quoted.
fn paragraphs(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::new();
    for block in lines.chunk_by(|one, next| one.starts_with('>') == next.starts_with('>')) {
        if block.iter().all(|line| line.starts_with('>')) {
            let inner: Vec<&str> = block.iter().map(|line| unquoted(line)).collect();
            out.push_str(&format!(
                "<blockquote type=\"cite\">{}</blockquote>",
                paragraphs(&inner.join("\n"))
            ));
            continue;
        }
        for paragraph in block.join("\n").split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
            out.push_str(&format!("<p>{}</p>\n", escape(paragraph.trim()).replace('\n', "<br>\n")));
        }
    }
    out
}

/// One level less.
fn unquoted(line: &str) -> &str {
    let rest = line.strip_prefix('>').unwrap_or(line);
    rest.strip_prefix(' ').unwrap_or(rest)
}

/// Text as HTML.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
