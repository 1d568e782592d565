//! The programs of Debian's packages that the rig runs.

use std::process::Command;

/// `PATH` with the folder where servers are: an ordinary user's may lack it.
pub(crate) fn search_path() -> String {
    format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default())
}

/// Panics with the line to type when a program is missing; a test that skips itself is no test.
pub(crate) fn assert_installed(programs: &[&str], packages: &str) {
    for program in programs {
        let found = Command::new("sh")
            .env("PATH", search_path())
            .args(["-c", r#"command -v "$1""#, "rig", program])
            .output();
        assert!(
            found.is_ok_and(|found| found.status.success()),
            "{program} is missing: run `make deps`, or\n    sudo apt-get install {packages}"
        );
    }
}
