//! Sessions as rows: found by the hash of their id, which alone tells nobody the id.

use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};

use super::{
    Sessions,
    known::{Change, Known},
};
use crate::store::{Store, StoreError, collectors::json, db::values};

/// How long an expired session stays: an instance may know that it was used, and not have been able to say so.
/// Seconds.
const KEEP_EXPIRED: i64 = 3600;

impl Store {
    /// It may have expired.
    pub(super) async fn session(&self, id: &Id) -> Result<Option<Record>, StoreError> {
        let sql = "SELECT record, expires_at FROM sessions WHERE id_hash = $1";
        let rows = self.db.query(sql, values![hash(id)]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let expiry_date = OffsetDateTime::from_unix_timestamp(row.int(1)?)
            .map_err(|error| StoreError::Damaged(error.to_string()))?;
        Ok(Some(Record { id: *id, data: row.json(0)?, expiry_date }))
    }

    /// Returns whether the session is there now.
    pub(super) async fn write_session(&self, id: &Id, known: &Known) -> Result<bool, StoreError> {
        let id = hash(id);
        let (Some(change), Some(record)) = (known.unwritten, &known.record) else {
            self.db.execute("DELETE FROM sessions WHERE id_hash = $1", values![id]).await?;
            return Ok(false);
        };
        let (data, expires_at) = (json(&record.data)?, record.expiry_date.unix_timestamp());
        if change == Change::Begin {
            let owner = record.data.get(Sessions::OWNER).and_then(|owner| owner.as_str()).unwrap_or_default();
            let sql = "INSERT INTO sessions (id_hash, owner, record, expires_at) VALUES ($1, $2, $3, $4) \
                       ON CONFLICT (id_hash) DO NOTHING";
            self.db.execute(sql, values![id, owner, data, expires_at]).await?;
            return Ok(true);
        }
        let sql = "UPDATE sessions SET record = $1, expires_at = $2 WHERE id_hash = $3";
        Ok(self.db.execute(sql, values![data, expires_at, id]).await? > 0)
    }

    pub(super) async fn delete_expired_sessions(&self) -> Result<(), StoreError> {
        let before = self.now() - KEEP_EXPIRED;
        self.db.execute("DELETE FROM sessions WHERE expires_at <= $1", values![before]).await.map(drop)
    }
}

fn hash(id: &Id) -> String {
    Sha256::digest(id.0.to_le_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
