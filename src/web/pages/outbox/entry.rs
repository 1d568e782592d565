//! One message that waits, in words.

use jiff::ZonedDateTime;

use crate::{
    model::{MailboxName, MailboxRole, Outgoing, Phase, Query, SendWarning},
    web::{moment, pages::shell::NavMailbox, urls::Urls},
};

pub struct Entry {
    pub id: String,
    /// Never empty.
    pub subject: String,
    /// `ann@example.org, bob@example.org and 3 more`
    pub recipients: String,
    pub from: String,
    pub since: String,
    pub kind: Kind,
    /// What is the matter, in sentences.
    pub text: String,
    /// The mail server's own words; empty where it said nothing.
    pub words: String,
    /// Where a copy would be, had it been sent.
    pub in_sent: String,
}

/// What can be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Waiting,
    /// The server has it, or is being asked.
    UnderWay,
    Failed,
    Unknown,
}

/// Why a message waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web::pages) enum Wait {
    /// So that its author can take it back. Unix seconds.
    Held(i64),
    /// For the time that its author chose. Unix seconds.
    Scheduled(i64),
    /// For a server that did not take it.
    Server,
}

/// What the page shows of many recipients.
const SHOWN_RECIPIENTS: usize = 3;

pub(in crate::web::pages) fn waits(outgoing: &Outgoing) -> Wait {
    match (outgoing.send_at, outgoing.due_at) {
        _ if outgoing.attempts > 0 || !outgoing.words.is_empty() => Wait::Server,
        (Some(at), _) => Wait::Scheduled(at),
        (None, Some(at)) => Wait::Held(at),
        (None, None) => Wait::Server,
    }
}

/// `It is tried again today at 15:30.`
pub(in crate::web::pages) fn tried_again(outgoing: &Outgoing, now: &ZonedDateTime) -> String {
    match outgoing.due_at {
        Some(at) if at > now.timestamp().as_second() => {
            format!("It is tried again {}.", moment::spoken(at, now))
        }
        _ => "It is tried again in a moment.".to_owned(),
    }
}

impl Entry {
    pub fn new(urls: &Urls, outgoing: &Outgoing, mailboxes: &[NavMailbox], now: &ZonedDateTime) -> Entry {
        let kind = match outgoing.phase {
            Phase::Waiting => Kind::Waiting,
            Phase::Failed => Kind::Failed,
            Phase::Unknown => Kind::Unknown,
            Phase::Submitting | Phase::Crossing | Phase::Accepted | Phase::Sent | Phase::Cancelled => {
                Kind::UnderWay
            }
        };
        let mail = &outgoing.mail;
        Entry {
            id: outgoing.id.0.clone(),
            subject: if mail.subject.trim().is_empty() {
                "(no subject)".into()
            } else {
                mail.subject.clone()
            },
            recipients: recipients(&mail.to),
            from: mail.from.clone(),
            since: moment::spoken(outgoing.created_at, now),
            kind,
            text: text(outgoing, now),
            words: outgoing.words.clone(),
            in_sent: in_sent(urls, &mail.subject, mailboxes),
        }
    }

    /// The icon's name in the sprite.
    pub fn icon(&self) -> &'static str {
        match self.kind {
            Kind::Waiting => "clock",
            Kind::UnderWay => "send",
            Kind::Failed => "triangle-alert",
            Kind::Unknown => "circle-question-mark",
        }
    }
}

fn text(outgoing: &Outgoing, now: &ZonedDateTime) -> String {
    match outgoing.phase {
        Phase::Waiting => match waits(outgoing) {
            Wait::Held(until) => format!("Held until {}, so that you can take it back.", moment::clock(until, now)),
            Wait::Scheduled(at) => format!("Will be sent {}.", moment::spoken(at, now)),
            Wait::Server => {
                let tries = match outgoing.attempts {
                    0 => String::new(),
                    1 => " It was tried once.".to_owned(),
                    n => format!(" It was tried {n} times."),
                };
                format!("The server for sending mail did not take it yet.{tries} {}", tried_again(outgoing, now))
            }
        },
        Phase::Submitting | Phase::Crossing => "Is being sent now.".to_owned(),
        Phase::Accepted | Phase::Sent | Phase::Cancelled => accepted(&outgoing.warnings),
        Phase::Failed => "Was not sent, to nobody. It is kept in Drafts: edit it, and send it again.".to_owned(),
        Phase::Unknown => "May or may not have arrived: the connection broke before the server confirmed it. It is \
                           not sent again by itself. Ask a recipient; send it again if a second copy does no harm."
            .to_owned(),
    }
}

fn accepted(warnings: &[SendWarning]) -> String {
    if warnings.contains(&SendWarning::NotFiled) {
        "Was sent. Its copy is not in Sent yet: that is tried again. Do not send it again.".to_owned()
    } else {
        "Was sent. Its copy is being put into Sent.".to_owned()
    }
}

fn recipients(to: &[String]) -> String {
    let shown: Vec<&str> = to.iter().take(SHOWN_RECIPIENTS).map(String::as_str).collect();
    let shown = shown.join(", ");
    match to.len().saturating_sub(SHOWN_RECIPIENTS) {
        0 => shown,
        n => format!("{shown} and {n} more"),
    }
}

/// Sent, looked through for the subject.
fn in_sent(urls: &Urls, subject: &str, mailboxes: &[NavMailbox]) -> String {
    let sent = mailboxes.iter().find(|mailbox| mailbox.role == Some(MailboxRole::Sent));
    let sent = sent.map_or_else(MailboxName::inbox, |mailbox| mailbox.name.clone());
    let subject = subject.replace('"', " ");
    let query = if subject.trim().is_empty() { String::new() } else { format!("subject:\"{subject}\"") };
    urls.list(&sent, &crate::model::ListRequest { query: Query::parse(&query), ..Default::default() })
}
