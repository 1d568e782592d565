//! PostgreSQL starts on demand, gives everybody a database of their own, and leaves nothing behind.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on must stop")]

use std::{
    fs,
    net::TcpStream,
    process::{Command, Stdio},
};

use postroom_rig::{Postgres, postgres, until};

/// What `psql` prints, or what it complains of.
fn sql(url: &str, statement: &str) -> Result<String, String> {
    let output = Command::new("psql").args([url, "-w", "-X", "-A", "-t", "-c", statement]).output().unwrap();
    let text = |bytes| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

#[test]
fn everybody_has_a_database_of_their_own() {
    let urls: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| postgres().database())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let address = postgres().address();
    for url in &urls {
        assert!(url.starts_with(&format!("postgres://postroom:pw@{address}/")), "{url}");
        sql(url, "CREATE TABLE mine (n int)").unwrap();
        assert_eq!(sql(url, "SELECT count(*) FROM mine").unwrap(), "0");
    }
    assert_eq!(sql(&urls[0], "SHOW server_encoding").unwrap(), "UTF8");
    assert_eq!(sql(&urls[0], "SHOW fsync").unwrap(), "off");
    let wrong = sql(&urls[0].replace(":pw@", ":px@"), "SELECT 1").unwrap_err();
    assert!(wrong.contains("password authentication failed"), "{wrong}");
}

#[test]
fn a_dropped_server_is_gone_though_somebody_is_connected() {
    let server = Postgres::start();
    let url = server.database();
    let address = server.address();
    let data = sql(&url, "SHOW data_directory").unwrap();
    let mut client = Command::new("psql")
        .args([&url, "-X", "-c", "SELECT pg_sleep(600)"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until("somebody is connected", || {
        sql(&url, "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%sleep(600)'")
            .is_ok_and(|found| found == "1")
    });
    drop(server);
    assert!(TcpStream::connect(address).is_err());
    assert!(!fs::exists(&data).unwrap(), "{data}");
    assert!(!client.wait().unwrap().success());
}
