//! Attachments as files: for an instance that has nobody to share with.

use std::{
    collections::HashMap,
    fs, io,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures_util::Stream;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

use super::{Limited, MAX_AGE, UploadError, UploadId, Used, Waiting};
use crate::model::Attachment;

pub(super) struct Files {
    pub(super) dir: PathBuf,
    entries: Mutex<HashMap<UploadId, Entry>>,
    /// Removes the directory in the end, where it is ours.
    _temporary: Option<TempDir>,
}

struct Entry {
    owner: String,
    waiting: Waiting,
    since: Instant,
}

impl Files {
    pub(super) fn new(dir: Option<&Path>) -> io::Result<Files> {
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
        Ok(Files { dir, entries: Mutex::default(), _temporary: temporary })
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
        let path = self.path(&new.id);
        // Given up half-way, the file goes: also when this future is dropped.
        let unfinished = Unfinished(Some(path.clone()));
        let mut file =
            tokio::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).await?;
        let mut size = 0;
        while let Some(chunk) = content.next().await? {
            size += chunk.len() as u64;
            file.write_all(&chunk).await?;
        }
        file.flush().await?;
        unfinished.keep();
        let waiting = Waiting { size, ..new };
        let entry = Entry { owner: owner.to_owned(), waiting: waiting.clone(), since: Instant::now() };
        self.lock().insert(waiting.id.clone(), entry);
        Ok(waiting)
    }

    pub(super) fn list(&self, owner: &str, ids: &[UploadId]) -> Vec<Waiting> {
        let entries = self.lock();
        let mine = |id: &UploadId| entries.get(id).filter(|entry| entry.owner == owner);
        ids.iter().filter_map(mine).map(|entry| entry.waiting.clone()).collect()
    }

    pub(super) async fn read(&self, owner: &str, id: &UploadId) -> io::Result<Option<Attachment>> {
        let Some(waiting) = self.list(owner, std::slice::from_ref(id)).pop() else { return Ok(None) };
        let bytes = tokio::fs::read(self.path(id)).await?.into();
        Ok(Some(Attachment { filename: waiting.filename, media_type: waiting.media_type, bytes }))
    }

    pub(super) fn remove(&self, owner: &str, ids: &[UploadId]) {
        let mut entries = self.lock();
        for id in ids {
            if entries.get(id).is_some_and(|entry| entry.owner == owner) {
                entries.remove(id);
                self.unlink(id);
            }
        }
    }

    pub(super) fn sweep(&self) {
        let max_age = Duration::from_secs(MAX_AGE);
        let gone = self
            .lock()
            .extract_if(|_, entry| entry.since.elapsed() >= max_age)
            .map(|(id, _)| id)
            .collect::<Vec<_>>();
        gone.iter().for_each(|id| self.unlink(id));
    }

    pub(super) fn used_by(&self, owner: &str) -> Used {
        let entries = self.lock();
        let mine = entries.values().filter(|entry| entry.owner == owner);
        mine.fold((0, 0), |(n, bytes), entry| (n + 1, bytes + entry.waiting.size))
    }

    pub(super) fn path(&self, id: &UploadId) -> PathBuf {
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
