//! The frame of every signed-in page: search, folders, the person, and what the last action did.

mod load;
mod nav;

pub use load::{Place, find_mailbox};
pub use nav::{NavMailbox, arrange, arrange_all};

use jiff::ZonedDateTime;

use crate::{
    model::{MailboxName, Quota},
    render,
    web::{
        assets,
        flash::Flash,
        moment::{self, Later},
        urls::Urls,
    },
};

/// What `shell.html` shows. Every page struct that extends it has one as its field `shell`.
#[derive(Debug, Clone)]
pub struct Shell {
    pub urls: Urls,
    /// The site's name, as the administrator chose it.
    pub product: String,
    pub username: String,
    /// For the `csrf` field of every form.
    pub csrf: String,
    /// As [`arrange`] makes them.
    pub mailboxes: Vec<NavMailbox>,
    /// The mailbox that the page belongs to.
    pub current: Option<MailboxName>,
    pub quota: Option<Quota>,
    /// Messages that wait to be sent; 0 also where nobody knows.
    pub n_outbox: u64,
    pub flash: Option<Flash>,
    /// What the search box holds.
    pub query: String,
    /// The page's own address, below the site's origin: where a form leads back to.
    pub here: String,
}

impl Shell {
    /// The mailbox that the search box searches: the page's, else the inbox.
    pub fn searched(&self) -> MailboxName {
        self.current.clone().unwrap_or_else(MailboxName::inbox)
    }

    /// What people call the mailbox that the search box searches.
    pub fn searched_label(&self) -> &str {
        let searched = self.searched();
        self.mailboxes.iter().find(|mailbox| mailbox.name == searched).map_or("Inbox", |m| m.label.as_str())
    }

    pub fn is_current(&self, mailbox: &NavMailbox) -> bool {
        self.current.as_ref() == Some(&mailbox.name)
    }

    /// Whether this is the page of an address, or one below it.
    pub fn is_at(&self, address: &str) -> bool {
        self.here.split('?').next().is_some_and(|here| here.starts_with(address))
    }

    /// Whether this is the page of what is snoozed, or the folder behind it.
    pub fn is_snoozed(&self) -> bool {
        let is_open = |mailbox: &NavMailbox| mailbox.is_snoozed() && self.is_current(mailbox);
        self.is_at(&self.urls.snoozed()) || self.mailboxes.iter().any(is_open)
    }

    /// When a message can come back: the form's word, and label and time for people.
    pub fn laters(&self) -> [(String, &'static str, String); 3] {
        let now = ZonedDateTime::now();
        Later::ALL.map(|later| (format!("snooze {}", later.word()), later.label(), later.hint(&now)))
    }

    /// The time zone that times are typed in.
    pub fn zone(&self) -> String {
        moment::zone(&ZonedDateTime::now())
    }

    /// Where messages of the current mailbox can be moved or copied to.
    pub fn targets(&self) -> impl Iterator<Item = &NavMailbox> {
        self.mailboxes.iter().filter(|mailbox| mailbox.is_selectable && !self.is_current(mailbox))
    }

    /// `1.2 GB of 5 GB used`.
    pub fn quota_text(&self, quota: &Quota) -> String {
        let bytes = |kib: u64| render::size(kib.saturating_mul(1024));
        format!("{} of {} used", bytes(quota.used_kib), bytes(quota.limit_kib))
    }
}

/// The address of an icon in the sprite.
pub fn icon(urls: &Urls, name: &str) -> String {
    format!("{}#{name}", urls.asset(assets::ICONS_SVG))
}

/// Who somebody is at a glance: a letter on a colour, both always the same for one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Avatar {
    pub initial: String,
    /// One of [`Avatar::N_HUES`] colours of the style sheet.
    pub hue: u8,
}

impl Avatar {
    pub const N_HUES: u8 = 8;

    pub fn new(name: &str, email: &str) -> Avatar {
        let initial = name.chars().find(|c| c.is_alphanumeric());
        // FNV-1a: small, and spreads addresses that differ in one letter.
        let hash = email.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193)
        });
        Avatar {
            initial: initial.map_or_else(|| "?".to_owned(), |c| c.to_uppercase().collect()),
            hue: u8::try_from((hash ^ (hash >> 15)) % u32::from(Self::N_HUES)).unwrap_or_default(),
        }
    }
}

/// `12,345`.
pub fn thousands(n: u32) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_face() {
        let ann = Avatar::new("“Ann” Example", "ann@example.org");
        assert_eq!(ann, Avatar::new("ann", "Ann@Example.ORG"));
        assert_eq!(ann.initial, "A");
        assert_eq!(Avatar::new("田中", "t@example.org").initial, "田");
        assert_eq!(Avatar::new("", "").initial, "?");
        assert!(ann.hue < Avatar::N_HUES);
    }

    #[test]
    fn large_numbers_are_readable() {
        assert_eq!([0, 999, 1000, 12_345_678].map(thousands), ["0", "999", "1,000", "12,345,678"]);
    }
}
