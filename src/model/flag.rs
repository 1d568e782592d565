//! Flags and keywords (RFC 3501 §2.3.2).

use std::{collections::BTreeSet, fmt};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    Seen,
    Answered,
    Flagged,
    Deleted,
    Draft,
    Keyword(Keyword),
}

/// A keyword: an IMAP atom such as `$Forwarded`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Keyword(String);

impl Keyword {
    /// Compared without case: servers and clients disagree on it (RFC 9051 §2.3.2).
    pub fn new(atom: &str) -> Option<Keyword> {
        let atom_char = |b: u8| b.is_ascii_graphic() && !b"(){%*\"\\]".contains(&b);
        (!atom.is_empty() && atom.len() <= 200 && atom.bytes().all(atom_char))
            .then(|| Keyword(atom.to_ascii_lowercase()))
    }

    /// Set on a message that was forwarded (RFC 5788).
    pub fn forwarded() -> Keyword {
        Keyword("$forwarded".into())
    }

    pub fn junk() -> Keyword {
        Keyword("$junk".into())
    }

    pub fn not_junk() -> Keyword {
        Keyword("$notjunk".into())
    }

    /// Set by servers that looked into the structure (Dovecot's attachment detection).
    pub fn has_attachment() -> Keyword {
        Keyword("$hasattachment".into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Flag {
    /// As it stands on the wire, and as its `Display` writes it. `None` for a system flag that is not among these.
    pub fn new(text: &str) -> Option<Flag> {
        let system = [Flag::Seen, Flag::Answered, Flag::Flagged, Flag::Deleted, Flag::Draft];
        let known = system.into_iter().find(|flag| flag.to_string().eq_ignore_ascii_case(text));
        known.or_else(|| Keyword::new(text).map(Flag::Keyword))
    }
}

impl fmt::Display for Flag {
    /// As it stands on the wire.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Flag::Seen => "\\Seen",
            Flag::Answered => "\\Answered",
            Flag::Flagged => "\\Flagged",
            Flag::Deleted => "\\Deleted",
            Flag::Draft => "\\Draft",
            Flag::Keyword(keyword) => keyword.as_str(),
        })
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags(pub BTreeSet<Flag>);

impl Flags {
    pub fn has(&self, flag: &Flag) -> bool {
        self.0.contains(flag)
    }

    pub fn is_seen(&self) -> bool {
        self.has(&Flag::Seen)
    }

    pub fn is_flagged(&self) -> bool {
        self.has(&Flag::Flagged)
    }

    pub fn is_answered(&self) -> bool {
        self.has(&Flag::Answered)
    }

    pub fn is_draft(&self) -> bool {
        self.has(&Flag::Draft)
    }

    pub fn is_forwarded(&self) -> bool {
        self.has(&Flag::Keyword(Keyword::forwarded()))
    }
}

impl FromIterator<Flag> for Flags {
    fn from_iter<I: IntoIterator<Item = Flag>>(flags: I) -> Flags {
        Flags(flags.into_iter().collect())
    }
}

/// One change to the flags of some messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlagChange {
    Add(Flag),
    Remove(Flag),
}

impl FlagChange {
    /// What takes this change back, where it did change something.
    pub fn inverse(&self) -> FlagChange {
        match self {
            FlagChange::Add(flag) => FlagChange::Remove(flag.clone()),
            FlagChange::Remove(flag) => FlagChange::Add(flag.clone()),
        }
    }
}
