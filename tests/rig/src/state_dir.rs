//! The throw-away folder that holds everything a rig has: configuration, mail, logs.

use std::{
    fs,
    path::{Path, PathBuf},
    process,
};

use crate::privilege::{let_others_enter, root_shell};

const PREFIX: &str = "postroom-rig-";

/// Made after the folders of processes that are gone were removed. It outlives its process unless [`StateDir::remove`]
/// is called, so that the logs of a failed test can be read until the next rig starts.
#[derive(Debug)]
pub(crate) struct StateDir(PathBuf);

impl StateDir {
    pub(crate) fn make() -> StateDir {
        remove_stale();
        let prefix = format!("{PREFIX}{}-", process::id());
        let dir = tempfile::Builder::new().prefix(&prefix).tempdir().unwrap().keep();
        let_others_enter(&dir);
        StateDir(dir)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn subdir(&self, name: &str) -> PathBuf {
        let dir = self.0.join(name);
        fs::create_dir(&dir).unwrap();
        dir
    }

    pub(crate) fn remove(&self) {
        remove(&self.0);
    }
}

/// Removes the folder when dropped, except after a panic, for its logs.
#[derive(Debug)]
pub(crate) struct Folder(pub(crate) StateDir);

impl Drop for Folder {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.0.remove();
        }
    }
}

fn remove_stale() {
    for entry in fs::read_dir(std::env::temp_dir()).unwrap().flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        let Some((pid, _)) = rest.split_once('-') else { continue };
        if pid.parse::<u32>().is_ok() && !Path::new("/proc").join(pid).exists() {
            remove(&entry.path());
        }
    }
}

/// As root, since the servers' other accounts own part of it. A folder of another user's rig stays, silently.
fn remove(dir: &Path) {
    let removed = root_shell(r#"rm -rf -- "$1" 2>/dev/null"#, &[dir.to_str().unwrap()]).status();
    assert!(removed.is_ok(), "cannot run rm: {removed:?}");
}
