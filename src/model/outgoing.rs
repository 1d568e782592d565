//! A message on its way out.

use serde::{Deserialize, Serialize};

use super::{MessageId, MessageKey};

/// A row of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub id: OutgoingId,
    pub owner: String,
    /// The idempotency key of the composed message.
    pub message_id: MessageId,
    pub phase: Phase,
    pub mail: OutgoingMail,
    /// When its author wants it sent, where that is not at once. Unix seconds.
    pub send_at: Option<i64>,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub changed_at: i64,
    /// The draft that was kept.
    pub draft: Option<MessageKey>,
    /// What the server said last; empty where it said nothing.
    pub words: String,
    pub warnings: Vec<SendWarning>,
    /// When it is tried, next or again, by itself. Unix seconds.
    pub due_at: Option<i64>,
    /// How often it was tried.
    pub attempts: u32,
}

/// Names a row of the outbox. Random.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OutgoingId(pub String);

/// What does not change about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutgoingMail {
    /// The envelope sender (RFC 5321 §3.3).
    pub from: String,
    /// The envelope recipients.
    pub to: Vec<String>,
    pub subject: String,
    /// The message that is marked when this one was sent: `replied` or `forwarded`, and its reference.
    pub origin: Option<(String, String)>,
}

/// How far it got. Each step is written down before it is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Held, for a time of its own, or for another attempt.
    Waiting,
    /// The server is being asked. Nothing was sent yet.
    Submitting,
    /// The message itself is being handed over: if this stays, nobody knows.
    Crossing,
    /// The server has it. What is left: the copy in Sent, the mark on the original, the draft.
    Accepted,
    /// Done. The row stays for a while, so that a repeated post finds it.
    Sent,
    /// The server refused it for good; the draft has it.
    Failed,
    /// The server may or may not have taken it; only its owner may send it again.
    Unknown,
    /// Taken back by its owner.
    Cancelled,
}

/// What did not work after a message was sent. Never a reason to send again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SendWarning {
    /// No copy could be kept in Sent.
    NotFiled,
    /// The message that was answered or forwarded could not be marked.
    OriginNotMarked,
    /// The draft could not be removed from Drafts.
    DraftLeft,
}

impl Phase {
    const NAMES: [(Phase, &'static str); 8] = [
        (Phase::Waiting, "waiting"),
        (Phase::Submitting, "submitting"),
        (Phase::Crossing, "crossing"),
        (Phase::Accepted, "accepted"),
        (Phase::Sent, "sent"),
        (Phase::Failed, "failed"),
        (Phase::Unknown, "unknown"),
        (Phase::Cancelled, "cancelled"),
    ];

    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(phase, _)| *phase == self).map_or("", |(_, name)| name)
    }

    pub fn parse(name: &str) -> Option<Phase> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(phase, _)| *phase)
    }

    /// Whether nothing more happens by itself and nothing is asked of its owner.
    pub fn is_over(self) -> bool {
        matches!(self, Phase::Sent | Phase::Cancelled)
    }
}
