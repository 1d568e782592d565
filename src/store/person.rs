//! Everything that is kept of one person, to be handed over or forgotten.

use serde_json::{Map, Value as Json, json};

use super::{
    Store, StoreError,
    db::{Statement, values},
};

/// Every table that holds something of a person by their name; the others hang on these.
const TABLES: &[&str] = &[
    "DELETE FROM sessions WHERE owner = $1",
    "DELETE FROM credentials WHERE owner = $1",
    "DELETE FROM scraps WHERE owner = $1",
    "DELETE FROM uploads WHERE owner = $1",
    "DELETE FROM settings WHERE owner = $1",
    "DELETE FROM identities WHERE owner = $1",
    "DELETE FROM trusted_senders WHERE owner = $1",
    "DELETE FROM contacts WHERE owner = $1",
    "DELETE FROM jobs WHERE owner = $1",
    "DELETE FROM outbox WHERE owner = $1",
    "DELETE FROM snoozes WHERE owner = $1",
    "DELETE FROM collectors WHERE owner = $1",
];

/// Before their owners' rows go.
const DEPENDENT: &[&str] = &[
    "DELETE FROM upload_chunks WHERE upload IN (SELECT id FROM uploads WHERE owner = $1)",
    "DELETE FROM ledger WHERE collector IN (SELECT id FROM collectors WHERE owner = $1)",
    "DELETE FROM collector_runs WHERE collector IN (SELECT id FROM collectors WHERE owner = $1)",
    "DELETE FROM outbox_messages WHERE outbox IN (SELECT id FROM outbox WHERE owner = $1)",
];

impl Store {
    /// What is kept of `owner`, as JSON. No password is in it, sealed or not, and no mail.
    pub async fn export(&self, owner: &str) -> Result<Json, StoreError> {
        let mut export = Map::new();
        export.insert("account".to_owned(), owner.into());
        let rows = self.db.query("SELECT name, value FROM settings WHERE owner = $1", values![owner]).await?;
        let settings: Result<Map<String, Json>, StoreError> =
            rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.into()))).collect();
        export.insert("settings".to_owned(), settings?.into());
        let address = |address: &crate::model::Address| json!({"name": address.name, "email": address.email});
        let identities = self.identities(owner).await?;
        let identities: Vec<_> = identities.iter().map(|identity| address(&identity.address)).collect();
        export.insert("identities".to_owned(), identities.into());
        export.insert("trusted_senders".to_owned(), self.trusted_senders(owner).await?.into());
        let contacts = self.contacts(owner, u32::MAX).await?;
        let contacts: Vec<_> = contacts
            .iter()
            .map(|contact| {
                json!({"address": address(&contact.address), "messages": contact.n_used, "last": contact.last_used})
            })
            .collect();
        export.insert("contacts".to_owned(), contacts.into());
        let mut collectors = Vec::new();
        for collector in self.collectors(owner).await? {
            let ledger = self.ledger(&collector.id).await?;
            let uidls: Vec<&str> = ledger.iter().map(|(uidl, _)| uidl.as_str()).collect();
            collectors.push(json!({"settings": collector.settings, "seen_on_server": uidls}));
        }
        export.insert("collectors".to_owned(), collectors.into());
        let outbox: Vec<_> = self
            .outbox(owner)
            .await?
            .iter()
            .map(|row| json!({"mail": row.mail, "phase": row.phase.as_str(), "send_at": row.send_at}))
            .collect();
        export.insert("outbox".to_owned(), outbox.into());
        let snoozes: Vec<_> = self
            .snoozes(owner)
            .await?
            .iter()
            .map(|snooze| {
                json!({"message": snooze.message.reference(), "subject": snooze.subject, "until": snooze.until})
            })
            .collect();
        export.insert("snoozes".to_owned(), snoozes.into());
        Ok(export.into())
    }

    /// Forgets everything of `owner`; their mail stays where it is. Returns how many rows went.
    pub async fn forget(&self, owner: &str) -> Result<u64, StoreError> {
        let statements = DEPENDENT.iter().chain(TABLES);
        let statements = statements.map(|sql| Statement::new(sql, values![owner])).collect();
        let counts = self.db.transact(statements).await?;
        Ok(counts.unwrap_or_default().iter().sum())
    }
}
