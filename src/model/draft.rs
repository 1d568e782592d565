//! A message being written.

use std::{fmt, sync::Arc};

use super::{Address, AddressList, MessageKey};

/// What the compose form holds, checked and ready to build.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Made with the form, so that one composed message is one Message-ID however often it is posted.
    pub message_id: MessageId,
    pub from: Address,
    pub reply_to: AddressList,
    pub to: AddressList,
    pub cc: AddressList,
    pub bcc: AddressList,
    pub subject: String,
    /// Line ends are `\n`.
    pub text: String,
    pub attachments: Vec<Attachment>,
    /// Without angle brackets.
    pub in_reply_to: Option<String>,
    /// Without angle brackets, oldest first.
    pub references: Vec<String>,
    /// The message this one answers or forwards.
    pub origin: Option<Origin>,
}

impl Draft {
    /// Every address the message goes to.
    pub fn recipients(&self) -> impl Iterator<Item = &Address> {
        self.to.0.iter().chain(&self.cc.0).chain(&self.bcc.0)
    }
}

#[derive(Clone)]
pub struct Attachment {
    pub filename: String,
    /// `main/sub`; checked when built.
    pub media_type: String,
    pub bytes: Arc<[u8]>,
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment({:?}, {} bytes)", self.filename, self.bytes.len())
    }
}

/// The message a draft answers or forwards; it is marked when the draft was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub key: MessageKey,
    pub kind: OriginKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OriginKind {
    Replied,
    Forwarded,
}

/// A Message-ID without angle brackets, of our own making: `[a-z0-9.-]+@[a-z0-9.-]+`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessageId(String);

impl MessageId {
    /// Takes back an id that a form carried; anything that we would not have made is refused.
    pub fn parse(id: &str) -> Option<MessageId> {
        let plain = |s: &str| {
            !s.is_empty()
                && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b))
        };
        let (left, right) = id.split_once('@')?;
        (id.len() <= 200 && plain(left) && plain(right)).then(|| MessageId(id.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
