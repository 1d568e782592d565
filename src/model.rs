//! Plain data in the field's own words. No I/O, no async, no HTML, no wire format.
//!
//! Glossary: *mailbox* (people say "folder"), *message*, *summary* (a row of a list), *section* (the
//! address of a MIME part, RFC 3501 §6.4.5), *part*, *draft*, *account* (a signed-in person's mail),
//! *identity* (a From), *role* (special use, RFC 6154).

mod address;
mod authentication;
mod collector;
mod credentials;
mod draft;
mod flag;
mod identity;
mod ids;
mod list;
mod mailbox;
mod message;
mod mime_tree;
mod outgoing;
mod query;
mod snooze;

pub use address::{Address, AddressError, AddressList, wire_form};
pub use authentication::{AuthenticationResults, Method, MethodResult, Verdict};
pub use collector::{
    Collector, CollectorId, CollectorLogin, CollectorRun, CollectorSettings, CollectorState, Keep,
    LedgerEntry, LedgerState, RunReport,
};
pub use credentials::Credentials;
pub use draft::{Attachment, Draft, MessageId, Origin, OriginKind};
pub use flag::{Flag, FlagChange, Flags, Keyword};
pub use identity::{Contact, Identity};
pub use ids::{BadSection, MessageKey, MessageSet, Section, Uid, UidValidity};
pub use list::{Filter, ListRequest, Paged, SortKey};
pub use mailbox::{BadMailboxName, Counts, Holds, Mailbox, MailboxName, MailboxRole, Quota};
pub use message::{Headers, Message, MessageSummary};
pub use mime_tree::{ContentType, Disposition, Encoding, MimeTree, Part, PartKind, Problem};
pub use outgoing::{Outgoing, OutgoingId, OutgoingMail, Phase, SendWarning};
pub use query::{Query, Term};
pub use snooze::Snooze;
