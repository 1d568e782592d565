//! Letters as values.

use std::fmt::Write;

/// A letter that a test sends. Its parts are put together as simply as can be.
#[derive(Debug, Clone, Default)]
pub struct Letter {
    headers: Vec<(String, String)>,
    text: String,
    html: Option<String>,
    attachments: Vec<(String, String, Vec<u8>)>,
}

/// From Bob to Ann, about nothing.
pub fn letter(subject: &str) -> Letter {
    Letter::default()
        .header("From", "Bob Baker <bob@example.org>")
        .header("To", "Ann <ann@example.org>")
        .header("Date", "Tue, 24 Nov 2026 10:00:00 +0100")
        .header(
            "Message-ID",
            &format!("<{}@letters.example.org>", subject.replace(|c: char| !c.is_ascii_alphanumeric(), "-")),
        )
        .header("Subject", subject)
        .text("Hello Ann,\nthis is the letter.\n")
}

impl Letter {
    /// Adds a header, or replaces the one of that name.
    pub fn header(mut self, name: &str, value: &str) -> Letter {
        self.headers.retain(|(n, _)| n != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn text(mut self, text: &str) -> Letter {
        self.text = text.to_owned();
        self
    }

    pub fn html(mut self, html: &str) -> Letter {
        self.html = Some(html.to_owned());
        self
    }

    pub fn attach(mut self, name: &str, media_type: &str, bytes: impl Into<Vec<u8>>) -> Letter {
        self.attachments.push((name.to_owned(), media_type.to_owned(), bytes.into()));
        self
    }

    /// RFC 5322, with LF line ends.
    pub fn eml(&self) -> String {
        let mut eml = String::new();
        for (name, value) in &self.headers {
            writeln!(eml, "{name}: {value}").unwrap();
        }
        writeln!(eml, "MIME-Version: 1.0").unwrap();
        if self.attachments.is_empty() {
            return eml + &self.body();
        }
        writeln!(eml, "Content-Type: multipart/mixed; boundary=\"mixed\"\n\n--mixed").unwrap();
        eml += &self.body();
        for (name, media_type, bytes) in &self.attachments {
            write!(
                eml,
                "\n--mixed\nContent-Type: {media_type}\nContent-Transfer-Encoding: base64\n\
                 Content-Disposition: attachment; filename=\"{name}\"\n\n"
            )
            .unwrap();
            for line in base64(bytes).as_bytes().chunks(76) {
                writeln!(eml, "{}", std::str::from_utf8(line).unwrap()).unwrap();
            }
        }
        eml + "\n--mixed--\n"
    }

    fn body(&self) -> String {
        let plain = format!("Content-Type: text/plain; charset=utf-8\n\n{}", self.text);
        let Some(html) = &self.html else { return plain };
        format!(
            "Content-Type: multipart/alternative; boundary=\"alt\"\n\n--alt\n{plain}\n--alt\n\
             Content-Type: text/html; charset=utf-8\n\n{html}\n--alt--\n"
        )
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let n = chunk.iter().fold(0u32, |n, &b| n << 8 | u32::from(b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let sextet = (n >> (18 - 6 * i)) & 63;
            out.push(if i <= chunk.len() { ALPHABET[sextet as usize] as char } else { '=' });
        }
    }
    out
}
