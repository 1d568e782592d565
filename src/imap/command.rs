//! Commands, built piece by piece so that no text of a person or a message can become syntax.
//!
//! Only `&'static str` words, numbers and checked types go in as they are. Every other string is
//! quoted, or sent as a literal, whose length is counted in bytes.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use jiff::{Timestamp, civil::Date};

use crate::model::{Flag, Section, Uid};

use super::{uid_set::UidRange, upload::Upload};

/// Longer strings go as literals: servers bound the length of a line (RFC 7162 §4 names 8192 bytes).
const MAX_QUOTED: usize = 1000;
/// Without waiting only this much is sent: a refusal of a large message should come before it.
const MAX_UNASKED: usize = 64 << 10;
/// RFC 7888 §5, LITERAL-.
const MAX_UNASKED_MINUS: usize = 4096;

/// Which literals may be sent without waiting for the server's consent (RFC 7888).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Literals {
    #[default]
    Synchronizing,
    /// LITERAL-
    Minus,
    /// LITERAL+
    Plus,
}

/// A piece of an encoded command, and what has to happen before the next is sent.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) load: Load,
    pub(super) then: Then,
}

#[derive(Debug)]
pub(super) enum Load {
    Bytes(Bytes),
    Upload(Upload),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// The next piece follows at once.
    Continue,
    /// The server answers first: with a continuation, or after the last piece with everything.
    Await,
}

#[derive(Debug)]
enum Piece {
    Text(BytesMut),
    Literal(Bytes),
    Upload(Upload),
}

/// How long a command may take, as a multiple of [`super::Server::patience`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cost {
    /// Most commands.
    Flat,
    /// Grows with the mailbox.
    Grows,
    /// So many bytes are sent with it.
    Carries(u64),
}

/// The slowest line that a message is sent over, bytes a second.
const SLOWEST: u64 = 8 << 10;

impl Cost {
    /// From the first byte sent to the last byte of the answer.
    pub(super) fn patience(self, patience: Duration) -> Duration {
        match self {
            Cost::Flat => patience,
            Cost::Grows => patience * 5,
            Cost::Carries(n_bytes) => patience * 5 + Duration::from_secs(n_bytes / SLOWEST),
        }
    }
}

/// One command without its tag. Arguments are separated by blanks of themselves.
#[derive(Debug)]
pub(super) struct Command {
    name: &'static str,
    pieces: Vec<Piece>,
    pub(super) cost: Cost,
}

impl Command {
    pub(super) fn new(name: &'static str) -> Command {
        Command { name, pieces: vec![Piece::Text(BytesMut::from(name))], cost: Cost::Flat }
    }

    /// What may be logged of a command.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// The server may take minutes.
    pub(super) fn slow(mut self) -> Command {
        self.cost = Cost::Grows;
        self
    }

    /// Protocol words of our own, parentheses included.
    pub(super) fn word(mut self, word: &'static str) -> Command {
        self.blank();
        self.text(word.as_bytes());
        self
    }

    /// Follows what stands before without a blank: a closing parenthesis.
    pub(super) fn close(mut self, text: &'static str) -> Command {
        self.text(text.as_bytes());
        self
    }

    pub(super) fn number(mut self, n: u64) -> Command {
        self.blank();
        self.text(n.to_string().as_bytes());
        self
    }

    /// `first:last`, sequence numbers or rows of a result.
    pub(super) fn range(mut self, first: u32, last: u32) -> Command {
        self.blank();
        self.text(format!("{first}:{last}").as_bytes());
        self
    }

    pub(super) fn uids(mut self, ranges: &[UidRange]) -> Command {
        self.blank();
        for (i, range) in ranges.iter().enumerate() {
            if i > 0 {
                self.text(b",");
            }
            self.text(range.to_string().as_bytes());
        }
        self
    }

    /// `first:*`. Names the last message too, where its UID is smaller (RFC 3501 §6.4.8).
    pub(super) fn uids_from(mut self, first: Uid) -> Command {
        self.blank();
        self.text(format!("{first}:*").as_bytes());
        self
    }

    pub(super) fn flag(mut self, flag: &Flag) -> Command {
        self.blank();
        self.text(canonical(flag).as_bytes());
        self
    }

    /// `date` of RFC 3501 §9: `1-Feb-2026`.
    pub(super) fn date(mut self, date: Date) -> Command {
        self.blank();
        self.text(date.strftime("%-d-%b-%Y").to_string().as_bytes());
        self
    }

    /// `date-time` of RFC 3501 §9, which has four digits for the year: `" 1-Feb-2026 08:15:00 +0000"`.
    pub(super) fn date_time(mut self, at: Timestamp) -> Command {
        self.blank();
        self.text(at.strftime("\"%e-%b-%Y %H:%M:%S +0000\"").to_string().as_bytes());
        self
    }

    /// `BODY.PEEK[section.suffix]<offset.length>`; the suffix is `HEADER` or nothing.
    pub(super) fn body(
        mut self,
        section: &Section,
        suffix: &'static str,
        range: Option<(u64, u32)>,
    ) -> Command {
        let dot = if section.is_root() || suffix.is_empty() { "" } else { "." };
        self.blank();
        self.text(format!("BODY.PEEK[{section}{dot}{suffix}]").as_bytes());
        if let Some((offset, length)) = range {
            self.text(format!("<{offset}.{length}>").as_bytes());
        }
        self
    }

    /// Any string. NUL is left out: no IMAP string can hold one (RFC 3501 §9, `CHAR8`).
    pub(super) fn string(mut self, string: impl AsRef<[u8]>) -> Command {
        let string = string.as_ref();
        let quotable = |byte: &u8| matches!(byte, b' '..=b'~') && !b"\"\\".contains(byte);
        if string.len() > MAX_QUOTED || !string.iter().all(quotable) {
            return self.literal(string.iter().copied().filter(|byte| *byte != 0).collect::<Bytes>());
        }
        self.blank();
        self.text(b"\"");
        self.text(string);
        self.text(b"\"");
        self
    }

    /// Bytes as they are, not copied.
    pub(super) fn literal(mut self, bytes: Bytes) -> Command {
        self.blank();
        self.pieces.push(Piece::Literal(bytes));
        self
    }

    /// A literal that is read while it is sent. The server is asked first, and the command may take longer.
    pub(super) fn upload(mut self, upload: Upload) -> Command {
        self.blank();
        self.cost = Cost::Carries(upload.size);
        self.pieces.push(Piece::Upload(upload));
        self
    }

    fn blank(&mut self) {
        match self.pieces.last() {
            Some(Piece::Text(text)) if text.ends_with(b"(") => {}
            _ => self.text(b" "),
        }
    }

    fn text(&mut self, bytes: &[u8]) {
        match self.pieces.last_mut() {
            Some(Piece::Text(text)) => text.extend_from_slice(bytes),
            _ => self.pieces.push(Piece::Text(BytesMut::from(bytes))),
        }
    }

    /// The bytes to send, cut where the server has to be waited for.
    pub(super) fn encode(self, tag: &str, literals: Literals) -> Vec<Leg> {
        let mut legs = vec![];
        let mut text = BytesMut::from(format!("{tag} ").as_bytes());
        for piece in self.pieces {
            match piece {
                Piece::Text(piece) => text.extend_from_slice(&piece),
                Piece::Literal(bytes) => {
                    let unasked = match literals {
                        Literals::Synchronizing => false,
                        Literals::Minus => bytes.len() <= MAX_UNASKED_MINUS,
                        Literals::Plus => bytes.len() <= MAX_UNASKED,
                    };
                    let (plus, then) = if unasked { ("+", Then::Continue) } else { ("", Then::Await) };
                    text.extend_from_slice(format!("{{{}{plus}}}\r\n", bytes.len()).as_bytes());
                    legs.push(Leg { load: Load::Bytes(text.split().freeze()), then });
                    legs.push(Leg { load: Load::Bytes(bytes), then: Then::Continue });
                }
                Piece::Upload(upload) => {
                    text.extend_from_slice(format!("{{{}}}\r\n", upload.size).as_bytes());
                    legs.push(Leg { load: Load::Bytes(text.split().freeze()), then: Then::Await });
                    legs.push(Leg { load: Load::Upload(upload), then: Then::Continue });
                }
            }
        }
        text.extend_from_slice(b"\r\n");
        legs.push(Leg { load: Load::Bytes(text.freeze()), then: Then::Await });
        legs
    }
}

/// Keywords have no case, but some clients compare them as RFC 5788 writes them.
fn canonical(flag: &Flag) -> String {
    let flag = flag.to_string();
    let known = ["$Forwarded", "$Junk", "$NotJunk", "$HasAttachment", "$MDNSent"];
    known.iter().find(|known| known.eq_ignore_ascii_case(&flag)).map_or(flag, ToString::to_string)
}

#[cfg(test)]
mod tests;
