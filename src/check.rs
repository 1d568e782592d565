//! `postroom check`: tries the configuration and says in sentences what does not work.
use std::{error::Error, path::PathBuf};

pub(crate) async fn run(
    file: Option<PathBuf>,
    _user: Option<String>,
    _password_file: Option<PathBuf>,
) -> Result<(), Box<dyn Error>> {
    crate::load(file)?;
    Ok(())
}
