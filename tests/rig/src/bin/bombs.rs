//! Writes every bomb, or those that are named, into a folder: `bombs FOLDER [ID …]`.

use std::{env, fs, io, path::PathBuf, process::ExitCode};

use postroom_rig::BOMBS;

fn main() -> ExitCode {
    let mut words = env::args().skip(1);
    let Some(folder) = words.next() else {
        eprintln!("bombs FOLDER [ID …]");
        return ExitCode::FAILURE;
    };
    match write(&PathBuf::from(folder), &words.collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bombs: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &std::path::Path, wanted: &[String]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for bomb in BOMBS.iter().filter(|bomb| wanted.is_empty() || wanted.iter().any(|id| id == bomb.id)) {
        fs::write(folder.join(format!("{}.eml", bomb.id)), bomb.eml())?;
    }
    Ok(())
}
