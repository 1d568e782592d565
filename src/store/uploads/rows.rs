//! Attachments in the database, sealed with the server key: any instance sends a message with them.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use serde::{Deserialize, Serialize};

use super::{Limited, MAX_AGE, UploadError, UploadId, Used, Waiting};
use crate::{
    model::Attachment,
    store::{
        Store, StoreError,
        collectors::json,
        db::{Row, Statement, values},
    },
};

/// Bytes in a row.
const CHUNK: usize = 256 * 1024;
/// An upload that takes longer is given up. Seconds.
const MAX_UPLOAD: i64 = 3600;

pub(super) struct Rows {
    pub(super) store: Arc<Store>,
}

/// What stands beside the content.
#[derive(Serialize, Deserialize)]
struct About {
    filename: String,
    media_type: String,
}

impl Rows {
    pub(super) fn new(store: Arc<Store>) -> Rows {
        Rows { store }
    }

    pub(super) async fn add<S, E>(
        &self,
        owner: &str,
        new: Waiting,
        mut content: Limited<S>,
    ) -> Result<Waiting, UploadError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let id = new.id.as_str();
        let about = About { filename: new.filename.clone(), media_type: new.media_type.clone() };
        let about = self.store.keys.seal(json(&about)?.as_bytes(), &context(id, "about"))?;
        // Given up half-way, the rows go: also when this future is dropped.
        let unfinished = Unfinished(Some((Arc::clone(&self.store), new.id.clone())));
        let sql = "INSERT INTO uploads (id, owner, about, size, is_whole, expires_at) VALUES ($1, $2, $3, 0, 0, $4)";
        let until = self.store.now() + MAX_UPLOAD;
        self.store.db.execute(sql, values![id, owner, about, until]).await?;
        let (mut n, mut size) = (0, 0);
        let mut waiting = BytesMut::new();
        while let Some(chunk) = content.next().await? {
            size += chunk.len() as u64;
            waiting.extend_from_slice(&chunk);
            while waiting.len() >= CHUNK {
                self.add_chunk(id, n, &waiting.split_to(CHUNK)).await?;
                n += 1;
            }
        }
        self.add_chunk(id, n, &waiting).await?;
        let sql = "UPDATE uploads SET size = $1, is_whole = 1, expires_at = $2 WHERE id = $3";
        let until = self.store.now().saturating_add_unsigned(MAX_AGE);
        self.store.db.execute(sql, values![size.cast_signed(), until, id]).await?;
        unfinished.keep();
        Ok(Waiting { size, ..new })
    }

    async fn add_chunk(&self, id: &str, n: i64, content: &[u8]) -> Result<(), StoreError> {
        let sealed = self.store.keys.seal(content, &context(id, n))?;
        let sql = "INSERT INTO upload_chunks (upload, n, content) VALUES ($1, $2, $3)";
        self.store.db.execute(sql, values![id, n, sealed]).await.map(drop)
    }

    pub(super) async fn list(&self, owner: &str, ids: &[UploadId]) -> Result<Vec<Waiting>, StoreError> {
        let mut list = Vec::new();
        for id in ids {
            list.extend(self.find(owner, id).await?);
        }
        Ok(list)
    }

    pub(super) async fn read(&self, owner: &str, id: &UploadId) -> Result<Option<Attachment>, StoreError> {
        let Some(waiting) = self.find(owner, id).await? else { return Ok(None) };
        let mut bytes = BytesMut::new();
        for n in 0.. {
            let sql = "SELECT content FROM upload_chunks WHERE upload = $1 AND n = $2";
            let rows = self.store.db.query(sql, values![id.as_str(), n]).await?;
            let Some(row) = rows.first() else { break };
            bytes.extend_from_slice(&self.store.keys.open(row.bytes(0)?, &context(id.as_str(), n))?);
        }
        if bytes.len() as u64 != waiting.size {
            return Err(StoreError::Damaged("an attachment is not whole".to_owned()));
        }
        let Waiting { filename, media_type, .. } = waiting;
        Ok(Some(Attachment { filename, media_type, bytes: bytes.as_ref().into() }))
    }

    pub(super) async fn remove(&self, owner: &str, id: &UploadId) -> Result<(), StoreError> {
        let mine =
            Statement::new("DELETE FROM uploads WHERE id = $1 AND owner = $2", values![id.as_str(), owner]);
        self.store.db.transact(vec![mine.must_change(), chunks_of(id)]).await.map(drop)
    }

    pub(super) async fn sweep(&self) -> Result<(), StoreError> {
        let sql = "DELETE FROM uploads WHERE expires_at <= $1";
        self.store.db.execute(sql, values![self.store.now()]).await?;
        let sql = "DELETE FROM upload_chunks WHERE upload NOT IN (SELECT id FROM uploads)";
        self.store.db.execute(sql, Vec::new()).await.map(drop)
    }

    pub(super) async fn used_by(&self, owner: &str) -> Result<Used, StoreError> {
        let sql = "SELECT size FROM uploads WHERE owner = $1 AND expires_at > $2";
        let rows = self.store.db.query(sql, values![owner, self.store.now()]).await?;
        rows.iter().try_fold((0, 0), |(n, bytes), row| Ok((n + 1, bytes + row.int(0)?.unsigned_abs())))
    }

    async fn find(&self, owner: &str, id: &UploadId) -> Result<Option<Waiting>, StoreError> {
        let sql = "SELECT about, size FROM uploads \
                   WHERE id = $1 AND owner = $2 AND is_whole = 1 AND expires_at > $3";
        let values = values![id.as_str(), owner, self.store.now()];
        let rows = self.store.db.query(sql, values).await?;
        rows.first().map(|row| self.waiting(id, row)).transpose()
    }

    fn waiting(&self, id: &UploadId, row: &Row) -> Result<Waiting, StoreError> {
        let about = self.store.keys.open(row.bytes(0)?, &context(id.as_str(), "about"))?;
        let about: About =
            serde_json::from_slice(&about).map_err(|error| StoreError::Damaged(error.to_string()))?;
        let About { filename, media_type } = about;
        Ok(Waiting { id: id.clone(), filename, media_type, size: row.int(1)?.unsigned_abs() })
    }
}

fn context(id: &str, what: impl std::fmt::Display) -> String {
    format!("upload {id} {what}")
}

fn chunks_of(id: &UploadId) -> Statement {
    Statement::new("DELETE FROM upload_chunks WHERE upload = $1", values![id.as_str()])
}

/// Removes the rows on drop, unless they are all there. Where that cannot be done now, the sweep does.
struct Unfinished(Option<(Arc<Store>, UploadId)>);

impl Unfinished {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let (Some((store, id)), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) else {
            return;
        };
        runtime.spawn(async move {
            let row = Statement::new("DELETE FROM uploads WHERE id = $1", values![id.as_str()]);
            if let Err(error) = store.db.transact(vec![row, chunks_of(&id)]).await {
                tracing::debug!(%error, "what is left of an upload is removed later");
            }
        });
    }
}
