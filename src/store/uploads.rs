//! Attachments waiting to be sent, each bound to the account that added it: files in a private directory, or in the
//! database where other instances have to find them.

mod files;
mod rows;

use std::{io, path::Path, sync::Arc};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};

use self::{files::Files, rows::Rows};
use super::{Store, StoreError, random_id};
use crate::{
    config::{Config, Database},
    model::Attachment,
};

/// An attachment that nobody sent for so long is removed. Seconds.
const MAX_AGE: u64 = 24 * 3600;

/// How much may wait.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The largest file, bytes.
    pub file_bytes: u64,
    /// All files of one account, bytes.
    pub account_bytes: u64,
    /// All files of one account.
    pub account_files: usize,
}

/// Names one upload. Random: cannot be guessed, and means nothing to another account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UploadId(String);

impl UploadId {
    fn random() -> UploadId {
        UploadId(random_id())
    }

    /// Takes back an id that a form carried.
    pub fn parse(id: &str) -> Option<UploadId> {
        let is_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        (id.len() == 32 && id.bytes().all(is_hex)).then(|| UploadId(id.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An attachment that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub id: UploadId,
    pub filename: String,
    /// `main/sub`, as the browser said it.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The file alone is larger than may be sent. In bytes.
    #[error("the file is larger than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("too many files wait to be sent")]
    TooMany,
    /// The browser went away, or sent no well-formed form.
    #[error("the upload broke off")]
    BrokenOff(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the upload cannot be stored")]
    Disk(#[from] io::Error),
    #[error("the upload cannot be stored")]
    Store(#[from] StoreError),
}

/// Every attachment that waits, of every account.
pub struct Uploads {
    limits: Limits,
    shelf: Shelf,
}

/// Where they wait.
enum Shelf {
    Files(Files),
    Rows(Rows),
}

/// How much of an account's share is used: files, and bytes.
type Used = (usize, u64);

impl Uploads {
    /// In the database where instances share it; else in `upload_dir`, or beside the database, or, where neither can
    /// be, in a private temporary directory that ends with the process.
    pub fn new(store: &Arc<Store>, config: &Config, limits: Limits) -> io::Result<Uploads> {
        let shelf = match (&config.upload_dir, dir(config)) {
            _ if store.is_shared() => Shelf::Rows(Rows::new(Arc::clone(store))),
            (None, Some(beside)) => Shelf::Files(Files::new(Some(beside)).or_else(|error| {
                tracing::warn!(%error, "attachments end with the process: data_dir cannot be written to");
                Files::new(None)
            })?),
            (_, dir) => Shelf::Files(Files::new(dir)?),
        };
        Ok(Uploads { limits, shelf })
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Streams a file to where it waits. On an error nothing of it is kept.
    pub async fn add<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        &self,
        owner: &str,
        filename: &str,
        media_type: &str,
        content: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Waiting, UploadError> {
        let (n_files, n_bytes) = match &self.shelf {
            Shelf::Files(files) => files.used_by(owner),
            Shelf::Rows(rows) => rows.used_by(owner).await?,
        };
        if n_files >= self.limits.account_files {
            return Err(UploadError::TooMany);
        }
        let most = self.limits.file_bytes.min(self.limits.account_bytes.saturating_sub(n_bytes));
        let new = Waiting {
            id: UploadId::random(),
            filename: filename.to_owned(),
            media_type: media_type.to_owned(),
            size: 0,
        };
        let content = Limited { content, left: most, limit: self.limits.file_bytes };
        match &self.shelf {
            Shelf::Files(files) => files.add(owner, new, content).await,
            Shelf::Rows(rows) => rows.add(owner, new, content).await,
        }
    }

    /// Those of `ids` that wait for `owner`, in the order of `ids`. While the database is away they all do, without
    /// their names: what was attached is not lost from the form.
    pub async fn list(&self, owner: &str, ids: &[UploadId]) -> Vec<Waiting> {
        match &self.shelf {
            Shelf::Files(files) => files.list(owner, ids),
            Shelf::Rows(rows) => match rows.list(owner, ids).await {
                Ok(waiting) => waiting,
                Err(error) => {
                    tracing::warn!(%error, "attachments are shown without their names");
                    ids.iter().map(Waiting::unknown).collect()
                }
            },
        }
    }

    /// The whole attachment; `None` where `owner` has none of this id.
    pub async fn read(&self, owner: &str, id: &UploadId) -> Result<Option<Attachment>, UploadError> {
        match &self.shelf {
            Shelf::Files(files) => Ok(files.read(owner, id).await?),
            Shelf::Rows(rows) => Ok(rows.read(owner, id).await?),
        }
    }

    /// Removes those of `ids` that wait for `owner`: they were sent, or taken off the message.
    pub async fn remove(&self, owner: &str, ids: &[UploadId]) {
        match &self.shelf {
            Shelf::Files(files) => files.remove(owner, ids),
            Shelf::Rows(rows) => {
                for id in ids {
                    if let Err(error) = rows.remove(owner, id).await {
                        tracing::warn!(%error, "an attachment that is no longer needed is removed in a day");
                    }
                }
            }
        }
    }

    /// Removes what nobody sent.
    pub async fn sweep(&self) {
        match &self.shelf {
            Shelf::Files(files) => files.sweep(),
            Shelf::Rows(rows) => {
                if let Err(error) = rows.sweep().await {
                    tracing::debug!(%error, "old attachments were not removed");
                }
            }
        }
    }
}

/// Where attachments are kept that outlive the process.
fn dir(config: &Config) -> Option<&Path> {
    let beside = config.data_dir.as_deref().filter(|_| !matches!(config.database, Database::Memory));
    config.upload_dir.as_deref().or(beside)
}

/// Removes the files that wait for `owner`, from outside of the process that keeps them.
pub fn forget_uploads(config: &Config, owner: &str) -> io::Result<()> {
    dir(config).map_or(Ok(()), |dir| files::forget(dir, owner))
}

impl Waiting {
    fn unknown(id: &UploadId) -> Waiting {
        Waiting { id: id.clone(), filename: "attached file".to_owned(), media_type: String::new(), size: 0 }
    }
}

/// What a browser sends, up to what may be taken.
struct Limited<S> {
    content: S,
    /// Bytes.
    left: u64,
    /// What the person is told, bytes.
    limit: u64,
}

impl<S, E> Limited<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    async fn next(&mut self) -> Result<Option<Bytes>, UploadError> {
        let Some(chunk) = self.content.next().await else { return Ok(None) };
        let chunk = chunk.map_err(|error| UploadError::BrokenOff(error.into()))?;
        let left = self.left.checked_sub(chunk.len() as u64);
        self.left = left.ok_or(UploadError::TooLarge { limit: self.limit })?;
        Ok(Some(chunk))
    }
}

#[cfg(test)]
mod tests;
