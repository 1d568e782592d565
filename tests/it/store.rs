//! The store on each of its engines: SQLite in a file, and a real PostgreSQL. Every test here runs on both.

mod jobs;
mod kept;
mod outbox;
mod secrets;
mod sessions;
mod trouble;
mod uploads;

use std::{path::Path, time::Duration};

use postroom::{
    config::{Config, Database, Listen, Security, Upstream},
    store::{Clock, Store},
};
use postroom_rig::postgres;
use tempfile::TempDir;

/// A database of its own, and what opens it again as another process would.
struct Place {
    dir: TempDir,
    database: Database,
}

impl Place {
    /// One for each engine.
    fn each() -> [Place; 2] {
        let sqlite = tempfile::tempdir().unwrap();
        let file = sqlite.path().join("postroom.db");
        [
            Place { dir: sqlite, database: Database::Sqlite(file) },
            Place {
                dir: tempfile::tempdir().unwrap(),
                database: Database::Postgres(postgres().database().into()),
            },
        ]
    }

    fn sqlite() -> Place {
        let [sqlite, _] = Place::each();
        sqlite
    }

    fn key_file(&self) -> std::path::PathBuf {
        self.dir.path().join("keys/server.key")
    }

    fn file(&self) -> &Path {
        match &self.database {
            Database::Sqlite(path) => path,
            other => panic!("{other:?} is no file"),
        }
    }

    /// Another process on the same database.
    fn open(&self) -> Store {
        self.open_with_key(&self.key_file())
    }

    fn open_with_key(&self, key_file: &Path) -> Store {
        Store::new(&self.config(key_file), None, Clock::default()).unwrap()
    }

    fn config(&self, key_file: &Path) -> Config {
        let nowhere = Upstream { host: "127.0.0.1".into(), port: 9, security: Security::Insecure };
        let listen = Listen::Tcp(([127, 0, 0, 1], 0).into());
        Config {
            database: self.database.clone(),
            key_file: Some(key_file.to_owned()),
            ..Config::new(listen, nowhere.clone(), nowhere)
        }
    }
}

fn later(store: &Store, seconds: u64) {
    store.clock().put_forward(Duration::from_secs(seconds));
}
