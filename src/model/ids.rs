//! Who is who: UIDs, UIDVALIDITY, and the address of a part inside a message.

use std::{
    fmt,
    num::{NonZeroU16, NonZeroU32},
    str::FromStr,
};

use super::MailboxName;

macro_rules! imap_number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(NonZeroU32);

        impl $name {
            /// `None` for zero, which RFC 3501 §9 (`nz-number`) does not allow.
            pub fn new(n: u32) -> Option<Self> {
                NonZeroU32::new(n).map(Self)
            }

            pub fn get(self) -> u32 {
                self.0.get()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

imap_number!(
    /// A message's number in one mailbox (RFC 3501 §2.3.1.1); never reused while [`UidValidity`] stays.
    Uid
);
imap_number!(
    /// Changes when the server renumbers a mailbox; every [`Uid`] is void then (RFC 3501 §2.3.1.1).
    UidValidity
);

/// The identity of one message; what a link to a message carries. A UID alone is not an identity.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessageKey {
    pub mailbox: MailboxName,
    pub uid_validity: UidValidity,
    pub uid: Uid,
}

impl MessageKey {
    /// Parses the `{uidvalidity}.{uid}` of an address, for a message of `mailbox`.
    pub fn from_id(mailbox: MailboxName, id: &str) -> Option<MessageKey> {
        let (uid_validity, uid) = id.split_once('.')?;
        Some(MessageKey {
            mailbox,
            uid_validity: UidValidity::new(number(uid_validity)?)?,
            uid: Uid::new(number(uid)?)?,
        })
    }

    /// Parses `{mailbox}/{uidvalidity}.{uid}`; the mailbox name may itself contain `/`.
    pub fn from_reference(reference: &str) -> Option<MessageKey> {
        let (mailbox, id) = reference.rsplit_once('/')?;
        MessageKey::from_id(MailboxName::new(mailbox).ok()?, id)
    }

    /// The `{uidvalidity}.{uid}` that [`MessageKey::from_id`] reads.
    pub fn id(&self) -> String {
        format!("{}.{}", self.uid_validity, self.uid)
    }

    /// The `{mailbox}/{uidvalidity}.{uid}` that [`MessageKey::from_reference`] reads.
    pub fn reference(&self) -> String {
        format!("{}/{}", self.mailbox.as_str(), self.id())
    }
}

/// Some messages of one mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageSet {
    pub mailbox: MailboxName,
    pub uid_validity: UidValidity,
    /// Ascending, without doubles, never empty.
    uids: Vec<Uid>,
}

impl MessageSet {
    /// `None` when `uids` is empty.
    pub fn new(mailbox: MailboxName, uid_validity: UidValidity, mut uids: Vec<Uid>) -> Option<MessageSet> {
        uids.sort_unstable();
        uids.dedup();
        (!uids.is_empty()).then_some(MessageSet { mailbox, uid_validity, uids })
    }

    pub fn of(key: &MessageKey) -> MessageSet {
        MessageSet { mailbox: key.mailbox.clone(), uid_validity: key.uid_validity, uids: vec![key.uid] }
    }

    pub fn uids(&self) -> &[Uid] {
        &self.uids
    }

    pub fn keys(&self) -> impl Iterator<Item = MessageKey> {
        self.uids.iter().map(|uid| MessageKey {
            mailbox: self.mailbox.clone(),
            uid_validity: self.uid_validity,
            uid: *uid,
        })
    }
}

/// Digits only: `u32::from_str` would also take a leading `+`.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Where a part sits in a message: `1.2` (RFC 3501 §6.4.5). The empty section is the whole message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Section(Vec<NonZeroU16>);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a section number")]
pub struct BadSection;

impl Section {
    /// Deeper sections are refused: no server and no reader needs them, recursion over them is a risk.
    pub const MAX_DEPTH: usize = 64;

    /// The whole message.
    pub fn root() -> Section {
        Section::default()
    }

    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    pub fn depth(&self) -> usize {
        self.0.len()
    }

    /// The section of this part's child number `n`, counted from 1.
    pub fn child(&self, n: NonZeroU16) -> Section {
        let mut path = self.0.clone();
        path.push(n);
        Section(path)
    }

    /// Whether `self` lies inside `outer` (or is it).
    pub fn is_within(&self, outer: &Section) -> bool {
        self.0.starts_with(&outer.0)
    }
}

impl FromStr for Section {
    type Err = BadSection;

    fn from_str(text: &str) -> Result<Section, BadSection> {
        let path: Vec<NonZeroU16> = text
            .split('.')
            .map(|n| n.bytes().all(|b| b.is_ascii_digit()).then(|| n.parse().ok()).flatten())
            .collect::<Option<_>>()
            .ok_or(BadSection)?;
        if path.len() > Section::MAX_DEPTH { Err(BadSection) } else { Ok(Section(path)) }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, n) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            n.fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_reference_reads_back() {
        let key = MessageKey::from_reference("Lists/rust/17.42").expect("well-formed");
        assert_eq!(key.mailbox.as_str(), "Lists/rust");
        assert_eq!(key.reference(), "Lists/rust/17.42");
        for bad in ["17.42", "INBOX/0.1", "INBOX/1.0", "INBOX/+1.2", "INBOX/1", "INBOX/1.2.3", "/1.2"] {
            assert_eq!(MessageKey::from_reference(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_section_reads_back() {
        assert_eq!("1.2.3".parse::<Section>().expect("well-formed").to_string(), "1.2.3");
        for bad in ["", "0", "1.", ".1", "1.a", "+1", "99999", "-1"] {
            assert_eq!(bad.parse::<Section>(), Err(BadSection), "{bad}");
        }
        let deep = vec!["1"; Section::MAX_DEPTH + 1].join(".");
        assert_eq!(deep.parse::<Section>(), Err(BadSection));
    }
}
