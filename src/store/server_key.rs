//! The server key: what has to be readable while its owner is away is sealed with it. It lives in a file of its own,
//! so that a copy of the database opens nothing.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use rand::RngExt;
use zeroize::Zeroizing;

use super::{StoreError, sealed::Key};

/// Begins every sealed value: which key it was sealed with.
const ID_BYTES: usize = 4;

/// The keys of the key file: the first seals, all open. Read when first needed, and again when a value names a key
/// that was not there.
pub struct ServerKeys {
    file: Option<PathBuf>,
    keys: Mutex<Vec<(Id, Key)>>,
}

type Id = [u8; ID_BYTES];

impl ServerKeys {
    /// Without a file: a key that ends with the process.
    pub(super) fn new(file: Option<&Path>) -> ServerKeys {
        let keys = if file.is_none() { vec![new_key()] } else { Vec::new() };
        ServerKeys { file: file.map(Path::to_owned), keys: Mutex::new(keys) }
    }

    /// Makes the file where there is none, and reads it.
    pub fn load(&self) -> Result<(), StoreError> {
        let Some(path) = &self.file else { return Ok(()) };
        let keys = match read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => create(path).and_then(|()| read(path)),
            other => other,
        };
        *self.lock() = keys.map_err(|error| StoreError::Key(format!("{}: {error}", path.display())))?;
        Ok(())
    }

    /// Puts a new key first; those before it still open what they sealed.
    pub fn rotate(&self) -> Result<(), StoreError> {
        self.load()?;
        let Some(path) = &self.file else { return Ok(()) };
        let mut keys = self.lock();
        keys.insert(0, new_key());
        write(path, &keys).map_err(|error| StoreError::Key(format!("{}: {error}", path.display())))
    }

    /// Seals `secret` for `context` alone: what it belongs to, so that no other row can take its place.
    pub(super) fn seal(&self, secret: &[u8], context: &str) -> Result<Vec<u8>, StoreError> {
        if self.lock().is_empty() {
            self.load()?;
        }
        let keys = self.lock();
        let (id, key) = keys.first().ok_or_else(|| StoreError::Key("it holds no key".to_owned()))?;
        let (nonce, ciphertext) = key.encrypt(secret, context.as_bytes());
        Ok([&id[..], &nonce, &ciphertext].concat())
    }

    pub(super) fn open(&self, sealed: &[u8], context: &str) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let (id, rest) = sealed.split_first_chunk::<ID_BYTES>().ok_or(StoreError::Sealed)?;
        let (nonce, ciphertext) = rest.split_first_chunk().ok_or(StoreError::Sealed)?;
        if !self.lock().iter().any(|(known, _)| known == id) {
            self.load()?;
        }
        let keys = self.lock();
        let (_, key) = keys.iter().find(|(known, _)| known == id).ok_or(StoreError::Sealed)?;
        key.decrypt(nonce, ciphertext, context.as_bytes()).ok_or(StoreError::Sealed)
    }

    /// Whether the value was sealed with the first key.
    pub(super) fn is_current(&self, sealed: &[u8]) -> bool {
        self.lock().first().is_some_and(|(id, _)| sealed.starts_with(id))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Id, Key)>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn new_key() -> (Id, Key) {
    (rand::rng().random(), Key::random())
}

/// One key a line: its id in hexadecimal, a blank, the key.
fn read(path: &Path) -> io::Result<Vec<(Id, Key)>> {
    let bad = |problem| io::Error::new(io::ErrorKind::InvalidData, problem);
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(bad(format!("others may read it (mode {:03o}): chmod 600", mode & 0o777)));
    }
    let text = Zeroizing::new(fs::read_to_string(path)?);
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let keys = lines
        .map(|line| {
            let (id, key) = line.trim().split_once(' ')?;
            Some((u32::from_str_radix(id, 16).ok()?.to_be_bytes(), Key::from_text(key.trim())?))
        })
        .collect::<Option<Vec<_>>>();
    match keys {
        Some(keys) if !keys.is_empty() => Ok(keys),
        _ => Err(bad("it does not hold a key on each line".to_owned())),
    }
}

/// Two instances may start at once with one file: the first one's stays.
fn create(path: &Path) -> io::Result<()> {
    if let Some(dir) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    }
    let written = write_beside(path, &[new_key()])?;
    match fs::hard_link(&written, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => fs::remove_file(written),
    }
}

/// Whole or not at all.
fn write(path: &Path, keys: &[(Id, Key)]) -> io::Result<()> {
    fs::rename(write_beside(path, keys)?, path)
}

fn write_beside(path: &Path, keys: &[(Id, Key)]) -> io::Result<PathBuf> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{:08x}", rand::rng().random::<u32>()));
    let beside = PathBuf::from(beside);
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    for (id, key) in keys {
        writeln!(file, "{:08x} {}", u32::from_be_bytes(*id), *key.to_text())?;
    }
    file.sync_all()?;
    Ok(beside)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    #[test]
    fn the_file_is_made_once_and_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/server.key");
        let sealed = ServerKeys::new(Some(&path)).seal(b"secret", "ann").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let later = ServerKeys::new(Some(&path));
        assert_eq!(later.open(&sealed, "ann").unwrap().as_slice(), b"secret");
        assert!(matches!(later.open(&sealed, "bob"), Err(StoreError::Sealed)));
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn after_a_rotation_old_values_open_and_running_processes_learn_the_new_key() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("server.key");
        let running = ServerKeys::new(Some(&path));
        let old = running.seal(b"old", "x").unwrap();
        let rotated = ServerKeys::new(Some(&path));
        rotated.rotate().unwrap();
        assert!(!rotated.is_current(&old));
        assert_eq!(rotated.open(&old, "x").unwrap().as_slice(), b"old");
        let new = rotated.seal(b"new", "x").unwrap();
        assert_eq!(running.open(&new, "x").unwrap().as_slice(), b"new");
    }

    #[test]
    fn a_file_that_others_may_read_or_that_holds_no_key_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("server.key");
        ServerKeys::new(Some(&path)).load().unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = ServerKeys::new(Some(&path)).load().unwrap_err();
        assert!(error.to_string().contains("chmod 600"), "{error}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "no key\n").unwrap();
        assert!(ServerKeys::new(Some(&path)).load().is_err());
    }

    #[test]
    fn another_key_opens_nothing() {
        let sealed = ServerKeys::new(None).seal(b"secret", "x").unwrap();
        assert!(matches!(ServerKeys::new(None).open(&sealed, "x"), Err(StoreError::Sealed)));
        assert!(matches!(ServerKeys::new(None).open(b"", "x"), Err(StoreError::Sealed)));
    }
}
