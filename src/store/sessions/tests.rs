#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::{collections::HashMap, path::Path};

use time::{Duration, OffsetDateTime};

use super::*;
use crate::config::{Config, Database, Listen, Security, Upstream};

fn sessions_in(database: Database) -> Sessions {
    let nowhere = Upstream { host: String::new(), port: 9, security: Security::Insecure };
    let listen = Listen::Tcp(([127, 0, 0, 1], 0).into());
    let config = Config { database, ..Config::new(listen, nowhere.clone(), nowhere) };
    Sessions::new(Arc::new(Store::new(&config, None, Clock::default()).unwrap()))
}

fn sessions() -> Sessions {
    sessions_in(Database::Memory)
}

/// A database that never answers: its directory is a file.
fn without_database(dir: &Path) -> Sessions {
    let file = dir.join("file");
    std::fs::write(&file, "").unwrap();
    sessions_in(Database::Sqlite(file.join("postroom.db")))
}

fn record(minutes: i64) -> Record {
    let expiry_date = OffsetDateTime::now_utc() + Duration::minutes(minutes);
    Record { id: Id::default(), data: HashMap::new(), expiry_date }
}

async fn is_there(sessions: &Sessions, record: &Record) -> bool {
    sessions.load(&record.id).await.unwrap().is_some()
}

#[tokio::test]
async fn an_expired_record_is_not_found_and_is_swept() {
    let sessions = sessions();
    let (mut fresh, mut old) = (record(1), record(-1));
    sessions.create(&mut fresh).await.unwrap();
    sessions.create(&mut old).await.unwrap();
    assert!(!is_there(&sessions, &old).await);
    sessions.sweep().await;
    assert!(sessions.lock().find(&old.id).is_none());
    assert!(is_there(&sessions, &fresh).await);
}

#[tokio::test]
async fn a_record_that_is_written_again_lives_on() {
    let sessions = sessions();
    let (mut used, mut idle) = (record(60), record(60));
    sessions.create(&mut used).await.unwrap();
    sessions.create(&mut idle).await.unwrap();
    sessions.clock().put_forward(std::time::Duration::from_secs(40 * 60));
    sessions.save(&used).await.unwrap();
    sessions.clock().put_forward(std::time::Duration::from_secs(40 * 60));
    assert!(is_there(&sessions, &used).await);
    assert!(!is_there(&sessions, &idle).await);
}

#[tokio::test]
async fn a_deleted_record_is_not_brought_back_by_a_late_save() {
    let dir = tempfile::tempdir().unwrap();
    for sessions in [sessions(), without_database(dir.path())] {
        let mut record = record(1);
        sessions.create(&mut record).await.unwrap();
        sessions.delete(&record.id).await.unwrap();
        sessions.save(&record).await.unwrap();
        sessions.sweep().await;
        assert!(!is_there(&sessions, &record).await);
    }
}

#[tokio::test]
async fn without_a_database_memory_serves() {
    let dir = tempfile::tempdir().unwrap();
    let sessions = without_database(dir.path());
    let mut begun = record(1);
    sessions.create(&mut begun).await.unwrap();
    assert!(is_there(&sessions, &begun).await);
    // Nobody knows about this one: that is no answer, and not a "no".
    assert!(sessions.load(&Id::default()).await.is_err());
    sessions.delete(&begun.id).await.unwrap();
    assert!(!is_there(&sessions, &begun).await);
}
