//! Who the signed-in person is to others.

use super::{Account, Error};
use crate::model::{
    Address, AddressList, Flag, Headers, Identity, Keyword, ListRequest, MailboxRole, Message, MessageId,
};

/// The addresses that somebody may write from.
#[derive(Debug, Clone)]
pub struct Identities {
    /// The account's own.
    pub own: Address,
    pub others: Vec<Identity>,
    /// `false` where the store did not answer: there may be others.
    pub are_known: bool,
}

impl Identities {
    /// The account's own first.
    pub fn all(&self) -> impl Iterator<Item = &Address> {
        std::iter::once(&self.own).chain(self.others.iter().map(|identity| &identity.address))
    }

    /// The one that is written like this, or at least has this address.
    pub fn find(&self, typed: &str) -> Option<&Address> {
        let written = self.all().find(|address| address.to_string() == typed.trim());
        written.or_else(|| self.with_email(&AddressList::parse(typed).ok()?.0.first()?.email))
    }

    fn with_email(&self, email: &str) -> Option<&Address> {
        self.all().find(|address| address.email.to_lowercase() == email.to_lowercase())
    }

    /// The one that a message was sent to.
    fn written_to(&self, headers: &Headers) -> Option<&Address> {
        headers.to.iter().chain(&headers.cc).find_map(|recipient| self.with_email(&recipient.email))
    }
}

impl Account {
    /// Without the store mail can still be written: from the account's own address.
    pub async fn identities(&self) -> Identities {
        let own = self.identity().await;
        match self.services.store.identities(self.username()).await {
            Ok(others) => Identities { own, others, are_known: true },
            Err(error) => {
                tracing::warn!(%error, "the identities cannot be read");
                Identities { own, others: Vec::new(), are_known: false }
            }
        }
    }

    /// Who answers a message: the identity of the collector that brought it, else the one it was sent to.
    pub(super) async fn answers_as(&self, message: &Message, identities: &Identities) -> Address {
        let of_collector = self.identity_of_collector(message, identities).await;
        let found = of_collector.or_else(|| identities.written_to(&message.headers).cloned());
        found.unwrap_or_else(|| identities.own.clone())
    }

    async fn identity_of_collector(&self, message: &Message, identities: &Identities) -> Option<Address> {
        let is_keyword = |flag: &Flag| matches!(flag, Flag::Keyword(_));
        if !message.flags.0.iter().any(is_keyword) {
            return None;
        }
        let collectors = match self.services.store.collectors(self.username()).await {
            Ok(collectors) => collectors,
            Err(error) => {
                tracing::warn!(%error, "the collectors cannot be read");
                return None;
            }
        };
        collectors.into_iter().find_map(|collector| {
            let keyword = Keyword::new(collector.settings.keyword.as_deref()?)?;
            let chosen = collector.settings.identity?;
            let identity = identities.others.iter().find(|identity| identity.id == chosen)?;
            message.flags.has(&Flag::Keyword(keyword)).then(|| identity.address.clone())
        })
    }

    /// The address that mail is sent from, with the display name used last: the newest message in Sent knows
    /// it, whichever program sent that.
    pub async fn identity(&self) -> Address {
        let email = self.email();
        // Without the name mail can still be written.
        let name =
            self.display_name.get_or_init(|| async { self.name_in_sent(&email).await.unwrap_or_default() });
        Address { name: name.await.clone(), email }
    }

    /// A fresh Message-ID, told apart from those of an earlier run of this process; see `send.rs`.
    pub fn new_message_id(&self) -> MessageId {
        let email = self.email();
        let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
        self.services.sendings.new_message_id(domain)
    }

    /// The user name, completed to an address where it is none.
    fn email(&self) -> String {
        let username = self.username();
        if username.contains('@') {
            return username.to_owned();
        }
        let host = self.services.imap.upstream.host.as_str();
        let domain = self.services.mail_domain.as_deref().unwrap_or_else(|| {
            ["imap.", "mail."].iter().find_map(|prefix| host.strip_prefix(prefix)).unwrap_or(host)
        });
        format!("{username}@{domain}")
    }

    async fn name_in_sent(&self, email: &str) -> Result<Option<String>, Error> {
        let Some(sent) = self.mailbox_with_role(MailboxRole::Sent).await? else { return Ok(None) };
        let newest = self.list(&sent, &ListRequest { per_page: 1, ..ListRequest::default() }).await?;
        let own = newest
            .page
            .rows
            .into_iter()
            .flat_map(|row| row.from)
            .find(|from| from.email.eq_ignore_ascii_case(email));
        Ok(own.and_then(|from| from.name))
    }
}
