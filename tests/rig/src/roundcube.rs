//! Roundcube as Debian ships it, with nginx, php-fpm and SQLite: for comparison.

use std::{
    fs::{self, Permissions},
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{Rig, programs::assert_installed, watched::Watched};

const MAKE_DATABASE: &str = "/usr/share/roundcube/SQL/sqlite.initial.sql";
const PACKAGES: &str = "nginx-light php-fpm roundcube-core roundcube-sqlite3 sqlite3";

/// A running Roundcube. Dropping it ends it.
#[derive(Debug)]
pub struct Roundcube {
    _nginx: Watched,
    _php: Watched,
    address: SocketAddr,
}

impl Roundcube {
    /// Starts it before the rig's servers, with an empty database.
    pub fn start(rig: &Rig) -> Roundcube {
        assert_installed(&["nginx", "sqlite3"], PACKAGES);
        let php = php_fpm().unwrap_or_else(|| panic!("php-fpm is missing: sudo apt-get install {PACKAGES}"));
        let address = rig.free_address();
        let dir = tempfile::Builder::new().prefix("roundcube-").tempdir_in(rig.folder()).unwrap().keep();
        // PHP runs as another account where we are root.
        let [config, data] = ["config", "data"].map(|name| dir.join(name));
        for (folder, mode) in [(&dir, 0o755), (&config, 0o755), (&data, 0o777)] {
            fs::create_dir_all(folder).unwrap();
            fs::set_permissions(folder, Permissions::from_mode(mode)).unwrap();
        }
        let fill = |text: &str| {
            text.replace("{dir}", dir.to_str().unwrap())
                .replace("{address}", &address.to_string())
                .replace("{imap}", &rig.imap().to_string())
                .replace("{submission}", &rig.submission().to_string())
        };
        for file in ["defaults.inc.php", "mimetypes.php"] {
            fs::copy(format!("/etc/roundcube/{file}"), config.join(file)).unwrap();
        }
        fs::write(config.join("config.inc.php"), fill(include_str!("roundcube/config.inc.php"))).unwrap();
        fs::write(dir.join("php-fpm.conf"), fill(include_str!("roundcube/php-fpm.conf"))).unwrap();
        fs::write(dir.join("nginx.conf"), fill(include_str!("roundcube/nginx.conf"))).unwrap();
        let database = data.join("roundcube.sqlite");
        make_database(&database);

        let path = |name: &str| dir.join(name).display().to_string();
        let words = [php.to_str().unwrap(), "-F", "-y", &path("php-fpm.conf")];
        let php = Watched::start("php-fpm", &dir, &words);
        let words =
            ["nginx", "-p", dir.to_str().unwrap(), "-c", &path("nginx.conf"), "-e", &path("nginx.log")];
        let mut nginx = Watched::start("nginx", &dir, &words);
        assert!(nginx.answers_at(address), "nginx did not start: {}", nginx.output());
        crate::until("php-fpm listens", || dir.join("php.sock").exists());
        Roundcube { _nginx: nginx, _php: php, address }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Its name has PHP's version.
fn php_fpm() -> Option<PathBuf> {
    let programs = fs::read_dir("/usr/sbin").ok()?.flatten().map(|entry| entry.path());
    programs
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("php-fpm")))
        .max()
}

fn make_database(path: &Path) {
    let tables = fs::File::open(MAKE_DATABASE)
        .unwrap_or_else(|error| panic!("{MAKE_DATABASE}: {error}: sudo apt-get install {PACKAGES}"));
    let made = Command::new("sqlite3").arg(path).stdin(Stdio::from(tables)).output().unwrap();
    assert!(made.status.success(), "sqlite3: {}", String::from_utf8_lossy(&made.stderr));
    fs::set_permissions(path, Permissions::from_mode(0o666)).unwrap();
}
