//! A letter as a value: `letter().from("Bob <bob@example.org>").html("…").attach(file).bytes()`.

use super::{
    encoding::{base64_lines, header_text, mailbox, parameter, quoted_printable},
    files::File,
    moment::Moment,
};

/// A message in the making. Only what was said is in it: no `To` unless [`Letter::to`] was called.
#[derive(Debug, Clone, Default)]
pub struct Letter {
    headers: Vec<(String, String)>,
    text: Option<String>,
    html: Option<String>,
    /// Shown by the HTML, by `cid:` and the name.
    inline: Vec<File>,
    calendar: Option<String>,
    attached: Vec<File>,
    /// Messages attached whole.
    forwarded: Vec<Vec<u8>>,
}

/// An empty one.
pub fn letter() -> Letter {
    Letter::default()
}

impl Letter {
    /// Any header, as it is.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Letter {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// `Name <address>`, the name in any script.
    #[must_use]
    pub fn from(self, from: &str) -> Letter {
        self.header("From", &mailbox(from))
    }

    /// Several are written one after another with `, `.
    #[must_use]
    pub fn to(self, to: &str) -> Letter {
        self.header("To", &mailboxes(to))
    }

    #[must_use]
    pub fn cc(self, cc: &str) -> Letter {
        self.header("Cc", &mailboxes(cc))
    }

    #[must_use]
    pub fn subject(self, subject: &str) -> Letter {
        self.header("Subject", &header_text(subject))
    }

    #[must_use]
    pub fn date(self, date: Moment) -> Letter {
        self.header("Date", &date.for_header())
    }

    /// The `Message-ID` without its brackets.
    #[must_use]
    pub fn id(self, id: &str) -> Letter {
        self.header("Message-ID", &format!("<{id}>"))
    }

    /// The ids of the thread so far; the last one is answered. Nothing for the first of a thread.
    #[must_use]
    pub fn answers(self, thread: &[String]) -> Letter {
        let Some(last) = thread.last() else { return self };
        let references: Vec<String> = thread.iter().map(|id| format!("<{id}>")).collect();
        self.header("In-Reply-To", &format!("<{last}>")).header("References", &references.join("\r\n "))
    }

    #[must_use]
    pub fn text(mut self, text: &str) -> Letter {
        self.text = Some(text.to_owned());
        self
    }

    /// With [`Letter::text`], the two are alternatives.
    #[must_use]
    pub fn html(mut self, html: &str) -> Letter {
        self.html = Some(html.to_owned());
        self
    }

    /// A picture the HTML shows as `cid:` and its name.
    #[must_use]
    pub fn inline(mut self, file: File) -> Letter {
        self.inline.push(file);
        self
    }

    /// An iMIP invitation, an alternative to the text.
    #[must_use]
    pub fn calendar(mut self, calendar: &str) -> Letter {
        self.calendar = Some(calendar.to_owned());
        self
    }

    #[must_use]
    pub fn attach(mut self, file: File) -> Letter {
        self.attached.push(file);
        self
    }

    /// A whole message as `message/rfc822`.
    #[must_use]
    pub fn attach_message(mut self, eml: Vec<u8>) -> Letter {
        self.forwarded.push(eml);
        self
    }

    /// The message as it goes over the wire: CRLF, ASCII but for 8bit-free parts.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = String::new();
        for (name, value) in &self.headers {
            out.push_str(&format!("{name}: {value}\r\n"));
        }
        out.push_str("MIME-Version: 1.0\r\n");
        let mut bytes = out.into_bytes();
        bytes.extend(self.mixed());
        bytes
    }

    /// Each of these is an entity: its headers, an empty line, its body.
    fn mixed(&self) -> Vec<u8> {
        let mut parts = vec![self.alternative()];
        parts.extend(self.attached.iter().map(|file| file_part(file, "attachment")));
        for eml in &self.forwarded {
            let head = b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n";
            parts.push([head.as_slice(), eml].concat());
        }
        multipart("mixed", parts)
    }

    fn alternative(&self) -> Vec<u8> {
        let mut parts = Vec::new();
        if let Some(text) = &self.text {
            parts.push(text_part("text/plain; charset=utf-8", text));
        }
        if let Some(html) = &self.html {
            let mut related = vec![text_part("text/html; charset=utf-8", html)];
            related.extend(self.inline.iter().map(|file| file_part(file, "inline")));
            parts.push(multipart("related", related));
        }
        if let Some(calendar) = &self.calendar {
            parts.push(text_part("text/calendar; charset=utf-8; method=REQUEST", calendar));
        }
        if parts.is_empty() {
            parts.push(text_part("text/plain; charset=us-ascii", ""));
        }
        multipart("alternative", parts)
    }
}

fn mailboxes(list: &str) -> String {
    list.split(", ").map(mailbox).collect::<Vec<_>>().join(",\r\n ")
}

/// One part stands for itself.
fn multipart(subtype: &str, mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    if parts.len() == 1 {
        return parts.remove(0);
    }
    let boundary = format!("=_{subtype}_{}", parts.iter().map(Vec::len).sum::<usize>());
    let mut out = format!("Content-Type: multipart/{subtype}; boundary=\"{boundary}\"\r\n\r\n").into_bytes();
    for part in parts {
        out.extend(format!("--{boundary}\r\n").into_bytes());
        out.extend(part);
        out.extend(b"\r\n");
    }
    out.extend(format!("--{boundary}--\r\n").into_bytes());
    out
}

/// Encoded as mail programs do it: not at all, quoted-printable, or base64 where most of it is not ASCII.
fn text_part(content_type: &str, text: &str) -> Vec<u8> {
    let n_other = text.bytes().filter(|byte| !byte.is_ascii()).count();
    let is_long = text.lines().any(|line| line.len() > 900);
    let (encoding, body) = if n_other == 0 && !is_long {
        ("7bit", text.lines().map(|line| format!("{line}\r\n")).collect())
    } else if n_other * 3 < text.len() {
        ("quoted-printable", quoted_printable(text))
    } else {
        ("base64", base64_lines(text.as_bytes()))
    };
    format!("Content-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}")
        .into_bytes()
}

fn file_part(file: &File, disposition: &str) -> Vec<u8> {
    let File { name, media_type, bytes } = file;
    let id = if disposition == "inline" { format!("Content-ID: <{name}>\r\n") } else { String::new() };
    let (type_name, file_name) = (parameter("name", name), parameter("filename", name));
    format!(
        "Content-Type: {media_type};\r\n {type_name}\r\nContent-Disposition: {disposition};\r\n {file_name}\r\n{id}\
         Content-Transfer-Encoding: base64\r\n\r\n{}",
        base64_lines(bytes)
    )
    .into_bytes()
}
