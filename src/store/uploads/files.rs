//! Attachments as files, each with a note of whose it is beside it: for an instance that has nobody to share with. They
//! outlive the process where the directory does.

use std::{
    collections::HashMap,
    fs, io,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

use super::{Limited, MAX_AGE, UploadError, UploadId, Used, Waiting};
use crate::model::Attachment;

/// Below the directory that was named.
const FOLDER: &str = "uploads";

pub(super) struct Files {
    pub(super) dir: PathBuf,
    entries: Mutex<HashMap<UploadId, Entry>>,
    /// Removes the directory in the end, where it is ours.
    _temporary: Option<TempDir>,
}

struct Entry {
    owner: String,
    waiting: Waiting,
    since: SystemTime,
}

/// What stands beside the content.
#[derive(Serialize, Deserialize)]
struct Note {
    owner: String,
    filename: String,
    media_type: String,
}

impl Files {
    pub(super) fn new(dir: Option<&Path>) -> io::Result<Files> {
        let temporary =
            dir.is_none().then(|| tempfile::Builder::new().prefix("postroom-").tempdir()).transpose()?;
        let dir = match (&temporary, dir) {
            (Some(temporary), _) => temporary.path().to_owned(),
            (None, Some(dir)) => {
                let dir = dir.join(FOLDER);
                fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir)?;
                dir
            }
            (None, None) => std::env::temp_dir(),
        };
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o700))?;
        let mut entries = HashMap::new();
        for left in fs::read_dir(&dir)? {
            let path = left?.path();
            let Some(id) = id_of(&path) else { continue };
            match entry(&dir, &id) {
                Some(entry) => drop(entries.insert(id, entry)),
                // The process ended before it was whole.
                None => fs::remove_file(path)?,
            }
        }
        Ok(Files { dir, entries: Mutex::new(entries), _temporary: temporary })
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
        // Given up half-way, the files go: also when this future is dropped.
        let unfinished = Unfinished(Some((self.dir.clone(), new.id.clone())));
        let mut file = create(self.path(&new.id)).await?;
        let mut size = 0;
        while let Some(chunk) = content.next().await? {
            size += chunk.len() as u64;
            file.write_all(&chunk).await?;
        }
        file.flush().await?;
        let waiting = Waiting { size, ..new };
        let note = Note {
            owner: owner.to_owned(),
            filename: waiting.filename.clone(),
            media_type: waiting.media_type.clone(),
        };
        let mut file = create(note_of(&self.dir, &waiting.id)).await?;
        file.write_all(&serde_json::to_vec(&note).map_err(io::Error::from)?).await?;
        file.flush().await?;
        unfinished.keep();
        let entry = Entry { owner: note.owner, waiting: waiting.clone(), since: SystemTime::now() };
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
            // Since a time to come: the clock was put back.
            .extract_if(|_, entry| entry.since.elapsed().is_ok_and(|age| age >= max_age))
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
        for path in [note_of(&self.dir, id), self.path(id)] {
            if let Err(error) = fs::remove_file(path) {
                tracing::warn!(%error, "an attachment that is no longer needed could not be removed");
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UploadId, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes what waits for `owner`.
pub(super) fn forget(dir: &Path, owner: &str) -> io::Result<()> {
    let dir = dir.join(FOLDER);
    let Ok(kept) = fs::read_dir(&dir) else { return Ok(()) };
    for path in kept {
        let path = path?.path();
        let Some(id) = id_of(&path) else { continue };
        if entry(&dir, &id).is_some_and(|entry| entry.owner == owner) {
            fs::remove_file(note_of(&dir, &id))?;
            fs::remove_file(dir.join(id.as_str()))?;
        }
    }
    Ok(())
}

/// Of whose content or note this is the path.
fn id_of(path: &Path) -> Option<UploadId> {
    UploadId::parse(path.file_stem()?.to_str()?)
}

async fn create(path: PathBuf) -> io::Result<tokio::fs::File> {
    tokio::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).await
}

fn note_of(dir: &Path, id: &UploadId) -> PathBuf {
    dir.join(id.as_str()).with_extension("json")
}

/// What an earlier process kept; `None` where it did not come to the end of it.
fn entry(dir: &Path, id: &UploadId) -> Option<Entry> {
    let content = fs::metadata(dir.join(id.as_str())).ok()?;
    let note: Note = serde_json::from_slice(&fs::read(note_of(dir, id)).ok()?).ok()?;
    let Note { owner, filename, media_type } = note;
    let waiting = Waiting { id: id.clone(), filename, media_type, size: content.len() };
    Some(Entry { owner, waiting, since: content.modified().ok()? })
}

/// Removes the files on drop, unless they were finished.
struct Unfinished(Option<(PathBuf, UploadId)>);

impl Unfinished {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some((dir, id)) = self.0.take() {
            // They may not have been created yet.
            drop(fs::remove_file(note_of(&dir, &id)));
            drop(fs::remove_file(dir.join(id.as_str())));
        }
    }
}
