//! A page of a mailbox.

mod row;
mod show;

use askama::Template;
use jiff::ZonedDateTime;

use super::shell::{Shell, thousands};
use crate::{
    mail::Detail,
    model::{
        Filter, ListRequest, Mailbox, MailboxName, MailboxRole, MessageKey, MessageSummary, Paged, SortKey,
    },
    web::urls::Urls,
};

pub use row::Row;
pub use show::show;

#[derive(Template)]
#[template(path = "folder.html")]
pub struct FolderPage {
    pub shell: Shell,
    pub list: ListView,
}

/// One page of rows with all that stands around it; also shown beside an open message.
#[derive(Debug, Clone)]
pub struct ListView {
    pub mailbox: MailboxName,
    pub role: Option<MailboxRole>,
    /// What people call the mailbox.
    pub title: String,
    pub n_unread: u32,
    pub request: ListRequest,
    pub rows: Vec<Row>,
    pub total: u32,
    /// `51–100 of 12,345`; empty when there are no rows.
    pub range: String,
    pub newer: Option<String>,
    pub older: Option<String>,
    /// The list's own address.
    pub here: String,
    /// The server could tell the headers of these messages only.
    pub is_plain: bool,
    /// An open message stands beside it.
    pub is_beside: bool,
}

/// What can be done with chosen messages: the form's word, label and icon.
pub struct Action {
    pub word: &'static str,
    pub label: &'static str,
    pub icon: &'static str,
}

/// A choice among addresses of the same list.
pub struct Choice {
    pub label: &'static str,
    pub url: String,
    pub is_current: bool,
}

impl ListView {
    /// `open` is the message that is shown beside the list; `now` decides how dates are written.
    pub fn new(
        urls: &Urls,
        mailbox: &Mailbox,
        request: ListRequest,
        page: Paged<MessageSummary>,
        open: Option<&MessageKey>,
        now: &ZonedDateTime,
    ) -> ListView {
        let name = &mailbox.name;
        let leaf = if name.is_inbox() { "Inbox" } else { name.leaf(mailbox.delimiter) };
        let range = range(&page);
        let to_page = |n| urls.list_page(name, &request, n);
        let newer = page.page.checked_sub(1).map(to_page);
        let older = page.has_next().then(|| to_page(page.page + 1));
        let rows = page.rows.into_iter().map(|summary| {
            let is_open = open == Some(&summary.key);
            Row::new(urls, mailbox.role, &request, summary, is_open, now)
        });
        ListView {
            role: mailbox.role,
            title: leaf.to_owned(),
            n_unread: mailbox.counts.unwrap_or_default().unseen,
            rows: rows.collect(),
            total: page.total,
            range,
            newer,
            older,
            is_beside: open.is_some(),
            here: urls.list(name, &request),
            is_plain: false,
            mailbox: name.clone(),
            request,
        }
    }

    /// As the server could tell of its messages.
    pub fn told(self, detail: Detail) -> ListView {
        ListView { is_plain: detail == Detail::Plain, ..self }
    }

    /// Empty unless something is searched for.
    pub fn query(&self) -> &str {
        &self.request.query.text
    }

    /// For the browser's tab.
    pub fn page_title(&self) -> String {
        match (self.query(), self.n_unread) {
            ("", 0) => self.title.clone(),
            ("", n) => format!("{} ({})", self.title, thousands(n)),
            (query, _) => format!("{query} – {}", self.title),
        }
    }

    /// `1 result`, `12,345 results`.
    pub fn results(&self) -> String {
        counted(self.total, "result")
    }

    /// `No messages`, `3 messages, 1 unread`.
    pub fn summary(&self) -> String {
        let messages = match self.total {
            0 => "No messages".to_owned(),
            n => counted(n, "message"),
        };
        match (self.n_unread, self.request.filter) {
            (1.., Filter::All) => format!("{messages}, {} unread", thousands(self.n_unread)),
            _ => messages,
        }
    }

    pub fn filters(&self, urls: &Urls) -> Vec<Choice> {
        let choice = |filter| Choice {
            label: match filter {
                Filter::All => "All",
                Filter::Unread => "Unread",
                Filter::Flagged => "Flagged",
                Filter::Attachments => "With attachments",
            },
            url: urls.list_filtered(&self.mailbox, &self.request, filter),
            is_current: filter == self.request.filter,
        };
        Filter::ALL.map(choice).into()
    }

    pub fn sorts(&self, urls: &Urls) -> Vec<Choice> {
        let choice = |sort| Choice {
            label: match sort {
                SortKey::Arrival => "Newest first",
                SortKey::ArrivalOldest => "Oldest first",
                SortKey::Date => "Date sent",
                SortKey::From => "Sender",
                SortKey::Subject => "Subject",
                SortKey::Size => "Largest first",
            },
            url: urls.list_sorted(&self.mailbox, &self.request, sort),
            is_current: sort == self.request.sort,
        };
        SortKey::ALL.map(choice).into()
    }

    /// The same list without the search.
    pub fn without_query(&self, urls: &Urls) -> String {
        let request = ListRequest { page: 0, query: Default::default(), ..self.request.clone() };
        urls.list(&self.mailbox, &request)
    }

    /// What can be done with chosen messages here. The first is what Enter does: it must do no harm.
    pub fn actions(&self) -> Vec<Action> {
        let action = |word, label, icon| Action { word, label, icon };
        let mut actions = vec![
            action("read", "Mark read", "mail-open"),
            action("unread", "Mark unread", "mail"),
            action("flag", "Flag", "star"),
            action("unflag", "Unflag", "star-off"),
        ];
        if self.role != Some(MailboxRole::Archive) {
            actions.push(action("archive", "Archive", "archive"));
        }
        actions.push(junk_action(self.role));
        actions.push(delete_action(self.role));
        actions
    }

    /// Whether the whole mailbox may be emptied at once.
    pub fn can_be_emptied(&self) -> bool {
        self.total > 0 && matches!(self.role, Some(MailboxRole::Trash | MailboxRole::Junk))
    }

    /// Why there is nothing to see: a heading and a sentence.
    pub fn emptiness(&self) -> (&'static str, &'static str) {
        if !self.request.query.is_empty() {
            return ("Nothing found", "Try fewer words, or another folder.");
        }
        match (self.request.filter, self.role) {
            (Filter::Unread, _) => ("All read", "No unread message is in this folder."),
            (Filter::Flagged, _) => ("Nothing flagged", "Messages that you flag are found here."),
            (Filter::Attachments, _) => ("No attachments", "No message in this folder brings a file."),
            (Filter::All, Some(MailboxRole::Inbox)) => ("You are done", "New mail will arrive here."),
            (Filter::All, Some(MailboxRole::Drafts)) => {
                ("No drafts", "What you save while writing is kept here.")
            }
            (Filter::All, Some(MailboxRole::Junk)) => ("No junk", "Nothing suspicious came in."),
            (Filter::All, Some(MailboxRole::Trash)) => {
                ("Trash is empty", "What you delete is kept here for a while.")
            }
            (Filter::All, _) => ("Nothing here", "This folder is empty."),
        }
    }
}

/// Junk, or its opposite in Junk.
pub fn junk_action(role: Option<MailboxRole>) -> Action {
    match role {
        Some(MailboxRole::Junk) => Action { word: "notjunk", label: "Not junk", icon: "inbox" },
        _ => Action { word: "junk", label: "Junk", icon: "octagon-alert" },
    }
}

/// To Trash; for good where it is there already.
pub fn delete_action(role: Option<MailboxRole>) -> Action {
    match role {
        Some(MailboxRole::Trash) => Action { word: "expunge", label: "Delete for good", icon: "trash-2" },
        _ => Action { word: "delete", label: "Delete", icon: "trash-2" },
    }
}

fn counted(n: u32, noun: &str) -> String {
    format!("{} {noun}{}", thousands(n), if n == 1 { "" } else { "s" })
}

/// `51–100 of 12,345`.
fn range<T>(page: &Paged<T>) -> String {
    let n_rows = u32::try_from(page.rows.len()).unwrap_or(u32::MAX);
    if n_rows == 0 {
        return String::new();
    }
    let before = page.page.saturating_mul(page.per_page);
    let last = before.saturating_add(n_rows);
    format!("{}–{} of {}", thousands(before.saturating_add(1)), thousands(last), thousands(page.total))
}
