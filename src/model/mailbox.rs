//! Mailboxes: names, roles, counts, quota.

use std::fmt;

/// A mailbox's name as people read it: UTF-8, hierarchy separators included, never modified UTF-7.
/// Holds nothing that could break out of a line: no CR, LF, NUL or other control character.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailboxName(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a folder name")]
pub struct BadMailboxName;

impl MailboxName {
    /// Bytes; longer names are refused.
    pub const MAX_LEN: usize = 1000;

    /// `INBOX` is case-insensitive (RFC 3501 §5.1) and is kept in upper case.
    pub fn new(name: impl Into<String>) -> Result<MailboxName, BadMailboxName> {
        let name = name.into();
        if name.is_empty() || name.len() > Self::MAX_LEN || name.chars().any(char::is_control) {
            return Err(BadMailboxName);
        }
        Ok(if name.eq_ignore_ascii_case("INBOX") { Self::inbox() } else { MailboxName(name) })
    }

    pub fn inbox() -> MailboxName {
        MailboxName("INBOX".to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_inbox(&self) -> bool {
        self.0 == "INBOX"
    }

    /// The last piece of the name.
    pub fn leaf(&self, delimiter: Option<char>) -> &str {
        delimiter.and_then(|d| self.0.rsplit_once(d)).map_or(&self.0, |(_, leaf)| leaf)
    }

    /// The name above this one in the hierarchy.
    pub fn parent(&self, delimiter: Option<char>) -> Option<MailboxName> {
        let (parent, _) = self.0.rsplit_once(delimiter?)?;
        MailboxName::new(parent).ok()
    }

    /// How many separators stand in the name: 0 at the top.
    pub fn depth(&self, delimiter: Option<char>) -> usize {
        delimiter.map_or(0, |d| self.0.matches(d).count())
    }
}

impl fmt::Debug for MailboxName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a mailbox is for (RFC 6154), decided once, in `imap/list.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MailboxRole {
    Inbox,
    Drafts,
    Sent,
    Archive,
    Junk,
    Trash,
}

/// Whether a mailbox can be opened, or only has others below it (`\Noselect`, RFC 3501 §7.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    Messages,
    OnlyMailboxes,
}

/// Numbers of messages in a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub messages: u32,
    pub unseen: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    pub name: MailboxName,
    /// The server's hierarchy separator; `None` in a flat namespace.
    pub delimiter: Option<char>,
    pub role: Option<MailboxRole>,
    pub holds: Holds,
    pub subscribed: bool,
    /// `None` when the server did not tell.
    pub counts: Option<Counts>,
}

/// Storage of the account (RFC 9208), in KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    pub used_kib: u64,
    pub limit_kib: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_name_cannot_break_a_command() {
        for bad in ["", "a\r\nb", "a\0b", "a\u{7f}", "\u{85}"] {
            assert_eq!(MailboxName::new(bad), Err(BadMailboxName), "{bad:?}");
        }
        assert!(MailboxName::new("x".repeat(MailboxName::MAX_LEN + 1)).is_err());
        assert_eq!(MailboxName::new("inBox").expect("valid"), MailboxName::inbox());
    }

    #[test]
    fn the_hierarchy_follows_the_servers_separator() {
        let name = MailboxName::new("a.b/c").expect("valid");
        assert_eq!(name.leaf(Some('/')), "c");
        assert_eq!(name.parent(Some('.')).expect("has one").as_str(), "a");
        assert_eq!(name.leaf(None), "a.b/c");
        assert_eq!(name.depth(Some('.')), 1);
    }
}
