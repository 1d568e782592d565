//! Listing, fetching and deleting.

use std::{
    io,
    pin::Pin,
    process::Command,
    task::{Context, Poll},
};

use postroom::pop3::{Error, NotDeleted};
use postroom_rig::{Fault, ImapClient, Person, Proxy, Side, rig};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWrite;

use super::{append, conn, n_left, retr};

fn numbered(n: usize) -> Vec<u8> {
    format!("Message-ID: <{n}@example.org>\r\nSubject: number {n}\r\n\r\nfirst\r\nsecond\r\n").into_bytes()
}

#[tokio::test]
async fn a_mailbox_is_listed() {
    let ann = rig().person("ann");
    let mut empty = conn(rig().pop3(), &ann).await;
    assert_eq!(empty.stat().await.unwrap().n_messages, 0);
    assert_eq!((empty.uidl().await.unwrap(), empty.list().await.unwrap()), (Some(vec![]), vec![]));
    let messages: Vec<Vec<u8>> = (0..5).map(numbered).collect();
    append(&ann, &messages.iter().map(Vec::as_slice).collect::<Vec<_>>());

    let mut first = conn(rig().pop3(), &ann).await;
    let sizes: Vec<(u32, u64)> = (1..).zip(messages.iter().map(|message| message.len() as u64)).collect();
    assert_eq!(first.list().await.unwrap(), sizes);
    let stat = first.stat().await.unwrap();
    assert_eq!((stat.n_messages, stat.n_bytes), (5, sizes.iter().map(|(_, size)| size).sum()));
    let uids = first.uidl().await.unwrap().unwrap();
    assert_eq!(uids.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    let mut different: Vec<&String> = uids.iter().map(|(_, uid)| uid).collect();
    different.dedup();
    assert_eq!(different.len(), 5);
    first.dele(2).await.unwrap();
    first.quit().await.unwrap();
    // Numbers move, identifiers stay.
    let mut second = conn(rig().pop3(), &ann).await;
    let left = second.uidl().await.unwrap().unwrap();
    assert_eq!(
        left.iter().map(|(_, uid)| uid).collect::<Vec<_>>(),
        [&uids[0].1, &uids[2].1, &uids[3].1, &uids[4].1]
    );
    assert_eq!(retr(&mut second, 2).await.unwrap(), messages[2]);
}

#[tokio::test]
async fn every_message_comes_as_it_is() {
    let ann = rig().person("ann");
    let long = format!("Subject: long\r\n\r\n{}\r\n.{}\r\n", "x".repeat(100_000), ".".repeat(70_000));
    let messages: [&[u8]; 6] = [
        b"Subject: dots\r\n\r\n.\r\n..\r\n.a\r\n...\r\n\r\n.\r\n",
        // Not in the first line: there Dovecot 2.3.19 stuffs no dot.
        b"Subject: odd\r\n.Odd: header\r\n\r\n.\r\n",
        b"Subject: blank\r\n\r\n\r\n\r\n",
        "Subject: 8bit\r\n\r\n\u{fc}\u{4e16}\r\n".as_bytes(),
        long.as_bytes(),
        b"Subject: like an end\r\n\r\n\r\n.\r\n+OK\r\n.\r\nQUIT\r\n",
    ];
    append(&ann, &messages);
    let mut conn = conn(rig().pop3(), &ann).await;
    for (number, message) in (1..).zip(messages) {
        let got = retr(&mut conn, number).await.unwrap();
        let shown: String = got.escape_ascii().map(char::from).take(200).collect();
        assert!(got == message, "message {number}: {shown}");
    }
    // Line ends that stand alone, as a server passes them on that does not mend them.
    let proxy = Proxy::to(rig().pop3());
    let mut conn = super::conn(proxy.address(), &ann).await;
    let raw = "Subject: a\nb\rc\r\r\nd\n.\r\ne\0\r\n\r\n";
    proxy.when(Side::Server, "Subject: dots\r\n", Fault::replace(raw));
    let got = retr(&mut conn, 1).await.unwrap();
    let mended =
        [b"Subject: a\r\nb c\r\nd\r\n.\r\ne\x80\r\n\r\n", &messages[0][b"Subject: dots\r\n".len()..]]
            .concat();
    assert_eq!(got, mended);
    conn.quit().await.unwrap();
}

#[tokio::test]
async fn headers_come_without_their_bodies_one_by_one_and_many_at_once() {
    let ann = rig().person("ann");
    let messages: Vec<Vec<u8>> = (0..250).map(numbered).collect();
    append(&ann, &messages.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let header =
        |n: usize| format!("Message-ID: <{n}@example.org>\r\nSubject: number {n}\r\n\r\n").into_bytes();
    for pipelining in ["PIPELINING", "XIPELINING"] {
        let proxy = Proxy::to(rig().pop3());
        proxy.whenever(Side::Server, "PIPELINING", Fault::replace(pipelining));
        let mut conn = conn(proxy.address(), &ann).await;
        assert_eq!(conn.top(3, 0).await.unwrap(), header(2));
        assert_eq!(conn.top(3, 1).await.unwrap(), [header(2), b"first\r\n".to_vec()].concat());
        assert!(matches!(conn.top(251, 0).await, Err(Error::Refused(_))));
        let numbers: Vec<u32> = (1..=251).collect();
        let mut got = vec![];
        conn.top_many(&numbers, 0, |number, head| got.push((number, head))).await.unwrap();
        let want: Vec<_> =
            (1..=250).map(|n| (n, Some(header(n as usize - 1)))).chain([(251, None)]).collect();
        assert_eq!(got, want);
        conn.quit().await.unwrap();
    }
}

#[tokio::test]
async fn what_is_marked_goes_with_quit_and_not_before() {
    let ann = rig().person("ann");
    let messages: Vec<Vec<u8>> = (0..250).map(numbered).collect();
    append(&ann, &messages.iter().map(Vec::as_slice).collect::<Vec<_>>());
    for (pipelining, from, to) in [("PIPELINING", 1, 120), ("XIPELINING", 1, 20)] {
        let proxy = Proxy::to(rig().pop3());
        proxy.whenever(Side::Server, "PIPELINING", Fault::replace(pipelining));
        let n_before = n_left(&ann);
        let numbers: Vec<u32> = (from..=to).collect();
        let mut dropped = conn(proxy.address(), &ann).await;
        assert_eq!(dropped.dele_many(&numbers).await.unwrap(), []);
        drop(dropped);
        let mut undone = conn(proxy.address(), &ann).await;
        undone.dele_many(&numbers).await.unwrap();
        undone.rset().await.unwrap();
        assert_eq!(undone.stat().await.unwrap().n_messages as usize, n_before);
        undone.quit().await.unwrap();
        assert_eq!(n_left(&ann), n_before);

        let mut conn = conn(proxy.address(), &ann).await;
        let with_strangers = [&[9999], &*numbers, &[8888]].concat();
        let refused = conn.dele_many(&with_strangers).await.unwrap();
        assert_eq!(refused.iter().map(|refusal| refusal.number).collect::<Vec<_>>(), [9999, 8888]);
        assert!(
            refused.iter().all(|NotDeleted { words, .. }| words.starts_with("There's no message")),
            "{refused:?}"
        );
        conn.quit().await.unwrap();
        assert_eq!(n_left(&ann), n_before - numbers.len());
    }
}

#[tokio::test]
async fn a_listing_of_two_hundred_thousand_is_read() {
    let ann = rig().person("ann");
    append(&ann, &[&numbered(0)]);
    let proxy = Proxy::to(rig().pop3());
    let mut conn = conn(proxy.address(), &ann).await;
    for n_messages in [50_000, 200_000] {
        let rows: String = (1..n_messages).map(|n| format!("{n} {n:08x}{n:08x}\r\n")).collect();
        proxy.when(Side::Server, "+OK\r\n1 ", Fault::replace(&format!("+OK\r\n{rows}{n_messages} ")));
        let uids = conn.uidl().await.unwrap().unwrap();
        assert_eq!(uids.len(), n_messages);
        assert!(uids.iter().zip(1..).all(|((number, _), n)| *number == n));
    }
    conn.quit().await.unwrap();
}

#[tokio::test]
async fn a_message_that_is_not_wanted_whole_ends_the_session() {
    let ann = rig().person("ann");
    append(&ann, &[&numbered(0)]);
    let mut fussy = conn(rig().pop3(), &ann).await;
    assert!(matches!(fussy.retr(2, 1000, &mut vec![]).await, Err(Error::Refused(_))));
    assert_eq!(retr(&mut fussy, 1).await.unwrap(), numbered(0));
    let size = numbered(0).len() as u64;
    assert_eq!(fussy.retr(1, size, &mut vec![]).await.unwrap(), size);
    fussy.dele(1).await.unwrap();
    let too_large = fussy.retr(1, size - 1, &mut vec![]).await;
    assert!(matches!(too_large, Err(Error::Refused(_))), "it is marked as deleted: {too_large:?}");
    fussy.quit().await.unwrap();

    // Where more is to come there is no way back into step.
    append(&ann, &[&[numbered(0), b"more\r\n".repeat(100_000)].concat()]);
    let mut fussy = conn(rig().pop3(), &ann).await;
    assert!(matches!(fussy.retr(1, 1000, &mut vec![]).await, Err(Error::TooLarge(1000))));
    assert!(matches!(fussy.quit().await, Err(Error::Lost(_))));
    let mut full = conn(rig().pop3(), &ann).await;
    assert!(matches!(full.retr(1, 1_000_000, &mut FullDisk).await, Err(Error::Sink(_))));
    assert!(matches!(full.noop().await, Err(Error::Lost(_))));
}

struct FullDisk;

impl AsyncWrite for FullDisk {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(io::ErrorKind::StorageFull.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

const LARGE_FOR: &str = "POP3_TEST_LARGE_FOR";

/// Issue 3: a message of 50 MB must not cost 50 MB. Other tests share this process, so another one fetches.
#[test]
fn a_message_of_50_mb_passes_through_without_being_held() {
    let ann = rig().person("ann");
    let line = |n: u32| {
        format!("{}{:075}\r\n", if n.is_multiple_of(3) { "." } else { "" }, n.wrapping_mul(2_654_435_761))
    };
    let message: Vec<u8> = b"Subject: film\r\n\r\n"
        .iter()
        .copied()
        .chain((0..650_000).flat_map(|n| line(n).into_bytes()))
        .collect();
    assert!(message.len() > 50_000_000);
    ImapClient::login(rig().imap(), &ann).append("INBOX", "", &message);
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "pop3::message::fetch_it", "--ignored", "--nocapture"])
        .env(LARGE_FOR, format!("{} {}", rig().pop3(), ann.address))
        .output()
        .unwrap();
    let said = String::from_utf8(child.stdout).unwrap();
    let fetched = said.lines().find_map(|line| line.split_once("fetched ").map(|(_, rest)| rest));
    let words: Vec<&str> = fetched.unwrap_or_else(|| panic!("{said}")).split(' ').collect();
    assert_eq!(words[0], hex(&Sha256::digest(&message)));
    let grown: u64 = words[1].parse().unwrap();
    assert!(grown < 10_000_000, "{grown} bytes were held at once");
}

#[tokio::test]
#[ignore = "the other half of the test above"]
async fn fetch_it() {
    let Ok(given) = std::env::var(LARGE_FOR) else { return };
    let (address, name) = given.split_once(' ').unwrap();
    let person = Person { address: name.to_owned(), password: "pw".to_owned() };
    let mut conn = conn(address.parse().unwrap(), &person).await;
    let before = peak_memory();
    let mut sink = Hashing(Sha256::new());
    conn.retr(1, 100_000_000, &mut sink).await.unwrap();
    println!("fetched {} {}", hex(&sink.0.finalize()), peak_memory() - before);
}

/// The most memory this process ever held, bytes.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Hashing(Sha256);

impl AsyncWrite for Hashing {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.update(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
