//! Mail too big to store: each aims at one cliff of a parser, a sanitiser or a page. Ids and sizes are those of the
//! hostile corpus's manifest (`tests/fixtures/hostile`); the letters `x…` are ours.

/// One of them. Its text part, where it has one, begins with [`MARKER`].
pub struct Bomb {
    pub id: &'static str,
    /// In a few words: what it is made of.
    pub about: &'static str,
    write: fn(&mut Bytes),
}

/// Stands in the readable text of nearly every bomb.
pub const MARKER: &str = "VISIBLE-GEN";

type Bytes = Vec<u8>;

/// Every bomb, those first that aim at what parses.
pub const BOMBS: &[Bomb] = &[
    bomb("h247", "multipart nested 10 000 deep", |out| nested_multipart(out, 10_000)),
    bomb("h248", "message/rfc822 nested 50 000 deep", |out| nested_messages(out, 50_000)),
    bomb("h249", "1 000 000 empty parts", |out| flat_parts(out, 1_000_000)),
    bomb("h250", "30 000 nested ul and li", |out| html(out, "<ul><li>", 30_000)),
    bomb("h251", "100 000 nested div", |out| html(out, "<div>", 100_000)),
    bomb("h252", "one element with 100 000 attributes", |out| attributes(out, 100_000)),
    bomb("h253", "400 000 ambiguous entities", |out| html(out, "&notit;", 400_000)),
    bomb("h254", "50 MB of flat HTML", |out| html(out, "<p>hello world, this is text</p>\r\n", 1_600_000)),
    bomb("h255", "50 MB of quoted lines", |out| {
        text(out, "> > hello www.example.org a@b.example\r\n", 1_300_000);
    }),
    bomb("h256", "one line of 20 MB", |out| text(out, "A", 20_000_000)),
    bomb("h257", "100 000 headers", |out| {
        plain(out, &"X-Flood: aaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(100_000));
    }),
    bomb("h258", "200 000 recipients", |out| {
        plain(out, &list("Cc: ", ",\r\n ", 200_000, |n| format!("\"n{n}\" <u{n}@x.example>")));
    }),
    bomb("h259", "100 000 References", |out| {
        plain(out, &list("References: ", "\r\n ", 100_000, |n| format!("<r{n}@x.example>")));
    }),
    bomb("h260", "50 000 RFC 2231 continuations", |out| {
        let name = |n| if n == 0 { " name*0*=utf-8''a".to_owned() } else { format!(" name*{n}=a") };
        mixed(out, &list("Content-Type: application/octet-stream;\r\n", ";\r\n", 50_000, name), b"x");
    }),
    bomb("h261", "a zip of 16 MB that unpacks to 2.5 GB", |out| {
        mixed(
            out,
            "Content-Type: application/zip\r\nContent-Disposition: attachment; filename=z.zip\r\n",
            &zip(),
        );
    }),
    bomb("h262", "message/rfc822 in base64, 40 times", |out| {
        let mut inner = b"Content-Type: text/plain\r\n\r\ncore\r\n".to_vec();
        while inner.len() < 20_000_000 {
            let outer = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n";
            inner = [&outer[..], &base64(&inner)].concat();
        }
        mixed_raw(out, &inner);
    }),
    bomb("h263", "an attachment of 200 MB", |out| {
        let line = base64(&(0..57).collect::<Vec<u8>>());
        let head = "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=big.bin\r\n\
                    Content-Transfer-Encoding: base64\r\n\r\n";
        mixed_raw(out, &[head.as_bytes(), &line.repeat(200 * 18_397)].concat());
    }),
    bomb("h264", "100 000 data: images", |out| {
        let gif = "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='>";
        html(out, gif, 100_000);
    }),
    bomb("x01", "100 000 parts", |out| flat_parts(out, 100_000)),
    bomb("x02", "a header line of 1 MB", |out| plain(out, &format!("X-Long: {}\r\n", "a".repeat(1_000_000)))),
    bomb("x03", "a subject of 1 MB in encoded words", |out| {
        plain(out, &list("Subject: ", "\r\n ", 70_000, |_| "=?utf-8?q?a=C3=A4?=".to_owned()));
    }),
    bomb("x04", "300 000 unclosed b, each after a block", |out| html(out, "<b><p>", 300_000)),
    bomb("x05", "200 000 misnested formats", |out| html(out, "<b><i></b>x</i>", 200_000)),
    bomb("x06", "tables in tables 50 000 deep", |out| html(out, "<table><tr><td>", 50_000)),
    bomb("x07", "a style sheet of 20 000 long selectors", |out| {
        let rule = format!("{}{{color:red}}\r\n", "div ".repeat(60));
        html(out, &format!("<style>{}</style>", rule.repeat(20_000)), 1);
    }),
    bomb("x08", "brackets 500 000 deep in a style", |out| {
        html(out, &format!("<p style=\"width:{}\">", "calc(".repeat(500_000)), 1);
    }),
    bomb("x09", "text that quotes 100 000 deep", |out| text(out, &">".repeat(100_000), 20)),
    bomb("x10", "1 000 000 things that may be links", |out| text(out, "http://a.b/ www.@.@", 100_000)),
    bomb("x11", "100 000 From addresses", |out| {
        plain(out, &list("Sender: ", ",\r\n ", 100_000, |n| format!("a{n}: b@c.example;")));
    }),
    bomb("x12", "comments 100 000 deep in an address", |out| {
        plain(out, &format!("Reply-To: {}a@b.example\r\n", "(".repeat(100_000)));
    }),
];

impl Bomb {
    /// RFC 5322, with CRLF line ends.
    pub fn eml(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let id = self.id;
        let subject = if id == "x03" { String::new() } else { format!("Subject: {id} {}\r\n", self.about) };
        let head = format!(
            "Date: Mon, 02 Feb 2026 10:00:00 +0000\r\nFrom: Mallory {id} <mallory@evil.test>\r\n\
             To: corpus@example.org\r\n{subject}Message-ID: <{id}@corpus.example>\r\nMIME-Version: 1.0\r\n"
        );
        out.extend_from_slice(head.as_bytes());
        (self.write)(&mut out);
        out
    }
}

const fn bomb(id: &'static str, about: &'static str, write: fn(&mut Bytes)) -> Bomb {
    Bomb { id, about, write }
}

/// A plain letter with these header lines.
fn plain(out: &mut Bytes, headers: &str) {
    add(out, &format!("{headers}Content-Type: text/plain; charset=utf-8\r\n\r\n{MARKER}\r\n"));
}

fn text(out: &mut Bytes, unit: &str, n: usize) {
    plain(out, "");
    add(out, &unit.repeat(n));
    add(out, "\r\n");
}

/// In lines of about 900 bytes.
fn html(out: &mut Bytes, unit: &str, n: usize) {
    add(out, "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n");
    add(out, &format!("<p>{MARKER}</p>\r\n"));
    let per_line = (900 / unit.len().max(1)).max(1);
    for _ in 0..n / per_line {
        add(out, &unit.repeat(per_line));
        add(out, "\r\n");
    }
    add(out, &unit.repeat(n % per_line));
    add(out, "x\r\n");
}

fn attributes(out: &mut Bytes, n: usize) {
    html(out, "", 0);
    add(out, "<p");
    for i in 0..n {
        add(out, &format!(" a{i}=1{}", if i % 80 == 79 { "\r\n" } else { "" }));
    }
    add(out, ">x</p>\r\n");
}

fn nested_multipart(out: &mut Bytes, depth: usize) {
    for i in 0..depth {
        add(out, &format!("Content-Type: multipart/mixed; boundary=\"x{i}\"\r\n\r\n--x{i}\r\n"));
    }
    add(out, &format!("Content-Type: text/plain\r\n\r\n{MARKER}\r\n"));
    for i in (0..depth).rev() {
        add(out, &format!("--x{i}--\r\n"));
    }
}

fn nested_messages(out: &mut Bytes, depth: usize) {
    let deep = "Content-Type: message/rfc822\r\n\r\n".repeat(depth);
    mixed_raw(out, format!("{deep}Content-Type: text/plain\r\n\r\ndeep").as_bytes());
}

fn flat_parts(out: &mut Bytes, n: usize) {
    mixed_raw(out, "\r\nx\r\n--b\r\n".repeat(n).as_bytes());
}

/// A text, and a part with these header lines, encoded.
fn mixed(out: &mut Bytes, headers: &str, content: &[u8]) {
    let headers = format!("{}\r\nContent-Transfer-Encoding: base64\r\n\r\n", headers.trim_end());
    mixed_raw(out, &[headers.as_bytes(), &base64(content)].concat());
}

/// A text, and a part as it is.
fn mixed_raw(out: &mut Bytes, part: &[u8]) {
    add(out, "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    add(out, &format!("--b\r\nContent-Type: text/plain\r\n\r\n{MARKER}\r\n--b\r\n"));
    out.extend_from_slice(part);
    add(out, "\r\n--b--\r\n");
}

fn list(head: &str, between: &str, n: usize, item: impl Fn(usize) -> String) -> String {
    let items: Vec<_> = (0..n).map(item).collect();
    format!("{head}{}\r\n", items.join(between))
}

fn add(out: &mut Bytes, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

fn base64(bytes: &[u8]) -> Bytes {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::with_capacity(bytes.len() / 57 * 78 + 78);
    for line in bytes.chunks(57) {
        for chunk in line.chunks(3) {
            let bits = chunk.iter().fold(0u32, |n, &b| n << 8 | u32::from(b)) << (8 * (3 - chunk.len()));
            for i in 0..4 {
                let sextet = (bits >> (18 - 6 * i)) & 63;
                out.push(if i <= chunk.len() { ALPHABET[sextet as usize] } else { b'=' });
            }
        }
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// One member of zeros: DEFLATE's fixed codes (RFC 1951 §3.2.6), a zero and then copies of it, 258 bytes for 13 bits.
fn zip() -> Bytes {
    const COPIES: u32 = 8 * 1_230_000;
    // Lowest bit first: last block, fixed codes, the literal 0 (00110000), and copies of length 258, distance 1.
    let mut bits = Bits { out: Vec::new(), held: 0, n: 0 };
    bits.add(0b011, 3);
    bits.add(0b0000_1100, 8);
    for _ in 0..COPIES {
        bits.add(0b1010_0011, 8);
        bits.add(0, 5);
    }
    bits.add(0, 7);
    bits.add(0, 7);
    let data = bits.out;
    let size = 1 + COPIES * 258;
    let name = b"zeros.bin";
    let sizes = [(data.len() as u32).to_le_bytes(), size.to_le_bytes()].concat();
    let lengths = [name.len() as u8, 0, 0, 0];
    let local =
        [&b"PK\x03\x04\x14\0\0\0\x08\0\0\0\x21\x5a\0\0\0\0"[..], &sizes, &lengths, &name[..]].concat();
    let central =
        [&b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\x21\x5a\0\0\0\0"[..], &sizes, &lengths, &[0; 14], &name[..]]
            .concat();
    let end = [
        &b"PK\x05\x06\0\0\0\0\x01\0\x01\0"[..],
        &(central.len() as u32).to_le_bytes(),
        &((local.len() + data.len()) as u32).to_le_bytes(),
        &[0, 0],
    ]
    .concat();
    [local, data, central, end].concat()
}

struct Bits {
    out: Bytes,
    held: u64,
    n: u32,
}

impl Bits {
    fn add(&mut self, bits: u64, n: u32) {
        self.held |= bits << self.n;
        self.n += n;
        while self.n >= 8 {
            self.out.push(self.held as u8);
            self.held >>= 8;
            self.n -= 8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_the_manifest_is_covered() {
        let mut ids: Vec<_> = BOMBS.iter().map(|bomb| bomb.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), BOMBS.len());
        let manifest = include_str!("../../fixtures/hostile/manifest.json");
        for number in 247..=264 {
            assert!(manifest.contains(&format!("\"h{number}\"")) && ids.contains(&&*format!("h{number}")));
        }
    }

    #[test]
    fn a_bomb_is_a_letter() {
        let eml = BOMBS.iter().find(|bomb| bomb.id == "x01").unwrap().eml();
        assert!(eml.starts_with(b"Date: ") && eml.ends_with(b"\r\n--b--\r\n"));
        assert_eq!(eml.windows(7).filter(|line| line == b"\r\n--b\r\n").count(), 100_002);
    }
}
