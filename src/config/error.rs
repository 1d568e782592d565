//! What can be wrong with a configuration, in sentences for the person who wrote it.

use std::{fmt, path::PathBuf};

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    File(PathBuf),
    /// The variable's name.
    Environment(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File(path) => write!(f, "in {}", path.display()),
            Place::Environment(variable) => write!(f, "in the environment, {variable}"),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read {}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{} is not a TOML file: {problem}", path.display())]
    Syntax { path: PathBuf, problem: String },
    #[error("there is no setting `{key}` ({place}){}", nearest.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default())]
    UnknownKey { key: String, place: Place, nearest: Option<&'static str> },
    #[error("`{key}` ({place}): {problem}")]
    Bad { key: &'static str, place: Place, problem: String },
    #[error("`{key}` is given twice ({place}): once as it is, once as `{key}_file`")]
    Twice { key: &'static str, place: Place },
    #[error("the setting `{0}` is missing; listen, imap and smtp must be given")]
    Missing(&'static str),
    #[error(
        "`{key}` is not encrypted and {host} is another machine: use `{secure}`, or set allow_insecure = true"
    )]
    Insecure { key: &'static str, host: String, secure: &'static str },
}
