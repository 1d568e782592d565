//! Every address, made in one place. Addresses are public: see the README's table.

use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::model::{CollectorId, Filter, ListRequest, MailboxName, MessageKey, Section, SortKey};

/// RFC 3986 §2.3: everything but the unreserved characters is encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn encode(text: &str) -> impl std::fmt::Display {
    utf8_percent_encode(text, ENCODED)
}

/// Makes addresses below the `base_path` of the configuration.
#[derive(Debug, Clone, Default)]
pub struct Urls {
    /// Empty, or `/webmail`: no slash at the end.
    base: String,
}

impl Urls {
    /// `base_path` may be given with or without its slashes.
    pub fn new(base_path: &str) -> Urls {
        let path = base_path.trim_matches('/');
        Urls { base: if path.is_empty() { String::new() } else { format!("/{path}") } }
    }

    /// Where the site begins, without a slash at the end: empty at the root.
    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn home(&self) -> String {
        format!("{}/", self.base)
    }

    pub fn asset(&self, file: &str) -> String {
        format!("{}/static/{file}", self.base)
    }

    pub fn login(&self) -> String {
        format!("{}/login", self.base)
    }

    /// The sign-in page, going on to `path` afterwards.
    pub fn login_then(&self, path: &str) -> String {
        format!("{}/login?next={}", self.base, encode(path))
    }

    pub fn logout(&self) -> String {
        format!("{}/logout", self.base)
    }

    /// Where mailboxes are created, renamed and deleted.
    pub fn folders(&self) -> String {
        format!("{}/folders", self.base)
    }

    pub fn settings(&self) -> String {
        format!("{}/settings", self.base)
    }

    /// Where POP3 mailboxes are collected from.
    pub fn collectors(&self) -> String {
        format!("{}/collectors", self.base)
    }

    pub fn new_collector(&self) -> String {
        self.collectors() + "/new"
    }

    pub fn collector(&self, id: &CollectorId) -> String {
        format!("{}/{}", self.collectors(), encode(&id.0))
    }

    /// What waits to be sent.
    pub fn outbox(&self) -> String {
        format!("{}/outbox", self.base)
    }

    /// What comes back at its time.
    pub fn snoozed(&self) -> String {
        format!("{}/snoozed", self.base)
    }

    pub fn undo(&self) -> String {
        format!("{}/undo", self.base)
    }

    pub fn inbox(&self) -> String {
        self.mailbox(&MailboxName::inbox())
    }

    pub fn mailbox(&self, name: &MailboxName) -> String {
        format!("{}/mail/{}", self.base, encode(name.as_str()))
    }

    /// A page of a mailbox; what is as by default is left out.
    pub fn list(&self, name: &MailboxName, request: &ListRequest) -> String {
        self.mailbox(name) + &list_query(request)
    }

    pub fn list_page(&self, name: &MailboxName, request: &ListRequest, page: u32) -> String {
        self.list(name, &ListRequest { page, ..request.clone() })
    }

    /// The same list from its start, with another filter.
    pub fn list_filtered(&self, name: &MailboxName, request: &ListRequest, filter: Filter) -> String {
        self.list(name, &ListRequest { page: 0, filter, ..request.clone() })
    }

    /// The same list from its start, in another order.
    pub fn list_sorted(&self, name: &MailboxName, request: &ListRequest, sort: SortKey) -> String {
        self.list(name, &ListRequest { page: 0, sort, ..request.clone() })
    }

    pub fn act(&self, name: &MailboxName) -> String {
        self.mailbox(name) + "/act"
    }

    /// Deletes every message of the mailbox (Trash and Junk).
    pub fn empty(&self, name: &MailboxName) -> String {
        self.mailbox(name) + "/empty"
    }

    pub fn message(&self, key: &MessageKey) -> String {
        format!("{}/{}", self.mailbox(&key.mailbox), key.id())
    }

    /// A message opened from a list: the list's place is kept, so that next, previous and back follow it.
    pub fn message_in(&self, key: &MessageKey, request: &ListRequest) -> String {
        self.message(key) + &list_query(request)
    }

    pub fn body(&self, key: &MessageKey) -> String {
        self.message(key) + "/body"
    }

    pub fn part(&self, key: &MessageKey, section: &Section) -> String {
        format!("{}/part/{section}", self.message(key))
    }

    /// Where our proxy serves an image from elsewhere: `url` in base64url.
    pub fn remote(&self, key: &MessageKey, url: &str, signature: &str) -> String {
        format!("{}/remote?u={}&sig={}", self.message(key), encode(url), encode(signature))
    }

    /// Where a message's sender is trusted with images.
    pub fn images(&self, key: &MessageKey) -> String {
        self.message(key) + "/images"
    }

    pub fn source(&self, key: &MessageKey) -> String {
        self.message(key) + "/source"
    }

    pub fn headers(&self, key: &MessageKey) -> String {
        self.message(key) + "/headers"
    }

    pub fn print(&self, key: &MessageKey) -> String {
        self.message(key) + "/print"
    }

    pub fn eml(&self, key: &MessageKey) -> String {
        self.message(key) + "/message.eml"
    }

    pub fn zip(&self, key: &MessageKey) -> String {
        self.message(key) + "/attachments.zip"
    }

    pub fn compose(&self) -> String {
        format!("{}/compose", self.base)
    }

    pub fn compose_to(&self, address: &str) -> String {
        format!("{}/compose?to={}", self.base, encode(address))
    }

    pub fn reply(&self, key: &MessageKey) -> String {
        self.compose_from("reply", key)
    }

    pub fn reply_all(&self, key: &MessageKey) -> String {
        self.compose_from("reply-all", key)
    }

    pub fn forward(&self, key: &MessageKey) -> String {
        self.compose_from("forward", key)
    }

    pub fn forward_attached(&self, key: &MessageKey) -> String {
        self.compose_from("forward-attached", key)
    }

    pub fn edit_as_new(&self, key: &MessageKey) -> String {
        self.compose_from("as-new", key)
    }

    pub fn draft(&self, key: &MessageKey) -> String {
        self.compose_from("draft", key)
    }

    fn compose_from(&self, how: &str, key: &MessageKey) -> String {
        format!("{}/compose?{how}={}", self.base, encode(&key.reference()))
    }

    /// Takes a `next` or `back` that a form carried: an address of this site, or nothing.
    pub fn local<'a>(&self, path: &'a str) -> Option<&'a str> {
        let inside = path.strip_prefix(self.base.as_str())?;
        let plain = inside.starts_with('/')
            && !inside.starts_with("//")
            && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
        plain.then_some(path)
    }
}

fn list_query(request: &ListRequest) -> String {
    let mut query = String::new();
    let mut add = |name: &str, value: &str| {
        let mark = if query.is_empty() { '?' } else { '&' };
        write!(query, "{mark}{name}={}", encode(value)).expect("writing to a String cannot fail");
    };
    if request.page > 0 {
        // People count pages from 1.
        add("page", &(request.page + 1).to_string());
    }
    if request.sort != SortKey::default() {
        add("sort", request.sort.word());
    }
    if request.filter != Filter::All {
        add("filter", request.filter.word());
    }
    if !request.query.text.is_empty() {
        add("q", &request.query.text);
    }
    query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_is_one_path_segment_below_the_base_path() {
        let urls = Urls::new("/webmail/");
        let name = MailboxName::new("Archiv/2026 & ä?").expect("valid");
        assert_eq!(urls.mailbox(&name), "/webmail/mail/Archiv%2F2026%20%26%20%C3%A4%3F");
        assert_eq!(Urls::new("/").inbox(), "/mail/INBOX");
    }

    #[test]
    fn only_addresses_of_this_site_are_followed() {
        let urls = Urls::new("/webmail");
        assert_eq!(urls.local("/webmail/mail/INBOX?page=2"), Some("/webmail/mail/INBOX?page=2"));
        for bad in [
            "//evil.test",
            "/\\evil.test",
            "https://evil.test",
            "/webmail//evil.test",
            "/other",
            "/webmailx",
            "/webmail/a\r\nb",
        ] {
            assert_eq!(urls.local(bad), None, "{bad}");
        }
        assert_eq!(Urls::new("").local("/\\evil.test"), None);
    }
}
