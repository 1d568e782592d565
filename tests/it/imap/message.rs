//! One message: its structure, its parts, its headers.

use postroom::{
    imap::{Error, Pool},
    model::{Message, MessageKey, PartKind, Section},
};
use postroom_rig::{ImapClient, Proxy, rig};

use super::{inbox, on, pool_at, put, servers};

async fn open(pool: &Pool, key: &MessageKey) -> Result<Message, Error> {
    let key = key.clone();
    on(pool, move |conn| Box::pin(async move { conn.open(&key).await })).await
}

async fn section(pool: &Pool, key: &MessageKey, section: &str, range: Option<(u64, u32)>) -> Vec<u8> {
    let (key, section) = (key.clone(), section.parse::<Section>().unwrap_or_default());
    on(pool, move |conn| Box::pin(async move { conn.section(&key, &section, range).await }))
        .await
        .unwrap()
        .to_vec()
}

#[tokio::test]
async fn a_message_is_opened_without_its_bodies_and_stays_unread() {
    for address in servers() {
        let alice = rig().person("alice");
        let proxy = Proxy::to(address);
        let pool = pool_at(proxy.address(), &alice).await;
        let eml = format!("Subject: large\r\nContent-Type: text/plain\r\n\r\n{}", "line\r\n".repeat(100_000));
        ImapClient::login(rig().imap(), &alice).append("INBOX", "", &eml);
        let key =
            on(&pool, |conn| Box::pin(async move { conn.list_page(&inbox(), &Default::default()).await }));
        let key = key.await.unwrap().page.rows.remove(0).key;
        let message = open(&pool, &key).await.unwrap();
        assert_eq!(message.headers.subject, "large");
        assert_eq!(message.size, eml.len() as u64);
        assert_eq!(message.tree.parts.len(), 1);
        assert!(proxy.bytes_from_server() < 20_000);
        assert_eq!(section(&pool, &key, "1", Some((6, 10))).await, b"line\r\nline");
        assert_eq!(section(&pool, &key, "1", Some((599_996, 100))).await, b"ne\r\n");
        assert_eq!(section(&pool, &key, "1", Some((700_000, 100))).await, b"");
        assert_eq!(section(&pool, &key, "1", None).await.len(), 600_000);
        assert_eq!(section(&pool, &key, "", None).await, eml.as_bytes());
        assert!(!open(&pool, &key).await.unwrap().flags.is_seen());
    }
}

#[tokio::test]
async fn the_beginnings_of_many_parts_come_with_one_command() {
    for address in servers() {
        let alice = rig().person("alice");
        let proxy = Proxy::to(address);
        let pool = pool_at(proxy.address(), &alice).await;
        let parts: String = (1..=12).map(|n| format!("--b\r\n\r\npart {n}\r\n")).collect();
        let eml = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n");
        ImapClient::login(rig().imap(), &alice).append("INBOX", "", &eml);
        let key =
            on(&pool, |conn| Box::pin(async move { conn.list_page(&inbox(), &Default::default()).await }));
        let key = key.await.unwrap().page.rows.remove(0).key;
        // In another order than they stand in, and one that is not there.
        let wanted = [("12", 100), ("1", 4), ("13", 4), ("11", 6)];
        let wanted = wanted.map(|(section, length)| (section.parse::<Section>().unwrap(), length));
        let n = proxy.n_commands("UID FETCH");
        let told = on(&pool, move |conn| {
            let (key, wanted) = (key.clone(), wanted.clone());
            Box::pin(async move { conn.beginnings(&key, &wanted).await })
        });
        assert_eq!(told.await.unwrap(), ["part 12", "part", "", "part 1"]);
        assert_eq!(proxy.n_commands("UID FETCH") - n, 1);
    }
}

#[tokio::test]
async fn attached_messages_have_headers_and_parts_of_their_own() {
    let alice = rig().person("alice");
    let pool = pool_at(rig().imap(), &alice).await;
    rig().deliver(&alice, "Subject: outer\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nfyi\n--b\n\
        Content-Type: message/rfc822\n\nSubject: inner\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\nplain\n--c\n\
        Content-Type: text/html\n\n<p>html\n--c--\n--b--\n");
    let key = on(&pool, |conn| Box::pin(async move { conn.list_page(&inbox(), &Default::default()).await }));
    let key = key.await.unwrap().page.rows.remove(0).key;
    let message = open(&pool, &key).await.unwrap();
    let sections: Vec<String> = message.tree.parts.iter().map(|part| part.section.to_string()).collect();
    assert_eq!(sections, ["1", "2", "2.1", "2.2"]);
    assert!(matches!(&message.tree.parts[1].kind, PartKind::Message(headers) if headers.subject == "inner"));
    assert_eq!(section(&pool, &key, "2.1", None).await, b"plain");
    let inner = key.clone();
    let header =
        on(&pool, move |conn| Box::pin(async move { conn.header(&inner, &"2".parse().unwrap()).await }));
    assert!(header.await.unwrap().starts_with(b"Subject: inner\r\n"));
    let header = on(&pool, move |conn| Box::pin(async move { conn.header(&key, &Section::root()).await }));
    assert!(String::from_utf8_lossy(&header.await.unwrap()).contains("Subject: outer\r\n"));
}

#[tokio::test]
async fn a_message_that_is_gone_is_told_apart_from_a_renumbered_mailbox() {
    for address in servers() {
        let alice = rig().person("alice");
        let pool = pool_at(address, &alice).await;
        put(&pool, &inbox(), "a").await;
        let key = put(&pool, &inbox(), "b").await.unwrap();
        assert!(open(&pool, &key).await.is_ok());
        let mut client = ImapClient::login(rig().imap(), &alice);
        client.command("SELECT INBOX");
        client.command("STORE 2 +FLAGS (\\Deleted)");
        client.command("EXPUNGE");
        assert!(matches!(open(&pool, &key).await, Err(Error::Gone)));
        let validity = postroom::model::UidValidity::new(key.uid_validity.get() - 1).unwrap();
        let stale = MessageKey { uid_validity: validity, ..key };
        assert!(matches!(open(&pool, &stale).await, Err(Error::Stale)));
    }
}
