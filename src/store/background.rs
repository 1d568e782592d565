//! Passwords that work goes on with while their owner is away: sealed with the server key, and kept only as long as
//! there is such work.

use secrecy::SecretString;

use super::{Store, StoreError, db::values};
use crate::model::Credentials;

/// A password that was kept so shortly ago may be for work that is about to be written down. Seconds.
const GRACE: i64 = 600;

fn context(owner: &str) -> String {
    format!("credentials {owner}")
}

impl Store {
    /// Keeps what `owner` signed in with, in place of what was kept.
    pub async fn keep_credentials(&self, credentials: &Credentials) -> Result<(), StoreError> {
        let owner = &credentials.username;
        let sealed = self.keys.seal(credentials.password().as_bytes(), &context(owner))?;
        let sql = "INSERT INTO credentials (owner, password, kept_at) VALUES ($1, $2, $3) ON CONFLICT (owner) \
                   DO UPDATE SET password = excluded.password, kept_at = excluded.kept_at, refused_at = NULL";
        self.db.execute(sql, values![owner, sealed, self.now()]).await.map(drop)
    }

    /// `None` where nothing is kept, or the mail server refused it.
    pub async fn credentials(&self, owner: &str) -> Result<Option<Credentials>, StoreError> {
        let sql = "SELECT password FROM credentials WHERE owner = $1 AND refused_at IS NULL";
        let rows = self.db.query(sql, values![owner]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let password = self.keys.open(row.bytes(0)?, &context(owner))?;
        let password = std::str::from_utf8(&password).map_err(|_| StoreError::Sealed)?;
        Ok(Some(Credentials::new(owner, SecretString::from(password))))
    }

    /// The mail server no longer takes it: not tried again before its owner signs in.
    pub async fn credentials_refused(&self, owner: &str) -> Result<(), StoreError> {
        let sql = "UPDATE credentials SET refused_at = $1 WHERE owner = $2";
        self.db.execute(sql, values![self.now(), owner]).await.map(drop)
    }

    /// Whether anything is to be done for this owner, now or later.
    pub async fn has_work(&self, owner: &str) -> Result<bool, StoreError> {
        let rows = self.db.query("SELECT subject FROM jobs WHERE owner = $1 LIMIT 1", values![owner]).await?;
        Ok(!rows.is_empty())
    }

    /// Forgets the passwords of those for whom nothing is to be done any more.
    pub async fn forget_idle_credentials(&self) -> Result<(), StoreError> {
        let sql = "DELETE FROM credentials WHERE kept_at < $1 AND NOT EXISTS \
                   (SELECT 1 FROM jobs WHERE jobs.owner = credentials.owner) \
                   AND NOT EXISTS (SELECT 1 FROM collectors WHERE collectors.owner = credentials.owner)";
        self.db.execute(sql, values![self.now() - GRACE]).await.map(drop)
    }

    /// Forgets all of them: the administrator turned background work off.
    pub async fn forget_all_credentials(&self) -> Result<(), StoreError> {
        self.db.execute("DELETE FROM credentials", Vec::new()).await.map(drop)
    }

    /// Seals every secret anew with the first key of the key file. Returns how many were.
    pub async fn reseal(&self) -> Result<u64, StoreError> {
        let mut n = 0;
        let rows = self.db.query("SELECT owner, password FROM credentials", Vec::new()).await?;
        for row in rows {
            let (owner, sealed) = (row.text(0)?, row.bytes(1)?);
            if let Some(again) = self.again(sealed, &context(owner))? {
                let sql = "UPDATE credentials SET password = $1 WHERE owner = $2 AND password = $3";
                n += self.db.execute(sql, values![again, owner, sealed.to_vec()]).await?;
            }
        }
        let rows = self.db.query("SELECT id, secret FROM collectors", Vec::new()).await?;
        for row in rows {
            let (id, sealed) = (row.text(0)?, row.bytes(1)?);
            if let Some(again) = self.again(sealed, &super::collectors::context(id))? {
                let sql = "UPDATE collectors SET secret = $1 WHERE id = $2 AND secret = $3";
                n += self.db.execute(sql, values![again, id, sealed.to_vec()]).await?;
            }
        }
        let rows = self.db.query("SELECT outbox FROM outbox_messages", Vec::new()).await?;
        for row in rows {
            let id = row.text(0)?;
            let sql = "SELECT message FROM outbox_messages WHERE outbox = $1";
            let messages = self.db.query(sql, values![id]).await?;
            let Some(message) = messages.first() else { continue };
            if let Some(again) = self.again(message.bytes(0)?, &super::outbox::context(id))? {
                let sql = "UPDATE outbox_messages SET message = $1 WHERE outbox = $2";
                n += self.db.execute(sql, values![again, id]).await?;
            }
        }
        Ok(n)
    }

    fn again(&self, sealed: &[u8], context: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let secret = self.keys.open(sealed, context)?;
        if self.keys.is_current(sealed) { Ok(None) } else { self.keys.seal(&secret, context).map(Some) }
    }
}
