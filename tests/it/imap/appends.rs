//! Messages of any size put into a mailbox piece by piece, and found again by somebody who missed the answer.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use jiff::Timestamp;
use postroom::{
    imap::{Error, Pool},
    model::{Flag, Keyword, MailboxName, MessageKey, Uid, UidValidity},
};
use postroom_rig::{Fault, ImapClient, Proxy, Side, rig};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, ReadBuf};

use super::{SEEN, inbox, mailbox, on, pool_at, put, servers, subjects};

type Place = (UidValidity, Uid);

async fn append(
    pool: &Pool,
    name: &MailboxName,
    source: impl AsyncRead + Send + Unpin + 'static,
    size: u64,
) -> Result<Option<Place>, Error> {
    let name = name.clone();
    let flags = [SEEN, Flag::Keyword(Keyword::new("via-pop3").unwrap())];
    let date = Some("1999-12-31T23:59:58+01:00".parse::<Timestamp>().unwrap());
    on(pool, move |conn| Box::pin(async move { conn.append_file(&name, &flags, date, source, size).await }))
        .await
}

async fn append_text(pool: &Pool, text: &str) -> Result<Option<Place>, Error> {
    append(pool, &inbox(), io::Cursor::new(text.as_bytes().to_vec()), text.len() as u64).await
}

async fn uid_next(pool: &Pool, name: &MailboxName) -> Result<Place, Error> {
    let name = name.clone();
    on(pool, move |conn| Box::pin(async move { conn.uid_next(&name).await })).await
}

async fn arrived(pool: &Pool, since: Place, size: u64) -> Result<Vec<MessageKey>, Error> {
    on(pool, move |conn| Box::pin(async move { conn.arrived_since(&inbox(), since, size).await })).await
}

async fn hash(pool: &Pool, key: &MessageKey) -> Option<[u8; 32]> {
    let key = key.clone();
    on(pool, move |conn| Box::pin(async move { conn.hash_of(&key).await })).await.unwrap()
}

/// A message that nobody holds whole: lines of 64 bytes, made when they are asked for. Notes by how much the reader
/// was ahead of what `proxy` had seen.
struct Letter {
    size: u64,
    n_read: u64,
    proxy: Arc<Proxy>,
    most_ahead: Arc<AtomicU64>,
}

const LINE: &[u8; 64] = b"x23456789 123456789 123456789 123456789 123456789 123456789 12\r\n";

impl AsyncRead for Letter {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let ahead = self.n_read.saturating_sub(self.proxy.bytes_from_client() as u64);
        self.most_ahead.fetch_max(ahead, Ordering::SeqCst);
        let at = (self.n_read % 64) as usize;
        let left = usize::try_from(self.size - self.n_read).unwrap();
        let n = left.min(out.remaining()).min(64 - at);
        out.put_slice(&LINE[at..at + n]);
        self.n_read += n as u64;
        Poll::Ready(Ok(()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_50_mb_is_stored_and_found_without_being_held() {
    let alice = rig().person("alice");
    let proxy = Arc::new(Proxy::to(rig().imap()));
    let pool = pool_at(proxy.address(), &alice).await;
    let since = uid_next(&pool, &inbox()).await.unwrap();
    let size = 64 * 800_000;
    let most_ahead = Arc::new(AtomicU64::new(0));
    let letter = Letter { size, n_read: 0, proxy: Arc::clone(&proxy), most_ahead: Arc::clone(&most_ahead) };
    let place = append(&pool, &inbox(), letter, size).await.unwrap();
    assert_eq!(place, Some(since));
    // Sockets buffer a few megabytes each.
    let ahead = most_ahead.load(Ordering::SeqCst);
    assert!(ahead < 20_000_000, "{ahead} bytes were read and not sent");

    put(&pool, &inbox(), "later").await;
    let found = arrived(&pool, since, size).await.unwrap();
    assert_eq!(found.iter().map(|key| (key.uid_validity, key.uid)).collect::<Vec<_>>(), [since]);
    let expected: [u8; 32] = Sha256::digest(LINE.repeat(800_000)).into();
    assert_eq!(hash(&pool, &found[0]).await, Some(expected));
}

#[tokio::test]
async fn a_stored_message_has_its_date_and_its_flags() {
    let alice = rig().person("alice");
    for (n, server) in servers().into_iter().enumerate() {
        let pool = pool_at(server, &alice).await;
        let text = "Subject: old\r\n\r\ntext\r\n";
        let since = uid_next(&pool, &inbox()).await.unwrap();
        let place = append_text(&pool, text).await.unwrap();
        // Dovecot tells where it announces nothing, too.
        assert_eq!(place, Some(since));
        let found = arrived(&pool, since, text.len() as u64).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(hash(&pool, &found[0]).await, Some(Sha256::digest(text).into()));

        let mut client = ImapClient::login(rig().imap(), &alice);
        client.command("SELECT INBOX");
        let row = client.command(&format!("FETCH {} (FLAGS INTERNALDATE)", n + 1)).concat();
        assert!(row.contains("31-Dec-1999 22:59:58 +0000"), "{row}");
        assert!(row.contains("\\Seen") && row.contains("via-pop3"), "{row}");
    }
}

#[tokio::test]
async fn a_literal_that_breaks_off_leaves_nothing() {
    let alice = rig().person("alice");
    let proxy = Proxy::to(rig().imap());
    let pool = pool_at(proxy.address(), &alice).await;
    let text = format!("Subject: half\r\n\r\n{}last line\r\n", "a line\r\n".repeat(50_000));
    for n in [0, 1, 1000, 300_000, text.len() - 20] {
        proxy.when(Side::Client, "Subject: half", Fault::CutAfter(n));
        let result = append_text(&pool, &text).await;
        assert!(matches!(result, Err(Error::Lost(_))), "cut after {n}: {result:?}");
    }
    // The whole literal came, the end of the command did not.
    proxy.when(Side::Client, "last line\r\n", Fault::Cut);
    assert!(matches!(append_text(&pool, &text).await, Err(Error::Lost(_))));
    assert!(proxy.all_happened());

    for wrong in [1, text.len() - 1, text.len() + 1, 10 * text.len()] {
        let source = io::Cursor::new(text.clone().into_bytes());
        let result = append(&pool, &inbox(), source, wrong as u64).await;
        assert!(matches!(result, Err(Error::Source(_))), "{wrong} bytes: {result:?}");
    }
    let broken = tokio_util::io::StreamReader::new(futures_util::stream::iter([
        Ok(bytes::Bytes::from(text.clone())),
        Err(io::Error::from(io::ErrorKind::StorageFull)),
    ]));
    let result = append(&pool, &inbox(), broken, text.len() as u64 + 5).await;
    assert!(matches!(&result, Err(Error::Source(error)) if error.kind() == io::ErrorKind::StorageFull));
    assert_eq!(subjects(&pool, &inbox()).await, Vec::<String>::new());
}

#[tokio::test]
async fn an_append_whose_answer_was_lost_is_found() {
    let alice = rig().person("alice");
    let proxy = Proxy::to(rig().imap());
    let pool = pool_at(proxy.address(), &alice).await;
    let text = "Subject: once\r\n\r\ntext\r\n";
    // As large, and not it; the last of the mailbox when nothing has arrived.
    let other = "Subject: twin\r\n\r\ntext\r\n";
    append_text(&pool, other).await.unwrap();
    let since = uid_next(&pool, &inbox()).await.unwrap();
    let size = text.len() as u64;
    assert_eq!(arrived(&pool, since, size).await.unwrap(), []);

    proxy.when(Side::Server, "[APPENDUID", Fault::CutAfter(0));
    assert!(matches!(append_text(&pool, text).await, Err(Error::Lost(_))));
    append_text(&pool, other).await.unwrap();
    let found = arrived(&pool, since, size).await.unwrap();
    let wanted: [u8; 32] = Sha256::digest(text).into();
    let mut same = vec![];
    for key in &found {
        same.push(hash(&pool, key).await == Some(wanted));
    }
    assert_eq!(same, [true, false]);

    let gone = MessageKey { uid: Uid::new(4000).unwrap(), ..found[0].clone() };
    assert_eq!(hash(&pool, &gone).await, None);
    let renumbered = UidValidity::new(since.0.get() - 1).unwrap();
    let stale = arrived(&pool, (renumbered, since.1), size).await;
    assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
}

#[tokio::test]
async fn what_a_mailbox_cannot_take_is_told_apart() {
    let alice = rig().person("alice");
    let nowhere = mailbox("nowhere");
    for server in servers() {
        let pool = pool_at(server, &alice).await;
        let result = append(&pool, &nowhere, io::Cursor::new(b"x".to_vec()), 1).await;
        assert!(matches!(result, Err(Error::NoSuchMailbox)), "{result:?}");
        let result = uid_next(&pool, &nowhere).await;
        assert!(matches!(result, Err(Error::NoSuchMailbox)), "{result:?}");
    }
    let tiny = rig().person_with_quota("tiny", "10K");
    let large = format!("Subject: large\r\n\r\n{}", "a line\r\n".repeat(20_000));
    let pool = pool_at(rig().imap(), &tiny).await;
    let result = append_text(&pool, &large).await;
    assert!(matches!(result, Err(Error::OverQuota(_))), "{result:?}");

    // Dovecot has no limit to announce.
    let proxy = Proxy::to(rig().imap());
    proxy.whenever(Side::Server, " UNSELECT ", Fault::replace(" APPENDLIMIT=1000 "));
    let pool = pool_at(proxy.address(), &alice).await;
    let result = append_text(&pool, &large).await;
    assert!(matches!(result, Err(Error::TooBig(_))), "{result:?}");
    assert!(!proxy.commands().concat().contains("APPEND"));
    proxy.when(Side::Server, "OK [APPENDUID", Fault::replace("NO [TOOBIG"));
    let result = append_text(&pool, "Subject: small\r\n\r\n").await;
    assert!(matches!(result, Err(Error::TooBig(_))), "{result:?}");
}
