//! Attachments waiting to be sent: files in a private directory, each bound to the account that added it.

use std::{
    collections::HashMap,
    fs, io,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use rand::RngExt;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

use crate::model::Attachment;

/// An attachment that nobody sent for so long is removed.
const MAX_AGE: Duration = Duration::from_secs(24 * 3600);

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
        UploadId(format!("{:032x}", rand::rng().random::<u128>()))
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
}

/// Every attachment that waits, of every account.
pub struct Uploads {
    dir: PathBuf,
    limits: Limits,
    entries: Mutex<HashMap<UploadId, Entry>>,
    /// Removes the directory in the end, where it is ours.
    _temporary: Option<TempDir>,
}

struct Entry {
    owner: String,
    waiting: Waiting,
    since: Instant,
}

impl Uploads {
    /// In `dir`, or in a private temporary directory. What an earlier process left there is removed.
    pub fn new(dir: Option<&Path>, limits: Limits) -> io::Result<Uploads> {
        let temporary =
            dir.is_none().then(|| tempfile::Builder::new().prefix("postroom-").tempdir()).transpose()?;
        let dir = match (&temporary, dir) {
            (Some(temporary), _) => temporary.path().to_owned(),
            (None, Some(dir)) => {
                let dir = dir.join("uploads");
                fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir)?;
                dir
            }
            (None, None) => std::env::temp_dir(),
        };
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o700))?;
        for left in fs::read_dir(&dir)? {
            let left = left?;
            if left.file_name().to_str().is_some_and(|name| UploadId::parse(name).is_some()) {
                fs::remove_file(left.path())?;
            }
        }
        Ok(Uploads { dir, limits, entries: Mutex::default(), _temporary: temporary })
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Streams a file to the disk. On an error nothing of it is kept.
    pub async fn add<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        &self,
        owner: &str,
        filename: &str,
        media_type: &str,
        mut content: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Waiting, UploadError> {
        let (n_files, n_bytes) = self.used_by(owner);
        if n_files >= self.limits.account_files {
            return Err(UploadError::TooMany);
        }
        let limit = self.limits.file_bytes.min(self.limits.account_bytes.saturating_sub(n_bytes));
        let id = UploadId::random();
        // Given up half-way, the file goes: also when this future is dropped.
        let unfinished = Unfinished(Some(self.path(&id)));
        let mut file = tokio::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(self.path(&id))
            .await?;
        let mut size = 0;
        while let Some(chunk) = content.next().await {
            let chunk = chunk.map_err(|error| UploadError::BrokenOff(error.into()))?;
            size += chunk.len() as u64;
            if size > limit {
                return Err(UploadError::TooLarge { limit: self.limits.file_bytes });
            }
            file.write_all(&chunk).await?;
        }
        file.flush().await?;
        unfinished.keep();
        let waiting = Waiting {
            id: id.clone(),
            filename: filename.to_owned(),
            media_type: media_type.to_owned(),
            size,
        };
        let entry = Entry { owner: owner.to_owned(), waiting: waiting.clone(), since: Instant::now() };
        self.lock().insert(id, entry);
        Ok(waiting)
    }

    /// Those of `ids` that wait for `owner`, in the order of `ids`.
    pub fn list(&self, owner: &str, ids: &[UploadId]) -> Vec<Waiting> {
        let entries = self.lock();
        let mine = |id: &UploadId| entries.get(id).filter(|entry| entry.owner == owner);
        ids.iter().filter_map(mine).map(|entry| entry.waiting.clone()).collect()
    }

    /// The whole attachment; `None` where `owner` has none of this id.
    pub async fn read(&self, owner: &str, id: &UploadId) -> io::Result<Option<Attachment>> {
        let Some(waiting) = self.list(owner, std::slice::from_ref(id)).pop() else { return Ok(None) };
        let bytes = tokio::fs::read(self.path(id)).await?.into();
        Ok(Some(Attachment { filename: waiting.filename, media_type: waiting.media_type, bytes }))
    }

    /// Removes those of `ids` that wait for `owner`: they were sent, or taken off the message.
    pub fn remove(&self, owner: &str, ids: &[UploadId]) {
        let mut entries = self.lock();
        for id in ids {
            if entries.get(id).is_some_and(|entry| entry.owner == owner) {
                entries.remove(id);
                self.unlink(id);
            }
        }
    }

    /// Removes what nobody sent.
    pub fn sweep(&self) {
        let gone = self
            .lock()
            .extract_if(|_, entry| entry.since.elapsed() >= MAX_AGE)
            .map(|(id, _)| id)
            .collect::<Vec<_>>();
        gone.iter().for_each(|id| self.unlink(id));
    }

    fn used_by(&self, owner: &str) -> (usize, u64) {
        let entries = self.lock();
        let mine = entries.values().filter(|entry| entry.owner == owner);
        mine.fold((0, 0), |(n, bytes), entry| (n + 1, bytes + entry.waiting.size))
    }

    fn path(&self, id: &UploadId) -> PathBuf {
        self.dir.join(id.as_str())
    }

    fn unlink(&self, id: &UploadId) {
        if let Err(error) = fs::remove_file(self.path(id)) {
            tracing::warn!(%error, "an attachment that is no longer needed could not be removed");
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UploadId, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes the file on drop, unless it was finished.
struct Unfinished(Option<PathBuf>);

impl Unfinished {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            // It may not have been created yet.
            drop(fs::remove_file(path));
        }
    }
}

#[cfg(test)]
mod tests;
