//! Who the signed-in person is to others.

use super::{Account, Error};
use crate::model::{Address, ListRequest, MailboxRole, MessageId};

impl Account {
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
