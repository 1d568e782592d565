#![expect(clippy::unwrap_used, reason = "tests may panic")]

use super::*;
use crate::{
    config::{Config, Database, Listen, Security, Upstream},
    model::Address,
};

/// SQLite's own limit for a file; it answers as for a full disk (SQLITE_FULL).
#[tokio::test]
async fn a_full_disk_loses_nothing_and_is_over_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let nowhere = Upstream { host: String::new(), port: 9, security: Security::Insecure };
    let config = Config {
        database: Database::Sqlite(dir.path().join("postroom.db")),
        ..Config::new(Listen::Tcp(([127, 0, 0, 1], 0).into()), nowhere.clone(), nowhere)
    };
    let store = Store::new(&config, None, Clock::default()).unwrap();
    store.set_settings("ann", UserSettings { hold_seconds: 5 }).await.unwrap();
    store.db.limit_pages(60).await;
    let long = "x".repeat(20_000);
    let mut n = 0;
    let full = loop {
        let address = Address { name: Some(format!("{n}{long}")), email: format!("{n}@x") };
        match store.add_identity("ann", &address).await {
            Ok(_) => n += 1,
            Err(error) => break error,
        }
        assert!(n < 100, "it never fills");
    };
    assert!(matches!(full, StoreError::Full), "{full:?}");
    assert_eq!(store.identities("ann").await.unwrap().len(), n, "no half row");
    assert_eq!(store.settings("ann").await.unwrap().hold_seconds, 5);
    store.db.limit_pages(1_000_000).await;
    store.add_identity("ann", &Address::default()).await.unwrap();
}
