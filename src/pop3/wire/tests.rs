#![expect(clippy::unwrap_used, reason = "tests may panic")]

use tokio::io::{DuplexStream, duplex};

use super::*;

const PATIENCE: Duration = Duration::from_secs(60);

/// A connection whose greeting was read, and the server's end of it.
fn wire() -> (Wire<DuplexStream>, DuplexStream) {
    let (ours, theirs) = duplex(64 << 10);
    (Wire::greeted(ours, PATIENCE), theirs)
}

async fn body(wire: &mut Wire<DuplexStream>) -> Result<Vec<u8>, Error> {
    let (mut body, mut text) = (Body::new(), vec![]);
    while let Some(chunk) = wire.chunk(&mut body).await? {
        text.extend_from_slice(chunk);
    }
    Ok(text)
}

#[tokio::test]
async fn answers_come_in_the_order_of_the_commands() {
    let (mut wire, mut server) = wire();
    wire.send(b"DELE 1\r\nRETR 2\r\nUIDL\r\nRETR 3\r\n", 4).await.unwrap();
    server.write_all(b"+OK gone\r\n-ERR no\r\n+OK\r\n1 a\r\n..b\r\n.\r\n+OK\r\n..x\r\n.\r\n").await.unwrap();
    assert_eq!(wire.answer().await.unwrap().unwrap(), "gone");
    assert_eq!(wire.opening().await.unwrap().unwrap_err().words, "no");
    assert_eq!(wire.opening().await.unwrap().unwrap(), "");
    assert_eq!(wire.row().await.unwrap().unwrap(), "1 a");
    assert_eq!(wire.row().await.unwrap().unwrap(), ".b");
    assert_eq!(wire.row().await.unwrap(), None);
    wire.opening().await.unwrap().unwrap();
    assert_eq!(body(&mut wire).await.unwrap(), b".x\r\n");
    wire.send(b"NOOP\r\n", 1).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_was_not_read_to_its_end_ends_the_connection() {
    for (said, n_lines) in [("", 0), ("+OK\r\n", 1), ("+OK\r\n1 a\r\n", 2)] {
        let (mut wire, mut server) = wire();
        wire.send(b"UIDL\r\n", 1).await.unwrap();
        server.write_all(said.as_bytes()).await.unwrap();
        if n_lines > 0 {
            wire.opening().await.unwrap().unwrap();
        }
        for _ in 1..n_lines {
            wire.row().await.unwrap().unwrap();
        }
        assert!(matches!(wire.send(b"NOOP\r\n", 1).await, Err(Error::Lost(_))), "{said:?}");
    }
}

#[tokio::test]
async fn what_nobody_asked_for_is_not_taken_for_an_answer() {
    let (mut wire, mut server) = wire();
    wire.send(b"NOOP\r\n", 1).await.unwrap();
    server.write_all(b"+OK\r\n+OK too early\r\n").await.unwrap();
    wire.answer().await.unwrap().unwrap();
    assert!(matches!(wire.send(b"NOOP\r\n", 1).await, Err(Error::Protocol(_))));
    assert!(wire.into_inner().is_none(), "a handshake would follow what came in the clear");
}

#[tokio::test]
async fn what_is_no_reply_and_what_is_too_long_is_an_error() {
    for said in
        [&b"HTTP/1.1 400 Bad Request\r\n"[..], b"* OK\r\n", b"\r\n", b"+ MTIz\r\n", &b"+OK ".repeat(3000)]
    {
        let (mut wire, mut server) = wire();
        wire.send(b"NOOP\r\n", 1).await.unwrap();
        server.write_all(said).await.unwrap();
        assert!(
            matches!(wire.answer().await, Err(Error::Protocol(_))),
            "{:?}",
            said.escape_ascii().to_string()
        );
    }
    let (mut wire, server) = wire();
    wire.send(b"NOOP\r\n", 1).await.unwrap();
    drop(server);
    assert!(matches!(wire.answer().await, Err(Error::Lost(_))));
}

#[tokio::test]
async fn two_hundred_thousand_rows_are_read() {
    let (mut wire, mut server) = wire();
    wire.send(b"UIDL\r\n", 1).await.unwrap();
    let rows: String = (1..=200_000).map(|n| format!("{n} {n:070}\r\n")).collect();
    let said = tokio::spawn(async move { server.write_all(format!("+OK\r\n{rows}.\r\n").as_bytes()).await });
    wire.opening().await.unwrap().unwrap();
    let mut n_rows = 0;
    while let Some(row) = wire.row().await.unwrap() {
        n_rows += 1;
        assert!(row.starts_with(format!("{n_rows} ").as_bytes()));
    }
    assert_eq!(n_rows, 200_000);
    said.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_server_may_be_neither_silent_nor_slow() {
    let (mut wire, server) = wire();
    wire.send(b"RETR 1\r\n", 1).await.unwrap();
    assert!(matches!(wire.answer().await, Err(Error::TimedOut)), "it said nothing");
    drop(server);

    let (ours, mut theirs) = duplex(64 << 10);
    let mut slow = Wire::greeted(ours, PATIENCE);
    slow.send(b"RETR 1\r\n", 1).await.unwrap();
    let drip = tokio::spawn(async move {
        theirs.write_all(b"+OK\r\n").await?;
        loop {
            tokio::time::sleep(Duration::from_secs(20)).await;
            theirs.write_all(b"x").await?;
        }
        #[expect(unreachable_code, reason = "it says what the loop fails with")]
        Ok::<(), io::Error>(())
    });
    slow.opening().await.unwrap().unwrap();
    assert!(matches!(body(&mut slow).await, Err(Error::TimedOut)), "it never came to an end");
    drop(slow);
    drip.await.unwrap().unwrap_err();

    // Slow, but with as much to say as that takes.
    let (ours, mut theirs) = duplex(64 << 10);
    let mut steady = Wire::greeted(ours, PATIENCE);
    steady.send(b"RETR 1\r\n", 1).await.unwrap();
    tokio::spawn(async move {
        theirs.write_all(b"+OK\r\n").await.unwrap();
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_secs(20)).await;
            theirs.write_all(&[b'x'; 21_000]).await.unwrap();
        }
        theirs.write_all(b"\r\n.\r\n").await.unwrap();
        theirs.read_to_end(&mut vec![]).await.unwrap();
    });
    steady.opening().await.unwrap().unwrap();
    assert_eq!(body(&mut steady).await.unwrap().len(), 2_100_002);
}
