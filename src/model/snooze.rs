//! A message that left its mailbox for a while.

use super::{MailboxName, MessageKey};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snooze {
    /// Names it. Random.
    pub id: String,
    pub owner: String,
    /// Where the message is: in Snoozed, or still where it came from when the move was not confirmed.
    pub message: MessageKey,
    /// Without angle brackets; empty where it has none.
    pub message_id: String,
    pub subject: String,
    pub return_to: MailboxName,
    /// Unix seconds.
    pub until: i64,
}
