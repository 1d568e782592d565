//! The folders in the order and shape people look for them.

use super::thousands;
use crate::mail::SNOOZED;
use crate::model::{Holds, Mailbox, MailboxName, MailboxRole};

/// One line of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavMailbox {
    pub name: MailboxName,
    pub role: Option<MailboxRole>,
    /// The last piece of the name, or `Inbox`.
    pub label: String,
    /// The whole name, for menus: `Projects / 2026`.
    pub path: String,
    /// How far it is indented: 0 to [`MAX_DEPTH`].
    pub depth: usize,
    /// Whether it holds messages.
    pub is_selectable: bool,
    pub is_subscribed: bool,
    pub n_messages: u32,
    pub n_unread: u32,
}

/// Deeper mailboxes are not indented further: the label must keep room.
const MAX_DEPTH: usize = 4;

impl NavMailbox {
    /// The icon's name in the sprite.
    pub fn icon(&self) -> &'static str {
        match self.role {
            Some(MailboxRole::Inbox) => "inbox",
            Some(MailboxRole::Drafts) => "file-pen",
            Some(MailboxRole::Sent) => "send",
            Some(MailboxRole::Archive) => "archive",
            Some(MailboxRole::Junk) => "octagon-alert",
            Some(MailboxRole::Trash) => "trash-2",
            None => "folder",
        }
    }

    /// What the number beside the name counts: drafts are all unfinished, whatever their flags say.
    pub fn badge(&self) -> u32 {
        if self.role == Some(MailboxRole::Drafts) { self.n_messages } else { self.n_unread }
    }

    /// Whether it is where snoozed messages wait: a page of its own leads there.
    pub fn is_snoozed(&self) -> bool {
        self.role.is_none() && self.path == SNOOZED
    }

    pub fn badge_text(&self) -> String {
        thousands(self.badge())
    }
}

/// The mailboxes that are shown: those with a role first, each followed by what is below it.
pub fn arrange(mailboxes: &[Mailbox], current: Option<&MailboxName>) -> Vec<NavMailbox> {
    let has_subscriptions = mailboxes.iter().any(|mailbox| mailbox.subscribed && !mailbox.name.is_inbox());
    let is_wanted = |mailbox: &Mailbox| {
        mailbox.subscribed || mailbox.role.is_some() || !has_subscriptions || current == Some(&mailbox.name)
    };
    let leads_to_wanted = |mailbox: &Mailbox| mailboxes.iter().any(|m| is_wanted(m) && is_below(m, mailbox));
    let shown: Vec<_> =
        mailboxes.iter().filter(|mailbox| is_wanted(mailbox) || leads_to_wanted(mailbox)).collect();
    in_order(&shown)
}

/// Every mailbox, whether it is subscribed or not: for managing them.
pub fn arrange_all(mailboxes: &[Mailbox]) -> Vec<NavMailbox> {
    in_order(&mailboxes.iter().collect::<Vec<_>>())
}

fn in_order(shown: &[&Mailbox]) -> Vec<NavMailbox> {
    let mut placed: Vec<_> =
        shown.iter().map(|mailbox| (place(mailbox, shown), nav(mailbox, shown))).collect();
    placed.sort_by(|(a, _), (b, _)| a.cmp(b));
    placed.into_iter().map(|(_, nav)| nav).collect()
}

/// What a mailbox is sorted by: each mailbox above it, then itself; roles first, then names.
fn place(mailbox: &Mailbox, shown: &[&Mailbox]) -> Vec<(bool, Option<MailboxRole>, String)> {
    let path = above(mailbox, shown).into_iter().chain([mailbox]);
    path.map(|m| (role(m).is_none(), role(m), m.name.as_str().to_lowercase())).collect()
}

/// The inbox is the inbox, whatever the server says of it.
fn role(mailbox: &Mailbox) -> Option<MailboxRole> {
    if mailbox.name.is_inbox() { Some(MailboxRole::Inbox) } else { mailbox.role }
}

fn nav(mailbox: &Mailbox, shown: &[&Mailbox]) -> NavMailbox {
    let above = above(mailbox, shown);
    let delimiter = mailbox.delimiter;
    let name = mailbox.name.as_str();
    let local = without_namespace(mailbox, shown);
    // What stands between a mailbox and the one it is shown below belongs to its label.
    let label = above.last().and_then(|parent| name.strip_prefix(parent.name.as_str())).unwrap_or(local);
    let label = delimiter.map_or(label, |d| label.trim_start_matches(d));
    let readable = |text: &str| match delimiter {
        _ if mailbox.name.is_inbox() => "Inbox".to_owned(),
        Some(d) => text.split(d).collect::<Vec<_>>().join(" / "),
        None => text.to_owned(),
    };
    let counts = mailbox.counts.unwrap_or_default();
    NavMailbox {
        name: mailbox.name.clone(),
        role: role(mailbox),
        label: readable(label),
        path: readable(local),
        depth: above.len().min(MAX_DEPTH),
        is_selectable: mailbox.holds == Holds::Messages,
        is_subscribed: mailbox.subscribed,
        n_messages: counts.messages,
        n_unread: counts.unseen,
    }
}

/// The listed mailboxes above this one, topmost first.
fn above<'m>(mailbox: &Mailbox, shown: &[&'m Mailbox]) -> Vec<&'m Mailbox> {
    let inbox_is_root = inbox_is_root(shown);
    let mut above: Vec<_> = shown
        .iter()
        .copied()
        .filter(|other| is_below(mailbox, other) && !(inbox_is_root && other.name.is_inbox()))
        .collect();
    above.sort_by_key(|other| other.name.as_str().len());
    above
}

fn is_below(mailbox: &Mailbox, other: &Mailbox) -> bool {
    let below = mailbox.name.as_str().strip_prefix(other.name.as_str());
    below.is_some_and(|rest| mailbox.delimiter.is_some_and(|delimiter| rest.starts_with(delimiter)))
}

/// Some servers keep everything below INBOX (Courier's way): then that is no level of its own.
fn inbox_is_root(shown: &[&Mailbox]) -> bool {
    let mut others = shown.iter().filter(|mailbox| !mailbox.name.is_inbox()).peekable();
    others.peek().is_some()
        && others.all(|m| m.delimiter.is_some_and(|d| m.name.as_str().starts_with(&format!("INBOX{d}"))))
}

fn without_namespace<'m>(mailbox: &'m Mailbox, shown: &[&Mailbox]) -> &'m str {
    let name = mailbox.name.as_str();
    match mailbox.delimiter {
        Some(d) if inbox_is_root(shown) => name.strip_prefix(&format!("INBOX{d}")).unwrap_or(name),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may panic")]
    use super::*;
    use crate::model::Counts;

    fn mailbox(name: &str) -> Mailbox {
        Mailbox {
            name: MailboxName::new(name).unwrap(),
            delimiter: Some('/'),
            role: None,
            holds: Holds::Messages,
            subscribed: true,
            counts: Some(Counts { messages: 9, unseen: 2 }),
        }
    }

    fn lines(mailboxes: &[Mailbox]) -> Vec<String> {
        let lines = arrange(mailboxes, None);
        lines.iter().map(|line| format!("{}{}", "-".repeat(line.depth), line.label)).collect()
    }

    #[test]
    fn roles_come_first_and_children_follow_their_parent() {
        let with_role = |name, role| Mailbox { role: Some(role), ..mailbox(name) };
        let mailboxes = [
            mailbox("zeta"),
            mailbox("Alpha/two"),
            mailbox("Archive/2025"),
            with_role("Trash", MailboxRole::Trash),
            with_role("Archive", MailboxRole::Archive),
            mailbox("Alpha"),
            with_role("INBOX", MailboxRole::Inbox),
            mailbox("Lost/deep/one"),
        ];
        assert_eq!(
            lines(&mailboxes),
            ["Inbox", "Archive", "-2025", "Trash", "Alpha", "-two", "Lost / deep / one", "zeta"]
        );
    }

    #[test]
    fn below_inbox_is_no_level_where_everything_is() {
        let dot = |name| Mailbox { delimiter: Some('.'), ..mailbox(name) };
        assert_eq!(
            lines(&[dot("INBOX"), dot("INBOX.Work"), dot("INBOX.Work.2026")]),
            ["Inbox", "Work", "-2026"]
        );
        assert_eq!(lines(&[dot("INBOX"), dot("INBOX.Work"), dot("Other")]), ["Inbox", "-Work", "Other"]);
    }

    #[test]
    fn what_is_not_subscribed_is_hidden_unless_it_leads_somewhere() {
        let hidden = |name| Mailbox { subscribed: false, ..mailbox(name) };
        let mailboxes = [mailbox("INBOX"), hidden("a"), hidden("b"), mailbox("b/c")];
        assert_eq!(lines(&mailboxes), ["Inbox", "b", "-c"]);
        assert_eq!(lines(&[mailbox("INBOX"), hidden("a")]), ["Inbox", "a"]);
    }
}
