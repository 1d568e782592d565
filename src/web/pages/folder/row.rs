//! One message in a list.

use jiff::ZonedDateTime;

use crate::{
    model::{Address, ListRequest, MailboxRole, MessageSummary},
    render,
    web::{pages::shell::Avatar, urls::Urls},
};

/// What a row shows. Texts come from mail: the template isolates each with `dir="auto"`.
#[derive(Debug, Clone)]
pub struct Row {
    /// `{uidvalidity}.{uid}`.
    pub id: String,
    /// Where it leads: to the message, or into the compose form for a draft.
    pub url: String,
    /// Sender, or recipients in Sent and Drafts.
    pub who: String,
    /// Their addresses.
    pub emails: String,
    pub avatar: Avatar,
    /// Never empty.
    pub subject: String,
    pub preview: String,
    /// For `datetime`.
    pub iso: String,
    pub when: String,
    pub when_long: String,
    pub size: String,
    pub is_unread: bool,
    pub is_flagged: bool,
    pub is_answered: bool,
    pub is_forwarded: bool,
    pub has_attachment: bool,
    /// Shown beside the list.
    pub is_open: bool,
}

impl Row {
    pub(super) fn new(
        urls: &Urls,
        role: Option<MailboxRole>,
        request: &ListRequest,
        summary: MessageSummary,
        is_open: bool,
        now: &ZonedDateTime,
    ) -> Row {
        let (is_draft, is_ours) = match role {
            Some(MailboxRole::Drafts) => (true, true),
            Some(MailboxRole::Sent) => (false, true),
            _ => (false, false),
        };
        let people = if is_ours { &summary.to } else { &summary.from };
        let who = names(people, if is_ours { "No recipients" } else { "Unknown sender" });
        let received = summary.received.to_zoned_datetime(now.time_zone().clone());
        Row {
            id: summary.key.id(),
            url: if is_draft { urls.draft(&summary.key) } else { urls.message_in(&summary.key, request) },
            emails: people.iter().map(|a| a.email.as_str()).collect::<Vec<_>>().join(", "),
            avatar: Avatar::new(&who, people.first().map_or("", |a| &a.email)),
            who,
            subject: if summary.subject.trim().is_empty() { "(no subject)".into() } else { summary.subject },
            preview: summary.preview.unwrap_or_default(),
            iso: summary.received.to_string(),
            when: render::when_short(summary.received, now),
            when_long: render::when_long(&received),
            size: render::size(summary.size),
            is_unread: !summary.flags.is_seen() && !is_draft,
            is_flagged: summary.flags.is_flagged(),
            is_answered: summary.flags.is_answered(),
            is_forwarded: summary.flags.is_forwarded(),
            has_attachment: summary.has_attachment,
            is_open,
        }
    }

    /// The value of the star's button: what pressing it does to this one message.
    pub fn star(&self) -> String {
        format!("{} {}", if self.is_flagged { "unflag" } else { "flag" }, self.id)
    }
}

/// `Ann, Bob`, `Ann, Bob +3`.
fn names(people: &[Address], nobody: &str) -> String {
    let shown: Vec<_> = people.iter().take(2).map(Address::short).filter(|name| !name.is_empty()).collect();
    if shown.is_empty() {
        return nobody.to_owned();
    }
    let n_more = people.len().saturating_sub(2);
    let names = shown.join(", ");
    if n_more == 0 { names } else { format!("{names} +{n_more}") }
}
