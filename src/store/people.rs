//! Identities, contacts, and senders whose remote content is shown.

use super::{
    Store, StoreError,
    db::{Statement, values},
    random_id,
};
use crate::model::{Address, Contact, Identity};

/// Of each owner.
const MAX_CONTACTS: i64 = 5000;

impl Store {
    pub async fn identities(&self, owner: &str) -> Result<Vec<Identity>, StoreError> {
        let sql = "SELECT id, name, email FROM identities WHERE owner = $1 ORDER BY email, name, id";
        let rows = self.query_soon(sql, values![owner]).await?;
        rows.iter()
            .map(|row| {
                let address = address(row.text(1)?, row.text(2)?);
                Ok(Identity { id: row.text(0)?.to_owned(), address })
            })
            .collect()
    }

    /// Returns its id.
    pub async fn add_identity(&self, owner: &str, address: &Address) -> Result<String, StoreError> {
        let id = random_id();
        let sql = "INSERT INTO identities (id, owner, name, email) VALUES ($1, $2, $3, $4)";
        let name = address.name.as_deref().unwrap_or_default();
        self.db.execute(sql, values![&id, owner, name, &address.email]).await?;
        Ok(id)
    }

    pub async fn change_identity(&self, owner: &str, identity: &Identity) -> Result<(), StoreError> {
        let sql = "UPDATE identities SET name = $1, email = $2 WHERE id = $3 AND owner = $4";
        let name = identity.address.name.as_deref().unwrap_or_default();
        self.db.execute(sql, values![name, &identity.address.email, &identity.id, owner]).await.map(drop)
    }

    pub async fn remove_identity(&self, owner: &str, id: &str) -> Result<(), StoreError> {
        self.db
            .execute("DELETE FROM identities WHERE id = $1 AND owner = $2", values![id, owner])
            .await
            .map(drop)
    }

    /// They were written to; a name that is given replaces the one that was known.
    pub async fn remember_contacts(&self, owner: &str, addresses: &[Address]) -> Result<(), StoreError> {
        let now = self.now();
        let sql = "INSERT INTO contacts (owner, email, name, n_used, last_used) VALUES ($1, $2, $3, 1, $4) \
                   ON CONFLICT (owner, email) DO UPDATE SET n_used = contacts.n_used + 1, \
                   last_used = excluded.last_used, \
                   name = CASE excluded.name WHEN '' THEN contacts.name ELSE excluded.name END";
        let mut statements: Vec<Statement> = addresses
            .iter()
            .map(|address| {
                let name = address.name.as_deref().unwrap_or_default();
                Statement::new(sql, values![owner, address.email.to_lowercase(), name, now])
            })
            .collect();
        statements.push(Statement::new(
            "DELETE FROM contacts WHERE owner = $1 AND email NOT IN (SELECT email FROM contacts \
             WHERE owner = $2 ORDER BY last_used DESC, n_used DESC LIMIT $3)",
            values![owner, owner, MAX_CONTACTS],
        ));
        self.db.transact(statements).await.map(drop)
    }

    /// Those written to most, first.
    pub async fn contacts(&self, owner: &str, limit: u32) -> Result<Vec<Contact>, StoreError> {
        let sql = "SELECT name, email, n_used, last_used FROM contacts WHERE owner = $1 \
                   ORDER BY n_used DESC, last_used DESC, email LIMIT $2";
        let rows = self.query_soon(sql, values![owner, i64::from(limit)]).await?;
        rows.iter()
            .map(|row| {
                Ok(Contact {
                    address: address(row.text(0)?, row.text(1)?),
                    n_used: row.int(2)?.unsigned_abs(),
                    last_used: row.int(3)?,
                })
            })
            .collect()
    }

    pub async fn trust_sender(&self, owner: &str, email: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO trusted_senders (owner, email, since) VALUES ($1, $2, $3) \
                   ON CONFLICT (owner, email) DO NOTHING";
        self.db.execute(sql, values![owner, email.to_lowercase(), self.now()]).await.map(drop)
    }

    pub async fn distrust_sender(&self, owner: &str, email: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM trusted_senders WHERE owner = $1 AND email = $2";
        self.db.execute(sql, values![owner, email.to_lowercase()]).await.map(drop)
    }

    /// In lower case.
    pub async fn trusted_senders(&self, owner: &str) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT email FROM trusted_senders WHERE owner = $1 ORDER BY email";
        let rows = self.db.query(sql, values![owner]).await?;
        rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
    }
}

fn address(name: &str, email: &str) -> Address {
    Address { name: Some(name.to_owned()).filter(|name| !name.is_empty()), email: email.to_owned() }
}
