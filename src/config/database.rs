//! Where the store keeps what it keeps.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

/// The database under the store. `Debug` prints no password.
#[derive(Debug, Clone)]
pub enum Database {
    /// Gone when the process ends: for tests, and for whoever wants nothing kept.
    Memory,
    /// One file.
    Sqlite(PathBuf),
    /// A connection URL or `key=value` words, for several instances at once.
    Postgres(SecretString),
}

impl Database {
    pub(super) fn parse(text: &str) -> Result<Database, String> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => {
                Ok(Database::Sqlite(path.strip_prefix("//").unwrap_or(path).into()))
            }
            Some(("postgres" | "postgresql", _)) => Ok(Database::Postgres(text.into())),
            _ if text == "memory" => Ok(Database::Memory),
            // It may hold a password: not repeated.
            _ => Err("must be `sqlite:/path/to/file`, `postgres://user@host/name` or `memory`".to_owned()),
        }
    }
}

/// The directory for the database and the key, where none is named: systemd's, else the user's own.
pub(super) fn default_dir(variable: impl Fn(&str) -> Option<String>) -> PathBuf {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    if let Some(dirs) = set("STATE_DIRECTORY") {
        // Several are separated by colons (systemd.exec(5)).
        return dirs.split(':').next().map_or_else(PathBuf::new, PathBuf::from);
    }
    if let Some(dir) = set("XDG_STATE_HOME") {
        return Path::new(&dir).join("postroom");
    }
    match set("HOME") {
        Some(home) => Path::new(&home).join(".local/state/postroom"),
        None => PathBuf::from("/var/lib/postroom"),
    }
}
