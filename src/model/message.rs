//! Messages as a list row and as a page shows them.

use jiff::{Timestamp, ZonedDateTime};

use super::{Address, AuthenticationResults, Flags, MessageKey, MimeTree};

/// One row of a list. (`Envelope` would be ambiguous: IMAP and SMTP mean different things by it.)
#[derive(Debug, Clone, PartialEq)]
pub struct MessageSummary {
    pub key: MessageKey,
    pub from: Vec<Address>,
    pub to: Vec<Address>,
    /// Decoded, one line, no control characters; empty when there is none.
    pub subject: String,
    /// INTERNALDATE (RFC 3501 §2.3.3).
    pub received: Timestamp,
    /// The Date header; `None` where it is missing or unusable.
    pub sent: Option<Timestamp>,
    pub flags: Flags,
    /// RFC822.SIZE, bytes.
    pub size: u64,
    pub has_attachment: bool,
    /// PREVIEW (RFC 8970); `None` where the server offers none.
    pub preview: Option<String>,
}

/// An opened message: headers, structure and flags. Bodies are fetched by section.
#[derive(Debug, Clone)]
pub struct Message {
    pub key: MessageKey,
    pub headers: Headers,
    pub flags: Flags,
    pub received: Timestamp,
    /// Bytes.
    pub size: u64,
    pub tree: MimeTree,
}

/// The headers that pages use, decoded; and all of them as they came.
#[derive(Debug, Clone, Default)]
pub struct Headers {
    pub from: Vec<Address>,
    pub sender: Vec<Address>,
    pub reply_to: Vec<Address>,
    pub to: Vec<Address>,
    pub cc: Vec<Address>,
    pub bcc: Vec<Address>,
    /// Decoded, unfolded, runs of blanks collapsed; empty when there is none.
    pub subject: String,
    /// With the zone the sender wrote; `None` where it is missing or unusable.
    pub date: Option<ZonedDateTime>,
    /// Without angle brackets.
    pub message_id: Option<String>,
    /// Without angle brackets.
    pub in_reply_to: Vec<String>,
    /// Without angle brackets, oldest first (RFC 5322 §3.6.4).
    pub references: Vec<String>,
    /// List-Id and List-Post tell mailing lists (RFC 2919, RFC 2369): the address of `mailto:` in List-Post.
    pub list_post: Option<String>,
    /// Authentication-Results, topmost first; see [`AuthenticationResults::trusted`].
    pub authentication: Vec<AuthenticationResults>,
    /// The sender's name was written with characters that reorder or hide others; they are gone from `from`.
    pub from_is_disguised: bool,
    /// Every header in order: name and value, decoded for display.
    pub all: Vec<(String, String)>,
}
