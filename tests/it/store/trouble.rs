//! A database that is damaged, locked, read-only, full or away: told apart, and used again once it is well.

use std::{fs, os::unix::fs::PermissionsExt};

use postroom::store::{StoreError, UserSettings};
use postroom_rig::{Proxy, Side, postgres};
use secrecy::ExposeSecret;

use super::Place;

#[tokio::test]
async fn a_damaged_file_is_named_so_and_a_whole_one_is_used_again() {
    let place = Place::sqlite();
    let store = place.open();
    store.set_settings("ann", UserSettings { hold_seconds: 5 }).await.unwrap();
    let backup = place.dir.path().join("backup.db");
    store.back_up(&backup).await.unwrap();
    drop(store);
    fs::write(place.file(), b"this is no database, but a letter to whoever opens it, long enough to be read")
        .unwrap();
    for ending in ["-wal", "-shm"] {
        let beside = format!("{}{ending}", place.file().display());
        assert!(fs::remove_file(&beside).is_ok() || !fs::exists(&beside).unwrap());
    }
    let store = place.open();
    assert!(matches!(store.settings("ann").await, Err(StoreError::Damaged(_))));
    assert!(matches!(store.check().await, Err(StoreError::Damaged(_))));
    // The administrator puts the backup in its place: no restart.
    fs::copy(&backup, place.file()).unwrap();
    assert_eq!(store.settings("ann").await.unwrap().hold_seconds, 5);
}

#[tokio::test]
async fn a_file_that_another_program_locks_is_said_to_be_locked() {
    let place = Place::sqlite();
    let store = place.open();
    store.set_settings("ann", UserSettings { hold_seconds: 5 }).await.unwrap();
    let other = rusqlite::Connection::open(place.file()).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let locked = store.set_settings("ann", UserSettings { hold_seconds: 10 }).await;
    assert!(matches!(locked, Err(StoreError::Locked)), "{locked:?}");
    assert_eq!(store.settings("ann").await.unwrap().hold_seconds, 5, "reading goes on (WAL)");
    other.execute_batch("ROLLBACK").unwrap();
    store.set_settings("ann", UserSettings { hold_seconds: 10 }).await.unwrap();
}

#[tokio::test]
async fn a_database_that_became_read_only_is_still_read() {
    let [_, place] = Place::each();
    let store = place.open();
    store.set_settings("ann", UserSettings { hold_seconds: 5 }).await.unwrap();
    let postroom::config::Database::Postgres(url) = &place.database else { panic!("it is PostgreSQL") };
    let url = url.expose_secret();
    let name = url.rsplit('/').next().unwrap();
    postgres().sql(url, &format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    // Sessions that are open keep what they began with: another process does not have one.
    let store = place.open();
    let refused = store.set_settings("ann", UserSettings { hold_seconds: 10 }).await;
    assert!(matches!(refused, Err(StoreError::ReadOnly)), "{refused:?}");
    assert_eq!(store.settings("ann").await.unwrap().hold_seconds, 5);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let place = Place::sqlite();
    place.open().check().await.unwrap();
    rusqlite::Connection::open(place.file()).unwrap().pragma_update(None, "user_version", 999).unwrap();
    assert!(matches!(place.open().check().await, Err(StoreError::Newer)));
}

#[tokio::test]
async fn the_file_is_for_its_owner_alone() {
    let place = Place::sqlite();
    place.open().check().await.unwrap();
    for entry in fs::read_dir(place.file().parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?} {mode:o}", entry.path());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_that_was_away_is_used_again() {
    let url = postgres().database();
    let proxy = Proxy::to(postgres().address());
    let through = url.replace(&postgres().address().to_string(), &proxy.address().to_string());
    let [_, mut place] = Place::each();
    place.database = postroom::config::Database::Postgres(through.into());
    let store = place.open();
    store.set_settings("ann", UserSettings { hold_seconds: 5 }).await.unwrap();
    proxy.refuse();
    proxy.when(Side::Client, "settings", postroom_rig::Fault::Cut);
    // The connection that was open ends within a statement, and no other is to be had.
    let away = store.settings("ann").await;
    assert!(matches!(away, Err(StoreError::Unreachable(_))), "{away:?}");
    let still = store.settings("ann").await;
    assert!(matches!(still, Err(StoreError::Unreachable(_))), "{still:?}");
    proxy.heal();
    assert_eq!(store.settings("ann").await.unwrap().hold_seconds, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_that_falls_silent_is_given_up() {
    let url = postgres().database();
    let proxy = Proxy::to(postgres().address());
    let through = url.replace(&postgres().address().to_string(), &proxy.address().to_string());
    let [_, mut place] = Place::each();
    place.database = postroom::config::Database::Postgres(through.into());
    let store = place.open();
    store.set_settings("ann", UserSettings { hold_seconds: 5 }).await.unwrap();
    proxy.when(Side::Client, "settings", postroom_rig::Fault::Stall);
    let silent = store.settings("ann").await;
    assert!(matches!(silent, Err(StoreError::Unreachable(_))), "{silent:?}");
    // The next one does not have that connection.
    assert_eq!(store.settings("ann").await.unwrap().hold_seconds, 5);
}
