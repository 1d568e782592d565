//! What the store cannot do, told apart by what can be done about it.

use std::{error::Error, io, path::Path};

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the disk that the database is on is full")]
    Full,
    #[error("another program keeps the database locked")]
    Locked,
    #[error("the database can be read but not written")]
    ReadOnly,
    /// The file, or a row in it, is not what was written.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    #[error("the database cannot be reached")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// Made by a later version of Postroom.
    #[error("the database was made by a newer version of Postroom")]
    Newer,
    /// Something that this database has no way to do, or settings that fit none.
    #[error("{0}")]
    NotHere(&'static str),
    #[error("the server key cannot be used: {0}")]
    Key(String),
    /// It was sealed with a key that the key file no longer has, or tampered with.
    #[error("a stored secret cannot be opened with the keys in the key file")]
    Sealed,
    #[error("a request to the database failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    pub(super) fn file(path: &Path, error: &io::Error) -> StoreError {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full,
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => StoreError::ReadOnly,
            _ => StoreError::Unreachable(format!("{}: {error}", path.display()).into()),
        }
    }

    /// What a person reads, who can do nothing about it: what is the matter, without names of files.
    pub fn sentence(&self) -> &'static str {
        match self {
            StoreError::Full => "The disk of this site is full.",
            StoreError::Locked => "The database of this site is busy.",
            StoreError::ReadOnly => "The database of this site cannot be written at the moment.",
            StoreError::Damaged(_) | StoreError::Newer => "The database of this site is damaged.",
            StoreError::Key(_) | StoreError::Sealed => "The key of this site's database is missing.",
            StoreError::Unreachable(_) | StoreError::NotHere(_) | StoreError::Failed(_) => {
                "The database of this site does not answer."
            }
        }
    }
}
